"""The axes of a plot and the area that they frame."""

from __future__ import annotations

import math
from typing import Any

import pyqtgraph as pg
from PySide6.QtCore import QEvent, Signal
from PySide6.QtGui import QMouseEvent, QPainter, QPen

from dlstudio.gui import theme

_MOST_DIGITS = 300  # of a number; before a view is fitted to a logarithmic axis it may show any range
_BEHIND = -200  # the view with the curves lies at -100

_FEW_DECADES, _MANY_DECADES = 0.7, 4  # within so many each digit is written; over so many powers of ten alone


class Ticks(pg.AxisItem):  # type: ignore[misc]
    """Numbers at the axes: durations on a time axis, plain numbers on a logarithmic one."""

    duration = False

    def __init__(self, orientation: str) -> None:
        super().__init__(orientation)
        self.enableAutoSIPrefix(False)  # else a labelled axis writes 0.4 as 400 (×0.001)
        # Painting the numbers costs more than painting the curves; between changes of range they are an image.
        self.setCacheMode(pg.QtWidgets.QGraphicsItem.CacheMode.DeviceCoordinateCache)

    def tickStrings(self, values: list[float], scale: float, spacing: float) -> list[str]:
        if self.logMode:
            values = [10 ** min(max(value, -_MOST_DIGITS), _MOST_DIGITS) for value in values]
        if self.duration:
            return [_clock(value) for value in values]
        if self.logMode:
            decades = abs(self.range[1] - self.range[0])
            return [_power(value, decades) for value in values]
        return [str(text) for text in super().tickStrings(values, scale, spacing)]

    def setGrid(self, grid: int | bool) -> None:
        super().setGrid(grid)
        self.setZValue(_BEHIND)  # pyqtgraph has it over the curves

    def drawPicture(self, painter: QPainter, axis: Any, ticks: list[tuple[QPen, Any, Any]], texts: Any) -> None:
        # Of a grid that lets what is behind it through, each pixel would be blended: twenty times as slow.
        super().drawPicture(painter, axis, [(_opaque(pen), start, end) for pen, start, end in ticks], texts)


class WholeTicks(Ticks):
    """Numbers at the axis of a count, which has no halves."""

    def tickSpacing(self, minimum: float, maximum: float, size: float) -> list[tuple[float, float]]:
        found = [(step, offset) for step, offset in super().tickSpacing(minimum, maximum, size) if step >= 1]
        return found or [(1.0, 0.0)]


class PlotArea(pg.PlotWidget):  # type: ignore[misc]
    """Says when the pointer leaves and when everything is to be seen again."""

    left = Signal()
    everythingWanted = Signal()

    def leaveEvent(self, event: QEvent) -> None:
        super().leaveEvent(event)
        self.left.emit()

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        self.everythingWanted.emit()


def _opaque(pen: QPen) -> QPen:
    solid = QPen(pen)
    solid.setColor(theme.blend(theme.color("panel"), pen.color(), pen.color().alphaF()))
    return solid


def _power(value: float, decades: float) -> str:
    """A number at a logarithmic axis; empty where it would lie too close to those that are rounder."""
    digits = value / 10 ** math.floor(math.log10(value) + 1e-9)
    whole = abs(digits - round(digits)) < 1e-6
    kept = (1, 2, 5) if decades < _MANY_DECADES else (1,)
    if whole and decades > _FEW_DECADES and round(digits) not in kept:
        return ""
    return f"{value:.0f}" if 100 <= value < 1e5 else f"{value:.3g}"


def _clock(seconds: float) -> str:
    if seconds < 0:
        return ""
    minutes, rest = divmod(int(seconds), 60)
    if minutes >= 60:
        return f"{minutes // 60}:{minutes % 60:02d}:{rest:02d}"
    return f"{minutes}:{rest:02d}" if seconds == int(seconds) else f"{minutes}:{seconds - 60 * minutes:04.1f}"
