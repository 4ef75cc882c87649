"""Where the arrow keys lead from a node: along wires to the left and right, by place up and down. No Qt."""

from __future__ import annotations

from typing import Literal

from dlstudio.graph.model import Graph

Direction = Literal["left", "right", "up", "down"]


def neighbour(graph: Graph, name: str | None, direction: Direction) -> str | None:
    """The node that a press of an arrow key selects, or None where there is none.

    Args:
        graph: The graph.
        name: Where the walk stands; None begins at the node that is the first to read.
        direction: The arrow.
    """
    if name is None or name not in graph:
        return min(graph.nodes, key=lambda n: (graph[n].at[1] + graph[n].at[0], n), default=None)
    x, y = graph[name].at
    if direction in ("left", "right"):
        wires = graph.incoming(name) if direction == "left" else graph.outgoing(name)
        ends = [wire.source if direction == "left" else wire.target for wire in wires]
        return min((e for e in ends if e in graph), key=lambda e: abs(graph[e].at[1] - y), default=None)
    sign = -1 if direction == "up" else 1
    ahead = [node for node in graph if (node.at[1] - y) * sign > 1]
    if not ahead:
        return None
    return min(ahead, key=lambda n: (abs(n.at[1] - y) + 2 * abs(n.at[0] - x), n.id)).id
