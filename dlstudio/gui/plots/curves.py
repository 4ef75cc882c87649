"""A live plot of curves over step, epoch or time: log scale, smoothing, values under the pointer, best epoch.

Whoever feeds it appends to the :class:`~dlstudio.gui.plots.points.CurvePoints` of its curves and calls
:meth:`CurvePlot.refresh` as often as it likes: the plot redraws when its turn comes, from at most one point a pixel
column, and not at all while it is hidden. It knows nothing of runs.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QColor, QPen, QShowEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from dlstudio.gui import theme
from dlstudio.gui.plots import numbers
from dlstudio.gui.plots.axes import PlotArea, Ticks
from dlstudio.gui.plots.legend import Entry, Legend
from dlstudio.gui.plots.points import AXES, Axis, CurvePoints, Floats, buckets
from dlstudio.gui.turns import Turns

_PIXELS = 2  # width of the columns of which the least and the greatest value are drawn
_ROOM = 1.5  # a following view grows by half at once: each new range makes the axes draw themselves anew
_VALUE_ROOM, _LOOSE = 0.3, 2.5  # the same for values: the room on one side, and how much of it is too much
_FAINT, _TREND = 0.3, 0.6  # of single values behind a trend; of the trend, so that it stands behind whole epochs
_WIDE_PEN_POINTS = (
    300  # wide or smooth lines cost six times as much, and buckets never leave more than 2 points a pixel
)


@dataclass(frozen=True)
class Curve:
    """One curve.

    Attributes:
        points: Where its points are; may grow at any time.
        label: Its name in the legend.
        color: Its colour.
        faint: Drawn in the background, like the values of single batches.
        smooth: Follows the plot's smoothing; the measured values stay visible faintly.
        dashed: Drawn dashed, for what is compared.
    """

    points: CurvePoints
    label: str
    color: QColor
    faint: bool = False
    smooth: bool = False
    dashed: bool = False


class CurvePlot(QFrame):
    """A titled plot with its legend. ``redraws`` counts how often the curves were drawn."""

    def __init__(
        self, title: str = "", unit: str = "", parent: QWidget | None = None, *, turns: Turns | None = None
    ) -> None:
        super().__init__(parent)
        theme.mark(self, "card")
        self.redraws = 0
        self._curves: dict[str, Curve] = {}
        self._items: dict[str, tuple[Any, Any]] = {}
        self._span: tuple[float, float] | None = None
        self._dotted: dict[str, tuple[object, ...]] = {}
        self._axis: Axis = "step"
        self._log = self._following = True
        self._live = False
        self._weight = 0.0
        self._best: tuple[float, ...] | None = None
        self._best_axis: Axis = "step"
        self._unit = unit
        self._turns = turns or Turns(self)
        self._build(title)
        self.set_log(False)
        self.set_axis("step")
        theme.signals.changed.connect(self._restyle)
        self._restyle()

    def _build(self, title: str) -> None:
        self._title = QLabel(title)
        self._title.setTextFormat(Qt.TextFormat.PlainText)
        theme.mark(self._title, "heading")
        self._legend = Legend()
        self._position = QLabel("")
        theme.mark(self._position, "faint")
        self._position.setMinimumWidth(88)
        self._position.setAlignment(Qt.AlignmentFlag.AlignRight)
        head = QHBoxLayout()
        head.setSpacing(theme.SPACE_4)
        head.addWidget(self._title, 0, Qt.AlignmentFlag.AlignTop)
        head.addWidget(self._legend, 1)
        head.addWidget(self._position, 0, Qt.AlignmentFlag.AlignTop)
        self._plot = PlotArea(axisItems={"left": Ticks("left"), "bottom": Ticks("bottom")})
        self._plot.setMinimumHeight(110)
        self._plot.setMenuEnabled(False)
        self._plot.hideButtons()
        self._plot.setFrameShape(QFrame.Shape.NoFrame)
        self._plot.setToolTip("Drag to move, wheel to zoom, double-click to see everything")
        self._view = self._plot.getPlotItem().getViewBox()
        self._view.sigRangeChangedManually.connect(self._stop_following)
        self._cross = pg.InfiniteLine(angle=90, movable=False)
        self._best_line = pg.InfiniteLine(
            angle=90, movable=False, label="best epoch", labelOpts={"position": 0.94, "anchors": [(0, 0.5), (1, 0.5)]}
        )
        for line in (self._cross, self._best_line):
            line.setVisible(False)
            self._plot.addItem(line, ignoreBounds=True)
        self.waiting = QLabel("No values yet")
        self.waiting.setAlignment(Qt.AlignmentFlag.AlignCenter)
        theme.mark(self.waiting, "dim")
        self.waiting.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        for name in ("left", "bottom"):
            self._plot.getAxis(name).setStyle(showValues=False)
        over = QVBoxLayout(self._plot)
        over.addWidget(self.waiting)
        self._plot.scene().sigMouseMoved.connect(self._point_at)
        self._plot.left.connect(self.point_away)
        self._plot.everythingWanted.connect(self._follow)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(theme.SPACE_4, theme.SPACE_3, theme.SPACE_3, theme.SPACE_2)
        layout.setSpacing(theme.SPACE_1)
        layout.addLayout(head)
        layout.addWidget(self._plot, 1)

    # What is shown

    def set_title(self, title: str, unit: str = "", rises: bool = False) -> None:
        """Names what is measured, its unit if it has one, and whether its curve ends high, where no label should be."""
        self._title.setText(title)
        self._best_line.label.setPosition(0.08 if rises else 0.92)
        self._unit = unit
        self._label_axes()

    def set_curves(self, curves: Mapping[str, Curve]) -> None:
        """Shows these curves, by key, instead of those before."""
        for key in [key for key, old in self._curves.items() if curves.get(key) != old]:
            self._dotted.pop(key, None)
            for item in self._items.pop(key, ()):
                self._plot.removeItem(item)
        self._curves = dict(curves)
        for key, curve in self._curves.items():
            if self._weight and curve.smooth:
                curve.points.set_smoothing(self._weight)
            if key not in self._items:
                self._items[key] = self._make_items(curve)
        self._legend.set_entries(
            {
                key: Entry(
                    curve.label,
                    self._ink(curve, _TREND if curve.faint else 1.0),
                    dashed=curve.dashed,
                    dots=not (curve.faint or curve.dashed),
                )
                for key, curve in self._curves.items()
            }
        )
        self.refresh()

    @property
    def curves(self) -> dict[str, Curve]:
        """The curves shown, by key."""
        return dict(self._curves)

    def set_axis(self, axis: Axis) -> None:
        """Chooses what runs along the bottom."""
        self._axis = axis
        self._plot.getAxis("bottom").duration = axis == "time"
        self._following = True
        self._label_axes()
        self.set_best(self._best)
        self.refresh()

    def set_log(self, on: bool) -> None:
        """Chooses a logarithmic scale for the values; values of 0 and below are then left out."""
        self._log = on
        self._plot.getAxis("left").setLogMode(x=False, y=on)
        self._following = True
        self.refresh()

    def set_smoothing(self, weight: float) -> None:
        """Smooths the curves that ask for it: 0 shows only what was measured, 0.99 the long trend."""
        self._weight = weight
        for curve in self._curves.values():
            if curve.smooth:
                curve.points.set_smoothing(weight)
        self.refresh()

    def set_best(self, place: tuple[float, ...] | None) -> None:
        """Marks the best epoch at ``(step, epoch, seconds, samples)``, or nothing."""
        if place == self._best and self._best_axis == self._axis:
            return  # moving a line, even to where it is, paints the whole plot
        self._best, self._best_axis = place, self._axis
        self._best_line.setVisible(place is not None)
        if place is not None:
            self._best_line.setPos(place[AXES.index(self._axis)])
            self._best_line.label.setFormat(f"best epoch {place[1]:g}")

    def set_live(self, live: bool) -> None:
        """While curves grow, the view grows in steps and the axes stay still in between; else it fits exactly."""
        if live != self._live:
            self._live = live
            self.refresh()

    def refresh(self) -> None:
        """Redraws in its turn; any number of calls until then make one redraw."""
        if self.isVisible():
            self._turns.ask(self._redraw)

    # Drawing

    def _make_items(self, curve: Curve) -> tuple[Any, Any]:
        raw, smooth = pg.PlotCurveItem(), pg.PlotDataItem()
        for depth, item in ((1 if curve.faint else 2, raw), (3, smooth)):
            item.setZValue(depth + (0.5 if curve.dashed else 0))
            self._plot.addItem(item, ignoreBounds=True)
        return raw, smooth

    def _ink(self, curve: Curve, strength: float = 1.0) -> QColor:
        ink = QColor(curve.color)
        ink.setAlphaF(strength)
        return ink

    def _pen(self, curve: Curve, count: int, strength: float = 1.0) -> QPen:
        pen = QPen(self._ink(curve, strength))
        pen.setCosmetic(True)
        pen.setWidthF(2 if count < _WIDE_PEN_POINTS and strength > _FAINT else 1)
        pen.setStyle(Qt.PenStyle.DashLine if curve.dashed else Qt.PenStyle.SolidLine)
        return pen

    def _redraw(self) -> None:
        if not self.isVisible():
            return
        self.redraws += 1
        self._show_waiting(not any(len(curve.points) for curve in self._curves.values()))
        moved = self._following and self._show_everything()
        (left, right), _ = self._view.viewRange()
        pixels = max(int(self._view.width()) // _PIXELS, 50)
        lows: list[float] = []
        highs: list[float] = []
        for key, curve in self._curves.items():
            raw, smooth = self._items[key]
            smoothing = curve.smooth and self._weight > 0
            x, y = self._visible(curve, curve.points.values, left, right, pixels)
            faint = curve.faint or smoothing
            raw.setData(
                x,
                y,
                pen=self._pen(curve, len(x), _FAINT if smoothing else _TREND if curve.faint else 1.0),
                antialias=len(x) < _WIDE_PEN_POINTS,
                connect="finite",
            )
            span = (2, 98) if faint else (0, 100)
            if smoothing:
                x, y = self._visible(curve, curve.points.smoothed, left, right, pixels)
                smooth.setData(
                    x, y, pen=self._pen(curve, len(x), _TREND if curve.faint else 1.0), connect="finite", symbol=None
                )
                self._dotted.pop(key, None)
            else:
                self._draw_dots(key, curve, x, y)
            known = y[np.isfinite(y)]
            if len(known):
                low, high = np.percentile(known, span) if not smoothing else (known.min(), known.max())
                lows.append(float(low))
                highs.append(float(high))
        self._span = (min(lows), max(highs)) if lows else None
        if moved and self._live:
            self._turns.ask(self._fit_values)  # two axes painted anew at once would hold the window up
        else:
            self._fit_values()
        self._view.updateMatrix()  # left to the paint, it would make everything dirty again and be painted twice

    def _draw_dots(self, key: str, curve: Curve, x: Floats, y: Floats) -> None:
        """Marks each value of a short curve; only where they are others than before, as dots cost more than lines."""
        few = len(curve.points) <= 60 and not (curve.faint or curve.dashed)
        ink = self._ink(curve)
        dots = (ink.rgba(), x.tobytes(), y.tobytes()) if few and len(x) else ()
        if self._dotted.get(key) == dots:
            return
        self._dotted[key] = dots
        if dots:
            self._items[key][1].setData(x, y, pen=None, symbol="o", symbolSize=5, symbolPen=None, symbolBrush=ink)
        else:
            self._items[key][1].setData([], [], symbol=None)

    def _show_waiting(self, waiting: bool) -> None:
        """Says that there is nothing yet, instead of numbers along the axes that mean nothing."""
        if waiting != self.waiting.isHidden():
            return
        self.waiting.setVisible(waiting)
        for name in ("left", "bottom"):
            self._plot.getAxis(name).setStyle(showValues=not waiting)

    def _visible(self, curve: Curve, values: Floats, left: float, right: float, pixels: int) -> tuple[Floats, Floats]:
        x, y = buckets(curve.points.x(self._axis), values, left, right, pixels)
        if self._log:
            y = np.log10(y, out=np.full(len(y), np.nan), where=y > 0)
        return x, y

    def _show_everything(self) -> bool:
        """Follows the positions; whether the view had to move for it."""
        ends = [c.points.x(self._axis)[[0, -1]] for c in self._curves.values() if len(c.points)]
        if not ends:
            return False
        left = min(0.0, *(float(end[0]) for end in ends))
        right = max(float(end[1]) for end in ends)
        right = right if right > left else left + 1
        shown = self._view.viewRange()[0]
        room = (right - left) * 0.015
        fits = shown[0] <= left and right <= shown[1] <= left + (right - left) * _ROOM + room
        if not fits or not self._live:
            wanted = left + (right - left) * (_ROOM if self._live else 1)
            if (left - room, wanted + room) != tuple(shown):
                self._view.setXRange(left - room, wanted + room, padding=0)
                return True
        return False

    def _fit_values(self) -> None:
        """Follows the values that were drawn last."""
        if self._span is None or not self._following:
            return
        low, high = self._span
        margin = (high - low) * 0.06 or max(abs(high) * 0.1, 1e-3)
        bottom, top = self._view.viewRange()[1]
        if not self._live:
            self._view.setYRange(low - margin, high + margin, padding=0)
        elif low < bottom or high > top or (top - bottom) > (high - low + 2 * margin) * _LOOSE:
            # Room only where the values went out: there they will go on.
            room = (high - low) * _VALUE_ROOM
            below = low - margin - (room if low < bottom else 0.0)
            self._view.setYRange(below, high + margin + (room if high > top else 0.0), padding=0)

    # The pointer

    def _stop_following(self, *_: object) -> None:
        self._following = False
        self.refresh()

    def _follow(self) -> None:
        self._following = True
        self.refresh()

    def _point_at(self, place: QPointF) -> None:
        if self._plot.sceneBoundingRect().contains(place):
            self.point_to(float(self._view.mapSceneToView(place).x()))

    def point_to(self, position: float) -> None:
        """Shows each curve's value nearest to a position along the bottom axis."""
        self._cross.setPos(position)
        self._cross.setVisible(True)
        values = {}
        for key, curve in self._curves.items():
            index = curve.points.near(self._axis, position)
            if index is not None:
                shown = curve.points.smoothed if curve.smooth and self._weight else curve.points.values
                values[key] = f"{shown[index]:.4g}"
        self._legend.set_values(values)
        whole = f"{position:,.0f}".replace(",", "\u202f")
        text = {"step": f"step {whole}", "epoch": f"epoch {position:.2f}", "samples": f"{whole} samples"}
        self._position.setText(text.get(self._axis, f"at {numbers.duration(position)}"))

    def point_away(self) -> None:
        """Takes the pointer's line and values away."""
        self._cross.setVisible(False)
        self._legend.set_values({})
        self._position.setText("")

    # Looks

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.refresh()

    def _label_axes(self) -> None:
        names = {"step": "step", "epoch": "epoch", "time": "time since start (min:s)", "samples": "samples seen"}
        self._plot.setLabel("bottom", names[self._axis])
        self._plot.setLabel("left", self._unit or None)

    def _restyle(self) -> None:
        self._plot.setBackground(theme.color("panel"))
        self._plot.getPlotItem().showGrid(x=False, y=True, alpha=0.14)
        for name in ("left", "bottom"):
            axis = self._plot.getAxis(name)
            axis.setPen(theme.color("line"))
            axis.setTextPen(theme.color("dim"))
            axis.setStyle(tickFont=theme.ui_font(11), tickLength=4)
            axis.label.setFont(theme.ui_font(11))
        self._plot.getAxis("left").setWidth(52)
        self._cross.setPen(QPen(theme.color("faint"), 0))
        self._best_line.setPen(QPen(theme.color("ok", 0.8), 0, Qt.PenStyle.DashLine))
        self._best_line.label.setFont(theme.ui_font(11))
        self._best_line.label.setColor(theme.color("ok-text"))
        self.refresh()
