"""What each word of a text does for the prediction, by occlusion: the output with the word minus that without it.

A word is taken out by putting the vocabulary's unknown word in its place (Zeiler and Fergus 2014 for images, Li, Monroe
and Jurafsky 2016 for words). It shows single words only: two that say the same may both look unimportant.

Options: ``row`` (of the data), or ``text`` (one's own); ``class`` (the weights are about it; the predicted one where
none is named).
"""

from __future__ import annotations

from typing import Any

import numpy as np

from dlstudio.data.encoders.text import UNKNOWN, TextEncoder
from dlstudio.data.tokens import LONGEST, token_spans
from dlstudio.graph.columns import ColumnSpec
from dlstudio.inspection.class_results import WordWeights
from dlstudio.inspection.failures import InspectionError
from dlstudio.inspection.inspector import InspectionContext
from dlstudio.inspection.trained import BATCH_SIZE, TrainedModel
from dlstudio.tasks.task import Task
from dlstudio.training.scoring import in_units
from dlstudio.training.stepping import by_output

NAME = "words"
TITLE = "Weight of each word"
RANK = 8
READS = ("text",)
MOST_WORDS = 1024


def fits(task: Task, column: ColumnSpec) -> bool:
    """Classes and numbers."""
    return (task.name, column.kind) in (("classification", "category"), ("regression", "number"))


def inspect(context: InspectionContext) -> WordWeights:
    """One text.

    Raises:
        InspectionError: There is no such row or class, or a text of one's own where the network reads more than a text.
    """
    model = context.model
    column, encoder = _text_column(model)
    row, text = _asked(context, column)
    encoded = np.asarray(encoder.encode_value(text) if text.strip() else np.zeros(encoder.spec.shape, np.int32))
    spans = token_spans(text)
    read = min(len(spans), encoder.spec.shape[0], MOST_WORDS)
    batch = np.repeat(encoded[None], read + 1, axis=0)
    batch[np.arange(1, read + 1), np.arange(read)] = UNKNOWN
    outputs = _outputs(context, column, batch, row)
    place, about = _about(context, outputs[:1])
    scores = context.target.task.scores(outputs, context.target.column, context.target.probabilities)[:, place]
    weights = scores[0] - scores[1:]
    pieces, values, known = _pieces(text, spans[:read], weights.tolist(), encoded[:read].tolist())
    target = context.target
    prediction = target.task.predictions(outputs[:1], target.column, target.probabilities)[0]
    return WordWeights(
        TITLE,
        pieces,
        values,
        known,
        about,
        prediction,
        None if row is None else _truth(context, row),
        target.column.kind == "category",
        len(spans) - read,
    )


def _text_column(model: TrainedModel) -> tuple[str, TextEncoder]:
    for column in model.inputs.values():
        encoder = model.network.encoders[column]
        if isinstance(encoder, TextEncoder):
            return column, encoder
    raise InspectionError("The network reads no text.")


def _asked(context: InspectionContext, column: str) -> tuple[int | None, str]:
    own = context.options.get("text")
    if own is not None:
        if len(context.model.inputs) > 1:
            raise InspectionError("The network reads more than a text, so a text alone cannot be judged. Choose a row.")
        return None, str(own)[:LONGEST]
    rows = context.model.rows(context.split)
    if not len(rows):
        raise InspectionError(f"The {context.split} split has no samples.")
    row = context.options.get("row")
    wanted = int(rows[0]) if row is None else int(row)
    if not (rows == wanted).any():
        raise InspectionError(f"Row {wanted} is not in the {context.split} split.")
    return wanted, str(context.model.data.raw(column, wanted))[:LONGEST]


def _outputs(context: InspectionContext, column: str, batch: np.ndarray, row: int | None) -> np.ndarray:
    """What the network gives for the whole text and for the text without each word, (words + 1, units)."""
    model = context.model
    arrays = []
    for each in model.inputs.values():
        if each == column:
            arrays.append(batch)
        else:
            assert row is not None
            arrays.append(np.repeat(np.asarray(model.data.encode(each, np.array([row]))), len(batch), axis=0))
    given = model.model.predict(arrays if len(arrays) > 1 else arrays[0], batch_size=BATCH_SIZE, verbose=0)
    found = by_output(given, model.network.outputs)[context.target.output]
    return in_units(model.network, context.target.column.name, np.asarray(found))


def _about(context: InspectionContext, output: np.ndarray) -> tuple[int, str]:
    target = context.target
    if target.column.kind != "category":
        return 0, target.column.name
    classes = list(target.column.classes)
    name = context.options.get("class")
    if not name:
        place = int(target.task.scores(output, target.column, target.probabilities)[0].argmax())
        return place, classes[place]
    if name not in classes:
        raise InspectionError(f"There is no class '{name}' in '{target.column.name}'.")
    return classes.index(name), str(name)


def _truth(context: InspectionContext, row: int) -> Any:
    target = context.target
    encoded = np.asarray(context.model.data.encode(target.column.name, np.array([row])))
    if target.column.kind == "category":
        return target.column.classes[int(encoded[0])]
    values = in_units(context.model.network, target.column.name, encoded).reshape(-1)
    return float(values[0]) if len(values) == 1 else [float(each) for each in values]


def _pieces(
    text: str, spans: list[tuple[int, int]], weights: list[float], ids: list[int]
) -> tuple[list[str], list[float | None], list[bool]]:
    """The text cut into words and what is between them."""
    pieces: list[str] = []
    values: list[float | None] = []
    known: list[bool] = []
    end = 0
    for (begin, stop), weight, number in zip(spans, weights, ids, strict=True):
        if begin > end:
            pieces.append(text[end:begin])
            values.append(None)
            known.append(True)
        pieces.append(text[begin:stop])
        values.append(weight)
        known.append(number != UNKNOWN)
        end = stop
    return pieces, values, known
