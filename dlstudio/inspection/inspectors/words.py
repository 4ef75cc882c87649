"""What each word of a text does for the prediction, by occlusion: the output with the word minus that without it.

A word is taken out by putting the vocabulary's unknown word in its place; see :mod:`dlstudio.inspection.occlusion`.

Options: ``row`` (of the data), or ``text`` (one's own); ``class`` (the weights are about it; the predicted one where
none is named).
"""

from __future__ import annotations

import numpy as np

from dlstudio.data.encoders.text import UNKNOWN, TextEncoder
from dlstudio.data.texts.tokens import LONGEST, token_spans
from dlstudio.graph.columns import ColumnSpec
from dlstudio.inspection.class_results import WordWeights
from dlstudio.inspection.failures import InspectionError
from dlstudio.inspection.inspector import InspectionContext
from dlstudio.inspection.occlusion import EXPLAINED, asked_row, outputs_of, truth_of, weights_of
from dlstudio.inspection.trained import TrainedModel
from dlstudio.tasks.task import Task

NAME = "words"
TITLE = "Weight of each word"
RANK = 8
READS = ("text",)
MOST_WORDS = 1024


def fits(task: Task, column: ColumnSpec) -> bool:
    """Classes and numbers."""
    return (task.name, column.kind) in EXPLAINED


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
    outputs = outputs_of(context, column, batch, row)
    weights, about = weights_of(context, outputs)
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
        None if row is None else truth_of(context, row),
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
    wanted = asked_row(context)
    return wanted, str(context.model.data.raw(column, wanted))[:LONGEST]


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
