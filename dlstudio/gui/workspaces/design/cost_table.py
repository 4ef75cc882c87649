"""Where the cost is: the layers with their parameters, multiply-adds and activations, sorted by any of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, QSize, Qt, Signal
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QSizePolicy, QTableView, QWidget

from dlstudio.gui import theme
from dlstudio.gui.canvas.node_look import count_text
from dlstudio.training.quantities import bytes_text

if TYPE_CHECKING:
    from dlstudio.compiler.facts import LayerFacts

_HEADINGS = ("Layer", "Param.", "MACs", "Values")
_WIDTHS = (0, 56, 68, 56)
_TIPS = (
    "A click selects the layer",
    "Parameters: weights, trainable or not",
    "Multiply-adds (multiply-accumulate operations) for one sample",
    "Activations: values that the layer gives for one sample; training keeps them for a whole batch",
)
_ROW = 22
_SHOWN_ROWS = 8
_Index = QModelIndex | QPersistentModelIndex


@dataclass(frozen=True)
class CostRow:
    """One layer; None is a number that is not known."""

    name: str
    parameters: int | None
    multiply_adds: int | None
    activations: int | None
    bytes: int | None

    @property
    def cells(self) -> tuple[str, int | None, int | None, int | None]:
        return self.name, self.parameters, self.multiply_adds, self.activations


def cost_rows(layers: Mapping[str, LayerFacts], batch_size: int) -> tuple[CostRow, ...]:
    """The layers that cost something, in the order of the graph."""
    found = []
    for name, facts in layers.items():
        if facts.parameters or facts.multiply_adds or facts.activations:
            values = facts.activation_bytes(batch_size)
            found.append(CostRow(name, facts.parameters, facts.multiply_adds, facts.activations, values))
    return tuple(found)


class CostTable(QTableView):
    """A small table; the layer with the most multiply-adds comes first until another heading is clicked.

    Signals:
        chosen(str): The layer that was clicked.
    """

    chosen = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.rows = _CostModel(self)
        self.setModel(self.rows)
        self.setAccessibleName("Where the cost is")
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setShowGrid(False)
        self.setWordWrap(False)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        side = self.verticalHeader()
        side.hide()
        side.setDefaultSectionSize(_ROW)
        side.setMinimumSectionSize(_ROW)
        head = self.horizontalHeader()
        head.setSectionsClickable(True)
        head.setHighlightSections(False)
        head.setMinimumSectionSize(40)
        head.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        for column, width in enumerate(_WIDTHS):
            head.resizeSection(column, width)
        head.setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        self.setSortingEnabled(True)
        head.setSortIndicatorShown(False)  # it would cover a heading as narrow as these; an arrow is in the text
        self.sortByColumn(2, Qt.SortOrder.DescendingOrder)
        self.clicked.connect(self._choose)
        self.activated.connect(self._choose)

    def show_rows(self, rows: tuple[CostRow, ...]) -> None:
        """Shows these layers, sorted as the person wants it."""
        if self.rows.replace(rows):
            self.updateGeometry()

    def sizeHint(self) -> QSize:
        rows = max(1, min(_SHOWN_ROWS, self.rows.rowCount()))
        return QSize(200, self.horizontalHeader().sizeHint().height() + rows * _ROW + 2)

    def _choose(self, index: QModelIndex) -> None:
        self.chosen.emit(self.rows.name(index.row()))


class _CostModel(QAbstractTableModel):
    """The rows in the order wanted; a thousand of them cost nothing until they are looked at."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._given: tuple[CostRow, ...] = ()
        self._shown: list[CostRow] = []
        self._order = (2, Qt.SortOrder.DescendingOrder)

    def replace(self, rows: tuple[CostRow, ...]) -> bool:
        """Takes other rows; whether they are others."""
        if rows == self._given:
            return False
        self.beginResetModel()
        self._given = rows
        self._sort()
        self.endResetModel()
        return True

    def name(self, row: int) -> str:
        return self._shown[row].name

    def rowCount(self, parent: _Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else len(self._shown)

    def columnCount(self, parent: _Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else len(_HEADINGS)

    def sort(self, column: int, order: Qt.SortOrder = Qt.SortOrder.AscendingOrder) -> None:
        self.layoutAboutToBeChanged.emit()
        self._order = (column, order)
        self._sort()
        self.layoutChanged.emit()
        self.headerDataChanged.emit(Qt.Orientation.Horizontal, 0, len(_HEADINGS) - 1)

    def _sort(self) -> None:
        column, order = self._order
        falling = order == Qt.SortOrder.DescendingOrder
        if column == 0:
            self._shown = sorted(self._given, key=lambda row: row.name.casefold(), reverse=falling)
            return
        # What is not known comes last, whichever way it goes.
        numbers = [row for row in self._given if row.cells[column] is not None]
        unknown = [row for row in self._given if row.cells[column] is None]
        self._shown = sorted(numbers, key=lambda row: row.cells[column] or 0, reverse=falling) + unknown

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if orientation != Qt.Orientation.Horizontal:
            return None
        if role == Qt.ItemDataRole.DisplayRole:
            column, order = self._order
            arrow = "" if section != column else " ↓" if order == Qt.SortOrder.DescendingOrder else " ↑"
            return _HEADINGS[section] + arrow
        if role == Qt.ItemDataRole.ToolTipRole:
            return _TIPS[section]
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return _side(section)
        return theme.ui_font(11) if role == Qt.ItemDataRole.FontRole else None

    def data(self, index: _Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        row, column = self._shown[index.row()], index.column()
        value = row.cells[column]
        if role == Qt.ItemDataRole.DisplayRole:
            return value if isinstance(value, str) else "?" if value is None else count_text(value) if value else "–"
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return _side(column)
        if role == Qt.ItemDataRole.FontRole:
            return theme.ui_font(12) if column == 0 else theme.mono_font(11)
        if role == Qt.ItemDataRole.ToolTipRole and column == 3 and row.bytes:
            return f"{row.activations:,} values for one sample, {bytes_text(row.bytes)} for one batch"
        return row.name if role == Qt.ItemDataRole.ToolTipRole and column == 0 else None


def _side(column: int) -> Qt.AlignmentFlag:
    side = Qt.AlignmentFlag.AlignLeft if column == 0 else Qt.AlignmentFlag.AlignRight
    return side | Qt.AlignmentFlag.AlignVCenter
