"""Input nodes from Keras' InputLayers: shape and number type, with lengths for those that Keras left open."""

from __future__ import annotations

from typing import Any

from dlstudio.compiler.importing.failures import short
from dlstudio.compiler.importing.settings import UndrawableError

_IMAGE, _STEPS = 224, 128
"""Lengths for open axes: of images, and of anything else."""


def input_settings(config: Any, name: str, notes: list[str]) -> dict[str, Any]:
    """``shape`` and ``dtype`` of an Input.

    Args:
        config: What Keras wrote of its InputLayer.
        name: The node's id, for sentences.
        notes: Takes a sentence where something is drawn otherwise.

    Raises:
        UndrawableError: It takes texts, or its shape is none.
    """
    config = config if isinstance(config, dict) else {}
    whole = config.get("batch_shape", config.get("batch_input_shape"))
    if not isinstance(whole, list) or not whole:
        raise UndrawableError("says nothing of its shape.")
    if whole[0] is not None:
        notes.append(f"Input '{name}' had batches of {short(whole[0], 20)} samples; here their size is free.")
    shape = []
    for given in whole[1:]:
        length = given
        if length is None:
            length = _IMAGE if len(whole) == 4 else _STEPS
            notes.append(f"Input '{name}' takes any length; the drawing has {length}. Change its shape as you need it.")
        if not isinstance(length, int) or isinstance(length, bool) or not 1 <= length <= 10**9:
            raise UndrawableError(f"has the shape {short(whole, 60)}, which is none.")
        shape.append(length)
    dtype = config.get("dtype") or "float32"
    if not isinstance(dtype, str) or dtype == "string":
        raise UndrawableError("takes texts; here texts reach a network as token numbers. Save the model without it.")
    settings: dict[str, Any] = {"shape": shape}
    if "int" in dtype:
        settings["dtype"] = "int32"
    if config.get("sparse") or config.get("ragged"):
        raise UndrawableError("takes sparse or ragged tensors, which cannot be drawn.")
    return settings
