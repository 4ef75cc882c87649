"""The canvas with a panel beside it, or below it where the window is narrow; it folds and is remembered."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QSplitter, QWidget

from dlstudio.workbench.preferences import Preferences

NARROW = 820
"""Width in pixels under which the panel goes below the canvas."""

_USUAL = {"beside": 440, "below": 240}


class Beside(QSplitter):
    """A middle and a panel that is folded at first.

    Args:
        name: Under which the preferences remember it.
        preferences: Where it is remembered.
        middle: What stays.
        panel: What folds.
    """

    def __init__(self, name: str, preferences: Preferences, middle: QWidget, panel: QWidget) -> None:
        super().__init__(Qt.Orientation.Horizontal)
        self._name, self._preferences, self._panel = name, preferences, panel
        self.setHandleWidth(1)
        self.setChildrenCollapsible(False)
        self.addWidget(middle)
        self.addWidget(panel)
        self.setStretchFactor(0, 1)
        panel.setVisible(preferences.get(f"{name}.shown", False) is True)
        self.splitterMoved.connect(self._remember)

    @property
    def is_folded(self) -> bool:
        """Whether the panel is out of sight."""
        return self._panel.isHidden()

    def fold(self, folded: bool | None = None) -> None:
        """Folds the panel away or brings it back; the other of both without a say."""
        self._panel.setVisible(self._panel.isHidden() if folded is None else not folded)
        self._apply()
        self._preferences.set(f"{self._name}.shown", not self._panel.isHidden())

    def resizeEvent(self, event: QResizeEvent) -> None:
        wanted = Qt.Orientation.Vertical if self.width() < NARROW else Qt.Orientation.Horizontal
        turned = wanted != self.orientation()
        if turned:
            self.setOrientation(wanted)
        super().resizeEvent(event)
        if turned or not event.oldSize().isValid():
            self._apply()

    @property
    def _place(self) -> str:
        return "beside" if self.orientation() == Qt.Orientation.Horizontal else "below"

    def _apply(self) -> None:
        kept = self._preferences.get(f"{self._name}.{self._place}", None)
        size = kept if isinstance(kept, int) and 80 <= kept <= 2000 else _USUAL[self._place]
        whole = self.width() if self._place == "beside" else self.height()
        self.setSizes([max(whole - size, 120), size])

    def _remember(self) -> None:
        size = self.sizes()[1]
        if size:
            self._preferences.set(f"{self._name}.{self._place}", size)
