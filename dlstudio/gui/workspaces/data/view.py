"""The description of the data as the Data workspace shows it, read from the JSON object that the engine sends."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
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
    """One column; see :class:`dlstudio.data.summary.ColumnSummary` for what the fields mean."""

    name: str
    type: str
    role: str = ""
    fits: tuple[str, ...] = ()
    classes: tuple[str, ...] = ()
    counts: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    spreads: tuple[Spread, ...] = ()
    samples: Mapping[str, Mapping[str, Sequence[int]]] = field(default_factory=dict)

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
    fix: Fix | None = None
    rows: tuple[int, ...] = ()


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
        """The column whose classes filter the samples: a target with classes, else the first column with any."""
        with_classes = [each for each in self.columns if each.counts]
        targets = [each for each in with_classes if each.role == "target"]
        return next(iter(targets or with_classes), None)

    def rows_for(self, split: str, name: str) -> list[int]:
        """Rows that can be shown of a split and a class, both of which may be empty for *all*."""
        column = self.class_column
        found = column.samples.get(name, {}) if name and column is not None else self.samples
        return sorted(row for each, rows in found.items() if not split or each == split for row in rows)

    def size_of(self, split: str, name: str) -> int:
        """How many rows there are of a split and a class."""
        column = self.class_column
        if name and column is not None:
            return column.count(name, split)
        return self.splits.get(split, 0) if split else sum(self.splits.values())


def read_view(summary: Mapping[str, Any]) -> DataView:
    """Reads the JSON form of :class:`dlstudio.data.summary.DataSummary`."""
    issues = [_issue(each) for each in summary.get("issues", ())]
    said = {each.message for each in issues}
    # What stands in the way besides the issues: no target, one class, an empty split.
    problems = [_problem(each) for each in summary.get("problems", ()) if each["message"] not in said]
    return DataView(
        int(summary["rows"]),
        dict(summary["splits"]),
        tuple(_column(each) for each in summary["columns"]),
        tuple(sorted((*problems, *issues), key=lambda issue: issue.severity != "error")),
        {name: tuple(rows) for name, rows in summary["samples"].items()},
    )


def read_findings(answer: Mapping[str, Any]) -> tuple[IssueView, ...]:
    """Reads what the engine's examination found."""
    return tuple(
        IssueView(
            each["message"],
            int(each["count"]),
            tuple(each.get("places", ())),
            severity=each.get("severity", "warning"),
            fix=Fix.from_json(each["fix"]) if each.get("fix") else None,
            rows=tuple(int(row) for row in each.get("rows", ())),
        )
        for each in answer["findings"]
    )


def _column(value: Mapping[str, Any]) -> ColumnView:
    return ColumnView(
        value["name"],
        value["type"],
        value.get("role", ""),
        tuple(value.get("fits", ())),
        tuple(value.get("classes", ())),
        value.get("counts", {}),
        tuple(_spread(each) for each in value.get("spreads", ()) if each["counts"]),
        value.get("samples", {}),
    )


def _spread(value: Mapping[str, Any]) -> Spread:
    return Spread(
        tuple(value["counts"]),
        float(value["low"]),
        float(value["high"]),
        value.get("unit", ""),
        value.get("title", ""),
        value.get("note", ""),
    )


def _issue(value: Mapping[str, Any]) -> IssueView:
    choices = tuple(Choice(each["label"], each["option"], each["value"]) for each in value.get("choices", ()))
    return IssueView(
        value["message"], int(value["count"]), tuple(value.get("places", ())), choices, value.get("severity", "warning")
    )


def _problem(value: Mapping[str, Any]) -> IssueView:
    fix = Fix.from_json(value["fix"]) if value.get("fix") else None
    return IssueView(value["message"], 1, severity=value.get("severity", "error"), fix=fix)
