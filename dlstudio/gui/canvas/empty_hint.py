"""What an empty canvas says: what to do next, with one button that does it."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QLabel, QPushButton, QWidget

from dlstudio.gui import theme

GAP = 12


class EmptyHint(QWidget):
    """Two lines and a button in the middle of the parent.

    Args:
        parent: The view that it lies over.
    """

    templateRequested = Signal()

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._over = parent
        self.title = QLabel("No layers yet", self)
        theme.mark(self.title, "heading")
        self.text = QLabel("Press Tab to add a layer, or start from a template.", self)
        theme.mark(self.text, "dim")
        self.button = QPushButton("Choose a template …", self)
        theme.mark(self.button, "primary")
        self.button.clicked.connect(self.templateRequested)
        for label in (self.title, self.text):
            label.setAlignment(Qt.AlignmentFlag.AlignCenter)
            label.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)

    def settle(self) -> None:
        """Takes its place in the middle; only as large as needed, so that the canvas around it stays usable."""
        widgets = (self.title, self.text, self.button)
        sizes = [widget.sizeHint() for widget in widgets]
        width = max(size.width() for size in sizes)
        height = sum(size.height() for size in sizes) + 2 * GAP
        room = self._over.size()
        self.setGeometry((room.width() - width) // 2, (room.height() - height) // 2, width, height)
        top = 0
        for widget, size in zip(widgets, sizes, strict=True):
            left = (width - size.width()) // 2
            widget.setGeometry(left, top, size.width(), size.height())
            top += size.height() + GAP
