"""What holds the samples of a column that are decoded on demand: pixels of images, waveforms of sounds."""

from __future__ import annotations

from typing import Any, Protocol

from dlstudio.data.table import Array


class Store(Protocol):
    """Samples of one column, decoded when first asked for.

    Attributes:
        noun: What one of them is: ``image``, ``sound``.
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
        """Looks at every sample, and returns :attr:`faults`."""
        ...
