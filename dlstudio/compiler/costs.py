"""How many multiplications with addition a layer needs for one sample, from the shapes of its weights and tensors.

A matrix or kernel is used once per position that it is applied to, so the number is the size of the kernels
times the number of positions; attention adds its two products between positions. Biases and activations do not count.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import prod
from typing import Any

_BatchShape = tuple[int | None, ...]

_CONVOLUTIONS = (
    "Conv1D",
    "Conv2D",
    "Conv3D",
    "DepthwiseConv1D",
    "DepthwiseConv2D",
    "SeparableConv1D",
    "SeparableConv2D",
)
_TRANSPOSED = ("Conv1DTranspose", "Conv2DTranspose", "Conv3DTranspose")
_RECURRENT = ("LSTM", "GRU", "SimpleRNN", "RNN", "Bidirectional")
_CONV_RECURRENT = ("ConvLSTM1D", "ConvLSTM2D", "ConvLSTM3D")


def multiply_adds(
    type_id: str,
    layer: Any,
    weights: Sequence[tuple[str, tuple[int, ...]]],
    inputs: Mapping[str, Sequence[_BatchShape]],
    outputs: Sequence[_BatchShape],
) -> int | None:
    """Multiply-adds for one sample, or None where the layer's arithmetic or a length is not known.

    Args:
        type_id: Catalogue id of the layer.
        layer: The built layer; asked for its data format, heads and wrapped layer.
        weights: Path and shape of every weight.
        inputs: Input shapes by port, with the batch axis.
        outputs: Output shapes, with the batch axis.
    """
    name = type_id.rpartition(".")[2]
    first = next((shapes[0] for shapes in inputs.values() if shapes), (None,))
    try:
        if name in ("MultiHeadAttention", "GroupQueryAttention"):
            return _multi_head(layer, weights, inputs)
        if name in ("Attention", "AdditiveAttention"):
            return _attention(inputs)
        if name == "TimeDistributed":
            inner = layer.layer
            name = type(inner).__name__
            if name in _RECURRENT or name not in ("Dense", *_CONVOLUTIONS):
                return 0 if not weights else None
        if name in ("Dense", *_CONVOLUTIONS):
            return _kernels(weights) * _positions(outputs[0], getattr(layer, "data_format", None))
        if name in _TRANSPOSED:
            return _kernels(weights) * _positions(first, layer.data_format)
        if name in _CONV_RECURRENT:
            return (
                _kernels(weights) * _known(first[1:2]) * _positions(_without_time(layer, outputs[0]), layer.data_format)
            )
        if name in _RECURRENT:
            return _kernels(weights) * _known(first[1:2]) if not _has_convolution(layer) else None
        if name in ("Embedding", "ReversibleEmbedding") or not _kernels(weights):
            return 0
    except ValueError:
        return None
    return None


def _kernels(weights: Sequence[tuple[str, tuple[int, ...]]]) -> int:
    return sum(prod(shape) for path, shape in weights if len(shape) > 1 and "bias" not in path.rpartition("/")[2])


def _known(lengths: Sequence[int | None]) -> int:
    if any(length is None for length in lengths):
        raise ValueError("a length is not known")
    return prod(length for length in lengths if length is not None)


def _positions(shape: _BatchShape, data_format: str | None) -> int:
    return _known(shape[2:] if data_format == "channels_first" else shape[1:-1])


def _without_time(layer: Any, shape: _BatchShape) -> _BatchShape:
    return (shape[0], *shape[2:]) if getattr(layer, "return_sequences", False) else shape


def _has_convolution(layer: Any) -> bool:
    return type(getattr(layer, "forward_layer", layer)).__name__ in _CONV_RECURRENT


def _attention(inputs: Mapping[str, Sequence[_BatchShape]]) -> int:
    query, value = inputs["query"][0], inputs["value"][0]
    return _known(query[1:2]) * _known(value[1:2]) * (_known(query[2:]) + _known(value[2:]))


def _multi_head(
    layer: Any, weights: Sequence[tuple[str, tuple[int, ...]]], inputs: Mapping[str, Sequence[_BatchShape]]
) -> int:
    query, value = _known(inputs["query"][0][1:-1]), _known(inputs["value"][0][1:-1])
    total = 0
    for path, shape in weights:
        if len(shape) < 2 or path.endswith("bias"):
            continue
        of_query = any(part in path for part in ("/query", "/attention_output", "/gate"))
        total += prod(shape) * (query if of_query else value)
    config = layer.get_config()
    heads = config.get("num_heads") or config["num_query_heads"]
    key_size = config.get("key_dim") or config["head_dim"]
    value_size = config.get("value_dim") or key_size
    return int(total + heads * query * value * (key_size + value_size))
