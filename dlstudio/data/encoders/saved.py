"""The fitted encoders of a run: saved as JSON beside the weights, loaded without the data."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from dlstudio.atomic import write_atomically
from dlstudio.data.encoders.forecast import ForecastEncoder
from dlstudio.data.encoders.number import NumberEncoder
from dlstudio.data.encoders.registry import READS, AnyEncoder
from dlstudio.data.table import Array, DataError
from dlstudio.graph.columns import ColumnSpec

FILE_NAME = "encoders.json"
MOST_BYTES = 64 << 20


class Encoders:
    """Encoders by column name."""

    def __init__(self, by_column: Mapping[str, AnyEncoder]) -> None:
        self.by_column = dict(by_column)

    def __getitem__(self, column: str) -> AnyEncoder:
        if column not in self.by_column:
            raise DataError(f"There is no column '{column}'. There are: {', '.join(self.by_column)}.")
        return self.by_column[column]

    @property
    def specs(self) -> dict[str, ColumnSpec]:
        """The encoded form of each column."""
        return {name: encoder.spec for name, encoder in self.by_column.items()}

    def encode_value(self, column: str, value: Any) -> Array:
        """One value that a user gives, without the batch axis.

        Args:
            column: Name of the column.
            value: An image (path, bytes of a file, or array of pixels), a sentence, a class name, numbers, a mapping
                from column to value for joined columns, or an array (time, features).

        Raises:
            DataError: There is no such column, or the value does not suit it.
        """
        return self[column].encode_value(value)

    def decode_number(self, column: str, values: Array) -> npt.NDArray[np.float64]:
        """Values of a number column in the user's units; (n, values)."""
        encoder = self[column]
        if isinstance(encoder, NumberEncoder | ForecastEncoder):
            return encoder.decode(values)
        return np.asarray(values, np.float64)


def save_encoders(encoders: Encoders, folder: Path) -> None:
    """Writes ``encoders.json`` into a folder, all or nothing."""
    content = json.dumps({"format": 1, "columns": [each.as_json() for each in encoders.by_column.values()]})
    write_atomically(folder / FILE_NAME, content.encode())


def load_encoders(folder: Path) -> Encoders:
    """Reads what :func:`save_encoders` wrote.

    Raises:
        DataError: There is nothing, or it is damaged.
    """
    path = folder / FILE_NAME
    try:
        if path.stat().st_size > MOST_BYTES:
            raise DataError(f"{path} is larger than {MOST_BYTES >> 20} MiB and is not read.")
        content = json.loads(path.read_text(encoding="utf-8"))
        found = [READS[entry["type"]](entry) for entry in content["columns"]]
    except FileNotFoundError as error:
        raise DataError(f"{folder} holds no {FILE_NAME}: the run has not begun to train.") from error
    except (OSError, ValueError, KeyError, TypeError, RecursionError) as error:
        raise DataError(f"{path} is damaged and cannot be read: {error}.") from error
    return Encoders({encoder.spec.name: encoder for encoder in found})
