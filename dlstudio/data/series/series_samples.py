"""A few series to look at, thinned so that they cross to the window quickly."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt

from dlstudio.data.preparing import prepare
from dlstudio.data.table import DataError
from dlstudio.graph.project import DataSettings

STEPS = 200
FEATURES = 8


def series_samples(
    settings: DataSettings, root: Path, column: str, rows: Sequence[int]
) -> dict[int, npt.NDArray[np.float32]]:
    """Some rows of a series column, (time, features) float32, at most 200 steps and 8 features each.

    Raises:
        DataError: There is no such column of series.
    """
    data = prepare(settings, root)
    if column not in data.specs or data.specs[column].kind != "series":
        raise DataError(f"'{column}' is no column of series.")
    found: dict[int, npt.NDArray[np.float32]] = {}
    for row in rows:
        if 0 <= row < data.table.rows:
            values = np.asarray(data.raw(column, row), np.float32)
            values = values[:, np.newaxis] if values.ndim == 1 else values
            found[row] = np.ascontiguousarray(values[:: -(-len(values) // STEPS) or 1, :FEATURES])
    return found
