"""Remedies worth trying when a layer refuses what arrives. Whether one helps is found out by applying it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from math import gcd, isqrt, prod
from typing import Any

from dlstudio.compiler.facts import Shape
from dlstudio.compiler.problems.context import Candidate, Context, Edit, set_edit
from dlstudio.compiler.problems.places import sizes_made_equal
from dlstudio.compiler.problems.wording import joined
from dlstudio.graph.model import Node, Wire

_DIMENSIONS = re.compile(r"([123])D(?:Transpose)?$")
_SHRINKING = ("convolution", "pooling")
_FLATTENING = (
    "Flatten",
    "GlobalAveragePooling1D",
    "GlobalAveragePooling2D",
    "GlobalMaxPooling1D",
    "GlobalMaxPooling2D",
)
_SIZES = ("units", "filters", "output_dim", "input_dim", "key_dim", "target_shape", "n")
_RECURRENT = ("LSTM", "GRU", "SimpleRNN", "RNN", "Bidirectional")


def for_rank(context: Context, node: Node, needed: tuple[int, int]) -> Iterator[Candidate]:
    """When a layer gets another number of axes than it needs."""
    sources = context.sources(node.id)
    if not sources:
        return
    wire, shape = sources[0]
    fewest, most = needed
    source = context.graph[wire.source]
    if len(shape) > 1:
        yield from _other_axes(context, node, shape)
    if len(shape) < fewest:
        yield from _sequences_upstream(context, source)
        yield from _removing_flattening(source)
        yield from _embedding(context, wire)
        target = _reshaped(shape, fewest)
        if target:
            label = f"Insert a Reshape to {' × '.join(map(str, target))}"
            yield label, (context.insert("keras.layers.Reshape", "reshape", {"target_shape": target}, wire),)
        if len(shape) == 1:
            yield from _other_axes(context, node, shape)
    elif most == 1:
        yield from flattening(context, wire, shape)
    elif most == 2 and len(shape) == 3 and None not in shape:
        target = [int(shape[0] or 1), prod(n or 1 for n in shape[1:])]
        label = f"Insert a Reshape to {target[0]} × {target[1]}: each row becomes a step"
        yield label, (context.insert("keras.layers.Reshape", "reshape", {"target_shape": target}, wire),)
    elif most == 3 and len(shape) == 4 and None not in shape:
        target = [int(shape[0] or 1), int(shape[1] or 1), prod(n or 1 for n in shape[2:])]
        label = f"Insert a Reshape to {' × '.join(map(str, target))}"
        yield label, (context.insert("keras.layers.Reshape", "reshape", {"target_shape": target}, wire),)


def _other_axes(context: Context, node: Node, shape: Shape) -> Iterator[Candidate]:
    """The same layer for as many axes as arrive: Conv2D in place of Conv3D, Dense in place of a convolution."""
    name = node.type.removeprefix("keras.layers.")
    found = _DIMENSIONS.search(name)
    axes = len(shape) - 1
    if not found or node.shares:
        return
    if axes == 0 and name.startswith("Conv") and isinstance(node.settings.get("filters"), int):
        kept = {key: value for key, value in node.settings.items() if key in ("activation", "use_bias")}
        edit = {"units": node.settings["filters"], **kept}
        dense = {"edit": "retype", "node": node.id, "type": "keras.layers.Dense", "settings": edit}
        if context.graph[context.graph.incoming(node.id)[0].source].type == "Input":
            yield f"Make {node.id} a Dense", (dense,)
        return
    other = context.catalogue.get(f"keras.layers.{name[: found.start(1)]}{axes}{name[found.end(1) :]}")
    if other is not None:
        # Lengths for each axis are of another number of axes; one length is for all.
        settings = {
            key: value[0] if isinstance(value, list | tuple) and value else value
            for key, value in node.settings.items()
        }
        edit = {"edit": "retype", "node": node.id, "type": other.id, "settings": settings}
        yield f"Make {node.id} a {other.name}", (edit,)


def flattening(context: Context, wire: Wire, shape: Shape) -> Iterator[Candidate]:
    """Ways to make a vector of an image or a sequence."""
    if None not in shape:
        yield f"Insert a Flatten before {wire.target}", (context.insert("keras.layers.Flatten", "flatten", {}, wire),)
    dimensions = len(shape) - 1
    if 1 <= dimensions <= 3:
        layer = f"keras.layers.GlobalAveragePooling{dimensions}D"
        label = f"Insert a GlobalAveragePooling{dimensions}D before {wire.target}"
        yield label, (context.insert(layer, "average", {}, wire),)


def for_emptiness(context: Context, node: Node) -> Iterator[Candidate]:
    """When nothing is left of an axis: a kernel larger than its input, pooling below 1."""
    node_type = context.node_type(node)
    sources = context.sources(node.id)
    spent = bool(sources) and all(length == 1 for length in sources[0][1][:-1])
    if node_type and node_type.category == "pooling" and spent:
        yield f"Remove {node.id}", ({"edit": "remove", "node": node.id},)
    if context.setting(node, "padding") == "valid":
        yield f"Set {node.id} padding to same", (set_edit(node.id, "padding", "same"),)
    shrinking = [name for name in context.upstream(node.id) if _is_shrinking(context, context.graph[name])]
    for count in range(1, len(shrinking) + 1):
        names = shrinking[:count]
        edits = tuple(set_edit(name, "padding", "same") for name in names)
        yield f"Set the padding of {joined(names)} to same", edits
        if context.setting(node, "padding") == "valid":
            both = [node.id, *names]
            yield f"Set the padding of {joined(both)} to same", (set_edit(node.id, "padding", "same"), *edits)
    if node_type and node_type.category == "pooling" and not spent:
        yield f"Remove {node.id}", ({"edit": "remove", "node": node.id},)
    pools = [name for name in context.upstream(node.id) if context.graph[name].type.endswith("Pooling2D")]
    if pools:
        yield f"Remove {pools[0]}", ({"edit": "remove", "node": pools[0]},)


def for_merging(context: Context, node: Node) -> Iterator[Candidate]:
    """When the inputs of Add, Concatenate and their like have shapes that do not go together."""
    sources = context.sources(node.id)
    if node.settings.get("axis") not in (None, -1):
        yield f"Set {node.id} axis to -1", (set_edit(node.id, "axis", -1),)
    padding = _same_padding(context, node, sources)
    if padding:
        yield padding
    for wire, shape in _shortcut_first(context, sources):
        for _, other in sources:
            if other == shape:
                continue
            edits = _projection(context, wire, shape, other)
            if edits:
                yield f"Insert a {_type_name(edits[0])} that gives {_words(other)} after {wire.source}", edits
    if padding:
        yield from _padding_and_projection(context, padding, sources)
    yield from sizes_made_equal(context, sources)
    if len({len(shape) for _, shape in sources}) > 1:
        several = [(wire, shape) for wire, shape in sources if len(shape) > 1]
        edits = tuple(context.insert("keras.layers.Flatten", f"flatten_{w.source}", {}, w) for w, _ in several)
        yield f"Insert a Flatten after {joined([w.source for w, _ in several])}", edits


def for_size(context: Context, node: Node) -> Iterator[Candidate]:
    """When a layer would have more weights or values than can be built: the usual size, or its input made small."""
    node_type = context.node_type(node)
    for name in _SIZES:
        setting = node_type.setting(name) if node_type else None
        if setting is not None and isinstance(setting.suggested, int) and node.settings.get(name) != setting.suggested:
            yield f"Set {node.id} {name} to {setting.suggested}", (set_edit(node.id, name, setting.suggested),)
    source = context.sources(node.id)
    if source and len(source[0][1]) > 1:
        yield from flattening(context, *source[0])
    before = context.graph[source[0][0].source] if source else None
    if before is not None and before.type == "keras.layers.Flatten" and (inner := context.sources(before.id)):
        yield from averaging_instead(before, inner[0][1])


def averaging_instead(flatten: Node, shape: Shape) -> Iterator[Candidate]:
    """A global average in place of a Flatten: as wide as there are channels, whatever the size of the image."""
    axes = len(shape) - 1
    if 1 <= axes <= 3:
        edit = {
            "edit": "retype",
            "node": flatten.id,
            "type": f"keras.layers.GlobalAveragePooling{axes}D",
            "settings": {},
        }
        yield f"Make {flatten.id} a GlobalAveragePooling{axes}D", (edit,)


def for_settings(context: Context, node: Node, message: str) -> Iterator[Candidate]:
    """When Keras objects to a combination of settings."""
    sources = context.sources(node.id)
    shape = sources[0][1] if sources else ()
    if node.settings.get("groups") not in (None, 1) and not node.type.endswith("GroupNormalization"):
        yield f"Set {node.id} groups to 1", (set_edit(node.id, "groups", 1),)
    if node.type.endswith("GroupNormalization") and shape and shape[-1]:
        groups = max(n for n in range(1, max(int(context.setting(node, "groups")), 1) + 1) if shape[-1] % n == 0)
        yield f"Set {node.id} groups to {groups}", (set_edit(node.id, "groups", groups),)
    if "dilation" in message:
        yield f"Set {node.id} dilation_rate to 1", (set_edit(node.id, "dilation_rate", 1),)
        yield f"Set {node.id} strides to 1", (set_edit(node.id, "strides", 1),)
    if node.type.startswith("keras.layers.Cropping") and len(shape) > 1 and None not in shape:
        less = min(int(n or 1) for n in shape[:-1]) // 4
        yield f"Set {node.id} cropping to {less}", (set_edit(node.id, "cropping", less),)
    if node.type == "keras.layers.GroupQueryAttention":
        heads, groups = context.setting(node, "num_query_heads"), context.setting(node, "num_key_value_heads")
        if isinstance(heads, int) and isinstance(groups, int):
            fitting = gcd(heads, groups) if gcd(heads, groups) > 1 else max(n for n in (2, 1) if heads % n == 0)
            label = f"Set {node.id} num_key_value_heads to {fitting}"
            yield label, (set_edit(node.id, "num_key_value_heads", fitting),)
            more = groups * max(1, round(heads / groups))
            yield f"Set {node.id} num_query_heads to {more}", (set_edit(node.id, "num_query_heads", more),)
    if node.type == "keras.layers.Reshape":
        yield f"Set {node.id} target_shape to -1", (set_edit(node.id, "target_shape", [-1]),)
    if node.type == "keras.layers.Permute" and len(shape) > 1:
        dims = list(range(len(shape), 0, -1))
        yield f"Set {node.id} dims to {', '.join(map(str, dims))}", (set_edit(node.id, "dims", dims),)
    if node.type == "keras.ops.transpose":
        axes = [0, *range(len(shape), 0, -1)]
        yield f"Set {node.id} axes to {', '.join(map(str, axes))}", (set_edit(node.id, "axes", axes),)
    if node.type == "keras.ops.reshape":
        yield from _reshaped_samples(node, shape)
    for name in ("axis", "axes"):
        if node.settings.get(name) not in (None, -1):
            yield f"Set {node.id} {name} to -1", (set_edit(node.id, name, -1),)
    if node.settings.get("data_format") == "channels_first":
        yield f"Set {node.id} data_format to channels_last", (set_edit(node.id, "data_format", "channels_last"),)
    if context.setting(node, "padding") == "valid" and "padding" in message:
        yield f"Set {node.id} padding to same", (set_edit(node.id, "padding", "same"),)
    if node.settings.get("axis") is None and context.setting(node, "axis") is None and _has(context, node, "axis"):
        yield f"Set {node.id} axis to -1", (set_edit(node.id, "axis", -1),)


def _reshaped_samples(node: Node, shape: Shape) -> Iterator[Candidate]:
    if shape and None not in shape:
        target = [-1, *(int(n or 1) for n in shape)]
        label = f"Set {node.id} newshape to {', '.join(map(str, target))}"
        yield label, (set_edit(node.id, "newshape", target),)


def _has(context: Context, node: Node, setting: str) -> bool:
    node_type = context.node_type(node)
    return node_type is not None and node_type.setting(setting) is not None


def _sequences_upstream(context: Context, source: Node) -> Iterator[Candidate]:
    node: Node | None = source
    while node is not None:
        name = node.type.rpartition(".")[2]
        if name in _RECURRENT:
            if name == "Bidirectional":
                layer = dict(node.settings.get("layer") or {})
                layer["settings"] = {**layer.get("settings", {}), "return_sequences": True}
                yield f"Set return_sequences of {node.id} to true", (set_edit(node.id, "layer", layer),)
            else:
                yield f"Set {node.id} return_sequences to true", (set_edit(node.id, "return_sequences", True),)
            return
        wires = context.graph.incoming(node.id)
        through = name in ("Dropout", "BatchNormalization", "LayerNormalization", "Activation")
        node = context.graph.nodes.get(wires[0].source) if wires and through else None


def _removing_flattening(source: Node) -> Iterator[Candidate]:
    name = source.type.rpartition(".")[2]
    if name in _FLATTENING:
        yield f"Remove {source.id}", ({"edit": "remove", "node": source.id},)


def _embedding(context: Context, wire: Wire) -> Iterator[Candidate]:
    source = context.graph[wire.source]
    spec = context.specs.get(source.settings.get("column", "")) if source.type == "Input" else None
    size = (spec.vocabulary_size or len(spec.classes)) if spec else 0
    if size:
        settings = {"input_dim": size, "output_dim": 64}
        label = f"Insert an Embedding of {size} tokens"
        yield label, (context.insert("keras.layers.Embedding", "embedding", settings, wire),)


def _reshaped(shape: Shape, axes: int) -> list[int] | None:
    if None in shape or not shape:
        return None
    sizes = [int(length or 1) for length in shape]
    if axes == 3 and len(sizes) == 1:
        for channels in (1, 3):
            side = isqrt(sizes[0] // channels)
            if side * side * channels == sizes[0] and side > 1:
                return [side, side, channels]
    return sizes + [1] * (axes - len(sizes))


def _is_shrinking(context: Context, node: Node) -> bool:
    node_type = context.node_type(node)
    return (
        node_type is not None
        and node_type.category in _SHRINKING
        and "Transpose" not in node.type
        and context.setting(node, "padding") == "valid"
    )


def _same_padding(context: Context, node: Node, sources: list[tuple[Wire, Shape]]) -> Candidate | None:
    branches = [{wire.source, *context.upstream(wire.source)} for wire, _ in sources]
    if len(branches) < 2:
        return None
    shared = set.intersection(*branches)
    names = [
        name for name in context.upstream(node.id) if name not in shared and _is_shrinking(context, context.graph[name])
    ]
    if not names:
        return None
    edits = tuple(set_edit(name, "padding", "same") for name in names)
    return f"Set the padding of {joined(names)} to same", edits


def _padding_and_projection(
    context: Context, padding: Candidate, sources: list[tuple[Wire, Shape]]
) -> Iterator[Candidate]:
    """Where sizes and channels both differ: the sizes will agree once the padding is the same."""
    for wire, shape in _shortcut_first(context, sources):
        for _, other in sources:
            edits = _projection(context, wire, shape, (*shape[:-1], other[-1])) if other and shape else None
            if edits and other[-1] != shape[-1]:
                yield f"{padding[0]} and insert a {_type_name(edits[0])} after {wire.source}", (*padding[1], *edits)


def _shortcut_first(context: Context, sources: list[tuple[Wire, Shape]]) -> list[tuple[Wire, Shape]]:
    """The branch with the fewest nodes first: there a projection does least harm."""
    return sorted(sources, key=lambda entry: len(context.upstream(entry[0].source)))


def _projection(context: Context, wire: Wire, shape: Shape, wanted: Shape) -> tuple[Edit, ...] | None:
    """A layer that makes ``wanted`` of ``shape``: Dense for the last axis, a 1×1 convolution for images."""
    if len(shape) != len(wanted) or not wanted or wanted[-1] is None or None in shape or None in wanted:
        return None
    if shape[:-1] == wanted[:-1] and len(shape) < 3:
        return (context.insert("keras.layers.Dense", "projection", {"units": wanted[-1]}, wire),)
    if len(shape) != 3:
        return None
    strides = {_stride(int(have or 1), int(want or 1)) for have, want in zip(shape[:-1], wanted[:-1], strict=True)}
    stride = strides.pop()
    if strides or stride is None:
        return None
    settings: dict[str, Any] = {"filters": wanted[-1], "kernel_size": 1, "padding": "same"}
    if stride > 1:
        settings["strides"] = stride
    return (context.insert("keras.layers.Conv2D", "projection", settings, wire),)


def _stride(have: int, want: int) -> int | None:
    """The stride that makes ``want`` of ``have`` places under padding same, or None."""
    return next((stride for stride in range(1, 33) if -(-have // stride) == want), None)


def _type_name(edit: Edit) -> str:
    return str(edit["type"]).rpartition(".")[2]


def _words(shape: Shape) -> str:
    return " × ".join("?" if length is None else str(length) for length in shape)
