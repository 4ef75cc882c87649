"""What feeds an Output, read from the graph alone. Standard library only."""

from __future__ import annotations

import json
from dataclasses import replace

from dlstudio.catalogue.loading import load_catalogue
from dlstudio.graph.block_content import block_digests
from dlstudio.graph.blocks import bound_graph
from dlstudio.graph.bypass import carrying_wires, passing_wire
from dlstudio.graph.expressions import ExpressionError
from dlstudio.graph.model import INPUT, OUTPUT, Graph, Node, Wire

_ENDS = ("softmax", "sigmoid")
_TRANSPARENT = ("Dropout", "Flatten", "Reshape", "Identity", "reshape", "squeeze", "ravel", "stop_gradient")
_LAYERS = {"keras.layers.Softmax": "softmax", "keras.ops.softmax": "softmax", "keras.ops.sigmoid": "sigmoid"}

_Known = dict[tuple[str, str, str], tuple[str | None, str | None]]


def feeding_node(graph: Graph, output_id: str) -> Node | None:
    """The node whose wire ends at an Output, or None where nothing does."""
    wires = graph.incoming(output_id)
    return graph[wires[0].source] if wires and wires[0].source in graph else None


def last_activation(graph: Graph, output_id: str) -> str | None:
    """``softmax`` or ``sigmoid`` where what feeds an Output ends in one, else None."""
    found = activation_node(graph, output_id)
    return found[1] if found else None


def activation_node(graph: Graph, output_id: str) -> tuple[Node, str] | None:
    """The node that makes probabilities of what reaches an Output, and its activation; None where there is none.

    Nodes that only give another shape, Dropout and bypassed nodes are looked through. Blocks are looked into; where the
    activation is inside one, the node is the block's use.
    """
    wires = graph.incoming(output_id)
    found, _ = _end(graph, wires[0], {}) if wires else (None, None)
    return found


def _end(graph: Graph, wire: Wire | None, known: _Known) -> tuple[tuple[Node, str] | None, str | None]:
    """The activation that a wire carries; or else the Input that it comes from, through nothing that changes values."""
    seen: set[str] = set()
    while wire is not None and wire.source in graph and wire.source not in seen:
        node = graph[wire.source]
        seen.add(node.id)
        owner = _owner(graph, node)
        if node.type == INPUT:
            return None, node.id
        if node.bypassed:
            wire = passing_wire(graph, node, load_catalogue())
            continue
        if owner.block:
            activation, port = _end_inside(graph, owner, wire.source_port, known)
            if activation:
                return (node, activation), None
            if port is None:
                return None, None
            wire = _wire_into(graph, node, port)
            continue
        activation = _LAYERS.get(owner.type) or owner.settings.get("activation")
        if activation in _ENDS:
            return (node, str(activation)), None
        if node.type.rpartition(".")[2] not in _TRANSPARENT:
            return None, None
        wires = graph.incoming(node.id)
        wire = wires[0] if wires else None
    return None, None


def _end_inside(graph: Graph, use: Node, port: str, known: _Known) -> tuple[str | None, str | None]:
    """The activation that a block's output ends in, or the input port whose values it passes on as they are.

    ``known`` holds what has been found: blocks in blocks are looked into once, however often each uses the next.
    """
    key = (use.block or "", json.dumps(dict(use.settings), sort_keys=True, default=str), port)
    if key not in known:
        known[key] = _found_inside(graph, use, port, known)
    return known[key]


def _found_inside(graph: Graph, use: Node, port: str, known: _Known) -> tuple[str | None, str | None]:
    block = graph.blocks.get(use.block or "")
    if block is None or block.name not in block_digests(graph.blocks):  # it is not there, or holds itself
        return None, None
    try:
        inner = replace(bound_graph(block, use.settings), blocks=graph.blocks)
    except ExpressionError:
        return None, None
    exits = [node.id for node in inner.of_type(OUTPUT)]
    end = port or (exits[0] if exits else "")
    wires = inner.incoming(end)
    found, entry = _end(inner, wires[0], known) if wires else (None, None)
    return (found[1] if found else None), entry


def _wire_into(graph: Graph, use: Node, port: str) -> Wire | None:
    """The wire into a port of a use; one without a port's name leads into the first."""
    inputs = [node.id for node in graph.blocks[use.block or ""].graph.of_type(INPUT)]
    return next((w for w in graph.incoming(use.id) if (w.target_port or inputs[0]) == port), None)


def _owner(graph: Graph, node: Node) -> Node:
    """The node whose weights a node uses; itself where ``shares`` leads nowhere."""
    seen = {node.id}
    while node.shares and node.shares in graph and node.shares not in seen:
        node = graph[node.shares]
        seen.add(node.id)
    return node


def uses_probabilities(graph: Graph, output_id: str) -> bool:
    """Whether an Output gets probabilities (softmax or sigmoid at the end) rather than logits."""
    return last_activation(graph, output_id) is not None


def living_nodes(graph: Graph) -> frozenset[str]:
    """Ids of all nodes that lead to an Output, the Outputs themselves included; past bypassed nodes only one way."""
    alive = {node.id for node in graph.of_type(OUTPUT)}
    waiting = list(alive)
    catalogue = load_catalogue()
    while waiting:
        for wire in carrying_wires(graph, waiting.pop(), catalogue):
            if wire.source in graph and wire.source not in alive:
                alive.add(wire.source)
                waiting.append(wire.source)
    return frozenset(alive)
