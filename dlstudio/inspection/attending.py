"""What the attention of a network looks at: the weights of every layer that attends to something else than itself.

Layers of attention give their weights to whoever calls them with ``return_attention_scores``; while a network is run
once, outside of a compiled graph, they are called so. Nothing of the network is changed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import Any

import keras
import numpy as np

_KINDS = (
    keras.layers.MultiHeadAttention,
    keras.layers.GroupQueryAttention,
    keras.layers.Attention,
    keras.layers.AdditiveAttention,
)


@dataclass(frozen=True)
class Attended:
    """The weights of one layer.

    Attributes:
        name: The layer with those that hold it: ``decoder/cross_attention``.
        weights: (samples, heads, queries, keys) float32, each row adding up to 1.
    """

    name: str
    weights: np.ndarray


def attended(model: keras.Model, batch: Sequence[np.ndarray]) -> list[Attended]:
    """The weights of every layer that attends to something else than itself, in the order in which they are run.

    Args:
        model: The network.
        batch: One array an Input, (samples, ...) each.
    """
    found: list[Attended] = []
    with ExitStack() as stack:
        for name, layer in _layers(model, ""):
            stack.enter_context(_recorded(layer, name, found))
        model([keras.ops.convert_to_tensor(each) for each in batch] if len(batch) > 1 else batch[0], training=False)
    return found


def _layers(model: Any, path: str) -> Iterator[tuple[str, Any]]:
    """The layers of attention, those inside nested networks too, each once with its path."""
    for layer in model.layers:
        name = f"{path}{layer.name}"
        if isinstance(layer, _KINDS):
            yield name, layer
        elif hasattr(layer, "layers"):
            yield from _layers(layer, f"{name}/")


@contextmanager
def _recorded(layer: Any, name: str, found: list[Attended]) -> Iterator[None]:
    plain: Callable[..., Any] = layer.call

    def recording(*args: Any, **kwargs: Any) -> Any:
        if _looks_at_itself(args, kwargs):
            return plain(*args, **kwargs)
        asked = bool(kwargs.get("return_attention_scores"))
        given, scores = plain(*args, **{**kwargs, "return_attention_scores": True})
        weights = np.asarray(keras.ops.convert_to_numpy(scores), np.float32)
        found.append(Attended(name, weights if weights.ndim == 4 else weights[:, np.newaxis]))
        return (given, scores) if asked else given

    layer.call = recording
    try:
        yield
    finally:
        del layer.call


def _looks_at_itself(args: Sequence[Any], kwargs: dict[str, Any]) -> bool:
    given = (
        args[0]
        if args and isinstance(args[0], list | tuple)
        else [*args, *(kwargs[k] for k in ("query", "value") if k in kwargs)]
    )
    return len(given) < 2 or given[0] is given[1]
