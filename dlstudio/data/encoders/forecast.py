"""What comes next in a series: the values of a horizon, beside what the naive forecasts say."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

from dlstudio.data.series.windows import Futures
from dlstudio.data.table import Array, DataError, RawColumn, Rows
from dlstudio.graph.columns import ColumnSpec

Floats = npt.NDArray[np.float64]


class ForecastEncoder:
    """Encodes as float32 (horizon, 3): truth, last value, value a season before; see :class:`Futures`.

    All three are standardized by the level of the training part; a truth that is missing stays NaN.
    """

    type = "forecast"

    def __init__(self, name: str, horizon: int, mean: float, spread: float, scale: float) -> None:
        self.mean, self.spread = mean, spread
        self.spec = ColumnSpec(name, "forecast", (horizon, 3), scale=scale)

    @classmethod
    def fit(cls, name: str, raw: RawColumn, train: Rows, settings: Mapping[str, Any]) -> ForecastEncoder:
        """Without ``normalize`` the values stay as they are."""
        if not isinstance(raw, Futures):
            raise DataError(
                f"Column '{name}' is no series over time, so nothing can be forecast. It takes a table with a time "
                "column, opened as a time series."
            )
        seen = raw.seen(train)
        mean, spread = level_of(seen, bool(settings.get("normalize", True)))
        scale = naive_error(seen[:, 0], raw.timeline.season)
        return cls(name, raw.timeline.horizon, float(mean[0]), float(spread[0]), scale)

    def encode(self, raw: RawColumn) -> Array:
        if not isinstance(raw, Futures):
            raise DataError(f"Column '{self.spec.name}' is no series over time.")
        found: Array = ((raw.array - self.mean) / self.spread).astype(np.float32)
        return found

    def decode(self, values: Array) -> Floats:
        """Back to the units of the data."""
        return np.asarray(values, np.float64) * self.spread + self.mean

    def encode_value(self, value: Any) -> Array:
        raise DataError(f"'{self.spec.name}' is what is forecast; it cannot be given.")

    def as_json(self) -> dict[str, Any]:
        return {
            "type": self.type,
            "name": self.spec.name,
            "horizon": self.spec.shape[0],
            "mean": self.mean,
            "spread": self.spread,
            "scale": self.spec.scale,
        }

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> ForecastEncoder:
        return cls(value["name"], value["horizon"], value["mean"], value["spread"], value["scale"])


def level_of(values: Floats, normalize: bool) -> tuple[Floats, Floats]:
    """Mean and standard deviation of each column of (steps, columns), NaN left out; 0 and 1 where not normalized."""
    columns = values.shape[1]
    mean, spread = np.zeros(columns), np.ones(columns)
    if not normalize:
        return mean, spread
    for column in range(columns):
        known = values[np.isfinite(values[:, column]), column]
        if len(known):
            mean[column] = known.mean()
            spread[column] = known.std() if known.std() > 1e-12 * max(abs(mean[column]), 1e-12) else 1.0
    return mean, spread


def naive_error(values: Floats, season: int) -> float:
    """Mean absolute difference of values a season apart; 0 where there is none.

    What MASE divides by: Hyndman and Koehler 2006, *Another look at measures of forecast accuracy*.
    """
    apart = np.abs(values[season:] - values[:-season]) if len(values) > season else np.zeros(0)
    apart = apart[np.isfinite(apart)]
    return float(apart.mean()) if len(apart) else 0.0
