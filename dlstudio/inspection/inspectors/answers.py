"""Questions with the answer that the network finds in the passage beside the true one, and the scores of each word.

Options: ``sort`` (``-loss``, ``loss``, ``f1``, ``-f1``, ``row``), ``show`` (``right``, ``partly right``, ``wrong``),
``offset``, ``limit``.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import Any

import numpy as np

from dlstudio.data.encoders.span import IGNORED
from dlstudio.data.texts.passages import Reference
from dlstudio.graph.columns import ColumnSpec
from dlstudio.inspection.answer_results import AnsweredQuestion, AnsweredQuestions
from dlstudio.inspection.failures import InspectionError
from dlstudio.inspection.inspector import InspectionContext
from dlstudio.inspection.marked_texts import Span, Verdict
from dlstudio.inspection.trained import Predicted
from dlstudio.tasks.answers import answer_f1, exact_match, place_probabilities
from dlstudio.tasks.span import TASK, text_metrics
from dlstudio.tasks.task import Task

NAME = "answers"
TITLE = "Answers in their passages"
RANK = 1
LIMIT = 10
MOST = 100
_SORTS = ("-loss", "loss", "f1", "-f1", "row")
_SHOWN = ("right", "partly right", "wrong")
_VERDICTS: dict[str, Verdict] = {"right": "right", "partly right": "wrong bounds", "wrong": "false alarm"}


def fits(task: Task, column: ColumnSpec) -> bool:
    """Spans."""
    return (task.name, column.kind) == ("span", "span")


def inspect(context: InspectionContext) -> AnsweredQuestions:
    """One page of the split.

    Raises:
        InspectionError: An option that is unknown.
    """
    sort = _option(context, "sort", _SORTS) or "-loss"
    shown = _option(context, "show", _SHOWN)
    predicted = context.predicted
    references = context.model.references(context.split, context.target)
    found = TASK.answers(references, predicted.outputs, context.target.probabilities)
    f1 = np.array([answer_f1(each["text"], r.answers) for each, r in zip(found, references, strict=True)])
    exact = np.array([exact_match(each["text"], r.answers) for each, r in zip(found, references, strict=True)])
    kinds = ["right" if e else "partly right" if f else "wrong" for e, f in zip(exact, f1, strict=True)]
    order = np.array([place for place, kind in enumerate(kinds) if not shown or kind == shown], np.int64)
    keys = {"loss": predicted.losses, "f1": f1, "row": predicted.rows}[sort.lstrip("-")][order]
    order = order[np.argsort(-keys if sort.startswith("-") else keys, kind="stable")]
    offset = max(int(context.options.get("offset") or 0), 0)
    limit = min(max(int(context.options.get("limit") or LIMIT), 1), MOST)
    chances = place_probabilities(predicted.outputs, predicted.truth[:, 2], context.target.probabilities)
    questions = [
        _question(context, predicted, place, _Judged(references[place], found[place], kinds[place], chances[place]))
        for place in order[offset : offset + limit].tolist()
    ]
    means = text_metrics([each["text"] for each in found], references) if len(f1) else {}
    return AnsweredQuestions(TITLE, questions, len(order), offset, len(predicted), Counter(kinds), means)


@dataclass(frozen=True)
class _Judged:
    """What is known of a row, what was found, how right that is, and the probabilities of its places."""

    reference: Reference
    found: dict[str, Any]
    kind: str
    chances: np.ndarray


def _question(context: InspectionContext, predicted: Predicted, place: int, judged: _Judged) -> AnsweredQuestion:
    reference, found, kind = judged.reference, judged.found, judged.kind
    row, truth = int(predicted.rows[place]), predicted.truth[place]
    words = [word.text for word in reference.passage.words[: int(truth[2])]]
    right = kind == "right"
    true_verdict: Verdict = "right" if right else "wrong bounds" if kind == "partly right" else "missed"
    known = int(truth[0]) != IGNORED
    return AnsweredQuestion(
        row,
        place,
        reference.question,
        words,
        [Span("answer", int(truth[0]), int(truth[1]) + 1, true_verdict)] if known else [],
        [Span("answer", found["first"], found["last"] + 1, _VERDICTS[kind], found["score"])],
        found["text"],
        list(dict.fromkeys(reference.answers)),
        found["score"],
        answer_f1(found["text"], reference.answers),
        right,
        float(predicted.losses[place]),
        judged.chances[: len(words)],
        context.model.data.table.place(row),
    )


def _option(context: InspectionContext, name: str, known: tuple[str, ...]) -> str:
    value = str(context.options.get(name) or "")
    if value not in ("", *known):
        raise InspectionError(f"'{name}' can be {', '.join(known)}, not '{value}'.")
    return value
