"""Fixes for a graph inside a block as edits of the project: in the block, or in the parameter that a setting is."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from dlstudio.compiler.problems.context import Context, Edit, Home, set_edit
from dlstudio.graph.block_structure import GRAPH_EDITS_ELSEWHERE
from dlstudio.graph.expressions import is_expression
from dlstudio.graph.model import Graph, Node
from dlstudio.graph.problems import Fix
from dlstudio.graph.sharing import weights_owner


def outward(context: Context, fix: Fix) -> Fix:
    """The same fix made in the project; for a project's own graph it is as it was.

    Where a setting inside is simply a parameter, the parameter is set, for all uses that have the value of this one.
    """
    home = context.home
    if home is None:
        return fix
    label, edits = fix.label, list[Edit]()
    for edit in fix.edits:
        parameter = _parameter(context, home, edit)
        set_there = tuple(_with_parameter(context, home, parameter, edit)) if parameter else ()
        if set_there and len(fix.edits) == 1:
            label = f"Set {parameter} of {home.block} to {edit['value']}"
        edits.extend(set_there or (_in_block(context, home, edit),))
    return Fix(label, tuple(edits))


def _in_block(context: Context, home: Home, edit: Edit) -> Edit:
    """The edit in the block's graph. A node that is put elsewhere under its own name keeps its expressions."""
    if edit["edit"] in GRAPH_EDITS_ELSEWHERE or "block" in edit:
        return edit
    placed: dict[str, Any] = {**edit, "block": home.block}
    node = context.whole.graph.blocks[home.block].graph.nodes.get(str(edit.get("name")))
    if node is not None and node.type == edit.get("type"):
        placed["settings"] = dict(node.settings)
    return placed


def _parameter(context: Context, home: Home, edit: Edit) -> str:
    """The parameter that a setting simply is which the edit would set; empty where it is none."""
    graph = context.whole.graph.blocks[home.block].graph
    if edit["edit"] != "set" or "block" in edit or edit["node"] not in graph:
        return ""
    owner = weights_owner(graph, graph[edit["node"]]) or graph[edit["node"]]
    return _name(owner.settings.get(edit["setting"]), context.whole.graph.blocks[home.block].parameters)


def _with_parameter(context: Context, home: Home, parameter: str, edit: Edit) -> Iterator[Edit]:
    node = context.graph[edit["node"]]
    now = (weights_owner(context.graph, node) or node).settings.get(edit["setting"])
    yield from _set_everywhere(context.whole.graph, (home.block, parameter), (now, edit["value"]), set())


def _set_everywhere(
    graph: Graph, where: tuple[str, str], values: tuple[Any, Any], seen: set[tuple[str, str]]
) -> Iterator[Edit]:
    """Sets a parameter of a block from one value to another: its default, and what its uses give it."""
    if where in seen:
        return
    seen.add(where)
    block, parameter = where
    if graph.blocks[block].parameters[parameter] == values[0]:
        yield {"edit": "parameter", "of": block, "name": parameter, "value": values[1]}
    for name, place in (("", graph), *((each.name, each.graph) for each in graph.blocks.values())):
        inside = {"block": name} if name else {}
        for use in _uses(place, block):
            given = use.settings.get(parameter)
            if given == values[0]:
                yield {**set_edit(use.id, parameter, values[1]), **inside}
            elif name and (outer := _name(given, graph.blocks[name].parameters)):
                yield from _set_everywhere(graph, (name, outer), values, seen)


def _uses(graph: Graph, block: str) -> Iterator[Node]:
    return (node for node in graph if node.block == block and not node.shares)


def _name(value: object, parameters: Mapping[str, Any]) -> str:
    """The parameter that an expression is and nothing else; empty for any other value."""
    text = str(value["="]).strip() if is_expression(value) and isinstance(value, Mapping) else ""
    return text if text in parameters else ""
