"""Precision, recall and F1 of each type of entity, or of each tag, and of all together."""

from __future__ import annotations

from collections import Counter

from dlstudio.graph.columns import ColumnSpec
from dlstudio.inspection.inspector import InspectionContext
from dlstudio.inspection.inspectors.entities import fits as fits_tags
from dlstudio.inspection.inspectors.entities import spans_of
from dlstudio.inspection.results import Table
from dlstudio.tasks.task import Task

NAME = "entity-types"
TITLE = "Metrics per type"
RANK = 3


def fits(task: Task, column: ColumnSpec) -> bool:
    """Tags."""
    return fits_tags(task, column)


def inspect(context: InspectionContext) -> Table:
    """One row a type, then all together; a share that divides by nothing is None."""
    predicted = context.predicted
    chosen = predicted.outputs.argmax(axis=-1)
    hits: Counter[str] = Counter()
    truths: Counter[str] = Counter()
    guesses: Counter[str] = Counter()
    for place in range(len(predicted)):
        truth, given = spans_of(predicted, chosen, place)
        truths.update(span[0] for span in truth)
        guesses.update(span[0] for span in given)
        hits.update(span[0] for span in set(truth) & set(given))
    names = sorted({*truths, *guesses})
    rows = [_row(name, hits[name], truths[name], guesses[name]) for name in names]
    rows.append(_row("all", hits.total(), truths.total(), guesses.total()))
    return Table(
        TITLE,
        [
            ("type", "text"),
            ("true", "count"),
            ("predicted", "count"),
            ("precision", "share"),
            ("recall", "share"),
            ("F1", "share"),
        ],
        rows,
    )


def _row(name: str, hits: int, truths: int, guesses: int) -> list[object]:
    both = truths + guesses
    return [
        name,
        truths,
        guesses,
        hits / guesses if guesses else None,
        hits / truths if truths else None,
        2 * hits / both if both else None,
    ]
