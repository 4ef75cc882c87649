"""A piece of a graph as text, for the clipboard: it can be pasted into another window, a mail or an issue.

The text is a header line and the JSON of :func:`dlstudio.graph.project.graph_as_json`. Whatever comes back from the
clipboard is a stranger's: size, depth and form are checked before anything is made of it.
"""

from __future__ import annotations

import json
from typing import Any

from dlstudio.graph.edits import NAME_PATTERN
from dlstudio.graph.model import Graph
from dlstudio.graph.project import graph_as_json, graph_from_json
from dlstudio.graph.saving import MAXIMUM_NODES, parse_json

HEADER = "# DL Studio network fragment 1"
MAXIMUM_CHARACTERS = 4 * 2**20


def fragment_text(graph: Graph) -> str:
    """The text form of a graph fragment (see :func:`dlstudio.graph.edits.extract`)."""
    value = graph_as_json(graph)
    nodes = ",\n".join(f"  {json.dumps(name)}: {json.dumps(entry)}" for name, entry in value["nodes"].items())
    wires = ", ".join(json.dumps(wire) for wire in value["wires"])
    return f'{HEADER}\n{{"nodes": {{\n{nodes}\n}},\n"wires": [{wires}]}}\n'


def fragment_from_text(text: str) -> Graph | None:
    """The graph that a text holds, or None where it holds none.

    Quoting marks (``> ``) and text around it, as mails and issues add them, do no harm; a missing header neither, as
    long as the JSON is a fragment. Wires whose ends are missing are left out.
    """
    if len(text) > MAXIMUM_CHARACTERS:
        return None
    lines = [line.lstrip("> \t") for line in text.splitlines()]
    body = "\n".join(lines)
    start, end = body.find("{"), body.rfind("}")
    if start < 0 or end < start:
        return None
    try:
        value = parse_json(body[start : end + 1])
    except ValueError:
        return None
    if isinstance(value, dict) and isinstance(value.get("graph"), dict):  # an entire project file was pasted
        value = value["graph"]
    if not _well_formed(value):
        return None
    graph = graph_from_json(value)
    return Graph(graph.nodes, tuple(w for w in graph.wires if w.source in graph and w.target in graph))


def _well_formed(value: Any) -> bool:
    if not isinstance(value, dict) or not isinstance(value.get("nodes"), dict):
        return False
    nodes, wires = value["nodes"], value.get("wires", [])
    if not 0 < len(nodes) <= MAXIMUM_NODES or not isinstance(wires, list) or len(wires) > 4 * MAXIMUM_NODES:
        return False
    return all(_node_is_well_formed(name, node) for name, node in nodes.items()) and all(
        isinstance(wire, list) and len(wire) == 2 and all(isinstance(end, str) for end in wire) for wire in wires
    )


def _node_is_well_formed(name: str, node: Any) -> bool:
    if not NAME_PATTERN.fullmatch(name) or not isinstance(node, dict):
        return False
    at, shares = node.get("at", [0, 0]), node.get("shares")
    return (
        isinstance(node.get("type"), str)
        and isinstance(node.get("settings", {}), dict)
        and isinstance(at, list)
        and len(at) == 2
        and all(isinstance(n, int | float) and not isinstance(n, bool) and abs(n) < 1e7 for n in at)
        and (shares is None or isinstance(shares, str))
    )
