"""Makes a node type of every function of ``keras.ops`` that maps tensors to tensors under plain settings."""

from __future__ import annotations

import inspect
from dataclasses import replace
from typing import Any, Literal

import keras

from dlstudio.catalogue.node_types import NodeType, Port, Setting
from dlstudio.compiler.introspection import operation_overlay as overlay
from dlstudio.compiler.introspection.docstrings import Docstring, parse_docstring, shortened
from dlstudio.compiler.introspection.operation_refusals import REFUSED
from dlstudio.compiler.introspection.settings import typed_setting

_ADVANCED = ("dtype", "keepdims", "sorted", "data_format", "epsilon", "equal_nan", "rtol", "atol", "antialias")
_SHOWN = ("key", "subscripts", "axis", "axes", "newshape", "shape", "size", "k", "keepdims", "dtype")


class UnknownOperationError(ValueError):
    """A function of ``keras.ops`` that the overlay does not know how to draw; the message names it."""


def public_functions() -> dict[str, tuple[Any, tuple[str, ...]]]:
    """Every public function of ``keras.ops`` and ``keras.ops.image``: by name, with its other names."""
    found: dict[Any, list[str]] = {}
    for prefix, home in (("", keras.ops), ("image.", keras.ops.image)):
        for name in dir(home):
            thing = getattr(home, name)
            if inspect.isfunction(thing) and not name.startswith("_"):
                found.setdefault(thing, []).append(prefix + name)
    functions: dict[str, tuple[Any, tuple[str, ...]]] = {}
    for function, names in found.items():
        own = [name for name in names if name.rpartition(".")[2] == function.__name__]
        first = min(own or names, key=len)
        functions[first] = (function, tuple(sorted(name for name in names if name != first)))
    return functions


def operation_types() -> list[NodeType]:
    """A node type for every usable operation, sorted by name; two names of one function become aliases.

    Raises:
        UnknownOperationError: One has an argument that needs an entry in the overlay, or a reason among the refusals.
    """
    types = [
        _operation_type(function, name, aliases)
        for name, (function, aliases) in public_functions().items()
        if name not in REFUSED
    ]
    return sorted(types, key=lambda node_type: node_type.id)


def _operation_type(function: Any, name: str, aliases: tuple[str, ...]) -> NodeType:
    docs = parse_docstring(function)
    inputs: list[Port] = []
    settings: list[Setting] = []
    tensors = overlay.TENSOR_ARGUMENTS.get(name, overlay.TENSOR_ARGUMENTS[""])
    for parameter in inspect.signature(function).parameters.values():
        text = docs.arguments.get(parameter.name, "")
        where = f"{name}.{parameter.name}"
        if parameter.kind is parameter.VAR_KEYWORD or where in overlay.OMITTED_HERE:
            continue
        if where in overlay.LIST_ARGUMENTS or (parameter.kind is parameter.VAR_POSITIONAL and name in overlay.SPREAD):
            inputs.append(Port(parameter.name, many=True, help=shortened(text, 160)))
        elif name in overlay.PAIRED and not inputs:
            inputs += [Port("real", help="The real part."), Port("imag", help="The imaginary part.")]
        elif parameter.name in tensors:
            optional = parameter.default is not parameter.empty
            unbatched = where in overlay.UNBATCHED
            inputs.append(Port(parameter.name, optional=optional, unbatched=unbatched, help=shortened(text, 160)))
        elif parameter.name not in overlay.OMITTED_ARGUMENTS:
            settings.append(_setting(name, parameter, text))
    if not inputs:
        raise UnknownOperationError(f"keras.ops.{name} has no argument that is known to be a tensor.")
    names = [setting.name for setting in settings]
    return NodeType(
        id=f"keras.ops.{name}",
        name=name.rpartition(".")[2],
        category="operation",
        summary=overlay.SUMMARIES.get(name) or docs.summary,
        help=_help(docs),
        inputs=tuple(inputs),
        outputs=_outputs(name),
        settings=tuple(settings),
        call=_call(name, inputs),
        shown=tuple(each for each in _SHOWN if each in names)[:2],
        aliases=(*aliases, *overlay.ALIASES.get(name, ())),
    )


def _help(docs: Docstring) -> str:
    return shortened(docs.body, 300) if docs.body else ""


def _call(name: str, inputs: list[Port]) -> Literal["single", "list", "keywords", "spread"]:
    if name in overlay.SPREAD:
        return "spread"
    if (len(inputs) == 1 and inputs[0].many) or name in overlay.PAIRED:
        return "list"
    return "single" if len(inputs) == 1 else "keywords"


def _outputs(name: str) -> tuple[Port, ...]:
    if name in overlay.SPLITS:
        setting, most = overlay.SPLITS[name], overlay.PARTS
        return tuple(
            Port(f"part_{number}", when={setting: list(range(number, most + 1))} if number > 2 else {})
            for number in range(1, most + 1)
        )
    if name == "svd":
        return (Port("u"), Port("s"), Port("v"))
    return tuple(Port(each) for each in overlay.OUTPUTS.get(name, ("outputs",)))


def _setting(name: str, parameter: inspect.Parameter, text: str) -> Setting:
    """The setting of one argument, with what the overlay knows of it.

    Raises:
        UnknownOperationError: It needs a value and there is no suggestion for it.
    """
    place = (name, parameter.name)
    setting = typed_setting(name, parameter, overlay.HELP.get(place, text))
    assert setting is not None
    changes: dict[str, Any] = {"advanced": setting.name in _ADVANCED}
    mixing = setting.name in ("axis", "axes", "axis1", "axis2") and (
        setting.default in (None, 0) or place == ("rot90", "axes") or place[0] in ("diagonal", "trace")
    )
    if place in overlay.SUGGESTED:
        changes |= {"suggested": overlay.SUGGESTED[place], "required": True, "optional": False, "default": None}
    elif mixing and name not in ("squeeze", "cross"):
        axis = overlay.AXES.get(f"{name}.{setting.name}", overlay.AXES.get(name, overlay.AXES[""]))
        changes |= {"required": True, "optional": False, "default": None, "suggested": axis}
    if place in overlay.CHOICES:
        changes |= {"kind": "choice", "choices": overlay.CHOICES[place]}
    if place in overlay.KINDS:
        changes |= {"kind": overlay.KINDS[place]}
    kind = changes.get("kind", setting.kind)
    if kind in ("integer", "number", "integers", "numbers", "pairs"):
        changes["minimum"] = overlay.MINIMUM.get(place, setting.minimum)
        changes["maximum"] = overlay.MAXIMUM.get(place, setting.maximum)
    if kind not in ("choice",):
        changes["choices"] = ()
    setting = replace(setting, **changes)
    if setting.required and setting.suggested is None:
        raise UnknownOperationError(f"keras.ops.{name} needs a suggestion for '{setting.name}'.")
    return setting
