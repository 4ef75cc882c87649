"""Whether the training waits for its data."""

from __future__ import annotations

from dlstudio.training.advice.advice import Advice
from dlstudio.training.advice.course import Course

_LEAST_EPOCHS = 2  # in the first one files are decoded that are kept afterwards
_LEAST_SECONDS = 1.0
_SHARE = 0.25


def starved(course: Course) -> Advice | None:
    """A quarter of an epoch or more goes into waiting for batches, after the first epoch too."""
    waited = course.spent.get("data", 0.0)
    total = sum(course.spent.values())
    if len(course.history) < _LEAST_EPOCHS or waited < _LEAST_SECONDS or waited < _SHARE * total:
        return None
    kept = course.training.memory_gigabytes
    return Advice(
        "data-starved",
        "The training waits for its data",
        f"The last epoch spent {waited:.3g} of {total:.3g} s ({100 * waited / total:.0f} %) waiting for batches, and "
        f"{course.spent.get('steps', 0.0):.3g} s on steps.",
        f"Samples that do not fit into the memory kept for them ({kept:g} GB) are made anew in each epoch. Keep more "
        "of them there, or have smaller images, shorter sounds, clips and texts on the Data page.",
        "keep-samples",
        curves=("speed",),
    )
