"""Layers that have been traced before, kept to be called again on another size of the same thing.

Making and building a layer takes four fifths of the time of tracing it. What its weights look like depends, for the
layers named here, on the number of axes and on the last one only, so a change of image size, sequence length or any
other middle axis needs no new layer.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Mapping, Sequence
from typing import Any

_MOST = 4000

_RESIZABLE = frozenset(
    f"keras.layers.{name}"
    for name in (
        *(f"{kind}{n}D" for kind in ("Conv", "MaxPooling", "AveragePooling", "SpatialDropout") for n in (1, 2, 3)),
        *(f"Global{kind}Pooling{n}D" for kind in ("Max", "Average") for n in (1, 2, 3)),
        *(f"Conv{n}DTranspose" for n in (1, 2, 3)),
        *("DepthwiseConv1D", "DepthwiseConv2D", "SeparableConv1D", "SeparableConv2D"),
        *("Dense", "Embedding", "Flatten", "Activation", "ReLU", "LeakyReLU", "Softmax"),
        *("BatchNormalization", "LayerNormalization", "UnitNormalization", "RMSNormalization"),
        *("Dropout", "AlphaDropout", "GaussianDropout", "GaussianNoise"),
        *("MultiHeadAttention", "LSTM", "GRU", "SimpleRNN"),
    )
)
_LOOKS_AT_AXES = frozenset(("axis", "axes", "attention_axes", "data_format", "shared_axes"))

Key = tuple[Any, ...]


class Shelf:
    """The layers kept, the least used of them dropped first."""

    def __init__(self) -> None:
        self._layers: OrderedDict[Key, Any] = OrderedDict()

    def key(
        self, type_id: str, settings_text: str, settings: Mapping[str, Any], inputs: Mapping[str, Sequence[Any]]
    ) -> Key | None:
        """What a layer is kept under, or None where it has to be made anew for each shape.

        Args:
            type_id: Catalogue id of the layer.
            settings_text: Its settings as text.
            settings: The same as values.
            inputs: What arrives by port; each with ``shape`` and ``dtype``.
        """
        if type_id not in _RESIZABLE or not _LOOKS_AT_AXES.isdisjoint(settings):
            return None
        arrived = tuple(
            (port, tuple((len(each.shape), each.shape[-1:], each.dtype) for each in facts))
            for port, facts in inputs.items()
        )
        return type_id, settings_text, arrived

    def take(self, key: Key | None) -> Any:
        """The layer kept under a key, or None."""
        if key is None or key not in self._layers:
            return None
        self._layers.move_to_end(key)
        return self._layers[key]

    def put(self, key: Key | None, layer: Any) -> None:
        """Keeps a layer that has been called; forgets the calls, which would pile up in it."""
        if key is None or layer is None:
            return
        layer._inbound_nodes.clear()
        layer._outbound_nodes.clear()
        self._layers[key] = layer
        if len(self._layers) > _MOST:
            self._layers.popitem(last=False)
