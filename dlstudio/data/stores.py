"""What holds the rows of a column that are decoded on demand: pixels of images, masks, waveforms of sounds."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Protocol, runtime_checkable

import numpy as np
import numpy.typing as npt

from dlstudio.data.table import Array, RawColumn

_PARALLEL_FROM = 16  # rows; fewer are done sooner by one thread


def for_each_row(rows: Array, work: Callable[[int], object]) -> None:
    """Does some work for each row, many of them side by side; the first error ends it."""
    if len(rows) < _PARALLEL_FROM:
        for row in rows.tolist():
            work(row)
        return
    with ThreadPoolExecutor(min(8, os.cpu_count() or 1)) as pool:
        for _ in pool.map(work, rows.tolist(), chunksize=16):
            pass


class Store(Protocol):
    """The rows of one column, decoded when they are asked for.

    Attributes:
        noun: What one of them is: ``image``, ``mask``, ``sound``.
        faults: Row → why it cannot be used, as far as is known.
    """

    noun: str
    faults: dict[int, str]

    def encode(self, rows: Array) -> Array:
        """(n, *spec.shape) in the spec's dtype."""
        ...

    def shown(self, row: int) -> Any:
        """What a person looks at."""
        ...

    def check(self) -> dict[int, str]:
        """Looks at every row as far as that is cheap, and returns :attr:`faults`."""
        ...


@runtime_checkable
class PictureStore(Store, Protocol):
    """A store whose rows a person looks at as pictures."""

    def pixels(self, rows: Array) -> npt.NDArray[np.uint8]:
        """(n, height, width, 1 or 3)."""
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
