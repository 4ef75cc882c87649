"""Precision, recall (sensitivity), F1 and specificity of each class against all others, and their means."""

from __future__ import annotations

import numpy as np

from dlstudio.graph.columns import ColumnSpec
from dlstudio.inspection.inspector import InspectionContext
from dlstudio.inspection.inspectors.confusion import counts
from dlstudio.inspection.results import Table
from dlstudio.tasks.task import Task

NAME = "classes"
TITLE = "Metrics per class"
RANK = 3


def fits(task: Task, column: ColumnSpec) -> bool:
    """Classes."""
    return column.kind == "category" and task.name == "classification"


def inspect(context: InspectionContext) -> Table:
    """One row a class, then the mean over classes; a share that divides by nothing is None."""
    predicted = context.predicted
    names = context.target.column.classes
    matrix = np.asarray(counts(predicted.truth, predicted.labels, len(names)), np.float64).reshape(
        len(names), len(names)
    )
    hits, truths, guesses = np.diag(matrix), matrix.sum(1), matrix.sum(0)
    rows: list[list[object]] = []
    for index, name in enumerate(names):
        precision = _share(hits[index], guesses[index])
        recall = _share(hits[index], truths[index])
        f1 = _share(2 * hits[index], truths[index] + guesses[index])
        others = float(matrix.sum() - truths[index])
        specificity = _share(others - float(guesses[index] - hits[index]), others)
        rows.append([name, int(truths[index]), int(guesses[index]), precision, recall, f1, specificity])
    means = [_mean([row[place] for row in rows]) for place in (3, 4, 5, 6)]
    rows.append(["mean", int(truths.sum()), int(guesses.sum()), *means])
    return Table(
        TITLE,
        [
            ("class", "text"),
            ("samples", "count"),
            ("predicted", "count"),
            ("precision", "share"),
            ("recall", "share"),
            ("F1", "share"),
            ("specificity", "share"),
        ],
        rows,
    )


def _share(part: float, whole: float) -> float | None:
    return float(part / whole) if whole else None


def _mean(values: list[object]) -> float | None:
    known = [value for value in values if isinstance(value, float)]
    return sum(known) / len(known) if known else None
