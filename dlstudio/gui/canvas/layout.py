"""Tidies a graph: layers by longest path, ordered by barycenters, long networks wrapped into rows. No Qt.

The layers follow Sugiyama, Tagawa and Toda (1981), "Methods for visual understanding of hierarchical system
structures": every node stands right of those that feed it, and within a layer near the mean of its neighbours. Rows
break where the fewest wires cross, so that a residual block stays together.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from dlstudio.graph.model import Graph, Node
from dlstudio.graph.structure import CycleError, topological_order
from dlstudio.gui.canvas import dimensions as d

Positions = dict[str, tuple[float, float]]
SWEEPS = 4
STACK_GAP = 34.0
MOST_CANDIDATES = 48


@dataclass(frozen=True)
class _Drawing:
    graph: Graph
    layers: tuple[tuple[str, ...], ...]
    sizes: Mapping[str, tuple[float, float]]
    crossing: tuple[int, ...]
    """How many wires pass from a layer or before it to those behind it."""


def tidy_positions(
    graph: Graph, size: Callable[[Node], tuple[float, float]], room: tuple[float, float] = (920.0, 720.0)
) -> Positions:
    """New upper left corners for all nodes, the first row beginning at (0, 0).

    Args:
        graph: What is laid out.
        size: Gives the width and height of a node.
        room: Width and height of the view; rows are wrapped so that the graph is as large in it as can be.
    """
    if not len(graph):
        return {}
    sizes = {node.id: size(node) for node in graph}
    layers = _layers(graph)
    drawing = _Drawing(graph, layers, sizes, _crossings(graph, layers))
    return _place(drawing, _best_rows(drawing, room))


def _layers(graph: Graph) -> tuple[tuple[str, ...], ...]:
    try:
        order = topological_order(graph)
    except CycleError:
        order = tuple(graph.nodes)
    rank = {name: number for number, name in enumerate(order)}
    depth: dict[str, int] = {}
    for name in order:
        depth[name] = max((depth[w.source] + 1 for w in graph.incoming(name) if w.source in depth), default=0)
    for name in reversed(order):  # what nothing feeds stands just before what it feeds
        later = [depth[w.target] for w in graph.outgoing(name) if rank.get(w.target, -1) > rank[name]]
        if later and not graph.incoming(name):
            depth[name] = min(later) - 1
    count = max(depth.values()) + 1
    columns: list[list[str]] = [[] for _ in range(count)]
    for name in order:
        columns[depth[name]].append(name)
    _order_by_barycenter(graph, columns)
    return tuple(tuple(column) for column in columns if column)


def _order_by_barycenter(graph: Graph, columns: list[list[str]]) -> None:
    place = {name: float(i) for column in columns for i, name in enumerate(column)}
    for sweep in range(SWEEPS):
        forward = sweep % 2 == 0
        for column in columns if forward else reversed(columns):
            if len(column) < 2:
                continue
            keys: dict[str, float] = {}
            for name in column:
                near = (
                    [place[w.source] for w in graph.incoming(name) if w.source in place]
                    if forward
                    else [place[w.target] for w in graph.outgoing(name) if w.target in place]
                )
                keys[name] = sum(near) / len(near) if near else place[name]
            column.sort(key=keys.__getitem__)
            for index, name in enumerate(column):
                place[name] = float(index)


def _crossings(graph: Graph, layers: Sequence[Sequence[str]]) -> tuple[int, ...]:
    depth = {name: i for i, layer in enumerate(layers) for name in layer}
    change = [0] * (len(layers) + 1)
    for wire in graph.wires:
        first, last = depth.get(wire.source), depth.get(wire.target)
        if first is not None and last is not None and first < last:
            change[first] += 1
            change[last] -= 1
    counts, running = [], 0
    for step in change[:-1]:
        running += step
        counts.append(running)
    return tuple(counts)


def _rows(drawing: _Drawing, most: int) -> list[tuple[int, int]]:
    """Breaks the layers into rows of at most ``most``, preferably where few wires cross."""
    rows, start, count = [], 0, len(drawing.layers)
    while start < count:
        end = min(start + most, count)
        if end < count:
            earliest = max(start + 1, end - max(1, most // 3))
            end = min(range(earliest, end + 1), key=lambda cut: (drawing.crossing[cut - 1], -cut))
        rows.append((start, end))
        start = end
    return rows


def _best_rows(drawing: _Drawing, room: tuple[float, float]) -> list[tuple[int, int]]:
    count = len(drawing.layers)
    candidates = range(count, 0, -max(1, count // MOST_CANDIDATES))
    best: tuple[float, list[tuple[int, int]]] | None = None
    for most in candidates:
        rows = _rows(drawing, most)
        width = sum(_column_widths(drawing, rows)) + d.COLUMN_GAP * (max(b - a for a, b in rows) - 1)
        height = sum(_row_height(drawing, row) for row in rows) + d.ROW_GAP * (len(rows) - 1)
        scale = min(room[0] / (width + 72), room[1] / (height + 72), 1.0)
        if best is None or scale > best[0] + 0.01:
            best = (scale, rows)
    assert best is not None
    return best[1]


def _row_height(drawing: _Drawing, row: tuple[int, int]) -> float:
    return max(
        sum(drawing.sizes[n][1] for n in layer) + STACK_GAP * (len(layer) - 1)
        for layer in drawing.layers[row[0] : row[1]]
    )


def _column_widths(drawing: _Drawing, rows: Sequence[tuple[int, int]]) -> list[float]:
    widths = [0.0] * max(end - start for start, end in rows)
    for start, end in rows:
        for column, layer in enumerate(drawing.layers[start:end]):
            widths[column] = max(widths[column], *(drawing.sizes[name][0] for name in layer))
    return widths


def _place(drawing: _Drawing, rows: Sequence[tuple[int, int]]) -> Positions:
    widths = _column_widths(drawing, rows)
    lefts = [sum(widths[:i]) + d.COLUMN_GAP * i for i in range(len(widths))]
    positions: Positions = {}
    top = 0.0
    for start, end in rows:
        layers = drawing.layers[start:end]
        heights = _heights(drawing, layers)
        highest = min(heights.values())
        for column, layer in enumerate(layers):
            for name in layer:
                positions[name] = (round(lefts[column], 1), round(top + heights[name] - highest, 1))
        lowest = max(heights[name] + drawing.sizes[name][1] for layer in layers for name in layer)
        top += lowest - highest + d.ROW_GAP
    return positions


def _heights(drawing: _Drawing, layers: Sequence[Sequence[str]]) -> dict[str, float]:
    """Upper edges within a row of layers: near the mean of the neighbours, without overlaps."""
    inside = {name for layer in layers for name in layer}
    heights = dict.fromkeys(inside, 0.0)
    for layer in layers:
        _stack(drawing, layer, dict.fromkeys(layer, 0.0), heights)
    for sweep in range(3):
        forward = sweep % 2 == 0
        for layer in layers if forward else reversed(layers):
            wanted = {}
            for name in layer:
                near = (
                    [heights[w.source] for w in drawing.graph.incoming(name) if w.source in inside]
                    if forward
                    else [heights[w.target] for w in drawing.graph.outgoing(name) if w.target in inside]
                )
                wanted[name] = sum(near) / len(near) if near else heights[name]
            _stack(drawing, layer, wanted, heights)
    return heights


def _stack(drawing: _Drawing, layer: Sequence[str], wanted: Mapping[str, float], heights: dict[str, float]) -> None:
    bottom = float("-inf")
    for name in layer:
        heights[name] = max(wanted[name], bottom)
        bottom = heights[name] + drawing.sizes[name][1] + STACK_GAP
    shift = sum(wanted[name] - heights[name] for name in layer) / len(layer)
    for name in layer:
        heights[name] += shift
