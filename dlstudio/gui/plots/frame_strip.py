"""The frames of a clip in rows, under each how much it speaks for the prediction (green) or against it (red)."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QImage, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from dlstudio.gui import theme
from dlstudio.gui.workspaces.inspect.pictures import to_image

_GAP = 6.0
_BAR = 56.0  # half above, half below the line of nothing
_WORDS = 16.0
_WIDEST, _NARROWEST, _LEAST = 120.0, 44.0, 8.0


class FrameStrip(QWidget):
    """Frames from left to right and top to bottom; a click or the arrow keys choose one."""

    chosen = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._frames: list[QImage] = []
        self._weights: npt.NDArray[np.float32] = np.zeros(0, np.float32)
        self._share = True
        self._now = 0
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        self.setMinimumHeight(int(_NARROWEST + _BAR + 2 * _WORDS))
        theme.signals.changed.connect(self.update)

    def sizeHint(self) -> QSize:
        return QSize(480, 200)

    @property
    def now(self) -> int:
        """The frame that is chosen, from 0."""
        return self._now

    def set_clip(self, frames: npt.ArrayLike, weights: npt.ArrayLike, share: bool = True) -> None:
        """Shows frames (frames, height, width, 1 or 3) uint8 and a weight each.

        Args:
            frames: The frames.
            weights: (frames,), above 0 for what speaks for the prediction.
            share: Whether weights are parts of a probability, written as points of a hundred.
        """
        self._frames = [to_image(frame) for frame in np.asarray(frames)]
        self._weights = np.asarray(weights, np.float32)
        self._share = share
        self._now = 0
        self.setAccessibleName(f"{len(self._frames)} frames")
        self._describe()
        self.update()

    def show_frame(self, place: int) -> None:
        """Marks a frame, without telling anyone."""
        if place != self._now and 0 <= place < len(self._frames):
            self._now = place
            self.update()

    def box_of(self, place: int) -> QRectF:
        """Where a frame is painted."""
        columns, wide, tall = self._layout()
        row, column = divmod(place, columns)
        return QRectF(2 + column * (wide + _GAP), 2 + row * (tall + _BAR + 2 * _WORDS), wide, tall)

    def _layout(self) -> tuple[int, float, float]:
        """Columns, and width and height of a frame: as large as all of them fit into the widget."""
        count = max(len(self._frames), 1)
        picture = self._frames[0] if self._frames else QImage()
        ratio = picture.height() / picture.width() if picture.width() else 1.0
        best = (0.0, 1)
        for rows in range(1, count + 1):
            columns = -(-count // rows)
            room = (self.height() - 4) / -(-count // columns) - _BAR - 2 * _WORDS
            wide = min((self.width() - 4 + _GAP) / columns - _GAP, _WIDEST, room / ratio)
            best = max(best, (wide, columns))
            if wide >= _NARROWEST:
                break
        wide, columns = best
        if wide < _LEAST:  # more than the widget can hold: the last rows are left below its end
            wide, columns = _LEAST, max(int((self.width() - 4 + _GAP) // (_LEAST + _GAP)), 1)
        return columns, wide, wide * ratio

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setFont(theme.mono_font(10))
        most = float(np.abs(self._weights).max(initial=0.0)) or 1.0
        for place, frame in enumerate(self._frames):
            box = self.box_of(place)
            painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, frame.width() > box.width())
            painter.drawImage(box, frame)
            if place == self._now:
                painter.setPen(QPen(theme.color("accent"), 2))
                painter.drawRect(box.adjusted(-1, -1, 1, 1))
            self._paint_weight(painter, box, place, most)
        painter.end()

    def _paint_weight(self, painter: QPainter, box: QRectF, place: int, most: float) -> None:
        painter.setPen(theme.color("text" if place == self._now else "dim"))
        words = QRectF(box.left(), box.bottom() + 1, box.width(), _WORDS)
        painter.drawText(words, Qt.AlignmentFlag.AlignCenter, str(place + 1))
        if place >= len(self._weights):
            return
        weight = float(self._weights[place])
        middle = words.bottom() + _BAR / 2
        long = abs(weight) / most * _BAR / 2
        bar = QRectF(box.left() + 2, middle - (long if weight > 0 else 0), box.width() - 4, long)
        painter.fillRect(bar, theme.color("ok" if weight > 0 else "error"))
        painter.setPen(QPen(theme.color("dim"), 1))
        painter.drawLine(QPointF(box.left(), middle), QPointF(box.right(), middle))
        painter.setPen(theme.color("text" if place == self._now else "dim"))
        below = QRectF(box.left() - _GAP / 2, middle + _BAR / 2 - 1, box.width() + _GAP, _WORDS)
        painter.drawText(below, Qt.AlignmentFlag.AlignCenter, written(weight, self._share, short=box.width() < 40))

    def _describe(self) -> None:
        if len(self._weights):
            best = int(self._weights.argmax())
            self.setAccessibleDescription(
                f"frame {best + 1} speaks most for it: {written(float(self._weights[best]), self._share)}"
            )

    def mousePressEvent(self, event: QMouseEvent) -> None:
        for place in range(len(self._frames)):
            if self.box_of(place).adjusted(0, 0, 0, _BAR + _WORDS).contains(event.position()):
                self._choose(place)
                return

    def keyPressEvent(self, event: QKeyEvent) -> None:
        step = {Qt.Key.Key_Right: 1, Qt.Key.Key_Left: -1}.get(Qt.Key(event.key()))
        if step is None or not self._frames:
            super().keyPressEvent(event)
            return
        self._choose((self._now + step) % len(self._frames))

    def _choose(self, place: int) -> None:
        self.show_frame(place)
        self.chosen.emit(place)


def written(weight: float, share: bool, short: bool = False) -> str:
    """``+12.3`` points of a hundred, or the value itself."""
    value: Any = 100 * weight if share else weight
    digits = 0 if short else 1 if share or abs(value) >= 10 else 2
    text = f"{abs(value):.{digits}f}"
    if float(text) == 0:
        return text
    return f"{'+' if value > 0 else '−'}{text}"
