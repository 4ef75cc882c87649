"""Aligning nodes at an edge: what would then cover one another is spread along that edge. No Qt."""

from __future__ import annotations

from collections.abc import Iterable

from dlstudio.graph.model import Graph
from dlstudio.gui.canvas.spacing import Size
from dlstudio.gui.canvas.walking import Direction

GAP = 22.0


def aligned(graph: Graph, names: Iterable[str], edge: Direction, size: Size) -> dict[str, tuple[float, float]]:
    """New places of nodes so that their edges on one side lie on one line: that of the outermost.

    Args:
        graph: The graph.
        names: The nodes.
        edge: ``left`` and ``right`` make a column, ``up`` and ``down`` a row.
        size: Gives the width and height of a node.
    """
    nodes = [graph[name] for name in names]
    sizes = {node.id: size(node, graph) for node in nodes}
    column = edge in ("left", "right")
    across, along = (0, 1) if column else (1, 0)
    far = edge in ("right", "down")
    ends = [node.at[across] + (sizes[node.id][across] if far else 0) for node in nodes]
    line = max(ends) if far else min(ends)
    places: dict[str, tuple[float, float]] = {}
    free = float("-inf")
    for node in sorted(nodes, key=lambda n: (n.at[along], n.at[across], n.id)):
        edge_at = line - (sizes[node.id][across] if far else 0)
        start = node.at[along] if node.at[along] >= free else free + GAP
        free = start + sizes[node.id][along]
        places[node.id] = (edge_at, start) if column else (start, edge_at)
    return places
