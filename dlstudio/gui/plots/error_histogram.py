"""How many samples have which error, normal ones and anomalies in two colours, with a threshold that can be dragged."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pyqtgraph as pg
from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QPen
from PySide6.QtWidgets import QFrame, QVBoxLayout, QWidget

from dlstudio.gui import theme
from dlstudio.gui.plots.axes import Ticks, WholeTicks
from dlstudio.gui.plots.legend import Entry, Legend

_BINS = 40


class ErrorHistogram(QFrame):
    """Bars over the error; ``moved`` tells where the threshold was dragged to."""

    moved = Signal(float)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.legend = Legend()
        self.plot = pg.PlotWidget(axisItems={"bottom": Ticks("bottom"), "left": WholeTicks("left")})
        self.plot.setMenuEnabled(False)
        self.plot.hideButtons()
        self.plot.setMouseEnabled(False, False)
        self.plot.setFrameShape(QFrame.Shape.NoFrame)
        self.normal = pg.BarGraphItem(x=[], height=[], width=0.1)
        self.strange = pg.BarGraphItem(x=[], height=[], width=0.1)
        self.line = pg.InfiniteLine(angle=90, movable=True)
        self.line.sigPositionChanged.connect(lambda line: self.moved.emit(float(line.value())))
        for item in (self.normal, self.strange, self.line):
            self.plot.addItem(item)
        self._judged = False
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(theme.SPACE_1)
        layout.addWidget(self.legend)
        layout.addWidget(self.plot, 1)
        theme.signals.changed.connect(self._restyle)
        self._restyle()

    def sizeHint(self) -> QSize:
        return QSize(420, 260)

    def set_scores(self, scores: npt.ArrayLike, truth: npt.ArrayLike) -> None:
        """Shows errors (samples,); truth is 1 for an anomaly, 0 for a normal sample, -1 where nobody says."""
        values, kinds = np.asarray(scores, float), np.asarray(truth)
        edges = np.linspace(0.0, float(values.max()) * 1.02 if len(values) and values.max() > 0 else 1.0, _BINS + 1)
        width = edges[1] - edges[0]
        normal, strange = (np.histogram(values[kind], edges)[0] for kind in (kinds != 1, kinds == 1))
        centres = edges[:-1] + width / 2
        self.normal.setOpts(x=centres[normal > 0], height=normal[normal > 0], width=width * 0.94, y0=0)
        there = strange > 0
        self.strange.setOpts(x=centres[there], height=strange[there], width=width * 0.94, y0=normal[there])
        self.plot.setXRange(0, edges[-1], padding=0.02)
        self.plot.setYRange(0, float(max((normal + strange).max(), 1)) * 1.05, padding=0)
        self._judged = bool((kinds >= 0).any())
        self.setAccessibleName(f"histogram of the errors of {len(values)} samples")
        self._restyle()

    def set_threshold(self, value: float) -> None:
        """Moves the line."""
        self.line.setValue(value)

    def _restyle(self) -> None:
        self.plot.setBackground(theme.color("panel"))
        self.plot.getPlotItem().showGrid(x=False, y=True, alpha=0.12)
        self.plot.setLabel("bottom", "mean squared error of a sample")
        self.plot.setLabel("left", "samples")
        for side in ("left", "bottom"):
            axis = self.plot.getAxis(side)
            axis.setPen(theme.color("line"))
            axis.setTextPen(theme.color("dim"))
            axis.setStyle(tickFont=theme.ui_font(11), tickLength=4)
            axis.label.setFont(theme.ui_font(12))
        self.normal.setOpts(brush=theme.color("training", 0.6), pen=QPen(theme.color("training"), 0))
        self.strange.setOpts(brush=theme.color("error", 0.7), pen=QPen(theme.color("error"), 0))
        pen = QPen(theme.color("text"), 0, Qt.PenStyle.DashLine)
        self.line.setPen(pen)
        self.line.setHoverPen(QPen(theme.color("accent"), 2))
        entries = {"normal": Entry("normal samples" if self._judged else "samples", theme.color("training"))}
        if self._judged:
            entries["strange"] = Entry("anomalies", theme.color("error"))
        self.legend.set_entries({**entries, "line": Entry("threshold: drag it", theme.color("text"), dashed=True)})
