"""Which wires a problem is on, as far as its fix tells. No Qt."""

from __future__ import annotations

from collections.abc import Iterable

from dlstudio.graph.model import Graph, Wire
from dlstudio.graph.problems import Problem


def wires_to_blame(graph: Graph, problems: Iterable[Problem]) -> set[Wire]:
    """The wires into a wrong node whose source the fix changes, or that the fix removes or divides."""
    wrong: set[Wire] = set()
    for problem in problems:
        if problem.severity != "error" or problem.node is None or problem.fix is None:
            continue
        sources: set[str] = set()
        for edit in problem.fix.edits:
            source = edit.get("source") if edit.get("edit") in ("disconnect", "insert") else edit.get("node")
            if source and source != problem.node:
                sources.add(str(source))
        wrong.update(wire for wire in graph.incoming(problem.node) if wire.source in sources)
    return wrong
