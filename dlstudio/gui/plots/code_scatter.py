"""Codes of samples as points in the plane, coloured by class; points can be clicked, two of them marked."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import pyqtgraph as pg
from PySide6.QtCore import Signal
from PySide6.QtGui import QBrush, QColor, QPen
from PySide6.QtWidgets import QFrame, QVBoxLayout, QWidget

from dlstudio.data.pictures.class_colours import class_colours
from dlstudio.gui import theme
from dlstudio.gui.plots import numbers
from dlstudio.gui.plots.axes import Ticks
from dlstudio.gui.plots.legend import Entry, Legend


class CodeScatter(QFrame):
    """``pointClicked`` gives the place of a point among those that were set."""

    pointClicked = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.legend = Legend()
        self.plot = pg.PlotWidget(axisItems={"bottom": Ticks("bottom"), "left": Ticks("left")})
        self.plot.setMenuEnabled(False)
        self.plot.hideButtons()
        self.plot.setFrameShape(QFrame.Shape.NoFrame)
        self._points = pg.ScatterPlotItem(size=7, pen=None, hoverable=True)
        self._way = pg.PlotCurveItem()
        self._ends = pg.ScatterPlotItem(size=13)
        for item in (self._points, self._way, self._ends):
            self.plot.addItem(item)
        self._points.sigClicked.connect(self._clicked)
        self._where: Any = np.zeros((0, 2))
        self._marked: tuple[int, ...] = ()
        self._kinds: Any = np.zeros(0, int)
        self._classes: tuple[str, ...] = ()
        self._shares = (0.0, 0.0)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(theme.SPACE_1)
        layout.addWidget(self.legend)
        layout.addWidget(self.plot, 1)
        theme.signals.changed.connect(self._restyle)
        self._restyle()

    def set_points(
        self, points: npt.ArrayLike, kinds: npt.ArrayLike, classes: Sequence[str], shares: tuple[float, float]
    ) -> None:
        """Shows points (samples, 2); ``kinds`` are indices of classes, -1 for none; ``shares`` of variance an axis."""
        self._where, self._kinds = np.asarray(points, float), np.asarray(kinds, int)
        self._classes, self._shares, self._marked = tuple(classes), shares, ()
        self.setAccessibleName(f"map of the codes of {len(self._where)} samples")
        self._restyle()
        self.plot.autoRange()

    def mark(self, places: Sequence[int]) -> None:
        """Marks one point, or two and the way between them."""
        self._marked = tuple(places)
        ends = self._where[list(places)] if places else np.zeros((0, 2))
        self._ends.setData(x=ends[:, 0], y=ends[:, 1])
        way = ends if len(ends) == 2 else ends[:0]
        self._way.setData(way[:, 0], way[:, 1])

    def _clicked(self, _: Any, points: Sequence[Any], *__: Any) -> None:
        if len(points):
            self.pointClicked.emit(int(points[0].data()))

    def _restyle(self) -> None:
        self.plot.setBackground(theme.color("panel"))
        self.plot.getPlotItem().showGrid(x=True, y=True, alpha=0.12)
        for place, side in enumerate(("bottom", "left")):
            axis = self.plot.getAxis(side)
            of = "" if place else " of the variance"  # the height may be too small for all of it
            share = f" ({numbers.percent(self._shares[place], 0)}{of})" if self._shares[place] else ""
            self.plot.setLabel(side, f"{('first', 'second')[place]} component{share}")
            axis.setPen(theme.color("line"))
            axis.setTextPen(theme.color("dim"))
            axis.setStyle(tickFont=theme.ui_font(11), tickLength=4)
            axis.label.setFont(theme.ui_font(12))
        colours = [QColor(*each) for each in class_colours(self._classes)]
        for colour in colours:
            colour.setAlpha(190)
        other = theme.color("training", 0.6)
        if len(self._where):
            brushes = [QBrush(colours[kind] if 0 <= kind < len(colours) else other) for kind in self._kinds.tolist()]
            self._points.setData(
                x=self._where[:, 0], y=self._where[:, 1], data=np.arange(len(self._where)), brush=brushes
            )
        self.legend.set_entries(
            {name: Entry(name, colour) for name, colour in zip(self._classes, colours, strict=True)}
        )
        self._ends.setBrush(theme.color("accent"))
        self._ends.setPen(QPen(theme.color("text"), 0))
        self._way.setPen(QPen(theme.color("text"), 0))
