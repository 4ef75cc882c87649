"""A small picture of the curves that a piece of advice is about, with the epochs that it means shaded."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QSizePolicy, QWidget

from dlstudio.gui import theme
from dlstudio.gui.plots import numbers


class EvidencePlot(QWidget):
    """Curves over epochs, or over batches.

    Args:
        curves: Values by name, in order; NaN where there is none.
        meant: First and last place that is shaded, counted from 1; ``(0, 0)`` for none.
        unit: What the places are: ``epoch`` or ``batch``.
    """

    def __init__(
        self,
        curves: Mapping[str, Sequence[float]],
        meant: tuple[int, int] = (0, 0),
        unit: str = "epoch",
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.curves = {name: list(values) for name, values in curves.items()}
        self.meant = meant
        self._unit = unit
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        named = " and ".join(numbers.metric_title(name) for name in self.curves)
        shaded = f", {unit}s {meant[0]} to {meant[1]} shaded" if meant[1] else ""
        self.setAccessibleName(f"{named} by {unit}{shaded}")
        theme.signals.changed.connect(self.update)

    def sizeHint(self) -> QSize:
        return QSize(300, 120)

    def paintEvent(self, event: QPaintEvent) -> None:
        known = [value for values in self.curves.values() for value in values if math.isfinite(value)]
        count = max((len(values) for values in self.curves.values()), default=0)
        if not known or not count:
            return
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        area = QRectF(self.rect()).adjusted(52, 22, -6, -20)
        low, high = min(known), max(known)
        span = (high - low) or abs(high) or 1.0

        def x(place: float) -> float:
            return area.left() + area.width() * (place - 1) / max(count - 1, 1)

        def y(value: float) -> float:
            return area.bottom() - area.height() * (value - low) / span

        first, last = self.meant
        if last:
            painter.fillRect(
                QRectF(x(first), area.top(), max(x(last) - x(first), 2.0), area.height()), theme.color("warning", 0.16)
            )
        self._write_axes(painter, area, (low, high), count)
        at = area.left()
        for name, values in self.curves.items():
            ink = _ink(name)
            painter.setPen(QPen(ink, 1.5 if count < 100 else 1.0))
            points = [QPointF(x(place), y(value)) for place, value in enumerate(values, 1) if math.isfinite(value)]
            painter.drawPolyline(QPolygonF(points))
            painter.drawLine(QPointF(at, 11), QPointF(at + 14, 11))
            painter.setFont(theme.ui_font(11))
            painter.setPen(theme.color("dim"))
            text = numbers.metric_title(name)
            painter.drawText(QPointF(at + 20, 15), text)
            at += 20 + painter.fontMetrics().horizontalAdvance(text) + 16
        painter.end()

    def _write_axes(self, painter: QPainter, area: QRectF, ends: tuple[float, float], count: int) -> None:
        painter.setPen(QPen(theme.color("line"), 1))
        painter.drawLine(area.bottomLeft(), area.bottomRight())
        painter.setFont(theme.mono_font(10))
        painter.setPen(theme.color("dim"))
        right = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        for value, height in zip(ends, (area.bottom(), area.top()), strict=True):
            painter.drawText(QRectF(0, height - 7, area.left() - 6, 14), right, numbers.number(value))
        below = QRectF(area.left(), area.bottom() + 3, area.width(), 16)
        painter.drawText(below, Qt.AlignmentFlag.AlignLeft, f"{self._unit} 1")
        painter.drawText(below, Qt.AlignmentFlag.AlignRight, str(count))


def _ink(name: str) -> QColor:
    return theme.color("validation" if name.startswith("val_") else "training")
