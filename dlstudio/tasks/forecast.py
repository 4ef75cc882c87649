"""The next values of a series, each with a band in which the truth is to lie eight times out of ten."""

from __future__ import annotations

from typing import Any

import numpy as np

from dlstudio.graph.columns import ColumnSpec

NAME = "forecast"
QUANTILES = (0.1, 0.5, 0.9)
BAND = "80 %"
_HELD = 0.8
_FEWEST = 20  # known values below which a validation split says nothing of a band
_THINNEST, _WIDEST = 0.2, 10.0
NAIVE = {"naive": 1, "seasonal naive": 2}
"""The simple forecasts, with their places in the encoded truth."""


class Forecast:
    """Truth (horizon, 3): value, naive, seasonal naive; network (horizon, 3): the quantiles 0.1, 0.5 and 0.9."""

    name = NAME
    title = "Forecast"
    monitor = "val_loss"
    baseline_title = "the last value or the last season, whichever does better in training"

    def suits(self, target: ColumnSpec) -> bool:
        """What comes next in a series."""
        return target.kind == "forecast"

    def units(self, target: ColumnSpec) -> int:
        """One a quantile."""
        return len(QUANTILES)

    def output_shape(self, target: ColumnSpec) -> tuple[int | None, ...]:
        """The quantiles of each step."""
        return (target.shape[0], len(QUANTILES))

    def loss(self, target: ColumnSpec, probabilities: bool) -> dict[str, Any]:
        """Pinball loss, in standardized units."""
        return {"type": "dlstudio.QuantileLoss", "settings": {"quantiles": list(QUANTILES)}}

    def metrics(self, target: ColumnSpec, probabilities: bool) -> list[dict[str, Any]]:
        """Mean absolute error of the median, in standardized units."""
        return [{"type": "dlstudio.ForecastError", "name": "mae", "settings": {}}]

    def scores(self, outputs: np.ndarray, target: ColumnSpec, probabilities: bool) -> np.ndarray:
        """The quantiles in order, (samples, horizon, 3), float64.

        Sorted, which brings crossed quantiles nearer to the true ones (Chernozhukov et al. 2010, *Quantile and
        probability curves without crossing*).
        """
        return np.sort(np.asarray(outputs, np.float64).reshape(len(outputs), *self.output_shape(target)), axis=-1)

    def stretch(self, truth: np.ndarray, outputs: np.ndarray, target: ColumnSpec) -> float:
        """The factor of the band's half widths within which eight of ten truths lie; 1 where there are too few.

        Conformal prediction with the miss measured in half widths (Romano, Patterson, Candès 2019, *Conformalized
        quantile regression*; the scaled form of Sesia and Candès 2020).
        """
        quantiles = self.scores(outputs, target, False)
        low, middle, high = np.moveaxis(quantiles, 2, 0)
        real = np.asarray(truth, np.float64)[..., 0]
        half = np.maximum(np.where(real < middle, middle - low, high - middle), 1e-9)
        needed = (np.abs(real - middle) / half)[np.isfinite(real)]
        if len(needed) < _FEWEST:
            return 1.0
        level = min(_HELD * (1 + 1 / len(needed)), 1.0)
        return float(np.clip(np.quantile(needed, level), _THINNEST, _WIDEST))

    def stretched(self, outputs: np.ndarray, by: float, target: ColumnSpec) -> np.ndarray:
        """The quantiles in order, with low and high moved away from the middle, (samples, horizon, 3)."""
        quantiles = self.scores(outputs, target, False)
        middle = quantiles[..., 1:2]
        return np.asarray(middle + by * (quantiles - middle), np.float32)

    def predictions(self, outputs: np.ndarray, target: ColumnSpec, probabilities: bool) -> list[dict[str, Any]]:
        """``{"forecast": [...], "low": [...], "high": [...]}``, one number a step of the horizon."""
        found = []
        for low, middle, high in np.moveaxis(self.scores(outputs, target, probabilities), 2, 1):
            found.append({"forecast": middle.tolist(), "low": low.tolist(), "high": high.tolist()})
        return found

    def evaluate(
        self, truth: np.ndarray, outputs: np.ndarray, target: ColumnSpec, probabilities: bool
    ) -> dict[str, float]:
        """``mae``, ``mase``, ``smape`` (in per cent, 0 to 200) of the median; ``coverage`` of the band.

        MASE is the error against that of the seasonal naive forecast over the training part (Hyndman and Koehler 2006);
        absent where the latter is 0.
        """
        if not len(truth):
            return {}
        quantiles = self.scores(outputs, target, probabilities)
        real = np.asarray(truth, np.float64)[..., 0]
        found = errors(real, quantiles[..., 1], target.scale)
        known = np.isfinite(real)
        if known.any():
            inside = (quantiles[..., 0] <= real) & (real <= quantiles[..., 2])
            found["coverage"] = float(inside[known].mean())
        return found

    def sample_losses(
        self, truth: np.ndarray, outputs: np.ndarray, target: ColumnSpec, probabilities: bool
    ) -> np.ndarray:
        """Mean pinball loss of each sample over the steps whose truth is known, (samples,)."""
        error = np.asarray(truth, np.float64)[..., :1] - np.asarray(outputs, np.float64)
        shares = np.array(QUANTILES)
        pinball = np.maximum(shares * error, (shares - 1) * error).mean(axis=-1)
        known = np.isfinite(pinball)
        return np.asarray(np.where(known, pinball, 0.0).sum(axis=1) / np.maximum(known.sum(axis=1), 1))

    def baseline(self, train_truth: np.ndarray, test_truth: np.ndarray, target: ColumnSpec) -> dict[str, float]:
        """The better of the naive forecasts, chosen by its error on the training split."""
        if not len(train_truth) or not len(test_truth):
            return {}
        real = np.asarray(test_truth, np.float64)
        return errors(real[..., 0], real[..., better_naive(train_truth)], target.scale)


def better_naive(truth: np.ndarray) -> int:
    """The place of the naive forecast with the lower mean absolute error in an encoded truth (samples, horizon, 3)."""
    values = np.asarray(truth, np.float64)
    misses = [np.nanmean(np.abs(values[..., place] - values[..., 0])) for place in NAIVE.values()]
    return list(NAIVE.values())[int(np.argmin(misses))]


def errors(real: np.ndarray, given: np.ndarray, scale: float) -> dict[str, float]:
    """``mae``, ``mase`` and ``smape`` of forecasts, both (samples, horizon); steps without a truth are left out.

    sMAPE as in the M4 competition: 200 |y - f| / (|y| + |f|), 0 where both are 0.
    """
    known = np.isfinite(real)
    if not known.any():
        return {}
    miss, size = np.abs(real - given)[known], (np.abs(real) + np.abs(given))[known]
    found = {"mae": float(miss.mean())}
    if scale > 0:
        found["mase"] = found["mae"] / scale
    found["smape"] = float(np.divide(200 * miss, size, out=np.zeros_like(miss), where=size > 0).mean())
    return found


TASK = Forecast()
