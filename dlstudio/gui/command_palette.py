"""Ctrl+K: one field that finds every command, every layer and every recent project."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from PySide6.QtCore import QEvent, QModelIndex, QObject, QPersistentModelIndex, QPoint, QRectF, QSize, Qt
from PySide6.QtGui import QKeyEvent, QPainter
from PySide6.QtWidgets import (
    QFrame,
    QLineEdit,
    QListWidget,
    QListWidgetItem,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QVBoxLayout,
    QWidget,
)

from dlstudio.gui import theme
from dlstudio.gui.fuzzy import best_score

MAXIMUM_ROWS = 60


@dataclass(frozen=True)
class Entry:
    """One thing the palette finds.

    Attributes:
        title: What it is called.
        kind: What it is, in dim letters at the right: ``Design``, ``convolution``, ``recent project``.
        act: What Enter does.
        shortcut: As shown, or empty.
        aliases: Other names that find it.
        weight: Added to the score: commands stand before layers of the same match.
    """

    title: str
    kind: str
    act: Callable[[], object]
    shortcut: str = ""
    aliases: tuple[str, ...] = ()
    weight: float = 0.0


class CommandPalette(QFrame):
    """A popup over the window; Enter acts, Esc or a click elsewhere closes it."""

    def __init__(self, entries: Sequence[Entry], parent: QWidget) -> None:
        super().__init__(parent, Qt.WindowType.Popup)
        theme.mark(self, "popup")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._entries = list(entries)
        self.field = QLineEdit()
        self.field.setPlaceholderText("Search commands, layers and projects …")
        self.field.setAccessibleName("Search commands, layers and projects")
        self.field.installEventFilter(self)
        self.field.textChanged.connect(self._search)
        self.field.returnPressed.connect(self._act)
        self.list = QListWidget()
        self.list.setItemDelegate(_Rows(self.list))
        self.list.setUniformItemSizes(True)
        self.list.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.list.itemClicked.connect(self._act)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(theme.SPACE_2, theme.SPACE_2, theme.SPACE_2, theme.SPACE_2)
        layout.addWidget(self.field)
        layout.addWidget(self.list)
        self._search("")

    def open_over(self, window: QWidget) -> None:
        """Shows the palette at the top of a window."""
        width = min(560, window.width() - 2 * theme.SPACE_6)
        height = min(420, window.height() - 2 * theme.BAR_HEIGHT)
        self.resize(width, height)
        self.move(window.mapToGlobal(QPoint((window.width() - width) // 2, theme.BAR_HEIGHT + theme.SPACE_3)))
        self.show()
        self.field.setFocus()

    def titles(self) -> list[str]:
        """What is found now, best first."""
        return [self.list.item(row).text() for row in range(self.list.count())]

    def eventFilter(self, _watched: QObject, event: QEvent) -> bool:
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress:
            step = {
                Qt.Key.Key_Down: 1,
                Qt.Key.Key_Up: -1,
                Qt.Key.Key_PageDown: 10,
                Qt.Key.Key_PageUp: -10,
            }.get(Qt.Key(event.key()), 0)
            if step:
                row = max(0, min(self.list.currentRow() + step, self.list.count() - 1))
                self.list.setCurrentRow(row)
                return True
        return False

    def _search(self, text: str) -> None:
        query = text.strip()
        ranked = []
        for index, entry in enumerate(self._entries):
            score = best_score(query, (entry.title, *entry.aliases))
            if score > 0:
                ranked.append((-(score + entry.weight), index if not query else len(entry.title), index))
        self.list.clear()
        for _, _, index in sorted(ranked)[:MAXIMUM_ROWS]:
            entry = self._entries[index]
            item = QListWidgetItem(entry.title)
            item.setData(Qt.ItemDataRole.UserRole, index)
            item.setData(Qt.ItemDataRole.UserRole + 1, entry.kind)
            item.setData(Qt.ItemDataRole.UserRole + 2, entry.shortcut)
            self.list.addItem(item)
        if not ranked:
            item = QListWidgetItem(f"Nothing is called like “{query}”.")
            item.setFlags(Qt.ItemFlag.NoItemFlags)
            self.list.addItem(item)
        self.list.setCurrentRow(0)

    def _act(self) -> None:
        item = self.list.currentItem()
        index = item.data(Qt.ItemDataRole.UserRole) if item else None
        if index is None:
            return
        act = self._entries[index].act
        self.close()
        act()


class _Rows(QStyledItemDelegate):
    def sizeHint(self, _option: QStyleOptionViewItem, _index: QModelIndex | QPersistentModelIndex) -> QSize:
        return QSize(100, 30)

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        rect = option.rect
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if option.state & QStyle.StateFlag.State_Selected:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(theme.color("selection"))
            painter.drawRoundedRect(QRectF(rect), 5, 5)
        shortcut = str(index.data(Qt.ItemDataRole.UserRole + 2) or "")
        kind = str(index.data(Qt.ItemDataRole.UserRole + 1) or "")
        painter.setPen(theme.color("dim"))
        painter.setFont(theme.ui_font(12))
        right = f"{kind}   {shortcut}" if shortcut else kind
        painter.drawText(
            rect.adjusted(10, 0, -10, 0), Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight, right
        )
        taken = painter.fontMetrics().horizontalAdvance(right) + 24
        painter.setPen(theme.color("text"))
        painter.setFont(theme.ui_font(13))
        room = rect.adjusted(10, 0, -taken, 0)
        text = str(index.data(Qt.ItemDataRole.DisplayRole))
        shown = painter.fontMetrics().elidedText(text, Qt.TextElideMode.ElideMiddle, room.width())
        painter.drawText(room, Qt.AlignmentFlag.AlignVCenter, shown)
        painter.restore()
