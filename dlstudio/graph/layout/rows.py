"""Where a long network is broken into rows, so that it is as large in the view as can be.

Rows break where few wires cross, so that a residual block stays together; where the drawing so far has rows that are
still good, they are kept.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from itertools import accumulate, pairwise

from dlstudio.graph.layout import distances as d

Rows = list[tuple[int, int]]
MOST_CANDIDATES = 48
COST_OF_CROSSING = 0.04
COST_OF_FRAME = 8
"""To divide a frame costs as much as so many wires."""
MOST_BESIDE = 3
"""Components of so many columns stand in one row with others."""
TALLER = 1.25
"""Rows that become so much higher than reckoned with are broken once more."""
GOOD_ENOUGH = 0.8
"""The rows so far stay where the graph is at least so large with them, against the best."""


class Breaking:
    """All columns of a graph in reading order, and what breaking them into rows costs.

    Attributes:
        kept: Whether the rows found last are those of the drawing so far.

    Args:
        parts: The columns of each component, one after the other; all but the smallest begin a new row.
        edges: Pairs of nodes.
        sizes: Width and height by node.
        pitch: Distance of the columns.
        room: Width and height of the view.
        groups: The frame of each node that lies in one: rows break rather elsewhere.
    """

    def __init__(
        self,
        parts: Sequence[Sequence[Sequence[str]]],
        edges: Sequence[tuple[str, str]],
        sizes: Mapping[str, tuple[float, float]],
        pitch: float,
        room: tuple[float, float],
        *,
        groups: Mapping[str, str] | None = None,
    ) -> None:
        columns = [column for part in parts for column in part]
        self._columns, self._pitch, self._room = columns, pitch, room
        lengths = [len(part) for part in parts]
        ends = list(accumulate(lengths))
        self._starts = [
            end for end, pair in zip(ends, pairwise(lengths), strict=False) if max(pair) > MOST_BESIDE
        ] + ends[-1:]
        self.kept = False
        self._taller = 1.0
        self.crossing = _crossing(columns, edges)
        self._cost = [a + b for a, b in zip(self.crossing, _framed(columns, groups or {}), strict=True)]
        self._tall = []
        for index, column in enumerate(columns):
            own = sum(sizes[name][1] for name in column) + d.STACK_GAP * (len(column) - 1)
            passing = (self.crossing[index - 1] if index else 0) - len(column)
            self._tall.append(own + d.TRACK * max(0, passing))

    def best(self, before: Mapping[str, tuple[float, float]] | None = None) -> Rows:
        """The rows, as first and last column (exclusive) of each."""
        count = len(self._columns)
        widths = range(count, 0, -max(1, count // MOST_CANDIDATES))
        found = [self._rows(most) for most in widths]
        scores = [self._score(rows) for rows in found]
        top = max(scores)
        if before:
            kept = self._kept(before)
            self.kept = kept is not None and self._score(kept) >= GOOD_ENOUGH * top
            if kept and self.kept:
                return kept
        return next(rows for rows, score in zip(found, scores, strict=True) if score >= top * 0.99)

    def learn(self, rows: Rows, height: float) -> bool:
        """Tells how high rows became in the end; returns whether that was far from what was reckoned with."""
        reckoned = self._height(rows)
        far = height > TALLER * reckoned
        if far:
            self._taller *= height / reckoned
        return far

    def _height(self, rows: Rows) -> float:
        tall = sum(max(self._tall[start:end]) for start, end in rows)
        return self._taller * tall + d.ROW_GAP * (len(rows) - 1)

    def _rows(self, most: int) -> Rows:
        """Rows of at most ``most`` columns, broken preferably where few wires cross."""
        rows: Rows = []
        start, count = 0, len(self._columns)
        while start < count:
            last = self._starts[bisect_right(self._starts, start)]
            end = min(start + most, last)
            if end < last:
                earliest = max(start + 1, end - max(1, most // 3))
                end = min(range(earliest, end + 1), key=lambda cut: (self._cost[cut - 1], -cut))
            rows.append((start, end))
            start = end
        return rows

    def _score(self, rows: Rows) -> float:
        width = max(end - start for start, end in rows) * self._pitch
        scale = min(self._room[0] / (width + 24), self._room[1] / (self._height(rows) + 72), 1.0)
        extra = sum(max(0, self._cost[end - 1] - 1) for _, end in rows[:-1])
        return scale / (1 + COST_OF_CROSSING * extra)

    def _kept(self, before: Mapping[str, tuple[float, float]]) -> Rows | None:
        """The rows of the drawing so far: a new one begins where the next column stood further left."""
        rows: Rows = []
        start, last = 0, float("-inf")
        for index, column in enumerate(self._columns):
            lefts = sorted(before[name][0] for name in column if name in before)
            if not lefts:
                continue
            left = lefts[len(lefts) // 2]
            if left < last - self._pitch / 2 or index in self._starts:
                rows.append((start, index))
                start = index
            last = left
        rows.append((start, len(self._columns)))
        return rows if len(rows) > 1 or last > float("-inf") else None


def _framed(columns: Sequence[Sequence[str]], groups: Mapping[str, str]) -> list[int]:
    """What it costs that a row ends behind a column and so divides a frame."""
    places: dict[str, list[int]] = {}
    for index, column in enumerate(columns):
        for name in column:
            if name in groups:
                places.setdefault(groups[name], []).append(index)
    cost = [0] * len(columns)
    for inside in places.values():
        for index in range(min(inside), max(inside)):
            cost[index] += COST_OF_FRAME
    return cost


def _crossing(columns: Sequence[Sequence[str]], edges: Sequence[tuple[str, str]]) -> list[int]:
    """How many nodes have wires that pass from a column or before it to those behind it, by column."""
    place = {name: index for index, column in enumerate(columns) for name in column}
    last: dict[str, int] = {}
    for a, b in edges:
        if a in place and b in place:
            last[a] = max(last.get(a, 0), place[b])
    change = [0] * (len(columns) + 1)
    for name, end in last.items():
        change[place[name]] += 1
        change[end] -= 1
    counts, running = [], 0
    for step in change[:-1]:
        running += step
        counts.append(running)
    return counts
