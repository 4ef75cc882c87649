"""What advice is made from: the values of a run's epochs and the last measure of its layers, as plain numbers."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from dlstudio.graph.project import TrainingSettings
from dlstudio.training import events as ev

Values = Mapping[str, float | None]


@dataclass(frozen=True)
class Course:
    """A run as far as it has come.

    Attributes:
        training: Its settings.
        history: The values of each epoch, in order: ``loss``, ``val_loss``, metrics.
        losses: Of the single batches of the last epochs, in order.
        layers: The latest measure of each layer, as in :class:`dlstudio.training.events.Layers`.
        steps_per_epoch: Batches an epoch.
        epochs: Planned.
        live: Whether it goes on.
    """

    training: TrainingSettings
    history: Sequence[Values]
    losses: Sequence[float] = ()
    layers: Mapping[str, Values] = field(default_factory=dict)
    steps_per_epoch: int = 0
    epochs: int = 0
    live: bool = False

    def curve(self, name: str) -> list[float]:
        """One value by epoch; NaN where it was none."""
        return [_number(row.get(name)) for row in self.history]


def course_of(training: TrainingSettings, events: Iterable[ev.Event]) -> Course:
    """The course that a run's events tell.

    Args:
        training: The settings of its frozen project.
        events: In order; a run that was continued tells some epochs twice, the later ones count.
    """
    history: list[Values] = []
    losses: list[tuple[int, float]] = []
    layers: Mapping[str, Values] = {}
    started: ev.Started | None = None
    live = True
    for event in events:
        match event:
            case ev.Started():
                started, live = event, True
                del history[event.first_epoch - 1 :]
                losses = [each for each in losses if each[0] < event.first_epoch]
            case ev.Batch():
                losses.append((event.epoch, _number(event.values.get("loss"))))
            case ev.Epoch():
                history = [*history[: event.epoch - 1], event.values]
            case ev.Layers():
                layers = event.layers
            case ev.Finished() | ev.Failed():
                live = False
            case _:
                pass
    return Course(
        training,
        tuple(history),
        tuple(loss for _, loss in losses),
        layers,
        started.steps_per_epoch if started else 0,
        started.epochs if started else training.epochs,
        live,
    )


def _number(value: float | None) -> float:
    return math.nan if value is None else float(value)
