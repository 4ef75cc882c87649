"""A sound over time: waveform, spectrogram, and below it which frame says which character."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import QLineF, QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from dlstudio.gui import theme
from dlstudio.gui.workspaces.inspect.pictures import to_image

_LEFT, _RIGHT, _BOTTOM, _GAP = 58.0, 10.0, 22.0, 8.0
_ROW = 18.0
_TICKS_HZ = (250, 500, 1000, 2000, 4000, 8000, 16_000)


class SoundPlot(QWidget):
    """Waveform over spectrogram on one axis of seconds; with an alignment also the characters' probabilities."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._wave: npt.NDArray[np.float32] = np.zeros(0, np.float32)
        self._rate = 1
        self._picture = to_image(np.zeros((1, 1), np.uint8))
        self._names: Sequence[str] = ()
        self._shares: npt.NDArray[np.float32] = np.zeros((0, 0), np.float32)
        self._parts: Sequence[Mapping[str, Any]] = ()
        self._heard = 0.0
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setMinimumHeight(220)

    def sizeHint(self) -> QSize:
        return QSize(480, 360)

    @property
    def seconds(self) -> float:
        """What is shown, in seconds."""
        return max(len(self._wave) / self._rate, 1e-3)

    def set_sound(self, wave: npt.ArrayLike, rate: int, picture: npt.ArrayLike) -> None:
        """Shows (samples,) floats and their spectrogram in colour, (height, width, 3) uint8; no alignment."""
        self._wave, self._rate = np.asarray(wave, np.float32), max(rate, 1)
        self._picture = to_image(np.asarray(picture))
        self._names, self._parts, self._shares = (), (), np.zeros((0, 0), np.float32)
        self.setAccessibleName(f"sound of {self.seconds:.2f} s at {rate} samples a second")
        self.update()

    def set_alignment(
        self, names: Sequence[str], shares: npt.ArrayLike, parts: Sequence[Mapping[str, Any]], heard: float
    ) -> None:
        """Adds probabilities (characters, frames) over ``heard`` seconds, and what was decoded: text, begin, end."""
        self._names, self._shares, self._parts, self._heard = names, np.asarray(shares, np.float32), parts, heard
        said = "".join(str(part["text"]) for part in parts)
        self.setAccessibleDescription(f"decoded: {said}")
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setFont(theme.mono_font(10))
        whole = QRectF(self.rect()).adjusted(_LEFT, 4, -_RIGHT, -_BOTTOM)
        rows = len(self._names)
        lanes = rows * _ROW + _ROW + 2 * _GAP if rows else 0.0
        upper = max(whole.height() - lanes, 60.0)
        wave = QRectF(whole.left(), whole.top(), whole.width(), upper * 0.3)
        spectrum = QRectF(whole.left(), wave.bottom() + _GAP, whole.width(), upper * 0.7 - _GAP)
        self._paint_wave(painter, wave)
        self._paint_spectrum(painter, spectrum)
        if rows:
            self._paint_alignment(painter, QRectF(whole.left(), spectrum.bottom() + _GAP, whole.width(), lanes - _GAP))
        self._paint_seconds(painter, QRectF(whole.left(), whole.bottom(), whole.width(), _BOTTOM))
        painter.end()

    def _paint_wave(self, painter: QPainter, box: QRectF) -> None:
        painter.setPen(QPen(theme.color("line"), 1))
        middle = box.center().y()
        painter.drawLine(QLineF(box.left(), middle, box.right(), middle))
        loudest = float(np.abs(self._wave).max(initial=0.0))
        self._say(painter, box.left(), box.top() + 9, f"{loudest:.2f}")
        self._say(painter, box.left(), box.bottom(), f"-{loudest:.2f}")
        columns = max(int(box.width()), 1)
        if not len(self._wave) or loudest == 0:
            return
        cuts = np.linspace(0, len(self._wave), min(columns, len(self._wave)) + 1).astype(np.int64)[:-1]
        low, high = np.minimum.reduceat(self._wave, cuts), np.maximum.reduceat(self._wave, cuts)
        scale = box.height() / 2 / loudest
        step = box.width() / len(cuts)
        painter.setPen(QPen(theme.color("accent"), 1))
        painter.drawLines(
            [
                QLineF(
                    box.left() + i * step,
                    middle - float(b) * scale - 0.5,
                    box.left() + i * step,
                    middle - float(a) * scale + 0.5,
                )
                for i, (a, b) in enumerate(zip(low, high, strict=True))
            ]
        )

    def _paint_spectrum(self, painter: QPainter, box: QRectF) -> None:
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        painter.drawImage(box, self._picture)
        highest = _mel(self._rate / 2)
        before = box.bottom() + 20
        for tick in _TICKS_HZ:
            y = box.bottom() - box.height() * _mel(tick) / highest
            if tick <= self._rate / 2 and before - y >= 14 and y >= box.top() + 4:
                self._say(painter, box.left(), y + 4, f"{tick / 1000:g} kHz")
                before = y

    def _paint_alignment(self, painter: QPainter, box: QRectF) -> None:
        """A row for what was decoded, each character where it is said, and below it a row of shades a character."""
        seconds = self.seconds
        painter.setPen(theme.color("dim"))
        self._say(painter, box.left(), box.top() + 13, "decoded")
        painter.setFont(theme.ui_font(13, 600))
        painter.setPen(theme.color("text"))
        for part in self._parts:
            middle = (float(part["begin"]) + float(part["end"])) / 2
            x = min(box.left() + box.width() * middle / seconds, box.right() - 6)
            text = "␣" if part["text"] == " " else str(part["text"])
            painter.drawText(QRectF(x - 14, box.top(), 28, _ROW), Qt.AlignmentFlag.AlignCenter, text)
        painter.setFont(theme.mono_font(10))
        frames = self._shares.shape[1]
        shown = max(1, min(frames, round(frames * seconds / self._heard))) if self._heard else frames
        top = box.top() + _ROW + 2
        accent = QColor(theme.color("accent"))
        for row, name in enumerate(self._names):
            place = QRectF(box.left(), top + row * _ROW, box.width(), _ROW - 2)
            painter.fillRect(place, theme.color("background"))
            # Whole pixels: shades that overlap by a part of one would show as stripes.
            edges = [round(place.left() + place.width() * frame / shown) for frame in range(shown + 1)]
            for frame in range(shown):
                share = float(self._shares[row, frame])
                if share >= 0.02:
                    accent.setAlphaF(min(share, 1.0))
                    wide = edges[frame + 1] - edges[frame]
                    painter.fillRect(QRectF(edges[frame], place.top(), wide, place.height()), accent)
            self._say(painter, box.left(), place.bottom() - 3, {" ": "space", "\ufffd": "unknown"}.get(name, name))

    def _paint_seconds(self, painter: QPainter, box: QRectF) -> None:
        painter.setPen(theme.color("dim"))
        step = next((s for s in (0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 60) if self.seconds / s <= 8), 120)
        for index in range(int(self.seconds / step) + 1):
            x = box.left() + box.width() * index * step / self.seconds
            painter.drawLine(QLineF(x, box.top(), x, box.top() + 4))
            text = f"{index * step:g} s"
            wide = painter.fontMetrics().horizontalAdvance(text)
            painter.drawText(QPointF(min(max(x - wide / 2, box.left()), box.right() - wide), box.top() + 16), text)

    def _say(self, painter: QPainter, right: float, y: float, text: str) -> None:
        painter.setPen(theme.color("dim"))
        painter.drawText(QPointF(right - 6 - painter.fontMetrics().horizontalAdvance(text), y), text)


def _mel(hertz: float) -> float:
    return float(2595 * np.log10(1 + hertz / 700))
