"""Makes a node type of every function of ``keras.ops`` that maps tensors to one tensor under plain settings."""

from __future__ import annotations

import inspect
from dataclasses import replace
from typing import Any

import keras

from dlstudio.catalogue.node_types import NodeType, Port, Setting
from dlstudio.compiler.introspection.docstrings import parse_docstring, shortened
from dlstudio.compiler.introspection.operation_overlay import (
    AXES,
    EXCLUDED,
    KINDS,
    LIST_ARGUMENTS,
    OMITTED_ARGUMENTS,
    SUGGESTED,
    TENSOR_ARGUMENTS,
)
from dlstudio.compiler.introspection.settings import typed_setting


def operation_types() -> list[NodeType]:
    """A node type for every usable operation, sorted by name; two names of one function become aliases."""
    names: dict[Any, list[str]] = {}
    for name in dir(keras.ops):
        thing = getattr(keras.ops, name)
        if inspect.isfunction(thing) and not name.startswith("_"):
            names.setdefault(thing, []).append(name)
    found = []
    for function, known in names.items():
        name = function.__name__ if function.__name__ in known else known[0]
        if name not in EXCLUDED:
            node_type = _operation_type(function, name, tuple(sorted(each for each in known if each != name)))
            if node_type:
                found.append(node_type)
    return sorted(found, key=lambda node_type: node_type.id)


def _operation_type(function: Any, name: str, aliases: tuple[str, ...]) -> NodeType | None:
    docs = parse_docstring(function)
    inputs: list[Port] = []
    settings: list[Setting] = []
    listed = False
    for parameter in inspect.signature(function).parameters.values():
        if parameter.kind in (parameter.VAR_KEYWORD, parameter.VAR_POSITIONAL):
            return None
        text = docs.arguments.get(parameter.name, "")
        if f"{name}.{parameter.name}" in LIST_ARGUMENTS:
            inputs.append(Port(parameter.name, many=True, help=shortened(text, 160)))
            listed = True
        elif parameter.name in TENSOR_ARGUMENTS.get(name, TENSOR_ARGUMENTS[""]):
            optional = parameter.default is not parameter.empty
            inputs.append(Port(parameter.name, optional=optional, help=shortened(text, 160)))
        elif parameter.name not in OMITTED_ARGUMENTS:
            setting = typed_setting(name, parameter, text)
            if setting is None or (setting.required and (name, setting.name) not in SUGGESTED):
                return None
            settings.append(_mended(setting, name))
    if not inputs:
        return None
    call = "list" if listed and len(inputs) == 1 else "single" if len(inputs) == 1 else "keywords"
    shown = tuple(s.name for s in settings if s.name in ("axis", "axes", "newshape", "keepdims", "dtype", "shape"))
    return NodeType(
        id=f"keras.ops.{name}",
        name=name,
        category="operation",
        summary=docs.summary,
        help=shortened(docs.body, 300) if docs.body else "",
        inputs=tuple(inputs),
        outputs=(Port("outputs"),),
        settings=tuple(settings),
        call=call,  # type: ignore[arg-type]
        shown=shown[:2],
        aliases=aliases,
    )


def _mended(setting: Setting, name: str) -> Setting:
    changes: dict[str, Any] = {"advanced": setting.name in ("dtype", "keepdims", "sorted")}
    if (name, setting.name) in KINDS:
        changes["kind"] = KINDS[(name, setting.name)]
    mixing = setting.name in ("axis", "axes") and (setting.default is None or setting.default == 0)
    if (name, setting.name) in SUGGESTED:
        changes["suggested"] = SUGGESTED[(name, setting.name)]
    elif mixing and name != "squeeze":
        changes |= {"required": True, "optional": False, "default": None, "suggested": AXES.get(name, AXES[""])}
    return replace(setting, **changes)
