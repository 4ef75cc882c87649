"""Edits as the canvas makes them: which ports fit, new nodes, wires dropped, nodes deleted. No Qt."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from dlstudio.catalogue.node_types import Catalogue, NodeType
from dlstudio.graph import edits
from dlstudio.graph.columns import INPUT_ROLES, TARGET_ROLES, USUAL_TASK, ColumnSpec
from dlstudio.graph.model import INPUT, OUTPUT, Graph, Node, Wire
from dlstudio.graph.project import Project
from dlstudio.gui.canvas.node_look import Side, port_looks


@dataclass(frozen=True)
class End:
    """A port of a node as an end of a wire to be; an empty port name is the first of its side."""

    node: str
    side: Side
    port: str = ""


def wire_between(first: End, second: End) -> Wire | None:
    """The wire between two ends in the right direction, or None where both are of one side."""
    if first.side == second.side:
        return None
    source, target = (first, second) if first.side == "out" else (second, first)
    return Wire(source.node, target.node, source.port, target.port)


def connected(graph: Graph, catalogue: Catalogue, wire: Wire) -> Graph:
    """The graph with a wire more; one that a port with a single place had is replaced.

    Raises:
        EditError: The wire would close a circle.
    """
    ports = port_looks(graph[wire.target], catalogue.get(graph[wire.target].type), graph, "in")
    name = wire.target_port or (ports[0].name if ports else "")
    many = any(port.many and port.name == name for port in ports)
    if wire in graph.wires:
        return graph
    if not many and ports and name == ports[0].name:
        # A wire may name the first port or leave the name empty: both mean the same place.
        graph = edits.disconnect(graph, [w for w in graph.incoming(wire.target) if w.target_port in ("", name)])
    return edits.connect(graph, wire, many=many)


def barred(graph: Graph, end: End) -> frozenset[str]:
    """The nodes that a wire from this end cannot lead to: itself, and those that would close a circle."""
    seen, waiting = {end.node}, [end.node]
    while waiting:
        name = waiting.pop()
        wires = graph.incoming(name) if end.side == "out" else graph.outgoing(name)
        for wire in wires:
            other = wire.source if end.side == "out" else wire.target
            if other not in seen:
                seen.add(other)
                waiting.append(other)
    return frozenset(seen)


def free_port(graph: Graph, catalogue: Catalogue, node: str, side: Side) -> str | None:
    """The port that a wire dropped on a node's body takes: the first free one, else the first; None without ports."""
    ports = port_looks(graph[node], catalogue.get(graph[node].type), graph, side)
    if not ports:
        return None
    if side == "out":
        return ""
    for index, port in enumerate(ports):
        if port.many or not port.wires:
            return port.name if index else ""
    return ""


def fits(node_type: NodeType, side: Side, shape: Sequence[int | None] | None) -> bool:
    """Whether a new node of a type can stand at the other end of a wire.

    Args:
        node_type: What would be added.
        side: The side of the existing end: from an ``out`` port the new node needs an input.
        shape: What comes out of the existing end, without the batch axis, where that is known.
    """
    if side == "in":
        return bool(node_type.outputs)
    if not node_type.inputs:
        return False
    rank = wanted_rank(node_type)
    return rank is None or shape is None or len(shape) == rank


def wanted_rank(node_type: NodeType) -> int | None:
    """How many axes (without the batch) a layer needs, where its name or category says so; else None."""
    found = re.search(r"([123])D(Transpose)?$", node_type.name)
    if found:
        extra = 1 if node_type.name.startswith("ConvLSTM") else 0
        return int(found.group(1)) + 1 + extra
    if node_type.name in ("LSTM", "GRU", "SimpleRNN", "Bidirectional"):
        return 2
    return 1 if node_type.name == "RepeatVector" else None


def fresh_node(
    graph: Graph,
    node_type: NodeType,
    at: tuple[float, float],
    project: Project | None = None,
    specs: Mapping[str, ColumnSpec] | None = None,
) -> Node:
    """A new node under a free name, with the settings that a fresh one starts with."""
    settings: dict[str, Any] = dict(node_type.fresh_settings)
    if project is not None and node_type.id in (INPUT, OUTPUT) and node_type.settings:  # inside a block it is a port
        settings.update(_bound_column(graph, node_type.id, project, specs or {}))
    name = node_type.id if node_type.id in (INPUT, OUTPUT) else node_type.name
    return Node(edits.free_name(graph, snake_case(name)), node_type.id, settings, at)


def snake_case(name: str) -> str:
    """A class name as Keras makes layer names of it: ``MaxPooling2D`` → ``max_pooling2d``."""
    words = re.sub(r"([A-Z]+)([A-Z][a-z])", r"\1_\2", re.sub(r"\W", "", name))
    words = re.sub(r"([a-z])([A-Z])", r"\1_\2", words).lower().strip("_")
    return words if words and words[0].isalpha() else f"layer_{words}".rstrip("_")


def inserted(graph: Graph, catalogue: Catalogue, node: Node, wire: Wire) -> Graph | None:
    """The graph with a node (new or already there, unconnected) put into a wire; None where it has no place for one."""
    node_type = catalogue.get(node.type)
    if node_type is None or not node_type.inputs_for(node.settings) or not node_type.outputs_for(node.settings):
        return None
    if node.id not in graph:
        graph = edits.add_node(graph, node)
    return edits.insert_into_wire(graph, node.id, wire)


def deleted(graph: Graph, catalogue: Catalogue, names: Iterable[str], wires: Iterable[Wire], heal: bool) -> Graph:
    """Without these nodes and wires; with ``heal`` the neighbours of the nodes are connected.

    A port that takes one wire never gets a second one by healing.
    """
    graph = edits.remove_nodes(edits.disconnect(graph, wires), names, heal)
    kept: list[Wire] = []
    taken: set[tuple[str, str]] = set()
    for wire in graph.wires:
        ports = port_looks(graph[wire.target], catalogue.get(graph[wire.target].type), graph, "in")
        name = wire.target_port or (ports[0].name if ports else "")
        many = any(port.many and port.name == name for port in ports)
        if many or (wire.target, name) not in taken:
            kept.append(wire)
            taken.add((wire.target, name))
    return graph if len(kept) == len(graph.wires) else replace(graph, wires=tuple(kept))


def downstream(graph: Graph, names: Iterable[str]) -> frozenset[str]:
    """These nodes and everything that they lead to."""
    seen = {name for name in names if name in graph}
    waiting = list(seen)
    while waiting:
        for wire in graph.outgoing(waiting.pop()):
            if wire.target not in seen:
                seen.add(wire.target)
                waiting.append(wire.target)
    return frozenset(seen)


def _bound_column(graph: Graph, kind: str, project: Project, specs: Mapping[str, ColumnSpec]) -> dict[str, Any]:
    """The column that a new Input or Output most likely stands for: the first of its role that has none yet."""
    roles = INPUT_ROLES if kind == INPUT else TARGET_ROLES
    used = {node.settings.get("column") for node in graph.of_type(kind)}
    names = [
        name
        for name, column in project.data.columns.items()
        if column.get("role") in roles and column.get("type") != "ignore"
    ]
    column = next((name for name in names if name not in used), names[0] if names else None)
    if column is None:
        return {}
    if kind == INPUT:
        return {"column": column}
    spec = specs.get(column)
    described = spec.kind if spec else project.data.columns[column].get("type")
    return {"column": column, "task": USUAL_TASK.get(str(described), "regression")}
