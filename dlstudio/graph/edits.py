"""Every way to change a graph: named functions from graph to graph, and the same edits as JSON values.

The functions raise :class:`EditError` with a sentence where an edit makes no sense; the graph given is never changed.
They know nothing of Keras: whether shapes fit is the compiler's business.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from typing import Any

from dlstudio.graph.model import Block, Graph, Node, Wire
from dlstudio.graph.project import ObjectSettings, Project
from dlstudio.graph.sharing import handed_over, own_weights, settings_in_force, weights_owner

_BESIDE = 220.0
"""How far from its neighbour a node is put that an edit adds, in scene units."""

NAME_PATTERN = re.compile(r"[A-Za-z][A-Za-z0-9_]{0,63}")


class EditError(ValueError):
    """An edit that makes no sense for this graph; the message is a sentence for the user."""


def fault_of(attempt: Callable[[], object]) -> str:
    """What an edit would complain about, or an empty text."""
    try:
        attempt()
    except EditError as error:
        return str(error)
    return ""


def free_name(graph: Graph, wanted: str) -> str:
    """``wanted`` where it is free, else the same with the next free number: ``conv``, ``conv_2``, ``conv_3``."""
    if wanted not in graph:
        return wanted
    stem = re.sub(r"_\d+$", "", wanted)
    number = 2
    while f"{stem}_{number}" in graph:
        number += 1
    return f"{stem}_{number}"


def add_node(graph: Graph, node: Node) -> Graph:
    """Adds a node; its id has to be free and a valid name."""
    if node.id in graph:
        raise EditError(f"There already is a layer named '{node.id}'. Choose another name.")
    _check_name(node.id)
    return replace(graph, nodes={**graph.nodes, node.id: node})


def remove_nodes(graph: Graph, names: Iterable[str], heal: bool = True) -> Graph:
    """Removes nodes and their wires. With ``heal``, what fed a removed node's first input feeds what it fed.

    Where nodes that stay share a removed node's weights, the first of them takes these and its settings over.
    """
    names = [name for name in names if name in graph]
    graph = handed_over(graph, names)
    for name in names:
        if name not in graph:
            continue
        incoming, outgoing = graph.incoming(name), graph.outgoing(name)
        wires = [w for w in graph.wires if name not in (w.source, w.target)]
        if heal and incoming:
            first = incoming[0]
            healed = {
                w: replace(w, source=first.source, source_port=first.source_port) for w in outgoing if w.target != name
            }
            kept_wires: dict[Wire, None] = {}
            for wire in graph.wires:
                new = healed.get(wire) if wire.source == name else wire
                if new is not None and name not in (new.source, new.target) and new.source != new.target:
                    kept_wires[new] = None  # in order, and each once
            wires = list(kept_wires)
        kept = {key: node for key, node in graph.nodes.items() if key != name}
        graph = replace(graph, nodes=kept, wires=tuple(wires))
    return graph


def connect(graph: Graph, wire: Wire, many: bool = False) -> Graph:
    """Adds a wire. Unless the target port takes ``many`` tensors, a wire that is there already is replaced."""
    for end in (wire.source, wire.target):
        if end not in graph:
            raise EditError(f"There is no layer named '{end}' to connect.")
    if wire.source == wire.target:
        raise EditError(f"'{wire.source}' cannot feed itself.")
    if leads_to(graph, wire.target, wire.source):
        raise EditError(
            f"A wire from '{wire.source}' to '{wire.target}' would close a circle: '{wire.target}' already feeds "
            f"'{wire.source}'."
        )
    kept = tuple(
        w for w in graph.wires if w != wire and (many or (w.target, w.target_port) != (wire.target, wire.target_port))
    )
    return replace(graph, wires=(*kept, wire))


def disconnect(graph: Graph, wires: Iterable[Wire]) -> Graph:
    """Removes wires; those that are not there are passed over."""
    gone = set(wires)
    return replace(graph, wires=tuple(w for w in graph.wires if w not in gone))


def insert_into_wire(graph: Graph, node_id: str, wire: Wire, input_port: str = "", output_port: str = "") -> Graph:
    """Puts a node into a wire: source → node → target, keeping the wire's place in the order."""
    if wire not in graph.wires:
        raise EditError("The wire to insert into is no longer there.")
    if node_id in (wire.source, wire.target):
        raise EditError(f"'{node_id}' already stands at an end of this wire.")
    if leads_to(graph, node_id, wire.source) or leads_to(graph, wire.target, node_id):
        raise EditError(f"'{node_id}' cannot be put into this wire: it would close a circle.")
    first = Wire(wire.source, node_id, wire.source_port, input_port)
    second = Wire(node_id, wire.target, output_port, wire.target_port)
    wires: list[Wire] = []
    for each in graph.wires:
        wires.extend((first, second) if each == wire else (each,))
    return replace(graph, wires=tuple(wires))


def set_settings(
    graph: Graph, name: str, settings: Mapping[str, Any], defaults: Mapping[str, Any] | None = None
) -> Graph:
    """Sets some settings of a node; a value equal to its default in ``defaults`` is not stored.

    Of a node that shares another's weights these are that one's settings.
    """
    node = _owner(graph, name)
    merged = {**node.settings, **settings}
    kept = {k: v for k, v in merged.items() if not (defaults is not None and k in defaults and defaults[k] == v)}
    return replace(graph, nodes={**graph.nodes, node.id: replace(node, settings=kept)})


def unset_settings(graph: Graph, name: str, settings: Iterable[str]) -> Graph:
    """Takes some settings back to their defaults; those that are not set are passed over."""
    gone = set(settings)
    node = _owner(graph, name)
    kept = {key: value for key, value in node.settings.items() if key not in gone}
    return replace(graph, nodes={**graph.nodes, node.id: replace(node, settings=kept)})


def retype_node(graph: Graph, name: str, type_id: str, settings: Mapping[str, Any] | None = None) -> Graph:
    """Makes a node one of another type, with the settings given or else those it has; wires stay."""
    node = _node(graph, name)
    retyped = replace(node, type=type_id, settings=node.settings if settings is None else settings)
    return replace(graph, nodes={**graph.nodes, name: retyped})


def move_nodes(graph: Graph, positions: Mapping[str, tuple[float, float]]) -> Graph:
    """Places nodes at new positions, in scene units."""
    moved = {name: replace(_node(graph, name), at=at) for name, at in positions.items()}
    return replace(graph, nodes={**graph.nodes, **moved})


def bypass_nodes(graph: Graph, names: Iterable[str], bypassed: bool = True) -> Graph:
    """Bypasses nodes or takes them back; whether shapes allow it is not looked at."""
    changed = {name: replace(_node(graph, name), bypassed=bypassed) for name in names}
    return replace(graph, nodes={**graph.nodes, **changed})


def rename_node(graph: Graph, old: str, new: str) -> Graph:
    """Gives a node a new id; wires and shared weights follow."""
    if old == new:
        return graph
    if new in graph:
        raise EditError(f"There already is a layer named '{new}'. Choose another name.")
    _check_name(new)
    _node(graph, old)
    nodes = {}
    for node in graph:
        renamed = replace(node, id=new) if node.id == old else node
        if renamed.shares == old:
            renamed = replace(renamed, shares=new)
        nodes[renamed.id] = renamed
    wires = tuple(
        replace(w, source=new if w.source == old else w.source, target=new if w.target == old else w.target)
        for w in graph.wires
    )
    return replace(graph, nodes=nodes, wires=wires)


def paste(graph: Graph, fragment: Graph, offset: tuple[float, float]) -> tuple[Graph, tuple[str, ...]]:
    """Adds a copy of another graph under free names, moved by ``offset``. Returns the graph and the new ids.

    The blocks that the fragment uses come along: one that is there with equal content is shared, one whose name belongs
    to another block gets a free name. Shared weights follow the copies; a node whose owner is not copied keeps it where
    that is there, and else has weights of its own.
    """
    from dlstudio.graph.block_merging import merged_blocks, with_renamed_uses  # it needs names, as this does

    blocks, renamed = merged_blocks(graph.blocks, blocks_used(fragment, fragment.nodes.values()))
    fragment = with_renamed_uses(fragment, renamed)
    names: dict[str, str] = {}
    nodes = dict(graph.nodes)
    for node in fragment:
        names[node.id] = free_name(Graph(nodes), node.id)
        at = (node.at[0] + offset[0], node.at[1] + offset[1])
        nodes[names[node.id]] = replace(node, id=names[node.id], at=at)
    for name in names.values():
        shares = nodes[name].shares
        if shares:
            owner = names.get(shares, shares)
            kept = owner if owner in nodes else None
            nodes[name] = replace(nodes[name], shares=kept, settings={} if kept else nodes[name].settings)
    wires = tuple(
        replace(w, source=names[w.source], target=names[w.target])
        for w in fragment.wires
        if w.source in names and w.target in names
    )
    return replace(graph, nodes=nodes, wires=graph.wires + wires, blocks=blocks), tuple(names.values())


def extract(graph: Graph, names: Iterable[str]) -> Graph:
    """The nodes named, the wires among them and the blocks they use: what a copy puts on the clipboard.

    A node that shares the weights of one left behind takes its settings along, for a graph where that is not.
    """
    wanted = set(names)
    nodes = {
        node.id: replace(node, settings=settings_in_force(graph, node))
        if node.shares and node.shares not in wanted
        else node
        for node in graph
        if node.id in wanted
    }
    wires = tuple(w for w in graph.wires if w.source in wanted and w.target in wanted)
    return Graph(nodes, wires, blocks=blocks_used(graph, nodes.values()))


def blocks_used(graph: Graph, nodes: Iterable[Node]) -> dict[str, Block]:
    """The blocks of ``graph`` that these nodes use, and those used inside of them, by name."""
    waiting = [node.block for node in nodes]
    used: dict[str, Block] = {}
    while waiting:
        name = waiting.pop()
        if name and name in graph.blocks and name not in used:
            used[name] = graph.blocks[name]
            waiting.extend(node.block for node in used[name].graph)
    return used


def leads_to(graph: Graph, start: str, goal: str) -> bool:
    """Whether wires lead from one node to another (a node leads to itself)."""
    seen, waiting = {start}, [start]
    while waiting:
        name = waiting.pop()
        if name == goal:
            return True
        for wire in graph.outgoing(name):
            if wire.target not in seen:
                seen.add(wire.target)
                waiting.append(wire.target)
    return False


def apply_edits(project: Project, edits: Iterable[Mapping[str, Any]]) -> Project:
    """Applies edits given as JSON values, as fixes and other processes name them.

    ``{"edit": "set", "node", "setting", "value"}``, ``{"edit": "remove", "node"}``, ``{"edit": "connect", "source",
    "target", "source_port"?, "target_port"?, "many"?}``, ``{"edit": "disconnect", "source", "target", "source_port"?,
    "target_port"?}``, ``{"edit": "insert", "type", "name", "settings"?, "source", "target", "source_port"?,
    "target_port"?}`` (a new node into that wire), ``{"edit": "add", "type", "name", "settings"?, "source"?,
    "source_port"?, "target"?, "target_port"?, "many"?}`` (a new node, fed by ``source`` and feeding ``target``),
    ``{"edit": "rename", "node", "name"}``, ``{"edit": "retype", "node", "type", "settings"?}`` (another type in the
    same place; without ``settings`` it keeps those it has), ``{"edit": "unset", "node", "setting"}`` (back to the
    default), ``{"edit": "unshare", "node"}`` (weights of its own again), ``{"edit": "bypass", "node", "value"}`` (out
    of the path, or back into it with ``false``),
    ``{"edit": "parameter", "of", "name", "value"}`` (the default of a block's parameter),
    ``{"edit": "training", "setting", "value"}``, ``{"edit": "data", "value"}`` (the whole data section).

    An edit of a graph that also has ``"block": name`` is made in the graph of that block, so that all its uses follow.

    Raises:
        EditError: An edit that is unknown or makes no sense.
    """
    for edit in edits:
        project = _apply(project, edit)
    return project


def _apply(project: Project, edit: Mapping[str, Any]) -> Project:
    if edit.get("block"):
        return _apply_in_block(project, edit)
    graph, kind = project.graph, edit.get("edit")
    if kind == "set":
        return replace(project, graph=set_settings(graph, edit["node"], {edit["setting"]: edit["value"]}))
    if kind == "remove":
        return replace(project, graph=remove_nodes(graph, [edit["node"]]))
    if kind == "rename":
        return replace(project, graph=rename_node(graph, edit["node"], edit["name"]))
    if kind == "retype":
        return replace(project, graph=retype_node(graph, edit["node"], edit["type"], edit.get("settings")))
    if kind == "unset":
        return replace(project, graph=unset_settings(graph, edit["node"], [edit["setting"]]))
    if kind == "unshare":
        return replace(project, graph=own_weights(graph, [_node(graph, edit["node"]).id]))
    if kind == "bypass":
        return replace(project, graph=bypass_nodes(graph, [edit["node"]], bool(edit["value"])))
    if kind == "add":
        return replace(project, graph=_added(graph, edit))
    if kind == "parameter":
        return replace(project, graph=_with_default(graph, edit["of"], edit["name"], edit["value"]))
    if kind == "training":
        value = project.training.as_json()
        value[edit["setting"]] = edit["value"]
        return replace(project, training=type(project.training).from_json(value))
    if kind == "data":
        return replace(project, data=type(project.data).from_json(edit["value"]))
    if kind in ("connect", "disconnect", "insert"):
        wire = Wire(edit["source"], edit["target"], edit.get("source_port", ""), edit.get("target_port", ""))
        if kind == "connect":
            return replace(project, graph=connect(graph, wire, edit.get("many", False)))
        if kind == "disconnect":
            return replace(project, graph=disconnect(graph, [wire]))
        name = free_name(graph, edit["name"])
        at = _between(graph, wire)
        graph = add_node(graph, Node(name, edit["type"], edit.get("settings", {}), at))
        return replace(project, graph=insert_into_wire(graph, name, wire))
    raise EditError(f"There is no edit of the kind '{kind}'.")


def _apply_in_block(project: Project, edit: Mapping[str, Any]) -> Project:
    blocks, name = project.blocks, edit["block"]
    if name not in blocks:
        raise EditError(f"There is no block named '{name}'.")
    inner = replace(project, graph=replace(blocks[name].graph, blocks=blocks))
    changed = _apply(inner, {key: value for key, value in edit.items() if key != "block"})
    block = replace(blocks[name], graph=replace(changed.graph, blocks={}))
    graph = replace(project.graph, blocks={**changed.blocks, name: block})
    return replace(changed, graph=graph)


def _with_default(graph: Graph, name: str, parameter: str, value: Any) -> Graph:
    block = graph.blocks.get(name)
    if block is None or parameter not in block.parameters:
        raise EditError(f"There is no block '{name}' with a parameter '{parameter}'.")
    changed = replace(block, parameters={**block.parameters, parameter: value})
    return replace(graph, blocks={**graph.blocks, name: changed})


def set_object(project: Project, role: str, value: ObjectSettings | None) -> Project:
    """Sets the training's ``optimizer`` or ``schedule``."""
    if role == "optimizer" and value is not None:
        return replace(project, training=replace(project.training, optimizer=value))
    if role == "schedule":
        return replace(project, training=replace(project.training, schedule=value))
    raise EditError(f"Training has no '{role}' to set.")


def _added(graph: Graph, edit: Mapping[str, Any]) -> Graph:
    """The graph with a new node right of what feeds it, or left of what it feeds."""
    name = free_name(graph, edit["name"])
    source, target = edit.get("source"), edit.get("target")
    at = (0.0, 0.0)
    if source:
        at = (_node(graph, source).at[0] + _BESIDE, _node(graph, source).at[1])
    elif target:
        at = (_node(graph, target).at[0] - _BESIDE, _node(graph, target).at[1])
    graph = add_node(graph, Node(name, edit["type"], edit.get("settings", {}), at))
    if source:
        graph = connect(graph, Wire(source, name, edit.get("source_port", "")))
    if target:
        graph = connect(graph, Wire(name, target, "", edit.get("target_port", "")), edit.get("many", False))
    return graph


def _between(graph: Graph, wire: Wire) -> tuple[float, float]:
    (x1, y1), (x2, y2) = _node(graph, wire.source).at, _node(graph, wire.target).at
    return ((x1 + x2) / 2, (y1 + y2) / 2 + 90)


def _node(graph: Graph, name: str) -> Node:
    if name not in graph:
        raise EditError(f"There is no layer named '{name}'.")
    return graph[name]


def _owner(graph: Graph, name: str) -> Node:
    """The node whose settings a node works with."""
    node = _node(graph, name)
    return weights_owner(graph, node) or node


def _check_name(name: str) -> None:
    if not NAME_PATTERN.fullmatch(name):
        raise EditError(
            f"'{name}' cannot be a layer's name: a letter first, then letters, digits and underscores, 64 at the most."
        )
