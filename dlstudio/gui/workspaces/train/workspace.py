"""The Train workspace: recipe and runs at the left, progress and curves in the middle, the run's numbers right."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import QFrame, QHBoxLayout, QSplitter, QStackedWidget, QVBoxLayout, QWidget
from shiboken6 import isValid

from dlstudio.gui import theme
from dlstudio.gui.plots import numbers
from dlstudio.gui.studio import Studio
from dlstudio.gui.turns import Turns
from dlstudio.gui.workspaces.panels import EmptyState, SidePanel, button, label
from dlstudio.gui.workspaces.train.advice_cards import AdviceCards
from dlstudio.gui.workspaces.train.failure_card import FailureCard
from dlstudio.gui.workspaces.train.progress import ProgressRow
from dlstudio.gui.workspaces.train.record import RunRecord
from dlstudio.gui.workspaces.train.run_actions import RunActions
from dlstudio.gui.workspaces.train.run_card import RunCard
from dlstudio.gui.workspaces.train.run_columns import title_of
from dlstudio.gui.workspaces.train.run_list import RunList, run_color
from dlstudio.gui.workspaces.train.seed_groups import mean_curves
from dlstudio.gui.workspaces.train.settings import TrainingForm
from dlstudio.gui.workspaces.train.views import RunViews
from dlstudio.training.runs.run_info import RunInfo
from dlstudio.workbench.twin import beginnings, gain_of, twins

if TYPE_CHECKING:
    from dlstudio.gui.workspaces.train.charts import Compared
    from dlstudio.gui.workspaces.train.search.page import SearchPage

NUMBERS_MS = 450
GAINS_MS = 160  # how long events are gathered before numbers and curves follow: nobody reads faster
_RUNS_HEIGHT = 150
_NOUNS = {"image": "images", "video": "clips", "text": "texts", "series": "series", "number": "rows"}


class TrainWorkspace(QWidget):
    """Follows the studio's current run, live or finished."""

    def __init__(self, studio: Studio, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        from dlstudio.gui.workspaces.train.charts import Charts  # brings pyqtgraph along: not before it is needed

        self._studio = studio
        self._records: dict[str, RunRecord] = {}
        self._read: set[str] = set()
        self._states: list[tuple[str, str]] = []
        self._border_moved = self._means_stale = False
        self._asked_devices = False
        self.search_page: SearchPage | None = None
        self._gained = QTimer(self, singleShot=True, interval=GAINS_MS)
        self._gained.timeout.connect(self._show_gains)
        self._turns = Turns(self)
        self._telling = QTimer(self, singleShot=True, interval=NUMBERS_MS)
        self._telling.timeout.connect(lambda: self._turns.ask(self._show_progress))
        self.form = TrainingForm(studio)
        self.runs = RunList()
        self.run_actions = RunActions(studio, self, self._show_current)
        self.progress = ProgressRow()
        self.charts = Charts(self._turns)
        self.views = RunViews(self.charts, AdviceCards(studio, self.form.look_for_rate))
        self.card = RunCard()
        self.failure = FailureCard(studio)
        self.gain = label("", wrap=True)
        self.gain.hide()
        self._paired: set[str] = set()
        self._build()
        self._connect()
        self._runs_changed()

    # Layout

    def _build(self) -> None:
        self.subtitle = label("", "small", wrap=True)
        recipe = SidePanel(316)
        recipe.body.addWidget(label("Training", "title"))
        recipe.body.addWidget(self.subtitle)
        recipe.body.addWidget(self.form)
        self.search = button("Search over settings …", self.show_search, "", "Trials of other settings, by themselves")
        recipe.body.addWidget(self.search)
        recipe.body.addStretch(1)
        listed = QFrame()
        theme.mark(listed, "panel")
        below = QVBoxLayout(listed)
        below.setContentsMargins(theme.SPACE_3, theme.SPACE_2, theme.SPACE_2, theme.SPACE_2)
        below.setSpacing(theme.SPACE_1)
        below.addWidget(label("RUNS", "section"))
        below.addWidget(self.run_actions.removal)
        below.addWidget(self.runs, 10)
        self._no_runs = label("Each training makes a run. Tick several to compare their curves.", "faint", wrap=True)
        below.addWidget(self._no_runs)
        below.addStretch(0)
        left = self._left = QSplitter(Qt.Orientation.Vertical)
        left.setHandleWidth(1)
        left.setChildrenCollapsible(False)
        left.addWidget(recipe)
        left.addWidget(listed)
        left.setStretchFactor(0, 1)
        left.splitterMoved.connect(lambda *_: self._remember_border())
        self.empty = EmptyState(
            "Nothing trained yet",
            "Train the network on the training split and watch its curves here. The recipe stands at the left.",
            "Train",
            self._studio.train,
        )
        page = QWidget()
        middle = QVBoxLayout(page)
        middle.setContentsMargins(theme.SPACE_3, theme.SPACE_3, theme.SPACE_3, theme.SPACE_3)
        middle.setSpacing(theme.SPACE_3)
        for widget in (self.progress, self.failure, self.gain):
            middle.addWidget(widget)
        middle.addWidget(self.views, 1)
        self.pages = QStackedWidget()
        self.pages.addWidget(self.empty)
        self.pages.addWidget(page)
        splitter = QSplitter(Qt.Orientation.Horizontal)
        splitter.setHandleWidth(1)
        splitter.addWidget(left)
        splitter.addWidget(self.pages)
        splitter.addWidget(self.card)
        splitter.setStretchFactor(1, 1)
        splitter.setSizes([316, 880, 250])
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(splitter)

    def _connect(self) -> None:
        studio = self._studio
        studio.runsChanged.connect(self._runs_listed)
        studio.currentRunChanged.connect(self._run_chosen)
        studio.runEvents.connect(self._take_events)
        studio.documentOpened.connect(self._forget)
        studio.projectChanged.connect(self._write_subtitle)
        studio.summaryChanged.connect(self._write_subtitle)
        self.progress.pauseWanted.connect(studio.pause_run)
        self.progress.resumeWanted.connect(studio.resume_run)
        self.progress.stopWanted.connect(studio.stop_run)
        self.progress.continueWanted.connect(lambda: self._continue(self._shown_name()))
        self.runs.chosen.connect(self._choose_run)
        self.runs.comparedChanged.connect(self._show_current)
        self.runs.continueWanted.connect(self._continue)
        self.runs.againWanted.connect(self._studio.run_again)
        self.runs.removeWanted.connect(self.run_actions.remove)
        page = self.views.runs
        page.comparisonWanted.connect(studio.comparisonWanted)
        for chosen in (page.table.chosen, page.table.opened):
            chosen.connect(self._choose_run)
        page.table.ticked.connect(self.runs.compare)
        page.table.removeWanted.connect(self.run_actions.remove)
        page.table.menuWanted.connect(self.runs.open_menu)
        self.runs.menuOpened.connect(self.run_actions.fill)
        self._write_subtitle()

    def showEvent(self, event: object) -> None:
        if not self._asked_devices:
            self._asked_devices = True
            self._studio.ask_devices()

    def resizeEvent(self, event: object) -> None:
        # The recipe needs the height more than a list that begins with few runs, until somebody moves the border.
        if not self._border_moved:
            self._left.setSizes([max(self.height() - _RUNS_HEIGHT, 1), _RUNS_HEIGHT])

    def _remember_border(self) -> None:
        self._border_moved = True

    # What is shown

    def record_of(self, name: str) -> RunRecord:
        """What the events of a run add up to; its history is read in the background the first time."""
        record = self._records.setdefault(name, RunRecord(name))
        if name not in self._read:
            self._read.add(name)
            self._studio.run_history(name, lambda events: self._take_history(name, events))
        return record

    def _take_history(self, name: str, events: list[object]) -> None:
        if isValid(self):  # another project may have been opened while the file was read
            self._take_events(name, events)
            if name == self._shown_name():
                self._turns.ask(self._show_progress)

    def _take_events(self, name: str, events: list[object]) -> None:
        # What arrives twice, from the file and live, changes nothing: a record takes a repeated step for the same one.
        self._records.setdefault(name, RunRecord(name)).apply(events)  # type: ignore[arg-type]
        averaged = any(run.name == name for run in self.run_actions.seeds())
        self._means_stale |= averaged
        seen = averaged or name == self._shown_name() or name in self.runs.compared()
        if seen and not self._gained.isActive():
            self._gained.start()

    def _show_gains(self) -> None:
        if not self._telling.isActive():
            self._telling.start()
        if self._means_stale:
            self._show_curves()
        else:
            self.charts.update_curves()
        self._turns.ask(self.views.refresh)

    def show_search(self) -> None:
        """Shows the page of searches in place of the curves."""
        if self.search_page is None:
            from dlstudio.gui.workspaces.train.search.page import SearchPage

            self.search_page = SearchPage(self._studio)
            self.search_page.backWanted.connect(self._leave_search)
            self.pages.addWidget(self.search_page)
        self.pages.setCurrentWidget(self.search_page)
        self.card.hide()

    def _leave_search(self) -> None:
        self.pages.setCurrentIndex(0)
        self._show_current()

    def _choose_run(self, name: str) -> None:
        self._leave_search()  # also where it is the current one already, of which nothing is told
        self._studio.choose_run(name)

    def _run_chosen(self, name: str) -> None:
        self.pages.setCurrentIndex(0)
        self._runs_changed(name)

    def _forget(self) -> None:
        self._records.clear()
        self._read.clear()
        self._paired.clear()
        self.run_actions.averaged = ""
        self.run_actions.removal.forget()
        self._runs_changed()

    def _shown_name(self) -> str:
        run = self._studio.current_run
        return run.name if run else ""

    def _runs_listed(self) -> None:
        states = [(run.name, run.status) for run in self._studio.runs]
        if states == self._states:  # only another epoch: its numbers and curves come with the events
            self._turns.ask(self._list_runs)
        else:
            self._runs_changed()

    def _list_runs(self) -> None:
        self.runs.set_runs(self._studio.runs, self._shown_name())
        self._list_in_table()

    def _list_in_table(self) -> None:
        self.views.runs.show_runs(self._studio.runs, self._shown_name(), self.runs.compared())

    def _runs_changed(self, _: str = "") -> None:
        self._states = [(run.name, run.status) for run in self._studio.runs]
        self._list_runs()
        self.runs.setVisible(bool(self._studio.runs))
        self._no_runs.setVisible(len(self._studio.runs) < 2)
        self._show_current()

    def _show_current(self) -> None:
        current = self._studio.current_run
        searching = self.search_page is not None and self.pages.currentWidget() is self.search_page
        if not searching:
            self.pages.setCurrentIndex(1 if current else 0)
        self.card.setVisible(current is not None and not searching)
        if current is None:
            self.charts.show_record(None)
            return
        self._tick_pair(current)
        self._show_curves()
        self.views.show_record(self.record_of(current.name), current.project.training)
        self._show_gain(current)
        self._show_progress()

    def _show_curves(self) -> None:
        """Draws the run that is looked at, those compared with it and the mean of seeds."""
        current = self._studio.current_run
        if current is None:
            return
        self._means_stale = False
        self._list_in_table()
        compared = tuple(
            self._compared(position, run)
            for position, run in enumerate(self._studio.runs)
            if run.name in self.runs.compared() and run.name != current.name
        )
        compared += self._means()
        record, began = self.record_of(current.name), beginnings(self._studio.runs).get(current.name, "")
        self.charts.show_record(record, compared, project=current.project, begun=began)

    def _tick_pair(self, current: RunInfo) -> None:
        """Ticks a run and its twin from scratch the first time that one of them is looked at."""
        pair = twins(current, self._studio.runs)
        if pair is None or pair[1].name in self._paired:
            return
        self._paired.add(pair[1].name)
        for run in pair:
            self.runs.compare(run.name, quiet=True)

    def _show_gain(self, current: RunInfo) -> None:
        """What given weights gained over random ones, once both runs have ended; before that, what is awaited."""
        pair = twins(current, self._studio.runs)
        found = gain_of(*pair) if pair else None
        sentence = ""
        if found is not None:
            title = numbers.sentence_case(numbers.metric_title(found.metric))
            sentence = found.sentence(numbers.metric, numbers.difference, title)
        elif self._studio.awaited_twin == current.name:
            sentence = "After this run the same network is trained from scratch, to see what the start gains."
        self.gain.setText(sentence)
        self.gain.setVisible(bool(sentence))

    def _means(self) -> tuple[Compared, ...]:
        from dlstudio.gui.workspaces.train.charts import Compared

        found = mean_curves([self.record_of(run.name) for run in self.run_actions.seeds()], self.run_actions.spread)
        if found is None:
            return ()
        band = (found.low, found.high)
        return (Compared(found.mean, found.title, theme.color("ok"), band=band, spread=found.spread),)

    def _compared(self, position: int, run: RunInfo) -> Compared:
        from dlstudio.gui.workspaces.train.charts import Compared

        began = beginnings(self._studio.runs).get(run.name, "")
        return Compared(self.record_of(run.name), title_of(run.name), run_color(position), began)

    def _show_progress(self) -> None:
        current = self._studio.current_run
        if current is None:
            return
        record = self.record_of(current.name)
        status = self._status(current, record)
        self.progress.show_record(record, status, self._noun())
        self.progress.go_on.setVisible(current.can_continue and not self._studio.live_run)
        failed = record.failure or current.message if status == "failed" else current.hindrance
        self.failure.show_failure(current, failed)
        self.card.show_run(current, record)

    def _status(self, info: RunInfo, record: RunRecord) -> str:
        """Events are quicker than the folder, but only the folder knows whether the process lives."""
        if info.status in ("interrupted", "failed", "finished", "stopped"):
            return info.status
        return info.status if record.status in ("starting", "stopping") else record.status

    def _noun(self) -> str:
        kinds = {spec.kind for spec in self._studio.specs.values()}
        return next((noun for kind, noun in _NOUNS.items() if kind in kinds), "samples")

    def _write_subtitle(self) -> None:
        summary = self._studio.summary or {}
        rows = summary.get("rows")
        size = f" · {numbers.count(rows)} {self._noun()}" if isinstance(rows, int) else ""
        self.subtitle.setText(f"{self._studio.project.name}{size}")

    def _continue(self, name: str) -> None:
        if name:
            self._studio.continue_run(name)
