"""A live plot of curves over step, epoch, time or samples: log axes, smoothing, values under the pointer, best epoch.

Whoever feeds it appends to the :class:`~dlstudio.gui.plots.points.CurvePoints` of its curves and calls
:meth:`CurvePlot.refresh` as often as it likes: the plot redraws when its turn comes, from at most one point a pixel
column, and not at all while it is hidden. It knows nothing of runs.
"""

from __future__ import annotations

import math
import statistics
from collections.abc import Mapping, Sequence

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QPen, QShowEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from dlstudio.gui import theme
from dlstudio.gui.plots import numbers
from dlstudio.gui.plots.axes import PlotArea, Ticks
from dlstudio.gui.plots.drawn import TREND, Curve, DrawnCurve, Sight
from dlstudio.gui.plots.legend import Entry, Legend
from dlstudio.gui.plots.points import AXES, Axis, Columns
from dlstudio.gui.turns import Turns

__all__ = ["Curve", "CurvePlot"]

_EXPLODED = 1e4  # times as far from 0 as the middle curve: of a loss that exploded the others keep the plot
_PIXELS = 2  # width of the columns of which the least and the greatest value are drawn
_ROOM = 1.5  # a following view grows by half at once: each new range makes the axes draw themselves anew
_VALUE_ROOM, _LOOSE = 0.3, 2.5  # the same for values: the room on one side, and how much of it is too much


class CurvePlot(QFrame):
    """A titled plot with its legend. ``redraws`` counts how often the curves were drawn."""

    def __init__(
        self, title: str = "", unit: str = "", parent: QWidget | None = None, *, turns: Turns | None = None
    ) -> None:
        super().__init__(parent)
        theme.mark(self, "card")
        self.redraws = 0
        self._curves: dict[str, Curve] = {}
        self._drawn: dict[str, DrawnCurve] = {}
        self._span: tuple[float, float] | None = None
        self._axis: Axis = "step"
        self._log = self._log_x = self._live = False
        self._following = True
        self._weight = 0.0
        self._best: tuple[float, ...] | None = None
        self._best_shown: object = None
        self._unit = unit
        self._turns = turns or Turns(self)
        self._build(title)
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
            self._drawn.pop(key).remove()
        self._curves = dict(curves)
        for key, curve in self._curves.items():
            if self._weight and curve.smooth:
                curve.points.set_smoothing(self._weight)
            if key not in self._drawn:
                self._drawn[key] = DrawnCurve(curve, self._plot)
        self._write_legend()
        self.refresh()

    def _write_legend(self) -> None:
        self._legend.set_entries(
            {
                key: Entry(
                    curve.label,
                    curve.ink(TREND if curve.faint else 1.0),
                    dashed=curve.dashed,
                    dots=curve.dotted,
                    area=curve.band is not None or (curve.smooth and self._weight > 0),
                )
                for key, curve in self._curves.items()
            }
        )

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
        self._follow()

    def set_log_x(self, on: bool) -> None:
        """Chooses a logarithmic scale along the bottom, where the first steps then have the room of the many after."""
        self._log_x = on
        self._plot.getAxis("bottom").setLogMode(x=on, y=False)
        self.set_best(self._best)
        self._show_everything()  # at once: until its turn comes the view would show the numbers of the other scale
        self._follow()

    def set_smoothing(self, weight: float) -> None:
        """Smooths the curves that ask for it: 0 shows only what was measured, 0.99 the long trend."""
        self._weight = weight
        for curve in self._curves.values():
            if curve.smooth:
                curve.points.set_smoothing(weight)
        self._write_legend()
        self.refresh()

    def set_best(self, place: tuple[float, ...] | None) -> None:
        """Marks the best epoch at ``(step, epoch, seconds, samples)``, or nothing."""
        shown = (place, self._axis, self._log_x)
        if shown == self._best_shown:
            return  # moving a line, even to where it is, paints the whole plot
        self._best, self._best_shown = place, shown
        position = self._to_view(place[AXES.index(self._axis)]) if place is not None else None
        self._best_line.setVisible(position is not None)
        if place is not None and position is not None:
            self._best_line.setPos(position)
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

    def _redraw(self) -> None:
        if not self.isVisible():
            return
        self.redraws += 1
        self._show_waiting(not any(len(curve.points) for curve in self._curves.values()))
        moved = self._following and self._show_everything()
        (left, right), _ = self._view.viewRange()
        if self._log_x:
            left, right = 10.0 ** max(left, -300.0), 10.0 ** min(right, 300.0)
        pixels = max(int(self._view.width()) // _PIXELS, 50)
        sight = Sight(self._axis, Columns(left, right, pixels, self._log_x), self._log, self._weight)
        spans = [span for drawn in self._drawn.values() if (span := drawn.draw(sight)) is not None]
        self._span = _common(spans, log=self._log)
        if moved and self._live:
            self._turns.ask(self._fit_values)  # two axes painted anew at once would hold the window up
        else:
            self._fit_values()
        self._view.updateMatrix()  # left to the paint, it would make everything dirty again and be painted twice

    def _show_waiting(self, waiting: bool) -> None:
        """Says that there is nothing yet, instead of numbers along the axes that mean nothing."""
        if waiting != self.waiting.isHidden():
            return
        self.waiting.setVisible(waiting)
        for name in ("left", "bottom"):
            self._plot.getAxis(name).setStyle(showValues=not waiting)

    def _to_view(self, position: float) -> float | None:
        """A position in the numbers of the bottom axis; None where that does not show it."""
        if not self._log_x:
            return position
        return math.log10(position) if position > 0 else None

    def _ends(self) -> tuple[float, float] | None:
        """The first and the last position of all curves, in the numbers of the bottom axis."""
        found = []
        for curve in self._curves.values():
            x = curve.points.ends(self._axis, above_zero=self._log_x)
            if x is not None:
                found.append(np.log10(x) if self._log_x else np.array(x))
        if not found:
            return None
        left, right = float(min(each[0] for each in found)), float(max(each[1] for each in found))
        return (left if self._log_x else min(left, 0.0)), (right if right > left else left + 1)

    def _show_everything(self) -> bool:
        """Follows the positions; whether the view had to move for it."""
        ends = self._ends()
        if ends is None:
            return False
        left, right = ends
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
            x = float(self._view.mapSceneToView(place).x())
            self.point_to(10.0 ** min(x, 300.0) if self._log_x else x)

    def point_to(self, position: float) -> None:
        """Shows each curve's value nearest to a position along the bottom axis."""
        shown_at = self._to_view(position)
        self._cross.setVisible(shown_at is not None)
        if shown_at is not None:
            self._cross.setPos(shown_at)
        values = {}
        for key, curve in self._curves.items():
            index = curve.points.near(self._axis, position)
            if index is not None:
                shown = curve.points.smoothed if curve.smooth and self._weight else curve.points.values
                values[key] = f"{shown[index]:.4g}"
                if curve.band is not None:
                    low, high = (float(side.values[index]) for side in curve.band)
                    values[key] += f" ({low:.4g} to {high:.4g})"
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


def _common(spans: Sequence[tuple[float, float]], *, log: bool) -> tuple[float, float] | None:
    """The least and the greatest of what curves ought to have seen; on a linear scale without those that exploded."""
    if not spans:
        return None
    if not log:
        middle = statistics.median_low([max(map(abs, span)) for span in spans])
        spans = [span for span in spans if max(map(abs, span)) <= _EXPLODED * middle]
    return min(low for low, _ in spans), max(high for _, high in spans)
