"""What is wrong with a layer's settings for what it gets, in plainer words than Keras' own."""

from __future__ import annotations

from collections.abc import Mapping
from math import prod
from typing import Any

from dlstudio.compiler.facts import Shape
from dlstudio.compiler.problems.wording import joined, shape_words


def own_sentence(name: str, settings: Mapping[str, Any], shape: Shape) -> str:
    """One sentence, or empty where Keras' words have to do.

    Args:
        name: The layer's type, such as ``Reshape``.
        settings: All its settings, the defaults included.
        shape: What arrives first, without the batch axis.
    """
    if name == "Reshape":
        return _reshape(settings.get("target_shape"), shape)
    if name == "Permute":
        return _permute(settings.get("dims"), shape)
    if name.startswith("Cropping"):
        return _cropping(settings.get("cropping"), shape)
    if name == "GroupNormalization" and shape and shape[-1]:
        return f"its {settings.get('groups')} groups do not divide the {shape[-1]} features (groups have to)."
    if name == "GroupQueryAttention":
        heads, values = settings.get("num_query_heads"), settings.get("num_key_value_heads")
        return f"its {values} heads for keys and values do not divide its {heads} query heads."
    return ""


def _reshape(target: Any, shape: Shape) -> str:
    if not isinstance(target, list | tuple) or not all(isinstance(n, int) for n in target) or None in shape:
        return ""
    here, there = prod(n or 1 for n in shape), prod(n for n in target if n != -1)
    words = " × ".join("?" if n == -1 else str(n) for n in target)
    if -1 in target:
        return f"its target_shape {words} needs a multiple of {there} values, and {here} come."
    return f"its target_shape {words} is {there} values, and {here} come. A Reshape neither adds values nor drops any."


def _permute(dims: Any, shape: Shape) -> str:
    if not isinstance(dims, list | tuple):
        return ""
    wanted = joined([str(n) for n in range(1, len(shape) + 1)]) if shape else ""
    given = ", ".join(map(str, dims))
    return f"its dims are {given}, but a tensor of {len(shape)} axes needs {wanted}, in any order (0 is the batch)."


def _cropping(cropping: Any, shape: Shape) -> str:
    places = shape[:-1]
    if isinstance(cropping, int):
        pairs = [(cropping, cropping)] * len(places)
    elif isinstance(cropping, list | tuple):
        given = [cropping] if len(places) == 1 and all(isinstance(n, int) for n in cropping) else list(cropping)
        pairs = [(n, n) if isinstance(n, int) else tuple(n) for n in given]
    else:
        return ""
    for (before, after), length in zip(pairs, places, strict=False):
        if length is not None and before + after >= length:
            return (
                f"it would take {before} + {after} of {length} away, and nothing of {shape_words(shape)} would be left."
            )
    return ""
