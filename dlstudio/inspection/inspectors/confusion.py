"""The confusion matrix: how often each class was taken for each. A cell's samples are asked of the gallery."""

from __future__ import annotations

import numpy as np

from dlstudio.graph.columns import ColumnSpec
from dlstudio.inspection.inspector import InspectionContext
from dlstudio.inspection.results import Heatmap
from dlstudio.tasks.task import Task

NAME = "confusion"
TITLE = "Confusion matrix"
RANK = 2


def fits(task: Task, column: ColumnSpec) -> bool:
    """Classes."""
    return column.kind == "category" and task.name == "classification"


def inspect(context: InspectionContext) -> Heatmap:
    """Counts over the split; rows are the truth."""
    predicted = context.predicted
    classes = context.target.column.classes
    return Heatmap(
        TITLE, "truth", "prediction", classes, classes, counts(predicted.truth, predicted.labels, len(classes))
    )


def counts(truth: np.ndarray, labels: np.ndarray | None, classes: int) -> list[list[int]]:
    """``counts[truth][prediction]``."""
    given = np.zeros(0, np.int64) if labels is None else labels.astype(np.int64)
    places = truth.astype(np.int64) * classes + given
    return [[int(n) for n in row] for row in np.bincount(places, minlength=classes**2).reshape(classes, classes)]
