"""A curve or bars over axes that both go from 0 to 100 %, with a dashed line to compare with and a marked point."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pyqtgraph as pg
from PySide6.QtCore import QPointF, QSize, Qt, Signal
from PySide6.QtGui import QPen
from PySide6.QtWidgets import QFrame, QVBoxLayout, QWidget

from dlstudio.gui import theme

_TICKS = [(share / 100, f"{share} %") for share in range(0, 101, 20)]
_MOST_POINTS = 2000
_ENDS = (-0.04, 1.07)  # with room for the halves of 0 % and 100 %, which are left out where they do not fit


class SharePlot(QFrame):
    """Shares along the bottom and up the side."""

    spanned = Signal()  # the bottom axis has another place or length

    def __init__(self, bottom: str, left: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._names = {"bottom": bottom, "left": left}
        self.plot = pg.PlotWidget()
        self.plot.setMenuEnabled(False)
        self.plot.hideButtons()
        self.plot.setMouseEnabled(False, False)
        self.plot.setFrameShape(QFrame.Shape.NoFrame)
        self.plot.setXRange(*_ENDS, padding=0)
        self.plot.setYRange(0, 1, padding=0.03)
        self._bars = pg.BarGraphItem(x=[], height=[], width=0.1)
        self._compared = pg.PlotCurveItem()
        self._curve = pg.PlotCurveItem()
        self._mark = pg.ScatterPlotItem(size=11)
        for item in (self._bars, self._compared, self._curve, self._mark):
            self.plot.addItem(item)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.plot)
        self.setMinimumSize(220, 200)
        theme.signals.changed.connect(self._restyle)
        self._restyle()
        self.plot.getPlotItem().getViewBox().sigResized.connect(lambda _: self.spanned.emit())

    def sizeHint(self) -> QSize:
        # The plot's own wish is 640 × 480, which beside wrapped texts becomes the least height of the page.
        return QSize(320, 220)

    def set_curve(self, x: npt.ArrayLike, y: npt.ArrayLike, said: str) -> None:
        """Shows a curve, thinned to 2000 points; ``said`` is its name for screen readers."""
        across, up = np.asarray(x, float), np.asarray(y, float)
        if len(across) > _MOST_POINTS:
            kept = np.unique(np.linspace(0, len(across) - 1, _MOST_POINTS).astype(int))
            across, up = across[kept], up[kept]
        self._curve.setData(across, up)
        self.setAccessibleName(said)

    def set_bars(self, centres: npt.ArrayLike, heights: npt.ArrayLike, width: float, said: str) -> None:
        """Shows bars from 0 up."""
        self._bars.setOpts(x=np.asarray(centres, float), height=np.asarray(heights, float), width=width)
        self.setAccessibleName(said)

    def set_compared(self, x: npt.ArrayLike, y: npt.ArrayLike) -> None:
        """The dashed line: what chance, or perfection, would give."""
        self._compared.setData(np.asarray(x, float), np.asarray(y, float))

    def span(self) -> tuple[float, float]:
        """Where 0 and 100 % of the bottom axis lie, in pixels from the left of the widget."""
        box = self.plot.getPlotItem().getViewBox()
        low, high = (self.plot.mapFromScene(box.mapViewToScene(QPointF(x, 0.0))).x() for x in (0.0, 1.0))
        return float(low), float(high)

    def set_mark(self, x: float | None, y: float | None) -> None:
        """Marks a point; none where a value is missing."""
        known = x is not None and y is not None
        self._mark.setData(x=[x] if known else [], y=[y] if known else [])

    def _restyle(self) -> None:
        self.plot.setBackground(theme.color("panel"))
        self.plot.getPlotItem().showGrid(x=True, y=True, alpha=0.12)
        for side, name in self._names.items():
            axis = self.plot.getAxis(side)
            self.plot.setLabel(side, name)
            axis.setTicks([_TICKS])
            axis.setPen(theme.color("line"))
            axis.setTextPen(theme.color("dim"))
            axis.setStyle(tickFont=theme.ui_font(11), tickLength=4)
            axis.label.setFont(theme.ui_font(12))
        self._curve.setPen(QPen(theme.color("training"), 0))
        self._compared.setPen(QPen(theme.color("faint"), 0, Qt.PenStyle.DashLine))
        self._bars.setOpts(brush=theme.color("training", 0.55), pen=QPen(theme.color("training"), 0))
        self._mark.setBrush(theme.color("accent"))
        self._mark.setPen(QPen(theme.color("text"), 0))
