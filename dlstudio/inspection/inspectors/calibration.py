"""The reliability diagram: is the network right as often as it is sure?"""

from __future__ import annotations

import math

import numpy as np

from dlstudio.graph.columns import ColumnSpec
from dlstudio.inspection.class_results import Calibration
from dlstudio.inspection.inspector import InspectionContext
from dlstudio.tasks.calibration import reliability
from dlstudio.tasks.task import Task

NAME = "calibration"
TITLE = "Calibration"
RANK = 6


def fits(task: Task, column: ColumnSpec) -> bool:
    """Classes."""
    return column.kind == "category" and task.name == "classification"


def inspect(context: InspectionContext) -> Calibration:
    """Ten bins over the confidence of the predicted class."""
    predicted = context.predicted
    confidence = np.zeros(0) if predicted.confidence is None else np.asarray(predicted.confidence, np.float64)
    right = np.zeros(0, bool) if predicted.labels is None else np.asarray(predicted.labels == predicted.truth)
    found = reliability(confidence, right)
    return Calibration(
        TITLE,
        found.error,
        float(right.mean()) if len(right) else 0.0,
        float(confidence.mean()) if len(confidence) else 0.0,
        [int(count) for count in found.counts],
        [_known(value) for value in found.confidence.tolist()],
        [_known(value) for value in found.accuracy.tolist()],
    )


def _known(value: float) -> float | None:
    return None if math.isnan(value) else value
