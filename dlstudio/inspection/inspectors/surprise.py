"""How well a language model foresaw each token of a passage of the data.

Options: ``place`` (which passage), ``sort`` (``row``, ``-loss`` for the most surprising first, ``loss``).
"""

from __future__ import annotations

import math

import numpy as np

from dlstudio.graph.columns import ColumnSpec
from dlstudio.inspection.failures import InspectionError
from dlstudio.inspection.generating import ALTERNATIVES, language_target
from dlstudio.inspection.inspector import InspectionContext
from dlstudio.inspection.inspectors.gallery import ordered
from dlstudio.inspection.token_results import Passage, Token
from dlstudio.tasks.informed import generates
from dlstudio.tasks.task import Task

NAME = "surprise"
TITLE = "Probability of each token"
RANK = 2


def fits(task: Task, column: ColumnSpec) -> bool:
    """Language models."""
    return column.kind == "tokens" and generates(task)


def inspect(context: InspectionContext) -> Passage:
    """One window of the split.

    Raises:
        InspectionError: The split is empty.
    """
    target, encoder = language_target(context.model, context.target.output)
    predicted = context.predicted
    if not len(predicted):
        raise InspectionError(f"The {context.split} split has no text. Give it a share on the Data page.")
    places = ordered(predicted, np.arange(len(predicted)), str(context.options.get("sort") or "row"))
    place = min(max(int(context.options.get("place") or 0), 0), len(places) - 1)
    row = int(predicted.rows[int(places[place])])
    rows = np.array([row], np.int64)
    column = next(iter(context.model.inputs.values()))
    read, truth = context.model.data.encode(column, rows), context.model.data.encode(target.column.name, rows)[0]
    chances = target.task.scores(context.model.given(read)[target.output], target.column, target.probabilities)[0]
    pieces = encoder.tokenizer.pieces
    tokens = [Token(pieces[int(read[0, 0])], None)]
    bits = []
    for step, token in enumerate(truth.tolist()):
        if token < 0:
            break
        chance = float(chances[step, token])
        best = np.argsort(-chances[step], kind="stable")[:ALTERNATIVES]
        tokens.append(Token(pieces[token], chance, [(pieces[int(b)], float(chances[step, b])) for b in best]))
        bits.append(-math.log2(max(chance, 1e-12)))
    where = context.model.data.table.place(row)
    return Passage(TITLE, tokens, place, len(places), sum(bits) / max(len(bits), 1), where)
