"""Finds the rows of a column that hold nothing usable, and says so as issues: missing, unreadable, empty, no number."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from dlstudio.data.encoders.category import CategoryEncoder
from dlstudio.data.stores import Store
from dlstudio.data.table import (
    LISTED,
    Cells,
    Choice,
    DataIssue,
    Files,
    LazyRows,
    RawColumn,
    Rows,
    Table,
    Values,
    listed,
)
from dlstudio.data.tables.cells import is_missing
from dlstudio.graph.problems import Severity


@dataclass(frozen=True)
class Fault:
    """Rows of one column with one thing wrong.

    Attributes:
        kind: ``missing``, ``not-a-number``, ``empty``, ``unreadable``, ``unlabelled`` or ``class``.
        rows: The rows concerned.
        kept: Whether the rows stay in the splits, because the user chose so or nothing is lost.
    """

    kind: str
    rows: Rows
    kept: bool = False


def missing_numbers(raw: RawColumn, options: Mapping[str, Any], target: bool) -> list[Fault]:
    """Cells without a value and cells that are no number."""
    if isinstance(raw, Files | LazyRows):
        return []
    bad = ~np.isfinite(raw.numbers).all(axis=1)
    if not bad.any():
        return []
    rows = np.flatnonzero(bad)
    filled = options.get("missing") == "mean" and not target
    if not isinstance(raw, Cells):
        return [Fault("missing", rows, filled)]
    empty = np.array([is_missing(raw.values[row]) for row in rows.tolist()], bool)
    found = [Fault("missing", rows[empty], filled), Fault("not-a-number", rows[~empty], filled)]
    return [fault for fault in found if len(fault.rows)]


def missing_labels(raw: RawColumn, encoder: CategoryEncoder, options: Mapping[str, Any], target: bool) -> list[Fault]:
    """Cells without a class, and those whose class the settings leave out."""
    if isinstance(raw, Files | LazyRows):
        return []
    labels = raw.labels
    missing = np.array([row for row, label in enumerate(labels) if label is None], np.int64)
    known = set(encoder.spec.classes)
    other = np.array([row for row, label in enumerate(labels) if label is not None and label not in known], np.int64)
    found = [Fault("missing", missing, options.get("missing") == "mean" and not target), Fault("class", other)]
    return [fault for fault in found if len(fault.rows)]


def empty_texts(raw: RawColumn, options: Mapping[str, Any]) -> list[Fault]:
    """Texts with nothing in them."""
    if isinstance(raw, Files | LazyRows):
        return []
    rows = np.array([row for row, text in enumerate(raw.texts()) if not text.strip()], np.int64)
    return [Fault("empty", rows, options.get("empty") == "keep")] if len(rows) else []


def unreadable_files(store: Store) -> list[Fault]:
    """Files that are no image, clip, mask or sound."""
    rows = np.array(sorted(store.check()), np.int64)
    return [Fault("unreadable", rows)] if len(rows) else []


def unlabelled_masks(store: Store) -> list[Fault]:
    """Masks in which no pixel has a class."""
    rows = np.array(sorted(getattr(store, "unlabelled", ())), np.int64)
    return [Fault("unlabelled", rows)] if len(rows) else []


def broken_series(raw: RawColumn, options: Mapping[str, Any]) -> list[Fault]:
    """Series with a value that is no finite number."""
    if not isinstance(raw, Values) or raw.array.dtype.kind != "f":
        return []
    finite = np.isfinite(raw.array)
    if raw.array.ndim == 3:
        finite = np.asarray(finite.all(axis=2))
        if raw.lengths is not None:
            finite |= np.arange(raw.array.shape[1]) >= raw.lengths[:, np.newaxis]
    rows = np.flatnonzero(~finite.reshape(len(finite), -1).all(axis=1))
    return [Fault("missing", rows, options.get("missing") == "mean")] if len(rows) else []


_OPTION = {"missing": "missing", "not-a-number": "missing", "empty": "empty", "unreadable": "unreadable"}


def issue_of(
    fault: Fault,
    name: str,
    table: Table,
    options: Mapping[str, Any],
    *,
    reasons: Mapping[int, str],
    target: bool,
    noun: str = "image",
) -> DataIssue:
    """The fault as the user reads it, with what they may choose; ``noun`` is what a file holds."""
    rows = [int(row) for row in fault.rows[:LISTED]]
    count = len(fault.rows)
    places = tuple(_place(table, row, reasons) for row in rows)
    where = listed(places, count)
    option = _OPTION.get(fault.kind, "")
    chosen = options.get(option) if option else "skip"
    done = _done(fault, str(chosen or ""))
    file = f" ({table.name})" if table.name else ""
    message = f"{_said(fault.kind, name, count, noun)}: {where}{file}. {done or _advice(fault.kind, target)}"
    severity: Severity = "warning" if done else "error"
    choices = () if done else tuple(_choices(fault.kind, option, target, noun))
    return DataIssue(fault.kind, message, severity, name, count, tuple(rows), places, choices)


def _place(table: Table, row: int, reasons: Mapping[int, str]) -> str:
    place = table.place(row)
    return f"{place} ({reasons[row]})" if row in reasons else place


def _said(kind: str, name: str, count: int, noun: str) -> str:
    one = count == 1
    rows = "1 row" if one else f"{count} rows"
    return {
        "missing": f"Column '{name}' has no value in {rows}",
        "not-a-number": f"Column '{name}' holds no number in {rows}",
        "empty": f"The text in '{name}' is empty in {rows}",
        "unreadable": f"{f'1 {noun}' if one else f'{count} {noun}s'} of '{name}' cannot be read",
        "unlabelled": f"No pixel of '{name}' has a class in {rows}",
        "class": f"{rows} {'has' if one else 'have'} a class in '{name}' that is left out",
    }[kind]


def _advice(kind: str, target: bool) -> str:
    return {
        "missing": "Fill them in or skip these rows." if target else "Fill them in, skip these rows, or use the mean.",
        "not-a-number": "Mend these cells, skip the rows, or read the column as category or text.",
        "empty": "Fill them in or skip these rows.",
        "unreadable": "Mend or remove these files, or skip them.",
    }[kind]


def _done(fault: Fault, chosen: str) -> str:
    if fault.kind in ("class", "unlabelled") or chosen == "skip":
        return "These rows are skipped." if fault.kind == "unlabelled" else "These rows are skipped, as chosen."
    if fault.kept:
        return (
            "They are kept, as chosen."
            if fault.kind == "empty"
            else "The mean of the training rows is used, as chosen."
        )
    return ""


def _choices(kind: str, option: str, target: bool, noun: str) -> Iterable[Choice]:
    what = {"unreadable": f"unreadable {noun}s", "empty": "empty texts", "not-a-number": "rows without a number"}
    yield Choice(f"Skip {what.get(kind, 'rows without a value')}", option, "skip")
    if option == "missing" and not target:
        yield Choice("Use the mean instead", option, "mean")
