"""Whether a network learns by heart, too little, or would go on learning; and whether its averages mislead."""

from __future__ import annotations

import itertools
import math
import statistics

from dlstudio.graph.project import BEST
from dlstudio.training.advice.advice import Advice
from dlstudio.training.advice.course import Course

_LEAST_EPOCHS = 4
_APART = 1.2  # the last validation loss against the least
_STILL = 0.05  # a loss that moved by less than this share in all
_FALLING = 0.02


def overfitting(course: Course) -> Advice | None:
    """The validation loss has been climbing for some epochs while the training loss falls on."""
    tested, learnt = course.curve("val_loss"), course.curve("loss")
    known = [loss for loss in tested if math.isfinite(loss)]
    if len(known) < _LEAST_EPOCHS:
        return None
    best = min(known)
    at = tested.index(best)
    behind = tested[at + 1 :]
    if len(behind) < 2 or best <= 0 or not all(loss > best for loss in behind):
        return None
    now = statistics.median(behind[-3:])
    if not (now > _APART * best and learnt[-1] < learnt[at]):
        return None
    stops = bool(course.training.early_stopping)
    return Advice(
        "overfitting",
        "The network learns the training samples by heart",
        f"The validation loss was least in epoch {at + 1} ({best:.4g}) and is {tested[-1]:.4g} now, while the training "
        f"loss fell from {learnt[at]:.4g} to {learnt[-1]:.4g}.",
        "More samples, augmentation, dropout or weight decay help"
        + ("; the best epoch is kept anyway." if course.training.keep == BEST else ".")
        + ("" if stops else " Stopping early saves the time."),
        "" if stops else "early-stopping",
        curves=("loss", "val_loss"),
        epochs=(at + 1, len(tested)),
    )


def not_learning(course: Course) -> Advice | None:
    """The training loss has hardly moved since the first epoch."""
    losses = [loss for loss in course.curve("loss") if math.isfinite(loss)]
    if len(losses) < _LEAST_EPOCHS or losses[0] <= 0:
        return None
    moved = 1 - min(losses) / losses[0]
    steady = all(b < a for a, b in itertools.pairwise(losses))
    if moved > _STILL or (steady and moved > 0.005):
        return None
    return Advice(
        "underfitting",
        "The network hardly learns",
        f"In {len(losses)} epochs the training loss went from {losses[0]:.4g} to no less than {min(losses):.4g}.",
        "Try another learning rate first, then a larger network; look whether inputs and targets belong together.",
        "find-rate",
        curves=("loss",),
    )


def unfinished(course: Course) -> Advice | None:
    """It has ended while the validation loss was still falling well."""
    watched = "val_loss" if "val_loss" in (course.history[-1] if course.history else {}) else "loss"
    losses = course.curve(watched)
    if course.live or len(losses) < _LEAST_EPOCHS or len(losses) < course.epochs:
        return None
    last = losses[-3:]
    if not all(math.isfinite(loss) and loss > 0 for loss in losses) or losses[-1] > min(losses):
        return None
    if not (last[0] > last[1] > last[2] and 1 - last[2] / last[0] > 2 * _FALLING):
        return None
    return Advice(
        "unfinished",
        "It would have gone on learning",
        f"The loss was least in the last epoch, and fell by {100 * (1 - last[2] / last[0]):.0f} % in the last two.",
        f"Train for more epochs than {course.epochs}.",
        "more-epochs",
        curves=(watched,),
        epochs=(len(losses) - 2, len(losses)),
    )


def unstable_statistics(course: Course) -> Advice | None:
    """Validation is far worse than training from the start and leaps: averages of batches that do not fit."""
    tested, learnt = course.curve("val_loss"), course.curve("loss")
    pairs = [(a, b) for a, b in zip(learnt, tested, strict=True) if math.isfinite(a) and math.isfinite(b) and a > 0]
    if len(pairs) < _LEAST_EPOCHS or course.training.batch_size >= 16 or course.steps_per_epoch < 2:
        return None
    ratios = [tested / learnt for learnt, tested in pairs]
    leaps = [abs(b - a) / a for (_, a), (_, b) in itertools.pairwise(pairs) if a > 0]
    if not leaps or ratios[0] < 2 or statistics.median(leaps) < 0.5:
        return None
    return Advice(
        "unstable-statistics",
        "Averages over batches are unstable",
        f"Validation is {ratios[0]:.1f} times worse than training in the first epoch already and leaps by "
        f"{100 * statistics.median(leaps):.0f} % an epoch, with {course.training.batch_size} samples a batch.",
        "Take larger batches, or group normalization in place of batch normalization.",
        "larger-batch",
        curves=("loss", "val_loss"),
    )
