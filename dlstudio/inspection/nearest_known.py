"""Which known sample an input of a user's is nearest to, by the embedding that a network gives."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from dlstudio.data.table import SPLITS
from dlstudio.inspection.failures import InspectionError
from dlstudio.training.targets import Target

if TYPE_CHECKING:
    from dlstudio.inspection.trained import TrainedModel

LISTED = 5


def nearest_known(model: TrainedModel, target: Target, given: np.ndarray) -> dict[str, Any]:
    """``{"label", "distance", "nearest": [{"label", "distance", "name", "split"}], "embedding"}``.

    Known are all samples of the data, those of training among them. ``distance`` is 1 minus the cosine, 0 to 2. Without
    the data, ``{"value": embedding}``.

    Args:
        model: The trained network.
        target: An Output whose task compares embeddings.
        given: What the network gives for one input, (1, values).
    """
    task, column = target.task, target.column
    asked = np.asarray(task.scores(given, column, target.probabilities))[0]
    found: list[dict[str, Any]] = []
    try:
        for split in SPLITS:
            rows = model.rows(split)
            if not len(rows):
                continue
            known = np.asarray(task.scores(model.outputs(split)[target.output], column, target.probabilities))
            distances = 1.0 - np.clip(known @ asked, -1.0, 1.0)
            truth = model.truth(split, target)
            for place in np.argsort(distances, kind="stable")[:LISTED]:
                found.append(
                    {
                        "label": column.classes[int(truth[place])],
                        "distance": float(distances[place]),
                        "name": model.data.table.place(int(rows[place])),
                        "split": split,
                    }
                )
    except InspectionError:  # the data is gone or has changed
        return {"value": asked.tolist()}
    nearest = sorted(found, key=lambda each: each["distance"])[:LISTED]
    if not nearest:
        return {"value": asked.tolist()}
    first = nearest[0]
    return {
        "label": first["label"],
        "distance": first["distance"],
        "nearest": nearest,
        "embedding": [float(each) for each in asked],
    }
