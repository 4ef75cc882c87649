"""One curve of a plot and how it is drawn: its line, its trend, dots at few values, and what lies around it.

Smoothed, a curve is its trend inside the *envelope* of what the smoothing hides: from the least to the greatest value
of those that the trend is made from. A curve that stands for several has a *band* between two others.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import Qt
from PySide6.QtGui import QBrush, QColor, QPainterPath, QPen
from PySide6.QtWidgets import QGraphicsPathItem

from dlstudio.gui import theme
from dlstudio.gui.plots.points import Axis, Columns, CurvePoints, Floats, Seen

TREND = 0.75  # of the trend of single batches, so that it stands behind whole epochs
_FAINT = 0.6  # of single values where nothing is smoothed
_AREA = 0.18  # of what lies around a curve
_FEW = 60  # values that are marked by dots
_WIDE_PEN_POINTS = 300  # wide or smooth lines cost six times as much, and columns leave two points each at most
_WIDE_PEN_CLIMBS = 20  # heights of the plot that such a line goes up and down, all in all
_MEMORY = (
    2.0  # of the points that a trend is made from, all but a seventh of the weight lies in so many times their mean
)


@dataclass(frozen=True)
class Curve:
    """One curve.

    Attributes:
        points: Where its points are; may grow at any time.
        label: Its name in the legend.
        color: Its colour.
        faint: Drawn in the background, like the values of single batches.
        smooth: Follows the plot's smoothing; the envelope of the measured values stays visible faintly.
        dashed: Drawn dashed, for what is compared.
        band: Two curves with the same positions, the lower one first, between which the plot is filled.
    """

    points: CurvePoints
    label: str
    color: QColor
    faint: bool = False
    smooth: bool = False
    dashed: bool = False
    band: tuple[CurvePoints, CurvePoints] | None = None

    @property
    def dotted(self) -> bool:
        """Whether single values are marked where they are few."""
        return not (self.faint or self.dashed)

    def ink(self, strength: float = 1.0) -> QColor:
        """Its colour, nearer to that of the ground the less ``strength`` is below 1.

        It is opaque: to blend a line that goes up and down through each column costs thirty times as much.
        """
        return theme.blend(theme.color("panel"), self.color, strength)

    def shade(self) -> QColor:
        """Its colour for an area, through which one sees."""
        shade = QColor(self.color)
        shade.setAlphaF(_AREA)
        return shade


@dataclass(frozen=True)
class Sight:
    """What a plot shows of its curves.

    Attributes:
        axis: What runs along the bottom.
        columns: What is in sight of it.
        log: Whether the values are shown by their logarithm; those of 0 and below are then left out.
        weight: Of the smoothing; 0 for none.
    """

    axis: Axis
    columns: Columns
    log: bool = False
    weight: float = 0.0

    def of(self, points: CurvePoints, *, smoothed: bool = False) -> Seen:
        """The columns of a curve, in the numbers of the axes."""
        seen = points.seen(self.axis, self.columns, smoothed=smoothed)
        x, low, high, counts, same = seen.x, seen.low, seen.high, seen.points, seen.low is seen.high
        if self.columns.log:
            positive = x > 0
            x, low, high = np.log10(x[positive]), low[positive], high[positive]
            counts = counts[positive]
        low = self._value(low)
        return Seen(x, low, low if same else self._value(high), counts)

    def _value(self, y: Floats) -> Floats:
        return np.log10(y, out=np.full(len(y), np.nan), where=y > 0) if self.log else y


class DrawnCurve:
    """A curve's items in a plot.

    Args:
        curve: What is drawn.
        plot: Where.
    """

    def __init__(self, curve: Curve, plot: Any) -> None:
        self.curve = curve
        self._plot = plot
        self._dotted: tuple[object, ...] = ()
        self.line = pg.PlotCurveItem()
        self.trend = pg.PlotDataItem()
        self.area = QGraphicsPathItem()
        self.area.setPen(Qt.PenStyle.NoPen)
        front = 0.5 if curve.dashed else 0.0
        for depth, item in ((0, self.area), (1 if curve.faint else 2, self.line), (3, self.trend)):
            item.setZValue(depth + front)
            plot.addItem(item, ignoreBounds=True)

    def remove(self) -> None:
        """Takes the items out of the plot."""
        for item in (self.area, self.line, self.trend):
            self._plot.removeItem(item)

    def draw(self, sight: Sight) -> tuple[float, float] | None:
        """Draws what is in sight; the least and the greatest value that ought to be seen, None where there is none."""
        curve = self.curve
        smoothing = curve.smooth and sight.weight > 0
        seen = sight.of(curve.points)
        x, y = seen.line()
        if smoothing:
            self.line.setData([], [])
            low, high = seen.envelope(_MEMORY / (1 - sight.weight))
            self._fill(seen.x, low, high)
            ends = _ends(low, 5, 100), _ends(high, 0, 95)
            trend = sight.of(curve.points, smoothed=True)
            x, y = trend.line()
            self._dotted = ()
            self.trend.setData(x, y, pen=self._pen(trend, TREND if curve.faint else 1.0), connect="finite", symbol=None)
            return _union(*ends, _ends(y, 0, 100))
        pen = self._pen(seen, _FAINT if curve.faint else 1.0)
        self.line.setData(x, y, pen=pen, antialias=_is_smooth(seen), connect="finite")
        self._draw_dots(x, y)
        span = _ends(y, 2, 98) if curve.faint else _ends(y, 0, 100)
        if curve.band is None:
            self._fill(seen.x[:0], seen.low[:0], seen.high[:0])
            return span
        below, above = (sight.of(each) for each in curve.band)
        self._fill(below.x, below.low, above.high)
        return _union(span, _ends(below.low, 0, 100), _ends(above.high, 0, 100))

    def _pen(self, seen: Seen, strength: float) -> QPen:
        pen = QPen(self.curve.ink(strength))
        pen.setCosmetic(True)
        pen.setWidthF(2 if _is_smooth(seen) else 1)
        pen.setStyle(Qt.PenStyle.DashLine if self.curve.dashed else Qt.PenStyle.SolidLine)
        return pen

    def _fill(self, x: Floats, low: Floats, high: Floats) -> None:
        """Fills between two curves; places where one has no number are passed over."""
        known = np.isfinite(low) & np.isfinite(high)
        if known.sum() < 2:
            self.area.setPath(QPainterPath())
            return
        x, low, high = x[known], low[known], high[known]
        self.area.setBrush(QBrush(self.curve.shade()))
        self.area.setPath(pg.arrayToQPath(np.concatenate([x, x[::-1]]), np.concatenate([low, high[::-1]])))

    def _draw_dots(self, x: Floats, y: Floats) -> None:
        """Marks each value of a short curve; only where they are others than before, as dots cost more than lines."""
        few = len(self.curve.points) <= _FEW and self.curve.dotted
        ink = self.curve.ink()
        dots = (ink.rgba(), x.tobytes(), y.tobytes()) if few and len(x) else ("none",)
        if self._dotted == dots:
            return
        self._dotted = dots
        if len(dots) > 1:
            self.trend.setData(x, y, pen=None, symbol="o", symbolSize=5, symbolPen=None, symbolBrush=ink)
        else:
            self.trend.setData([], [], symbol=None)


def _is_smooth(seen: Seen) -> bool:
    """Whether a line is short enough for a wide pen: neither of many points nor up and down all the time."""
    if seen.low is not seen.high or len(seen.x) >= _WIDE_PEN_POINTS:
        return False
    known = seen.low[np.isfinite(seen.low)]
    span = _ends(known, 2, 98)
    return span is None or bool(np.abs(np.diff(known)).sum() <= _WIDE_PEN_CLIMBS * (span[1] - span[0]))


def _ends(values: Floats, lowest: float, highest: float) -> tuple[float, float] | None:
    """Two percentiles of the values that are numbers."""
    known = values[np.isfinite(values)]
    if not len(known):
        return None
    if (lowest, highest) == (0, 100):
        return float(known.min()), float(known.max())
    # ``np.percentile`` would import masked arrays, which holds the window up at its first curve.
    known = np.sort(known)
    last = len(known) - 1
    return float(known[int(last * lowest / 100)]), float(known[math.ceil(last * highest / 100)])


def _union(*spans: tuple[float, float] | None) -> tuple[float, float] | None:
    """The least of all and the greatest of all."""
    known = [span for span in spans if span is not None]
    low, high = min((span[0] for span in known), default=math.nan), max((span[1] for span in known), default=math.nan)
    return (low, high) if known else None
