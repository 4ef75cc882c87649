"""The table of all runs: any column sorts, seeds can be grouped, a tick lays a run's curves over the others."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import QPoint, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QTreeWidget, QTreeWidgetItem, QWidget

from dlstudio.gui import theme
from dlstudio.gui.editors.editor import tip
from dlstudio.gui.workspaces.train.run_columns import Cell, Column, cell_of, columns_of, group_cell
from dlstudio.gui.workspaces.train.run_list import check_style, dot, run_color
from dlstudio.gui.workspaces.train.seed_groups import seed_groups
from dlstudio.training.runs.run_info import RunInfo

_ORDER = Qt.ItemDataRole.UserRole
_NAME = Qt.ItemDataRole.UserRole + 1
_PINNED = Qt.ItemDataRole.UserRole + 2
_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
_WIDEST = 260
_TOKENS = {"failed": "error-text", "interrupted": "warning-text"}


class _Row(QTreeWidgetItem):
    """Sorts by what the cells mean; pinned runs stay at the top, what has no value comes last, whichever way."""

    def __lt__(self, other: QTreeWidgetItem) -> bool:
        table = self.treeWidget()
        upwards = table.header().sortIndicatorOrder() == Qt.SortOrder.AscendingOrder
        column = table.sortColumn()
        for mine, theirs in (
            (bool(self.data(0, _PINNED)), bool(other.data(0, _PINNED))),
            (self.data(column, _ORDER) is not None, other.data(column, _ORDER) is not None),
        ):
            if mine != theirs:
                return mine == upwards
        mine, theirs = self.data(column, _ORDER), other.data(column, _ORDER)
        if mine is None or mine == theirs:
            return str(self.data(0, _NAME)) < str(other.data(0, _NAME))
        return bool(mine < theirs)


class RunTable(QTreeWidget):
    """The runs, one a row; emits what is done with them by name."""

    chosen = Signal(str)
    opened = Signal(str)
    ticked = Signal(str, bool)
    removeWanted = Signal(list)
    menuWanted = Signal(str, QPoint)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._columns: tuple[Column, ...] = ()
        self._rows: dict[str, _Row] = {}
        self._layout: tuple[object, ...] = ()
        self._written: dict[tuple[str, int], object] = {}
        self._filling = False
        self.setUniformRowHeights(True)
        self.setIconSize(QSize(10, 10))
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.setSortingEnabled(True)
        self.sortByColumn(0, Qt.SortOrder.DescendingOrder)
        self.setAccessibleName("table of runs")
        self.setMinimumHeight(140)
        self.header().setStretchLastSection(False)
        self.itemClicked.connect(self._clicked)
        self.itemDoubleClicked.connect(lambda item, _: self._open(item))
        self.itemChanged.connect(self._changed)
        self.customContextMenuRequested.connect(self._menu)
        theme.signals.changed.connect(self._restyle)
        self._restyle()

    def _restyle(self) -> None:
        self.setStyleSheet(check_style())
        self._written.clear()

    # Showing

    def show_runs(
        self, all_runs: Sequence[RunInfo], runs: Sequence[RunInfo], shown: str, ticked: Sequence[str], *, grouped: bool
    ) -> None:
        """Writes the runs.

        Args:
            all_runs: Every run of the project, the oldest first: columns and colours follow these.
            runs: Those that are listed.
            shown: The run that is looked at.
            ticked: The runs whose curves are compared.
            grouped: Put runs together that differ in nothing but the seed.
        """
        self._filling = True
        self.setSortingEnabled(False)  # a row that is written must not move while it is
        columns = columns_of(all_runs)
        groups = seed_groups(runs) if grouped else [[run] for run in runs]
        layout = (columns, [[run.name for run in group] for group in groups])
        fresh = layout != self._layout
        if fresh:
            self._begin(columns, groups)
            self._layout = layout
        places = {run.name: place for place, run in enumerate(all_runs)}
        for group in groups:
            for run in group:
                self._write_run(run, places[run.name], shown=run.name == shown, ticked=run.name in ticked)
            parent = self._rows[group[0].name].parent()
            if isinstance(parent, _Row):
                parent.setData(0, _PINNED, any(run.marks.pinned for run in group))
                for place, column in enumerate(columns):
                    self._write(parent, place, group_cell(group, column.key))
        self.setSortingEnabled(True)
        if fresh:
            self._fit()
        self._filling = False

    def _begin(self, columns: tuple[Column, ...], groups: Sequence[Sequence[RunInfo]]) -> None:
        selected = set(self.selected())
        sorted_by = self._columns[self.sortColumn()].key if self._columns else "run"
        order = self.header().sortIndicatorOrder()
        self.clear()
        self._rows.clear()
        self._written.clear()
        self._columns = columns
        self.setColumnCount(len(columns))
        self.setHeaderLabels([column.title for column in columns])
        for place, column in enumerate(columns):
            if column.right:
                self.headerItem().setTextAlignment(place, _RIGHT)
        keys = [column.key for column in columns]
        self.header().setSortIndicator(keys.index(sorted_by) if sorted_by in keys else 0, order)
        for group in groups:
            parent = None
            if len(group) > 1:
                parent = _Row()
                self.addTopLevelItem(parent)
                parent.setData(0, _NAME, max(run.name for run in group))
                parent.setExpanded(True)
            for run in group:
                row = self._rows[run.name] = _Row()
                row.setData(0, _NAME, run.name)
                if parent is not None:
                    parent.addChild(row)
                else:
                    self.addTopLevelItem(row)
                row.setSelected(run.name in selected)
        self.setRootIsDecorated(any(len(group) > 1 for group in groups))

    def _fit(self) -> None:
        for place in range(self.columnCount()):
            self.resizeColumnToContents(place)
            self.setColumnWidth(place, min(self.columnWidth(place) + theme.SPACE_2, _WIDEST))
        self.header().setSectionResizeMode(QHeaderView.ResizeMode.Interactive)

    def _write_run(self, run: RunInfo, place: int, *, shown: bool, ticked: bool) -> None:
        row = self._rows[run.name]
        row.setData(0, _PINNED, run.marks.pinned)
        row.setCheckState(0, Qt.CheckState.Checked if ticked else Qt.CheckState.Unchecked)
        for number, column in enumerate(self._columns):
            token = _TOKENS.get(run.status, "text") if column.key == "state" else "text"
            self._write(row, number, cell_of(run, column.key), token)
        look = (place, shown, theme.theme_name())
        if self._written.get((run.name, -1)) != look:
            self._written[run.name, -1] = look
            row.setIcon(0, dot(theme.color("training") if shown else run_color(place)))
            font = row.font(0)
            font.setBold(shown)
            row.setFont(0, font)
        for number in (0, len(self._columns) - 1):
            row.setToolTip(number, tip(run.marks.note))

    def _write(self, row: _Row, place: int, cell: Cell, token: str = "text") -> None:
        key = (f"{row.data(0, _NAME)} {row.parent() is None and row.childCount()}", place)
        known = (cell, token)
        if self._written.get(key) == known:  # writing an item costs more than all the rest
            return
        self._written[key] = known
        row.setText(place, cell.text)
        row.setData(place, _ORDER, cell.order)
        row.setForeground(place, theme.color(token))
        if self._columns[place].right:
            row.setTextAlignment(place, _RIGHT)

    # What hands do

    def selected(self) -> list[str]:
        """Names of the selected runs, a group's runs for the group."""
        found: dict[str, None] = {}
        for item in self.selectedItems():
            found |= dict.fromkeys(_names(item))
        return list(found)

    def names(self) -> list[str]:
        """Names of the listed runs from top to bottom, as they are sorted."""
        found: list[str] = []
        for place in range(self.topLevelItemCount()):
            item = self.topLevelItem(place)
            if item is not None:
                found += _names(item)
        return found

    def keyPressEvent(self, event: QKeyEvent) -> None:
        item = self.currentItem()
        if event.key() in (Qt.Key.Key_Delete, Qt.Key.Key_Backspace):
            self.removeWanted.emit(self.selected())
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and item is not None:
            self._open(item)
        else:
            super().keyPressEvent(event)

    def _clicked(self, item: QTreeWidgetItem) -> None:
        if not item.childCount() and len(self.selectedItems()) < 2:
            self.chosen.emit(str(item.data(0, _NAME)))

    def _open(self, item: QTreeWidgetItem) -> None:
        if not item.childCount():
            self.opened.emit(str(item.data(0, _NAME)))

    def _changed(self, item: QTreeWidgetItem, column: int) -> None:
        if not self._filling and column == 0:
            self.ticked.emit(str(item.data(0, _NAME)), item.checkState(0) == Qt.CheckState.Checked)

    def _menu(self, place: QPoint) -> None:
        item: Any = self.itemAt(place)
        if item is not None and not item.childCount():
            self.menuWanted.emit(str(item.data(0, _NAME)), self.viewport().mapToGlobal(place))


def _names(item: QTreeWidgetItem) -> list[str]:
    """The run of a row, or the runs of a group from top to bottom."""
    inner = [child for place in range(item.childCount()) if (child := item.child(place)) is not None] or [item]
    return [str(each.data(0, _NAME)) for each in inner]
