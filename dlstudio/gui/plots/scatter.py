"""Truth along the bottom, prediction up the side, and the diagonal on which both are equal. Points can be clicked."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import pyqtgraph as pg
from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QPen
from PySide6.QtWidgets import QFrame, QVBoxLayout, QWidget

from dlstudio.gui import theme
from dlstudio.gui.plots.axes import Ticks


class TruthScatter(QFrame):
    """Points of a regression; ``pointClicked`` gives the place of a point in the lists that were set."""

    pointClicked = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._name = ""
        self._plot = pg.PlotWidget(axisItems={"bottom": Ticks("bottom"), "left": Ticks("left")})
        self._plot.setMenuEnabled(False)
        self._plot.hideButtons()
        self._plot.setFrameShape(QFrame.Shape.NoFrame)
        self._plot.setToolTip("Each point is a sample; click one to see it. On the line the prediction is right.")
        self._points = pg.ScatterPlotItem(size=7, pen=None, hoverable=True)
        self._diagonal = pg.PlotCurveItem()
        self._plot.addItem(self._diagonal)
        self._plot.addItem(self._points)
        self._points.sigClicked.connect(self._clicked)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self._plot)
        theme.signals.changed.connect(self._restyle)
        self._restyle()

    def set_points(self, truth: npt.ArrayLike, predicted: npt.ArrayLike, name: str = "") -> None:
        """Shows a point for each pair, in the units of the data; ``name`` is what is predicted."""
        x, y = np.asarray(truth, float), np.asarray(predicted, float)
        self._name = name
        self._points.setData(x=x, y=y, data=np.arange(len(x)))
        known = np.concatenate([x[np.isfinite(x)], y[np.isfinite(y)]])
        ends = np.array([known.min(), known.max()]) if len(known) else np.array([0.0, 1.0])
        self._diagonal.setData(ends, ends)
        margin = float(ends[1] - ends[0]) * 0.04 or 1.0
        self._plot.setXRange(ends[0] - margin, ends[1] + margin, padding=0)
        self._plot.setYRange(ends[0] - margin, ends[1] + margin, padding=0)
        self.setAccessibleName(f"scatter of {len(x)} samples, predicted over true {name}".strip())
        self._restyle()

    def _clicked(self, _: Any, points: Sequence[Any], *__: Any) -> None:
        if len(points):
            self.pointClicked.emit(int(points[0].data()))

    def _restyle(self) -> None:
        self._plot.setBackground(theme.color("panel"))
        self._plot.getPlotItem().showGrid(x=True, y=True, alpha=0.12)
        self._plot.setLabel("bottom", f"true {self._name}".strip())
        self._plot.setLabel("left", f"predicted {self._name}".strip())
        for side in ("left", "bottom"):
            axis = self._plot.getAxis(side)
            axis.setPen(theme.color("line"))
            axis.setTextPen(theme.color("dim"))
            axis.setStyle(tickFont=theme.ui_font(11), tickLength=4)
            axis.label.setFont(theme.ui_font(12))
        self._points.setBrush(theme.color("training", 0.55))
        self._diagonal.setPen(QPen(theme.color("faint"), 0, Qt.PenStyle.DashLine))
