"""How what the network gives back or makes grew while it trained: a few samples of the validation split, by epoch."""

from __future__ import annotations

import numpy as np

from dlstudio.graph.columns import RESTORED, ColumnSpec
from dlstudio.inspection.failures import InspectionError
from dlstudio.inspection.inspector import InspectionContext
from dlstudio.inspection.restored_results import Grown
from dlstudio.inspection.showing import for_people
from dlstudio.tasks.informed import Makes
from dlstudio.tasks.reconstruction import NAME as TASK_NAME
from dlstudio.tasks.task import Task
from dlstudio.training.growth import read_growth

NAME = "growth"
TITLE = "Growth while training"
RANK = 4


def fits(task: Task, column: ColumnSpec) -> bool:
    """Images and series that are given back or made."""
    return (task.name == TASK_NAME or isinstance(task, Makes)) and column.kind in RESTORED


def inspect(context: InspectionContext) -> Grown:
    """What was kept; the split does not matter.

    Raises:
        InspectionError: Nothing was kept, or the data has fewer rows now.
    """
    model, column = context.model, context.target.column
    found = read_growth(model.run.path)
    if found is None or found["outputs"].shape[2:] != column.shape:
        raise InspectionError("This run kept nothing of its epochs. Train again to see how its samples grow.")
    rows, outputs = np.asarray(found["rows"], np.int64), np.asarray(found["outputs"], np.float32)
    if len(rows) and not 0 <= rows.min() <= rows.max() < model.data.table.rows:
        raise InspectionError("The data has changed since this run was trained: the samples it kept are gone.")
    read = np.asarray(model.data.encode(column.name, rows), np.float32)
    made = isinstance(context.target.task, Makes)
    errors = ((outputs - read) ** 2).reshape(*outputs.shape[:2], -1).mean(axis=-1)
    return Grown(
        TITLE,
        column.kind,
        np.asarray(found["epochs"], np.int32),
        rows,
        np.stack([for_people(model, column.name, each) for each in read]),
        np.stack([np.stack([for_people(model, column.name, each) for each in epoch]) for epoch in outputs]),
        np.asarray(errors, np.float32),
        made,
    )
