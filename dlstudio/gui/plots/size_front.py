"""Score against size: a dot for each trial, and a line through those that no smaller network beats."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import pyqtgraph as pg
from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from dlstudio.gui import theme
from dlstudio.gui.plots import numbers
from dlstudio.gui.plots.axes import PlotArea, Ticks

_SIZE = 9
_MANTISSAS = (1.0, 2.0, 3.0, 5.0, 10.0)  # else their texts run into each other


@dataclass(frozen=True)
class Dot:
    """One trial: its number, the weights of its network, its score, and whether it lies on the front."""

    number: int
    parameters: int
    score: float
    front: bool = False


class _Counts(Ticks):
    """Whole numbers on a logarithmic axis: ``5 000``, ``2 M``."""

    def tickStrings(self, values: list[float], scale: float, spacing: float) -> list[str]:
        return [_count(10**value) if round(10 ** (value % 1), 1) in _MANTISSAS else "" for value in values]


class SizeFront(QWidget):
    """Parameters to the right (logarithmic), the score upwards; a click on a dot chooses its trial."""

    chosen = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._dots: tuple[Dot, ...] = ()
        self._marked = 0
        self._log = False
        self._plot = PlotArea(axisItems={"left": Ticks("left"), "bottom": _Counts("bottom")})
        self._plot.setLogMode(x=True, y=False)
        self._plot.setMenuEnabled(False)
        self._plot.hideButtons()
        self._plot.setMinimumHeight(120)
        self._plot.everythingWanted.connect(self._plot.autoRange)
        self._line = self._plot.plot([], [], antialias=True)
        self._scatter = pg.ScatterPlotItem(size=_SIZE)
        self._scatter.sigClicked.connect(self._clicked)
        self._plot.addItem(self._scatter)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self._plot)
        theme.signals.changed.connect(self._draw)
        self._draw()

    @property
    def dots(self) -> tuple[Dot, ...]:
        """The trials shown."""
        return self._dots

    def show_dots(self, dots: Sequence[Dot], *, log: bool = False) -> None:
        """Shows these trials, with ``log`` on a logarithmic scale of scores; the owner says what the score is."""
        self._dots, self._log = tuple(dots), log
        self._plot.setLogMode(x=True, y=log)
        self._draw()

    def mark(self, number: int) -> None:
        """Lets one trial stand out; 0 for none."""
        self._marked = number
        self._draw()

    def _clicked(self, _plot: object, points: Sequence[pg.SpotItem]) -> None:
        if len(points):
            self.chosen.emit(int(points[0].data()))

    def _draw(self) -> None:
        self._plot.setBackground(theme.color("panel"))
        ink, dim, accent = theme.color("text"), theme.color("dim"), theme.color("accent")
        for side in ("left", "bottom"):
            axis = self._plot.getAxis(side)
            axis.setPen(theme.color("line"))
            axis.setTextPen(dim)
            axis.setTickFont(theme.mono_font(10))
        self._plot.getAxis("bottom").setLabel("parameters", color=theme.hex_color("dim"))
        front = sorted((each for each in self._dots if each.front), key=lambda each: each.parameters)
        self._line.setData([each.parameters for each in front], [each.score for each in front])
        self._line.setPen(pg.mkPen(accent, width=1.5, style=Qt.PenStyle.SolidLine))
        self._scatter.setData(
            [
                {
                    "pos": (math.log10(each.parameters), math.log10(each.score) if self._log else each.score),
                    "data": each.number,
                    "brush": pg.mkBrush(accent if each.front else dim),
                    "pen": pg.mkPen(ink if each.number == self._marked else None, width=2),
                    "size": _SIZE + 4 if each.number == self._marked else _SIZE,
                }
                for each in self._dots
            ]
        )


def _count(value: float) -> str:
    if value < 1e4:
        return numbers.count(round(value))
    return f"{value / 1e6:.3g} M" if value >= 1e6 else f"{value / 1e3:.3g} k"
