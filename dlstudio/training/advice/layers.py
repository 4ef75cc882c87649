"""Layers that learn nothing: dead relu units, and updates that vanish."""

from __future__ import annotations

from dlstudio.training.advice.advice import Advice
from dlstudio.training.advice.course import Course
from dlstudio.training.remedies import lower_rate, rate_of

_DEAD = 0.5
_STILL = 1e-6


def dead(course: Course) -> Advice | None:
    """More than half of a layer's relu units give 0 for every sample that was looked at."""
    shares = {path: values.get("dead") for path, values in course.layers.items()}
    found = {path: share for path, share in shares.items() if share is not None and share > _DEAD}
    if not found or not course.history:
        return None
    named = ", ".join(f"'{path}' {100 * share:.0f} %" for path, share in list(found.items())[:4])
    lowered = rate_of(lower_rate(course.training))
    return Advice(
        "dead-units",
        "Units are dead",
        f"Behind relu, so many units give 0 for each of a few fixed samples: {named}.",
        f"Lower the learning rate to {lowered:g}, or use another activation there, such as leaky_relu or gelu.",
        "lower-rate",
        tuple(found),
    )


def standing_still(course: Course) -> Advice | None:
    """Some layers are moved a thousand times less than others."""
    updates = {path: values.get("update") for path, values in course.layers.items()}
    known = {path: value for path, value in updates.items() if value is not None}
    if len(known) < 3 or not course.history or max(known.values()) < 1e-5:
        return None
    still = [path for path, value in known.items() if value < _STILL and value * 1000 < max(known.values())]
    if not still or len(still) == len(known):
        return None
    return Advice(
        "vanishing",
        "Some layers stand still",
        f"A step moves {', '.join(repr(path) for path in still[:4])} by less than a millionth, other layers by up to "
        f"{max(known.values()):.1e}.",
        "Gradients vanish on the way: shortcuts (residuals), normalization or a gelu help.",
        layers=tuple(still),
    )
