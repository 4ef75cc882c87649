"""ROC and precision-recall curves of a class against all others, with every threshold. Option: ``class``."""

from __future__ import annotations

from typing import Any

import numpy as np

from dlstudio.graph.columns import ColumnSpec
from dlstudio.inspection.class_results import ThresholdCurves
from dlstudio.inspection.failures import InspectionError
from dlstudio.inspection.inspector import InspectionContext
from dlstudio.tasks.task import Task

NAME = "thresholds"
TITLE = "ROC and precision-recall"
RANK = 5


def fits(task: Task, column: ColumnSpec) -> bool:
    """Classes, at least two."""
    return column.kind == "category" and task.name == "classification" and len(column.classes) > 1


def inspect(context: InspectionContext) -> ThresholdCurves:
    """The curves of the class asked for; of two classes the second, of more the first, where none is.

    Raises:
        InspectionError: There is no such class.
    """
    classes = list(context.target.column.classes)
    name = context.options.get("class") or (classes[1] if len(classes) == 2 else classes[0])
    if name not in classes:
        raise InspectionError(f"There is no class '{name}' in '{context.target.column.name}'.")
    predicted = context.predicted
    place = classes.index(name)
    scores = np.zeros(0) if predicted.scores is None else np.asarray(predicted.scores, np.float64)[:, place]
    return curves(TITLE, name, classes, scores, np.asarray(predicted.truth) == place)


def curves(title: str, name: str, classes: Any, scores: np.ndarray, positive: np.ndarray) -> ThresholdCurves:
    """The curves of scores: equal scores are one step, as scikit-learn's ``roc_curve`` counts them.

    Args:
        title, name, classes: What the result says of itself.
        scores: Probability of the class, (samples,).
        positive: Whether a sample is of the class, bool (samples,).
    """
    order = np.argsort(-scores, kind="stable")
    falling, right = scores[order], positive[order].astype(np.int64)
    last = np.flatnonzero(np.diff(falling, append=-np.inf)) if len(falling) else np.zeros(0, np.int64)
    hits = np.concatenate([[0], np.cumsum(right)[last]]).astype(np.int64)
    alarms = np.concatenate([[0], np.cumsum(1 - right)[last]]).astype(np.int64)
    thresholds = np.concatenate([[np.inf], falling[last]])
    positives, negatives = int(hits[-1]), int(alarms[-1])
    auc = average = None
    if positives and negatives:
        auc = float(np.trapezoid(hits / positives, alarms / negatives))
    if positives:
        precision = hits[1:] / (hits[1:] + alarms[1:])
        average = float((precision * np.diff(hits / positives)).sum())
    return ThresholdCurves(title, name, tuple(classes), positives, negatives, thresholds, hits, alarms, auc, average)
