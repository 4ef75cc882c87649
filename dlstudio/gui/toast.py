"""Messages that never block: a line over the workspace, and a banner for what waits for a decision."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

from PySide6.QtCore import QEvent, QObject, QRectF, Qt, QTimer
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QSizePolicy, QToolButton, QWidget

from dlstudio.gui import theme
from dlstudio.gui.icons import icon, paint_icon
from dlstudio.gui.workspaces.panels import button, label

SECONDS = {"info": 5.0, "warning": 9.0, "error": 15.0}


class _Sign(QLabel):
    def __init__(self) -> None:
        super().__init__()
        self.name = "info"
        self.setFixedSize(18, 18)

    def paintEvent(self, _event: QPaintEvent) -> None:
        token = {"info": "accent", "warning": "warning", "error": "error", "ok": "ok"}.get(self.name, "dim")
        paint_icon(QPainter(self), QRectF(1, 1, 16, 16), self.name, theme.color(token))


class Toast(QFrame):
    """The latest message, over the top of its parent; a click on the cross, or time, takes it away."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        theme.mark(self, "toast")
        self.text = label("", "", wrap=True)
        self.text.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self._sign = _Sign()
        close = QToolButton()
        close.setIcon(icon("close"))
        close.setAccessibleName("Close the message")
        theme.mark(close, "bare")
        close.clicked.connect(self.hide)
        self._parent = parent
        layout = self._layout = QHBoxLayout(self)
        layout.setContentsMargins(theme.SPACE_3, theme.SPACE_2, theme.SPACE_2, theme.SPACE_2)
        layout.setSpacing(theme.SPACE_2)
        layout.addWidget(self._sign, 0, Qt.AlignmentFlag.AlignTop)
        layout.addWidget(self.text, 1)
        layout.addWidget(close, 0, Qt.AlignmentFlag.AlignTop)
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self.hide)
        parent.installEventFilter(self)
        self.hide()

    def tell(self, text: str, severity: str = "info") -> None:
        """Shows a sentence; an info never replaces an error that has just come."""
        if self.isVisible() and self._sign.name == "error" and severity == "info":
            return
        self.text.setText(text)
        self._sign.name = severity if severity in SECONDS else "info"
        self._sign.update()
        self.setAccessibleName(f"{severity}: {text}")
        self._place()
        self.show()
        self.raise_()
        self._timer.start(round(1000 * SECONDS.get(severity, 5.0)))

    def enterEvent(self, _event: QEvent) -> None:
        self._timer.stop()

    def leaveEvent(self, _event: QEvent) -> None:
        self._timer.start(3000)

    def eventFilter(self, _watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Resize and self.isVisible():
            self._place()
        return False

    def _place(self) -> None:
        parent, layout = self._parent, self._layout
        width = min(620, parent.width() - 2 * theme.SPACE_6)
        needed = self.text.fontMetrics().horizontalAdvance(self.text.text()) + 90
        width = max(200, min(width, needed))
        self.setFixedWidth(width)
        height = max(40, layout.totalHeightForWidth(width))
        # Over the upper edge of the workspace: the lower one is where problems and the folder of a new project stand.
        self.setGeometry((parent.width() - width) // 2, theme.BAR_HEIGHT + theme.SPACE_3, width, height)


class Banner(QFrame):
    """A line under the top bar that waits for a decision and is in nobody's way."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        theme.mark(self, "banner")
        self._sign = _Sign()
        self._sign.name = "warning"
        self.text = label("", "", wrap=True)
        self.text.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        self.buttons: list[QPushButton] = []
        self._layout = QHBoxLayout(self)
        self._layout.setContentsMargins(theme.SPACE_3, theme.SPACE_2, theme.SPACE_3, theme.SPACE_2)
        self._layout.setSpacing(theme.SPACE_2)
        self._layout.addWidget(self._sign)
        self._layout.addWidget(self.text, 1)
        self.hide()

    def offer(self, text: str, choices: Sequence[tuple[str, Callable[[], object]]], severity: str = "warning") -> None:
        """Shows a sentence and a button for each choice; each button also takes the banner away."""
        self._sign.name = severity
        self._sign.update()
        for old in self.buttons:
            self._layout.removeWidget(old)
            old.deleteLater()
        self.text.setText(text)
        self.buttons = [button(words, partial(self._take, act)) for words, act in choices]
        for each in self.buttons:
            self._layout.addWidget(each)
        self.show()

    def _take(self, act: Callable[[], object]) -> None:
        self.hide()
        act()
