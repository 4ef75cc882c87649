"""How a layer or operation was called in a Keras configuration, as wires and settings of a node."""

from __future__ import annotations

import inspect
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from dlstudio.catalogue.node_types import NodeType
from dlstudio.compiler.importing.failures import short
from dlstudio.compiler.importing.settings import UndrawableError
from dlstudio.compiler.objects import keras_thing

_OF_KERAS = ("training",)
"""Arguments of a call that Keras gives itself, whatever was written down."""


@dataclass(frozen=True)
class Tensor:
    """Where a tensor comes from: the layer's name in the configuration, which of its calls, which of its results."""

    layer: str
    call: int
    index: int


@dataclass
class Call:
    """What one call hands over.

    Attributes:
        wired: Tensors, and constants among them, by input port.
        settings: Plain values that are settings of the node.
        mask: The tensor given as ``mask``, which Keras passes by itself, or None.
    """

    wired: dict[str, list[Any]] = field(default_factory=dict)
    settings: dict[str, Any] = field(default_factory=dict)
    mask: Tensor | None = None


def read_call(node_type: NodeType, settings: Mapping[str, Any], entry: Any) -> Call:
    """Takes one entry of ``inbound_nodes`` apart.

    Args:
        node_type: The called node's type.
        settings: Its settings, which decide on its ports.
        entry: ``{"args": [...], "kwargs": {...}}``.

    Raises:
        UndrawableError: Something was handed over that has no port and no setting.
    """
    arguments, keywords = entry_parts(entry)
    names = _call_names(node_type.id)
    ports = {port.name: port for port in node_type.inputs_for(settings)}
    found = Call()
    if node_type.call == "spread":
        found.wired[next(iter(ports))] = [value for _, value in arguments]
        arguments = []
    given = [(names[place] if place < len(names) else f"argument {place + 1}", each) for place, each in arguments]
    for name, value in (*given, *keywords.items()):
        if name == "mask" and name not in ports and isinstance(value, Tensor):
            found.mask = value
        elif value is None or name in _OF_KERAS:
            continue
        elif node_type.call in ("single", "list") and (name == (names[0] if names else "") or name in ports):
            _first(found, node_type, tuple(ports), name, value)
        elif name in ports:
            found.wired[name] = list(value) if ports[name].many and isinstance(value, list) else [value]
        elif node_type.setting(name) is not None:
            found.settings[name] = value
        elif value is not False:
            raise UndrawableError(f"is called with {short(name, 40)}={_said(value)}, which cannot be drawn.")
    return found


def entry_parts(entry: Any) -> tuple[list[tuple[int, Any]], dict[str, Any]]:
    """The arguments of a call by place, and those by name, with :class:`Tensor` for tensors.

    Raises:
        UndrawableError: It is no call as Keras 3 writes them.
    """
    if not isinstance(entry, Mapping):
        raise UndrawableError("is called in the form of Keras 2; load the model in Keras 3 and save it again.")
    arguments, keywords = entry.get("args", []), entry.get("kwargs", {})
    if not isinstance(arguments, list) or not isinstance(keywords, Mapping):
        raise UndrawableError("is called in a form that is not known.")
    return list(enumerate(map(_revived, arguments))), {str(key): _revived(each) for key, each in keywords.items()}


def tensors_in(value: Any) -> Iterator[Tensor]:
    """All tensors in a structure of lists and objects."""
    if isinstance(value, Tensor):
        yield value
    elif isinstance(value, list):
        for each in value:
            yield from tensors_in(each)
    elif isinstance(value, Mapping):
        for each in value.values():
            yield from tensors_in(each)


def _first(found: Call, node_type: NodeType, ports: tuple[str, ...], name: str, value: Any) -> None:
    """The argument that holds all tensors of a type called with one tensor or with a list."""
    if node_type.call == "single":
        value = value[0] if isinstance(value, list) and len(value) == 1 and list(tensors_in(value)) else value
        found.wired[name if name in ports else ports[0]] = [value]
        return
    values = list(value) if isinstance(value, list) else [value]
    many = any(port.many for port in node_type.inputs)
    if many:
        found.wired[ports[0]] = values
        return
    for port, each in zip(ports, values, strict=False):
        if each is not None:
            found.wired[port] = [each]
    if len(values) > len(ports):
        raise UndrawableError(f"is called with {len(values)} tensors; it has {len(ports)} inputs.")


@cache
def _call_names(type_id: str) -> tuple[str, ...]:
    """Names of the arguments of a call by place."""
    thing: Any = operation_class(type_id) or keras_thing(type_id)
    names = inspect.signature(getattr(thing, "call", thing)).parameters
    return tuple(name for name in names if name != "self")


_RECORDED_AS = {
    "abs": "Absolute",
    "batch_normalization": "BatchNorm",
    "layer_normalization": "LayerNorm",
    "rms_normalization": "RMSNorm",
}
"""Functions whose class Keras names otherwise."""


@cache
def operation_class(type_id: str) -> Any:
    """The class of a ``keras.ops`` function, as which Keras records its calls; None for layers."""
    if not type_id.startswith("keras.ops."):
        return None
    function = keras_thing(type_id)
    plain = _RECORDED_AS.get(function.__name__, function.__name__).replace("_", "").lower()
    for name, thing in vars(sys.modules[function.__module__]).items():
        if inspect.isclass(thing) and name.lower() == plain and thing.__module__ == function.__module__:
            return thing
    return None


def _revived(value: Any) -> Any:
    if isinstance(value, Mapping):
        if value.get("class_name") == "__keras_tensor__":
            config = value.get("config")
            return tensor_of(config.get("keras_history") if isinstance(config, Mapping) else None)
        return {key: _revived(each) for key, each in value.items()}
    if isinstance(value, list):
        return [_revived(each) for each in value]
    return value


def tensor_of(history: Any) -> Tensor:
    """A tensor from ``[layer, call, index]``.

    Raises:
        UndrawableError: It is something else.
    """
    if isinstance(history, list) and len(history) == 3:
        layer, call, index = history
        if isinstance(layer, str) and all(isinstance(n, int) and 0 <= n < 100_000 for n in (call, index)):
            return Tensor(layer, int(call), int(index))
    raise UndrawableError(f"gets a tensor from nowhere ({short(history, 40)}).")


def _said(value: Any) -> str:
    return f"the output of '{short(value.layer, 40)}'" if isinstance(value, Tensor) else short(value, 40)
