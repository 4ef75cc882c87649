"""Average precision of each class over a split, and how many boxes there are, with their means."""

from __future__ import annotations

import numpy as np

from dlstudio.graph.columns import ColumnSpec
from dlstudio.inspection.inspector import InspectionContext
from dlstudio.inspection.inspectors.boxes import found_and_true
from dlstudio.inspection.results import Table
from dlstudio.tasks.average_precision import average_precision
from dlstudio.tasks.box_matching import matched
from dlstudio.tasks.detection import SHOWN
from dlstudio.tasks.task import Task

NAME = "box-classes"
TITLE = "Precision per class"
RANK = 3


def fits(task: Task, column: ColumnSpec) -> bool:
    """Boxes."""
    return column.kind == "boxes" and task.name == "detection"


def inspect(context: InspectionContext) -> Table:
    """One row a class, then the means; a share that divides by nothing is None."""
    names = context.target.column.classes
    pairs = found_and_true(context.predicted)
    precise = average_precision([truth for truth, _ in pairs], [found for _, found in pairs], len(names))
    true, shown, hits = (np.zeros(len(names), np.int64) for _ in range(3))
    for truth, found in pairs:
        kept = found[found[:, 5] >= SHOWN]
        each = matched(truth, kept, 0.5)
        true += np.bincount(truth[:, 0].astype(np.int64), minlength=len(names))
        shown += np.bincount(kept[:, 0].astype(np.int64), minlength=len(names))
        hits += np.bincount(kept[each.truth_of >= 0, 0].astype(np.int64), minlength=len(names))
    rows: list[list[object]] = [
        [
            name,
            int(true[index]),
            int(shown[index]),
            _known(precise.over_all[index]),
            _known(precise.at_50[index]),
            _divided(hits[index], shown[index]),
            _divided(hits[index], true[index]),
        ]
        for index, name in enumerate(names)
    ]
    means = (_known(precise.map_50_95), _known(precise.map_50))
    total = (_divided(hits.sum(), shown.sum()), _divided(hits.sum(), true.sum()))
    rows.append(["all", int(true.sum()), int(shown.sum()), *means, *total])
    return Table(
        TITLE,
        [
            ("class", "text"),
            ("boxes", "count"),
            ("predicted", "count"),
            ("AP 50:95", "share"),
            ("AP 50", "share"),
            ("precision", "share"),
            ("recall", "share"),
        ],
        rows,
    )


def _known(value: float) -> float | None:
    return None if np.isnan(value) else float(value)


def _divided(some: int, of: int) -> float | None:
    return float(some) / float(of) if of else None
