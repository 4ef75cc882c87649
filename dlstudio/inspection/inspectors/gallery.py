"""Samples with truth, prediction and confidence: sorted by loss or confidence, filtered, page by page.

Options: ``sort`` (``loss``, ``-loss``, ``confidence``, ``-confidence``, ``row``; a minus puts the highest first),
``truth`` and ``prediction`` (class names), ``wrong`` (only mistakes), ``rows`` (only these rows of the data),
``offset``, ``limit``.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from dlstudio.graph.columns import ColumnSpec
from dlstudio.inspection.failures import InspectionError
from dlstudio.inspection.inspector import InspectionContext
from dlstudio.inspection.results import Gallery, Sample
from dlstudio.inspection.samples import shown_column, shown_sample
from dlstudio.inspection.trained import Predicted
from dlstudio.tasks.task import Task

NAME = "gallery"
TITLE = "Predictions"
RANK = 1
LIMIT = 60
MOST = 500
SCORES = 5
_FITS = (("classification", "category"), ("regression", "number"), ("transcription", "transcript"))


def fits(task: Task, column: ColumnSpec) -> bool:
    """Every target that is a class, a number or a transcript."""
    return (task.name, column.kind) in _FITS


def inspect(context: InspectionContext) -> Gallery:
    """One page of the split.

    Raises:
        InspectionError: An option that is unknown.
    """
    predicted = context.predicted
    places = ordered(predicted, filtered(context, predicted), str(context.options.get("sort") or "-loss"))
    offset = max(int(context.options.get("offset") or 0), 0)
    limit = min(max(int(context.options.get("limit") or LIMIT), 1), MOST)
    column = shown_column(context.model)
    samples = [shown(context, predicted, int(place), column) for place in places[offset : offset + limit]]
    return Gallery(
        TITLE,
        context.model.specs[column].kind,
        samples,
        total=len(places),
        offset=offset,
        of=len(predicted),
        classes=context.target.column.classes if predicted.labels is not None else (),
    )


def filtered(context: InspectionContext, predicted: Predicted) -> np.ndarray:
    """Places of the split that pass the filter, int64."""
    keep = np.ones(len(predicted), bool)
    classes = list(context.target.column.classes)
    for option, labels in (("truth", predicted.truth), ("prediction", predicted.labels)):
        wanted = context.options.get(option)
        if wanted is None or wanted == "":
            continue
        if wanted not in classes:
            raise InspectionError(f"There is no class '{wanted}' in '{context.target.column.name}'.")
        keep &= np.asarray(labels) == classes.index(wanted)
    if context.options.get("wrong") and predicted.labels is not None:
        keep &= predicted.labels != predicted.truth
    if context.options.get("rows") is not None:
        keep &= np.isin(predicted.rows, np.asarray(context.options["rows"], np.int64))
    return np.flatnonzero(keep)


def ordered(predicted: Predicted, places: np.ndarray, sort: str) -> np.ndarray:
    """The same places in the order asked for; equal ones in the order of the data."""
    name = sort.removeprefix("-")
    keys = {"loss": predicted.losses, "confidence": predicted.confidence, "row": predicted.rows}
    if name not in keys:
        raise InspectionError(f"Samples can be sorted by {', '.join(keys)}, not by '{name}'.")
    key = keys[name]
    values = (predicted.losses if key is None else key)[places].astype(np.float64)
    return places[np.argsort(-values if sort.startswith("-") else values, kind="stable")]


def shown(context: InspectionContext, predicted: Predicted, place: int, column: str | None = None) -> Sample:
    """One sample of the split; without ``column`` nothing that has to be drawn."""
    row = int(predicted.rows[place])
    text, array, file = shown_sample(context.model, column, row) if column else ("", None, "")
    entry = predicted.entry(place)
    every: dict[str, float] = entry.get("scores", {})
    scores = dict(sorted(every.items(), key=lambda item: -item[1])[:SCORES])
    truth: Any
    if predicted.labels is not None:
        truth = context.target.column.classes[int(predicted.truth[place])]
        correct: bool | None = bool(predicted.labels[place] == predicted.truth[place])
        if truth in every:
            scores[truth] = every[truth]  # which is what one looks for where it is not among the highest
    elif read := getattr(context.target.task, "truth", None):
        truth = read(predicted.truth[place], context.target.column)
        correct = bool(truth == entry.get("value"))
    else:
        truth, correct = _numbers(predicted.truth[place]), None
    return Sample(
        row,
        place,
        truth,
        entry.get("label", entry.get("value")),
        correct,
        entry.get("confidence"),
        float(predicted.losses[place]),
        scores,
        text,
        array,
        file,
    )


def _numbers(value: np.ndarray) -> Any:
    flat = np.asarray(value, np.float64).reshape(-1)
    return float(flat[0]) if len(flat) == 1 else [float(each) for each in flat]
