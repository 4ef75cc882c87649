"""A map of the codes: the narrow place's values of each sample, brought to a plane by their principal components.

Options: ``column`` (of classes, that colour the points). With ``between`` (two rows of the data) the second half of the
network is asked for the way from the code of the one to that of the other, in ``steps`` even steps (9). With ``draw``
(how many, 24) it is asked for codes drawn from a normal distribution: the standard one where the network learnt codes
to be so distributed, else one with mean and covariance of the training samples' codes; ``seed`` draws others.
"""

from __future__ import annotations

import numpy as np

from dlstudio.graph.columns import RESTORED, ColumnSpec
from dlstudio.inspection.codes import MOST_MAPPED, Halves, halves_of, principal
from dlstudio.inspection.failures import InspectionError
from dlstudio.inspection.inspector import InspectionContext
from dlstudio.inspection.restored_results import CodeMap, Steps
from dlstudio.inspection.showing import class_columns, for_people, labels_of
from dlstudio.tasks.reconstruction import NAME as TASK_NAME
from dlstudio.tasks.task import Task

NAME = "codes"
TITLE = "Map of the codes"
RANK = 3
MOST_STEPS = 64


def fits(task: Task, column: ColumnSpec) -> bool:
    """Images and series that are given back."""
    return task.name == TASK_NAME and column.kind in RESTORED


def inspect(context: InspectionContext) -> CodeMap | Steps:
    """The map of the split, the way between two samples, or drawn samples.

    Raises:
        InspectionError: The network has no narrow place, or an option makes no sense.
    """
    halves = halves_of(context.model, context.target)
    if context.options.get("between"):
        return _between(context, halves)
    if context.options.get("draw"):
        return _drawn(context, halves)
    model = context.model
    rows = _thinned(model.rows(context.split))
    if len(rows) < 2:
        raise InspectionError(f"The {context.split} split has too few samples for a map.")
    codes = _codes(context, halves, rows)
    fitted = principal(codes, 2)
    points = np.zeros((len(rows), 2), np.float32)
    found = fitted.transform(codes)
    points[:, : found.shape[1]] = found
    shares = [*np.nan_to_num(fitted.explained_variance_ratio_), 0.0]
    column, labels = labels_of(model, context.options)
    classes = sorted({label for label in labels if label is not None})
    index = {label: place for place, label in enumerate(classes)}
    return CodeMap(
        TITLE,
        halves.layer,
        halves.values,
        points,
        (float(shares[0]), float(shares[1])),
        rows,
        np.array([index.get(labels[row] or "", -1) for row in rows.tolist()], np.int16),
        classes,
        column,
        class_columns(model),
        context.target.column.kind,
    )


def _codes(context: InspectionContext, halves: Halves, rows: np.ndarray) -> np.ndarray:
    column = next(iter(context.model.inputs.values()))
    return halves.codes(np.asarray(context.model.data.encode(column, rows)))


def _between(context: InspectionContext, halves: Halves) -> Steps:
    wanted = context.options["between"]
    known = context.model.data.used_rows()
    if not isinstance(wanted, list | tuple) or len(wanted) != 2 or not np.isin(wanted, known).all():
        raise InspectionError("The way between two samples needs two rows of the data that are in use.")
    rows = np.asarray(wanted, np.int64)
    steps = min(max(int(context.options.get("steps") or 9), 2), MOST_STEPS)
    first, last = _codes(context, halves, rows)
    share = np.linspace(0.0, 1.0, steps, dtype=np.float32)[:, np.newaxis]
    decoded = halves.decoded((1 - share) * first + share * last)
    name = context.target.column.name
    ends = np.stack([for_people(context.model, name, each) for each in context.model.data.encode(name, rows)])
    return Steps("From one sample to another", context.target.column.kind, _shown(context, decoded), ends)


def _drawn(context: InspectionContext, halves: Halves) -> Steps:
    count = min(max(int(context.options["draw"]), 1), MOST_STEPS)
    generator = np.random.default_rng(int(context.options.get("seed") or 0))
    if _is_standard(context):
        codes = generator.standard_normal((count, halves.values))
        words = "Codes drawn from the standard normal distribution"
    else:
        known = _codes(context, halves, _thinned(context.model.rows("train")))
        covariance = np.cov(known, rowvar=False).reshape(halves.values, halves.values)
        codes = generator.multivariate_normal(known.mean(axis=0), covariance, count, check_valid="ignore")
        words = "Codes drawn from a normal distribution like that of the training samples"
    shown = _shown(context, halves.decoded(codes))
    return Steps(words, context.target.column.kind, shown, shown[:0])


def _is_standard(context: InspectionContext) -> bool:
    """Whether layers penalize the code's distance from a standard normal distribution, as in a variational one."""
    return any(
        getattr(layer, "activity_regularizer", None) is not None for layer in context.model.model.layers
    ) and any(type(layer).__name__ == "GaussianNoise" for layer in context.model.model.layers)


def _shown(context: InspectionContext, decoded: np.ndarray) -> np.ndarray:
    column = context.target.column
    values = decoded.reshape(len(decoded), *column.shape)
    return np.stack([for_people(context.model, column.name, each) for each in values])


def _thinned(rows: np.ndarray) -> np.ndarray:
    if len(rows) <= MOST_MAPPED:
        return rows
    return rows[np.linspace(0, len(rows) - 1, MOST_MAPPED).astype(np.int64)]
