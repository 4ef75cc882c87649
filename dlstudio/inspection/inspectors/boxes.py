"""Images with true and found boxes: worst first or in their order, filtered by class, page by page.

Options: ``confidence`` (score from which on a box counts, 0.5), ``overlap`` (least intersection over union of a hit,
0.5), ``sort`` (``wrong``, ``right``, ``misses``, ``false_alarms``, ``row``), ``class`` (only its boxes, and images that
have one), ``offset``, ``limit``.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from dlstudio.graph.columns import ColumnSpec
from dlstudio.inspection.box_results import BoxPage, BoxSample
from dlstudio.inspection.failures import InspectionError
from dlstudio.inspection.inspector import InspectionContext
from dlstudio.inspection.samples import shown_column, shown_sample
from dlstudio.inspection.trained import Predicted
from dlstudio.tasks.box_matching import matched
from dlstudio.tasks.detection import SHOWN
from dlstudio.tasks.task import Task

NAME = "boxes"
TITLE = "Boxes"
RANK = 1
LIMIT = 60
MOST = 200
LEAST = 0.05
"""Boxes of a lower score are not sent: there would be a hundred in every image."""

SORTS = ("wrong", "right", "misses", "false_alarms", "row")


def fits(task: Task, column: ColumnSpec) -> bool:
    """Boxes."""
    return column.kind == "boxes" and task.name == "detection"


def inspect(context: InspectionContext) -> BoxPage:
    """One page of the split.

    Raises:
        InspectionError: An option that is unknown.
    """
    predicted = context.predicted
    confidence, overlap = share_option(context, "confidence", SHOWN), share_option(context, "overlap", 0.5)
    pairs = found_and_true(predicted)
    pairs = _of_class(context, pairs)
    kept = np.array(
        [
            place
            for place, (truth, found) in enumerate(pairs)
            if not _wanted(context) or len(truth) or (found[:, 5] >= confidence).any()
        ],
        np.int64,
    )
    counts = np.zeros((len(pairs), 3), np.int64)
    for place in kept.tolist():
        truth, found = pairs[place]
        each = matched(truth, found[found[:, 5] >= confidence], overlap)
        counts[place] = each.hits, each.misses, each.false_alarms
    places = _ordered(predicted, counts, kept, str(context.options.get("sort") or SORTS[0]))
    offset = max(int(context.options.get("offset") or 0), 0)
    limit = min(max(int(context.options.get("limit") or LIMIT), 1), MOST)
    column = shown_column(context.model)
    samples = []
    for place in places[offset : offset + limit].tolist():
        row = int(predicted.rows[place])
        _, picture, _ = shown_sample(context.model, column, row)
        if picture is None or picture.ndim != 3:
            picture = np.zeros((*context.target.column.size, 1), np.uint8)
        truth, found = pairs[place]
        name = context.model.data.table.place(row)
        hits, misses, alarms = (int(each) for each in counts[place])
        samples.append(
            BoxSample(
                row, place, name, picture, truth.astype(np.float32), found.astype(np.float32), hits, misses, alarms
            )
        )
    hits, misses, alarms = (int(each) for each in counts.sum(axis=0))
    classes = context.target.column.classes
    return BoxPage(
        TITLE, samples, len(places), offset, len(predicted), classes, confidence, overlap, (hits, misses, alarms)
    )


def found_and_true(predicted: Predicted) -> list[tuple[np.ndarray, np.ndarray]]:
    """For each sample the true boxes (n, 5) and those found (m, 6) with a score of 0.05 at the least."""
    target = predicted.target
    reduced: Any = target.task
    kept = reduced.reduced(predicted.truth, predicted.outputs, target.column, target.probabilities)
    return [
        (truth[truth[:, 0] >= 0], found[(found[:, 0] >= 0) & (found[:, 5] >= LEAST)])
        for truth, found in zip(predicted.truth, kept, strict=True)
    ]


def _wanted(context: InspectionContext) -> str:
    return str(context.options.get("class") or "")


def _of_class(
    context: InspectionContext, pairs: list[tuple[np.ndarray, np.ndarray]]
) -> list[tuple[np.ndarray, np.ndarray]]:
    wanted, classes = _wanted(context), list(context.target.column.classes)
    if not wanted:
        return pairs
    if wanted not in classes:
        raise InspectionError(f"There is no class '{wanted}' in '{context.target.column.name}'.")
    index = classes.index(wanted)
    return [(truth[truth[:, 0] == index], found[found[:, 0] == index]) for truth, found in pairs]


def _ordered(predicted: Predicted, counts: np.ndarray, places: np.ndarray, sort: str) -> np.ndarray:
    """By the share of what is wrong, and of equal ones by how much is."""
    if sort not in SORTS:
        raise InspectionError(f"Boxes can be sorted by {', '.join(SORTS)}, not by '{sort}'.")
    hits, misses, alarms = counts[places].T
    wrong = misses + alarms
    share = wrong / np.maximum(2 * hits + wrong, 1)
    keys = {
        "wrong": (-wrong, -share),
        "right": (-hits, share),
        "misses": (-alarms, -misses),
        "false_alarms": (-misses, -alarms),
        "row": (predicted.rows[places],),
    }
    return places[np.lexsort(keys[sort])]


def share_option(context: InspectionContext, name: str, usual: float) -> float:
    """An option that is a share.

    Raises:
        InspectionError: It is none.
    """
    value = context.options.get(name)
    value = usual if value is None else value
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= 1:
        raise InspectionError(f"The {name} is {value!r}; it has to be a number from 0 to 1.")
    return float(value)
