"""Mixed precision: layers compute in 16 bits while weights stay in 32, which halves memory and suits many GPUs.

It is of the training alone. What is saved, judged and exported computes in float32, as the drawing says; variables are
float32 in either. ``mixed_float16`` scales the loss, so that small gradients do not vanish, and passes over a step
whose gradients overflow (Micikevicius et al. 2018, https://arxiv.org/abs/1710.03740). ``mixed_bfloat16`` needs neither.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import Any

import keras

from dlstudio.graph.project import FLOAT32


@contextlib.contextmanager
def computing_in(precision: str) -> Iterator[None]:
    """Layers that are made meanwhile, and whose drawing says nothing else, compute in this precision.

    Args:
        precision: One of :data:`dlstudio.graph.project.PRECISIONS`.
    """
    before = keras.config.dtype_policy()
    keras.config.set_dtype_policy(precision)
    try:
        yield
    finally:
        keras.config.set_dtype_policy(before)


def end_in_float32(model: keras.Model) -> None:
    """Has the last layers before each output, down to one that has weights, compute in float32.

    Probabilities and logits of 16 bits would lose digits that the loss needs; Keras advises the same in
    https://keras.io/api/mixed_precision/.
    """
    waiting = [tensor._keras_history.operation for tensor in model.outputs]
    while waiting:
        operation = waiting.pop()
        if isinstance(operation, keras.Model):
            end_in_float32(operation)
        elif isinstance(operation, keras.Layer):
            operation.dtype_policy = FLOAT32
        if not getattr(operation, "weights", ()):
            waiting += [
                tensor._keras_history.operation for node in operation._inbound_nodes for tensor in node.input_tensors
            ]


def inner(optimizer: Any) -> Any:
    """The optimizer that moves the weights, without what scales the loss around it."""
    return getattr(optimizer, "inner_optimizer", optimizer)
