"""Whether a training is held up by its data."""

from __future__ import annotations

from dlstudio.training.advice.advice import Advice
from dlstudio.training.advice.course import Course

_LEAST_EPOCHS = 2  # the first one also reads what the later ones find in memory
_LEAST_SECONDS = 1.0
_SHARE = 0.3


def starved(course: Course) -> Advice | None:
    """Much of the last epoch was spent on waiting for the next batch."""
    waited, steps = course.spent.get("data", 0.0), course.spent.get("steps", 0.0)
    whole = sum(course.spent.values())
    if len(course.history) < _LEAST_EPOCHS or whole < _LEAST_SECONDS or waited < _SHARE * whole:
        return None
    return Advice(
        "data-starved",
        "The training waits for its data",
        f"Of the {whole:.1f} s of the last epoch {waited:.1f} s ({100 * waited / whole:.0f} %) went into waiting for "
        f"batches, {steps:.1f} s into the steps themselves.",
        "Smaller pictures and shorter texts or clips are read sooner, and data that fits in memory is read once; a "
        "local disk is quicker than a network. A larger network would cost hardly any time.",
        curves=("speed",),
    )
