"""A clip frame by frame, and what each frame does for the prediction, by occlusion: the output with it minus that
without it.

A frame is covered by the mean of all frames of its clip, so that the scene stays and what happens at that moment goes;
see :mod:`dlstudio.inspection.occlusion`.

Options: ``row`` (of the data; the first of the split where none is given), ``class`` (the weights are about it; the
predicted one where none is named).
"""

from __future__ import annotations

import numpy as np

from dlstudio.data.table import Files
from dlstudio.graph.columns import ColumnSpec
from dlstudio.inspection.clip_result import Clip
from dlstudio.inspection.inspector import InspectionContext
from dlstudio.inspection.occlusion import EXPLAINED, asked_row, outputs_of, truth_of, weights_of
from dlstudio.tasks.task import Task

NAME = "frames"
TITLE = "Frames"
RANK = 1.5
READS = ("video",)
_ALL_AT_ONCE = 32_000_000  # values of the forms of a clip that are looked at together


def fits(task: Task, column: ColumnSpec) -> bool:
    """Classes and numbers."""
    return (task.name, column.kind) in EXPLAINED


def inspect(context: InspectionContext) -> Clip:
    """One clip.

    Raises:
        InspectionError: The split has no samples, or there is no such row or class.
    """
    model, target = context.model, context.target
    column = next(name for name in model.inputs.values() if model.specs[name].kind == "video")
    row = asked_row(context)
    outputs = _outputs(context, column, np.asarray(model.data.encode(column, np.array([row])))[0], row)
    weights, about = weights_of(context, outputs)
    source = model.data.table.columns[column]
    return Clip(
        TITLE,
        row,
        str(source.shown(row)) if isinstance(source, Files) else "",
        np.ascontiguousarray(model.data.raw(column, row)),
        np.ascontiguousarray(weights, np.float32),
        about,
        target.task.predictions(outputs[:1], target.column, target.probabilities)[0],
        truth_of(context, row),
        target.column.kind == "category",
    )


def covered(clip: np.ndarray) -> np.ndarray:
    """A clip (frames, height, width, channels) and its forms in which one frame after the other is covered."""
    forms = np.repeat(clip[None], len(clip) + 1, axis=0)
    forms[np.arange(1, len(clip) + 1), np.arange(len(clip))] = clip.mean(axis=0)
    return forms


def _outputs(context: InspectionContext, column: str, clip: np.ndarray, row: int) -> np.ndarray:
    """Of the clip and of its covered forms, (frames + 1, units); some at a time where they are large."""
    if clip.size * (len(clip) + 1) <= _ALL_AT_ONCE:
        return outputs_of(context, column, covered(clip), row)
    given = [outputs_of(context, column, clip[None], row)]
    mean = clip.mean(axis=0)
    for place in range(len(clip)):
        form = clip.copy()
        form[place] = mean
        given.append(outputs_of(context, column, form[None], row))
    return np.concatenate(given)
