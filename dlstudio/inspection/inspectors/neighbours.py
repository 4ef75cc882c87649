"""The samples of a split that lie nearest to one of them. Options: ``place`` (0 by default), ``limit``."""

from __future__ import annotations

import numpy as np

from dlstudio.graph.columns import ColumnSpec
from dlstudio.inspection.failures import InspectionError
from dlstudio.inspection.inspector import InspectionContext
from dlstudio.inspection.pair_results import Neighbours, Shown
from dlstudio.inspection.samples import shown_column, shown_sample
from dlstudio.tasks.informed import embeds
from dlstudio.tasks.pair_scores import nearest_others, unit_vectors
from dlstudio.tasks.task import Task

NAME = "neighbours"
TITLE = "Nearest samples"
RANK = 1
LIMIT = 12
MOST = 60


def fits(task: Task, column: ColumnSpec) -> bool:  # noqa: ARG001 - asked of every inspector
    """Embeddings."""
    return embeds(task)


def inspect(context: InspectionContext) -> Neighbours:
    """The nearest others of the split.

    Raises:
        InspectionError: There is no such sample, or none beside it.
    """
    predicted = context.predicted
    place = int(context.options.get("place") or 0)
    limit = min(max(int(context.options.get("limit") or LIMIT), 1), MOST)
    if len(predicted) < 2:
        raise InspectionError(f"The {context.split} split has fewer than two samples, so there is nothing to compare.")
    if not 0 <= place < len(predicted):
        raise InspectionError(f"There is no sample {place}; the {context.split} split has {len(predicted)}.")
    units = unit_vectors(embeddings(context))
    distances = 1.0 - np.clip(units @ units[place], -1.0, 1.0)
    distances[place] = np.inf
    order = np.argsort(distances, kind="stable")[: min(limit, len(predicted) - 1)]
    same, other = nearest_others(units, predicted.truth)
    wrong = np.flatnonzero(np.isfinite(same) & (other >= same))
    column = shown_column(context.model)
    return Neighbours(
        TITLE,
        context.model.specs[column].kind,
        shown(context, place),
        [shown(context, int(each)) for each in order],
        distances[order].tolist(),
        wrong.tolist(),
        len(predicted),
    )


def embeddings(context: InspectionContext) -> np.ndarray:
    """What is compared, of each sample of the split, (samples, values)."""
    task = context.target.task
    return np.asarray(task.scores(context.predicted.outputs, context.target.column, context.target.probabilities))


def shown(context: InspectionContext, place: int) -> Shown:
    """A sample of the split as a person sees it."""
    predicted = context.predicted
    row = int(predicted.rows[place])
    text, array, _ = shown_sample(context.model, shown_column(context.model), row)
    truth = context.target.column.classes[int(predicted.truth[place])]
    return Shown(place, truth, context.model.data.table.place(row), array, text)
