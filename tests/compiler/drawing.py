"""Draws graphs in one line each: ``drawn("images:Input(column='image') > conv:Conv2D(filters=8, kernel_size=3)")``."""

from __future__ import annotations

import ast
import re
from dataclasses import replace
from typing import Any

from dlstudio.graph.edits import apply_edits
from dlstudio.graph.model import Graph, Node, Wire
from dlstudio.graph.project import Project

_STEP = re.compile(r"(?P<id>\w+)(?::(?P<type>[\w.]+)(?P<settings>\(.*\))?)?$", re.DOTALL)


def drawn(*chains: str, wires: tuple[Wire, ...] = ()) -> Graph:
    """A graph from chains of steps joined by `` > ``; a step is ``id:Type(settings)``, or an ``id`` that is there."""
    nodes: dict[str, Node] = {}
    found: list[Wire] = []
    for chain in chains:
        before = None
        for step in chain.split(" > "):
            match = _STEP.match(step.strip())
            assert match, step
            name = match["id"]
            if match["type"]:
                nodes[name] = Node(name, type_id(match["type"]), _settings(match["settings"]))
            if before:
                found.append(Wire(before, name))
            before = name
    return Graph(nodes, (*found, *wires))


def type_id(name: str) -> str:
    if name in ("Input", "Output", "Constant") or name.startswith("keras."):
        return name
    return f"keras.ops.{name[4:]}" if name.startswith("ops.") else f"keras.layers.{name}"


def fixed(graph: Graph, edits: tuple[Any, ...]) -> Graph:
    """What a fix makes of a graph."""
    return apply_edits(Project(graph=graph), edits).graph


def bypassed(graph: Graph, *names: str) -> Graph:
    """The graph in which these nodes are bypassed and no others."""
    return replace(graph, nodes={n.id: replace(n, bypassed=n.id in names) for n in graph})


def _settings(text: str | None) -> dict[str, object]:
    if not text:
        return {}
    call = ast.parse(f"f{text}", mode="eval").body
    assert isinstance(call, ast.Call)
    return {keyword.arg or "": ast.literal_eval(keyword.value) for keyword in call.keywords}
