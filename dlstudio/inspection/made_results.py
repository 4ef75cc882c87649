"""What the inspector of made samples gives."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from dlstudio.inspection.results import Message

if TYPE_CHECKING:
    import numpy as np


@dataclass(frozen=True)
class MadeSamples:
    """Samples made from noise, each beside the real training sample that is most like it.

    Attributes:
        title: Heading.
        numbers: The whole number that the noise of each was drawn from.
        made: uint8 (samples, height, width, 1 or 3).
        realness: How sure the discriminator is that each is real, float32 (samples,), 0 to 1.
        nearest: The nearest training samples, likewise uint8 (samples, ...).
        rows: Their rows in the data, int64 (samples,).
        distances: Root mean squared difference to them in shares of full brightness, float32 (samples,).
        usual: The median of the same distance for real samples of the split; None where there are none.
        compared: Among how many training samples the nearest was looked for.
    """

    title: str
    numbers: Sequence[int]
    made: np.ndarray
    realness: np.ndarray
    nearest: np.ndarray
    rows: np.ndarray
    distances: np.ndarray
    usual: float | None
    compared: int

    def as_message(self) -> Message:
        return {
            "kind": "made",
            "title": self.title,
            "numbers": list(self.numbers),
            "usual": self.usual,
            "compared": self.compared,
        }, {
            "made": self.made,
            "realness": self.realness,
            "nearest": self.nearest,
            "rows": self.rows,
            "distances": self.distances,
        }
