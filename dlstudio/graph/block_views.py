"""What a window has to know about blocks while it looks at one: uses, values of parameters, ports, problems as seen."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from dlstudio.catalogue.node_types import Catalogue
from dlstudio.graph.edits import EditError, rename_node
from dlstudio.graph.expressions import ExpressionError, bind
from dlstudio.graph.model import INPUT, OUTPUT, Block, Graph, Wire
from dlstudio.graph.paths import Path, block_at, graph_at, valid_path, with_graph_at
from dlstudio.graph.problems import Problem

_inside: dict[int, tuple[Catalogue, Catalogue]] = {}


def inside_types(catalogue: Catalogue) -> Catalogue:
    """The catalogue as it is inside a block: Input and Output are ports there, without columns and tasks."""
    known = _inside.get(id(catalogue))
    if known is not None and known[0] is catalogue:
        return known[1]
    ports = {
        INPUT: replace(
            catalogue[INPUT],
            name="Input port",
            summary="A place where a wire enters the block. Its name is the port's name on every use.",
            help="Wires that end at this port of a use bring their tensor here. The order of the ports is that in "
            "which they were added.",
            settings=(),
            shown=(),
        ),
        OUTPUT: replace(
            catalogue[OUTPUT],
            name="Output port",
            summary="A place where a wire leaves the block. Its name is the port's name on every use.",
            help="What arrives here leaves every use of the block by the port of this name.",
            settings=(),
            shown=(),
        ),
    }
    seen = replace(catalogue, node_types={**catalogue.node_types, **ports})
    while len(_inside) >= 8:
        _inside.pop(next(iter(_inside)))
    _inside[id(catalogue)] = (catalogue, seen)
    return seen


def values_at(graph: Graph, path: Path) -> dict[str, Any]:
    """The value of every parameter inside the use that a path leads to; empty on the project's own graph.

    A setting of a use that cannot be evaluated leaves the parameter at its default.

    Raises:
        KeyError: The path leads nowhere.
    """
    values: dict[str, Any] = {}
    here = graph
    for use in path:
        node = here[use]
        block = graph.blocks[node.block or ""]
        found = dict(block.parameters)
        for name in block.parameters.keys() & node.settings.keys():
            try:
                found[name] = bind(node.settings[name], values)
            except ExpressionError:
                continue
        values, here = found, block.graph
    return values


def count_uses(graph: Graph, name: str) -> int:
    """How many nodes use a block, in the project's graph and inside its other blocks."""
    places = (graph, *(block.graph for block in graph.blocks.values()))
    return sum(node.block == name for place in places for node in place)


def holds_block(blocks: Mapping[str, Block], outer: str, wanted: str) -> bool:
    """Whether a block is another one or uses it, however deep: then it cannot stand inside of that one."""
    seen, waiting = {outer}, [outer]
    while waiting:
        name = waiting.pop()
        if name == wanted:
            return True
        for node in blocks[name].graph if name in blocks else ():
            if node.block and node.block not in seen:
                seen.add(node.block)
                waiting.append(node.block)
    return False


def circle_of(graph: Graph, path: Path, names: Iterable[str]) -> str | None:
    """The first of these blocks that cannot be used where a path leads to, since it would contain itself."""
    inside = block_at(graph, path) if path else ""
    return next((name for name in names if inside and holds_block(graph.blocks, name, inside)), None)


def free_block_name(blocks: Iterable[str], wanted: str = "Block") -> str:
    """``wanted`` where no block is called so, else the same with the next free number: ``Block_2``."""
    taken, number, free = set(blocks), 2, wanted
    while free in taken:
        free, number = f"{wanted}_{number}", number + 1
    return free


def rename_port(graph: Graph, path: Path, old: str, new: str) -> Graph:
    """The project's graph with a port of the block at a path renamed; the wires of all its uses follow.

    Args:
        graph: The project's graph.
        path: Leads into the block.
        old: Id of the Input or Output node inside.
        new: Its new id.

    Raises:
        EditError: The name is taken or no valid name, or the node is no port.
        KeyError: The path leads nowhere.
    """
    inner = graph_at(graph, path)
    if old not in inner or inner[old].type not in (INPUT, OUTPUT):
        raise EditError(f"'{old}' is no port of the block.")
    name, entering = block_at(graph, path), inner[old].type == INPUT
    graph = with_graph_at(graph, path, rename_node(inner, old, new))

    def followed(place: Graph) -> Graph:
        def follow(wire: Wire) -> Wire:
            if entering and wire.target_port == old and place[wire.target].block == name:
                return replace(wire, target_port=new)
            if not entering and wire.source_port == old and place[wire.source].block == name:
                return replace(wire, source_port=new)
            return wire

        wires = tuple(follow(w) if w.source in place and w.target in place else w for w in place.wires)
        return place if wires == place.wires else replace(place, wires=wires)

    blocks = {each: replace(block, graph=followed(block.graph)) for each, block in graph.blocks.items()}
    return replace(followed(graph), blocks=blocks)


def problems_seen(problems: Iterable[Problem], graph: Graph, path: Path) -> list[Problem]:
    """The problems of the graph that a path leads to. One deeper inside is told of the use that leads to it.

    What is wrong inside a block is found at one of its uses; it is seen whichever use one looks through.

    Args:
        problems: Of the whole project; those without a node are left out.
        graph: The project's graph.
        path: Leads to the graph that is looked at.
    """
    here = block_at(graph, path) if path else ""
    seen = []
    for problem in problems:
        if problem.node is None or valid_path(graph, problem.path) != problem.path:
            continue
        for depth in range(len(problem.path) + 1):
            if (block_at(graph, problem.path[:depth]) if depth else "") == here:
                deeper = problem.path[depth:]
                seen.append(replace(problem, node=deeper[0], fix=None, fixes=()) if deeper else problem)
                break
    return seen
