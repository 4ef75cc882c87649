"""Editing a text where it stands on the canvas: the title of a frame (one line) or the text of a note."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QRectF, Qt
from PySide6.QtGui import QFocusEvent, QKeyEvent, QTextCursor
from PySide6.QtWidgets import QPlainTextEdit

from dlstudio.gui import theme

if TYPE_CHECKING:
    from dlstudio.gui.canvas.view import CanvasView

LEAST_PIXELS, MOST_PIXELS = 11, 26
LEAST_WIDTH, LEAST_LINE, LEAST_TEXT = 190, 28, 76
_ENTER = (Qt.Key.Key_Return, Qt.Key.Key_Enter)
_STAYS = (Qt.FocusReason.ActiveWindowFocusReason, Qt.FocusReason.PopupFocusReason)


class InlineEditor(QPlainTextEdit):
    """The one text field that lies over a canvas; hidden while nothing is edited.

    A title is taken by Enter and given up by Esc. In a note Enter begins a line; Ctrl+Enter, Esc and a click elsewhere
    take the text, so that nothing that was written gets lost. No key leaves the field while it is open.

    Args:
        view: The view.
    """

    def __init__(self, view: CanvasView) -> None:
        super().__init__(view)
        self._view = view
        self._area = QRectF()
        self._one_line = False
        self._then: Callable[[str | None], object] | None = None
        self.setTabChangesFocus(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.hide()
        self.textChanged.connect(self._place)
        view.viewMoved.connect(self._place)

    @property
    def is_open(self) -> bool:
        return self._then is not None

    def edit(self, area: QRectF, text: str, name: str, one_line: bool, then: Callable[[str | None], object]) -> None:
        """Opens over a part of the scene.

        Args:
            area: In scene units.
            text: What stands there now.
            name: What a screen reader calls the field.
            one_line: Whether it is a title.
            then: Gets the text, or None where it was given up.
        """
        self.close_editor(take=True)
        self._area, self._one_line, self._then = area, one_line, then
        self.setAccessibleName(name)
        self.setPlainText(text)
        self.setLineWrapMode(
            QPlainTextEdit.LineWrapMode.NoWrap if one_line else QPlainTextEdit.LineWrapMode.WidgetWidth
        )
        scroll = Qt.ScrollBarPolicy.ScrollBarAlwaysOff if one_line else Qt.ScrollBarPolicy.ScrollBarAsNeeded
        self.setVerticalScrollBarPolicy(scroll)
        self._place()
        self.show()
        self._place()  # only a field that is shown breaks its lines
        self.raise_()
        self.selectAll() if one_line else self.moveCursor(QTextCursor.MoveOperation.End)
        self.setFocus(Qt.FocusReason.OtherFocusReason)

    def close_editor(self, take: bool) -> None:
        """Closes, taking the text or giving it up."""
        then, self._then = self._then, None
        if then is None:
            return
        had_focus = self.window().focusWidget() is self
        self.hide()
        if had_focus:
            self._view.setFocus()
        then(self.toPlainText() if take else None)

    def give_up(self) -> None:
        """Closes without taking the text: another graph is shown."""
        self.close_editor(take=False)

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent):
            save = event.modifiers() == Qt.KeyboardModifier.ControlModifier and event.key() == Qt.Key.Key_S
            if not save:
                event.accept()  # no shortcut of the window fires while a text is being typed
                return True
        return bool(super().event(event))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        control = bool(event.modifiers() & Qt.KeyboardModifier.ControlModifier)
        if event.key() == Qt.Key.Key_Escape:
            self.close_editor(take=not self._one_line)
        elif event.key() in _ENTER and (self._one_line or control):
            self.close_editor(take=True)
        else:
            super().keyPressEvent(event)
        event.accept()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        if event.reason() not in _STAYS:
            self.close_editor(take=True)

    def _place(self) -> None:
        if not self.is_open:
            return
        view = self._view
        top_left, bottom_right = view.pixel_of(self._area.topLeft()), view.pixel_of(self._area.bottomRight())
        width = max(bottom_right.x() - top_left.x(), LEAST_WIDTH)
        pixels = min(max(round((13 if self._one_line else 12) * view.zoom), LEAST_PIXELS), MOST_PIXELS)
        font = theme.ui_font(pixels, 600 if self._one_line else 400)
        self.setFont(font)
        self.document().setDocumentMargin(2)
        self.resize(width, self.height())
        if self._one_line:
            height = max(LEAST_LINE, pixels + 15)
        else:  # the size of a plain text's document is given in lines
            lines = int(self.document().size().height()) + 1
            wanted = max(bottom_right.y() - top_left.y(), LEAST_TEXT, lines * self.fontMetrics().lineSpacing() + 20)
            height = max(LEAST_TEXT, min(wanted, view.height() - top_left.y() - 8))
        self.setGeometry(top_left.x(), top_left.y(), width, height)
