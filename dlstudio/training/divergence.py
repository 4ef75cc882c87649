"""When a training has broken: the loss is no number any more, or has grown beyond all that it can come back from.

Values only; which layer it came from is looked for in :mod:`dlstudio.training.culprit`.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from dlstudio.training.failures import TrainingError

FACTOR = 1000.0  # times the loss of the first steps
STEPS_IN_A_ROW = 5
_FIRST_STEPS = 5


class DivergedError(TrainingError):
    """The loss or the weights are no numbers any more, or the loss exploded.

    Attributes:
        what: A sentence: what became of which value, and when.
        epoch: Counted from 1.
        step: Within the epoch, counted from 1: the first whose loss shows it, or the last before weights were found so.
        of_weights: Whether it was seen by the weights while the loss was a number still.
    """

    def __init__(self, kind: str, what: str, epoch: int, step: int, *, of_weights: bool = False) -> None:
        super().__init__(kind, what)
        self.of_weights = of_weights
        self.what = what
        self.epoch = epoch
        self.step = step


@dataclass
class LossWatch:
    """Says whether the losses of single batches explode; saved with each checkpoint.

    They do where five in a row are more than a thousand times the largest of the first five, and more than a thousand:
    a loss that begins near 0, as in fine-tuning, may well grow a thousandfold and be harmless.

    Attributes:
        first: The largest of the first losses.
        seen: How many of those were seen.
        high: Steps in a row that were far too high.
    """

    first: float = 1.0
    seen: int = 0
    high: int = 0

    def exploded(self, loss: float) -> bool:
        """Takes in the loss of the next batch."""
        if self.seen < _FIRST_STEPS:
            self.seen += 1
            if math.isfinite(loss):
                self.first = max(self.first, abs(loss))
            return False
        self.high = self.high + 1 if loss > FACTOR * self.first else 0
        return self.high >= STEPS_IN_A_ROW

    def as_json(self) -> dict[str, Any]:
        return {"first": self.first, "seen": self.seen, "high": self.high}

    def restore(self, value: Mapping[str, Any]) -> None:
        """Goes on from what :meth:`as_json` gave; older checkpoints have nothing."""
        self.first = float(value.get("first", 1.0))
        self.seen = int(value.get("seen", 0))
        self.high = int(value.get("high", 0))


def word(value: float) -> str:
    """``NaN (not a number)`` or ``infinite``."""
    return "NaN (not a number)" if math.isnan(value) else "infinite"
