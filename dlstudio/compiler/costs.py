"""How many multiplications with addition a layer needs for one sample, from the shapes of its weights and tensors.

A matrix or kernel is used once per position that it is applied to, so the number is the size of the kernels
times the number of positions; attention adds its two products between positions. Biases and activations do not count.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import prod
from typing import Any

from dlstudio.compiler.products import dot_multiply_adds, einsum_multiply_adds, known

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
            return _for_each_step(layer.layer, inputs, outputs)
        if name == "SpectralNormalization":
            # The power iteration that finds the norm is done once a batch, however many samples it has.
            return _of_wrapped(layer.layer, inputs, outputs)
        if name == "EinsumDense":
            kernel = next(shape for path, shape in weights if path.endswith("kernel"))
            return einsum_multiply_adds(layer.equation, [first, kernel])
        if name == "Dot":
            pair = [shape for shapes in inputs.values() for shape in shapes]
            return dot_multiply_adds(layer.axes, pair[0], pair[1])
        if name in ("Dense", *_CONVOLUTIONS):
            return _kernels(weights) * _positions(outputs[0], getattr(layer, "data_format", None))
        if name in _TRANSPOSED:
            return _kernels(weights) * _positions(first, layer.data_format)
        if name in _CONV_RECURRENT:
            return (
                _kernels(weights) * known(first[1:2]) * _positions(_without_time(layer, outputs[0]), layer.data_format)
            )
        if name == "Bidirectional" and _has_convolution(layer):
            inner = layer.forward_layer
            places = _positions(_without_time(inner, outputs[0]), inner.data_format)
            return _kernels(weights) * known(first[1:2]) * places
        if name in _RECURRENT:
            return _kernels(weights) * known(first[1:2])
        if name in ("Embedding", "ReversibleEmbedding") or not _kernels(weights):
            return 0
    except (ValueError, StopIteration):
        return None
    return None


def _for_each_step(
    inner: Any, inputs: Mapping[str, Sequence[_BatchShape]], outputs: Sequence[_BatchShape]
) -> int | None:
    """A layer that is applied to every step, as often as there are steps."""
    first = next(shapes[0] for shapes in inputs.values() if shapes)
    single = {port: [(shape[0], *shape[2:]) for shape in shapes] for port, shapes in inputs.items()}
    each = _of_wrapped(inner, single, [(shape[0], *shape[2:]) for shape in outputs])
    return None if each is None else each * known(first[1:2])


def _of_wrapped(inner: Any, inputs: Mapping[str, Sequence[_BatchShape]], outputs: Sequence[_BatchShape]) -> int | None:
    weights = [(weight.path, tuple(weight.shape)) for weight in inner.weights]
    return multiply_adds(f"keras.layers.{type(inner).__name__}", inner, weights, inputs, outputs)


def _kernels(weights: Sequence[tuple[str, tuple[int, ...]]]) -> int:
    return sum(prod(shape) for path, shape in weights if len(shape) > 1 and "bias" not in path.rpartition("/")[2])


def _positions(shape: _BatchShape, data_format: str | None) -> int:
    return known(shape[2:] if data_format == "channels_first" else shape[1:-1])


def _without_time(layer: Any, shape: _BatchShape) -> _BatchShape:
    return (shape[0], *shape[2:]) if getattr(layer, "return_sequences", False) else shape


def _has_convolution(layer: Any) -> bool:
    return type(getattr(layer, "forward_layer", layer)).__name__ in _CONV_RECURRENT


def _attention(inputs: Mapping[str, Sequence[_BatchShape]]) -> int:
    query, value = inputs["query"][0], inputs["value"][0]
    return known(query[1:2]) * known(value[1:2]) * (known(query[2:]) + known(value[2:]))


def _multi_head(
    layer: Any, weights: Sequence[tuple[str, tuple[int, ...]]], inputs: Mapping[str, Sequence[_BatchShape]]
) -> int:
    query, value = known(inputs["query"][0][1:-1]), known(inputs["value"][0][1:-1])
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
