"""A piece of a graph as text, for the clipboard: it can be pasted into another window, a mail or an issue.

The text is a header line and the JSON of :func:`dlstudio.graph.project.graph_as_json`: nodes, wires, frames, notes and
the blocks that the nodes use. Whatever comes back from the clipboard is a stranger's: size, depth and form are checked,
as those of a project file are, before anything is made of it.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from dlstudio.graph.model import Graph
from dlstudio.graph.project import FORMAT, graph_as_json
from dlstudio.graph.saving import ProjectError, parse_json, project_from_value

HEADER = "# DL Studio network fragment 1"
MAXIMUM_CHARACTERS = 4 * 2**20


def fragment_text(graph: Graph) -> str:
    """The text form of a graph fragment (see :func:`dlstudio.graph.edits.extract`)."""
    value = graph_as_json(graph)
    wires = ", ".join(json.dumps(wire) for wire in value.pop("wires"))
    tables = [f'"{name}": {_table(entries)}' for name, entries in value.items()]
    tables.insert(1, f'"wires": [{wires}]')
    return f"{HEADER}\n{{" + ",\n".join(tables) + "}\n"


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
    if not isinstance(value, dict):
        return None
    whole = value.get("graph")
    part = whole if isinstance(whole, dict) else value  # an entire project file may have been pasted
    try:
        project = project_from_value(
            {"format": FORMAT, "graph": part, "blocks": value.get("blocks", {})}, "The clipboard"
        )
    except (ProjectError, ValueError):
        return None
    graph = project.graph
    if not graph.nodes and not graph.frames and not graph.notes:
        return None
    return replace(graph, wires=tuple(w for w in graph.wires if w.source in graph and w.target in graph))


def _table(entries: Mapping[str, Any]) -> str:
    """One entry a line, so that a fragment in a mail can be read."""
    return "{\n" + ",\n".join(f"  {json.dumps(name)}: {json.dumps(entry)}" for name, entry in entries.items()) + "\n}"
