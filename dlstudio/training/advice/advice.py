"""One piece of advice, and the list of all that is looked for."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from dlstudio.training.advice.course import Course

Action = Literal[
    "lower-rate",
    "raise-rate",
    "clip",
    "early-stopping",
    "more-epochs",
    "larger-batch",
    "keep-samples",
    "find-rate",
    "",
]


@dataclass(frozen=True)
class Advice:
    """Something seen in a run, and what to do.

    Attributes:
        kind: What it is about: ``overfitting``, ``underfitting``, ``rate-too-high`` ...
        title: A few words.
        evidence: What in the curves says so, with its numbers.
        remedy: What to do, as a sentence.
        action: What a click does, where one is enough.
        layers: Paths of the layers it is about.
        curves: The values that show it, by the names that the events give them, or ``speed`` or ``batches``.
        epochs: The first and the last epoch in which they do, counted from 1; ``(0, 0)`` where all do.
    """

    kind: str
    title: str
    evidence: str
    remedy: str
    action: Action = ""
    layers: tuple[str, ...] = ()
    curves: tuple[str, ...] = ()
    epochs: tuple[int, int] = (0, 0)


Look = Callable[[Course], Advice | None]


def advise(course: Course) -> list[Advice]:
    """All that is seen in a run, the most pressing first; empty where it learns as it should or is too young."""
    from dlstudio.training.advice import fit, layers, rate, waiting

    looks: tuple[Look, ...] = (
        rate.too_high,
        rate.unsteady,
        fit.overfitting,
        layers.dead,
        fit.unstable_statistics,
        fit.not_learning,
        rate.too_low,
        fit.unfinished,
        layers.standing_still,
        waiting.starved,
    )
    found = [advice for look in looks if (advice := look(course)) is not None]
    # A rate that is too high explains why nothing is learnt; saying both would be saying it twice.
    if any(each.kind in ("rate-too-high", "dead-units") for each in found):
        found = [each for each in found if each.kind not in ("underfitting", "rate-too-low", "unfinished")]
    return found
