"""The description of the data as the Data workspace shows it, read from the JSON object that the engine sends."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any


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
class Choice:
    """A way to deal with an issue: what the link says, and the entry of ``DataSettings.options`` that it sets."""

    label: str
    option: str
    value: Any


@dataclass(frozen=True)
class IssueView:
    """One thing that is wrong with the data: a sentence, where, and what the user may choose to do."""

    message: str
    count: int
    places: tuple[str, ...] = ()
    choices: tuple[Choice, ...] = ()
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

    @property
    def class_column(self) -> ColumnView | None:
        """The column whose classes filter the samples: the first that has any, targets first."""
        return next((each for each in self.columns if each.counts), None)

    def rows_for(self, split: str, name: str) -> Sequence[int]:
        """Rows that can be shown of a split and a class, both of which may be empty for *all*."""
        raise NotImplementedError

    def size_of(self, split: str, name: str) -> int:
        """How many rows there are of a split and a class."""
        column = self.class_column
        if name and column is not None:
            return column.count(name, split)
        return self.splits.get(split, 0) if split else sum(self.splits.values())


def read_view(summary: Mapping[str, Any]) -> DataView:
    """Reads what :func:`dlstudio.data.summary.summarize` describes, as JSON."""
    return DataView(int(summary.get("rows", 0)), dict(summary.get("splits", {})), ())
