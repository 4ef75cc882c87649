"""All runs of the project as a table with a filter, and what differs between those that are ticked."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QCheckBox,
    QHBoxLayout,
    QHeaderView,
    QLineEdit,
    QSplitter,
    QTreeWidget,
    QTreeWidgetItem,
    QVBoxLayout,
    QWidget,
)

from dlstudio.gui import theme
from dlstudio.gui.editors.editor import CalmComboBox
from dlstudio.gui.plots import numbers
from dlstudio.gui.workspaces.panels import button, label
from dlstudio.gui.workspaces.train.run_columns import STATES, title_of
from dlstudio.gui.workspaces.train.run_table import RunTable
from dlstudio.training.runs.run_info import RunInfo
from dlstudio.workbench.comparing import across
from dlstudio.workbench.run_filter import RunFilter

_HELP = (
    "Words that all have to be true of a run: in its name, state, optimizer, tags or note. Also tag:baseline, "
    "state:failed, optimizer:adam, seed:7, is:pinned, is:trial; - in front turns a word round: -tag:old"
)


class RunsPage(QWidget):
    """Lists, filters, groups and compares runs; what is to happen with them it leaves to its owner."""

    comparisonWanted = Signal(str, str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._runs: tuple[RunInfo, ...] = ()
        self._shown = ""
        self._ticked: tuple[str, ...] = ()
        self._compared: tuple[RunInfo, ...] = ()
        self.words = QLineEdit()
        self.words.setPlaceholderText("Filter: words, tag:…, state:…, is:pinned")
        self.words.setToolTip(_HELP)
        self.words.setClearButtonEnabled(True)
        self.words.setAccessibleName("filter of runs")
        self.words.setMinimumWidth(120)
        self.words.textChanged.connect(lambda _: self.refresh())
        self.state, self.tag = CalmComboBox(), CalmComboBox()
        for combo, name in ((self.state, "state of the runs"), (self.tag, "tag of the runs")):
            combo.setAccessibleName(name)
            combo.setMinimumContentsLength(7)
            combo.currentIndexChanged.connect(lambda _: self.refresh())
        self.grouped = QCheckBox("Group seeds")
        self.grouped.setToolTip("Puts runs that differ in the seed alone together: mean ± standard deviation")
        self.grouped.toggled.connect(lambda _: self.refresh())
        self.found = label("", "dim")
        self.table = RunTable()
        self.nothing = label("No run has all of these words.", "dim")
        self.differences = QTreeWidget()
        self.differences.setRootIsDecorated(False)
        self.differences.setSelectionMode(QAbstractItemView.SelectionMode.NoSelection)
        self.differences.setAccessibleName("what differs between the ticked runs")
        self.heading = label("", "heading")
        self.open_both = button("Compare networks", self._compare, "", "Both drawings side by side")
        self._build()
        theme.signals.changed.connect(self._restyle)

    def _build(self) -> None:
        top = QHBoxLayout()
        top.setSpacing(theme.SPACE_2)
        top.addWidget(self.words, 1)
        for widget in (self.state, self.tag, self.grouped, self.found):
            top.addWidget(widget)
        above, self._below = QWidget(), QWidget()
        listed = QVBoxLayout(above)
        listed.setContentsMargins(0, 0, 0, 0)
        listed.addWidget(self.table, 1)
        listed.addWidget(self.nothing)
        below = QVBoxLayout(self._below)
        below.setContentsMargins(0, 0, 0, 0)
        below.setSpacing(theme.SPACE_2)
        head = QHBoxLayout()
        head.addWidget(self.heading, 1)
        head.addWidget(self.open_both)
        below.addLayout(head)
        below.addWidget(self.differences, 1)
        halves = self._halves = QSplitter(Qt.Orientation.Vertical)
        halves.setHandleWidth(theme.SPACE_3)
        halves.setChildrenCollapsible(False)
        halves.addWidget(above)
        halves.addWidget(self._below)
        halves.setSizes([420, 260])
        halves.setStyleSheet("QSplitter::handle { background: transparent; }")
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(theme.SPACE_3)
        layout.addLayout(top)
        layout.addWidget(halves, 1)

    def show_runs(self, runs: Sequence[RunInfo], shown: str, ticked: Sequence[str]) -> None:
        """Shows these runs (the oldest first), which of them is looked at and which are compared."""
        self._runs, self._shown, self._ticked = tuple(runs), shown, tuple(ticked)
        self.refresh()

    def refresh(self) -> None:
        """Writes what has changed; nothing while it is not in sight."""
        if not self.isVisible():
            return
        states = sorted({run.status for run in self._runs})
        self._offer(self.state, "any state", {state: STATES.get(state, state) for state in states})
        tags = sorted({tag for run in self._runs for tag in run.marks.tags})
        self._offer(self.tag, "any tag", {tag: tag for tag in tags})
        wanted = RunFilter.of(self.words.text())
        state, tag = self.state.currentData(), self.tag.currentData()
        listed = [
            run
            for run in self._runs
            if wanted.matches(run) and state in (None, run.status) and (tag is None or tag in run.marks.tags)
        ]
        self.table.show_runs(self._runs, listed, self._shown, self._ticked, grouped=self.grouped.isChecked())
        few = len(listed) < len(self._runs)
        self.found.setText(f"{len(listed)} of {len(self._runs)}" if few else numbers.counted(len(listed), "run"))
        self.nothing.setVisible(bool(self._runs) and not listed)
        self._show_differences()

    def _restyle(self) -> None:
        self._compared = ()
        self.refresh()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.refresh()

    def _offer(self, combo: CalmComboBox, none: str, values: dict[str, str]) -> None:
        """Fills a box with what there is to choose from; what was chosen stays, if it is still there."""
        if [combo.itemData(place) for place in range(combo.count())] == [None, *values]:
            return
        kept = combo.currentData()
        combo.blockSignals(True)
        combo.clear()
        combo.addItem(none, None)
        for value, title in values.items():
            combo.addItem(title, value)
        combo.setCurrentIndex(max(combo.findData(kept), 0))
        combo.blockSignals(False)
        combo.setVisible(bool(values))

    def _show_differences(self) -> None:
        compared = tuple(run for run in self._runs if run.name in self._ticked or run.name == self._shown)
        if [run.name for run in compared] == [run.name for run in self._compared]:
            return
        self._compared = compared
        self._below.setVisible(len(compared) > 1)
        self.open_both.setVisible(len(compared) == 2)
        if len(compared) < 2:
            return
        rows = across([run.project for run in compared])
        named = numbers.counted(len(compared), "run")
        self.heading.setText(f"What differs between {named}" if rows else f"The {named} have the same settings")
        self.differences.clear()
        self.differences.setHeaderLabels(["", *(title_of(run.name).capitalize() for run in compared)])
        for name, values in rows:
            item = QTreeWidgetItem([numbers.sentence_case(name), *values])
            for place, value in enumerate(values, 1):
                item.setToolTip(place, value)
                item.setForeground(place, theme.color("text" if value != values[0] or place == 1 else "dim"))
            self.differences.addTopLevelItem(item)
        header = self.differences.header()
        header.setStretchLastSection(False)
        header.setSectionResizeMode(QHeaderView.ResizeMode.Stretch)
        header.setMinimumSectionSize(90)

    def _compare(self) -> None:
        first, second = (run.name for run in self._compared)
        self.comparisonWanted.emit(first, second)
