"""The page of searches: a form for a new one, or what one has found, with the trial that is looked at below."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFileDialog, QHBoxLayout, QSplitter, QStackedWidget, QVBoxLayout, QWidget
from shiboken6 import isValid

from dlstudio.graph.project import Project
from dlstudio.gui import theme
from dlstudio.gui.editors.editor import CalmComboBox
from dlstudio.gui.plots import numbers
from dlstudio.gui.studio import Studio
from dlstudio.gui.workspaces.panels import button, label
from dlstudio.gui.workspaces.train.search.form import SearchForm
from dlstudio.gui.workspaces.train.search.pictures import SearchPictures
from dlstudio.gui.workspaces.train.search.trial_table import TrialTable
from dlstudio.search.folder import Plan
from dlstudio.search.trials import Results
from dlstudio.workbench.readiness import obstacle
from dlstudio.workbench.search_desk import Seen

_WORDS = {
    "starting": "starting",
    "running": "running",
    "paused": "paused",
    "stopped": "stopped",
    "finished": "finished",
    "failed": "ended by a failure",
    "interrupted": "interrupted: its process ended without a word",
}


class SearchPage(QWidget):
    """Shows the search that the studio's desk has seen."""

    backWanted = Signal()

    def __init__(self, studio: Studio, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._studio = studio
        self._desk = studio.searches
        self._new = False
        self._chosen = 0
        self.form = SearchForm(studio)
        self.form.startWanted.connect(self._start)
        self.pictures = SearchPictures()
        self.table = TrialTable()
        self.which = CalmComboBox()
        self.which.setAccessibleName("which search")
        self.which.activated.connect(self._choose_search)
        self.where = label("", "dim", wrap=True)
        self.said = label("", "error", wrap=True)
        self.pause = button("Pause", lambda: self._send("pause"))
        self.resume = button("Resume", lambda: self._send("resume"))
        self.stop = button("Stop", lambda: self._send("stop"), "", "Ends the trials in work with a checkpoint")
        self.go_on = button("Continue", self._go_on, "primary", "Goes on where the search ended")
        self.new = button("New search", self._show_form, "quiet")
        self.trial = label("", "dim", wrap=True)
        self.use = button(
            "Use these settings", self._use, "", "Gives this project the trial's values, as one undo step"
        )
        self.take = button(
            "Open as project …", self._take, "", "Copies the trial with its run into a folder of its own"
        )
        self.show_run = button("Show run", self._show_run, "quiet", "The curves of this trial")
        self._build()
        for source in (self.pictures, self.table):
            source.chosen.connect(self._choose)
        studio.searchesChanged.connect(self._refresh)
        studio.documentOpened.connect(self._forget)
        self._refresh()

    def _build(self) -> None:
        head = QHBoxLayout()
        head.setSpacing(theme.SPACE_2)
        head.addWidget(self.which)
        head.addWidget(self.where, 1)
        for widget in (self.pause, self.resume, self.stop, self.go_on, self.new):
            head.addWidget(widget)
        head.addWidget(button("Back to the runs", self.backWanted.emit, "quiet"))
        below = QWidget()
        column = QVBoxLayout(below)
        column.setContentsMargins(0, theme.SPACE_3, 0, 0)
        column.setSpacing(theme.SPACE_2)
        column.addWidget(self.table, 1)
        row = QHBoxLayout()
        row.setSpacing(theme.SPACE_2)
        row.addWidget(self.trial, 1)
        for widget in (self.show_run, self.use, self.take):
            row.addWidget(widget)
        column.addLayout(row)
        splitter = QSplitter(Qt.Orientation.Vertical)
        splitter.setChildrenCollapsible(False)
        splitter.setHandleWidth(1)
        splitter.addWidget(self.pictures)
        splitter.addWidget(below)
        splitter.setStretchFactor(0, 3)
        splitter.setStretchFactor(1, 2)
        splitter.setSizes([500, 300])
        self.pages = QStackedWidget()
        self.pages.addWidget(self.form)
        self.pages.addWidget(splitter)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(theme.SPACE_3, theme.SPACE_3, theme.SPACE_3, theme.SPACE_3)
        layout.setSpacing(theme.SPACE_2)
        layout.addLayout(head)
        layout.addWidget(self.said)
        layout.addWidget(self.pages, 1)

    def showEvent(self, event: object) -> None:
        self._desk.watch()

    # What is shown

    def _forget(self) -> None:
        self._new, self._chosen = False, 0
        self._refresh()

    def _refresh(self) -> None:
        seen = self._desk.seen
        form = self._new or seen is None
        self.pages.setCurrentIndex(0 if form else 1)
        self.which.blockSignals(True)
        self.which.clear()
        self.which.addItems([f"Search {int(name)}" for name in self._desk.names])
        self.which.setCurrentIndex(self._desk.names.index(seen.name) if seen and seen.name in self._desk.names else -1)
        self.which.blockSignals(False)
        self.which.setVisible(bool(self._desk.names))
        results = Results() if form or seen is None else seen.results
        live = results.live and not form
        self.pause.setVisible(live and results.status == "running")
        self.resume.setVisible(live and results.status == "paused")
        self.stop.setVisible(live)
        ended = sum(each.ended for each in results.trials)
        self.go_on.setVisible(not form and not live and ended < results.planned)
        self.new.setVisible(not form and not live)
        self.where.setText("" if form else _where(results))
        self.said.setText(results.message)
        self.said.setVisible(bool(results.message) and not form)
        if not form and seen is not None:
            self._show(seen)

    def _show(self, seen: Seen) -> None:
        self.pictures.show_results(seen.plan, seen.results)
        self.table.show_results(seen.results)
        if seen.results.trial(self._chosen) is None:
            best = seen.results.best
            self._chosen = best.number if best else 0
        self._choose(self._chosen)

    def _choose(self, number: int) -> None:
        self._chosen = number
        self.pictures.mark(number)
        self.table.mark(number)
        seen = self._desk.seen
        trial = seen.results.trial(number) if seen else None
        for widget in (self.use, self.take, self.show_run):
            widget.setEnabled(bool(trial and trial.run))
        self.take.setEnabled(bool(trial and trial.run and trial.ended))
        self.trial.setText(f"Trial {number}. {trial.message}".strip() if trial else "")

    # What is done

    def _show_form(self) -> None:
        self._new = True
        self._refresh()

    def _choose_search(self, index: int) -> None:
        self._new, self._chosen = False, 0
        self._desk.choose(self._desk.names[index])
        self._refresh()

    def _start(self, plan: Plan) -> None:
        studio = self._studio
        sentence = obstacle(studio.project, studio.problems)
        if sentence:
            studio.message.emit(sentence, "error")
            return
        if studio.live_run is not None:
            studio.message.emit("A run is training. Stop it first, or wait until it has ended.", "warning")
            return
        if (studio.saved and studio.folder is not None) or studio.save():
            if studio.folder is None:
                return
            self._new, self._chosen = False, 0
            self._desk.start(studio.folder, studio.project, plan)
            self._refresh()

    def _send(self, command: str) -> None:
        if self._desk.seen is not None:
            self._desk.send(self._desk.seen.name, command)  # type: ignore[arg-type]

    def _go_on(self) -> None:
        if self._desk.seen is not None:
            self._desk.resume(self._desk.seen.name)

    def _use(self) -> None:
        number = self._chosen

        def then(project: Project) -> None:
            if isValid(self):
                self._studio.change(f"Use the settings of trial {number}", project)
                self._studio.message.emit(f"The project has the settings of trial {number} now.", "info")

        if self._desk.seen is not None:
            self._desk.settings_of(self._desk.seen.name, number, then)

    def _take(self) -> None:
        folder = QFileDialog.getExistingDirectory(self, "An empty folder for the project", str(Path.home()))
        if folder:
            self.take_into(Path(folder))

    def take_into(self, folder: Path) -> None:
        """Makes a project of the chosen trial there and opens it."""
        if self._desk.seen is not None:
            self._desk.take(self._desk.seen.name, self._chosen, folder, self._studio.open_project)

    def _show_run(self) -> None:
        seen = self._desk.seen
        trial = seen.results.trial(self._chosen) if seen else None
        if trial is not None and trial.run:
            self.backWanted.emit()
            self._studio.choose_run(trial.run)


def _where(results: Results) -> str:
    ended = sum(each.ended for each in results.trials)
    parts = [f"{_WORDS[results.status]} · {ended} of {results.planned} trials"]
    for state, words in (("failed", "failed"), ("pruned", "ended early")):
        count = sum(each.state == state for each in results.trials)
        if count:
            parts.append(f"{count} {words}")
    best = results.best
    if best is not None:
        value = numbers.metric(results.goal, best.score)
        parts.append(f"best {numbers.metric_title(results.goal)} {value} (trial {best.number})")
    return " · ".join(parts)
