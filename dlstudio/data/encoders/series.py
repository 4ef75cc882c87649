"""Series: (time, features), each feature standardized over the time steps of the training split."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from dlstudio.data.encoders.encoder import train_part
from dlstudio.data.encoders.forecast import level_of
from dlstudio.data.series.windows import Windows
from dlstudio.data.table import Array, DataError, RawColumn, Rows, Values
from dlstudio.graph.columns import ColumnSpec


class SeriesEncoder:
    """Encodes series as float32 (time, features).

    Steps beyond a series' own length are zeros, so that masking finds them.
    """

    type = "series"

    def __init__(self, name: str, time: int, mean: Sequence[float], spread: Sequence[float]) -> None:
        self.mean = np.asarray(mean, np.float64)
        self.spread = np.asarray(spread, np.float64)
        self.spec = ColumnSpec(name, "series", (time, len(self.mean)))

    @classmethod
    def fit(cls, name: str, raw: RawColumn, train: Rows, settings: Mapping[str, Any]) -> SeriesEncoder:
        """Mean and spread leave padding out. Without ``normalize`` the values stay as they are."""
        if isinstance(raw, Windows):
            mean, spread = level_of(raw.seen(train), bool(settings.get("normalize", True)))
            return cls(name, raw.timeline.context, mean.tolist(), spread.tolist())
        series = series_of(name, raw)
        seen = train_part(series, train)
        real = _real(raw, series.shape[1])
        weights = (np.ones(seen.shape[:2], bool) if real is None else train_part(real, train))[..., np.newaxis]
        known = np.isfinite(seen) & weights
        counts = np.maximum(known.sum(axis=(0, 1)), 1)
        mean = np.where(known, seen, 0.0).sum(axis=(0, 1), dtype=np.float64) / counts
        squares = (np.where(known, seen - mean, 0.0) ** 2).sum(axis=(0, 1), dtype=np.float64)
        spread = np.sqrt(squares / counts)
        spread[~(spread > 1e-12)] = 1.0
        if not settings.get("normalize", True):
            mean, spread = np.zeros_like(mean), np.ones_like(spread)
        return cls(name, series.shape[1], mean.tolist(), spread.tolist())

    def encode(self, raw: RawColumn) -> Array:
        series = series_of(self.spec.name, raw)
        if series.shape[1:] != self.spec.shape:
            raise DataError(f"The series of '{self.spec.name}' are {series.shape[1:]} and not {self.spec.shape}.")
        found = self._standardized(series)
        real = _real(raw, series.shape[1])
        if real is not None:
            found[~real] = 0.0
        return found

    def encode_value(self, value: Any) -> Array:
        try:
            given = np.asarray(value, np.float64)
        except (TypeError, ValueError) as error:
            raise DataError(f"'{self.spec.name}' takes numbers, (time, features).") from error
        time, features = self.spec.shape
        if given.ndim == 1 and features == 1:
            given = given[:, np.newaxis]
        if given.ndim != 2 or given.shape[1] != features or not len(given):
            raise DataError(f"'{self.spec.name}' takes series of {features} features; {given.shape} came.")
        found = np.zeros(self.spec.shape, np.float32)
        cut = given[:time]
        found[: len(cut)] = self._standardized(cut)
        return found

    def _standardized(self, series: Array) -> npt.NDArray[np.float32]:
        scaled = (series - self.mean.astype(np.float32)) / self.spread.astype(np.float32)
        return np.nan_to_num(scaled.astype(np.float32), copy=False, nan=0.0, posinf=0.0, neginf=0.0)

    def as_json(self) -> dict[str, Any]:
        return {
            "type": self.type,
            "name": self.spec.name,
            "time": self.spec.shape[0],
            "mean": self.mean.tolist(),
            "spread": self.spread.tolist(),
        }

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> SeriesEncoder:
        return cls(value["name"], value["time"], value["mean"], value["spread"])


def series_of(name: str, raw: RawColumn) -> Array:
    """(rows, time, features) in float32; one value a step becomes one feature.

    Raises:
        DataError: The column holds something else.
    """
    if not isinstance(raw, Values) or "series" not in raw.fits:
        raise DataError(f"Column '{name}' does not hold series; they need an array (samples, time, features).")
    array = raw.array if raw.array.ndim == 3 else raw.array[..., np.newaxis]
    return array.astype(np.float32, copy=False)


def _real(raw: RawColumn, time: int) -> npt.NDArray[np.bool_] | None:
    lengths = raw.lengths if isinstance(raw, Values) else None
    return None if lengths is None else np.arange(time) < np.asarray(lengths)[:, np.newaxis]
