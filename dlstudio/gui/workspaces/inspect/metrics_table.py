"""Metrics of each class in a table that sorts by any column."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QTableWidget, QTableWidgetItem

from dlstudio.gui import theme
from dlstudio.gui.plots import numbers
from dlstudio.gui.studio import Studio
from dlstudio.gui.workspaces.inspect.view import InspectView
from dlstudio.tasks.detection import SHOWN

_TEXTS: dict[str, Callable[[float], str]] = {
    "share": numbers.percent,
    "number": numbers.number,
    "count": numbers.count,
}


class MetricsTable(InspectView):
    """Shows a table result; the last row, the mean over all classes, stays at the bottom however it is sorted."""

    def __init__(self, studio: Studio, inspector: str = "classes", title: str = "Metrics per class") -> None:
        super().__init__(studio, inspector, title, "click a heading to sort")
        self._inspector = inspector
        self.table = QTableWidget()
        self.table.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.table.setShowGrid(False)
        self.table.verticalHeader().hide()
        self.table.setAccessibleName(title.lower())
        self.table.horizontalHeader().setSortIndicatorShown(True)
        self.table.horizontalHeader().setHighlightSections(False)
        self.table.horizontalHeader().sectionClicked.connect(self._sort)
        self._value: dict[str, Any] = {}
        self._order: tuple[int, bool] | None = None
        self.inner.addWidget(self.table, 1)

    def load(self) -> None:
        self.asker.inspect(self._inspector, {}, self._arrived, self.show_failure)

    def _arrived(self, value: dict[str, Any]) -> None:
        self._value, self._order = value, None
        columns = value["columns"]
        self.table.setColumnCount(len(columns))
        header = self.table.horizontalHeader()
        header.setSortIndicator(-1, Qt.SortOrder.AscendingOrder)
        header.setSectionResizeMode(QHeaderView.ResizeMode.Interactive)
        header.setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        for place, column in enumerate(columns):
            side = Qt.AlignmentFlag.AlignLeft if column["kind"] == "text" else Qt.AlignmentFlag.AlignRight
            heading = QTableWidgetItem(column["name"])
            heading.setTextAlignment(side | Qt.AlignmentFlag.AlignVCenter)
            self.table.setHorizontalHeaderItem(place, heading)
            self.table.setColumnWidth(place, 110)
        self._fill(value["rows"])
        self.show_content()

    def _sort(self, column: int) -> None:
        kind = self._value["columns"][column]["kind"]
        # The first click shows what matters: the worst share, the greatest count, names from A.
        falling = kind == "count" if self._order is None or self._order[0] != column else not self._order[1]
        self._order = (column, falling)
        *rows, last = self._value["rows"]
        rows.sort(key=lambda row: _key(row[column]), reverse=falling)
        order = Qt.SortOrder.DescendingOrder if falling else Qt.SortOrder.AscendingOrder
        self.table.horizontalHeader().setSortIndicator(column, order)
        self._fill([*rows, last])

    def _fill(self, rows: list[list[Any]]) -> None:
        columns = self._value["columns"]
        self.table.setRowCount(len(rows))
        for place, row in enumerate(rows):
            for at, (column, value) in enumerate(zip(columns, row, strict=True)):
                text = "–" if value is None else _TEXTS.get(column["kind"], str)(value)
                item = QTableWidgetItem(text)
                if column["kind"] != "text":
                    item.setTextAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
                    item.setFont(theme.mono_font(12))
                elif place == len(rows) - 1:
                    item.setFont(theme.ui_font(13, 600))
                self.table.setItem(place, at, item)


class MaskMetricsTable(MetricsTable):
    """The overlap of each class of a mask."""

    def __init__(self, studio: Studio) -> None:
        super().__init__(studio, "mask-classes", "Overlap per class")


class BoxMetricsTable(MetricsTable):
    """The average precision of each class of boxes."""

    def __init__(self, studio: Studio) -> None:
        super().__init__(studio, "box-classes", "Precision per class")
        shown = f"precision and recall from a confidence of {SHOWN:.2f} on, at an IoU of 0.50"
        self.set_subtitle(f"{shown} · click a heading to sort")


def _key(value: Any) -> tuple[bool, Any]:
    return (value is not None, value if value is not None else 0)
