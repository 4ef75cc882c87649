"""What can be said of a graph without Keras: the order of its nodes, circles, dangling wires, unknown types.

Whether shapes fit is the compiler's business.
"""

from __future__ import annotations

import difflib

from dlstudio.catalogue.node_types import Catalogue, NodeType
from dlstudio.graph import wire_fixes
from dlstudio.graph.block_structure import block_problems, expressions_outside, use_problems
from dlstudio.graph.blocks import with_blocks
from dlstudio.graph.bypass import carrying_wires
from dlstudio.graph.edits import disconnect
from dlstudio.graph.model import BLOCK_PREFIX, INPUT, OUTPUT, Graph, Node, Wire
from dlstudio.graph.problems import Fix, Problem
from dlstudio.graph.sharing import settings_in_force

MOST_TRIED = 12
"""Wires of a circle that are looked at for the one that may go."""


class CycleError(ValueError):
    """The wires close a circle.

    Attributes:
        names: The nodes that stand in a circle or behind one, in the graph's order.
    """

    def __init__(self, names: tuple[str, ...]) -> None:
        super().__init__(f"The wires close a circle through {', '.join(names)}. Remove one of its wires.")
        self.names = names


def topological_order(graph: Graph) -> tuple[str, ...]:
    """Node ids so that every node comes after those that feed it; ties keep the graph's order.

    Raises:
        CycleError: The wires close a circle.
    """
    waiting = {node.id: sum(wire.source in graph for wire in graph.incoming(node.id)) for node in graph}
    ready = [name for name, count in waiting.items() if count == 0]
    order: list[str] = []
    for name in ready:  # grows while it is walked
        order.append(name)
        for wire in graph.outgoing(name):
            if wire.target in waiting:
                waiting[wire.target] -= 1
                if waiting[wire.target] == 0:
                    ready.append(wire.target)
    if len(order) < len(graph):
        raise CycleError(circle(graph))
    return tuple(order)


def circle(graph: Graph) -> tuple[str, ...]:
    """The nodes of one circle of wires, in the order of the wires; empty where there is none."""
    finished: set[str] = set()
    for start in graph.nodes:
        if start in finished:
            continue
        path, on_path = [start], {start}
        branches = [iter(graph.outgoing(start))]
        while branches:
            wire = next(branches[-1], None)
            if wire is None:
                branches.pop()
                on_path.discard(path[-1])
                finished.add(path.pop())
            elif wire.target in on_path:
                return tuple(path[path.index(wire.target) :])
            elif wire.target in graph and wire.target not in finished:
                path.append(wire.target)
                on_path.add(wire.target)
                branches.append(iter(graph.outgoing(wire.target)))
    return ()


def structural_problems(graph: Graph, catalogue: Catalogue) -> list[Problem]:
    """Everything that is wrong with nodes and wires as such, in the graph's order.

    Unknown or unusable types, required settings without a value, dangling wires, ports that do not exist, several wires
    into a port that takes one, required ports without a wire, circles, no Input or no Output, and (as warnings) nodes
    that lead to no Output. The same inside blocks, and what is wrong with the blocks as such (see
    :func:`dlstudio.graph.block_structure.block_problems`).
    """
    if not len(graph):
        message = "The canvas is empty. Add an Input, some layers and an Output, or start from a template."
        return [Problem(message, fix=Fix("Add an Input", ({"edit": "add", "type": INPUT, "name": "input"},)))]
    catalogue = with_blocks(catalogue, graph.blocks)
    problems = [*_graph_problems(graph, catalogue), *expressions_outside(graph)]
    for kind, what in ((INPUT, "where the data comes in"), (OUTPUT, "what the network is to predict")):
        if not graph.of_type(kind):
            fixes = wire_fixes.adding_end(graph, kind, catalogue)
            problems.append(Problem(f"There is no {kind} node. Add one: it says {what}.", fixes=fixes))
    return problems + block_problems(graph, catalogue, lambda inner: _graph_problems(inner, catalogue))


def _graph_problems(graph: Graph, catalogue: Catalogue) -> list[Problem]:
    """What is wrong with the nodes and wires of one graph, be it the project's or one inside a block."""
    problems: list[Problem] = []
    loop = circle(graph)
    if loop:
        path = " → ".join((*loop, loop[0]))
        problems.append(
            Problem(
                f"The wires close a circle: {path}. A network runs from its inputs to its outputs only.",
                loop[0],
                fixes=_opening(graph, loop),
            )
        )
    for node in graph:
        problems.extend(_node_problems(graph, node, catalogue))
    for wire in graph.wires:
        problems.extend(_wire_problems(graph, wire, catalogue))
    if not loop and graph.of_type(OUTPUT):
        problems.extend(_dead_branches(graph, catalogue))
    return problems


def _opening(graph: Graph, loop: tuple[str, ...]) -> tuple[Fix, ...]:
    """Wires of a circle that may go; those after which no circle is left, where there are such."""
    wires = wire_fixes.loop_wires(graph, loop)[:MOST_TRIED]
    ending = [wire for wire in wires if not circle(disconnect(graph, [wire]))]
    return tuple(
        Fix(f"Remove the wire from {wire.source} to {wire.target}", (wire_fixes.disconnect_edit(wire),))
        for wire in (ending or wires[:1])[:3]
    )


def _node_problems(graph: Graph, node: Node, catalogue: Catalogue) -> list[Problem]:
    node_type = catalogue.get(node.type)
    if node.block and node.block not in graph.blocks:
        return [_unknown_block(graph, node)]
    if node_type is None:
        return [_unknown_type(node, catalogue)]
    problems: list[Problem] = [*use_problems(graph, node, catalogue)]
    if node_type.unusable:
        message = f"'{node.id}' ({node_type.name}) cannot be used: {node_type.unusable}"
        problems.append(Problem(message, node.id, wire_fixes.removing(node)))
    known = {setting.name for setting in node_type.settings}
    for name in node.settings:
        if name not in known:
            hint, fixes = wire_fixes.respelling(node, name, node_type)
            message = f"'{node.id}' ({node_type.name}) has no setting named '{name}'.{hint}"
            problems.append(Problem(message, node.id, fixes=fixes))
    for setting in node_type.settings:
        given = node.shares or setting.optional or node.settings.get(setting.name) is not None
        if setting.required and not given:
            fix = None
            if setting.suggested is not None:
                edit = {"edit": "set", "node": node.id, "setting": setting.name, "value": setting.suggested}
                fix = Fix(f"Set {node.id} {setting.name} to {setting.suggested}", (edit,))
            problems.append(
                Problem(f"'{node.id}' ({node_type.name}) needs a value for '{setting.name}'.", node.id, fix)
            )
    if node.shares and (node.shares not in graph or graph[node.shares].type != node.type):
        message = f"'{node.id}' shares the weights of '{node.shares}', which is no {node_type.name} here."
        own = Fix(
            f"Give {node.id} weights of its own", ({"edit": "unshare", "node": node.id}, *_fresh(node, node_type))
        )
        problems.append(Problem(message, node.id, own))
    problems.extend(_bypass_problems(graph, node, node_type))
    problems.extend(_port_problems(graph, node, node_type))
    return problems


def _bypass_problems(graph: Graph, node: Node, node_type: NodeType) -> list[Problem]:
    """A bypassed node without an input that could go through, or whose other outputs are used."""
    if not node.bypassed:
        return []
    back = Fix(f"Take {node.id} back into the path", ({"edit": "bypass", "node": node.id, "value": False},))
    settings = settings_in_force(graph, node)
    inputs, outputs = node_type.inputs_for(settings), node_type.outputs_for(settings)
    if not inputs or not outputs:
        what = "input that could go through it" if not inputs else "output that its input could go to"
        return [Problem(f"'{node.id}' ({node_type.name}) cannot be bypassed: it has no {what}.", node.id, back)]
    used = {wire.source_port or outputs[0].name for wire in graph.outgoing(node.id)} - {outputs[0].name}
    return [
        Problem(
            f"'{node.id}' ({node_type.name}) is bypassed, so nothing comes out at its port '{port}': only its first "
            f"input goes through, to '{outputs[0].name}'.",
            node.id,
            back,
        )
        for port in sorted(used)
    ]


def _port_problems(graph: Graph, node: Node, node_type: NodeType) -> list[Problem]:
    ports = node_type.inputs_for(settings_in_force(graph, node))
    wired: dict[str, list[Wire]] = {}
    for wire in graph.incoming(node.id):
        wired.setdefault(wire.target_port or (ports[0].name if ports else ""), []).append(wire)
    problems: list[Problem] = []
    for port in ports[:1] if node.bypassed else ports:
        wires = wired.get(port.name, [])
        where = f"'{node.id}'" if len(ports) == 1 else f"the port '{port.name}' of '{node.id}'"
        if not wires and not port.optional:
            message = f"Nothing feeds {where} ({node_type.name}). Connect a wire to it."
            problems.append(Problem(message, node.id, fixes=wire_fixes.feeding(graph, node, port, ports)))
        if len(wires) > 1 and not port.many:
            sources = " and ".join(f"'{w.source}'" for w in wires)
            problems.append(
                Problem(
                    f"{len(wires)} wires lead into {where} (from {sources}), which takes one. Join them first, for "
                    f"instance with Add or Concatenate.",
                    node.id,
                    fixes=wire_fixes.joining(graph, node, wires),
                )
            )
    return problems


def _wire_problems(graph: Graph, wire: Wire, catalogue: Catalogue) -> list[Problem]:
    remove = Fix("Remove the wire", (wire_fixes.disconnect_edit(wire),))
    for end, other in ((wire.source, wire.target), (wire.target, wire.source)):
        if end not in graph:
            known = other if other in graph else None
            return [
                Problem(
                    f"A wire from '{wire.source}' to '{wire.target}' dangles: there is no node named '{end}'.",
                    known,
                    remove,
                )
            ]
    problems: list[Problem] = []
    source, target = graph[wire.source], graph[wire.target]
    for node, port, side in ((source, wire.source_port, "output"), (target, wire.target_port, "input")):
        node_type = catalogue.get(node.type)
        if node_type is None:
            continue
        settings = settings_in_force(graph, node)
        ports = node_type.outputs_for(settings) if side == "output" else node_type.inputs_for(settings)
        names = [p.name for p in ports]
        if not ports:
            problems.append(
                Problem(f"'{node.id}' ({node_type.name}) has no {side} to connect a wire to.", node.id, remove)
            )
        elif port and port not in names:
            problems.append(
                Problem(f"'{node.id}' has no {side} named '{port}'; it has {', '.join(names)}.", node.id, remove)
            )
    return problems


def _dead_branches(graph: Graph, catalogue: Catalogue) -> list[Problem]:
    alive = {node.id for node in graph.of_type(OUTPUT)}
    waiting = list(alive)
    while waiting:
        for wire in carrying_wires(graph, waiting.pop(), catalogue):
            if wire.source not in alive:
                alive.add(wire.source)
                waiting.append(wire.source)
    return [
        Problem(
            f"'{node.id}' leads to no Output, so it is left out of the network.",
            node.id,
            wire_fixes.removing(node),
            "warning",
        )
        for node in graph
        if node.id not in alive
    ]


def _unknown_type(node: Node, catalogue: Catalogue) -> Problem:
    close, fixes = wire_fixes.retyping(node, catalogue)
    message = f"'{node.id}' is of the type '{node.type}', which is not known."
    return Problem(f"{message} Did you mean {close}?" if close else message, node.id, fixes=fixes)


def _unknown_block(graph: Graph, node: Node) -> Problem:
    message = f"'{node.id}' uses the block '{node.block}', which this project does not have."
    close = difflib.get_close_matches(node.block or "", list(graph.blocks), 1)
    fixes = [wire_fixes.removing(node)]
    if close:
        edit = {"edit": "retype", "node": node.id, "type": f"{BLOCK_PREFIX}{close[0]}"}
        fixes.insert(0, Fix(f"Use {close[0]}", (edit,)))
    return Problem(f"{message} Did you mean '{close[0]}'?" if close else message, node.id, fixes=tuple(fixes))


def _fresh(node: Node, node_type: NodeType) -> list[dict[str, object]]:
    """Edits that give a node the required settings that it lacks."""
    return [
        {"edit": "set", "node": node.id, "setting": name, "value": value}
        for name, value in node_type.fresh_settings.items()
        if name not in node.settings
    ]
