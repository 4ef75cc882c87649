"""What all views of the Inspect workspace share: a title, and a page that says *loading* or why it failed."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QProgressBar, QSplitter, QStackedWidget, QVBoxLayout, QWidget

from dlstudio.gui import theme
from dlstudio.gui.studio import Studio
from dlstudio.gui.workspaces.inspect.asking import Asker, Subject
from dlstudio.gui.workspaces.panels import Card, label


class InspectView(Card):
    """A card that asks for its content when it is shown for a subject it does not show yet.

    Subclasses put widgets into :attr:`content` and implement :meth:`load`; they call :meth:`show_content` when the
    answer is there and :meth:`show_failure` when there is none.
    """

    sampleOpened = Signal(object)  # PredictedSample

    def __init__(self, studio: Studio, name: str, title: str, subtitle: str = "") -> None:
        super().__init__(title, subtitle)
        self.asker = Asker(studio, f"inspect.{name}", self)
        self._loaded: Subject | None = None
        self.header = QHBoxLayout()
        self.header.setSpacing(theme.SPACE_2)
        self.content = QWidget()
        self.inner = QVBoxLayout(self.content)
        self.inner.setContentsMargins(0, 0, 0, 0)
        self.inner.setSpacing(theme.SPACE_2)
        self.state = label("", "dim", wrap=True)
        self.state.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.bar = QProgressBar()
        self.bar.setRange(0, 0)
        self.bar.setTextVisible(False)
        self.bar.setFixedWidth(180)
        waiting = QWidget()
        column = QVBoxLayout(waiting)
        column.addStretch(1)
        column.addWidget(self.state)
        column.addWidget(self.bar, 0, Qt.AlignmentFlag.AlignHCenter)
        column.addStretch(2)
        self.pages = QStackedWidget()
        self.pages.addWidget(self.content)
        self.pages.addWidget(waiting)
        self.body.addLayout(self.header)
        self.body.addWidget(self.pages, 1)

    def turn_to(self, subject: Subject | None) -> None:
        """Shows another run or split; loads now where the view is seen, else when it is."""
        self.asker.turn_to(subject)
        self._loaded = None
        if self.isVisible():
            self._load_if_needed()

    def load(self) -> None:
        """Asks for the content of ``self.asker.subject``."""
        raise NotImplementedError

    def reload(self) -> None:
        """Asks again, for other filters."""
        self.asker.forget()
        self._loaded = None
        self._load_if_needed()

    def show_content(self) -> None:
        """The answer is there."""
        self.pages.setCurrentIndex(0)

    def show_waiting(self, text: str = "Looking at the predictions …") -> None:
        """The answer is under way."""
        theme.mark(self.state, "dim")
        self.state.setText(text)
        self.bar.show()
        self.pages.setCurrentIndex(1)

    def show_failure(self, sentence: str) -> None:
        """There will be no answer, and why."""
        theme.mark(self.state, "error")
        self.state.setText(f"✕ {sentence}")
        self.bar.hide()
        self.pages.setCurrentIndex(1)

    def showEvent(self, event: object) -> None:
        self._load_if_needed()

    def _load_if_needed(self) -> None:
        subject = self.asker.subject
        if subject is not None and subject != self._loaded:
            self._loaded = subject
            self.show_waiting()
            self.load()


def side_by_side(*parts: tuple[QWidget, int]) -> QSplitter:
    """Cards beside each other with a border that can be moved; each with its width at first, in pixels."""
    splitter = QSplitter(Qt.Orientation.Horizontal)
    splitter.setHandleWidth(theme.SPACE_3)
    splitter.setStyleSheet("QSplitter::handle { background: transparent; }")
    splitter.setChildrenCollapsible(False)
    for widget, _ in parts:
        splitter.addWidget(widget)
    splitter.setSizes([width for _, width in parts])
    return splitter
