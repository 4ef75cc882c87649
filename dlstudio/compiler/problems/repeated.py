"""The same thing twice: several Outputs for one column, several Inputs that read one column."""

from __future__ import annotations

from collections.abc import Iterator

from dlstudio.compiler.problems.context import Candidate
from dlstudio.compiler.problems.reading import Reading
from dlstudio.compiler.problems.trying import harmless_fixes
from dlstudio.graph.model import INPUT, OUTPUT, Node
from dlstudio.graph.problems import Fix, Problem
from dlstudio.graph.wire_fixes import removing


def several_ends(reading: Reading) -> Iterator[Problem]:
    """Inputs and Outputs after the first that name the same column."""
    for kind in (OUTPUT, INPUT):
        first: dict[str, Node] = {}
        for node in reading.graph.of_type(kind):
            column = node.settings.get("column")
            if not isinstance(column, str) or column not in reading.context.specs:
                continue
            if column not in first:
                first[column] = node
            elif kind == OUTPUT:
                yield _second_output(reading, node, first[column], column)
            elif node.id in reading.living:
                yield _second_input(reading, node, first[column], column)


def _second_output(reading: Reading, node: Node, first: Node, column: str) -> Problem:
    used = {each.settings.get("column") for each in reading.graph if each.type in (INPUT, OUTPUT)}
    kind = reading.context.specs[column].kind
    others = [name for name, spec in reading.context.specs.items() if spec.kind == kind and name not in used]
    fixes = [Fix(f"Bind {node.id} to the column {name}", (_bind(node, name),)) for name in others[:1]]
    return Problem(
        f"Output '{node.id}' predicts the column '{column}', as '{first.id}' does already: its loss counts twice, and "
        f"two answers to one question are hard to use. Predict another column, or remove one of the two.",
        node.id,
        severity="warning",
        fixes=(*fixes, removing(node)),
    )


def _second_input(reading: Reading, node: Node, first: Node, column: str) -> Problem:
    edits: list[dict[str, object]] = []
    for wire in reading.graph.outgoing(node.id):
        ends: dict[str, object] = {"target": wire.target, "target_port": wire.target_port}
        edits.append({"edit": "disconnect", "source": node.id, "source_port": wire.source_port, **ends})
        edits.append({"edit": "connect", "source": first.id, "many": True, **ends})
    tries: list[Candidate] = [
        (f"Feed from {first.id} what {node.id} feeds", (*edits, {"edit": "remove", "node": node.id}))
    ]
    return Problem(
        f"Input '{node.id}' reads the column '{column}', as '{first.id}' does already. One Input can feed several "
        f"layers.",
        node.id,
        severity="warning",
        fixes=harmless_fixes(reading.context, tries) or (removing(node),),
    )


def _bind(node: Node, column: str) -> dict[str, object]:
    return {"edit": "set", "node": node.id, "setting": "column", "value": column}


GRAPH_CHECKS = (several_ends,)
