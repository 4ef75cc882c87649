"""The search box that adds a layer: a field, and the node types that match, the most used first."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import (
    QAbstractListModel,
    QEvent,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    QPoint,
    QRect,
    QSize,
    Qt,
    Signal,
)
from PySide6.QtGui import QFontMetrics, QKeyEvent, QPainter
from PySide6.QtWidgets import (
    QFrame,
    QLabel,
    QLineEdit,
    QListView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QVBoxLayout,
    QWidget,
)

from dlstudio.catalogue.node_types import Catalogue, NodeType
from dlstudio.catalogue.search import search
from dlstudio.gui import theme

WIDTH, ROWS, ROW_HEIGHT, MOST = 340, 8, 42, 120
_TYPE_ROLE = Qt.ItemDataRole.UserRole

Accept = Callable[[NodeType], bool]


class SearchPopup(QFrame):
    """Lies over the canvas; ``chosen`` gets the type's id, ``closed`` follows in any case.

    Args:
        catalogue: Gives the node types when asked; it may not be loaded before the first search.
        parent: The view that it lies over.
    """

    chosen = Signal(str)
    closed = Signal()

    def __init__(self, catalogue: Callable[[], Catalogue], parent: QWidget) -> None:
        super().__init__(parent)
        self._over = parent
        self._catalogue = catalogue
        self._fitting: list[str] = []
        self._open = False
        self.setObjectName("SearchPopup")
        theme.mark(self, "card")
        self.setFixedWidth(WIDTH)
        self.title = QLabel(self)
        self.title.setTextFormat(Qt.TextFormat.PlainText)
        theme.mark(self.title, "dim")
        self.field = QLineEdit(self)
        self.field.setPlaceholderText("Search layers …")
        self.field.setAccessibleName("Search layers")
        self.field.setClearButtonEnabled(False)
        self.model = TypeListModel(self)
        self.list = QListView(self)
        self.list.setModel(self.model)
        self.list.setItemDelegate(_TypeDelegate(self.list))
        self.list.setUniformItemSizes(True)
        self.list.setMouseTracking(True)
        self.list.setFrameShape(QFrame.Shape.NoFrame)
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.list.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.list.setAccessibleName("Matching layers")
        self.nothing = QLabel("Nothing fits. Try another word.", self)
        theme.mark(self.nothing, "dim")
        self.nothing.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.nothing.setFixedHeight(ROW_HEIGHT)
        box = QVBoxLayout(self)
        box.setContentsMargins(8, 8, 8, 8)
        box.setSpacing(6)
        for widget in (self.title, self.field, self.list, self.nothing):
            box.addWidget(widget)
        self.field.textEdited.connect(self._fill)
        self.field.installEventFilter(self)
        self.list.clicked.connect(self._take)
        self.hide()

    @property
    def is_open(self) -> bool:
        return self._open

    def open(self, at: QPoint, title: str, accept: Accept | None = None) -> None:
        """Opens beside a point of the parent, whole within the parent; ``accept`` filters the types."""
        catalogue = self._catalogue()
        self._fitting = [t.id for t in catalogue if accept is None or accept(t)]
        self._open = True
        self.title.setText(title)
        self.field.clear()
        self._fill("")
        room = self._over.size()
        tallest = self._height(ROWS)
        self.move(max(8, min(at.x(), room.width() - WIDTH - 8)), max(8, min(at.y(), room.height() - tallest - 8)))
        self.show()
        self.raise_()
        self.field.setFocus(Qt.FocusReason.PopupFocusReason)

    def close_search(self) -> None:
        """Closes without a choice."""
        if self._open:
            self._open = False
            self.hide()
            self.closed.emit()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.FocusOut and self._open and not self.isAncestorOf(self.focusWidget() or self):
            self.close_search()
        if event.type() == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent):
            event.accept()  # no shortcut of the window fires while a name is being typed
            return False
        if event.type() == QEvent.Type.KeyPress and isinstance(event, QKeyEvent):
            return self._key(event)
        return bool(super().eventFilter(watched, event))

    def _key(self, event: QKeyEvent) -> bool:
        key = Qt.Key(event.key())
        if key == Qt.Key.Key_Escape:
            self.close_search()
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Tab):
            self._take(self.list.currentIndex())
        elif key in (Qt.Key.Key_Down, Qt.Key.Key_Up, Qt.Key.Key_PageDown, Qt.Key.Key_PageUp):
            step = {Qt.Key.Key_Down: 1, Qt.Key.Key_Up: -1, Qt.Key.Key_PageDown: ROWS, Qt.Key.Key_PageUp: -ROWS}[key]
            count = self.model.rowCount()
            if count:
                row = self.list.currentIndex().row() + step
                row = row % count if abs(step) == 1 else min(max(row, 0), count - 1)
                self.list.setCurrentIndex(self.model.index(row))
        else:
            return False
        return True

    def _fill(self, text: str) -> None:
        self.model.show_types(search(self._catalogue(), text, MOST, self._fitting))
        count = self.model.rowCount()
        self.list.setVisible(count > 0)
        self.nothing.setVisible(count == 0)
        self.list.setFixedHeight(max(1, min(count, ROWS)) * ROW_HEIGHT)
        if count:
            self.list.setCurrentIndex(self.model.index(0))
            self.list.scrollToTop()
        self.setFixedHeight(self._height(min(max(count, 1), ROWS)))

    def _height(self, rows: int) -> int:
        return 16 + self.title.sizeHint().height() + self.field.sizeHint().height() + 12 + rows * ROW_HEIGHT

    def _take(self, index: QModelIndex) -> None:
        node_type = self.model.data(index, _TYPE_ROLE) if index.isValid() else None
        if not isinstance(node_type, NodeType):
            return
        self._open = False
        self.hide()
        self.chosen.emit(node_type.id)
        self.closed.emit()


class TypeListModel(QAbstractListModel):
    """Node types in the order in which the search ranks them."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._types: list[NodeType] = []

    def show_types(self, types: Sequence[NodeType]) -> None:
        self.beginResetModel()
        self._types = list(types)
        self.endResetModel()

    def rowCount(self, parent: QModelIndex | QPersistentModelIndex = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else len(self._types)

    def data(self, index: QModelIndex | QPersistentModelIndex, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        if not index.isValid() or index.row() >= len(self._types):
            return None
        node_type = self._types[index.row()]
        if role == _TYPE_ROLE:
            return node_type
        if role == Qt.ItemDataRole.DisplayRole:
            return node_type.name
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return f"{node_type.name}, {node_type.category}. {node_type.summary}"
        return None


class _TypeDelegate(QStyledItemDelegate):
    """A dot in the category's colour, the name, the summary below."""

    def sizeHint(self, _option: QStyleOptionViewItem, _index: QModelIndex | QPersistentModelIndex) -> QSize:
        return QSize(WIDTH - 16, ROW_HEIGHT)

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        node_type: NodeType = index.data(_TYPE_ROLE)
        rect: QRect = option.rect
        state: QStyle.StateFlag = option.state
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        if state & QStyle.StateFlag.State_Selected:
            painter.setBrush(theme.color("selection"))
            painter.drawRoundedRect(rect, 5, 5)
        elif state & QStyle.StateFlag.State_MouseOver:
            painter.setBrush(theme.color("raised"))
            painter.drawRoundedRect(rect, 5, 5)
        painter.setBrush(theme.category_color(node_type.category))
        painter.drawRoundedRect(QRect(rect.left() + 10, rect.top() + 8, 10, 10), 3, 3)
        left, width = rect.left() + 30, rect.width() - 38
        name_font, summary_font = theme.ui_font(13, 600), theme.ui_font(12)
        painter.setFont(name_font)
        painter.setPen(theme.color("text"))
        name = QFontMetrics(name_font).elidedText(node_type.name, Qt.TextElideMode.ElideRight, width)
        painter.drawText(QRect(left, rect.top() + 3, width, 19), Qt.AlignmentFlag.AlignVCenter, name)
        painter.setFont(summary_font)
        painter.setPen(theme.color("dim"))
        summary = node_type.summary or node_type.category
        summary = QFontMetrics(summary_font).elidedText(summary, Qt.TextElideMode.ElideRight, width)
        painter.drawText(QRect(left, rect.top() + 21, width, 17), Qt.AlignmentFlag.AlignVCenter, summary)
        painter.restore()
