"""Labels that a trained network doubts: likely mistakes of whoever labelled the data.

A sample is doubted where another class is the most probable one and at least as probable as that class usually is for
the samples that bear its name, or likelier than not. The first is the rule of confident learning (Northcutt, Jiang,
Chuang 2021, "Confident Learning: Estimating Uncertainty in Dataset Labels", J. Artificial Intelligence Research 70).
The second stands beside it because a network that is sure of nearly everything would hide a quarter of the mistakes.
"""

from __future__ import annotations

import numpy as np

from dlstudio.data.doctor.findings import Finding, odd_ones
from dlstudio.data.table import SPLITS
from dlstudio.graph.project import DataSettings
from dlstudio.inspection.trained import TrainedModel

_LIKELY = 0.5
_FEWEST = 3  # samples of a class below which nobody knows how probable it usually is


def doubted(scores: np.ndarray, labels: np.ndarray) -> np.ndarray:
    """Places of the samples whose label is likely wrong, the most doubtful first; int64.

    Args:
        scores: Probability of each class, (n, classes).
        labels: The class that each sample is said to have, (n,), whole numbers; below 0 where it has none.
    """
    classes = scores.shape[1]
    own = np.array([scores[labels == k, k].mean() if (labels == k).sum() >= _FEWEST else 2.0 for k in range(classes)])
    places = np.arange(len(labels))
    known = labels >= 0
    given = np.where(known, scores[places, np.maximum(labels, 0)], 1.0)
    confident = np.where(scores >= np.minimum(own, _LIKELY), scores, 0.0)
    other = confident.argmax(axis=1)
    best = confident[places, other]
    wrong = known & (best > 0) & (other != labels) & (scores.argmax(axis=1) != labels)
    chosen = np.flatnonzero(wrong)
    return chosen[np.argsort(given[chosen] - best[chosen], kind="stable")]


def doubtful_labels(model: TrainedModel, settings: DataSettings) -> list[Finding]:
    """One finding for each Output that tells classes, over all splits.

    Args:
        model: A run's best model with its data.
        settings: The project's data settings now; the remedy is made from them.

    Raises:
        InspectionError: The data is gone, or another than the run was trained on.
    """
    found: list[Finding] = []
    for target in model.targets:
        if target.column.kind != "category" or target.task.name != "classification":
            continue
        parts = [model.predict_rows(split, target) for split in SPLITS if len(model.data.rows[split])]
        scores = np.concatenate([part.scores for part in parts if part.scores is not None])
        labels = np.concatenate([part.truth for part in parts]).astype(np.int64)
        rows = np.concatenate([part.rows for part in parts])
        places = doubted(scores, labels)
        if not len(places):
            continue
        run = model.run.name.lstrip("0") or model.run.name
        names, first = target.column.classes, int(places[0])
        table = model.data.table
        said, seen = names[int(labels[first])], names[int(scores[first].argmax())]
        message = (
            f"{len(places):,} {'label' if len(places) == 1 else 'labels'} in '{target.column.name}' may be wrong: "
            f"run {run} is sure of another class. {table.name_of(int(rows[first]))} is said to be '{said}' and looks "
            f"like '{seen}'. Look at them before you believe either."
        )
        chosen = rows[places].tolist()
        called = "the doubted samples"
        column = target.column.name
        found.append(odd_ones(settings, table, "label", chosen, message=message, column=column, called=called))
    return found
