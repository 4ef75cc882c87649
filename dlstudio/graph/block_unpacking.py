"""Turns a use of a block back into loose nodes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from dlstudio.graph.block_parameters import with_values
from dlstudio.graph.blocks import REPEAT
from dlstudio.graph.edits import EditError, free_name
from dlstudio.graph.model import INPUT, OUTPUT, Block, Frame, Graph, Node, Note, Wire

MOST_NODES = 5000
_STEP = 220.0
"""Room between the copies of a repeated block, and what a node takes in width, in scene units."""

End = tuple[str, str]
"""A node and one of its output ports."""


def unpack(graph: Graph, use_id: str) -> Graph:
    """Puts what is inside a use in its place, once for each repeat, with its expressions evaluated.

    The nodes get free names; those right of the use make room. The block itself stays in the project.

    Args:
        graph: The graph of the use, with the project's blocks.
        use_id: The use.

    Raises:
        EditError: It is no use of a block, shares weights, is bypassed, or would become too many nodes.
    """
    use, block = _checked(graph, use_id)
    repeat = use.settings.get(REPEAT, 1)
    values = {**block.parameters, **{k: v for k, v in use.settings.items() if k in block.parameters}}
    inner = replace(
        block.graph,
        nodes={
            node.id: replace(node, settings={k: with_values(v, values) for k, v in node.settings.items()})
            for node in block.graph
        },
    )
    entries, exits = [n.id for n in inner.of_type(INPUT)], [n.id for n in inner.of_type(OUTPUT)]
    feeding = _feeding(graph, use_id, entries)
    others = {name: node for name, node in graph.nodes.items() if name != use_id}
    loose = [node for node in inner if node.type not in (INPUT, OUTPUT)]
    left, top, width = _extent(loose)
    added: dict[str, Node] = {}
    wires: list[Wire] = []
    given: dict[str, list[End]] = {}
    for number in range(repeat):
        shift = (use.at[0] - left + number * (width + _STEP), use.at[1] - top)
        names: dict[str, str] = {}
        for node in loose:
            names[node.id] = free_name(Graph({**others, **added}), node.id)
            at = (node.at[0] + shift[0], node.at[1] + shift[1])
            added[names[node.id]] = replace(node, id=names[node.id], at=at)
        for node in loose:
            if node.shares in names:
                added[names[node.id]] = replace(added[names[node.id]], shares=names[node.shares])
        wires += _wires_of(inner, names, feeding)
        given = {name: _sources(inner, name, names, feeding) for name in exits}
        feeding = dict(zip(entries, given.values(), strict=False))
    room = repeat * (width + _STEP) - _STEP
    nodes: dict[str, Node] = {}
    for node in graph:
        if node.id == use_id:
            nodes.update(added)
        else:
            right = node.at[0] > use.at[0]
            nodes[node.id] = replace(node, at=(node.at[0] + room, node.at[1])) if right and room > 0 else node
    outer: list[Wire] = []
    for wire in graph.wires:
        if wire.source == use_id:
            ends = given.get(wire.source_port or (exits[0] if exits else ""), [])
            outer += [replace(wire, source=name, source_port=port) for name, port in ends if wire.target != use_id]
        elif wire.target != use_id:
            outer.append(wire)
    unpacked = replace(graph, nodes=nodes, wires=tuple(dict.fromkeys((*outer, *wires))))
    return _with_annotations(unpacked, inner, (use.at[0] - left, use.at[1] - top))


def _checked(graph: Graph, use_id: str) -> tuple[Node, Block]:
    use = graph.nodes.get(use_id)
    if use is None:
        raise EditError(f"There is no layer named '{use_id}'.")
    block = graph.blocks.get(use.block or "")
    if block is None:
        raise EditError(f"'{use_id}' is no use of a block that is there, so there is nothing to unpack.")
    sharing = use.shares or next((node.id for node in graph if node.shares == use_id), None)
    if sharing:
        raise EditError(
            f"'{use_id}' and '{sharing}' share their weights, which loose layers of two uses cannot. Give each weights "
            f"of its own first."
        )
    if use.bypassed:
        raise EditError(f"'{use_id}' is bypassed. Take it back into the path before unpacking it.")
    repeat = use.settings.get(REPEAT, 1)
    if not isinstance(repeat, int) or isinstance(repeat, bool) or repeat < 1:
        raise EditError(f"'{use_id}' is repeated {repeat!r} times; give it a whole number before unpacking it.")
    entries, exits = len(block.graph.of_type(INPUT)), len(block.graph.of_type(OUTPUT))
    if repeat > 1 and entries != exits:
        raise EditError(f"'{use_id}' cannot be repeated: {block.name} has {entries} inputs and {exits} outputs.")
    if repeat * len(block.graph) + len(graph) > MOST_NODES:
        raise EditError(f"Unpacking '{use_id}' would give more than {MOST_NODES} nodes.")
    return use, block


def _feeding(graph: Graph, use_id: str, entries: list[str]) -> dict[str, list[End]]:
    """What is connected to each input port."""
    feeding: dict[str, list[End]] = {}
    for wire in graph.incoming(use_id):
        port = wire.target_port or (entries[0] if entries else "")
        feeding.setdefault(port, []).append((wire.source, wire.source_port))
    return feeding


def _wires_of(inner: Graph, names: Mapping[str, str], feeding: Mapping[str, list[End]]) -> list[Wire]:
    """The wires to the nodes of one copy."""
    wires: list[Wire] = []
    for wire in inner.wires:
        if wire.target not in names:
            continue
        for source, port in _end(inner, wire, names, feeding):
            wires.append(Wire(source, names[wire.target], port, wire.target_port))
    return wires


def _sources(inner: Graph, exit_id: str, names: Mapping[str, str], feeding: Mapping[str, list[End]]) -> list[End]:
    return [end for wire in inner.incoming(exit_id) for end in _end(inner, wire, names, feeding)]


def _end(inner: Graph, wire: Wire, names: Mapping[str, str], feeding: Mapping[str, list[End]]) -> list[End]:
    """Where a wire inside comes from, seen from outside: a node of the copy, or what feeds the port."""
    if wire.source in names:
        return [(names[wire.source], wire.source_port)]
    if wire.source in inner and inner[wire.source].type == INPUT:
        return feeding.get(wire.source, [])
    return []


def _extent(nodes: list[Node]) -> tuple[float, float, float]:
    """Left, top and width of some nodes."""
    if not nodes:
        return 0.0, 0.0, 0.0
    across = [node.at[0] for node in nodes]
    return min(across), min(node.at[1] for node in nodes), max(across) - min(across)


def _with_annotations(graph: Graph, inner: Graph, shift: tuple[float, float]) -> Graph:
    """Frames and notes of the block come along, around the first copy."""
    frames, notes = dict(graph.frames), dict(graph.notes)
    for frame in inner.frames.values():
        name = _free(frames, frame.id)
        frames[name] = replace(frame, id=name, at=_moved(frame, shift))
    for note in inner.notes.values():
        name = _free(notes, note.id)
        notes[name] = replace(note, id=name, at=_moved(note, shift))
    return replace(graph, frames=frames, notes=notes)


def _moved(thing: Frame | Note, shift: tuple[float, float]) -> tuple[float, float]:
    return thing.at[0] + shift[0], thing.at[1] + shift[1]


def _free(taken: Mapping[str, Any], wanted: str) -> str:
    number, name = 2, wanted
    while name in taken:
        name, number = f"{wanted}_{number}", number + 1
    return name
