"""How far pairs of samples lie apart: those of one class and those of two, and the pairs that are mistaken most.

Where the source lists pairs to be judged, these alone; else all pairs of the split.

Option: ``pairs``, how many of each kind of mistake are shown.
"""

from __future__ import annotations

import numpy as np

from dlstudio.graph.columns import ColumnSpec
from dlstudio.inspection.failures import InspectionError
from dlstudio.inspection.inspector import InspectionContext
from dlstudio.inspection.inspectors.neighbours import embeddings, shown
from dlstudio.inspection.pair_results import PairDistances
from dlstudio.inspection.samples import shown_column
from dlstudio.tasks.informed import embeds
from dlstudio.tasks.pair_scores import pairs_listed, pairs_of, verification_scores
from dlstudio.tasks.task import Task

NAME = "distances"
TITLE = "Distances of pairs"
RANK = 2
BINS = 400
_LEAST = 1e-6
PAIRS = 12


def fits(task: Task, column: ColumnSpec) -> bool:  # noqa: ARG001 - asked of every inspector
    """Embeddings."""
    return embeds(task)


def inspect(context: InspectionContext) -> PairDistances:
    """Counts of distances in bins, and the worst pairs.

    Raises:
        InspectionError: All samples of the split are of one class, or no two are of the same.
    """
    count = min(max(int(context.options.get("pairs") or PAIRS), 1), 60)
    told = context.model.data.pairs(context.model.rows(context.split))
    vectors = embeddings(context)
    pairs = pairs_of(vectors, context.predicted.truth) if told is None else pairs_listed(vectors, told)
    scores = verification_scores(pairs.distances, pairs.same)
    if not scores:
        raise InspectionError(
            f"The {context.split} split has no pairs of one class, or none of two, so there is nothing to tell apart. "
            "Choose another split."
        )
    width = max(float(pairs.distances.max()), _LEAST) * (1 + _LEAST) / BINS
    bins = np.minimum((pairs.distances / width).astype(np.int64), BINS - 1)
    same = np.bincount(bins[pairs.same], minlength=BINS)
    different = np.bincount(bins[~pairs.same], minlength=BINS)
    accepts = np.concatenate([[0], np.cumsum(different)]) / different.sum()
    rejects = 1.0 - np.concatenate([[0], np.cumsum(same)]) / same.sum()
    threshold = float(np.argmin(np.abs(accepts - rejects)) * width)
    far = [place for place in np.argsort(-pairs.distances, kind="stable") if pairs.same[place]][:count]
    near = [place for place in np.argsort(pairs.distances, kind="stable") if not pairs.same[place]][:count]
    worst = [
        (
            shown(context, int(pairs.first[place])),
            shown(context, int(pairs.second[place])),
            float(pairs.distances[place]),
            bool(pairs.same[place]),
        )
        for place in (*far, *near)
    ]
    kind = context.model.specs[shown_column(context.model)].kind
    listed = 0 if told is None else len(told)
    return PairDistances(TITLE, kind, width, same, different, threshold, scores, worst, listed)
