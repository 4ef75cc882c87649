"""Room for nodes: neighbours move apart where a node is put between them, and a new one finds a free place. No Qt."""

from __future__ import annotations

from collections.abc import Callable

from dlstudio.graph import edits
from dlstudio.graph.model import Graph, Node
from dlstudio.gui.canvas import dimensions as d

Size = Callable[[Node, Graph], tuple[float, float]]
"""Gives the width and height of a node in a graph."""


def moved_apart(graph: Graph, name: str, size: Size, gap: float = d.COLUMN_GAP) -> Graph:
    """Moves what stands in the way of a node, and of the nodes moved, to the right.

    Only as far as needed: a gap that is there already stays as it is.
    """
    places = {node.id: node.at for node in graph}
    sizes = {node.id: size(node, graph) for node in graph}
    feeding = graph.incoming(name)
    if feeding:
        source = feeding[0].source
        right = places[source][0] + sizes[source][0]
        x, y = places[name]
        same_row = abs(places[source][1] - y) < d.LINE
        if same_row and right <= x + sizes[name][0] and x < right + gap * 0.6:
            places[name] = (right + gap, y)
    waiting, settled = [name], {name}
    moved: set[str] = {name}
    while waiting:
        mover = waiting.pop(0)
        (x, y), (width, height) = places[mover], sizes[mover]
        for other in sorted(places, key=lambda n: places[n][0]):
            if other in settled:
                continue
            (ox, oy), (other_width, other_height) = places[other], sizes[other]
            if oy >= y + height or y >= oy + other_height:
                continue
            if ox + other_width <= x or ox >= x + width + gap * 0.6:
                continue
            if ox + other_width / 2 < x + width / 2 and not _fed_by(graph, mover, other):
                continue
            places[other] = (x + width + gap, oy)
            settled.add(other)
            moved.add(other)
            waiting.append(other)
    return edits.move_nodes(graph, {n: places[n] for n in moved})


def free_place(graph: Graph, node: Node, size: Size, gap: float = 22.0) -> tuple[float, float]:
    """The place nearest below the wanted one where a node covers no other."""
    width, height = size(node, graph)
    bodies = [(other.at, size(other, graph)) for other in graph if other.id != node.id]
    x, y = node.at
    for _ in range(200):
        hit = [
            (ox, oy, w, h)
            for (ox, oy), (w, h) in bodies
            if ox < x + width + 4 and x < ox + w + 4 and oy < y + height + gap / 2 and y < oy + h + gap / 2
        ]
        if not hit:
            return (x, y)
        y = max(oy + h for _, oy, _, h in hit) + gap
    return (x, y)


def _fed_by(graph: Graph, source: str, target: str) -> bool:
    return any(wire.source == source for wire in graph.incoming(target))
