"""A field with a name that is checked while it is typed and taken on Enter or when the field is left."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtGui import QKeyEvent, Qt
from PySide6.QtWidgets import QLineEdit, QVBoxLayout, QWidget

from dlstudio.gui import theme
from dlstudio.gui.editors.editor import ProjectUndo
from dlstudio.gui.workspaces.panels import label


class CheckedLine(QWidget):
    """The field, and under it what is wrong with its text.

    Args:
        called: The accessible name.
        check: Says what is wrong with a text, or an empty text.
        take: Gets a text that is another than the one shown and that nothing is wrong with.
        parent: The Qt parent.
        longest: How many characters can be typed; None where the check says when it is too long.
    """

    def __init__(
        self,
        called: str,
        check: Callable[[str], str],
        take: Callable[[str], object],
        parent: QWidget | None = None,
        *,
        longest: int | None = 64,
    ) -> None:
        super().__init__(parent)
        self._check, self._take = check, take
        self._shown = ""
        self.line = QLineEdit(self)
        if longest is not None:
            self.line.setMaxLength(longest)
        self.line.setAccessibleName(called)
        self.line.installEventFilter(ProjectUndo(self))
        self.setFocusProxy(self.line)
        self.sentence = label("", "error", wrap=True)
        self.sentence.hide()
        self.line.textEdited.connect(self._judge)
        self.line.editingFinished.connect(self._finish)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(theme.SPACE_1)
        layout.addWidget(self.line)
        layout.addWidget(self.sentence)

    def show_text(self, text: str) -> None:
        """Shows a text; what is being typed over the same one stays."""
        if text != self._shown:
            self._shown = text
            self.line.setText(text)
            self._say("")

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape and self.line.text() != self._shown:
            self.line.setText(self._shown)
            self._say("")
            return
        super().keyPressEvent(event)

    def _judge(self, text: str) -> bool:
        said = self._check(text.strip())
        self._say(said)
        return not said

    def _finish(self) -> None:
        text = self.line.text().strip()
        if text == self._shown:
            return
        if self._judge(text):
            self._shown = text
            self._take(text)
        elif not self.line.hasFocus():
            self.line.setText(self._shown)
            self._say("")

    def _say(self, sentence: str) -> None:
        self.sentence.setText(sentence)
        self.sentence.setVisible(bool(sentence))
