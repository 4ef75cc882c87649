"""How large the reconstruction errors are, of normal samples and of anomalies, and how well they tell them apart."""

from __future__ import annotations

import numpy as np

from dlstudio.graph.columns import RESTORED, ColumnSpec
from dlstudio.inspection.anomalies import anomalous, normal_choice, separation, threshold_of
from dlstudio.inspection.inspector import InspectionContext
from dlstudio.inspection.restored_results import ErrorScores
from dlstudio.tasks.reconstruction import NAME as TASK_NAME
from dlstudio.tasks.task import Task

NAME = "errors"
TITLE = "Errors and anomalies"
RANK = 2


def fits(task: Task, column: ColumnSpec) -> bool:
    """Images and series that are given back."""
    return task.name == TASK_NAME and column.kind in RESTORED


def inspect(context: InspectionContext) -> ErrorScores:
    """The scores of the split, and the threshold of the validation part."""
    predicted, model = context.predicted, context.model
    strange = anomalous(model, predicted.rows)
    reference = model.predict_rows("validation", context.target).losses
    normal = normal_choice(model)
    return ErrorScores(
        TITLE,
        np.asarray(predicted.losses, np.float32),
        predicted.rows.astype(np.int64),
        np.full(len(predicted), -1, np.int8) if strange is None else strange.astype(np.int8),
        threshold_of(reference),
        separation(strange, predicted.losses),
        f"{normal.column}: {', '.join(normal.classes)}" if normal else "",
    )
