"""Types one constructor argument at a time: from its default, its docstring and the overlay."""

from __future__ import annotations

import inspect
import re
from collections.abc import Mapping
from typing import Any, cast

from dlstudio.catalogue.node_types import Setting, SettingKind
from dlstudio.compiler.introspection import overlay, presentation
from dlstudio.compiler.introspection.docstrings import shortened

HELP_LIMIT = 240
_COUNTED = ("integer", "number", "integers", "numbers", "pairs")


def typed_setting(owner: str, parameter: inspect.Parameter, help_text: str, wrapped: bool = True) -> Setting | None:
    """The setting that stands for one argument, or None where the argument is no setting.

    Args:
        owner: Short name of the class or function.
        parameter: The argument in its signature.
        help_text: What the docstring says of it, as plain text.
        wrapped: False for optimizers and other objects, whose settings are all plain.
    """
    name, default = parameter.name, parameter.default
    required = default is inspect.Parameter.empty or f"{owner}.{name}" in overlay.REQUIRED
    default = None if required else _as_json(default)
    kind = _kind(owner, name, default, help_text)
    choices = _choices(owner, name, kind)
    if kind == "text" and choices:
        kind = "choice"
    return Setting(
        name=name,
        kind=kind,
        default=default,
        required=required,
        optional=not required and (default is None or f"{owner}.{name}" in overlay.NULLABLE),
        suggested=_look_up(overlay.SUGGESTED, owner, name) if required else None,
        choices=choices if kind == "choice" else (),
        minimum=_look_up(overlay.MINIMUM, owner, name) if kind in _COUNTED else None,
        maximum=_look_up(overlay.MAXIMUM, owner, name) if kind in _COUNTED else None,
        length=_length(owner, name, kind),
        help=shortened(help_text, HELP_LIMIT),
        advanced=wrapped and not required and _advanced(name, kind),
    )


def wanted(owner: str, parameter: inspect.Parameter) -> bool:
    """Whether an argument is a setting at all."""
    if parameter.kind in (parameter.VAR_KEYWORD, parameter.VAR_POSITIONAL):
        return False
    return parameter.name not in overlay.OMITTED and f"{owner}.{parameter.name}" not in overlay.OMITTED_HERE


def trainable_setting() -> Setting:
    """The switch that freezes a layer; every layer that takes the arguments of ``keras.layers.Layer`` has it."""
    return Setting(
        "trainable",
        "flag",
        default=True,
        advanced=True,
        help="Off: the layer's weights stay as they are while training.",
    )


def _kind(owner: str, name: str, default: Any, help_text: str) -> SettingKind:
    said = _look_up(overlay.KINDS, owner, name)
    if said:
        return cast(SettingKind, said)
    for ending, kind in (
        ("_initializer", "initializer"),
        ("_regularizer", "regularizer"),
        ("_constraint", "constraint"),
    ):
        if name.endswith(ending):
            return cast(SettingKind, kind)
    if name in ("activation", "recurrent_activation"):
        return "activation"
    if isinstance(default, bool):
        return "flag"
    if isinstance(default, int):
        return "integers" if re.search(r"tuple|list", help_text[:90], re.IGNORECASE) else "integer"
    if isinstance(default, float):
        return "numbers" if re.search(r"tuple|list", help_text[:90], re.IGNORECASE) else "number"
    if isinstance(default, list) and default and all(isinstance(v, int) for v in default):
        return "integers"
    if isinstance(default, list) and default and all(isinstance(v, int | float) for v in default):
        return "numbers"
    if isinstance(default, str) or _look_up(overlay.CHOICES, owner, name):
        return "text"
    return _kind_from_help(help_text)


def _kind_from_help(help_text: str) -> SettingKind:
    start = help_text[:110].lower()
    if re.match(r"(an? )?(optional )?(bool|whether|if true)", start):
        return "flag"
    if re.search(r"\b(tuple|list|axes|sequence) of (\d )?(ints?|integers?)|int(eger)?s? or (a )?(tuple|list)", start):
        return "integers"
    if re.search(r"\b(tuple|list) of (\d )?floats?", start):
        return "numbers"
    if re.search(r"\b(int|integer|number of|dimensionality|size of|length of|the axis|axis)\b", start):
        return "integer"
    if re.search(r"\b(float|scalar|probability|fraction|threshold|slope|value)\b", start):
        return "number"
    if re.search(r"\bstr(ing)?\b", start):
        return "text"
    return "json"


def _choices(owner: str, name: str, kind: str) -> tuple[str, ...]:
    if kind not in ("text", "choice"):
        return ()
    return cast("tuple[str, ...]", _look_up(overlay.CHOICES, owner, name) or ())


def _length(owner: str, name: str, kind: str) -> int | None:
    if name in ("value_range",):
        return 2
    if kind == "numbers" and (name.endswith("factor") or owner.startswith("Random")):
        return 2
    rank = re.search(r"([123])D", owner)
    if kind == "pairs":
        return int(rank[1]) if rank else None
    if kind != "integers":
        return None
    if rank and name in (
        "kernel_size",
        "strides",
        "dilation_rate",
        "pool_size",
        "size",
        "output_size",
        "output_padding",
    ):
        return int(rank[1])
    if owner in ("Cropping1D", "ZeroPadding1D") or name in ("tile_grid_size", "factor"):
        return 2
    return None


def _advanced(name: str, kind: str) -> bool:
    return (
        name in presentation.ADVANCED
        or kind in ("initializer", "regularizer", "constraint")
        or (kind == "flag" and name not in presentation.PLAIN_SETTINGS)
    )


def _look_up(table: Mapping[str, Any], owner: str, name: str) -> Any:
    return table.get(f"{owner}.{name}", table.get(name))


def _as_json(value: Any) -> Any:
    if isinstance(value, list | tuple):
        return [_as_json(each) for each in value]
    if value is None or isinstance(value, bool | int | float | str):
        return value
    return None
