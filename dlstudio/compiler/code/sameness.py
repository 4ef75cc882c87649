"""Whether two graphs are the same network: positions, frames, notes and ways to write the same value aside."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from dlstudio.catalogue.node_types import Catalogue, NodeType, ObjectType
from dlstudio.compiler.code.expressions import canonical
from dlstudio.compiler.code.values import same_value
from dlstudio.graph.blocks import with_blocks
from dlstudio.graph.edits import blocks_used
from dlstudio.graph.expressions import MARK, is_expression
from dlstudio.graph.model import CUSTOM, INPUT, OUTPUT, Graph, Node, Wire


def same_network(first: Graph, second: Graph, catalogue: Catalogue) -> bool:
    """Whether two graphs have the same nodes, settings, wires, ports in order, bindings and blocks.

    Not compared: positions, frames, notes, the order of nodes but Inputs and Outputs, the order of wires but those into
    one port, blocks that no node uses, and the settings of a node that shares another's weights.
    """
    return bool(comparable(first, catalogue) == comparable(second, catalogue))


def comparable(graph: Graph, catalogue: Catalogue) -> dict[str, Any]:
    """A value that is equal for graphs that are the same network; of use where a difference has to be shown."""
    known = with_blocks(catalogue, graph.blocks)
    blocks = blocks_used(graph, graph.nodes.values())
    return {
        **_comparable(graph, known),
        "blocks": {
            name: {
                "parameters": {key: _value(value, known) for key, value in block.parameters.items()},
                "summary": " ".join(block.summary.split()),
                **_comparable(replace(block.graph, blocks={}), known, inside=True),
            }
            for name, block in blocks.items()
        },
    }


def _comparable(graph: Graph, catalogue: Catalogue, *, inside: bool = False) -> dict[str, Any]:
    wires: dict[str, dict[str, list[tuple[str, str]]]] = {}
    for wire in graph.wires:
        source, target = _ends(graph, wire, catalogue)
        wires.setdefault(wire.target, {}).setdefault(target, []).append((wire.source, source))
    return {
        "nodes": {node.id: _node(node, catalogue, inside) for node in graph},
        "wires": wires,
        "inputs": [node.id for node in graph.of_type(INPUT)],
        "outputs": [node.id for node in graph.of_type(OUTPUT)],
    }


def _node(node: Node, catalogue: Catalogue, inside: bool) -> dict[str, Any]:
    node_type = catalogue.get(node.type)
    port = inside and node.type in (INPUT, OUTPUT)
    settings = {} if node.shares or port else _settings(node_type, node.settings, catalogue)
    return {"type": node.type, "settings": settings, "shares": node.shares, "bypassed": node.bypassed}


def _settings(known: NodeType | ObjectType | None, settings: Mapping[str, Any], catalogue: Catalogue) -> dict[str, Any]:
    by_name = {setting.name: setting for setting in known.settings} if known else {}
    found: dict[str, Any] = {}
    for name, value in settings.items():
        setting = by_name.get(name)
        nothing = known is not None and known.id == CUSTOM and value == {}
        if setting is None or setting.required or not (nothing or same_value(value, setting.default)):
            found[name] = _value(value, catalogue)
    return found


def _value(value: Any, catalogue: Catalogue) -> Any:
    if is_expression(value):
        return {MARK: canonical(value[MARK])}
    if isinstance(value, Mapping):
        if isinstance(value.get("type"), str) and set(value) <= {"type", "settings"}:
            known = catalogue.objects.get(value["type"]) or catalogue.get(value["type"])
            return {"type": value["type"], "settings": _settings(known, value.get("settings") or {}, catalogue)}
        return {key: _value(each, catalogue) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [_value(each, catalogue) for each in value]
    return value


def _ends(graph: Graph, wire: Wire, catalogue: Catalogue) -> tuple[str, str]:
    """The ports of a wire by name, also where it means the first."""
    ports = []
    for name, port, side in ((wire.source, wire.source_port, "outputs"), (wire.target, wire.target_port, "inputs")):
        node = graph.nodes.get(name)
        node_type = catalogue.get(node.type) if node else None
        known = getattr(node_type, side) if node_type else ()
        ports.append(port or (known[0].name if known else ""))
    return ports[0], ports[1]
