"""The result value of the forecast inspector."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from dlstudio.data.series.clock import Clock
from dlstudio.inspection.results import Message


@dataclass(frozen=True)
class ForecastResult:
    """Forecasts from several origins. ``m`` is the number of origins, ``h`` the horizon; all in the data's units.

    Attributes:
        title: Heading.
        column: What is forecast.
        clock: What time a step is.
        first: The step with which ``series`` begins.
        series: The truth, float32 (steps,), NaN where there is none.
        origins: The first step that each forecast is of, int64 (m,).
        quantiles: Low, middle and high of each step, float32 (m, h, 3).
        naive: What each of the simple forecasts says, float32 (m, h), by name.
        errors: Mean absolute error over the whole split by step ahead, float32 (h,), of ``forecast`` and the others.
        residuals: How many forecasts miss by how much (middle minus truth), float32 (bins,).
        ends: The least and the greatest miss.
        bias: The mean of all misses.
        ahead: Low, middle and high after the end of the series, float32 (h, 3); (0, 3) where there is none.
        metrics: The task's, over the whole split.
    """

    title: str
    column: str
    clock: Clock
    first: int
    series: np.ndarray
    origins: np.ndarray
    quantiles: np.ndarray
    naive: Mapping[str, np.ndarray]
    errors: Mapping[str, np.ndarray]
    residuals: np.ndarray
    ends: tuple[float, float]
    bias: float
    ahead: np.ndarray
    metrics: Mapping[str, float]

    def as_message(self) -> Message:
        arrays = {
            "series": self.series,
            "origins": self.origins,
            "quantiles": self.quantiles,
            "residuals": self.residuals,
            "ahead": self.ahead,
            **{f"naive/{name}": each for name, each in self.naive.items()},
            **{f"error/{name}": each for name, each in self.errors.items()},
        }
        return {
            "kind": "forecast",
            "title": self.title,
            "column": self.column,
            "clock": self.clock.as_json(),
            "first": self.first,
            "naive": list(self.naive),
            "ends": list(self.ends),
            "bias": self.bias,
            "metrics": dict(self.metrics),
        }, arrays
