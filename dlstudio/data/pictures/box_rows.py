"""The raw column of boxes: what lies where in each image, any number of boxes a row, also none."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from dlstudio.data.table import LazyRows

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class RawBox:
    """One box in an image.

    Attributes:
        label: Its class.
        edges: Left, top, right, bottom in pixels of the image; right and bottom lie just outside of the box.
    """

    label: str
    edges: tuple[float, float, float, float]


class BoxRows(LazyRows):
    """Boxes of each image.

    Attributes:
        boxes: Those of each row.
        sizes: Height and width of each row's image in pixels, int64 (rows, 2); zeros where it cannot be read.
        classes: All classes, also those that no row may have.
    """

    fits: tuple[str, ...] = ("boxes",)

    def __init__(self, boxes: Sequence[Sequence[RawBox]], sizes: npt.NDArray[np.int64], classes: Sequence[str]) -> None:
        self.boxes = boxes
        self.sizes = sizes
        self.classes = tuple(classes)

    def __len__(self) -> int:
        return len(self.boxes)

    @property
    def most(self) -> int:
        """How many boxes the fullest image has."""
        return max((len(row) for row in self.boxes), default=0)

    def shown(self, row: int) -> Any:
        """The boxes counted by class: ``3 car, 1 person``."""
        counts = Counter(box.label for box in self.boxes[row])
        return ", ".join(f"{count} {label}" for label, count in sorted(counts.items())) if counts else "no box"
