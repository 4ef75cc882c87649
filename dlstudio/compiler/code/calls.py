"""Calls of Keras in a script: layers and operations that make nodes, models, inputs, uses of blocks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from dlstudio.catalogue.node_types import Catalogue, NodeType, Port
from dlstudio.compiler.code.names import snake_case
from dlstudio.compiler.code.resolving import plain, setting_value, settings_from
from dlstudio.compiler.code.things import Expression, LayerThing, Made, NotUnderstoodError, ShapeThing, Tensor, Unknown
from dlstudio.compiler.code.values import CALL_SETTINGS, same_value
from dlstudio.graph.model import CONSTANT, INPUT, OUTPUT

LEFT_OUT = frozenset(("training", "mask"))
"""Arguments of a call that say nothing about the drawing."""


def make_input(arguments: Sequence[Any], keywords: Mapping[str, Any], catalogue: Catalogue, line: int) -> Made:
    """The Input of ``keras.Input(shape, dtype=..., name=...)``; a shape with an open length stays open."""
    given = dict(zip(("shape", "batch_size", "dtype", "sparse", "batch_shape", "name"), arguments, strict=False))
    given |= keywords
    shape = given.get("shape")
    if shape is None and given.get("batch_shape") is not None:
        shape = tuple(plain(given["batch_shape"], line, "The shape"))[1:]
    settings: dict[str, Any] = {}
    if shape is not None and not isinstance(shape, ShapeThing):
        lengths = plain(shape, line, "The shape of an Input")
        lengths = lengths if isinstance(lengths, list) else [lengths]
        known = catalogue[INPUT].setting("shape")
        if known is not None and None not in lengths:
            settings["shape"] = setting_value(known, lengths, catalogue, line, "Input")
    dtype = given.get("dtype")
    if isinstance(dtype, str) and dtype != "float32":
        settings["dtype"] = "int32" if "int" in dtype else "float32"
    return Made(INPUT, settings, name_of(given, line), "input", line=line)


def make_layer(
    node_type: NodeType,
    arguments: Sequence[Any],
    keywords: Mapping[str, Any],
    catalogue: Catalogue,
    line: int,
) -> tuple[LayerThing, list[str]]:
    """The layer of a constructor's call, and the names of arguments that are left out."""
    if node_type.unusable and not node_type.name.endswith(("Cell", "Cells")):
        raise NotUnderstoodError(line, f"{node_type.name} cannot be drawn: {node_type.unusable}")
    others = {name: value for name, value in keywords.items() if name != "name"}
    settings, unknown = settings_from(node_type, arguments, others, catalogue, line)
    missing = next((s.name for s in node_type.settings if s.required and s.name not in settings), None)
    if missing:
        raise NotUnderstoodError(line, f"{node_type.name} needs a value for '{missing}'.")
    return LayerThing(node_type.id, settings, name_of(keywords, line), line), unknown


def call_layer(
    layer: LayerThing,
    arguments: Sequence[Any],
    keywords: Mapping[str, Any],
    catalogue: Catalogue,
    line: int,
) -> Made:
    """The node of a layer's call; the first call has the weights, later ones share them."""
    node_type = catalogue[layer.type]
    settings = dict(layer.settings)
    wired: dict[str, Any] = {}
    ports = {port.name for port in node_type.inputs}
    for name, value in keywords.items():
        setting = node_type.setting(name) if name in CALL_SETTINGS else None
        if setting is not None:
            made = setting_value(setting, value, catalogue, line, node_type.name)
            if not same_value(made, setting.default):
                settings[name] = made
        elif name in ports:
            wired[name] = value
        elif name not in LEFT_OUT:
            raise NotUnderstoodError(line, f"{node_type.name} is called with '{name}', which cannot be drawn.")
    entering = [port for port in node_type.inputs_for(settings) if not layer.called or port.name in layer.called]
    wires = _wires(node_type, entering, arguments, wired, line)
    wires += [(port, tensor) for port, tensor in layer.entries.items() if port not in layer.called]
    node = Made(layer.type, settings, layer.name, snake_case(node_type.name), wires, line=line)
    if layer.owner is None:
        layer.owner = node
    else:
        node.name, node.shares = None, layer.owner
    return node


def call_operation(
    node_type: NodeType, arguments: Sequence[Any], keywords: Mapping[str, Any], catalogue: Catalogue, line: int
) -> Made:
    """The node of an operation's call: tensors go to ports, what else there is to settings."""
    ports = list(node_type.inputs)
    settings: dict[str, Any] = {}
    waiting = list(node_type.settings)
    handed = list(arguments)
    if node_type.call == "spread":
        required = [setting for setting in node_type.settings if setting.required]
        for setting, value in zip(required, handed, strict=False):
            settings[setting.name] = setting_value(setting, value, catalogue, line, node_type.name)
        handed = handed[len(required) :]
    if node_type.call == "list" and len(ports) > 1 and handed and is_tensor(handed[0]):
        handed[:1] = list(handed[0]) if isinstance(handed[0], list | tuple) else handed[:1]
    wired: dict[str, Any] = {}
    free = [port for port in ports if port.name not in keywords]
    loose: list[Any] = []
    for value in handed:
        following = next((s for s in waiting if s.name not in settings and s.name not in keywords), None)
        needed = bool(free) and (not free[0].optional or following is None)
        if node_type.call == "spread" and is_tensor(value):
            loose.append(value)
        elif free and node_type.call != "spread" and (is_tensor(value) or needed):
            wired[free.pop(0).name] = value
        elif following is None or is_tensor(value):
            raise NotUnderstoodError(line, f"{node_type.name} is given more than it takes.")
        else:
            settings[following.name] = setting_value(following, value, catalogue, line, node_type.name)
    names = {port.name for port in ports}
    for name, value in keywords.items():
        known = node_type.setting(name)
        if name in names:
            wired[name] = value
        elif known is not None:
            settings[name] = setting_value(known, value, catalogue, line, node_type.name)
        elif value is not None and name != "name":
            raise NotUnderstoodError(line, f"{node_type.name} is called with '{name}', which a node does not have.")
    kept = {
        setting.name: settings[setting.name]
        for setting in node_type.settings
        if setting.name in settings and (setting.required or not same_value(settings[setting.name], setting.default))
    }
    wires = _wires(node_type, list(node_type.inputs_for(kept)), loose, wired, line)
    return Made(node_type.id, kept, name_of(keywords, line), node_type.name, wires, line=line)


def make_constant(value: Any, line: int, dtype: Any = None) -> Made:
    """A Constant of a number or of lists of numbers."""
    settings = {"value": plain(value, line, "A constant")}
    if isinstance(dtype, str) and dtype != "float32":
        settings["dtype"] = "bool" if dtype == "bool" else "int32" if "int" in dtype else "float32"
    return Made(CONSTANT, settings, None, "constant", line=line)


def is_tensor(value: Any) -> bool:
    """Whether a value is a tensor, or a list that holds one."""
    return isinstance(value, Tensor) or (isinstance(value, list | tuple) and any(isinstance(v, Tensor) for v in value))


def name_of(keywords: Mapping[str, Any], line: int) -> str | None:
    """The ``name`` that a call gives, or None."""
    name = keywords.get("name")
    if isinstance(name, Unknown | Expression):
        raise NotUnderstoodError(line, "the name of a layer has to be a text that is known.")
    return name if isinstance(name, str) else None


def _wires(
    node_type: NodeType, ports: list[Port], arguments: Sequence[Any], keywords: Mapping[str, Any], line: int
) -> list[tuple[str, Tensor]]:
    """Input port and tensor of each wire, in the order of the ports."""
    found: dict[str, list[Tensor]] = {}
    handed = list(arguments)
    joined = len(ports) == 1 and ports[0].many and bool(handed) and isinstance(handed[0], list | tuple)
    whole = node_type.call in ("list", "spread") or node_type.category == "block" or joined
    if whole and handed:
        first = handed if node_type.call == "spread" else handed[0]
        parts = list(first) if isinstance(first, list | tuple) else [first]
        if len(handed) > 1 and node_type.call != "spread":
            parts = handed
        if len(ports) == 1 and ports[0].many:
            found[ports[0].name] = [tensor_of(part, line, node_type) for part in parts]
            parts = []
        handed = parts
    if len(handed) > len(ports):
        raise NotUnderstoodError(line, f"{node_type.name} takes {len(ports)} tensors and is given {len(handed)}.")
    for port, value in [*zip(ports, handed, strict=False), *_by_name(ports, keywords)]:
        if value is None:
            continue
        many = value if isinstance(value, list | tuple) and (port.many or len(value) == 1) else [value]
        found[port.name] = [tensor_of(part, line, node_type) for part in many]
    return [(port.name, tensor) for port in ports for tensor in found.get(port.name, ())]


def _by_name(ports: Sequence[Port], keywords: Mapping[str, Any]) -> list[tuple[Port, Any]]:
    return [(port, keywords[port.name]) for port in ports if port.name in keywords]


def tensor_of(value: Any, line: int, node_type: NodeType | None = None, what: str = "this") -> Tensor:
    """A value as a tensor; numbers become Constants of operations.

    Raises:
        NotUnderstoodError: It is none.
    """
    if isinstance(value, Tensor):
        return Tensor(value.made, value.port)
    what = f"what {node_type.name} is called on" if node_type else what
    if isinstance(value, Unknown):
        raise NotUnderstoodError(line, "" if value.told else f"{what} is {value.reason} (line {value.line}).")
    operation = node_type is None or node_type.category == "operation"
    if operation and isinstance(value, int | float | list | tuple):
        return Tensor(make_constant(value, line, "int32" if isinstance(value, int) else None))
    if isinstance(value, Made) and value.type == OUTPUT:
        return value.wires[0][1]
    raise NotUnderstoodError(line, f"{what} is no tensor.")
