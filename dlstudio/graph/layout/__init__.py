"""Automatic layout of a graph: columns from left to right, long networks wrapped into rows. No Qt.

The steps are those of Sugiyama, Tagawa and Toda (1981): columns (:mod:`.ranks`), rows (:mod:`.rows`), the order
within a column (:mod:`.ordering`), heights (:mod:`.heights`). Each row is laid out for itself, so that a change in one
leaves the others as they are. Columns have one distance throughout, so that the gaps between them run through all rows
and wires find their way in them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from dlstudio.graph.layout import distances as d
from dlstudio.graph.layout.heights import heights
from dlstudio.graph.layout.lattice import lattice
from dlstudio.graph.layout.ordering import order_columns
from dlstudio.graph.layout.ranks import Edges, columns, components, forward_edges, neighbours
from dlstudio.graph.layout.rows import Breaking, Rows
from dlstudio.graph.model import Graph, Node

__all__ = ["Positions", "Size", "layered_positions", "usual_size"]

Positions = dict[str, tuple[float, float]]
Size = Callable[[Node], tuple[float, float]]


def usual_size(_: Node) -> tuple[float, float]:
    """The width and height of most nodes, where nobody has measured them."""
    return d.USUAL_SIZE


def layered_positions(
    graph: Graph,
    size: Size = usual_size,
    room: tuple[float, float] = (1100.0, 760.0),
    *,
    before: Mapping[str, tuple[float, float]] | None = None,
    groups: Mapping[str, str] | None = None,
) -> Positions:
    """New upper left corners for all nodes, in scene units; the first row's first line of nodes begins at (0, 0).

    Works on any graph: circles, dangling wires, several parts and nodes without wires too.

    Args:
        graph: What is laid out.
        size: Gives the width and height of a node; is called once a node.
        room: Width and height of the view; rows are wrapped so that the graph is as large in it as can be.
        before: Corners in the drawing so far. What is tidy already stays as it is.
        groups: The frame of each node that lies in one; such nodes stay next to each other within a column.
    """
    if not len(graph):
        return {}
    sizes = {node.id: size(node) for node in graph}
    order, edges = forward_edges(graph)
    parts = [columns(part, edges) for part in components(order, edges)]
    row = _Rows([column for part in parts for column in part], edges, sizes, _paths(order, edges), groups or {})
    breaking = Breaking(parts, edges, sizes, row.pitch, room, groups=groups)
    rows = breaking.best(before)
    places, height = row.placed(rows, before)
    if not breaking.kept and breaking.learn(rows, height):
        again = breaking.best(before)
        if again != rows:
            places, _ = row.placed(again, before)
    return {node.id: places[node.id] for node in graph}


class _Rows:
    """Lays out rows of columns one below the other."""

    def __init__(
        self,
        every: Sequence[Sequence[str]],
        edges: Edges,
        sizes: Mapping[str, tuple[float, float]],
        paths: Mapping[tuple[str, str], int],
        groups: Mapping[str, str],
    ) -> None:
        self._columns, self._edges, self._sizes, self._paths, self._groups = every, edges, sizes, paths, groups
        self.pitch = max(width for width, _ in sizes.values()) + d.COLUMN_GAP

    def placed(self, rows: Rows, before: Mapping[str, tuple[float, float]] | None) -> tuple[Positions, float]:
        """Corners of all nodes, and the height of all rows together."""
        places: Positions = {}
        top = 0.0
        for start, end in rows:
            made = lattice(self._columns[start:end], self._edges, self._sizes, self._paths, self._groups)
            hint = {i: before[n][1] for i, n in enumerate(made.names) if n in before} if before else None
            order_columns(made, hint)
            lines = heights(made)
            tops = [lines[i] - made.above[i] for i in range(len(lines))]
            shift = top - min(tops)
            if before:
                named = {made.names[i]: tops[i] for i in range(len(made.names))}
                shift = _kept_shift(shift, named, before, first=not places)
            for index, column in enumerate(made.columns):
                for vertex in column:
                    if not made.is_track(vertex):
                        at = (round(index * self.pitch, 1), round(tops[vertex] + shift, 1))
                        places[made.names[vertex]] = at
            top = max(lines[i] + made.below[i] for i in range(len(lines))) + shift + d.ROW_GAP
        return places, top - d.ROW_GAP


def _kept_shift(
    least: float, tops: Mapping[str, float], before: Mapping[str, tuple[float, float]], first: bool
) -> float:
    """How far down a row lies: where most of its nodes stay at their heights, if that leaves no great gap."""
    shifts = sorted(before[name][1] - top for name, top in tops.items() if name in before)
    if not shifts:
        return least
    middle = shifts[len(shifts) // 2]
    lower = middle - least
    return middle if (-d.ROW_GAP if first else 0.0) <= lower <= d.ROW_GAP else least


def _paths(order: Sequence[str], edges: Edges) -> dict[tuple[str, str], int]:
    """For each edge, how many nodes the longest path through it has."""
    into, out = neighbours(order, edges)
    deep: dict[str, int] = {}
    high: dict[str, int] = {}
    for name in order:
        deep[name] = 1 + max((deep[other] for other in into[name]), default=0)
    for name in reversed(order):
        high[name] = 1 + max((high[other] for other in out[name]), default=0)
    return {(a, b): deep[a] + high[b] for a, b in edges}
