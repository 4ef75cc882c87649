"""Remedies for nodes and wires as such, read from the graph alone: what to connect, join, cut, retype or leave out.

Whether the shapes fit afterwards is the compiler's to find out; it drops those that break something.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterator
from itertools import pairwise
from typing import Any

from dlstudio.catalogue.node_types import Catalogue, NodeType, Port
from dlstudio.graph.edits import free_name, leads_to
from dlstudio.graph.model import INPUT, OUTPUT, Graph, Node, Wire
from dlstudio.graph.problems import Fix

_CLOSE = 0.6
_MOST_SOURCES = 4


def feeding(graph: Graph, node: Node, port: Port, ports: tuple[Port, ...]) -> tuple[Fix, ...]:
    """What could feed an open port, the likeliest first; removing the node last."""
    fixes = []
    first = port.name == ports[0].name
    for source, source_port in _likely_sources(graph, node):
        edit = {
            "edit": "connect",
            "source": source,
            "target": node.id,
            "source_port": source_port,
            "target_port": "" if first else port.name,
            "many": port.many,
        }
        where = f"{node.id}" if len(ports) == 1 else f"the port {port.name} of {node.id}"
        fixes.append(Fix(f"Connect {source} to {where}", (edit,)))
    return (*fixes, removing(node))


def joining(graph: Graph, node: Node, wires: list[Wire]) -> tuple[Fix, ...]:
    """For several wires into a port that takes one: join them first, or keep only one of them."""
    fixes = []
    for type_name in ("Add", "Concatenate"):
        name = free_name(graph, "add" if type_name == "Add" else "join")
        first = wires[0]
        added: dict[str, Any] = {"edit": "add", "type": f"keras.layers.{type_name}", "name": name}
        edits = [
            *(disconnect_edit(wire) for wire in wires),
            added | {"source": first.source, "source_port": first.source_port},
            *(
                {"edit": "connect", "source": w.source, "source_port": w.source_port, "target": name, "many": True}
                for w in wires[1:]
            ),
            {"edit": "connect", "source": name, "target": node.id, "target_port": first.target_port},
        ]
        article = "an" if type_name == "Add" else "a"
        fixes.append(Fix(f"Join them with {article} {type_name}", tuple(edits)))
    cuts = (Fix(f"Remove the wire from {wire.source}", (disconnect_edit(wire),)) for wire in reversed(wires))
    return (*fixes, *cuts)


def loop_wires(graph: Graph, loop: tuple[str, ...]) -> list[Wire]:
    """The wires of a circle: the one that closes it first, then those whose target has another source as well."""
    pairs = [(loop[-1], loop[0]), *pairwise(loop)]
    wires = [next(w for w in graph.wires if (w.source, w.target) == pair) for pair in pairs]
    return sorted(wires, key=lambda wire: len(graph.incoming(wire.target)) < 2)


def respelling(node: Node, setting: str, known: NodeType) -> tuple[str, tuple[Fix, ...]]:
    """A hint at the setting that was meant, and fixes: spell it so, or leave it out."""
    names = [each.name for each in known.settings]
    close = difflib.get_close_matches(setting, names, 1, _CLOSE)
    unset = {"edit": "unset", "node": node.id, "setting": setting}
    drop = Fix(f"Remove the setting {setting} of {node.id}", (unset,))
    if not close:
        return "", (drop,)
    hint = f" Did you mean '{close[0]}'?"
    if node.settings.get(close[0]) is not None:
        return hint, (drop,)
    moved = {"edit": "set", "node": node.id, "setting": close[0], "value": node.settings[setting]}
    return hint, (Fix(f"Rename the setting {setting} to {close[0]}", (unset, moved)), drop)


def retyping(node: Node, catalogue: Catalogue) -> tuple[str, tuple[Fix, ...]]:
    """The id of the type that was meant, or empty, and fixes: take that one, or remove the node."""
    short = node.type.rpartition(".")[2]
    names: dict[str, str] = {}
    for node_type in catalogue:
        for name in (*node_type.aliases, node_type.name):
            if not node_type.unusable:
                names[name.casefold()] = node_type.id
    close = difflib.get_close_matches(short.casefold(), names, 2, _CLOSE)
    fixes = []
    for type_id in dict.fromkeys(names[each] for each in close):
        known = {setting.name for setting in catalogue[type_id].settings}
        kept = {name: value for name, value in node.settings.items() if name in known}
        settings = {**catalogue[type_id].fresh_settings, **kept}
        edit = {"edit": "retype", "node": node.id, "type": type_id, "settings": settings}
        article = "an" if catalogue[type_id].name[:1] in "AEIOU" else "a"
        fixes.append(Fix(f"Make {node.id} {article} {catalogue[type_id].name}", (edit,)))
    return names[close[0]] if close else "", (*fixes, removing(node))


def removing(node: Node) -> Fix:
    """Takes the node out; what fed it feeds what it fed."""
    return Fix(f"Remove {node.id}", ({"edit": "remove", "node": node.id},))


def adding_end(graph: Graph, kind: str, catalogue: Catalogue) -> tuple[Fix, ...]:
    """An Input before each layer that nothing feeds, or an Output behind the layer that feeds nothing."""
    if kind == OUTPUT:
        ends = [node for node in graph if not graph.outgoing(node.id) and _has_outputs(node, catalogue)]
        last = [node for node in ends if node.type != INPUT][-1:] or ends[-1:]
        edit: dict[str, Any] = {"edit": "add", "type": OUTPUT, "name": "output"}
        after = f" after {last[0].id}" if last else ""
        return (Fix(f"Add an Output{after}", (edit | {"source": last[0].id} if last else edit,)),)
    starts = [node for node in graph if not graph.incoming(node.id) and _needs_input(node, catalogue)]
    edit = {"edit": "add", "type": INPUT, "name": "input"}
    if not starts:
        return (Fix("Add an Input", (edit,)),)
    name = free_name(graph, "input")
    more = [{"edit": "connect", "source": name, "target": node.id} for node in starts[1:]]
    return (Fix(f"Add an Input before {starts[0].id}", (edit | {"target": starts[0].id}, *more)),)


def disconnect_edit(wire: Wire) -> dict[str, str]:
    """The edit that removes one wire."""
    return {
        "edit": "disconnect",
        "source": wire.source,
        "target": wire.target,
        "source_port": wire.source_port,
        "target_port": wire.target_port,
    }


def _likely_sources(graph: Graph, node: Node) -> Iterator[tuple[str, str]]:
    """Nodes and ports that may feed another: what feeds it already, then loose ends, then its left neighbours."""
    seen: set[tuple[str, str]] = set()
    beside = [(wire.source, wire.source_port) for wire in graph.incoming(node.id) if wire.source in graph]
    free = [each for each in graph if each.type != OUTPUT and each.id != node.id]
    x, y = node.at
    near = sorted(free, key=lambda each: (each.at[0] > x, abs(x - each.at[0]) + abs(y - each.at[1])))
    loose = [(each.id, "") for each in near if not graph.outgoing(each.id)]
    others = [(each.id, "") for each in near[:_MOST_SOURCES]]
    for source in (*beside, *loose, *others):
        if source not in seen and len(seen) < _MOST_SOURCES and not leads_to(graph, node.id, source[0]):
            seen.add(source)
            yield source


def _has_outputs(node: Node, catalogue: Catalogue) -> bool:
    node_type = catalogue.get(node.type)
    return node.type != OUTPUT and node_type is not None and bool(node_type.outputs_for(node.settings))


def _needs_input(node: Node, catalogue: Catalogue) -> bool:
    node_type = catalogue.get(node.type)
    return node_type is not None and any(not port.optional for port in node_type.inputs_for(node.settings))
