"""The axes of a plot and the area that they frame."""

from __future__ import annotations

import pyqtgraph as pg
from PySide6.QtCore import QEvent, Signal
from PySide6.QtGui import QMouseEvent


class Ticks(pg.AxisItem):  # type: ignore[misc]
    """Numbers at the axes: durations on a time axis, plain numbers on a logarithmic one."""

    duration = False

    def __init__(self, orientation: str) -> None:
        super().__init__(orientation)
        self.enableAutoSIPrefix(False)  # else a labelled axis writes 0.4 as 400 (×0.001)
        # Painting the numbers costs more than painting the curves; between changes of range they are an image.
        self.setCacheMode(pg.QtWidgets.QGraphicsItem.CacheMode.DeviceCoordinateCache)

    def tickStrings(self, values: list[float], scale: float, spacing: float) -> list[str]:
        if self.duration:
            return [_clock(10**value if self.logMode else value) for value in values]
        if self.logMode:
            return [f"{10**value:.3g}" for value in values]
        return [str(text) for text in super().tickStrings(values, scale, spacing)]


class PlotArea(pg.PlotWidget):  # type: ignore[misc]
    """Says when the pointer leaves and when everything is to be seen again."""

    left = Signal()
    everythingWanted = Signal()

    def leaveEvent(self, event: QEvent) -> None:
        super().leaveEvent(event)
        self.left.emit()

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        self.everythingWanted.emit()


def _clock(seconds: float) -> str:
    if seconds < 0:
        return ""
    minutes, rest = divmod(int(seconds), 60)
    if minutes >= 60:
        return f"{minutes // 60}:{minutes % 60:02d}:{rest:02d}"
    return f"{minutes}:{rest:02d}" if seconds == int(seconds) else f"{minutes}:{seconds - 60 * minutes:04.1f}"
