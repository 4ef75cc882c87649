"""Sentences, their true translations and those that the network writes; or one of them with what it looks at.

Options for many: ``sort`` (``-score`` and ``score`` by chrF, ``-loss``, ``loss``, ``row``), ``offset``, ``limit``.
Options for one: ``row`` of the data or ``text`` of one's own, and ``beam``, how many beginnings are followed (1 to 16).
"""

from __future__ import annotations

from typing import Any

import numpy as np

from dlstudio.data.encoders.sentence import SentenceEncoder
from dlstudio.graph.columns import ColumnSpec
from dlstudio.inspection.failures import InspectionError
from dlstudio.inspection.inspector import InspectionContext
from dlstudio.inspection.translating import (
    Translator,
    Written,
    best_of,
    confidence,
    encoded,
    looked_at,
    translations,
    translator,
    true_texts,
)
from dlstudio.inspection.translation_results import Aligned, Candidate, TranslatedText, Translations
from dlstudio.tasks.informed import WritesTexts
from dlstudio.tasks.task import Task

NAME = "translations"
TITLE = "Translations"
RANK = 0.5
_MOST = 200
_SORTS = ("row", "score", "-score", "loss", "-loss")


def fits(task: Task, column: ColumnSpec) -> bool:
    """Translations."""
    return column.kind == "translation" and isinstance(task, WritesTexts)


def inspect(context: InspectionContext) -> Translations | Aligned:
    """Many sentences, or one.

    Raises:
        InspectionError: The split is empty, there is no such row, or an option makes no sense.
    """
    found = translator(context.model, context.target.output)
    if "row" in context.options or "text" in context.options:
        return _one(context, found)
    return _many(context, found)


def _many(context: InspectionContext, found: Translator) -> Translations:
    predicted, options = context.predicted, context.options
    if not len(predicted):
        raise InspectionError(f"The {context.split} split has no samples. Give it a share on the Data page.")
    sort = str(options.get("sort") or "row")
    if sort not in _SORTS:
        raise InspectionError(f"Translations are sorted by {', '.join(_SORTS)}, not by {sort!r}.")
    written = translations(context.model, context.split, context.target)
    truth = true_texts(context.model, context.target.column.name, predicted.rows)
    assert isinstance(context.target.task, WritesTexts)
    scores = context.target.task.each_text(truth, written)
    offset, limit = max(_whole(options, "offset", 0), 0), min(max(_whole(options, "limit", 50), 1), _MOST)
    places = _ordered(sort, scores, predicted.losses)[offset : offset + limit].tolist()
    sources = true_texts(context.model, found.column, predicted.rows[places])
    place = context.model.data.table.place
    items = [
        TranslatedText(
            int(predicted.rows[at]),
            source,
            truth[at],
            written[at],
            float(scores[at]),
            float(predicted.losses[at]),
            place(int(predicted.rows[at])),
        )
        for at, source in zip(places, sources, strict=True)
    ]
    exact = round(context.target.task.of_texts(truth, written)["exact"] * len(truth))
    return Translations(TITLE, items, len(truth), exact, (found.column, context.target.column.name))


def _ordered(sort: str, scores: np.ndarray, losses: np.ndarray) -> np.ndarray:
    """Places of the split in the order asked for, a minus standing for the highest first."""
    if sort == "row":
        return np.arange(len(scores))
    values = scores if sort.endswith("score") else losses
    return np.argsort(-values if sort.startswith("-") else values, kind="stable")


def _one(context: InspectionContext, found: Translator) -> Aligned:
    model, beam = context.model, _whole(context.options, "beam", 4)
    if "text" in context.options:
        source, truth = str(context.options["text"] or ""), ""
        inputs = encoded(found, source)
    else:
        row = _whole(context.options, "row", 0)
        if not 0 <= row < model.data.table.rows:
            raise InspectionError(f"The data has no row {row + 1}; it has {model.data.table.rows:,}.")
        rows = np.array([row], np.int64)
        source, truth = (true_texts(model, name, rows)[0] for name in (found.column, context.target.column.name))
        inputs = [np.asarray(model.data.encode(column, rows)) for column in found.sources if column]
    best, texts = best_of(found, source, inputs, beam)
    layers, weights = looked_at(found, inputs, best[:1])
    read = _tokens_read(found, source, inputs[0])
    written = _tokens_written(found, best[0])
    return Aligned(
        TITLE,
        source,
        truth,
        [Candidate(text, confidence(each), each.ended) for text, each in zip(texts, best, strict=True)],
        read,
        written,
        layers,
        weights[:, 0, : len(written), : len(read)],
    )


def _tokens_read(found: Translator, text: str, source: np.ndarray) -> list[str]:
    encoder = found.model.network.encoders[found.column]
    if isinstance(encoder, SentenceEncoder):
        return encoder.pieces_of(text)
    return [str(each) for each in source[0].tolist() if each]


def _tokens_written(found: Translator, written: Written) -> list[str]:
    end = [found.encoder.boundary] if written.ended else []
    return [found.encoder.piece(each) for each in (*written.ids, *end)]


def _whole(options: Any, name: str, usual: int) -> int:
    value = options.get(name, usual)
    if isinstance(value, bool) or not isinstance(value, int | float) or int(value) != value:
        raise InspectionError(f"'{name}' has to be a whole number, not {value!r}.")
    return int(value)
