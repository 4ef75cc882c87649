"""Low-rank adaptation: a layer keeps its kernel as it is and learns a product of two thin matrices beside it.

Source: Hu et al. (2021), LoRA: Low-Rank Adaptation of Large Language Models. The matrices are Keras' own
(``layer.enable_lora``). They live while a network trains; what is kept of the best epoch has
them added to the kernels, so whoever opens the network later finds plain layers.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from typing import Any

import keras
import numpy as np

from dlstudio.compiler.weight_file import layers_by_path
from dlstudio.training.failures import TrainingError


def adapt(model: keras.Model, ranks: Mapping[str, int], seed: int = 0) -> None:
    """Lets layers learn in a few directions only.

    Args:
        model: Built, with the weights that it begins with, and not compiled yet.
        ranks: Rank of the matrices by layer path, or by the name of a use for all layers inside it that can have them.
            A kernel so small that they would have more weights than it learns as usual.
        seed: Of the first matrices; the second ones begin with zeros, so the network answers as before.

    Raises:
        TrainingError: There is no such layer, or it cannot have them.
    """
    layers = layers_by_path(model)
    for path, rank in ranks.items():
        meant = [layer for each, layer in layers.items() if each == path or each.startswith(f"{path}/")]
        if not meant:
            raise TrainingError("settings", f"'{path}' is to learn by LoRA, but no layer with weights has that name.")
        able = [part for layer in meant for part in _parts(layer)]
        if not able:
            raise TrainingError(
                "settings",
                f"'{path}' cannot learn by LoRA: only dense, convolution, embedding and attention layers can. Let it "
                "learn as usual, or keep it as it is.",
            )
        for part in able:
            if rank <= _highest_rank(part) and not part.lora_enabled:
                seed += 1
                part.enable_lora(rank, a_initializer=keras.initializers.HeUniform(seed=seed))


def merged_variables(model: keras.Model) -> list[tuple[Any, Any]]:
    """Every variable of the network as it is drawn, in order, with its value, adapters added to their kernels."""
    thin = {id(matrix) for layer in adapted(model) for matrix in _matrices(layer)}
    merged = {id(_kernel(layer)): _value(layer) for layer in adapted(model)}
    return [(each, merged.get(id(each), each)) for each in model.variables if id(each) not in thin]


def clear(model: keras.Model) -> None:
    """Has all adapters add nothing."""
    for layer in adapted(model):
        _, second = _matrices(layer)
        second.assign(np.zeros(second.shape, np.float32))


def adapted(model: keras.Model) -> Iterator[Any]:
    """The layers that have adapters."""
    return (layer for layer in model._flatten_layers() if getattr(layer, "lora_enabled", False))


def _parts(layer: Any) -> list[Any]:
    return [each for each in layer._flatten_layers() if hasattr(each, "enable_lora") and each.built]


def _matrices(layer: Any) -> tuple[Any, Any]:
    if isinstance(layer, keras.layers.Embedding):
        return layer.lora_embeddings_a, layer.lora_embeddings_b
    return layer.lora_kernel_a, layer.lora_kernel_b


def _kernel(layer: Any) -> Any:
    return layer._embeddings if isinstance(layer, keras.layers.Embedding) else layer._kernel


def _value(layer: Any) -> Any:
    return layer.embeddings if isinstance(layer, keras.layers.Embedding) else layer.kernel


def _highest_rank(layer: Any) -> int:
    """The highest rank with which the two matrices have no more weights than the kernel, at least 1."""
    shape = [int(side) for side in _kernel(layer).shape]
    size, last = math.prod(shape), int(shape[-1])
    return max(1, size // (size // last + last))
