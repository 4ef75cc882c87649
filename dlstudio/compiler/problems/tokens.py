"""Token numbers, embeddings and padding: numbers used as amounts, amounts as tokens, padding that is read as text."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from dlstudio.compiler.problems.context import Candidate, set_edit
from dlstudio.compiler.problems.reading import Check, Reading, kind
from dlstudio.compiler.problems.trying import harmless_fixes, mending_fixes
from dlstudio.compiler.problems.wording import shape_words
from dlstudio.graph.model import INPUT, Node
from dlstudio.graph.problems import Problem
from dlstudio.graph.wire_fixes import removing

_AMOUNTS = ("image", "series", "number")
_RECURRENT = ("LSTM", "GRU", "SimpleRNN", "Bidirectional")
_MASKED = (*_RECURRENT, "GlobalAveragePooling1D", "MultiHeadAttention", "Attention", "AdditiveAttention")
_LOSING = (
    *("Conv1D", "SeparableConv1D", "DepthwiseConv1D", "Conv1DTranspose", "MaxPooling1D", "AveragePooling1D"),
    *("Reshape", "Permute", "UpSampling1D", "ZeroPadding1D", "Cropping1D", "RepeatVector"),
)
"""Layers that do not hand a mask on: the steps behind them are others, or Keras does not know how."""


def amounts_as_tokens(reading: Reading, node: Node) -> Iterator[Problem]:
    """An Embedding of numbers with fractions: it cuts them to whole numbers, and fails where one is negative."""
    source = reading.source(node)
    spec = reading.column(source) if source and source.type == INPUT else None
    if source is None or spec is None or spec.kind not in _AMOUNTS:
        return
    shape = shape_words(spec.shape)
    size = node.settings.get("output_dim", 64)
    dense = {"edit": "retype", "node": node.id, "type": "keras.layers.Dense", "settings": {"units": size}}
    tries: list[Candidate] = [
        (f"Remove {node.id}", ({"edit": "remove", "node": node.id},)),
        (f"Make {node.id} a Dense", (dense,)),
    ]
    if spec.kind == "number":
        tries.reverse()
    for column in reading.context.specs.values():
        if column.kind == "text":
            tries.append(
                (f"Bind {source.id} to the column {column.name}", (set_edit(source.id, "column", column.name),))
            )
    fixes = mending_fixes(reading.context, node.id, tries)
    yield Problem(
        f"'{node.id}' (Embedding) looks up whole token numbers from 0, but gets {shape} of the column '{spec.name}' "
        f"({spec.kind}) from '{source.id}': amounts with fractions, some of them negative. It is for texts and "
        f"classes.",
        node.id,
        fixes=fixes or (removing(node),),  # it cannot stay, even where its removal shows another problem
    )


def tokens_as_amounts(reading: Reading, node: Node) -> Iterator[Problem]:
    """Token numbers that a Dense multiplies, as if word 400 were twice word 200."""
    source = reading.before(node, ("Flatten", "Dropout", "Reshape", "Rescaling", "Normalization", "BatchNormalization"))
    spec = reading.column(source) if source and source.type == INPUT else None
    if source is None or spec is None or spec.kind != "text":
        return
    wires = reading.graph.outgoing(source.id)
    wire = next((each for each in wires if each.target == node.id), wires[0])
    size = spec.vocabulary_size or 1000
    embedding = reading.context.insert(
        "keras.layers.Embedding", "embedding", {"input_dim": size, "output_dim": 64}, wire
    )
    average = {
        **reading.context.insert("keras.layers.GlobalAveragePooling1D", "average", {}, wire),
        "source": embedding["name"],
        "source_port": "",
    }
    yield Problem(
        f"'{node.id}' ({kind(node)}) gets the {shape_words(spec.shape)} of the text '{spec.name}' as token numbers, "
        f"which name words and measure nothing: word 400 is not twice word 200. An Embedding makes vectors of them.",
        node.id,
        severity="warning",
        fixes=harmless_fixes(
            reading.context,
            [
                (f"Insert an Embedding of {size} tokens and their average", (embedding, average)),
                (f"Insert an Embedding of {size} tokens", (embedding,)),
            ],
        ),
    )


def padding_read_as_text(reading: Reading, node: Node) -> Iterator[Problem]:
    """A recurrent layer whose last step is padding: after a short text it has forgotten what it read."""
    if _gives_sequence(reading, node):
        return
    source = reading.before(node, ("Dropout", "SpatialDropout1D"))
    if source is None or kind(source) != "Embedding" or reading.setting(source, "mask_zero"):
        return
    first = reading.source(source)
    spec = reading.column(first) if first and first.type == INPUT else None
    if spec is None or spec.kind != "text" or source.shares:
        return
    yield Problem(
        f"'{node.id}' ({kind(node)}) gives what it knows after the last of {shape_words(spec.shape)}, and shorter "
        f"texts are padded with 0 at their end: it reads the padding too and forgets the text. With mask_zero of "
        f"'{source.id}' on, it stops where the text does.",
        node.id,
        severity="warning",
        fixes=harmless_fixes(
            reading.context, [(f"Set {source.id} mask_zero to true", (set_edit(source.id, "mask_zero", True),))]
        ),
    )


def lost_mask(reading: Reading, node: Node) -> Iterator[Problem]:
    """A layer that loses the mask of an Embedding which a layer after it would use."""
    embedding = reading.before(node, ("Dropout", "SpatialDropout1D", "LayerNormalization", "Activation"))
    if embedding is None or kind(embedding) != "Embedding" or not reading.setting(embedding, "mask_zero"):
        return
    target = reading.behind(node, ("Dropout", "SpatialDropout1D", "LayerNormalization", "Activation", *_LOSING))
    if target is None or kind(target) not in _MASKED or embedding.shares:
        return
    yield Problem(
        f"'{embedding.id}' marks the padding of short texts (mask_zero), but '{node.id}' ({kind(node)}) does not hand "
        f"that on, so '{target.id}' reads the padding as text all the same.",
        node.id,
        severity="warning",
        fixes=harmless_fixes(
            reading.context,
            [
                (f"Remove {node.id}", ({"edit": "remove", "node": node.id},)),
                (f"Switch mask_zero of {embedding.id} off", (set_edit(embedding.id, "mask_zero", False),)),
            ],
        ),
    )


def _gives_sequence(reading: Reading, node: Node) -> bool:
    layer = node.settings.get("layer")
    if isinstance(layer, Mapping):
        settings = layer.get("settings")
        return bool(isinstance(settings, Mapping) and settings.get("return_sequences"))
    return bool(reading.setting(node, "return_sequences"))


NODE_CHECKS: dict[str, tuple[Check, ...]] = {
    "Embedding": (amounts_as_tokens,),
    "Dense": (tokens_as_amounts,),
    **dict.fromkeys(_RECURRENT, (padding_read_as_text,)),
    **dict.fromkeys(_LOSING, (lost_mask,)),
}
