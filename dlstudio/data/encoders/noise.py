"""Noise that a network makes samples from: a vector for each row that is in no file, the same one each time."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

from dlstudio.data.encoders.encoder import whole_setting
from dlstudio.data.table import Array, DataError
from dlstudio.graph.columns import NOISE, ColumnSpec

LENGTH, LONGEST = 32, 1024
SEED, LARGEST_SEED = 7, 1 << 31
_OF_ROWS, _ASKED = 0, 1  # so that what a person asks for was not seen in training


class NoiseEncoder:
    """Gives float32 (length,) from the standard normal distribution, a function of seed and row alone.

    So a run can be continued, a split is judged by the same noise after each epoch, and no file has to hold it.
    """

    def __init__(self, name: str, length: int = LENGTH, seed: int = SEED) -> None:
        self.spec = ColumnSpec(name, "noise", (length,))
        self.seed = seed

    @classmethod
    def of_settings(cls, name: str, settings: Mapping[str, Any]) -> NoiseEncoder:
        """From ``length`` and ``seed`` of a column's settings.

        Raises:
            DataError: One of them makes no sense.
        """
        length = whole_setting(name, settings, "length", LENGTH, (1, LONGEST))
        return cls(name, length, whole_setting(name, settings, "seed", SEED, (0, LARGEST_SEED)))

    def encode_rows(self, rows: Array) -> npt.NDArray[np.float32]:
        """The noise of some rows, (n, length)."""
        found = np.zeros((len(rows), *self.spec.shape), np.float32)
        for place, row in enumerate(rows.tolist()):
            found[place] = self._drawn(_OF_ROWS, row)
        return found

    def encode(self, raw: Any) -> npt.NDArray[np.float32]:
        """The noise of as many rows as a column has."""
        return self.encode_rows(np.arange(len(raw)))

    def encode_value(self, value: Any) -> npt.NDArray[np.float32]:
        """The noise of a whole number that a user gives, which is that of no row; or the vector that they give."""
        whole = isinstance(value, int | float) and not isinstance(value, bool) and float(value).is_integer()
        if whole and 0 <= value <= LARGEST_SEED:
            return self._drawn(_ASKED, int(value))
        array = np.asarray(value, np.float32) if isinstance(value, list | tuple | np.ndarray) else None
        if array is None or array.shape != self.spec.shape or not np.isfinite(array).all():
            raise DataError(
                f"'{self.spec.name}' takes a whole number from 0 on, which noise is drawn from, or "
                f"{self.spec.shape[0]} numbers, not {value!r}."
            )
        return array

    def _drawn(self, kind: int, number: int) -> npt.NDArray[np.float32]:
        return np.random.default_rng([self.seed, kind, number]).standard_normal(self.spec.shape, np.float32)

    def as_json(self) -> dict[str, Any]:
        return {"type": NOISE, "name": self.spec.name, "length": self.spec.shape[0], "seed": self.seed}

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> NoiseEncoder:
        return cls(value["name"], int(value["length"]), int(value["seed"]))
