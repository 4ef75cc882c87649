"""Networks that write a text token by token: they have to read what is written so far, and nothing behind it."""

from __future__ import annotations

from collections.abc import Iterator

from dlstudio.compiler.problems.context import set_edit
from dlstudio.compiler.problems.reading import Check, Reading, kind
from dlstudio.compiler.problems.trying import harmless_fixes
from dlstudio.graph.columns import ColumnSpec
from dlstudio.graph.model import INPUT, OUTPUT, Node
from dlstudio.graph.problems import Problem
from dlstudio.graph.wire_fixes import removing


def sees_what_follows(reading: Reading, node: Node) -> Iterator[Problem]:
    """Attention of what is written so far to itself without a causal mask: in training each place sees its answer."""
    written = _written_before(reading, node)
    if (
        written is None
        or reading.setting(node, "use_causal_mask")
        or len({each.id for each in reading.sources(node)}) != 1
    ):
        return
    yield Problem(
        f"'{node.id}' ({kind(node)}) lets each token of '{written.name}' see those behind it: in training the network "
        "copies what it is to write, and when it writes there is nothing to copy.",
        node.id,
        severity="warning",
        fixes=harmless_fixes(
            reading.context, [(f"Set {node.id} use_causal_mask to true", (set_edit(node.id, "use_causal_mask", True),))]
        ),
    )


def reads_backwards(reading: Reading, node: Node) -> Iterator[Problem]:
    """A layer that reads what is written so far from its end."""
    written = _written_before(reading, node)
    shape = reading.shape(node)
    if written is None or shape is None or len(shape) != 2:
        return
    yield Problem(
        f"'{node.id}' ({kind(node)}) reads '{written.name}' from its end as well: in training the network copies what "
        "it is to write, and when it writes there is nothing to copy. Read it forwards alone, with a GRU or an LSTM.",
        node.id,
        severity="warning",
        fixes=(removing(node),),
    )


def reads_nothing_written(reading: Reading) -> Iterator[Problem]:
    """A translation that is to be written by a network that does not read what it has written."""
    if reading.around is not None:
        return
    read = {spec.of for spec in map(reading.column, reading.graph.of_type(INPUT)) if spec is not None}
    for node in reading.graph.of_type(OUTPUT):
        spec = reading.column(node)
        if spec is None or spec.kind != "translation" or node.id not in reading.living or spec.name in read:
            continue
        columns = [name for name, each in reading.context.specs.items() if each.of == spec.name]
        advice = f"Add an Input of the column '{columns[0]}' and a decoder that reads it." if columns else ""
        yield Problem(
            f"Output '{node.id}' is written token by token, but no Input reads what is written so far of "
            f"'{spec.name}', so that no token knows those before it. {advice}".rstrip(),
            node.id,
            severity="warning",
        )


def _written_before(reading: Reading, node: Node) -> ColumnSpec | None:
    """The column of what is written so far, where that is what leads to a node and an Output writes it."""
    targets = {spec.name for spec in map(reading.column, reading.graph.of_type(OUTPUT)) if spec is not None}
    for each in reading.upstream(node):
        spec = reading.column(each) if each.type == INPUT else None
        if spec is not None and spec.of and spec.of in targets:
            return spec
    return None


NODE_CHECKS: dict[str, tuple[Check, ...]] = {
    "MultiHeadAttention": (sees_what_follows,),
    "GroupQueryAttention": (sees_what_follows,),
    "Attention": (sees_what_follows,),
    "Bidirectional": (reads_backwards,),
}
GRAPH_CHECKS = (reads_nothing_written,)
