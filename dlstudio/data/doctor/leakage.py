"""Samples that belong together but fall into different splits: of one patient, one series of pictures, one hour."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from dlstudio.data.doctor.findings import Finding, data_fix, finding
from dlstudio.data.preparing import PreparedData
from dlstudio.data.splitting.splits import FOLDED, day_numbers, name_groups
from dlstudio.data.table import SPLITS, Cells, Files, LazyRows, Values
from dlstudio.graph.project import DataSettings

_GROUP = re.compile(
    r"(^|[_\W])(patients?|subjects?|persons?|people|users?|speakers?|voices?|singers?|customers?|clients?|accounts?|"
    r"households?|famil(y|ies)|sessions?|recordings?|videos?|clips?|scenes?|sites?|cent(er|re)s?|hospitals?|scanners?|"
    r"cameras?|devices?|machines?|plots?|fields?|articles?|documents?|authors?|writers?|donors?|animals?|mice|mouse|"
    r"groups?|batch|blocks?)([_\W]*(id|ids|no|nr|number|code|name))?$",
    re.IGNORECASE,
)
_TIME = re.compile(r"(^|[_\W])(date|time|datetime|timestamp|day|hour|month|week)s?([_\W]|$)", re.IGNORECASE)
_TIMES_DISTINCT = 0.3  # of the rows, from which on a column of times tells them apart


def find_leakage(settings: DataSettings, data: PreparedData) -> list[Finding]:
    """Groups in several splits, told by a column or by the names of files, and times that are mixed."""
    if settings.split.get("by") == "group":
        return []
    found = list(_groups(settings, data))
    if not found:
        found = list(_named_groups(settings, data))
    if settings.split.get("by") is None:
        found += _times(settings, data)
    return found


def _across(data: PreparedData, groups: Sequence[Any]) -> tuple[list[int], int, int]:
    """Rows outside of training whose group is trained on, how many groups that are, and how many there are in all."""
    train = {groups[row] for row in data.rows["train"].tolist()}
    rows = [row for name in SPLITS[1:] for row in data.rows[name].tolist() if groups[row] in train]
    used = {groups[row] for row in data.used_rows().tolist()}
    return rows, len({groups[row] for row in rows}), len(used)


def _groups(settings: DataSettings, data: PreparedData) -> Iterator[Finding]:
    for name, column in settings.columns.items():
        raw = data.table.columns.get(name)
        if column.get("role") or not isinstance(raw, Cells | Values) or not _GROUP.search(name):
            continue
        if any(name in other.get("from", ()) and other.get("role") for other in settings.columns.values()):
            continue
        labels = [label or "" for label in raw.labels]
        rows, shared, groups = _across(data, labels)
        if groups < 3 or groups > 0.7 * len(data.used_rows()) or not rows:
            continue
        split = {"by": "group", "column": name, "seed": settings.split.get("seed", FOLDED["seed"])}
        fix = data_fix(f"Split by '{name}'", replace(settings, split=split))
        yield finding("group", _group_sentence(f"of '{name}'", rows, shared, groups), data.table, rows, fix=fix)


def _named_groups(settings: DataSettings, data: PreparedData) -> Iterator[Finding]:
    """Files such as ``anna_03_slice7.png``: what stands before the last number says what they belong to."""
    files = next((column for column in data.table.columns.values() if isinstance(column, Files)), None)
    groups = name_groups(files.names) if files is not None else None
    if groups is None:
        return
    rows, shared, count = _across(data, groups.tolist())
    classes = _classes(settings, data)
    if not rows or count < 3 or count > 0.5 * len(data.used_rows()) or count <= 1.5 * classes:
        return
    split = {"by": "group", "names": True, "seed": settings.split.get("seed", FOLDED["seed"])}
    fix = data_fix("Split by the names of the files", replace(settings, split=split))
    sentence = _group_sentence("of files with one name but for the last number", rows, shared, count)
    yield finding("group", sentence, data.table, rows, fix=fix)


def _group_sentence(of: str, rows: Sequence[int], shared: int, groups: int) -> str:
    return (
        f"{shared:,} of the {groups:,} groups {of} are in the training split and in another one too ({len(rows):,} "
        "samples). If what one group has in common is not what is to be learnt, the test says too much."
    )


def _classes(settings: DataSettings, data: PreparedData) -> int:
    kinds = [
        len(data.specs[name].classes)
        for name, column in settings.columns.items()
        if column.get("role") == "target" and name in data.specs
    ]
    return max(kinds, default=1)


def _times(settings: DataSettings, data: PreparedData) -> Iterator[Finding]:
    for name in settings.columns:
        raw = data.table.columns.get(name)
        if raw is None or isinstance(raw, LazyRows | Files) or not _TIME.search(name):
            continue
        days = day_numbers(raw)
        rows = data.used_rows()
        if days is None or not len(data.rows["test"]):
            continue
        known = days[rows]
        known = known[np.isfinite(known)]
        if len(known) < 0.9 * len(rows) or len(np.unique(known)) < _TIMES_DISTINCT * len(rows):
            continue
        latest = float(np.nanmax(days[data.rows["train"]]))
        early = [row for part in SPLITS[1:] for row in data.rows[part].tolist() if days[row] < latest]
        outside = len(data.rows["validation"]) + len(data.rows["test"])
        if len(early) < 0.5 * outside:
            continue
        message = (
            f"'{name}' says when each sample was taken, and the split mixes the times: {len(early):,} samples of "
            "validation and test are older than what is trained on. What is used on the days to come should be tested "
            "on later days."
        )
        shares = {part: settings.split.get(part, share) for part, share in zip(SPLITS, (0.8, 0.1, 0.1), strict=True)}
        fix = data_fix(f"Split by '{name}'", replace(settings, split={"by": "time", "column": name, **shares}))
        yield finding("time", message, data.table, early, column=name, fix=fix)
