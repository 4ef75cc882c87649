"""A clip that plays over and over, as large as its place allows."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import QTimer, Signal
from PySide6.QtGui import QHideEvent, QShowEvent
from PySide6.QtWidgets import QWidget

from dlstudio.gui.plots.picture_pane import PicturePane

FRAME_MS = 160  # slower than life: there is more to see in each


class ClipPlayer(PicturePane):
    """Plays while it is seen and :attr:`playing`."""

    frameShown = Signal(int)

    def __init__(self, title: str = "", parent: QWidget | None = None) -> None:
        super().__init__(title, parent)
        self._frames: npt.NDArray[np.uint8] = np.zeros((0, 1, 1, 3), np.uint8)
        self._now = 0
        self.playing = True
        self._timer = QTimer(self, interval=FRAME_MS)
        self._timer.timeout.connect(self._step)

    @property
    def now(self) -> int:
        """The frame that is shown, from 0."""
        return self._now

    def set_clip(self, frames: npt.ArrayLike) -> None:
        """Shows frames (frames, height, width, 1 or 3) uint8 from the first on."""
        self._frames = np.asarray(frames, np.uint8)
        self.show_frame(0)
        self._follow()

    def play(self, playing: bool) -> None:
        """Starts or stops."""
        self.playing = playing
        self._follow()

    def show_frame(self, place: int) -> None:
        """Shows one frame."""
        if 0 <= place < len(self._frames):
            self._now = place
            self.title = f"frame {place + 1} of {len(self._frames)}"
            self.set_picture(self._frames[place])
            self.frameShown.emit(place)

    def _step(self) -> None:
        self.show_frame((self._now + 1) % max(len(self._frames), 1))

    def _follow(self) -> None:
        if self.playing and self.isVisible() and len(self._frames) > 1:
            self._timer.start()
        else:
            self._timer.stop()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._follow()

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self._timer.stop()

    def shown(self) -> Any:
        """The frame that is shown, (height, width, 1 or 3)."""
        return self._frames[self._now]
