"""A series, a forecast with its band from one origin, the truth and the naive forecasts, over real time."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt
import pyqtgraph as pg
from PySide6.QtCore import Qt
from PySide6.QtGui import QPen
from PySide6.QtWidgets import QFrame, QVBoxLayout, QWidget

from dlstudio.data.series.clock import Clock
from dlstudio.gui import theme
from dlstudio.gui.plots.axes import Ticks
from dlstudio.gui.plots.legend import Entry, Legend

_COLORS = {"truth": "text", "forecast": "training", "naive": "validation", "seasonal naive": "ok"}
_DASHED = ("naive", "seasonal naive")
_BEFORE, _LEAST = 3, 24


def steps_before(horizon: int) -> int:
    """How many steps of a series are seen before a forecast of so many steps."""
    return max(_BEFORE * horizon, _LEAST)


class TimeTicks(Ticks):
    """Times at the bottom of a plot whose x counts steps."""

    clock = Clock()

    def tickStrings(self, values: list[float], scale: float, spacing: float) -> list[str]:
        return [self.clock.label(value) if float(value).is_integer() else "" for value in values]

    def tickValues(self, low: float, high: float, size: float) -> list[Any]:
        """Few enough that no two times touch."""
        room = max(2, int(size / (9 * len(self.clock.label(round(low))) + 12)))
        step = max(1, round((high - low) / room))
        first = int(np.ceil(low / step) * step)
        return [(step, list(range(first, int(high) + 1, step)))]


class ForecastPlot(QFrame):
    """One origin at a time; curves by the names in the legend. ``past`` is what the legend calls the series itself."""

    def __init__(self, parent: QWidget | None = None, past: str = "truth") -> None:
        super().__init__(parent)
        self._past = past
        self.times = TimeTicks("bottom")
        self.plot = pg.PlotWidget(axisItems={"bottom": self.times, "left": Ticks("left")})
        self.plot.setMenuEnabled(False)
        self.plot.hideButtons()
        self.plot.setFrameShape(QFrame.Shape.NoFrame)
        self.plot.setMinimumHeight(180)
        self.legend = Legend()
        self.curves = {name: pg.PlotCurveItem(connect="finite") for name in _COLORS}
        self._low, self._high = pg.PlotCurveItem(), pg.PlotCurveItem()
        self._band = pg.FillBetweenItem(self._low, self._high)
        self._origin = pg.InfiniteLine(angle=90)
        for item in (self._band, self._origin, *reversed(self.curves.values())):
            self.plot.addItem(item)
        self._name = ""
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(theme.SPACE_1)
        layout.addWidget(self.legend)
        layout.addWidget(self.plot, 1)
        theme.signals.changed.connect(self._restyle)
        self._restyle()

    def set_series(self, clock: Clock, name: str) -> None:
        """What time a step is, and what the values are."""
        self.times.clock, self._name = clock, name
        self.times.picture = None
        self._restyle()

    def show_origin(
        self,
        origin: int,
        past: tuple[int, npt.NDArray[Any]],
        quantiles: npt.NDArray[Any],
        naive: Mapping[str, npt.NDArray[Any]],
    ) -> None:
        """Shows one forecast.

        Args:
            origin: The first step that is forecast.
            past: Its first step, and the true values from there on, beyond the origin too where they are known.
            quantiles: Low, middle and high, (horizon, 3).
            naive: The simple forecasts, (horizon,) each, by name.
        """
        first, truth = past
        steps = origin + np.arange(len(quantiles))
        self.curves["truth"].setData(first + np.arange(len(truth)), np.asarray(truth, float))
        low, middle, high = np.asarray(quantiles, float).T
        self.curves["forecast"].setData(steps, middle)
        self._low.setData(steps, low)
        self._high.setData(steps, high)
        for each in _DASHED:
            values = naive.get(each)
            self.curves[each].setData(*((steps, np.asarray(values, float)) if values is not None else ([], [])))
        self._origin.setPos(origin - 0.5)
        shown = [truth, low, high, *naive.values()]
        known = np.concatenate([np.asarray(each, float)[np.isfinite(each)] for each in shown])
        ends = (float(known.min()), float(known.max())) if len(known) else (0.0, 1.0)
        margin = (ends[1] - ends[0]) * 0.05 or 1.0
        self.plot.setXRange(first, origin + len(quantiles) - 1, padding=0.02)
        self.plot.setYRange(ends[0] - margin, ends[1] + margin, padding=0)
        self.legend.set_entries(self._entries(bool(naive)))
        self.setAccessibleName(f"forecast of {self._name} from {self.times.clock.label(origin)}")

    def _entries(self, naive: bool) -> dict[str, Entry]:
        names = [name for name in _COLORS if naive or name not in _DASHED]
        found = {
            n: Entry(self._past if n == "truth" else n, theme.color(_COLORS[n]), dashed=n in _DASHED) for n in names
        }
        return {**found, "band": Entry("80 % band", theme.color("training", 0.35))}

    def _restyle(self) -> None:
        self.plot.setBackground(theme.color("panel"))
        self.plot.getPlotItem().showGrid(x=True, y=True, alpha=0.12)
        self.plot.setLabel("left", self._name)
        for side in ("left", "bottom"):
            axis = self.plot.getAxis(side)
            axis.setPen(theme.color("line"))
            axis.setTextPen(theme.color("dim"))
            axis.setStyle(tickFont=theme.ui_font(11), tickLength=4)
            axis.label.setFont(theme.ui_font(12))
        for name, curve in self.curves.items():
            style = Qt.PenStyle.DashLine if name in _DASHED else Qt.PenStyle.SolidLine
            curve.setPen(QPen(theme.color(_COLORS[name]), 0, style))
        clear = QPen(Qt.PenStyle.NoPen)
        self._low.setPen(clear)
        self._high.setPen(clear)
        self._band.setBrush(theme.color("training", 0.22))
        self._origin.setPen(QPen(theme.color("faint"), 0, Qt.PenStyle.DotLine))


class ErrorByStep(QFrame):
    """Mean absolute error against how far ahead, of the forecast and the naive ones."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.plot = pg.PlotWidget(axisItems={"bottom": Ticks("bottom"), "left": Ticks("left")})
        self.plot.setMenuEnabled(False)
        self.plot.hideButtons()
        self.plot.setFrameShape(QFrame.Shape.NoFrame)
        self.plot.setMinimumHeight(120)
        self.curves = {n: pg.PlotDataItem(symbolSize=5, symbolPen=None) for n in _COLORS if n != "truth"}
        for curve in self.curves.values():
            self.plot.addItem(curve)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.plot)
        theme.signals.changed.connect(self._restyle)
        self._restyle()

    def set_errors(self, errors: Mapping[str, npt.NDArray[Any]], unit: str) -> None:
        """One curve a name, (horizon,); ``unit`` is what a step is."""
        for name, curve in self.curves.items():
            values = np.asarray(errors.get(name, ()), float)
            curve.setData(np.arange(1, len(values) + 1), values)
        self.plot.setLabel("bottom", f"{unit}s ahead" if unit[-1:] != "s" else f"steps of {unit} ahead")
        self.plot.setLabel("left", "mean absolute error")
        known = [np.asarray(each, float) for each in errors.values()]
        top = np.nanmax(np.concatenate(known)) if known and np.isfinite(np.concatenate(known)).any() else 1.0
        self.plot.setXRange(1, max((len(each) for each in known), default=2), padding=0.03)
        self.plot.setYRange(0, float(top) * 1.05, padding=0)
        self.setAccessibleName(f"error by {unit}s ahead")

    def _restyle(self) -> None:
        self.plot.setBackground(theme.color("panel"))
        self.plot.getPlotItem().showGrid(x=True, y=True, alpha=0.12)
        for side in ("left", "bottom"):
            axis = self.plot.getAxis(side)
            axis.setPen(theme.color("line"))
            axis.setTextPen(theme.color("dim"))
            axis.setStyle(tickFont=theme.ui_font(11), tickLength=4)
            axis.label.setFont(theme.ui_font(11))
        for name, curve in self.curves.items():
            style = Qt.PenStyle.DashLine if name in _DASHED else Qt.PenStyle.SolidLine
            curve.setPen(QPen(theme.color(_COLORS[name]), 0, style))
            curve.setSymbol("o")
            curve.setSymbolBrush(theme.color(_COLORS[name]))
