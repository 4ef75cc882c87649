"""One row of columns as the ordering and the heights see it: nodes, and tracks for the wires that pass columns.

A wire that passes columns is cut into pieces by one *track* in each of them (the dummy vertices of the literature), so
that room is kept for it and it can be drawn straight.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from dlstudio.graph.layout import distances as d

MOST_TRACKS = 10_000
"""Tracks of one row: real networks need a tenth of it."""


@dataclass
class Lattice:
    """Vertices are numbers: first the nodes, then the tracks.

    Attributes:
        names: Id of each node vertex.
        columns: Vertices by column, from top to bottom.
        above, below: How far each vertex reaches over and under its line (the height of its first port).
        before, after: Neighbours in the column before and behind.
        skips: Pieces of wires that both leave a fork and enter a join: residual connections and their like.
        weight: Length of the longest path through a piece, in nodes.
        group: The frame that a node lies in, by vertex; tracks have none.
    """

    names: tuple[str, ...]
    columns: list[list[int]]
    above: list[float]
    below: list[float]
    before: list[list[int]]
    after: list[list[int]]
    skips: set[tuple[int, int]] = field(default_factory=set)
    weight: dict[tuple[int, int], int] = field(default_factory=dict)
    group: dict[int, str] = field(default_factory=dict)

    def is_track(self, vertex: int) -> bool:
        return vertex >= len(self.names)

    def gap(self, upper: int, lower: int) -> float:
        """The least distance between the lines of two neighbours in a column."""
        between = d.STACK_GAP
        if self.is_track(upper) or self.is_track(lower):
            between = 0.0 if self.is_track(upper) and self.is_track(lower) else d.TRACK_GAP
        elif self.group.get(upper) != self.group.get(lower):
            between += d.FRAME_GAP
        return self.below[upper] + between + self.above[lower]


def lattice(
    columns: Sequence[Sequence[str]],
    edges: Sequence[tuple[str, str]],
    sizes: Mapping[str, tuple[float, float]],
    paths: Mapping[tuple[str, str], int],
    groups: Mapping[str, str],
) -> Lattice:
    """Makes the lattice of one row.

    Args:
        columns: The row's nodes.
        edges: Pairs of nodes, each leading to a column further right; those with an end elsewhere are left out.
        sizes: Width and height by node.
        paths: Length of the longest path through each edge.
        groups: The frame of each node that lies in one.
    """
    names = tuple(name for column in columns for name in column)
    number = {name: index for index, name in enumerate(names)}
    place = {name: index for index, column in enumerate(columns) for name in column}
    made = Lattice(
        names,
        [[number[name] for name in column] for column in columns],
        [min(d.PORT_Y, sizes[name][1]) for name in names],
        [max(0.0, sizes[name][1] - d.PORT_Y) for name in names],
        [[] for _ in names],
        [[] for _ in names],
        group={number[name]: groups[name] for name in names if name in groups},
    )
    inner = [(a, b) for a, b in edges if a in number and b in number]
    forks: dict[str, int] = {}
    into: dict[str, list[str]] = {}
    for a, b in edges:
        forks[a] = forks.get(a, 0) + 1
        into.setdefault(b, []).append(a)
    spared = MOST_TRACKS
    for a, b in sorted(inner, key=lambda edge: place[edge[1]] - place[edge[0]]):
        first, last = place[a], place[b]
        spared -= last - first - 1
        if spared < 0:
            break  # the longest wires of a tangle find their ways without tracks
        skip = last - first > 1 and forks[a] > 1 and len(into[b]) > 1
        left = number[a]
        for column in range(first + 1, last + 1):
            right = number[b] if column == last else _add_track(made, column, first_in=into[b][0] == a)
            made.after[left].append(right)
            made.before[right].append(left)
            made.weight[(left, right)] = paths[(a, b)]
            if skip:
                made.skips.add((left, right))
            left = right
    return made


def _add_track(made: Lattice, column: int, first_in: bool) -> int:
    """Adds a track below the column's nodes; above them where its wire is the first into a node."""
    vertex = len(made.above)
    made.above.append(d.TRACK / 2)
    made.below.append(d.TRACK / 2)
    made.before.append([])
    made.after.append([])
    made.columns[column].insert(0 if first_in else len(made.columns[column]), vertex)
    return vertex
