"""Numbers, one or many a sample, standardized by the mean and spread of the training split."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from dlstudio.data.encoders.encoder import train_part
from dlstudio.data.table import Array, DataError, Files, LazyRows, RawColumn, Rows
from dlstudio.data.tables.cells import parse_number
from dlstudio.graph.columns import ColumnSpec

Floats = npt.NDArray[np.float64]


class NumberEncoder:
    """Encodes numbers as float32 of shape (values,); a missing one becomes the mean."""

    type = "number"

    def __init__(self, name: str, mean: Sequence[float], spread: Sequence[float], usual: Sequence[float]) -> None:
        self.mean = np.asarray(mean, np.float64)
        self.spread = np.asarray(spread, np.float64)
        self.usual = np.asarray(usual, np.float64)
        self.spec = ColumnSpec(name, "number", self.mean.shape)

    @classmethod
    def fit(cls, name: str, raw: RawColumn, train: Rows, settings: Mapping[str, Any]) -> NumberEncoder:
        """Without ``normalize`` the numbers stay as they are."""
        numbers = numbers_of(name, raw)
        seen = train_part(numbers, train)
        known = np.isfinite(seen)
        counts = known.sum(axis=0)
        mean = np.where(known, seen, 0.0).sum(axis=0) / np.maximum(counts, 1)
        squares = np.where(known, seen - mean, 0.0) ** 2
        spread = np.sqrt(squares.sum(axis=0) / np.maximum(counts, 1))
        spread[~(spread > 1e-12 * np.maximum(np.abs(mean), 1e-12))] = 1.0
        if settings.get("normalize", True):
            return cls(name, mean.tolist(), spread.tolist(), mean.tolist())
        return cls(name, np.zeros_like(mean).tolist(), np.ones_like(mean).tolist(), mean.tolist())

    def encode(self, raw: RawColumn) -> Array:
        return self.standardized(numbers_of(self.spec.name, raw))

    def standardized(self, numbers: Floats) -> npt.NDArray[np.float32]:
        """(rows, values) in the user's units to (rows, values) as the network sees them."""
        filled = np.where(np.isfinite(numbers), numbers, self.usual)
        return ((filled - self.mean) / self.spread).astype(np.float32)

    def decode(self, values: Array) -> Floats:
        """The inverse: back to the user's units."""
        return np.asarray(values, np.float64) * self.spread + self.mean

    def encode_value(self, value: Any) -> Array:
        given = list(value.values()) if isinstance(value, Mapping) else value
        given = given if isinstance(given, list | tuple | np.ndarray) else [given]
        flat = np.array([_number(self.spec.name, each) for each in np.asarray(given, object).reshape(-1)], np.float64)
        if len(flat) != len(self.mean):
            raise DataError(f"'{self.spec.name}' takes {len(self.mean)} numbers, and {len(flat)} came.")
        found: Array = self.standardized(flat[np.newaxis])[0]
        return found

    def as_json(self) -> dict[str, Any]:
        return {
            "type": self.type,
            "name": self.spec.name,
            "mean": self.mean.tolist(),
            "spread": self.spread.tolist(),
            "usual": self.usual.tolist(),
        }

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> NumberEncoder:
        return cls(value["name"], value["mean"], value["spread"], value["usual"])


def numbers_of(name: str, raw: RawColumn) -> Floats:
    """(rows, values) with NaN where there is no number.

    Raises:
        DataError: The column holds images, or no number at all.
    """
    if isinstance(raw, Files | LazyRows):
        held = "images" if isinstance(raw, Files) else "running text"
        raise DataError(f"Column '{name}' holds {held} and cannot be read as number.")
    numbers = raw.numbers
    if len(numbers) and not np.isfinite(numbers).any():
        raise DataError(f"Column '{name}' holds no number at all. Read it as category or text, or ignore it.")
    return numbers


def _number(name: str, value: Any) -> float:
    number = parse_number(value) if isinstance(value, str) else value
    if isinstance(number, bool) or not isinstance(number, int | float | np.number) or not np.isfinite(number):
        raise DataError(f"{value!r} is no number, and '{name}' takes numbers.")
    return float(number)
