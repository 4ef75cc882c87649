"""Attention that cannot know the order of what it reads, that looks ahead, or whose heads do not divide the width."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from dlstudio.compiler.facts import Shape
from dlstudio.compiler.problems.context import Candidate, Edit, set_edit
from dlstudio.compiler.problems.reading import Check, Reading, kind, width
from dlstudio.compiler.problems.trying import harmless_fixes, mending_fixes
from dlstudio.compiler.problems.wording import shape_words
from dlstudio.graph.edits import free_name
from dlstudio.graph.model import INPUT, Node, Wire
from dlstudio.graph.problems import Problem

_ATTENTION = ("MultiHeadAttention", "GroupQueryAttention")
_POINTWISE = frozenset(
    (
        *("Embedding", "Dense", "EinsumDense", "Dropout", "SpatialDropout1D", "GaussianNoise", "Activation", "ReLU"),
        *("BatchNormalization", "LayerNormalization", "RMSNormalization", "UnitNormalization", "Rescaling"),
        *("Identity", "Normalization", "LeakyReLU", "Reshape", INPUT),
    )
)
"""Layers that treat every step alike. Whatever else stands before an attention may bring in the order."""


def no_positions(reading: Reading, node: Node) -> Iterator[Problem]:
    """Self-attention over steps whose order nothing has told it."""
    source, shape = reading.source(node), reading.arriving(node)
    if source is None or shape is None or len(shape) != 2 or not _is_self_attention(reading, node):
        return
    inputs = []
    for each in reading.upstream(node):
        if each.bypassed or kind(each) not in _POINTWISE:
            return
        if each.type == INPUT:
            inputs.append(each)
    spec = reading.column(inputs[0]) if len(inputs) == 1 else None
    if spec is None or spec.kind not in ("text", "series") or reading.shape(inputs[0]) is None:
        return
    if shape[0] != spec.shape[0]:
        return
    what = "words" if spec.kind == "text" else "steps"
    yield Problem(
        f"'{node.id}' ({kind(node)}) gets {shape_words(shape)} from '{source.id}' without anything that tells the "
        f"order of the {shape[0]} {what}: shuffled, they look the same to it. Add an embedding of their positions.",
        node.id,
        severity="warning",
        fixes=harmless_fixes(reading.context, _positions(reading, source, inputs[0])),
    )


def looks_ahead(reading: Reading, node: Node) -> Iterator[Problem]:
    """Self-attention without a causal mask behind one that has it: what that one hides, this one shows."""
    if reading.setting(node, "use_causal_mask") or not _is_self_attention(reading, node) or not reading.any_masked:
        return
    masked = next(
        (
            each
            for each in reading.upstream(node)
            if kind(each) in _ATTENTION and reading.setting(each, "use_causal_mask")
        ),
        None,
    )
    shape = reading.arriving(node)
    if masked is None or shape is None or len(shape) != 2 or reading.arriving(masked) != shape:
        return
    yield Problem(
        f"'{masked.id}' lets each of {shape[0]} steps see only those before it (use_causal_mask), but '{node.id}' "
        f"({kind(node)}) behind it lets it see all: the network can look up what it is to predict.",
        node.id,
        severity="warning",
        fixes=harmless_fixes(
            reading.context, [(f"Set {node.id} use_causal_mask to true", (set_edit(node.id, "use_causal_mask", True),))]
        ),
    )


def heads_do_not_divide(reading: Reading, node: Node) -> Iterator[Problem]:
    """Heads that together are narrower than what they read, because their number does not divide it."""
    size = width(reading.arriving(node))
    heads, each = reading.setting(node, "num_heads"), reading.setting(node, "key_dim")
    if not size or not isinstance(heads, int) or not isinstance(each, int) or node.shares:
        return
    if heads * each >= size or size % heads == 0:
        return
    tries: list[Candidate] = []
    for count in sorted((n for n in range(1, size + 1) if size % n == 0), key=lambda n: (abs(n - heads), n))[:2]:
        edits = (set_edit(node.id, "num_heads", count), set_edit(node.id, "key_dim", size // count))
        tries.append((f"Set {node.id} to {count} heads of {size // count}", edits))
    yield Problem(
        f"'{node.id}' (MultiHeadAttention) gets {shape_words(reading.arriving(node) or ())} and splits it among "
        f"{heads} heads of {each}: {heads * each} of {size} features, because {heads} does not divide {size}. "
        f"Let heads times head size be {size}.",
        node.id,
        severity="warning",
        fixes=harmless_fixes(reading.context, tries),
    )


def query_and_value(reading: Reading, node: Node) -> Iterator[Problem]:
    """Dot-product attention between vectors of different lengths; Keras finds out only when it runs."""
    ports: dict[str, tuple[Wire, Shape]] = {}
    for wire, shape in reading.context.sources(node.id):
        ports.setdefault(wire.target_port or "query", (wire, shape))
    query, key = ports.get("query"), ports.get("key", ports.get("value"))
    if query is None or key is None or width(query[1]) == width(key[1]) or not width(query[1]) or not width(key[1]):
        return
    port = "key" if "key" in ports else "value"
    tries: list[Candidate] = []
    for (wire, _), (_, other) in ((key, query), (query, key)):
        dense = reading.context.insert("keras.layers.Dense", "projection", {"units": width(other)}, wire)
        tries.append((f"Insert a Dense of {width(other)} units after {wire.source}", (dense,)))
    yield Problem(
        f"'{node.id}' ({kind(node)}) compares its query, {shape_words(query[1])} from '{query[0].source}', with its "
        f"{port}, {shape_words(key[1])} from '{key[0].source}': their last axes have to be equal.",
        node.id,
        fixes=mending_fixes(reading.context, node.id, tries),
    )


def _is_self_attention(reading: Reading, node: Node) -> bool:
    sources = {each.id for each in reading.sources(node)}
    return len(sources) == 1 and len(reading.graph.incoming(node.id)) >= 2


def _positions(reading: Reading, source: Node, start: Node) -> Iterator[Candidate]:
    """The chain that counts the steps and looks up a vector for each, added to what the attention reads."""
    graph, size, spec = reading.graph, width(reading.shape(source)), reading.column(start)
    if not size or spec is None:
        return
    names = {
        name: free_name(graph, name) for name in ("ones", "positions", "step", "position_embedding", "with_positions")
    }
    edits: list[Edit] = [
        _add("keras.ops.ones_like", names["ones"], {}, start.id),
        _add("keras.ops.cumsum", names["positions"], {"axis": 1}, names["ones"]),
    ]
    last = names["positions"]
    if spec.kind == "series":
        edits.append(_add("keras.ops.max", names["step"], {"axis": -1}, last))
        last = names["step"]
    table = {"input_dim": spec.shape[0] + 1, "output_dim": size}
    edits.append(_add("keras.layers.Embedding", names["position_embedding"], table, last))
    outgoing = graph.outgoing(source.id)
    edits.append(_add("keras.layers.Add", names["with_positions"], {}, source.id))
    edits.append(
        {"edit": "connect", "source": names["position_embedding"], "target": names["with_positions"], "many": True}
    )
    for wire in outgoing:
        ends: dict[str, Any] = {"target": wire.target, "target_port": wire.target_port}
        edits.append({"edit": "disconnect", "source": source.id, "source_port": wire.source_port, **ends})
        edits.append({"edit": "connect", "source": names["with_positions"], "many": True, **ends})
    yield f"Add an embedding of the positions to {source.id}", tuple(edits)


def _add(type_id: str, name: str, settings: dict[str, Any], source: str) -> Edit:
    return {"edit": "add", "type": type_id, "name": name, "settings": settings, "source": source}


NODE_CHECKS: dict[str, tuple[Check, ...]] = {
    "Attention": (query_and_value,),
    "AdditiveAttention": (query_and_value,),
    "MultiHeadAttention": (no_positions, looks_ahead, heads_do_not_divide),
    "GroupQueryAttention": (no_positions, looks_ahead),
}
