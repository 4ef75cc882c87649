"""Dice, IoU, sensitivity and specificity of each class over the pixels of a split, and their means."""

from __future__ import annotations

import numpy as np

from dlstudio.graph.columns import ColumnSpec
from dlstudio.inspection.inspector import InspectionContext
from dlstudio.inspection.results import Table
from dlstudio.tasks.overlap import mean_known, overlap, summed_counts
from dlstudio.tasks.task import Task

NAME = "mask-classes"
TITLE = "Overlap per class"
RANK = 3


def fits(task: Task, column: ColumnSpec) -> bool:
    """Masks."""
    return column.kind == "mask" and task.name == "segmentation"


def inspect(context: InspectionContext) -> Table:
    """One row a class, then the means; a share that divides by nothing is None."""
    predicted = context.predicted
    names = context.target.column.classes
    pairs = ((truth, output.argmax(-1)) for truth, output in zip(predicted.truth, predicted.outputs, strict=True))
    counts = summed_counts(pairs, len(names))
    found = overlap(counts)
    measures = (found.dice, found.iou, found.sensitivity, found.specificity)
    rows: list[list[object]] = [
        [
            name,
            int(counts[index].sum()),
            int(counts[:, index].sum()),
            *(_known(float(measure[index])) for measure in measures),
        ]
        for index, name in enumerate(names)
    ]
    rows.append(["mean", int(counts.sum()), int(counts.sum()), *(_known(mean_known(each)) for each in measures)])
    return Table(
        TITLE,
        [
            ("class", "text"),
            ("pixels", "count"),
            ("predicted", "count"),
            ("Dice", "share"),
            ("IoU", "share"),
            ("sensitivity", "share"),
            ("specificity", "share"),
        ],
        rows,
    )


def _known(value: float) -> float | None:
    return None if np.isnan(value) else value
