"""Forecasts of a series: one origin at a time with its band, error by how far ahead, and what is left over."""

from __future__ import annotations

from typing import Any

import numpy as np
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QSlider, QVBoxLayout, QWidget

from dlstudio.data.series.clock import Clock
from dlstudio.gui import theme
from dlstudio.gui.plots import numbers
from dlstudio.gui.plots.bars import Histogram
from dlstudio.gui.plots.forecast import ErrorByStep, ForecastPlot, steps_before
from dlstudio.gui.studio import Studio
from dlstudio.gui.workspaces.inspect.view import InspectView
from dlstudio.gui.workspaces.panels import label


class ForecastView(InspectView):
    """Shows a forecast result. The slider moves the origin; the button shows the time after the end."""

    def __init__(self, studio: Studio) -> None:
        super().__init__(studio, "forecast", "Forecast")
        self._value: dict[str, Any] = {}
        self._arrays: dict[str, Any] = {}
        self._clock = Clock()
        self.plot = ForecastPlot()
        self.slider = QSlider(Qt.Orientation.Horizontal)
        self.slider.setAccessibleName("origin of the forecast")
        self.slider.valueChanged.connect(lambda _: self._show_origin())
        self.when = label("", "mono")
        self.when.setMinimumWidth(150)
        self.ahead = QPushButton("After the end")
        self.ahead.setCheckable(True)
        theme.mark(self.ahead, "tab")
        self.ahead.setToolTip("What comes after the last value of the series")
        self.ahead.toggled.connect(lambda _: self._show_origin())
        self.errors = ErrorByStep()
        self.residuals = Histogram(color="training")
        self.residuals.setMinimumHeight(110)
        self.left_over = label("", "faint", wrap=True)
        choose = QHBoxLayout()
        choose.setSpacing(theme.SPACE_3)
        choose.addWidget(label("Forecast from", "dim"))
        choose.addWidget(self.when)
        choose.addWidget(self.slider, 1)
        choose.addWidget(self.ahead)
        below = QHBoxLayout()
        below.setSpacing(theme.SPACE_4)
        for heading, widgets in (
            ("Error by how far ahead", (self.errors,)),
            ("Residuals (forecast - truth)", (self.residuals, self.left_over)),
        ):
            part = QWidget()
            column = QVBoxLayout(part)
            column.setContentsMargins(0, 0, 0, 0)
            column.setSpacing(theme.SPACE_1)
            column.addWidget(label(heading, "heading"))
            for widget in widgets:
                column.addWidget(widget, 1 if widget is self.errors else 0)
            if self.errors not in widgets:
                column.addStretch(1)
            below.addWidget(part, 3 if self.errors in widgets else 2)
        self.inner.addLayout(choose)
        self.inner.addWidget(self.plot, 3)
        self.inner.addLayout(below, 2)

    def load(self) -> None:
        self.asker.inspect("forecast", {}, self._arrived, self.show_failure)

    def _arrived(self, value: dict[str, Any]) -> None:
        self._value, self._arrays = value, {n: np.asarray(a) for n, a in value.get("arrays", {}).items()}
        self._clock = Clock.from_json(value["clock"])
        name = str(value["column"])
        self.plot.set_series(self._clock, name)
        origins = self._arrays["origins"]
        self.slider.blockSignals(True)
        self.slider.setRange(0, max(len(origins) - 1, 0))
        self.slider.setValue(len(origins) // 2)
        self.slider.blockSignals(False)
        self.ahead.setVisible(len(self._arrays["ahead"]) > 0)
        metrics = value.get("metrics", {})
        parts = [
            f"{title} {form(metrics[key])}"
            for key, title, form in (
                ("mae", "mean absolute error", numbers.number),
                ("mase", "MASE", numbers.number),
                ("smape", "sMAPE", lambda v: f"{numbers.number(v)} %"),
                ("coverage", "truth inside the 80 % band", numbers.percent),
            )
            if key in metrics
        ]
        self.set_subtitle(" · ".join(parts))
        prefix = "error/"
        errors = {n.removeprefix(prefix): a for n, a in self._arrays.items() if n.startswith(prefix)}
        self.errors.set_errors(errors, self._clock.unit)
        low, high = value["ends"]
        counts = self._arrays["residuals"]
        self.residuals.set_counts(counts.tolist(), low, high)
        bias = float(value.get("bias", 0.0))
        side = "too high" if bias > 0 else "too low"
        self.left_over.setText(
            f"All steps ahead together, in units of {name}: {numbers.number(abs(bias))} {side} on average."
        )
        self._show_origin()
        self.show_content()

    def _show_origin(self) -> None:
        if "origins" not in self._arrays:
            return
        after = self.ahead.isChecked()
        self.slider.setEnabled(not after)
        first, series = int(self._value["first"]), self._arrays["series"]
        end = first + len(series)
        place = self.slider.value()
        origin = end if after else int(self._arrays["origins"][place])
        quantiles = self._arrays["ahead"] if after else self._arrays["quantiles"][place]
        naive = {} if after else {name: self._arrays[f"naive/{name}"][place] for name in self._value["naive"]}
        begin = max(first, origin - steps_before(len(quantiles)))
        truth = series[begin - first : origin + len(quantiles) - first]
        self.when.setText(self._clock.label(origin))
        self.plot.show_origin(origin, (begin, truth), quantiles, naive)
