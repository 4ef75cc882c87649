"""A small line of a series, painted into a rectangle: for thumbnails, table cells and details."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import QPointF, QRectF, QSize
from PySide6.QtGui import QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QWidget

from dlstudio.gui import theme

_SHOWN_FEATURES = 6


def paint_series(painter: QPainter, rect: QRectF, series: npt.ArrayLike) -> None:
    """Draws the features of a series ``(time, features)`` or ``(time,)`` as lines over time on one scale."""
    values = np.asarray(series, dtype=float)
    if values.ndim == 1:
        values = values[:, None]
    if values.ndim != 2 or not len(values):
        return
    known = values[np.isfinite(values)]
    if not len(known):
        return
    low, high = float(known.min()), float(known.max())
    span = (high - low) or 1.0
    step = max(len(values) // max(int(rect.width()) * 2, 2), 1)
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    xs = rect.left() + rect.width() * np.arange(len(values)) / max(len(values) - 1, 1)
    for feature in range(min(values.shape[1], _SHOWN_FEATURES)):
        ys = rect.bottom() - rect.height() * (values[:, feature] - low) / span
        points = [QPointF(x, y) for x, y in zip(xs[::step], ys[::step], strict=True) if np.isfinite(y)]
        painter.setPen(QPen(theme.series_color(feature), 1))
        painter.drawPolyline(QPolygonF(points))
    painter.restore()


class SeriesView(QWidget):
    """One series, large, with its range written at the left and its length below."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._series: npt.NDArray[np.float64] = np.zeros((0, 1))
        self.setMinimumHeight(110)

    def sizeHint(self) -> QSize:
        return QSize(240, 150)

    def set_series(self, series: npt.ArrayLike) -> None:
        """Shows a series ``(time, features)`` or ``(time,)``."""
        self._series = np.asarray(series, dtype=float)
        self.setAccessibleName(f"series of {len(self._series)} steps")
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        inner = QRectF(self.rect()).adjusted(44, 8, -8, -20)
        painter.setFont(theme.mono_font(10))
        painter.setPen(theme.color("dim"))
        known = self._series[np.isfinite(self._series)]
        if len(known):
            painter.drawText(QPointF(0, inner.top() + 8), f"{known.max():.3g}")
            painter.drawText(QPointF(0, inner.bottom()), f"{known.min():.3g}")
            painter.drawText(QPointF(inner.left(), inner.bottom() + 16), f"{len(self._series)} steps")
        paint_series(painter, inner, self._series)
        painter.end()
