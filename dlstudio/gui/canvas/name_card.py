"""A small card over the canvas that asks for a name: checked while it is typed, taken by Enter, closed by Esc."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QEvent, QObject, QPoint, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QLineEdit, QPushButton, QVBoxLayout, QWidget

from dlstudio.gui import theme

WIDTH = 320

Check = Callable[[str], str]
"""Gets a name and returns what is wrong with it as a sentence, or an empty text."""


class NameCard(QFrame):
    """Lies over the canvas; nothing else is blocked.

    Args:
        over: The view that it lies over and that gets the focus back.
    """

    def __init__(self, over: QWidget) -> None:
        super().__init__(over)
        self._over = over
        self._check: Check = lambda _: ""
        self._then: Callable[[str], object] | None = None
        theme.mark(self, "card")
        self.setFixedWidth(WIDTH)
        self.title = QLabel(self)
        self.title.setTextFormat(Qt.TextFormat.PlainText)
        self.title.setWordWrap(True)
        theme.mark(self.title, "heading")
        self.field = QLineEdit(self)
        self.field.setMaxLength(64)
        self.field.installEventFilter(self)
        self.field.textChanged.connect(self._judge)
        self.sentence = QLabel(self)
        self.sentence.setTextFormat(Qt.TextFormat.PlainText)
        self.sentence.setWordWrap(True)
        theme.mark(self.sentence, "error")
        self.take = QPushButton(self)
        theme.mark(self.take, "primary")
        self.take.clicked.connect(self._take)
        self.cancel = QPushButton("Cancel", self)
        self.cancel.clicked.connect(self.close_card)
        for button in (self.take, self.cancel):
            button.installEventFilter(self)
        row = QHBoxLayout()
        row.addStretch(1)
        row.addWidget(self.cancel)
        row.addWidget(self.take)
        self._box = box = QVBoxLayout(self)
        box.setContentsMargins(theme.SPACE_3, theme.SPACE_3, theme.SPACE_3, theme.SPACE_3)
        box.setSpacing(theme.SPACE_2)
        for widget in (self.title, self.field, self.sentence):
            box.addWidget(widget)
        box.addLayout(row)
        self.hide()

    @property
    def is_open(self) -> bool:
        return not self.isHidden()

    def ask(self, at: QPoint, title: str, name: str, *, verb: str, check: Check, then: Callable[[str], object]) -> None:
        """Opens at a point of the view, whole within it.

        Args:
            at: The wanted upper left corner, in pixels of the view.
            title: What is asked for.
            name: What is proposed.
            verb: What stands on the button.
            check: Says what is wrong with a name.
            then: Gets the name that was taken.
        """
        self._check, self._then = check, then
        self.title.setText(title)
        self.field.setAccessibleName(title)
        self.take.setText(verb)
        self.field.setText(name)
        self._judge()
        room, margin = self._over.size(), theme.SPACE_2
        self.move(
            max(margin, min(at.x(), room.width() - WIDTH - margin)),
            max(margin, min(at.y(), room.height() - self.sizeHint().height() - 40)),
        )
        self.show()
        self.raise_()
        self.field.selectAll()
        self.field.setFocus(Qt.FocusReason.PopupFocusReason)

    def close_card(self) -> None:
        """Closes without an answer."""
        if self.is_open:
            self._then = None
            self.hide()
            self._over.setFocus()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent):
            event.accept()  # no shortcut of the window fires while a name is being typed
            return False
        if event.type() == QEvent.Type.KeyPress and isinstance(event, QKeyEvent):
            if event.key() == Qt.Key.Key_Escape:
                self.close_card()
                return True
            if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
                self.close_card() if watched is self.cancel else self._take()
                return True
        return bool(super().eventFilter(watched, event))

    def _judge(self) -> None:
        said = self._check(self.field.text().strip())
        self.sentence.setText(said)
        self.sentence.setVisible(bool(said))
        self.take.setEnabled(not said)
        self.setFixedHeight(self._box.totalHeightForWidth(WIDTH))

    def _take(self) -> None:
        then = self._then
        if then is not None and self.take.isEnabled():
            name = self.field.text().strip()
            self.close_card()
            then(name)
