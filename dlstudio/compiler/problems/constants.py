"""Problems of constants: where each sample needs one of its own, and where all need the same."""

from __future__ import annotations

from collections.abc import Iterator

from dlstudio.compiler.problems.context import Candidate, Context, set_edit
from dlstudio.compiler.problems.wording import joined
from dlstudio.compiler.tracing import Traced
from dlstudio.graph.model import CONSTANT, INPUT, OUTPUT, Node, Wire
from dlstudio.graph.problems import Problem
from dlstudio.graph.wire_fixes import removing


def constant_problems(context: Context) -> Iterator[Problem]:
    """Outputs that hang on no Input: nothing could be learned for them, and Keras makes no model of them."""
    for node in context.graph.of_type(OUTPUT):
        above = [context.graph[name] for name in context.upstream(node.id)]
        constants = [each.id for each in above if each.type == CONSTANT]
        if constants and all(each.type != INPUT for each in above):
            yield Problem(
                f"Output '{node.id}' hangs on {joined([repr(name) for name in constants])} alone and on no Input, so "
                f"it would say the same of every sample. Connect what leads to it with an Input.",
                node.id,
                removing(node),
            )


def placing_problem(context: Context, node: Node, traced: Traced) -> Problem:
    """The problem of a node of the fault ``unbatched`` or ``batched``, with a fix at the constant that feeds it."""
    node_type = context.catalogue[node.type]
    wires = _arriving(context, node, traced.error, traced.fault == "batched")
    sources = joined([f"'{wire.source}'" for wire in wires]) or "a constant"
    title = f"'{node.id}' ({node_type.name})"
    if traced.fault == "unbatched":
        message = (
            f"{title} needs a tensor for each sample, but {sources} is one constant for all. Give every sample a copy "
            f"of it (its setting per_sample), or let an operation join it with what comes from an Input."
        )
    else:
        message = (
            f"{title} takes at '{traced.error}' one tensor for all samples, such as a Constant, but {sources} gives "
            f"one for each sample."
        )
    return Problem(message, node.id, context.mending(node.id, _fixes(context, wires, traced.fault == "unbatched")))


def _arriving(context: Context, node: Node, port: str, batched: bool) -> list[Wire]:
    first = context.catalogue[node.type].inputs[0].name
    wires = []
    for wire in context.graph.incoming(node.id):
        source = context.found.traced.get(wire.source)
        facts = source.outputs.get(wire.source_port or next(iter(source.outputs), "")) if source else None
        if facts is not None and facts.batched == batched and (wire.target_port or first) == port:
            wires.append(wire)
    return wires


def _fixes(context: Context, wires: list[Wire], per_sample: bool) -> Iterator[Candidate]:
    names = []
    for wire in wires:
        for name in (wire.source, *context.upstream(wire.source)):
            if context.graph[name].type == CONSTANT and name not in names:
                names.append(name)
    if names:
        what = "Give every sample a copy of" if per_sample else "Keep one for all samples of"
        yield f"{what} {joined(names)}", tuple(set_edit(name, "per_sample", per_sample) for name in names)
