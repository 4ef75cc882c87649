"""Making and changing blocks: functions from graph to graph. They know nothing of Keras.

``graph`` is the one that is edited: the project's own, or one inside a block with the project's blocks lent to it (see
:func:`dlstudio.graph.paths.graph_at`). Functions whose change reaches the uses of a block everywhere want the
project's own; they say so.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from dlstudio.graph.block_content import used_blocks
from dlstudio.graph.block_merging import merged_blocks, with_renamed_uses
from dlstudio.graph.block_parameters import (
    add_parameter,
    remove_parameter,
    rename_parameter,
    set_parameter,
    use_parameter,
)
from dlstudio.graph.block_unpacking import unpack
from dlstudio.graph.edits import NAME_PATTERN, EditError, blocks_used, free_name
from dlstudio.graph.expressions import names_in
from dlstudio.graph.model import BLOCK_PREFIX, CONSTANT, INPUT, OUTPUT, Block, Graph, Node, Wire

__all__ = [
    "add_block",
    "add_parameter",
    "make_block",
    "remove_block",
    "remove_parameter",
    "remove_unused_blocks",
    "rename_block",
    "rename_parameter",
    "set_parameter",
    "set_port_order",
    "set_summary",
    "unpack",
    "use_parameter",
]

_PORT_GAP = 240.0
"""How far a port stands from the nodes beside it, in scene units."""


def make_block(
    graph: Graph, names: Iterable[str], block_name: str, parameters: Mapping[str, Any] | None = None
) -> tuple[Graph, str]:
    """Puts nodes into a new block and a use of it in their place. Returns the graph and the id of the use.

    Each tensor that enters or leaves the selection becomes a port: an input named after the node that it comes from,
    an output after the node that gives it. A selection that nothing enters or leaves gets a port at its ends. Settings
    that mention parameters of the block that the graph is inside of keep doing so: the new block has them too.

    Args:
        graph: The graph of the nodes.
        names: Ids of the nodes.
        block_name: A free, valid name.
        parameters: Defaults of the parameters of the block that ``graph`` is inside of; found where left out.

    Raises:
        EditError: The name is taken or not valid, nothing is selected, Inputs or Outputs are, a wire leaves the
            selection and comes back into it, or weights are shared across its border.
    """
    _check_block_name(graph, block_name)
    inside = [node for node in graph if node.id in set(names)]
    _check_selection(graph, inside)
    chosen = {node.id for node in inside}
    entering, leaving = _crossing(graph, chosen)
    nodes = {node.id: node for node in inside}
    left, top = min(n.at[0] for n in inside), min(n.at[1] for n in inside)
    right = max(n.at[0] for n in inside)

    entries = {end: _port(nodes, INPUT, _said(*end), (left - _PORT_GAP, top), i) for i, end in enumerate(entering)}
    wires = [
        replace(w, source=entries[w.source, w.source_port], source_port="") if w.source not in chosen else w
        for w in graph.wires
        if w.target in chosen
    ]
    if not entering:
        roots = [n.id for n in inside if n.type != CONSTANT and not any(w.target == n.id for w in wires)]
        opened = _port(nodes, INPUT, "inputs", (left - _PORT_GAP, top), 0)
        wires += [Wire(opened, root) for root in roots]
    exits: dict[tuple[str, str], str] = {}
    for index, end in enumerate(leaving or _loose_ends(graph, inside)):
        exits[end] = _port(nodes, OUTPUT, f"{end[0]}_{end[1] or 'output'}", (right + _PORT_GAP, top), index)
        wires.append(Wire(end[0], exits[end], end[1]))
    block = Block(block_name, Graph(nodes, tuple(wires)), _mentioned(graph, inside, parameters))

    settings = {name: {"=": name} for name in block.parameters}
    kept = Graph({node.id: node for node in graph if node.id not in chosen})
    use = Node(free_name(kept, _use_name(block_name)), f"{BLOCK_PREFIX}{block_name}", settings, _middle(inside))
    outer: dict[Wire, None] = {}
    for wire in graph.wires:
        end = (wire.source, wire.source_port)
        if wire.target in chosen and wire.source not in chosen:
            outer[replace(wire, target=use.id, target_port=entries[end])] = None
        elif wire.source in chosen and wire.target not in chosen:
            outer[replace(wire, source=use.id, source_port=exits[end])] = None
        elif wire.target not in chosen:
            outer[wire] = None
    placed: dict[str, Node] = {}
    for node in graph:  # the use takes the place of the first of them
        if node.id == inside[0].id:
            placed[use.id] = use
        if node.id not in chosen:
            placed[node.id] = node
    blocks = {**graph.blocks, block_name: block}
    return replace(graph, nodes=placed, wires=tuple(outer), blocks=blocks), use.id


def add_block(graph: Graph, block: Block, others: Mapping[str, Block] | None = None) -> tuple[Graph, str]:
    """Adds a block and the blocks it uses. Returns the graph and the name under which the block is there.

    One that is there with equal content is shared; where the name belongs to another, it gets a free one.

    Args:
        graph: Any graph with the project's blocks.
        block: The block.
        others: Where the blocks that it uses are found, by name.
    """
    coming = {**blocks_used(Graph(blocks=others or {}), block.graph), block.name: block}
    blocks, names = merged_blocks(graph.blocks, coming)
    return replace(graph, blocks=blocks), names[block.name]


def rename_block(graph: Graph, old: str, new: str) -> Graph:
    """Gives a block another name; all its uses follow.

    Args:
        graph: The project's own graph.
        old: Its name.
        new: A free, valid name.

    Raises:
        EditError: There is no such block, or the name is taken or not valid.
    """
    _block(graph, old)
    if old == new:
        return graph
    _check_block_name(graph, new)
    names = {old: new}
    blocks = {
        names.get(name, name): replace(block, name=names.get(name, name), graph=with_renamed_uses(block.graph, names))
        for name, block in graph.blocks.items()
    }
    return replace(with_renamed_uses(graph, names), blocks=blocks)


def remove_block(graph: Graph, name: str) -> Graph:
    """Removes a block that nothing uses.

    Raises:
        EditError: There is no such block, or something uses it.
    """
    _block(graph, name)
    users = [each for each, block in graph.blocks.items() if name in used_blocks(block.graph)]
    users += [node.id for node in graph if node.block == name]
    if users:
        raise EditError(f"The block '{name}' is used by '{users[0]}'. Remove its uses first, or unpack them.")
    return replace(graph, blocks={each: block for each, block in graph.blocks.items() if each != name})


def remove_unused_blocks(graph: Graph) -> Graph:
    """Removes all blocks that the network does not contain, directly or through others.

    Args:
        graph: The project's own graph.
    """
    used = blocks_used(graph, graph.nodes.values())
    if len(used) == len(graph.blocks):
        return graph
    return replace(graph, blocks={name: block for name, block in graph.blocks.items() if name in used})


def set_summary(graph: Graph, name: str, summary: str) -> Graph:
    """Says what a block is, in one sentence.

    Raises:
        EditError: There is no such block.
    """
    block = replace(_block(graph, name), summary=" ".join(summary.split()))
    return replace(graph, blocks={**graph.blocks, name: block})


def set_port_order(graph: Graph, name: str, ports: Sequence[str]) -> Graph:
    """Puts the ports of a block into another order; wires stay at the ports where they are.

    Args:
        graph: The project's own graph.
        name: The block.
        ports: Ids of its Inputs or Outputs, or both; those not named come behind, in the order they had.

    Raises:
        EditError: There is no such block or port.
    """
    inner = _block(graph, name).graph
    for port in ports:
        if port not in inner or inner[port].type not in (INPUT, OUTPUT):
            raise EditError(f"The block '{name}' has no port '{port}'.")
    first = {kind: next((node.id for node in inner.of_type(kind)), "") for kind in (INPUT, OUTPUT)}
    order = [*dict.fromkeys(ports), *(node.id for node in inner if node.id not in set(ports))]
    ordered = replace(inner, nodes={each: inner[each] for each in order})

    def explicit(place: Graph) -> Graph:
        """A wire without a port's name leads to the first port; that is another one now."""

        def named(wire: Wire) -> Wire:
            if not wire.target_port and wire.target in place and place[wire.target].block == name:
                wire = replace(wire, target_port=first[INPUT])
            if not wire.source_port and wire.source in place and place[wire.source].block == name:
                wire = replace(wire, source_port=first[OUTPUT])
            return wire

        return replace(place, wires=tuple(map(named, place.wires)))

    blocks = {each: replace(block, graph=explicit(block.graph)) for each, block in graph.blocks.items()}
    blocks[name] = replace(blocks[name], graph=explicit(ordered))
    return replace(explicit(graph), blocks=blocks)


def _check_selection(graph: Graph, inside: list[Node]) -> None:
    if not inside:
        raise EditError("Select the layers that are to become a block.")
    chosen = {node.id for node in inside}
    for node in inside:
        if node.type in (INPUT, OUTPUT):
            raise EditError(f"'{node.id}' is an {node.type}, which cannot stand in a block. Select only layers.")
    for node in graph:
        if node.shares and (node.id in chosen) != (node.shares in chosen) and node.shares in graph:
            raise EditError(
                f"'{node.id}' shares the weights of '{node.shares}'; only one of the two is selected. Select both."
            )
    behind: dict[str, str] = {}
    waiting = [(w.target, w.source) for name in chosen for w in graph.outgoing(name) if w.target not in chosen]
    while waiting:
        name, start = waiting.pop()
        if name in behind:
            continue
        behind[name] = start
        for wire in graph.outgoing(name):
            if wire.target in chosen:
                raise EditError(
                    f"The block would feed itself: a wire leaves the selection at '{start}' and comes back through "
                    f"'{name}'. Select '{name}' as well."
                )
            waiting.append((wire.target, start))


def _crossing(graph: Graph, chosen: set[str]) -> tuple[dict[tuple[str, str], None], dict[tuple[str, str], None]]:
    """The ends (node, port) whose tensors enter and leave, each once, in the order of the wires."""
    entering: dict[tuple[str, str], None] = {}
    leaving: dict[tuple[str, str], None] = {}
    for wire in graph.wires:
        end = (wire.source, wire.source_port)
        if wire.target in chosen and wire.source not in chosen:
            entering[end] = None
        elif wire.source in chosen and wire.target not in chosen:
            leaving[end] = None
    return entering, leaving


def _loose_ends(graph: Graph, inside: list[Node]) -> dict[tuple[str, str], None]:
    return {(node.id, ""): None for node in inside if not graph.outgoing(node.id)}


def _port(nodes: dict[str, Node], kind: str, wanted: str, at: tuple[float, float], index: int) -> str:
    name = free_name(Graph(nodes), wanted[:60])
    nodes[name] = Node(name, kind, {}, (at[0], at[1] + 110.0 * index))
    return name


def _said(node: str, port: str) -> str:
    return f"{node}_{port}" if port and port != "outputs" else node


def _mentioned(graph: Graph, inside: list[Node], given: Mapping[str, Any] | None) -> dict[str, Any]:
    """The parameters that settings of the nodes mention, with their defaults."""
    names = {name: None for node in inside for value in node.settings.values() for name in sorted(names_in(value))}
    if not names:
        return {}
    if given is None:
        around = replace(graph, blocks={})
        given = next((block.parameters for block in graph.blocks.values() if block.graph == around), {})
    return {name: given.get(name, 1) for name in names}


def _use_name(block_name: str) -> str:
    """``ResidualBlock`` becomes ``residual_block``."""
    pieces = [
        f"_{c.lower()}" if c.isupper() and i and not block_name[i - 1].isupper() else c.lower()
        for i, c in enumerate(block_name)
    ]
    return "".join(pieces).replace("__", "_")[:60]


def _middle(inside: list[Node]) -> tuple[float, float]:
    across, down = [n.at[0] for n in inside], [n.at[1] for n in inside]
    return (min(across) + max(across)) / 2, (min(down) + max(down)) / 2


def _check_block_name(graph: Graph, name: str) -> None:
    if not NAME_PATTERN.fullmatch(name):
        raise EditError(
            f"'{name}' cannot be a block's name: a letter first, then letters, digits and underscores, 64 at the most."
        )
    if name in graph.blocks:
        raise EditError(f"There already is a block named '{name}'. Choose another name.")


def _block(graph: Graph, name: str) -> Block:
    if name not in graph.blocks:
        raise EditError(f"There is no block named '{name}'.")
    return graph.blocks[name]
