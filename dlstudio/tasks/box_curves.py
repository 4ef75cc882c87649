"""Precision and recall of found boxes as the confidence falls, and the average precision under that curve."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from dlstudio.tasks.box_matching import matched

LEVELS = np.linspace(0.0, 1.0, 101)
"""Levels of recall over which COCO averages."""


@dataclass(frozen=True)
class BoxCurve:
    """What is found of one class, or of all, best first.

    Attributes:
        scores: Falling, float64 (found,).
        hits: Whether each is a hit, bool (found,).
        boxes: How many true ones there are.
    """

    scores: np.ndarray
    hits: np.ndarray
    boxes: int

    @property
    def precision(self) -> np.ndarray:
        """Share of hits among all from the best to each one, float64 (found,)."""
        return np.cumsum(self.hits) / np.arange(1, len(self.hits) + 1)

    @property
    def recall(self) -> np.ndarray:
        """Share of the true boxes that are hit by then, float64 (found,)."""
        return np.cumsum(self.hits) / max(self.boxes, 1)

    @property
    def interpolated(self) -> np.ndarray:
        """At each level of recall the best precision at that recall or beyond; 0 where none gets there, (101,)."""
        best = np.maximum.accumulate(self.precision[::-1])[::-1]
        place = np.searchsorted(self.recall, LEVELS, side="left")
        return np.append(best, 0.0)[np.minimum(place, len(best))]

    @property
    def average_precision(self) -> float:
        """The mean of the interpolated precision, as COCO measures it at one overlap; NaN without a true box."""
        return float(self.interpolated.mean()) if self.boxes else float("nan")


def box_curves(pairs: Sequence[tuple[np.ndarray, np.ndarray]], classes: int, overlap: float) -> list[BoxCurve]:
    """The curve of each class, and as the last one that of all boxes together.

    Args:
        pairs: For each image the true boxes (n, 5) and the found ones (m, 6); see :mod:`dlstudio.tasks.box_matching`.
        classes: How many classes there are.
        overlap: Least intersection over union of a hit.
    """
    found = [np.zeros((0, 6)), *(each for _, each in pairs)]
    hit = [np.zeros(0, bool), *(matched(truth, each, overlap).truth_of >= 0 for truth, each in pairs)]
    given, hits = np.concatenate(found), np.concatenate(hit)
    labels = np.concatenate([np.zeros(0), *(truth[:, 0] for truth, _ in pairs)])
    order = np.argsort(-given[:, 5], kind="stable")
    given, hits = given[order], hits[order]
    curves = []
    for index in range(classes):
        kept = given[:, 0] == index
        curves.append(BoxCurve(given[kept, 5], hits[kept], int((labels == index).sum())))
    return [*curves, BoxCurve(given[:, 5], hits, len(labels))]
