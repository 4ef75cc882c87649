"""The table of trials: state, score, size and values; a click on a heading sorts."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QTreeWidget, QTreeWidgetItem, QWidget

from dlstudio.gui import theme
from dlstudio.gui.editors.editor import tip
from dlstudio.gui.plots import numbers
from dlstudio.search.trials import Results, Trial, short_names, value_text

_STATES = {
    "waiting": "○ waiting",
    "running": "▶ running",
    "finished": "✓ finished",
    "pruned": "– ended early",
    "failed": "✕ failed",
}
_ORDER = Qt.ItemDataRole.UserRole
_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
_FIXED = 5


class _Row(QTreeWidgetItem):
    """Sorts by what the cells mean, not by how they are written; what has no value comes last."""

    def __lt__(self, other: QTreeWidgetItem) -> bool:
        column = self.treeWidget().sortColumn()
        mine, theirs = self.data(column, _ORDER), other.data(column, _ORDER)
        if isinstance(mine, str) or isinstance(theirs, str):
            return str(mine) < str(theirs)
        return bool(mine < theirs)


class TrialTable(QTreeWidget):
    """The trials of a search."""

    chosen = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._rows: dict[int, QTreeWidgetItem] = {}
        self._paths: tuple[str, ...] = ()
        self._results: Results | None = None
        self.setRootIsDecorated(False)
        self.setUniformRowHeights(True)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setSortingEnabled(True)
        self.setAccessibleName("trials")
        self.setMinimumHeight(140)
        self.header().setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        self.header().setStretchLastSection(False)
        self.sortByColumn(0, Qt.SortOrder.AscendingOrder)
        self.currentItemChanged.connect(self._current_changed)
        theme.signals.changed.connect(self._restyle)

    def _restyle(self) -> None:
        if self._results is not None:
            self.show_results(self._results)

    def show_results(self, results: Results) -> None:
        """Writes all trials; the chosen row stays chosen."""
        self._results = results
        paths = tuple(dict.fromkeys(path for trial in results.trials for path in trial.values))
        if paths != self._paths or not self._rows:
            self._begin(paths, results.goal)
        self.setHeaderLabels(self._titles(results.goal))
        for column in range(self.columnCount()):
            if column > 1:
                self.headerItem().setTextAlignment(column, _RIGHT)
        self.setSortingEnabled(False)  # a row that is written must not move while it is
        for trial in results.trials:
            row = self._rows.get(trial.number)
            if row is None:
                row = self._rows[trial.number] = _Row()
                self.addTopLevelItem(row)
            self._write(row, trial, results)
        for number in [each for each in self._rows if results.trial(each) is None]:
            row = self._rows.pop(number)
            self.takeTopLevelItem(self.indexOfTopLevelItem(row))
        self.setSortingEnabled(True)

    def mark(self, number: int) -> None:
        """Chooses a row; 0 chooses none."""
        row = self._rows.get(number)
        if row is None:
            self.clearSelection()
        elif row is not self.currentItem():
            self.setCurrentItem(row)
            self.scrollToItem(row)

    def _begin(self, paths: tuple[str, ...], goal: str) -> None:
        self.clear()
        self._rows.clear()
        self._paths = paths
        self.setColumnCount(_FIXED + len(paths))

    def _titles(self, goal: str) -> list[str]:
        names = short_names(self._paths)
        score = numbers.metric_title(goal) if goal else "score"
        return ["trial", "state", score, "parameters", "epochs", *(names[path] for path in self._paths)]

    def _write(self, row: QTreeWidgetItem, trial: Trial, results: Results) -> None:
        worst = float("-inf") if results.higher else float("inf")
        cells: list[tuple[str, Any]] = [
            (str(trial.number), trial.number),
            (_STATES[trial.state], trial.state),
            (numbers.metric(results.goal, trial.score), worst if trial.score is None else trial.score),
            (numbers.count(trial.parameters) if trial.parameters else "–", trial.parameters),
            (f"{trial.epoch} of {trial.epochs}" if trial.epochs else "–", trial.epoch),
        ]
        for path in self._paths:
            value = trial.values.get(path)
            plain = isinstance(value, int | float) and not isinstance(value, bool)
            cells.append((value_text(value), value if plain else value_text(value)))
        failed = trial.state == "failed"
        for column, (text, order) in enumerate(cells):
            row.setText(column, text)
            row.setData(column, _ORDER, order)
            row.setToolTip(column, tip(trial.message))
            row.setForeground(column, theme.color("error-text" if failed and column == 1 else "text"))
            if column > 1:
                row.setTextAlignment(column, _RIGHT)

    def _current_changed(self, current: QTreeWidgetItem | None, _before: QTreeWidgetItem | None) -> None:
        if current is not None:
            self.chosen.emit(int(current.data(0, _ORDER)))
