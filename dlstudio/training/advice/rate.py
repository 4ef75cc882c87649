"""Whether the learning rate is too high or too low."""

from __future__ import annotations

import itertools
import math
import statistics

from dlstudio.training.advice.advice import Advice
from dlstudio.training.advice.course import Course
from dlstudio.training.remedies import lower_rate, rate_of

_LEAST_EPOCHS = 3
_WORSE = 1.15  # the last loss against the least
_UNSTEADY = 0.5
_SLOW = 0.01


def too_high(course: Course) -> Advice | None:
    """The training loss itself climbs, or stays above that of the first epoch: steps overshoot."""
    losses = [loss for loss in course.curve("loss") if math.isfinite(loss)]
    if len(losses) < _LEAST_EPOCHS:
        return None
    least = min(losses)
    if least <= 0 or losses[-1] < _WORSE * least or statistics.median(losses[-2:]) < _WORSE * least:
        return None
    epoch = course.curve("loss").index(least) + 1
    lowered = rate_of(lower_rate(course.training))
    return Advice(
        "rate-too-high",
        "The learning rate is too high",
        f"The training loss was {least:.4g} in epoch {epoch} and has climbed to {losses[-1]:.4g}.",
        f"Lower the learning rate from {rate_of(course.training):g} to {lowered:g}, or clip the gradients.",
        "lower-rate",
        curves=("loss",),
        epochs=(epoch, len(course.history)),
    )


def unsteady(course: Course) -> Advice | None:
    """The losses of single batches leap by more than half of their mean, and the epochs do not come down."""
    if len(course.losses) < 40 or too_high(course) is not None:
        return None
    last = [loss for loss in course.losses[-200:] if math.isfinite(loss)]
    epochs = [loss for loss in course.curve("loss") if math.isfinite(loss)]
    if len(last) < 40 or len(epochs) < _LEAST_EPOCHS:
        return None
    mean = statistics.fmean(last)
    leaps = statistics.fmean(abs(b - a) for a, b in itertools.pairwise(last))
    settled = epochs[-1] < 0.9 * epochs[-_LEAST_EPOCHS] or epochs[-1] < 0.5 * epochs[0]
    if mean <= 0 or leaps / mean < _UNSTEADY or settled:
        return None
    return Advice(
        "unsteady",
        "The loss leaps from batch to batch",
        f"From one batch to the next it changes by {100 * leaps / mean:.0f} % of its mean ({mean:.3g}), and epochs do "
        "not bring it down.",
        f"Take larger batches (now {course.training.batch_size}), or lower the learning rate.",
        "larger-batch",
        curves=("batches",),
    )


def too_low(course: Course) -> Advice | None:
    """The training loss falls steadily, but by so little that the planned epochs will not do."""
    losses = course.curve("loss")
    if len(losses) < _LEAST_EPOCHS or not all(math.isfinite(loss) and loss > 0 for loss in losses):
        return None
    falls = [1 - b / a for a, b in itertools.pairwise(losses)]
    moved = [each.get("update") for each in course.layers.values()]
    known = [value for value in moved if value is not None]
    small = bool(known) and max(known) < 1e-4
    steady = all(fall > 0 for fall in falls[-4:])
    if not (steady and max(falls) < _SLOW and (small or not known)):
        return None
    step = f" A step moves the weights by at most {max(known):.1e} of their size; about 1e-3 is usual." if known else ""
    return Advice(
        "rate-too-low",
        "The learning rate is too low",
        f"The training loss falls, but by no more than {100 * max(falls):.2g} % an epoch.{step}",
        f"Raise the learning rate (now {rate_of(course.training):g}); Find a learning rate suggests one.",
        "find-rate",
        curves=("loss",),
    )
