"""The Data workspace: columns and split at the left, samples in the middle, what is in them at the right.

Everything shown comes from the project and from the engine's description of the data; every edit is a change of the
project, after which the studio has the data described anew while the last description stays on the screen.
"""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QProgressBar, QSplitter, QStackedWidget, QVBoxLayout, QWidget
from shiboken6 import isValid

from dlstudio.data.hugging_face.hub_address import is_hub_address
from dlstudio.graph.problems import Fix
from dlstudio.gui import theme
from dlstudio.gui.plots import numbers
from dlstudio.gui.studio import Studio
from dlstudio.gui.workspaces.data import changes
from dlstudio.gui.workspaces.data.columns_panel import ColumnsPanel
from dlstudio.gui.workspaces.data.examination import Examination
from dlstudio.gui.workspaces.data.issues import IssueList
from dlstudio.gui.workspaces.data.overview import Overview
from dlstudio.gui.workspaces.data.samples import Samples
from dlstudio.gui.workspaces.data.start import DataStart
from dlstudio.gui.workspaces.data.view import Choice, DataView, read_view
from dlstudio.gui.workspaces.panels import button, label


class DataWorkspace(QWidget):
    """Shows and edits the project's data."""

    def __init__(self, studio: Studio, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._studio = studio
        self._asked_for = ""
        self._request = 0
        self._view: DataView | None = None
        self._summary: object = None
        self.start = DataStart()
        self.start.chosen.connect(self._use)
        self.start.stopped.connect(self._give_up)
        self.start.back.clicked.connect(lambda _=False: self._show_page(choosing=False))
        self.columns = ColumnsPanel(studio, self._choose_other, self._examine)
        self.samples = Samples(studio)
        self.overview = Overview()
        self.overview.classChosen.connect(lambda _, name: self.samples.show_class(name))
        self.issues = IssueList()
        self.issues.choiceMade.connect(self._choose)
        self.issues.rowsWanted.connect(lambda issue: self.samples.show_rows(issue.rows))
        self.examination = Examination(studio)
        self.examination.changed.connect(self._show_issues)
        self.trouble = label("", "error", wrap=True)
        self.busy = QProgressBar()
        self.busy.setRange(0, 0)
        self.busy.setTextVisible(False)
        self.busy.setFixedHeight(3)
        keep = self.busy.sizePolicy()
        keep.setRetainSizeWhenHidden(True)  # the samples must not jump when a description arrives
        self.busy.setSizePolicy(keep)
        self.reading = label("", "dim")
        self.stop = button("Stop", studio.stop_reading, "link", "What has been looked at is not looked at again")
        self._reading_row = QWidget()
        self._build()
        studio.projectChanged.connect(self.refresh)
        studio.summaryChanged.connect(self.refresh)
        studio.documentOpened.connect(self._forget)
        studio.message.connect(self._heard)
        studio.readingProgressed.connect(self._show_progress)
        self.refresh()

    def _build(self) -> None:
        middle = QWidget()
        inner = QVBoxLayout(middle)
        inner.setContentsMargins(theme.SPACE_3, theme.SPACE_2, theme.SPACE_3, theme.SPACE_3)
        inner.setSpacing(theme.SPACE_2)
        reading = QHBoxLayout(self._reading_row)
        reading.setContentsMargins(0, 0, 0, 0)
        reading.setSpacing(theme.SPACE_4)
        reading.addWidget(self.reading)
        reading.addWidget(self.stop)
        reading.addStretch(1)
        self._reading_row.hide()
        inner.addWidget(self.busy)
        inner.addWidget(self._reading_row)
        inner.addWidget(self.trouble)
        inner.addWidget(self.issues)
        inner.addWidget(self.samples, 1)
        splitter = QSplitter(Qt.Orientation.Horizontal)
        splitter.setHandleWidth(1)
        for widget in (self.columns, middle, self.overview):
            splitter.addWidget(widget)
        splitter.setStretchFactor(1, 1)
        splitter.setSizes([380, 780, 290])
        self.pages = QStackedWidget()
        self.pages.addWidget(self.start)
        self.pages.addWidget(splitter)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.pages)

    def refresh(self) -> None:
        """Shows the project and the description as they stand now."""
        studio = self._studio
        has_data = bool(studio.project.data.source)
        if has_data and self._asked_for:
            self._asked_for = ""
            self.start.say("")
        self._show_page(choosing=bool(self._asked_for))
        self._show_busy()
        self.trouble.setText(f"✕ {studio.summary_error}" if studio.summary_error else "")
        self.trouble.setVisible(bool(studio.summary_error))
        if studio.summary is not None and studio.summary is not self._summary:
            self._summary = studio.summary
            self._view = read_view(studio.summary)
            self.overview.show_view(self._view)
            self.samples.show_rows(None)
            self.samples.show_view(self._view)
            self.examination.data_described()
            self._show_issues()
        self.columns.show_view(self._view)

    def _show_busy(self) -> None:
        busy = self._studio.describing or self.examination.looking
        self.busy.setVisible(busy)
        if not busy:
            self.busy.setRange(0, 0)
            self._reading_row.hide()

    def _show_progress(self, what: str, done: int, total: int) -> None:
        if self._asked_for:
            share = f", {done / total:.0%}" if total and what.startswith("Fetching") else ""
            self.start.say(f"{what}{share} …", "dim", can_stop=True)
        if not (self._studio.describing or self.examination.looking):
            return
        self.busy.setRange(0, total)
        self.busy.setValue(done)
        self.reading.setText(f"{what}: {numbers.count(done)} of {numbers.count(total)}" if total > 1000 else what)
        self.stop.setVisible(self._studio.describing)
        self._reading_row.show()

    def _examine(self) -> None:
        self.examination.begin()

    def _show_issues(self) -> None:
        self._show_busy()
        known = self._view.issues if self._view is not None else ()
        said = {issue.message for issue in known}
        found = tuple(issue for issue in self.examination.findings if issue.message not in said)
        self.issues.show_issues((*known, *found))

    def _show_page(self, choosing: bool) -> None:
        has_data = bool(self._studio.project.data.source)
        self.start.back.setVisible(choosing and has_data)
        self.pages.setCurrentIndex(0 if choosing or not has_data else 1)

    def _choose_other(self) -> None:
        self.start.say("")
        self._show_page(choosing=True)

    def _use(self, path: str) -> None:
        self._asked_for = path
        hub = is_hub_address(path)
        self.start.say("Asking the hub …" if hub else "Looking at the data …", "dim", can_stop=hub)
        self._request = self._studio.set_data(path, self._used)

    def _give_up(self) -> None:
        self._studio.cancel(self._request)
        self._asked_for = ""
        self.start.say("")

    def _used(self) -> None:
        if not isValid(self):  # another project was opened meanwhile
            return
        self._asked_for = ""
        self.start.say("")
        self._show_page(choosing=False)

    def _heard(self, sentence: str, severity: str) -> None:
        # What was asked for could not be read: the sentence belongs beside the place where it was dropped.
        if self._asked_for and severity == "error":
            self._asked_for = ""
            self.start.say(sentence)

    def _forget(self) -> None:
        self._view, self._summary, self._asked_for = None, None, ""
        self.examination.forget()
        self.samples.show_rows(None)
        self.start.say("")

    def _choose(self, choice: Choice | Fix) -> None:
        if isinstance(choice, Fix):
            self._studio.apply(choice.label, choice.edits)
            return
        self._studio.change(choice.label, changes.set_data_option(self._studio.project, choice.option, choice.value))
