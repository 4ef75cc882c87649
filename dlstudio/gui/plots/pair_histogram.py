"""Two histograms over one axis of distances, each as shares of its own pairs, with a line for the threshold."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pyqtgraph as pg
from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QPen
from PySide6.QtWidgets import QFrame, QVBoxLayout, QWidget

from dlstudio.gui import theme

_BARS = 80


class PairHistogram(QFrame):
    """Same pairs and different pairs by distance."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.plot = pg.PlotWidget()
        self.plot.setMenuEnabled(False)
        self.plot.hideButtons()
        self.plot.setMouseEnabled(False, False)
        self.plot.setFrameShape(QFrame.Shape.NoFrame)
        self._different = pg.BarGraphItem(x=[], height=[], width=0.1)
        self._same = pg.BarGraphItem(x=[], height=[], width=0.1)
        self._line = pg.InfiniteLine(0.0, angle=90)
        for item in (self._different, self._same, self._line):
            self.plot.addItem(item)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.plot)
        self.setMinimumSize(240, 160)
        theme.signals.changed.connect(self._restyle)
        self._restyle()

    def sizeHint(self) -> QSize:
        return QSize(420, 220)

    def set_counts(self, same: npt.ArrayLike, different: npt.ArrayLike, width: float) -> None:
        """Shows both histograms; each bar joins several bins. Cut where no pair lies farther."""
        every = max(len(np.asarray(same)) // _BARS, 1)
        for bars, counts in ((self._same, same), (self._different, different)):
            joined = np.asarray(counts, float).reshape(-1, every).sum(axis=1)
            shares = 100.0 * joined / max(joined.sum(), 1.0)
            bars.setOpts(x=(np.arange(len(joined)) + 0.5) * width * every, height=shares, width=width * every * 0.96)
        known = np.flatnonzero(np.asarray(same) + np.asarray(different))
        last = (int(known[-1]) + 1) * width if len(known) else width
        self.plot.setXRange(0, last, padding=0.03)
        self.setAccessibleName("distances of pairs of one class and of two")

    def set_threshold(self, distance: float) -> None:
        """Moves the line."""
        self._line.setValue(distance)

    def _restyle(self) -> None:
        self.plot.setBackground(theme.color("panel"))
        self.plot.getPlotItem().showGrid(x=False, y=True, alpha=0.12)
        for side, name in (("bottom", "distance of the embeddings"), ("left", "share of its pairs (%)")):
            axis = self.plot.getAxis(side)
            axis.enableAutoSIPrefix(False)
            self.plot.setLabel(side, name)
            axis.setPen(theme.color("line"))
            axis.setTextPen(theme.color("dim"))
            axis.setStyle(tickFont=theme.ui_font(11), tickLength=4)
            axis.label.setFont(theme.ui_font(12))
        for bars, token in ((self._same, "training"), (self._different, "error")):
            bars.setOpts(brush=theme.color(token, 0.5), pen=QPen(theme.color(token), 0))
        self._line.setPen(QPen(theme.color("text"), 0, Qt.PenStyle.DashLine))
