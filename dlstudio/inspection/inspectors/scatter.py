"""Predicted against true numbers, or what is left over (prediction minus truth), in the units of the data.

Options: ``residuals`` (draw prediction - truth over truth), ``value`` (which number of a vector, from 0).
"""

from __future__ import annotations

import numpy as np

from dlstudio.graph.columns import ColumnSpec
from dlstudio.inspection.inspector import InspectionContext
from dlstudio.inspection.results import Scatter
from dlstudio.tasks.task import Task

NAME = "scatter"
TITLE = "Truth and prediction"
RANK = 4


def fits(task: Task, column: ColumnSpec) -> bool:
    """Numbers."""
    return column.kind == "number" and task.name == "regression"


def inspect(context: InspectionContext) -> Scatter:
    """One point a sample."""
    predicted = context.predicted
    samples = len(predicted)
    truth, given = predicted.truth.reshape(samples, -1), predicted.outputs.reshape(samples, -1)
    index = min(max(int(context.options.get("value") or 0), 0), truth.shape[1] - 1 if samples else 0)
    x, y = truth[:, index].astype(np.float32), given[:, index].astype(np.float32)
    name = context.target.column.name
    rows = predicted.rows.astype(np.int64)
    if context.options.get("residuals"):
        return Scatter("Residuals", f"{name}, truth", f"{name}, prediction - truth", x, y - x, rows, level=True)
    return Scatter(TITLE, f"{name}, truth", f"{name}, prediction", x, y, rows, diagonal=True)
