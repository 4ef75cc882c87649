"""The palette of layers at the left of the canvas: by category, searchable, to be dragged or added by Enter."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QMimeData, QModelIndex, QPersistentModelIndex, QPoint, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QContextMenuEvent, QKeyEvent, QPainter
from PySide6.QtWidgets import (
    QAbstractItemView,
    QFrame,
    QLineEdit,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTreeWidget,
    QTreeWidgetItem,
    QTreeWidgetItemIterator,
    QVBoxLayout,
    QWidget,
)

from dlstudio.catalogue.node_types import CATEGORIES, Catalogue, NodeType
from dlstudio.gui import theme
from dlstudio.gui.editors.editor import tip
from dlstudio.gui.fuzzy import best_score
from dlstudio.gui.icons import paint_icon
from dlstudio.workbench.block_offer import MINE, SHIPPED, shelf_of

MIME = "application/x-dlstudio-node"
UNUSABLE = "not on the canvas yet"
BLOCK_SHELVES = {"block": "Blocks of this project", MINE: "My blocks", SHIPPED: "Ready-made blocks"}
FOLDED_AT_FIRST = frozenset({"preprocessing", "operation", SHIPPED, UNUSABLE})

_TYPE = Qt.ItemDataRole.UserRole
_CATEGORY = Qt.ItemDataRole.UserRole + 1

Index = QModelIndex | QPersistentModelIndex


class LayerPalette(QFrame):
    """All node types of the catalogue.

    Signals:
        chosen(str): The id of a type that was double-clicked or entered, to be added after the selection.
    """

    chosen = Signal(str)
    menuWanted = Signal(str, QPoint)
    """The id of a block's type and a place on the screen: what can be done with it is asked for."""
    renamed = Signal(str, str)
    """The id of a block's type and the name that was typed over its own."""
    removeWanted = Signal(str)
    """The id of a block's type on which Delete was pressed."""

    def __init__(
        self, catalogue: Catalogue, folded: Sequence[str] | None = None, parent: QWidget | None = None
    ) -> None:
        """Args:
        catalogue: What is offered.
        folded: Categories that start folded; the bulky ones unless given.
        parent: The Qt parent.
        """
        super().__init__(parent)
        theme.mark(self, "panel")
        self._catalogue = catalogue
        self._folded = set(FOLDED_AT_FIRST if folded is None else folded)
        self.search = QLineEdit(self)
        self.search.setPlaceholderText("Search layers …")
        self.search.setAccessibleName("Search layers")
        self.search.setClearButtonEnabled(True)
        self.search.textChanged.connect(self._filter)
        self.tree = _Tree(self)
        self.tree.entered_type.connect(self.chosen.emit)
        self.tree.menu_wanted.connect(self.menuWanted.emit)
        self.tree.renamed.connect(self.renamed.emit)
        self.tree.remove_wanted.connect(self.removeWanted.emit)
        self.tree.itemExpanded.connect(lambda item: self._fold(item, False))
        self.tree.itemCollapsed.connect(lambda item: self._fold(item, True))
        layout = QVBoxLayout(self)
        layout.setContentsMargins(theme.SPACE_2, theme.SPACE_2, 0, 0)
        layout.setSpacing(theme.SPACE_2)
        row = QVBoxLayout()
        row.setContentsMargins(0, 0, theme.SPACE_2, 0)
        row.addWidget(self.search)
        layout.addLayout(row)
        layout.addWidget(self.tree)
        self.search.installEventFilter(self.tree)
        self.search.returnPressed.connect(self.tree.enter_current)
        self._fill()

    def sizeHint(self) -> QSize:
        return QSize(220, 400)

    @property
    def folded(self) -> list[str]:
        """The categories that are folded now, to be remembered."""
        return sorted(self._folded)

    def show_catalogue(self, catalogue: Catalogue) -> None:
        """Offers the types of another catalogue: the project's or the personal blocks have changed."""
        if catalogue is self._catalogue:
            return
        self._catalogue = catalogue
        place = self.tree.verticalScrollBar().value()
        self._filter(self.search.text())
        self.tree.verticalScrollBar().setValue(place)

    def edit_name(self, type_id: str) -> None:
        """Lets a block's name be typed over in its place."""
        cursor = QTreeWidgetItemIterator(self.tree)
        while cursor.value():
            if cursor.value().data(0, _TYPE) == type_id:
                self.tree.edit_name(cursor.value())
                return
            cursor += 1

    def shown_types(self) -> list[str]:
        """Ids of the types in sight, from top to bottom, folded ones included."""
        found, cursor = [], QTreeWidgetItemIterator(self.tree)
        while cursor.value():
            item = cursor.value()
            if item.data(0, _TYPE):
                found.append(str(item.data(0, _TYPE)))
            cursor += 1
        return found

    def _fill(self) -> None:
        self.tree.clear()
        usable = [node_type for node_type in self._catalogue if not node_type.unusable]
        for category in CATEGORIES:
            if category != "block":
                self._add_category(category, [t for t in usable if t.category == category])
            if category == "input/output":
                for shelf in BLOCK_SHELVES:
                    self._add_category(shelf, [t for t in usable if t.category == "block" and shelf_of(t.id) == shelf])
        self._add_category(UNUSABLE, [t for t in self._catalogue if t.unusable])

    def _add_category(self, category: str, types: list[NodeType]) -> None:
        if not types:
            return
        top = QTreeWidgetItem([_title(category)])
        top.setData(0, _CATEGORY, category)
        top.setFlags(Qt.ItemFlag.ItemIsEnabled)
        top.addChildren([_item(node_type) for node_type in sorted(types, key=_usual_first)])
        self.tree.addTopLevelItem(top)
        top.setExpanded(category not in self._folded)

    def _filter(self, text: str) -> None:
        query = text.strip()
        if not query:
            self._fill()
            return
        ranked = [(best_score(query, (t.name, *t.aliases)), t) for t in self._catalogue]
        found = sorted((r for r in ranked if r[0] > 0), key=lambda r: (-r[0] + 30 * bool(r[1].unusable), r[1].name))
        self.tree.clear()
        items = [_item(node_type) for _, node_type in found[:60]]
        self.tree.addTopLevelItems(items)
        if items:
            self.tree.setCurrentItem(items[0])
        else:
            empty = QTreeWidgetItem([f"Nothing is called like “{query}”."])
            empty.setFlags(Qt.ItemFlag.NoItemFlags)
            self.tree.addTopLevelItem(empty)

    def _fold(self, item: QTreeWidgetItem, folded: bool) -> None:
        category = str(item.data(0, _CATEGORY))
        (self._folded.add if folded else self._folded.discard)(category)


class _Tree(QTreeWidget):
    entered_type = Signal(str)
    menu_wanted = Signal(str, QPoint)
    renamed = Signal(str, str)
    remove_wanted = Signal(str)

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setHeaderHidden(True)
        self.setRootIsDecorated(False)
        self.setIndentation(0)
        self.setUniformRowHeights(True)
        self.setDragEnabled(True)
        self.setDragDropMode(QAbstractItemView.DragDropMode.DragOnly)
        self.setItemDelegate(_Rows(self))
        self.setAccessibleName("Layers")
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setExpandsOnDoubleClick(False)
        self.itemClicked.connect(self._clicked)
        self.itemDoubleClicked.connect(self._enter)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.itemChanged.connect(self._typed)
        self._editing: tuple[QTreeWidgetItem, str] | None = None
        theme.signals.changed.connect(self.viewport().update)

    def edit_name(self, item: QTreeWidgetItem) -> None:
        """Opens a field over a block's name."""
        item.setFlags(item.flags() | Qt.ItemFlag.ItemIsEditable)
        self._editing = (item, item.text(0))
        self.setCurrentItem(item)
        self.editItem(item, 0)

    def _typed(self, item: QTreeWidgetItem) -> None:
        editing, self._editing = self._editing, None
        if editing is None or editing[0] is not item:
            self._editing = editing
            return
        typed, before = item.text(0).strip(), editing[1]
        item.setText(0, before)  # the catalogue that follows brings the new name, if it is taken
        if typed != before:
            self.renamed.emit(str(item.data(0, _TYPE)), typed)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        keyed = event.reason() == QContextMenuEvent.Reason.Keyboard
        item = self.currentItem() if keyed else self.itemAt(event.pos())
        type_id = str(item.data(0, _TYPE) or "") if item is not None else ""
        if item is not None and shelf_of(type_id):
            self.setCurrentItem(item)
            place = self.visualItemRect(item).bottomLeft() if keyed else event.pos()
            self.menu_wanted.emit(type_id, self.viewport().mapToGlobal(place))

    def enter_current(self) -> None:
        """Adds the current type."""
        item = self.currentItem()
        if item is not None:
            self._enter(item)

    def mimeData(self, items: Sequence[QTreeWidgetItem]) -> QMimeData:
        data = QMimeData()
        types = [str(item.data(0, _TYPE)) for item in items if item.data(0, _TYPE)]
        if types:
            data.setData(MIME, types[0].encode())
            data.setText(types[0])
        return data

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            item = self.currentItem()
            if item is not None and item.data(0, _CATEGORY):
                item.setExpanded(not item.isExpanded())
            else:
                self.enter_current()
            return
        item = self.currentItem()
        type_id = str(item.data(0, _TYPE) or "") if item is not None else ""
        if item is not None and event.key() == Qt.Key.Key_F2 and shelf_of(type_id) in ("block", MINE):
            self.edit_name(item)
            return
        if event.key() == Qt.Key.Key_Delete and shelf_of(type_id) in ("block", MINE):
            self.remove_wanted.emit(type_id)
            return
        super().keyPressEvent(event)

    def eventFilter(self, _watched: object, event: object) -> bool:
        """Up and down in the search field walk along what was found."""
        if isinstance(event, QKeyEvent) and event.type() == QKeyEvent.Type.KeyPress:
            step = {Qt.Key.Key_Down: 1, Qt.Key.Key_Up: -1}.get(Qt.Key(event.key()), 0)
            if step:
                current = self.currentItem()
                row = self.indexOfTopLevelItem(current) + step if current is not None else 0
                item = self.topLevelItem(max(0, min(row, self.topLevelItemCount() - 1)))
                if item is not None:
                    self.setCurrentItem(item)
                return True
        return False

    def _clicked(self, item: QTreeWidgetItem) -> None:
        if item.data(0, _CATEGORY):
            item.setExpanded(not item.isExpanded())

    def _enter(self, item: QTreeWidgetItem) -> None:
        if item.data(0, _TYPE) and item.flags() & Qt.ItemFlag.ItemIsEnabled:
            self.entered_type.emit(str(item.data(0, _TYPE)))


class _Rows(QStyledItemDelegate):
    """Paints a category as a small heading with a chevron, a type as a dot and its name."""

    def sizeHint(self, _option: QStyleOptionViewItem, _index: Index) -> QSize:
        return QSize(100, 26)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        rect: QRect = option.rect
        state: QStyle.StateFlag = option.state
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        heading = index.data(_CATEGORY)
        text = str(index.data(Qt.ItemDataRole.DisplayRole))
        if heading:
            self._heading(painter, rect, state, text)
        else:
            self._type(painter, rect, state, text, index)
        painter.restore()

    def _heading(self, painter: QPainter, rect: QRect, state: QStyle.StateFlag, text: str) -> None:
        ink = theme.color("text" if state & QStyle.StateFlag.State_MouseOver else "dim")
        painter.setPen(ink)
        painter.setFont(theme.ui_font(12))
        painter.drawText(rect.adjusted(2, 2, -24, 0), Qt.AlignmentFlag.AlignVCenter, text)
        name = "down" if state & QStyle.StateFlag.State_Open else "right"
        paint_icon(painter, QRectF(rect.right() - 21, rect.center().y() - 4, 11, 11), name, ink)

    def _type(self, painter: QPainter, rect: QRect, state: QStyle.StateFlag, text: str, index: Index) -> None:
        enabled = bool(state & QStyle.StateFlag.State_Enabled)
        if state & QStyle.StateFlag.State_Selected or (enabled and state & QStyle.StateFlag.State_MouseOver):
            painter.setPen(Qt.PenStyle.NoPen)
            chosen = "selection" if state & QStyle.StateFlag.State_Selected else "raised"
            painter.setBrush(theme.color(chosen))
            painter.drawRoundedRect(QRectF(rect).adjusted(0, 1, -8, -1), 5, 5)
        left = 6
        category = index.data(Qt.ItemDataRole.UserRole + 2)
        if category:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(theme.category_color(str(category)) if enabled else theme.color("line"))
            painter.drawRoundedRect(QRectF(rect.left() + 6, rect.center().y() - 4, 9, 9), 2.5, 2.5)
            left = 24
        painter.setPen(theme.color("text" if enabled else "disabled"))
        painter.setFont(theme.ui_font(13))
        room = rect.adjusted(left, 0, -12, 0)
        shown = painter.fontMetrics().elidedText(text, Qt.TextElideMode.ElideRight, room.width())
        painter.drawText(room, Qt.AlignmentFlag.AlignVCenter, shown)


# What most networks are made of stands first in its category; the rest follows by name.
USUAL = (
    *("Input", "Output", "Dense", "Embedding", "Activation", "Conv2D", "Conv1D", "SeparableConv2D", "DepthwiseConv2D"),
    *("MaxPooling2D", "AveragePooling2D", "GlobalAveragePooling2D", "MaxPooling1D", "GlobalAveragePooling1D"),
    *("LSTM", "GRU", "Bidirectional", "MultiHeadAttention", "LayerNormalization", "BatchNormalization", "Dropout"),
    *("SpatialDropout2D", "Add", "Concatenate", "Multiply", "Flatten", "Reshape", "Permute", "ReLU", "Softmax"),
)


def _usual_first(node_type: NodeType) -> tuple[int, str]:
    name = node_type.name.removesuffix(" port")
    place = USUAL.index(name) if name in USUAL else len(USUAL)
    return place, node_type.name


def _item(node_type: NodeType) -> QTreeWidgetItem:
    item = QTreeWidgetItem([node_type.name])
    item.setData(0, _TYPE, node_type.id)
    item.setData(0, Qt.ItemDataRole.UserRole + 2, node_type.category)
    item.setToolTip(0, tip(node_type.unusable or node_type.summary))
    usable = Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable | Qt.ItemFlag.ItemIsDragEnabled
    item.setFlags(Qt.ItemFlag.NoItemFlags if node_type.unusable else usable)
    return item


def _title(category: str) -> str:
    known = {"input/output": "Inputs and outputs", "operation": "Operations", **BLOCK_SHELVES}
    return known.get(category, category.capitalize())
