"""Sentences with the entities that the network finds beside the true ones; of other tags, each token is a span.

Options: ``sort`` (``-loss``, ``loss``, ``row``), ``type`` (only texts with a span of that type), ``mistakes``
(``any``, or one of ``missed``, ``false alarm``, ``wrong type``, ``wrong bounds``), ``offset``, ``limit``.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import numpy as np

from dlstudio.data.encoders.tags import IGNORED
from dlstudio.data.texts.entities import entity_spans, entity_types, names_entities
from dlstudio.data.texts.token_columns import Tags
from dlstudio.graph.columns import ColumnSpec
from dlstudio.inspection.failures import InspectionError
from dlstudio.inspection.inspector import InspectionContext
from dlstudio.inspection.marked_texts import MarkedText, MarkedTexts, Span, judged
from dlstudio.inspection.trained import Predicted
from dlstudio.tasks.task import Task

NAME = "entities"
TITLE = "Entities in their sentences"
RANK = 1
LIMIT = 30
MOST = 200
_SORTS = ("-loss", "loss", "row")
_MISTAKES = ("any", "missed", "false alarm", "wrong type", "wrong bounds")

Spans = list[tuple[str, int, int]]


def fits(task: Task, column: ColumnSpec) -> bool:
    """Tags."""
    return (task.name, column.kind) == ("tagging", "tags")


def inspect(context: InspectionContext) -> MarkedTexts:
    """One page of the split.

    Raises:
        InspectionError: An option that is unknown.
    """
    predicted, column = context.predicted, context.target.column
    types = entity_types(column.classes) if names_entities(column.classes) else list(column.classes)
    wanted = _option(context, "type", ("", *types))
    mistakes = _option(context, "mistakes", ("", *_MISTAKES))
    sort = _option(context, "sort", ("", *_SORTS)) or "-loss"
    scores = context.target.task.scores(predicted.outputs, column, context.target.probabilities)
    chosen, sure = scores.argmax(axis=-1), scores.max(axis=-1)
    counts: Counter[str] = Counter()
    kept: list[tuple[int, list[Span], list[Span]]] = []
    for place in range(len(predicted)):
        truth, given = spans_of(predicted, chosen, place)
        true_spans, given_spans = _judged(truth, given, sure[place])
        counts.update(span.verdict for span in true_spans)
        counts.update(span.verdict for span in given_spans if span.verdict == "false alarm")
        if _passes([*true_spans, *given_spans], wanted, mistakes):
            kept.append((place, true_spans, given_spans))
    order = np.array([place for place, _, _ in kept], np.int64)
    keys = predicted.rows[order] if sort == "row" else predicted.losses[order] * (-1 if sort == "-loss" else 1)
    kept = [kept[index] for index in np.argsort(keys, kind="stable")]
    offset = max(int(context.options.get("offset") or 0), 0)
    limit = min(max(int(context.options.get("limit") or LIMIT), 1), MOST)
    texts = [_text(context, predicted, *each) for each in kept[offset : offset + limit]]
    return MarkedTexts(TITLE, texts, len(kept), offset, len(predicted), types, counts)


def spans_of(predicted: Predicted, chosen: np.ndarray, place: int) -> tuple[Spans, Spans]:
    """True and predicted spans of one sample; ``chosen`` are class indices, (samples, tokens)."""
    classes = predicted.target.column.classes
    known = predicted.truth[place] != IGNORED
    tags = [[classes[each] for each in row[known]] for row in (predicted.truth[place], chosen[place])]
    if names_entities(classes):
        return _entities(tags[0]), _entities(tags[1])
    return _single(tags[0]), _single(tags[1])


def _entities(tags: Sequence[str]) -> Spans:
    return [(span.type, span.start, span.end) for span in entity_spans(tags)]


def _single(tags: Sequence[str]) -> Spans:
    return [(tag, place, place + 1) for place, tag in enumerate(tags)]


def _judged(truth: Spans, given: Spans, sure: np.ndarray) -> tuple[list[Span], list[Span]]:
    true_verdicts, given_verdicts = judged(truth, given)
    return [Span(*span, verdict) for span, verdict in zip(truth, true_verdicts, strict=True)], [
        Span(*span, verdict, float(sure[span[1] : span[2]].min()))
        for span, verdict in zip(given, given_verdicts, strict=True)
    ]


def _passes(spans: Sequence[Span], wanted: str, mistakes: str) -> bool:
    if wanted:
        spans = [span for span in spans if span.type == wanted]
        if not spans:
            return False
    if not mistakes:
        return True
    return any(span.verdict != "right" and mistakes in ("any", span.verdict) for span in spans)


def _text(
    context: InspectionContext, predicted: Predicted, place: int, truth: list[Span], given: list[Span]
) -> MarkedText:
    row = int(predicted.rows[place])
    raw = context.model.data.table.columns[context.target.column.name]
    count = int((predicted.truth[place] != IGNORED).sum())
    tokens = raw.tokens[row][:count] if isinstance(raw, Tags) else [""] * count
    where = context.model.data.table.place(row)
    return MarkedText(row, place, tokens, truth, given, float(predicted.losses[place]), where)


def _option(context: InspectionContext, name: str, known: Sequence[str]) -> str:
    value = str(context.options.get(name) or "")
    if value not in known:
        raise InspectionError(f"'{name}' can be {', '.join(filter(None, known))}, not '{value}'.")
    return value
