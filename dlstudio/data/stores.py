"""What keeps the values of a column that are too many to encode at once: pixels, masks. They are encoded by row."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol, runtime_checkable

import numpy as np
import numpy.typing as npt

from dlstudio.data.table import Array, RawColumn


class Store(Protocol):
    """The rows of one column, encoded when they are asked for.

    Attributes:
        faults: Row → why it cannot be used, as far as is known.
    """

    faults: dict[int, str]

    def encode(self, rows: Array) -> Array:
        """Encoded samples, (n, *spec.shape)."""
        ...

    def pixels(self, rows: Array) -> npt.NDArray[np.uint8]:
        """(n, height, width, 1 or 3), for people to look at."""
        ...

    def check(self) -> dict[int, str]:
        """Looks at every row as far as that is cheap, and returns :attr:`faults`."""
        ...


@runtime_checkable
class Storing(Protocol):
    """An encoder whose column is kept in a store."""

    def store(self, raw: RawColumn, settings: Mapping[str, Any]) -> Store:
        """The rows of a column.

        Raises:
            DataError: The column holds something else.
        """
        ...
