"""Places a template's nodes on the canvas: rows read from left to right, one under the other."""

from __future__ import annotations

from collections.abc import Sequence

from dlstudio.graph.edits import move_nodes
from dlstudio.graph.model import Graph

# A node is about 164 units wide and up to 84 high; what remains between them is room for the wires.
COLUMN = 212.0
ROW = 150.0
# A node with several named ports lists them on its face.
ROW_WITH_PORTS = 204.0


def lay_out(graph: Graph, rows: Sequence[Sequence[str | None]]) -> Graph:
    """Gives every node the place it has in ``rows``; None keeps a place free.

    Nodes that the graph does not have leave no gap, unless the row has free places of its own: its nodes stand beside
    those of another row then and stay where they are. A row without nodes vanishes.
    """
    positions: dict[str, tuple[float, float]] = {}
    top = 0.0
    for row in rows:
        present = [name if name in graph else None for name in row]
        if not any(present):
            continue
        kept = present if None in row else [name for name in present if name]
        for column, name in enumerate(kept):
            if name is not None:
                positions[name] = (column * COLUMN, top)
        named = any(wire.target_port for name in kept if name for wire in graph.incoming(name))
        top += ROW_WITH_PORTS if named else ROW
    return move_nodes(graph, positions)
