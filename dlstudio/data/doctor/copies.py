"""Samples that are there twice: byte for byte, or nearly, within a split or in two of them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

import numpy as np

from dlstudio.data.doctor.contents import contents
from dlstudio.data.doctor.findings import Finding, Kind, finding, leaving_out
from dlstudio.data.doctor.near import near_pairs
from dlstudio.data.preparing import PreparedData
from dlstudio.data.table import SPLITS, LazyRows
from dlstudio.graph.project import DataSettings


def find_copies(settings: DataSettings, data: PreparedData) -> list[Finding]:
    """Exact and near copies, those of them in two splits, and copies whose target differs.

    Near copies of pictures, series and sounds are pairs whose small standardized forms correlate far better than those
    of neighbours usually do in this data; of texts, pairs that share nearly all pieces of five letters.
    """
    found: list[Finding] = []
    rows = data.used_rows()
    exact = _groups(contents(settings, data, rows))
    if exact:
        found += _told(settings, data, exact, _EXACT)
    known = {row for group in exact for row in group[1:]}
    rest = np.array([row for row in rows.tolist() if row not in known], np.int64)
    near = _joined(near_pairs(data, rest))
    if near:
        found += _told(settings, data, near, _NEAR)
    return found


class _Sort(NamedTuple):
    kind: Kind
    singular: str
    plural: str
    called: str


_EXACT = _Sort("copies", "repeats another sample exactly", "repeat another sample exactly", "the copies")
_NEAR = _Sort("near-copies", "is nearly the same as another", "are nearly the same as another", "the near copies")


def _told(settings: DataSettings, data: PreparedData, groups: Sequence[list[int]], sort: _Sort) -> Iterator[Finding]:
    """What groups of copies mean: too many of one thing, a test that says too much, a contradiction."""
    table = data.table
    split_of = {row: name for name in SPLITS for row in data.rows[name].tolist()}
    # What stays is what the test has, else the first: leaving a sample out of the training loses least.
    ordered = [sorted(group, key=lambda row: (-SPLITS.index(split_of[row]), row)) for group in groups]
    extra = [row for group in ordered for row in group[1:]]
    fix = leaving_out(settings, table, extra, sort.called)
    across = [group for group in ordered if len({split_of[row] for row in group}) > 1]
    within = [group for group in ordered if len({split_of[row] for row in group}) == 1]
    if across:
        count = sum(len(group) - 1 for group in across)
        message = (
            f"{_counted(count, 'of one split ', sort)} in another split, so validation or test say too much. "
            f"Pairs: {_pairs(data, across)}."
        )
        yield finding("shared", message, table, (row for group in across for row in group), fix=fix)
    if within:
        count = sum(len(group) - 1 for group in within)
        message = f"{_counted(count, '', sort)} in the same split. Pairs: {_pairs(data, within)}."
        yield finding(sort.kind, message, table, (row for group in within for row in group), fix=fix)
    yield from _conflicts(settings, data, ordered)


def _counted(count: int, where: str, sort: _Sort) -> str:
    return f"1 sample {where}{sort.singular}" if count == 1 else f"{count:,} samples {where}{sort.plural}"


def _pairs(data: PreparedData, groups: Sequence[list[int]]) -> str:
    named = [f"{data.table.name_of(group[0])} and {data.table.name_of(group[1])}" for group in groups[:2]]
    return "; ".join(named) + (f" and {len(groups) - 2:,} more" if len(groups) > 2 else "")


def _conflicts(settings: DataSettings, data: PreparedData, groups: Sequence[list[int]]) -> Iterator[Finding]:
    for name, column in settings.columns.items():
        spec = data.specs.get(name)
        if column.get("role") != "target" or spec is None or spec.kind != "category":
            continue
        if isinstance(data.table.columns.get(name), LazyRows):
            continue
        codes = {group[0]: data.encode(name, np.array(group)) for group in groups}
        unlike = [group for group in groups if len(set(codes[group[0]].tolist())) > 1]
        if unlike:
            message = (
                f"{len(unlike):,} times the same sample has different classes in '{name}', and at most one is right. "
                f"Pairs: {_pairs(data, unlike)}. Look at them, or leave all of them out."
            )
            rows = [row for group in unlike for row in group]
            fix = leaving_out(settings, data.table, rows, "the contradictions")
            yield finding("conflict", message, data.table, rows, column=name, fix=fix)


def _groups(contents: dict[int, bytes]) -> list[list[int]]:
    by_content: dict[bytes, list[int]] = {}
    for row, content in contents.items():
        by_content.setdefault(content, []).append(row)
    return [rows for rows in by_content.values() if len(rows) > 1]


def _joined(pairs: Iterable[tuple[int, int]]) -> list[list[int]]:
    """Groups of rows that hang together by pairs."""
    group: dict[int, list[int]] = {}
    for one, other in pairs:
        first, second = group.setdefault(one, [one]), group.setdefault(other, [other])
        if first is not second:
            first.extend(second)
            for row in second:
                group[row] = first
    return [sorted(each) for each in {id(each): each for each in group.values()}.values()]
