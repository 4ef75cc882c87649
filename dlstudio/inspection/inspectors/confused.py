"""The pairs of classes that are confused most; a pair's samples are asked of the gallery."""

from __future__ import annotations

import numpy as np

from dlstudio.graph.columns import ColumnSpec
from dlstudio.inspection.inspector import InspectionContext
from dlstudio.inspection.inspectors.confusion import counts
from dlstudio.inspection.results import Table
from dlstudio.tasks.task import Task

NAME = "confused"
TITLE = "Most confused pairs"
RANK = 2
MOST = 200


def fits(task: Task, column: ColumnSpec) -> bool:
    """Classes."""
    return column.kind == "category" and task.name == "classification"


def inspect(context: InspectionContext) -> Table:
    """One row for every truth and wrong prediction that occurs: how often, and as a share of the samples of that truth.

    The most frequent first; of equal ones that with the larger share.
    """
    predicted = context.predicted
    names = context.target.column.classes
    matrix = np.asarray(counts(predicted.truth, predicted.labels, len(names))).reshape(len(names), len(names))
    totals = matrix.sum(axis=1)
    pairs = [(int(t), int(p)) for t, p in np.argwhere(matrix > 0) if t != p]
    pairs.sort(key=lambda pair: (-matrix[pair], -matrix[pair] / totals[pair[0]], pair))
    rows = [[names[t], names[p], int(matrix[t, p]), float(matrix[t, p] / totals[t])] for t, p in pairs[:MOST]]
    return Table(
        TITLE,
        [("truth", "text"), ("taken for", "text"), ("samples", "count"), ("of this truth", "share")],
        rows,
    )
