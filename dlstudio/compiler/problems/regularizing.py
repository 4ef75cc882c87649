"""Dropout, batch normalization and weight penalties that stand in the wrong place or are far too strong."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from dlstudio.compiler.problems.context import Candidate, set_edit
from dlstudio.compiler.problems.reading import Check, Reading, kind
from dlstudio.compiler.problems.trying import harmless_fixes
from dlstudio.graph.model import Node
from dlstudio.graph.problems import Problem

DROPOUTS = ("Dropout", "SpatialDropout1D", "SpatialDropout2D", "SpatialDropout3D", "AlphaDropout", "GaussianDropout")
_MOST_DROPPED = 0.75
_STRONGEST = {"l1": 0.1, "l2": 0.1}
"""Twice the penalty times the learning rate is what a weight loses each step; above this nothing else matters."""
_PENALTIES = ("kernel_regularizer", "recurrent_regularizer", "embeddings_regularizer", "pointwise_regularizer")
_PASSING = ("Softmax", "Activation", "Identity", "Flatten", "Reshape")
_SMALLEST_BATCH = 4


def too_much_dropout(reading: Reading, node: Node) -> Iterator[Problem]:
    """A layer that drops nearly all it gets."""
    for name in ("rate",) if kind(node) in DROPOUTS else ("dropout", "recurrent_dropout"):
        rate = reading.setting(node, name)
        if not isinstance(rate, int | float) or rate <= _MOST_DROPPED or node.shares:
            continue
        usual = 0.5 if name == "rate" else 0.2
        tries: list[Candidate] = [(f"Set {node.id} {name} to {usual}", (set_edit(node.id, name, usual),))]
        if name == "rate":
            tries.append((f"Remove {node.id}", ({"edit": "remove", "node": node.id},)))
        kept = "nothing" if rate >= 1 else f"one value in {round(1 / (1 - rate))}"
        yield Problem(
            f"'{node.id}' ({kind(node)}) drops {rate:.0%} of what it gets while training: {kept} gets through, which "
            f"is too little to learn from. 0.2 to 0.5 is usual.",
            node.id,
            severity="warning",
            fixes=harmless_fixes(reading.context, tries),
        )


def dropout_at_the_end(reading: Reading, node: Node) -> Iterator[Problem]:
    """Dropout between the last layer and an Output: it strikes out answers."""
    target, source = reading.behind(node, _PASSING), reading.source(node)
    if target is None or not reading.column(target) or source is None or kind(source) == "Input":
        return
    regression = target.settings.get("task") == "regression"
    what = "sets predicted numbers to 0" if regression else "strikes out the scores of classes"
    yield Problem(
        f"'{node.id}' ({kind(node)}) stands behind the last layer and {what} at random while training, the right "
        f"answers too. Dropout belongs before the last layer.",
        node.id,
        severity="warning",
        fixes=harmless_fixes(reading.context, _moves_before(reading, node)),
    )


def dropout_twice(reading: Reading, node: Node) -> Iterator[Problem]:
    """Two dropouts in a row that drop the same pieces; whole words and then single values are two things."""
    source = reading.source(node)
    if source is None or kind(source) != kind(node) or len(reading.targets(source)) != 1:
        return
    if source.settings.get("noise_shape") != node.settings.get("noise_shape"):
        return
    yield Problem(
        f"'{node.id}' drops from what '{source.id}' has dropped from already. One of the two is enough.",
        node.id,
        severity="warning",
        fixes=harmless_fixes(reading.context, [(f"Remove {node.id}", ({"edit": "remove", "node": node.id},))]),
    )


def normalized_after_dropout(reading: Reading, node: Node) -> Iterator[Problem]:
    """Batch normalization learns the spread under dropout, which is another one when nothing is dropped."""
    source = reading.source(node)
    if source is None or kind(source) not in DROPOUTS or len(reading.targets(source)) != 1:
        return
    yield Problem(
        f"'{node.id}' (BatchNormalization) gets its values from '{source.id}' ({kind(source)}): while training they "
        f"spread wider than in use, where nothing is dropped, so its averages do not fit. Normalize first, then drop.",
        node.id,
        severity="warning",
        fixes=harmless_fixes(reading.context, _swaps(reading, source, node)),
    )


def normalized_at_the_end(reading: Reading, node: Node) -> Iterator[Problem]:
    """Batch normalization right before an Output or its softmax."""
    target, source = reading.behind(node, _PASSING), reading.source(node)
    if target is None or not reading.column(target) or source is None or kind(source) == "Input":
        return
    yield Problem(
        f"'{node.id}' (BatchNormalization) stands between the last layer and the Output: every answer then depends on "
        f"which other samples are in its batch, and how sure the network may be is fixed. Leave it out here.",
        node.id,
        severity="warning",
        fixes=harmless_fixes(reading.context, [(f"Remove {node.id}", ({"edit": "remove", "node": node.id},))]),
    )


def normalized_over_rows(reading: Reading, node: Node) -> Iterator[Problem]:
    """``axis=1`` on images whose channels come last: an average for each row of pixels instead of each channel."""
    shape, axis = reading.arriving(node), reading.setting(node, "axis")
    source = reading.source(node)
    if shape is None or len(shape) != 3 or axis not in (1, 2) or source is None:
        return
    if reading.setting(source, "data_format") == "channels_first":
        return
    what = ("row", "column")[axis - 1]
    yield Problem(
        f"'{node.id}' (BatchNormalization) has axis {axis}: of {shape[0]} × {shape[1]} × {shape[2]} (height × width × "
        f"channels) it normalizes each {what} of pixels, not each channel. -1 is the channels here.",
        node.id,
        severity="warning",
        fixes=harmless_fixes(reading.context, [(f"Set {node.id} axis to -1", (set_edit(node.id, "axis", -1),))]),
    )


def small_batches(reading: Reading) -> Iterator[Problem]:
    """Batch normalization over one to three samples."""
    training = reading.context.training
    nodes = [each for each in reading.graph.of_type("keras.layers.BatchNormalization") if each.id in reading.living]
    if training is None or not nodes or training.batch_size >= _SMALLEST_BATCH:
        return
    first = nodes[0]
    more = f" (and {len(nodes) - 1} more)" if len(nodes) > 1 else ""
    edit = {"edit": "training", "setting": "batch_size", "value": 16}
    instead = tuple(
        {"edit": "retype", "node": each.id, "type": "keras.layers.LayerNormalization", "settings": {}}
        for each in nodes
        if not each.shares
    )
    label = f"Make {'it' if len(nodes) == 1 else 'each of them'} a LayerNormalization"
    yield Problem(
        f"'{first.id}' (BatchNormalization){more} averages over a batch, and a batch of {training.batch_size} "
        f"is too small for that. 16 or more is usual.",
        first.id,
        severity="warning",
        fixes=harmless_fixes(reading.context, [("Set the batch size to 16", (edit,)), (label, instead)]),
    )


def strong_penalty(reading: Reading, node: Node) -> Iterator[Problem]:
    """A weight penalty that outweighs the loss."""
    for name in _PENALTIES:
        value: Any = node.settings.get(name)
        strength = max(_strengths(value), default=0.0)
        if strength <= 0:
            continue
        weaker = {"type": value["type"], "settings": {key: 1e-4 for key in value["settings"] if key in _STRONGEST}}
        yield Problem(
            f"'{node.id}' ({kind(node)}) has a {name} of {strength:g}: pulling the weights to 0 then counts for more "
            f"than learning. 0.0001 is a usual strength.",
            node.id,
            severity="warning",
            fixes=harmless_fixes(
                reading.context,
                [
                    (f"Set the strength to 0.0001 in {node.id}", (set_edit(node.id, name, weaker),)),
                    (f"Remove the {name} of {node.id}", (set_edit(node.id, name, None),)),
                ],
            ),
        )


def _strengths(value: Any) -> Iterator[float]:
    if isinstance(value, Mapping) and isinstance(value.get("settings"), Mapping):
        for name, limit in _STRONGEST.items():
            strength = value["settings"].get(name)
            if isinstance(strength, int | float) and strength >= limit:
                yield float(strength)


def _moves_before(reading: Reading, node: Node) -> Iterator[Candidate]:
    """Dropout before the layer that now feeds it; or none at all."""
    source = reading.before(node, _PASSING)
    wires = reading.graph.incoming(source.id) if source else ()
    first = reading.source(source) if source else None
    if source is not None and wires and first is not None and kind(first) not in ("Input", *DROPOUTS):
        insert = reading.context.insert(node.type, node.id, node.settings, wires[0])
        # Under its own name: it is free once the node is gone.
        yield (
            f"Move {node.id} before {source.id}",
            ({"edit": "remove", "node": node.id}, {**insert, "name": node.id}),
        )
    yield f"Remove {node.id}", ({"edit": "remove", "node": node.id},)


def _swaps(reading: Reading, dropout: Node, norm: Node) -> Iterator[Candidate]:
    outgoing = reading.graph.outgoing(norm.id)
    if len(outgoing) == 1:
        insert = reading.context.insert(dropout.type, dropout.id, dropout.settings, outgoing[0])
        edits = ({"edit": "remove", "node": dropout.id}, {**insert, "name": dropout.id})
        yield f"Move {dropout.id} behind {norm.id}", edits
    yield f"Remove {dropout.id}", ({"edit": "remove", "node": dropout.id},)


_WITH_RATES = ("LSTM", "GRU", "SimpleRNN", "MultiHeadAttention")
_PENALIZED = ("Dense", "Conv1D", "Conv2D", "Conv3D", "LSTM", "GRU", "SimpleRNN", "Embedding")

NODE_CHECKS: dict[str, tuple[Check, ...]] = {
    **dict.fromkeys(DROPOUTS, (too_much_dropout, dropout_at_the_end, dropout_twice)),
    "BatchNormalization": (normalized_after_dropout, normalized_at_the_end, normalized_over_rows),
    **dict.fromkeys(_PENALIZED, (strong_penalty,)),
    **{name: (too_much_dropout, strong_penalty) if name in _PENALIZED else (too_much_dropout,) for name in _WITH_RATES},
}
GRAPH_CHECKS = (small_batches,)
