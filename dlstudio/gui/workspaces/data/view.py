"""The description of the data as the Data workspace shows it, read from the JSON object that the engine sends."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from dlstudio.graph.problems import Fix


@dataclass(frozen=True)
class Spread:
    """How often values fall into each of equal ranges between ``low`` and ``high``."""

    counts: tuple[float, ...]
    low: float
    high: float
    unit: str = ""
    title: str = ""
    note: str = ""


@dataclass(frozen=True)
class ColumnView:
    """One column: its type, its classes with their counts by split, the spread of its values."""

    name: str
    type: str
    classes: tuple[str, ...] = ()
    counts: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    spreads: tuple[Spread, ...] = ()

    def count(self, name: str, split: str = "") -> int:
        """Samples of a class in one split, or in all."""
        splits = [split] if split else list(self.counts)
        return sum(int(self.counts.get(each, {}).get(name, 0)) for each in splits)


@dataclass(frozen=True)
class IssueView:
    """One thing that is wrong with the data: a sentence, where, and what mends it by choice."""

    message: str
    count: int
    places: tuple[str, ...] = ()
    fixes: tuple[Fix, ...] = ()
    severity: str = "warning"


@dataclass(frozen=True)
class DataView:
    """All of it: rows in all and by split, columns, issues, and the numbers of rows that can be shown, by split."""

    rows: int
    splits: Mapping[str, int]
    columns: tuple[ColumnView, ...]
    issues: tuple[IssueView, ...] = ()
    samples: Mapping[str, tuple[int, ...]] = field(default_factory=dict)

    def column(self, name: str) -> ColumnView | None:
        """The column of that name, or None."""
        return next((each for each in self.columns if each.name == name), None)
