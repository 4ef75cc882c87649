"""A series as it was read and as it was given back, one feature at a time, and below how far they are apart."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pyqtgraph as pg
from PySide6.QtGui import QPen
from PySide6.QtWidgets import QComboBox, QFrame, QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from dlstudio.gui import theme
from dlstudio.gui.plots.axes import Ticks
from dlstudio.gui.plots.legend import Entry, Legend
from dlstudio.gui.workspaces.panels import label


class SeriesPair(QFrame):
    """Both curves of one feature; ``all`` mean squares over the features lie below."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.feature = QComboBox()
        self.feature.setAccessibleName("feature shown")
        self.feature.setMinimumWidth(120)
        self.feature.currentIndexChanged.connect(lambda _: self._draw())
        self.legend = Legend()
        self.plot = pg.PlotWidget(axisItems={"bottom": Ticks("bottom"), "left": Ticks("left")})
        self.misses = pg.PlotWidget(axisItems={"bottom": Ticks("bottom"), "left": Ticks("left")})
        self.plot.setMinimumHeight(90)
        self.plot.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Ignored)
        self.misses.setFixedHeight(100)
        for plot in (self.plot, self.misses):
            plot.setMenuEnabled(False)
            plot.hideButtons()
            plot.setFrameShape(QFrame.Shape.NoFrame)
        self.misses.setXLink(self.plot)
        self.plot.getAxis("bottom").setStyle(showValues=False)  # they stand below the misses
        self._read, self._given = pg.PlotCurveItem(), pg.PlotCurveItem()
        self._miss = pg.BarGraphItem(x=[], height=[], width=1.0)
        self.plot.addItem(self._read)
        self.plot.addItem(self._given)
        self.misses.addItem(self._miss)
        self._values: tuple[Any, Any] = (np.zeros((0, 1)), np.zeros((0, 1)))
        top = QHBoxLayout()
        top.addWidget(self.legend, 1)
        self._word = label("feature", "dim")
        top.addWidget(self._word)
        top.addWidget(self.feature)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(theme.SPACE_1)
        layout.addLayout(top)
        layout.addWidget(self.plot, 1)
        layout.addWidget(self.misses)
        theme.signals.changed.connect(self._restyle)
        self._restyle()

    def show_pair(self, read: npt.ArrayLike, given: npt.ArrayLike) -> None:
        """Shows two series (time, features) in the same units; opens the feature that they differ most in."""
        first, second = np.asarray(read, float), np.asarray(given, float)
        self._values = (first, second)
        names = [str(number + 1) for number in range(first.shape[1])]
        self.feature.blockSignals(True)
        if names != [self.feature.itemText(i) for i in range(self.feature.count())]:
            self.feature.clear()
            self.feature.addItems(names)
        self.feature.setCurrentIndex(int(np.argmax(((first - second) ** 2).mean(axis=0))))
        self.feature.blockSignals(False)
        for widget in (self.feature, self._word):
            widget.setVisible(len(names) > 1)
        self.setAccessibleName(f"series of {len(first)} steps and what is given back of it")
        self._draw()

    def _draw(self) -> None:
        first, second = self._values
        place = max(self.feature.currentIndex(), 0)
        if not len(first):
            return
        steps = np.arange(len(first))
        self._read.setData(steps, first[:, place])
        self._given.setData(steps, second[:, place])
        misses = ((first - second) ** 2).mean(axis=1)
        self._miss.setOpts(x=steps, height=misses, width=1.0)
        self.misses.setYRange(0, float(misses.max()) * 1.05 or 1.0, padding=0)
        self.plot.setXRange(0, max(len(first) - 1, 1), padding=0.02)
        shown = np.concatenate([first[:, place], second[:, place]])
        self.plot.setYRange(float(shown.min()), float(shown.max()) if np.ptp(shown) else float(shown.min()) + 1)

    def _restyle(self) -> None:
        for plot, name in ((self.plot, "standardized"), (self.misses, "error²")):
            plot.setBackground(theme.color("panel"))
            plot.getPlotItem().showGrid(x=True, y=True, alpha=0.12)
            plot.setLabel("left", name)
            for side in ("left", "bottom"):
                axis = plot.getAxis(side)
                axis.setPen(theme.color("line"))
                axis.setTextPen(theme.color("dim"))
                axis.setStyle(tickFont=theme.ui_font(11), tickLength=4)
                axis.label.setFont(theme.ui_font(11))
            plot.getAxis("left").setWidth(58)
        self.misses.setLabel("bottom", "step")
        read, given = theme.series_color(0), theme.series_color(1)  # as on the cards
        self._read.setPen(QPen(read, 0))
        self._given.setPen(QPen(given, 0))
        self._miss.setOpts(brush=theme.color("error", 0.7), pen=QPen(theme.color("error"), 0))
        self.legend.set_entries(
            {
                "read": Entry("read", read),
                "given": Entry("given back", given),
                "miss": Entry("squared error, all features", theme.color("error")),
            }
        )
