"""Multiply-adds of products between tensors: operations such as matmul and einsum, and the layer Dot. No Keras."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import prod
from typing import Any

_BatchShape = tuple[int | None, ...]


def operation_multiply_adds(
    name: str,
    settings: Mapping[str, Any],
    inputs: Mapping[str, Sequence[_BatchShape]],
    output: _BatchShape,
) -> int | None:
    """Multiply-adds of one operation for one sample; 0 where it multiplies no tensors along an axis.

    Args:
        name: Its name in ``keras.ops``.
        settings: The node's.
        inputs: Input shapes by port: with the batch axis, but for constants.
        output: The first output's shape, with the batch axis.

    Returns:
        The number, or None where a length is not known.
    """
    try:
        if name == "matmul":
            return known(output[1:]) * known(inputs["x1"][0][-1:])
        if name in ("dot", "inner", "tensordot"):
            return known(output[1:]) * _contracted(name, settings, inputs["x1"][0])
        if name == "einsum":
            return einsum_multiply_adds(str(settings.get("subscripts", "")), inputs["operands"])
        if name in ("conv", "depthwise_conv"):
            return known(inputs["kernel"][0]) * _places(output, settings)
        if name == "separable_conv":
            kernels = known(inputs["depthwise_kernel"][0]) + known(inputs["pointwise_kernel"][0])
            return kernels * _places(output, settings)
        if name == "dot_product_attention":
            # (batch, steps, heads, size) each: scores of every pair of steps, then their average of the values.
            query, key, value = (inputs[port][0] for port in ("query", "key", "value"))
            pairs = known(query[1:3]) * known(key[1:2])
            return pairs * (known(query[3:]) + known(value[3:]))
    except (ValueError, KeyError, IndexError):
        return None
    return 0


def einsum_multiply_adds(equation: str, operands: Sequence[_BatchShape]) -> int:
    """The product of the lengths of all letters but the batch's: how often the innermost line of the loops runs.

    The batch is the first letter of the first operand. ``...`` stands for the axes that no letter names.

    Raises:
        ValueError: A length is not known, or the equation does not fit the operands.
    """
    terms = equation.replace(" ", "").partition("->")[0].split(",")
    if len(terms) != len(operands):
        raise ValueError("another number of operands")
    lengths: dict[str, int | None] = {}
    for term, shape in zip(terms, operands, strict=True):
        before, dots, after = term.partition("...")
        free = len(shape) - len(before) - len(after)
        letters = [*before, *(f".{place}" for place in range(free if dots else 0)), *after]
        if len(letters) != len(shape):
            raise ValueError("another number of axes")
        for letter, length in zip(letters, shape, strict=True):
            if lengths.get(letter) in (None, 1):
                lengths[letter] = length
    first = terms[0][:1] if not terms[0].startswith("...") else ".0"
    lengths.pop(first, None)
    return known(tuple(lengths.values()))


def dot_multiply_adds(axes: Any, first: _BatchShape, second: _BatchShape) -> int:
    """The layer Dot: each pair of the places that are left, times the length that is summed over."""
    one, other = (axes, axes) if isinstance(axes, int) else (axes[0], axes[1])
    left = [length for place, length in enumerate(first) if place not in (0, one % len(first))]
    right = [length for place, length in enumerate(second) if place not in (0, other % len(second))]
    return known((*left, *right, first[one]))


def known(lengths: Sequence[int | None]) -> int:
    """The product of some lengths.

    Raises:
        ValueError: One is not known.
    """
    if any(length is None for length in lengths):
        raise ValueError("a length is not known")
    return prod(length for length in lengths if length is not None)


def _contracted(name: str, settings: Mapping[str, Any], shape: _BatchShape) -> int:
    axes = settings.get("axes", 1) if name == "tensordot" else 1
    if isinstance(axes, int):
        return known(shape[len(shape) - axes :])
    return known([shape[place] for place in axes[0]])


def _places(output: _BatchShape, settings: Mapping[str, Any]) -> int:
    return known(output[2:] if settings.get("data_format") == "channels_first" else output[1:-1])
