"""Masks in a configuration: Keras writes down the ones it passes on by itself; those need no drawing."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from dlstudio.compiler.importing.calls import Tensor, entry_parts, tensors_in
from dlstudio.compiler.importing.settings import UndrawableError

_STEPS = 200


def passed_on(mask: Tensor, layers: Mapping[str, Mapping[str, Any]]) -> bool:
    """Whether a mask is one that Keras made of the padding and will make again.

    That is so where it goes back, through operations only, to comparisons of what feeds an Embedding with
    ``mask_zero`` or a Masking layer.

    Args:
        mask: The tensor given as mask.
        layers: The model's layers by name.
    """
    sources = _masking_sources(layers)
    waiting = [mask]
    seen: set[Tensor] = set()
    compared = False
    while waiting and len(seen) < _STEPS:
        tensor = waiting.pop()
        if tensor in seen:
            continue
        seen.add(tensor)
        layer = layers.get(tensor.layer)
        if layer is None or not str(layer.get("module", "")).startswith("keras.src.ops"):
            continue  # the merging of masks looks at shapes too
        found = _arguments(layer)
        if layer.get("class_name") == "NotEqual":
            if not any(each in sources for each in found):
                return False
            compared = True
            continue
        waiting.extend(found)
    return compared


def _masking_sources(layers: Mapping[str, Mapping[str, Any]]) -> set[Tensor]:
    """The tensors that feed layers which make masks."""
    found: set[Tensor] = set()
    for layer in layers.values():
        config = layer.get("config") or {}
        masks = layer.get("class_name") == "Masking" or (
            layer.get("class_name") in ("Embedding", "ReversibleEmbedding") and config.get("mask_zero")
        )
        if masks:
            found.update(_arguments(layer))
    return found


def _arguments(layer: Mapping[str, Any]) -> list[Tensor]:
    found: list[Tensor] = []
    for entry in layer.get("inbound_nodes") or ():
        try:
            arguments, keywords = entry_parts(entry)
        except UndrawableError:
            return []
        found.extend(tensors_in([value for _, value in arguments]))
        found.extend(tensors_in({key: value for key, value in keywords.items() if key != "mask"}))
    return found
