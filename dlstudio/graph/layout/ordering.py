"""The order within columns: few crossings, by barycenters in alternating sweeps and exchanges of neighbours.

After Sugiyama, Tagawa and Toda (1981), and for the exchanges Gansner, Koutsofios, North and Vo (1993). Crossings are
counted as in Barth, Jünger and Mutzel (2002), "Simple and efficient bilayer cross counting".
"""

from __future__ import annotations

from bisect import bisect_right, insort
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from dlstudio.graph.layout.lattice import Lattice

SWEEPS = 8
PATIENCE = 3
"""Sweeps without fewer crossings after which it is good enough."""
WORTH_KEEPING = 1.1
"""The order of nodes so far stays where it has at most so many times as many crossings."""


def order_columns(lattice: Lattice, hint: Mapping[int, float] | None = None) -> None:
    """Sorts the columns of a lattice in place.

    Args:
        lattice: One row.
        hint: Heights of nodes in the drawing so far: the order of nodes is kept where it is about as good.
    """
    best, crossed = _improved(lattice, [list(column) for column in lattice.columns])
    if hint:
        old = _from_hint(lattice, hint)
        if _nodes(lattice, old) != _nodes(lattice, best):
            kept, count = _improved(lattice, old, keep=_nodes(lattice, old))
            if count <= crossed * WORTH_KEEPING + 1:
                best = kept
    lattice.columns[:] = best


def crossings(lattice: Lattice, columns: Sequence[Sequence[int]]) -> int:
    """How many pieces of wires cross."""
    return sum(
        _between([lattice.after[vertex] for vertex in column], columns[index + 1])
        for index, column in enumerate(columns[:-1])
    )


def _between(neighbours: Sequence[Sequence[int]], column: Sequence[int]) -> int:
    place = {vertex: index for index, vertex in enumerate(column)}
    ends: list[int] = []
    count = 0
    for targets in neighbours:
        row = sorted(place[vertex] for vertex in targets)
        count += sum(len(ends) - bisect_right(ends, end) for end in row)
        for end in row:
            insort(ends, end)
    return count


def _improved(
    lattice: Lattice, columns: list[list[int]], keep: Sequence[Sequence[int]] | None = None
) -> tuple[list[list[int]], int]:
    """Sweeps to and fro; returns the best order met and its crossings.

    With ``keep`` the nodes of each column stay in that order, and only tracks move.
    """
    best = [sorted(column, key=_together(lattice, column, {v: i for i, v in enumerate(column)})) for column in columns]
    crossed = crossings(lattice, best)
    now, idle = [list(column) for column in best], 0
    place = [0.0] * len(lattice.above)
    for column in now:
        _renumber(column, place)
    for sweep in range(SWEEPS):
        if not crossed or idle >= PATIENCE:
            break
        forward = sweep % 2 == 0
        for index in range(len(now)) if forward else reversed(range(len(now))):
            if len(now[index]) > 1:
                _sort(lattice, now[index], lattice.before if forward else lattice.after, place)
                if keep is not None:
                    nodes = iter(keep[index])
                    now[index] = [v if lattice.is_track(v) else next(nodes) for v in now[index]]
                    _renumber(now[index], place)
        if keep is None:
            _exchange(lattice, now, place)
        count = crossings(lattice, now)
        idle += 1
        if count < crossed:
            best, crossed, idle = [list(column) for column in now], count, 0
    return best, crossed


def _sort(lattice: Lattice, column: list[int], near: Sequence[Sequence[int]], place: list[float]) -> None:
    keys = {
        vertex: sum(place[other] for other in near[vertex]) / len(near[vertex]) if near[vertex] else place[vertex]
        for vertex in column
    }
    column.sort(key=_together(lattice, column, keys))
    _renumber(column, place)


def _together(lattice: Lattice, column: Sequence[int], keys: Mapping[int, float]) -> Callable[[int], tuple[Any, ...]]:
    """Sorts by keys so that what lies in one frame stays together, at the mean of its keys."""
    group = lattice.group
    sums: dict[str, list[float]] = {}
    for vertex in column:
        if vertex in group:
            sums.setdefault(group[vertex], []).append(keys[vertex])
    middle = {name: sum(values) / len(values) for name, values in sums.items()}
    return lambda v: (middle[group[v]] if v in group else keys[v], group.get(v, ""), keys[v])


def _exchange(lattice: Lattice, columns: Sequence[list[int]], place: list[float]) -> None:
    """Exchanges neighbours wherever that saves crossings."""
    for column in columns:
        for index in range(len(column) - 1):
            upper, lower = column[index], column[index + 1]
            if lattice.group and lattice.group.get(upper) != lattice.group.get(lower):
                continue
            saved = 0
            for near in (lattice.before, lattice.after):
                if near[upper] and near[lower]:
                    ups, lows = [place[v] for v in near[upper]], [place[v] for v in near[lower]]
                    saved += sum(u > low for u in ups for low in lows) - sum(u < low for u in ups for low in lows)
            if saved > 0:
                column[index], column[index + 1] = lower, upper
                place[upper], place[lower] = place[lower], place[upper]


def _from_hint(lattice: Lattice, hint: Mapping[int, float]) -> list[list[int]]:
    """The nodes in the order of the drawing so far; what was not there stands between its neighbours."""
    place: dict[int, float] = {}
    found = []
    for column in lattice.columns:
        known = sorted((vertex for vertex in column if vertex in hint), key=hint.__getitem__)
        place.update((vertex, float(index)) for index, vertex in enumerate(known))
        for vertex in column:
            if vertex not in hint:
                near = [place[v] for v in lattice.before[vertex]]
                place[vertex] = sum(near) / len(near) if near else 0.0
        found.append(sorted(column, key=place.__getitem__))
    return found


def _nodes(lattice: Lattice, columns: Sequence[Sequence[int]]) -> list[list[int]]:
    """The columns without tracks."""
    return [[vertex for vertex in column if not lattice.is_track(vertex)] for column in columns]


def _renumber(column: Sequence[int], place: list[float]) -> None:
    for index, vertex in enumerate(column):
        place[vertex] = float(index)
