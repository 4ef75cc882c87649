"""Which classes are taken for which, and what follows from it for each class."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from dlstudio.tasks.task import Array


@dataclass(frozen=True)
class ClassScore:
    """How well one class is told from the others.

    Attributes:
        label: The class.
        precision: Of the samples predicted as this class, the share that is it; 0 where none was predicted.
        recall: Of the samples of this class, the share that was found; 0 where there is none.
        f1: The harmonic mean of both.
        support: How many samples there are of it.
    """

    label: str
    precision: float
    recall: float
    f1: float
    support: int

    def as_json(self) -> dict[str, Any]:
        return asdict(self)


def confusion_counts(truth: Array, predicted: Array, classes: int) -> npt.NDArray[np.int64]:
    """(classes, classes): how often the class of the row was predicted as the class of the column."""
    truth, predicted = np.asarray(truth, np.int64).reshape(-1), np.asarray(predicted, np.int64).reshape(-1)
    known = (truth >= 0) & (predicted >= 0)
    return np.bincount(truth[known] * classes + predicted[known], minlength=classes * classes).reshape(classes, classes)


def class_scores(counts: npt.NDArray[np.int64], classes: Sequence[str]) -> list[ClassScore]:
    """Precision, recall and F1 of each class, in the order of the classes."""
    hits = np.diag(counts).astype(np.float64)
    predicted, support = counts.sum(axis=0), counts.sum(axis=1)
    precision, recall = hits / np.maximum(predicted, 1), hits / np.maximum(support, 1)
    f1 = 2 * hits / np.maximum(predicted + support, 1)
    return [
        ClassScore(label, float(precision[i]), float(recall[i]), float(f1[i]), int(support[i]))
        for i, label in enumerate(classes)
    ]
