"""A text of the data with some words hidden, and what the network takes to have stood there.

Options: ``place`` (which text), ``sort`` (``row``, ``-loss`` for the worst told first, ``loss``).
"""

from __future__ import annotations

import math

import numpy as np

from dlstudio.data.encoders.masked import MaskedEncoder
from dlstudio.graph.columns import ColumnSpec
from dlstudio.inspection.failures import InspectionError
from dlstudio.inspection.generating import ALTERNATIVES
from dlstudio.inspection.inspector import InspectionContext
from dlstudio.inspection.inspectors.gallery import ordered
from dlstudio.inspection.token_results import Passage, Token
from dlstudio.tasks.task import Task

NAME = "hidden-words"
TITLE = "Hidden words"
RANK = 2


def fits(task: Task, column: ColumnSpec) -> bool:
    """Networks that tell hidden words."""
    return (task.name, column.kind) == ("masked-words", "hidden")


def inspect(context: InspectionContext) -> Passage:
    """One text of the split, each token with a space before it; only hidden ones have a probability.

    Raises:
        InspectionError: The split is empty, or the network reads no masked text.
    """
    model, target, predicted = context.model, context.target, context.predicted
    if not len(predicted):
        raise InspectionError(f"The {context.split} split has no text. Give it a share on the Data page.")
    column = next((c for c in model.inputs.values() if isinstance(model.network.encoders[c], MaskedEncoder)), None)
    if column is None or len(model.inputs) != 1:
        raise InspectionError("Only a network with one input of masked text can tell hidden words.")
    places = ordered(predicted, np.arange(len(predicted)), str(context.options.get("sort") or "row"))
    place = min(max(int(context.options.get("place") or 0), 0), len(places) - 1)
    row = int(predicted.rows[int(places[place])])
    rows = np.array([row], np.int64)
    read, truth = model.data.encode(column, rows), model.data.encode(target.column.name, rows)[0]
    chances = target.task.scores(model.given(read)[target.output], target.column, target.probabilities)[0]
    pieces = target.column.classes
    tokens, bits = [], []
    for step, (given, hidden) in enumerate(zip(read[0].tolist(), truth.tolist(), strict=True)):
        if hidden < 0:
            if given:
                tokens.append(Token(f" {pieces[given]}", None))
            continue
        chance = float(chances[step, hidden])
        best = np.argsort(-chances[step], kind="stable")[:ALTERNATIVES]
        likeliest = [(f" {pieces[b]}", float(chances[step, b])) for b in best]
        tokens.append(Token(f" {pieces[hidden]}", chance, likeliest))
        bits.append(-math.log2(max(chance, 1e-12)))
    return Passage(TITLE, tokens, place, len(places), sum(bits) / max(len(bits), 1), model.data.table.place(row))
