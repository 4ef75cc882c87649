"""A table of samples that loads the rows it shows, page by page."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, QRectF, Qt, QTimer, Signal
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QHeaderView, QStyledItemDelegate, QStyleOptionViewItem, QTableView, QWidget

from dlstudio.gui import theme
from dlstudio.gui.editors.editor import tip
from dlstudio.gui.plots import numbers
from dlstudio.gui.plots.cards import PAGE
from dlstudio.gui.plots.sparkline import paint_series

Index = QModelIndex | QPersistentModelIndex
_NO_INDEX = QModelIndex()


class SampleModel(QAbstractTableModel):
    """Rows of the data; a page that is seen and not there yet is asked for."""

    pageNeeded = Signal(int, int)  # first place, number of places

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._rows: Sequence[int] = ()
        self._columns: list[str] = []
        self._types: Mapping[str, str] = {}
        self._values: dict[int, list[Any]] = {}
        self._asked: set[int] = set()
        self._wanted: set[int] = set()
        self._later = QTimer(self, singleShot=True, interval=30)
        self._later.timeout.connect(self._ask)

    def reset(self, rows: Sequence[int], columns: Sequence[str], types: Mapping[str, str]) -> None:
        """Shows these rows of the data under these columns; forgets all values."""
        self.beginResetModel()
        self._rows, self._columns, self._types = rows, list(columns), types
        self._values.clear()
        self._asked.clear()
        self._wanted.clear()
        self.endResetModel()

    def set_values(self, first: int, columns: Sequence[str], values: Sequence[Sequence[Any]]) -> None:
        """Fills places from ``first`` on with values in the order of ``columns``."""
        order = [columns.index(name) if name in columns else -1 for name in self._columns]
        for place, row in enumerate(values, first):
            self._values[place] = [row[i] if i >= 0 else None for i in order]
        if values and self._columns:
            last = self.index(first + len(values) - 1, len(self._columns) - 1)
            self.dataChanged.emit(self.index(first, 0), last)

    def rowCount(self, parent: Index = _NO_INDEX) -> int:
        return 0 if parent.isValid() else len(self._rows)

    def columnCount(self, parent: Index = _NO_INDEX) -> int:
        return 0 if parent.isValid() else len(self._columns)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        values = self._values.get(index.row())
        if values is None:
            if role == Qt.ItemDataRole.DisplayRole:
                self._want(index.row() // PAGE)
                return "…"
            return None
        value = values[index.column()]
        if role == Qt.ItemDataRole.DisplayRole:
            return _text(value)
        if role == Qt.ItemDataRole.UserRole:
            return value
        if role == Qt.ItemDataRole.ToolTipRole:
            return tip(_text(value)) if isinstance(value, str) and len(value) > 40 else None
        number = isinstance(value, int | float) or self._types.get(self._columns[index.column()]) == "number"
        if role == Qt.ItemDataRole.TextAlignmentRole and number:
            return int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        if role == Qt.ItemDataRole.ForegroundRole and value in (None, ""):
            return theme.color("warning-text")
        return None

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if role == Qt.ItemDataRole.TextAlignmentRole and orientation == Qt.Orientation.Horizontal:
            right = self._types.get(self._columns[section]) == "number"
            side = Qt.AlignmentFlag.AlignRight if right else Qt.AlignmentFlag.AlignLeft
            return int(side | Qt.AlignmentFlag.AlignVCenter)
        if role != Qt.ItemDataRole.DisplayRole:
            return None
        if orientation == Qt.Orientation.Vertical:
            return str(self._rows[section] + 1)
        name = self._columns[section]
        return f"{name}\n{self._types.get(name, '')}"

    def _want(self, page: int) -> None:
        if page not in self._asked:
            self._wanted.add(page)
            if not self._later.isActive():
                self._later.start()

    def _ask(self) -> None:
        pages, self._wanted = sorted(self._wanted), set()
        self._asked.update(pages)
        for page in pages:
            self.pageNeeded.emit(page * PAGE, min(PAGE, len(self._rows) - page * PAGE))


class SampleTable(QTableView):
    """The view of a :class:`SampleModel`; series are drawn as small lines."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.samples = SampleModel(self)
        self.setModel(self.samples)
        self.setItemDelegate(_Cell(self))
        self.setShowGrid(False)
        self.setWordWrap(False)
        self.setAlternatingRowColors(False)
        self.setSelectionBehavior(QTableView.SelectionBehavior.SelectRows)
        self.setVerticalScrollMode(QTableView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollMode(QTableView.ScrollMode.ScrollPerPixel)
        self.verticalHeader().setDefaultSectionSize(26)
        self.verticalHeader().setDefaultAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self.horizontalHeader().setDefaultAlignment(Qt.AlignmentFlag.AlignLeft)
        self.horizontalHeader().setHighlightSections(False)
        self.setAccessibleName("table of samples")
        self.setCornerWidget(QWidget())
        self.setStyleSheet("QTableView::item { padding: 0 8px; } QHeaderView::section:vertical { border: none; }")

    def show_rows(self, rows: Sequence[int], columns: Sequence[str], types: Mapping[str, str]) -> None:
        """Shows these rows; texts get the room that is left."""
        self.samples.reset(rows, columns, types)
        header = self.horizontalHeader()
        texts = [
            i for i, name in enumerate(columns) if types.get(name) in ("text", "tokens", "sentence", "translation")
        ]
        for i, name in enumerate(columns):
            header.setSectionResizeMode(i, QHeaderView.ResizeMode.Interactive)
            self.setColumnWidth(
                i,
                {
                    "text": 420,
                    "sentence": 320,
                    "translation": 320,
                    "next-tokens": 160,
                    "series": 220,
                    "image": 180,
                    "clip": 180,
                }.get(types.get(name, ""), 104),
            )
        header.setStretchLastSection(not texts)
        if texts:
            header.setSectionResizeMode(texts[0], QHeaderView.ResizeMode.Stretch)
            header.setMinimumSectionSize(90)


class _Cell(QStyledItemDelegate):
    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        value = index.data(Qt.ItemDataRole.UserRole)
        if isinstance(value, list) and value and not isinstance(value[0], str):
            paint_series(painter, QRectF(option.rect).adjusted(6, 4, -6, -4), value)
            return
        super().paint(painter, option, index)


def _text(value: Any) -> str:
    if value is None or value == "":
        return "missing"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int):
        return str(value)
    if isinstance(value, float):
        return numbers.number(value)
    if isinstance(value, list):
        return f"{len(value)} values"
    return str(value).replace("\n", " ")
