"""What was read beside what the network gives back of it, and where they differ: worst first, page by page.

Options: ``sort`` (``-error``, ``error``, ``row``), ``which`` (``normal`` or ``anomalous`` samples only), ``offset``,
``limit``, ``rows`` (only these rows of the data).
"""

from __future__ import annotations

import numpy as np

from dlstudio.graph.columns import RESTORED, ColumnSpec
from dlstudio.inspection.anomalies import anomalous
from dlstudio.inspection.failures import InspectionError
from dlstudio.inspection.inspector import InspectionContext
from dlstudio.inspection.restored_results import Restored, RestoredPage
from dlstudio.inspection.showing import for_people, labels_of
from dlstudio.tasks.reconstruction import NAME as TASK_NAME
from dlstudio.tasks.task import Task

NAME = "reconstructions"
TITLE = "Reconstructions"
RANK = 1
LIMIT = 60
MOST = 200
_WHICH = {"normal": False, "anomalous": True}


def fits(task: Task, column: ColumnSpec) -> bool:
    """Images and series that are given back."""
    return task.name == TASK_NAME and column.kind in RESTORED


def inspect(context: InspectionContext) -> RestoredPage:
    """One page of the split.

    Raises:
        InspectionError: An option that is unknown.
    """
    predicted, model = context.predicted, context.model
    strange = anomalous(model, predicted.rows)
    keep = np.ones(len(predicted), bool)
    which = str(context.options.get("which") or "")
    if which:
        if which not in _WHICH or strange is None:
            raise InspectionError(
                f"There are no '{which}' samples to be told apart: the data does not say what is normal."
            )
        keep = strange == _WHICH[which]
    if context.options.get("rows") is not None:
        keep &= np.isin(predicted.rows, np.asarray(context.options["rows"], np.int64))
    places = np.flatnonzero(keep)
    sort = str(context.options.get("sort") or "-error")
    if sort.removeprefix("-") not in ("error", "row"):
        raise InspectionError(f"Reconstructions can be sorted by error or row, not by '{sort}'.")
    key = np.asarray(predicted.losses if sort.endswith("error") else predicted.rows, np.float64)[places]
    places = places[np.argsort(-key if sort.startswith("-") else key, kind="stable")]
    offset = max(int(context.options.get("offset") or 0), 0)
    limit = min(max(int(context.options.get("limit") or LIMIT), 1), MOST)
    _, labels = labels_of(model, {})
    name = context.target.column.name
    samples = []
    for place in places[offset : offset + limit].tolist():
        row = int(predicted.rows[place])
        read, given = predicted.truth[place], predicted.outputs[place].reshape(predicted.truth[place].shape)
        miss = np.asarray(given, np.float32) - np.asarray(read, np.float32)
        samples.append(
            Restored(
                row,
                place,
                model.data.table.place(row),
                labels[row] or "",
                None if strange is None else bool(strange[place]),
                float(predicted.losses[place]),
                for_people(model, name, read),
                for_people(model, name, given),
                np.sqrt((miss * miss).mean(axis=-1)) if context.target.column.kind == "image" else miss,
            )
        )
    return RestoredPage(
        TITLE, context.target.column.kind, samples, len(places), offset, len(predicted), strange is not None
    )
