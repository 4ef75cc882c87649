"""How much predicted and true regions overlap, from counts of pixels: IoU, Dice, sensitivity, specificity."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from dlstudio.tasks.confusion import confusion_matrix


@dataclass(frozen=True)
class Overlap:
    """One value a class, (classes,) in [0, 1]; NaN where the class is in neither truth nor prediction.

    Attributes:
        iou: Intersection over union (Jaccard 1912), hits / (hits + misses + false alarms).
        dice: 2 hits / (2 hits + misses + false alarms) (Dice 1945); the F1 of the pixels.
        sensitivity: Share of the true pixels that are found; NaN without a true pixel.
        specificity: Share of the other pixels that are left alone; NaN where there are none.
        accuracy: Share of all pixels that are right.
    """

    iou: np.ndarray
    dice: np.ndarray
    sensitivity: np.ndarray
    specificity: np.ndarray
    accuracy: float


def pixel_counts(truth: np.ndarray, predicted: np.ndarray, classes: int) -> np.ndarray:
    """Counts by (truth, prediction), int64 (classes, classes); pixels whose truth is negative do not count.

    Args:
        truth: Class indices of any shape.
        predicted: Class indices of the same shape.
        classes: How many there are.
    """
    known = np.asarray(truth) >= 0
    return confusion_matrix(np.asarray(truth)[known], np.asarray(predicted)[known], classes)


def summed_counts(pairs: Iterable[tuple[np.ndarray, np.ndarray]], classes: int) -> np.ndarray:
    """The same over many images, one at a time, so that nothing large is copied."""
    total = np.zeros((classes, classes), np.int64)
    for truth, predicted in pairs:
        total += pixel_counts(truth, predicted, classes)
    return total


def overlap(counts: np.ndarray) -> Overlap:
    """The measures of each class from counts by (truth, prediction)."""
    hits = np.diag(counts).astype(np.float64)
    truths, guesses, total = counts.sum(axis=1), counts.sum(axis=0), float(counts.sum())
    others = total - truths
    false_alarms = guesses - hits
    return Overlap(
        _ratio(hits, truths + guesses - hits),
        _ratio(2 * hits, truths + guesses),
        _ratio(hits, truths),
        _ratio(others - false_alarms, others),
        float(hits.sum() / total) if total else float("nan"),
    )


def class_measures(found: Overlap, names: Sequence[str]) -> dict[str, float]:
    """``sensitivity_<class>`` and ``specificity_<class>``, without those that are NaN.

    Args:
        found: The measures of each class.
        names: Their names.
    """
    values = {f"sensitivity_{name}": float(each) for name, each in zip(names, found.sensitivity, strict=True)}
    values |= {f"specificity_{name}": float(each) for name, each in zip(names, found.specificity, strict=True)}
    return {name: value for name, value in values.items() if not np.isnan(value)}


def mean_known(values: np.ndarray) -> float:
    """The mean of what is not NaN; NaN where there is nothing."""
    known = values[~np.isnan(values)]
    return float(known.mean()) if len(known) else float("nan")


def _ratio(part: np.ndarray, whole: np.ndarray) -> np.ndarray:
    return np.asarray(np.divide(part, whole, out=np.full(len(part), np.nan), where=np.asarray(whole) > 0))
