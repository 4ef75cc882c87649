"""What the data doctor says: one thing that is wrong, the samples behind it, and what mends it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

from dlstudio.data.table import LISTED, Table
from dlstudio.graph.problems import Fix, Severity
from dlstudio.graph.project import DataSettings

Kind = Literal[
    "copies",
    "near-copies",
    "shared",
    "conflict",
    "unreadable",
    "size",
    "blank",
    "constant",
    "class",
    "outlier",
    "encoding",
    "group",
    "time",
    "label",
    "split",
]

LEFT_OUT = "left_out"
"""The entry of ``DataSettings.options`` with the places of rows that are in no split (:meth:`Table.name_of`)."""

MOST_ROWS = 2000


@dataclass(frozen=True)
class Finding:
    """One thing that the doctor found.

    Attributes:
        kind: What sort of thing.
        message: Sentences: what, how many, why it matters.
        column: The column it concerns, or an empty string.
        count: How many samples are concerned.
        rows: The first of them (at most :data:`MOST_ROWS`), as row numbers of the table; copies stand side by side.
        places: The first of the places, for a person.
        fix: The remedy, or None where only a person can mend it.
        severity: ``error`` or ``warning``.
    """

    kind: Kind
    message: str
    column: str = ""
    count: int = 0
    rows: tuple[int, ...] = ()
    places: tuple[str, ...] = ()
    fix: Fix | None = None
    severity: Severity = "warning"

    def as_json(self) -> dict[str, Any]:
        return {
            "kind": self.kind,
            "message": self.message,
            "column": self.column,
            "count": self.count,
            "rows": list(self.rows),
            "places": list(self.places),
            "fix": self.fix.as_json() if self.fix else None,
            "severity": self.severity,
        }


def finding(
    kind: Kind, message: str, table: Table, rows: Iterable[int], *, column: str = "", fix: Fix | None = None
) -> Finding:
    """A finding about some rows of a table; names the first of them."""
    every = [int(row) for row in rows]
    places = tuple(table.name_of(row) for row in every[:LISTED])
    return Finding(kind, message, column, len(every), tuple(every[:MOST_ROWS]), places, fix)


def data_fix(label: str, settings: DataSettings) -> Fix:
    """A remedy that puts these data settings in place of the old ones."""
    return Fix(label, ({"edit": "data", "value": settings.as_json()},))


def leaving_out(settings: DataSettings, table: Table, rows: Iterable[int], what: str) -> Fix:
    """The remedy that takes some rows out of all splits; ``what`` says how they are called: ``the copies``."""
    names = [table.name_of(int(row)) for row in rows]
    before = [str(each) for each in settings.options.get(LEFT_OUT, ())]
    after = list(dict.fromkeys((*before, *names)))
    return data_fix(f"Leave out {what}", replace(settings, options={**settings.options, LEFT_OUT: after}))


def odd_ones(
    settings: DataSettings, table: Table, kind: Kind, rows: Sequence[int], *, message: str, column: str, called: str
) -> Finding:
    """A finding about samples that may be left out; ``called`` is what the remedy calls them: ``the outliers``."""
    return finding(kind, message, table, rows, column=column, fix=leaving_out(settings, table, rows, called))
