"""The parts every workspace is put together from: plain-text labels, side panels that scroll, cards, empty states."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QLayout,
    QPushButton,
    QScrollArea,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from dlstudio.gui import theme
from dlstudio.gui.editors.editor import tip


def label(text: str = "", role: str = "", wrap: bool = False) -> QLabel:
    """A label that never takes its text for markup; long ones wrap where asked."""
    made = QLabel(text)
    made.setTextFormat(Qt.TextFormat.PlainText)
    if role:
        theme.mark(made, role)
    if wrap:
        made.setWordWrap(True)
        made.setMinimumWidth(40)
        # Its height follows the width that it gets; a least height would be that of a very narrow one.
        policy = QSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        policy.setHeightForWidth(True)
        made.setSizePolicy(policy)
    return made


class ElidedLabel(QLabel):
    """A label that gives way: what does not fit ends in dots; see :meth:`say`."""

    def __init__(self, text: str = "", parent: QWidget | None = None) -> None:
        super().__init__(text, parent)
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Preferred)

    def say(self, words: str) -> None:
        """Shows words, and all of them in the tooltip."""
        self.setText(words)
        self.setToolTip(tip(words))

    def minimumSizeHint(self) -> QSize:
        return QSize(min(40, self.sizeHint().width()), super().minimumSizeHint().height())

    def sizeHint(self) -> QSize:
        hint = super().sizeHint()
        return QSize(self.fontMetrics().horizontalAdvance(self.text()) + 4, hint.height())

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        shown = self.fontMetrics().elidedText(self.text(), Qt.TextElideMode.ElideRight, self.width())
        painter.drawText(self.rect(), int(self.alignment() | Qt.AlignmentFlag.AlignVCenter), shown)


def button(text: str, clicked: Callable[[], object], role: str = "", tip: str = "") -> QPushButton:
    """A button that calls ``clicked`` without arguments."""
    made = QPushButton(text)
    if role:
        theme.mark(made, role)
    if tip:
        made.setToolTip(tip)
    made.clicked.connect(lambda _=False: clicked())
    return made


def centred(widget: QWidget) -> QHBoxLayout:
    """A row with the widget in its middle; unlike an alignment it keeps the height that wrapped text needs."""
    row = QHBoxLayout()
    row.addStretch(1)
    row.addWidget(widget)
    row.addStretch(1)
    return row


def line() -> QFrame:
    """A hairline between sections."""
    made = QFrame()
    theme.mark(made, "line")
    return made


def clear(layout: QLayout) -> None:
    """Takes everything out of a layout, at once for the eye and for good."""
    while (item := layout.takeAt(0)) is not None:
        if (widget := item.widget()) is not None:
            widget.hide()
            widget.setParent(None)
            widget.deleteLater()
        elif (inner := item.layout()) is not None:
            clear(inner)


class SidePanel(QScrollArea):
    """A panel at the side that scrolls when it does not fit; fill :attr:`body`."""

    def __init__(self, width: int = 240, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._width = width
        inside = self._inside = QFrame()
        theme.mark(inside, "panel")
        self.body = QVBoxLayout(inside)
        self.body.setContentsMargins(theme.SPACE_3, theme.SPACE_3, theme.SPACE_4, theme.SPACE_3)
        self.body.setSpacing(theme.SPACE_2)
        self.setWidget(inside)
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)

    def minimumSizeHint(self) -> QSize:
        # Never narrower than what is in it: the horizontal bar is off, so anything beyond would be cut.
        return QSize(max(200, self._inside.minimumSizeHint().width() + 12), 80)

    def sizeHint(self) -> QSize:
        return QSize(self._width, 400)


class Section(QWidget):
    """A small heading and what belongs under it; hidden by its owner while it is empty."""

    def __init__(self, title: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.body = QVBoxLayout(self)
        self.body.setContentsMargins(0, theme.SPACE_1, 0, 0)
        self.body.setSpacing(theme.SPACE_1 + 2)
        self.heading = label(title.upper(), "section")
        self.body.addWidget(self.heading)

    def add_fact(self, name: str, value: str) -> None:
        """A line with a name at the left and its value at the right."""
        row = QHBoxLayout()
        row.addWidget(label(name, "dim"))
        row.addStretch(1)
        shown = label(value, "mono")
        shown.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        row.addWidget(shown)
        self.body.addLayout(row)

    def empty(self) -> None:
        """Removes all but the heading."""
        self.body.removeWidget(self.heading)
        clear(self.body)
        self.body.addWidget(self.heading)


class Card(QFrame):
    """A framed part of the middle with a title and a dim line; fill :attr:`body`."""

    def __init__(self, title: str, subtitle: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        theme.mark(self, "card")
        self.body = QVBoxLayout(self)
        self.body.setContentsMargins(theme.SPACE_4, theme.SPACE_3, theme.SPACE_4, theme.SPACE_3)
        self.body.setSpacing(theme.SPACE_2)
        self.title = label(title, "heading")
        self.subtitle = label(subtitle, "faint", wrap=True)
        self.body.addWidget(self.title)
        self.body.addWidget(self.subtitle)
        self.subtitle.setVisible(bool(subtitle))  # only now: shown without a parent, it would be a window of its own

    def set_subtitle(self, text: str) -> None:
        """Writes the dim line under the title, or hides it."""
        self.subtitle.setText(text)
        self.subtitle.setVisible(bool(text))


class EmptyState(QWidget):
    """What a workspace says while it has nothing to show: a headline, a sentence, and the one button that helps."""

    def __init__(
        self, headline: str, sentence: str, action: str = "", clicked: Callable[[], object] | None = None
    ) -> None:
        super().__init__()
        self.headline = label(headline, "headline")
        self.sentence = label(sentence, "dim", wrap=True)
        # A fixed width: a label that wraps tells its height only for a width it knows.
        self.sentence.setFixedWidth(420)
        self.button = button(action, clicked or (lambda: None), "primary")
        self.extra = QVBoxLayout()
        layout = QVBoxLayout(self)
        layout.setContentsMargins(theme.SPACE_6, theme.SPACE_6, theme.SPACE_6, theme.SPACE_6)
        layout.setSpacing(theme.SPACE_3)
        layout.addStretch(2)
        for widget in (self.headline, self.sentence, self.button):
            if isinstance(widget, QLabel):
                widget.setAlignment(Qt.AlignmentFlag.AlignCenter)
            layout.addLayout(centred(widget))
        self.button.setVisible(bool(action))  # only now: shown without a parent, it would be a window of its own
        layout.addLayout(self.extra)
        layout.addStretch(3)
