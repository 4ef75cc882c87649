"""Which epoch was the best so far, and whether to go on. Values only; they are saved with each checkpoint."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Patience:
    """How long nothing may become better.

    Attributes:
        epochs: At least so many epochs.
        share: And at least this share of the epochs done: the longer a training takes, the slower it may gain.
    """

    epochs: int
    share: float = 0.0

    def is_over(self, best: BestSoFar, epoch: int) -> bool:
        """Whether a training has waited long enough for a better value than ``best`` after so many epochs."""
        return best.waited >= max(self.epochs, math.ceil(self.share * epoch))


@dataclass
class BestSoFar:
    """The best value of one monitored quantity.

    Attributes:
        monitor: Name of the value, such as ``val_loss``.
        higher: Whether more is better.
        minimum_change: How much better a value has to be to count.
        minimum_share: The same as a share of the best value so far.
        latest: Whether each epoch counts as better than those before it, whatever its value.
        value: The best one, or None before the first.
        epoch: The epoch it came from, 0 before the first.
        waited: Epochs since then.
    """

    monitor: str
    higher: bool
    minimum_change: float = 0.0
    minimum_share: float = 0.0
    latest: bool = False
    value: float | None = None
    epoch: int = 0
    waited: int = 0

    def take(self, epoch: int, values: Mapping[str, float]) -> bool:
        """Takes in an epoch's values; returns whether it is the best so far. NaN never is."""
        new = values.get(self.monitor, math.nan)
        better = math.isfinite(new)
        if better and self.value is not None and not self.latest:
            gain = new - self.value if self.higher else self.value - new
            better = gain > max(self.minimum_change, self.minimum_share * abs(self.value))
        if better:
            self.value, self.epoch, self.waited = new, epoch, 0
        else:
            self.waited += 1
        return better

    def as_json(self) -> dict[str, Any]:
        return {"monitor": self.monitor, "value": self.value, "epoch": self.epoch, "waited": self.waited}

    def restore(self, value: Mapping[str, Any]) -> None:
        """Goes on from what :meth:`as_json` gave, if it is about the same quantity."""
        if value.get("monitor") == self.monitor:
            self.value, self.epoch, self.waited = value.get("value"), value.get("epoch", 0), value.get("waited", 0)
