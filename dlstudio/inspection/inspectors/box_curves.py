"""Precision and recall of boxes over the confidence, of one class or of all.

Options: ``class`` (all where it is empty), ``overlap`` (least intersection over union of a hit, 0.5).
"""

from __future__ import annotations

import math

import numpy as np

from dlstudio.graph.columns import ColumnSpec
from dlstudio.inspection.box_results import BoxCurves
from dlstudio.inspection.failures import InspectionError
from dlstudio.inspection.inspector import InspectionContext
from dlstudio.inspection.inspectors.boxes import found_and_true, share_option
from dlstudio.tasks.box_curves import box_curves
from dlstudio.tasks.task import Task

NAME = "box-curves"
TITLE = "Precision and recall"
RANK = 2


def fits(task: Task, column: ColumnSpec) -> bool:
    """Boxes."""
    return column.kind == "boxes" and task.name == "detection"


def inspect(context: InspectionContext) -> BoxCurves:
    """The curve that is asked for, and the average precision of each class at that overlap.

    Raises:
        InspectionError: An option that is unknown.
    """
    classes = list(context.target.column.classes)
    wanted = str(context.options.get("class") or "")
    if wanted and wanted not in classes:
        raise InspectionError(f"There is no class '{wanted}' in '{context.target.column.name}'.")
    overlap = share_option(context, "overlap", 0.5)
    curves = box_curves(found_and_true(context.predicted), len(classes), overlap)
    curve = curves[classes.index(wanted)] if wanted else curves[-1]
    averages = [each.average_precision for each in curves[:-1]]
    known = [each for each in averages if not math.isnan(each)]
    return BoxCurves(
        TITLE,
        wanted,
        classes,
        [None if math.isnan(each) else each for each in averages],
        float(np.mean(known)) if known else None,
        overlap,
        curve.boxes,
        curve.scores,
        curve.hits,
        curve.interpolated,
    )
