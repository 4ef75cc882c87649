"""The short names of layers in figures: ``Conv 3×3, 64``, ``Dense 128``, ``BN``, ``ReLU``."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from dlstudio.catalogue.node_types import NodeType
from dlstudio.graph.model import INPUT, OUTPUT, Node

SHORT = {
    "BatchNormalization": "BN",
    "LayerNormalization": "LN",
    "GroupNormalization": "GN",
    "RMSNormalization": "RMSNorm",
    "UnitNormalization": "Norm",
    "Dropout": "Dropout",
    "SpatialDropout": "Dropout",
    "MultiHeadAttention": "Multi-head attention",
    "GroupQueryAttention": "Grouped-query attention",
    "MaxPooling": "Max pool",
    "AveragePooling": "Avg pool",
    "GlobalAveragePooling": "Global avg pool",
    "GlobalMaxPooling": "Global max pool",
    "AdaptiveAveragePooling": "Adaptive avg pool",
    "AdaptiveMaxPooling": "Adaptive max pool",
    "UpSampling": "Upsample",
    "Concatenate": "Concat",
}
SIGNS = {
    "Add": "+",
    "add": "+",
    "Subtract": "−",
    "subtract": "−",
    "Multiply": "×",
    "multiply": "×",
    "Concatenate": "c",
    "concatenate": "c",
    "Dot": "·",
    "Average": "avg",
    "Maximum": "max",
    "Minimum": "min",
}
ACTIVATIONS = {
    "relu": "ReLU",
    "gelu": "GELU",
    "elu": "ELU",
    "selu": "SELU",
    "silu": "SiLU",
    "swish": "SiLU",
    "relu6": "ReLU6",
    "leaky_relu": "Leaky ReLU",
    "hard_swish": "Hard swish",
    "hard_silu": "Hard SiLU",
}


def base_name(node: Node) -> str:
    """The type's name without its number of dimensions: ``Conv``, ``MaxPooling``."""
    name = node.type.rpartition(".")[2]
    for dimension in ("1D", "2D", "3D"):
        name = name.replace(dimension, "")
    return name


def sign_of(node: Node) -> str:
    """What stands in the circle of a node that joins tensors, or nothing."""
    return SIGNS.get(node.type.rpartition(".")[2], "")


def title_of(node: Node, node_type: NodeType | None) -> str:
    """What a step that begins with this node is called."""
    if node.block:
        return node.block
    if node.type in (INPUT, OUTPUT):
        return str(node.settings.get("column") or node.id)
    name, values = base_name(node), _values(node, node_type)
    if name in ("Conv", "ConvTranspose", "DepthwiseConv", "SeparableConv"):
        return _convolution(name, values)
    short = SHORT.get(name, name)
    if name == "Activation":
        return activation_word(values.get("activation")) or "Activation"
    if name in ("MaxPooling", "AveragePooling"):
        return f"{short} {_window(values.get('pool_size'), node)}".strip()
    if name in ("Dense", "LSTM", "GRU", "SimpleRNN") and values.get("units"):
        return f"{short} {values['units']}"
    if name == "Embedding" and values.get("output_dim"):
        return f"Embedding {values['output_dim']}"
    if name in ("MultiHeadAttention", "GroupQueryAttention"):
        heads = values.get("num_heads") or values.get("num_query_heads")
        return f"{short}, {heads} heads" if heads else short
    if name == "Bidirectional":
        wrapped = values.get("layer")
        if isinstance(wrapped, Mapping):
            units = dict(wrapped.get("settings", {})).get("units")
            return f"Bi-{str(wrapped.get('type', '')).rpartition('.')[2]}{f' {units}' if units else ''}"
    return short


def extra_of(node: Node, node_type: NodeType | None) -> str:
    """The word for a node that is joined to the step before it; empty for what needs no word."""
    name = base_name(node)
    if name == "Activation":
        return activation_word(_values(node, node_type).get("activation"))
    if name in ("ZeroPadding", "Cropping", "Identity", "ActivityRegularization"):
        return ""
    return SHORT.get(name, name)


def activation_of(node: Node, node_type: NodeType | None) -> str:
    """The activation that a layer applies by itself, as a word, or nothing."""
    value = _values(node, node_type).get("activation")
    return activation_word(value) if base_name(node) not in ("LSTM", "GRU", "SimpleRNN", "Activation") else ""


def activation_word(value: Any) -> str:
    if not isinstance(value, str) or value in ("linear", ""):
        return ""
    return ACTIVATIONS.get(value, value.replace("_", " "))


def _convolution(name: str, values: Mapping[str, Any]) -> str:
    word = {"Conv": "Conv", "ConvTranspose": "Up-conv", "DepthwiseConv": "DW conv", "SeparableConv": "Sep conv"}[name]
    text = f"{word} {_window(values.get('kernel_size'))}"
    if values.get("filters"):
        text += f", {values['filters']}"
    strides = values.get("strides")
    first = strides[0] if isinstance(strides, list | tuple) and strides else strides
    return f"{text}, /{first}" if isinstance(first, int) and first > 1 and name != "ConvTranspose" else text


def _window(value: Any, node: Node | None = None) -> str:
    if isinstance(value, list | tuple):
        return "×".join(str(each) for each in value)
    if isinstance(value, int):
        return f"{value}×{value}" if node is None or not node.type.endswith("1D") else str(value)
    return ""


def _values(node: Node, node_type: NodeType | None) -> dict[str, Any]:
    """The settings with their defaults; expressions count as unknown."""
    values = {s.name: s.suggested if s.required else s.default for s in node_type.settings} if node_type else {}
    values.update(node.settings)
    return {name: None if isinstance(value, Mapping) and "=" in value else value for name, value in values.items()}
