"""What feeds an Output, read from the graph alone. Standard library only."""

from __future__ import annotations

from dlstudio.graph.model import Graph, Node

_ENDS = ("softmax", "sigmoid")
_TRANSPARENT = ("Dropout", "Flatten", "Reshape", "Identity", "reshape", "squeeze", "ravel", "stop_gradient")
_LAYERS = {"keras.layers.Softmax": "softmax", "keras.ops.softmax": "softmax", "keras.ops.sigmoid": "sigmoid"}


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

    Nodes that only give another shape, and Dropout, are looked through.
    """
    seen: set[str] = set()
    node = feeding_node(graph, output_id)
    while node is not None and node.id not in seen:
        seen.add(node.id)
        original = node
        while original.shares and original.shares in graph and original.shares != original.id:
            shared = graph[original.shares]
            if shared.id in seen:
                break
            original = shared
        activation = _LAYERS.get(original.type) or original.settings.get("activation")
        if activation in _ENDS:
            return node, str(activation)
        if node.type.rpartition(".")[2] not in _TRANSPARENT:
            return None
        node = feeding_node(graph, node.id)
    return None


def uses_probabilities(graph: Graph, output_id: str) -> bool:
    """Whether an Output gets probabilities (softmax or sigmoid at the end) rather than logits."""
    return last_activation(graph, output_id) is not None


def living_nodes(graph: Graph) -> frozenset[str]:
    """Ids of all nodes that lead to an Output, the Outputs themselves included."""
    alive = {node.id for node in graph.of_type("Output")}
    waiting = list(alive)
    while waiting:
        for wire in graph.incoming(waiting.pop()):
            if wire.source in graph and wire.source not in alive:
                alive.add(wire.source)
                waiting.append(wire.source)
    return frozenset(alive)
