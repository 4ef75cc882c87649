"""What a network that knows the answer would give for boxes, for the tests of detection."""

from __future__ import annotations

import numpy as np

from dlstudio.graph.columns import ColumnSpec
from dlstudio.tasks.box_grids import places


def answers(truth: np.ndarray, target: ColumnSpec, sure: float = 50.0) -> np.ndarray:
    """(samples, places, classes + 4): each box of (samples, boxes, 5) at the nearest free place of the finest grid."""
    where = places(target.size, target.strides)
    classes = len(target.classes)
    found = np.zeros((len(truth), len(where), classes + 4))
    found[..., :classes] = -sure
    finest = np.flatnonzero(where[:, 2] == target.strides[0])
    for row, boxes in enumerate(truth):
        free = list(finest)
        for label, *edges in boxes[boxes[:, 0] >= 0]:
            low, high = np.array(edges[:2]), np.array(edges[2:])
            centre = (low + high) / 2
            place = min(free, key=lambda each: float(np.abs(where[each, :2] - centre).sum()))
            free.remove(place)
            step = where[place, 2]
            found[row, place, int(label)] = sure
            found[row, place, classes:] = [*(centre - where[place, :2]) / step, *np.log((high - low) / step)]
    return found
