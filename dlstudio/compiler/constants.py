"""The tensors of Constant nodes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import keras
import numpy as np


def constant_tensor(settings: Mapping[str, Any], source: Any) -> Any:
    """What a Constant gives: a plain tensor, or one that hangs on an input where each sample gets a copy.

    Operations take plain tensors; Keras writes them into the saved model. Layers take only what hangs on an input, so
    a copy for each sample is the value added to zeros that are made of one.

    Args:
        settings: The node's, checked.
        source: Any symbolic tensor with the batch axis, such as an Input's.

    Returns:
        A tensor of the value's shape, or a symbolic one of (batch, *the value's shape).
    """
    value = keras.ops.convert_to_tensor(np.asarray(settings["value"]), dtype=settings.get("dtype", "float32"))
    if not settings.get("per_sample"):
        return value
    dtype = keras.backend.standardize_dtype(value.dtype)
    first = keras.ops.get_item(source, (slice(None), *[0] * (len(source.shape) - 1)))
    zeros = keras.ops.reshape(keras.ops.zeros_like(first, dtype=dtype), (-1, *[1] * len(value.shape)))
    return keras.ops.logical_or(zeros, value) if dtype == "bool" else keras.ops.add(zeros, value)
