"""How boxes overlap, which of several on one object stays, and which found boxes are hits. NumPy only.

Boxes are (n, 4): left, top, right, bottom.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np


def overlaps(some: np.ndarray, others: np.ndarray) -> np.ndarray:
    """Intersection over union of each pair, float64 (some, others); 0 where a box has no area."""
    a, b = np.asarray(some, np.float64).reshape(-1, 1, 4), np.asarray(others, np.float64).reshape(1, -1, 4)
    sides = np.maximum(np.minimum(a[..., 2:], b[..., 2:]) - np.maximum(a[..., :2], b[..., :2]), 0.0)
    both = sides[..., 0] * sides[..., 1]
    areas = [np.prod(np.maximum(each[..., 2:] - each[..., :2], 0.0), axis=-1) for each in (a, b)]
    return np.asarray(both / np.maximum(areas[0] + areas[1] - both, 1e-12))


def suppressed(boxes: np.ndarray, scores: np.ndarray, classes: np.ndarray, limit: float, most: int) -> np.ndarray:
    """Non-maximum suppression: which boxes stay, best first, int64 (kept,).

    Of boxes of one class that overlap by more than ``limit``, only the one with the highest score stays.
    """
    order = np.argsort(-scores, kind="stable")
    kept: list[int] = []
    while len(order) and len(kept) < most:
        best, order = int(order[0]), order[1:]
        kept.append(best)
        rival = (classes[order] == classes[best]) & (overlaps(boxes[best], boxes[order])[0] > limit)
        order = order[~rival]
    return np.array(kept, np.int64)


@dataclass(frozen=True)
class Matches:
    """Which found boxes are hits.

    Attributes:
        truth_of: For each found box the place of the true box that it hits, or -1: a false alarm; int64 (found,).
        found_of: For each true box the place of the found one that hits it, or -1: a miss; int64 (true,).
        overlap: Of each found box with the one it hits, else with the nearest of its class; float64 (found,).
    """

    truth_of: np.ndarray
    found_of: np.ndarray
    overlap: np.ndarray

    @property
    def hits(self) -> int:
        return int((self.truth_of >= 0).sum())

    @property
    def misses(self) -> int:
        return int((self.found_of < 0).sum())

    @property
    def false_alarms(self) -> int:
        return int((self.truth_of < 0).sum())


def matched(truth: np.ndarray, found: np.ndarray, threshold: float) -> Matches:
    """Gives each found box, best first, the true box of its class that it overlaps most, if no other has it yet.

    Args:
        truth: (true, 5): class, left, top, right, bottom.
        found: (found, 6): class, the same edges, score; in any order.
        threshold: Least intersection over union of a hit.
    """
    truth, found = np.asarray(truth, np.float64).reshape(-1, 5), np.asarray(found, np.float64).reshape(-1, 6)
    table = overlaps(found[:, 1:5], truth[:, 1:5])
    table = np.where(found[:, :1] == truth[np.newaxis, :, 0], table, 0.0)
    truth_of, found_of = np.full(len(found), -1, np.int64), np.full(len(truth), -1, np.int64)
    nearest = table.max(axis=1, initial=0.0)
    for place in np.argsort(-found[:, 5], kind="stable").tolist():
        free = np.where(found_of < 0, table[place], 0.0)
        best = int(free.argmax()) if len(free) else -1
        if best >= 0 and free[best] >= threshold:
            truth_of[place], found_of[best], nearest[place] = best, place, free[best]
    return Matches(truth_of, found_of, nearest)
