"""Bypassed nodes: what arrives at their first input goes straight to what they feed. No Keras."""

from __future__ import annotations

from dlstudio.catalogue.node_types import Catalogue
from dlstudio.graph.blocks import with_blocks
from dlstudio.graph.model import Graph, Node, Wire


def passing_wire(graph: Graph, node: Node, catalogue: Catalogue) -> Wire | None:
    """The wire whose tensor goes through a bypassed node: the first into its first input port; None without one."""
    node_type = with_blocks(catalogue, graph.blocks).get(node.type)
    ports = node_type.inputs_for(node.settings) if node_type else ()
    first = ports[0].name if ports else ""
    return next((wire for wire in graph.incoming(node.id) if wire.target_port in ("", first)), None)


def carrying_wires(graph: Graph, node_id: str, catalogue: Catalogue) -> tuple[Wire, ...]:
    """The wires into a node that matter to the network: all of them, or of a bypassed node the one that passes."""
    node = graph.nodes.get(node_id)
    if node is None or not node.bypassed:
        return graph.incoming(node_id)
    wire = passing_wire(graph, node, catalogue)
    return (wire,) if wire else ()
