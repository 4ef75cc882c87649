"""Whether a layer may be bypassed: only where what goes in has the shape of what comes out. No Qt."""

from __future__ import annotations

from collections.abc import Callable

from dlstudio.catalogue.node_types import Catalogue
from dlstudio.graph.model import Graph, Wire
from dlstudio.gui.canvas.node_look import LayerFactsLike, ports_of, shape_text

FactsOf = Callable[[str], LayerFactsLike | None]


def obstacle(graph: Graph, name: str, catalogue: Catalogue, facts: FactsOf) -> str:
    """Why a layer cannot be bypassed, as a sentence, or an empty text.

    Args:
        graph: The graph.
        name: A node that is not bypassed.
        catalogue: The node types.
        facts: What is known of a node's shapes.
    """
    node = graph[name]
    node_type = catalogue.get(node.type)
    inputs, outputs = (ports_of(node, node_type, graph, side) for side in ("in", "out"))
    if not inputs or not outputs:
        return f"'{name}' cannot be bypassed: only a layer with an input and an output can."
    first = next((wire for wire in graph.incoming(name) if wire.target_port in ("", inputs[0].name)), None)
    if first is None:
        return f"'{name}' cannot be bypassed: nothing feeds it. Connect a wire to it first."
    others = {wire.source_port for wire in graph.outgoing(name)} - {"", outputs[0].name}
    if others:
        return f"'{name}' cannot be bypassed: its output {sorted(others)[0]} is in use, too. Remove that wire first."
    before, after = _shape(first, facts), _shape(Wire(name, ""), facts)
    if before is None or after is None:
        return f"'{name}' cannot be bypassed yet: its shapes are not known. Mend the problems before it first."
    if before != after:
        return (
            f"'{name}' cannot be bypassed: it turns {shape_text(before)} into {shape_text(after)}. Only a layer that "
            f"keeps the shape can."
        )
    return ""


def _shape(wire: Wire, facts: FactsOf) -> tuple[int | None, ...] | None:
    """What runs through a wire, without the batch axis."""
    known = facts(wire.source)
    if known is None or not known.output_shapes:
        return None
    shapes = known.output_shapes
    return tuple(shapes[wire.source_port] if wire.source_port in shapes else next(iter(shapes.values())))
