"""Hands tensors to a layer or operation by its ports, and takes its results apart by its output ports."""

from __future__ import annotations

import inspect
from collections.abc import Hashable, Mapping, Sequence
from functools import cache
from typing import Any, cast

import keras

from dlstudio.catalogue.node_types import Catalogue, NodeType
from dlstudio.compiler.objects import SettingError, call_settings, keras_arguments, keras_thing


def call_node(
    node_type: NodeType,
    settings: Mapping[str, Any],
    tensors: Mapping[str, Sequence[Any]],
    catalogue: Catalogue,
    layer: Any = None,
) -> dict[str, Any]:
    """Calls a layer, or an operation where ``layer`` is None.

    Args:
        node_type: Its type; says how tensors are handed over.
        settings: The node's settings; those that belong to the call are given to it.
        tensors: By input port, in the order of the wires; unwired ports are left out.
        catalogue: The allow-list.
        layer: The layer to call.

    Returns:
        Tensors by output port.

    Raises:
        SettingError: The call gives another number of tensors than the type has outputs.
    """
    if layer is None:
        function = keras_thing(node_type.id)
        keywords = keras_arguments(node_type.id, node_type.settings, settings, catalogue, None)
    else:
        function = layer
        keywords = {name: settings[name] for name in call_settings(node_type.id) if settings.get(name) is not None}
        if _trains_unasked(cast(Hashable, type(layer))):
            keywords["training"] = False
    ports = [port for port in node_type.inputs_for(settings) if tensors.get(port.name)]
    if node_type.call == "single":
        first_port = ports[0]
        arrived = tensors[first_port.name]
        results = function(_one_or_list(arrived, first_port.many and len(arrived) > 1), **keywords)
    elif node_type.call == "list":
        results = function([tensor for port in ports for tensor in tensors[port.name]], **keywords)
    elif node_type.call == "spread":
        leading = [keywords.pop(setting.name) for setting in node_type.settings if setting.required]
        results = function(*leading, *(tensor for port in ports for tensor in tensors[port.name]), **keywords)
    else:
        first, *others = ports
        for port in others:
            keywords[port.name] = list(tensors[port.name]) if port.many else tensors[port.name][0]
        results = function(_one_or_list(tensors[first.name], first.many), **keywords)
    outputs = [port.name for port in node_type.outputs_for(settings)]
    flat = keras.tree.flatten(results)
    if len(flat) != len(outputs):
        raise SettingError(f"It gives {len(flat)} tensors where {len(outputs)} were expected.")
    return dict(zip(outputs, flat, strict=True))


@cache
def _trains_unasked(kind: Any) -> bool:
    """Whether a layer behaves as in training where nobody says ``training``: Keras' augmenting layers do.

    A call that is written down with ``training=False`` is one of prediction unless the model is called with
    ``training=True``, as ``fit`` does. So a saved model that is called plainly augments nothing.
    """
    if kind is keras.layers.RandomCrop:  # it cuts in prediction as well, but leaves its symbolic shape uncut
        return False
    told = inspect.signature(kind.call).parameters.get("training")
    return told is not None and told.default is True


def _one_or_list(tensors: Sequence[Any], many: bool) -> Any:
    return list(tensors) if many else tensors[0]
