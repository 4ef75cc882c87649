"""What advice is made from: the values of a run's epochs and the last measure of its layers, as plain numbers."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from dlstudio.graph.project import TrainingSettings

Values = Mapping[str, float | None]


@dataclass(frozen=True)
class Course:
    """A run as far as it has come.

    Attributes:
        training: Its settings.
        history: The values of each epoch, in order: ``loss``, ``val_loss``, metrics.
        losses: Of the single batches of the last epochs, in order.
        layers: The latest measure of each layer, as in :class:`dlstudio.training.runs.events.Layers`.
        steps_per_epoch: Batches an epoch.
        epochs: Planned.
        live: Whether it goes on.
        spent: Seconds of the last epoch: ``data`` (waiting for it), ``steps``, ``validation``, ``studio``.
        speeds: Samples a second of each epoch, in order.
    """

    training: TrainingSettings
    history: Sequence[Values]
    losses: Sequence[float] = ()
    layers: Mapping[str, Values] = field(default_factory=dict)
    steps_per_epoch: int = 0
    epochs: int = 0
    live: bool = False
    spent: Mapping[str, float] = field(default_factory=dict)
    speeds: Sequence[float] = ()

    def curve(self, name: str) -> list[float]:
        """One value by epoch; NaN where it was none."""
        return [_number(row.get(name)) for row in self.history]


def _number(value: float | None) -> float:
    return math.nan if value is None else float(value)
