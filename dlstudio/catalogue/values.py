"""Checks, reads and shows the values of settings. What a value does to the shapes is the compiler's business."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from dlstudio.catalogue.node_types import Catalogue, NodeType, Setting
from dlstudio.catalogue.slices import parse_slices

if TYPE_CHECKING:
    from collections.abc import Callable

LARGEST = 10**12
"""No whole number in a setting may be larger: a typing error, or an attempt to exhaust memory."""

DEEPEST = 4
"""How many layers may be wrapped inside each other."""

MOST_VALUES = 4096
"""Values of a constant at the most: it stands in the project file and in the saved model as text."""

_ROLES = ("initializer", "regularizer", "constraint")
_CELLS = ("LSTMCell", "GRUCell", "SimpleRNNCell", "StackedRNNCells")


class SettingValueError(ValueError):
    """A text that is no value of its setting; the message is a sentence for the user."""


def check_value(setting: Setting, value: Any, catalogue: Catalogue | None = None) -> str | None:
    """What is wrong with a value, as one sentence, or None where it is fine.

    Args:
        setting: The setting that the value is for.
        value: A JSON value.
        catalogue: Needed to look into activations, initializers and wrapped layers; without it only their form is
            checked.
    """
    if value is None:
        return None if setting.optional else f"'{setting.name}' needs a value."
    said = _CHECKS[setting.kind](setting, value, catalogue)
    return f"'{setting.name}' {said}" if said else None


def parse_value(setting: Setting, text: str) -> Any:
    """The JSON value that a typed text means: ``3 x 3``, ``0.5``, ``relu``, ``none``.

    Raises:
        SettingValueError: The text is no value of this setting.
    """
    stripped = text.strip()
    if stripped.lower() in ("", "none", "null") and setting.kind != "text":
        if setting.optional or setting.kind in ("activation", *_ROLES):
            return None
        raise SettingValueError(f"'{setting.name}' needs a value.")
    value: Any = stripped
    if setting.kind == "flag":
        value = {"true": True, "yes": True, "on": True, "false": False, "no": False, "off": False}.get(stripped.lower())
    elif setting.kind == "integer":
        value = _number(setting, stripped, int)
    elif setting.kind == "number":
        value = _number(setting, stripped, float)
    elif setting.kind in ("integers", "numbers"):
        kind = int if setting.kind == "integers" else float
        numbers = [_number(setting, part, kind) for part in number_parts(stripped.strip("()[]"))]
        value = numbers[0] if len(numbers) == 1 and not stripped.startswith(("(", "[")) else numbers
    elif setting.kind in ("json", "layer", "layers", "pairs", "array") or stripped.startswith("{"):
        try:
            value = json.loads(stripped)
        except ValueError:
            raise SettingValueError(f"'{setting.name}' is not valid JSON: {stripped[:60]}") from None
    said = check_value(setting, value)
    if said:
        raise SettingValueError(said)
    return value


def number_parts(text: str) -> list[str]:
    """The numbers of a row as they are written: ``3 × 3``, ``3, 3``, ``-0.1 to 0.2``."""
    return [part for part in re.split(r"(?:[×x*,;\s]|\bto\b)+", text.strip()) if part]


def is_interval(setting: Setting) -> bool:
    """Whether two values are the ends of an interval, as of how far a picture may be turned."""
    return setting.kind == "numbers" and setting.length == 2


def format_value(setting: Setting, value: Any) -> str:
    """A value as people read it: ``3 × 3``, ``relu``, ``LSTM(64)``, ``none``."""
    if value is None:
        return "none"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, Mapping) and "type" in value:
        inner = value.get("settings") or {}
        shown = ", ".join(
            format_value(setting, each) for each in list(inner.values())[:2] if not isinstance(each, bool)
        )
        name = str(value["type"]).rpartition(".")[2]
        return f"{name}({shown})" if shown else name
    if setting.kind == "array" and isinstance(value, list | tuple):
        text = json.dumps(value)
        return text if len(text) <= 24 else f"{text[:21]}…"
    if isinstance(value, list | tuple):
        if value and isinstance(value[0], Mapping | list | tuple):
            return ", ".join(format_value(setting, each) for each in value)
        joiner = (
            " to "
            if is_interval(setting)
            else " × "
            if setting.length or setting.name in ("target_shape", "shape")
            else ", "
        )
        return joiner.join(_scalar(each) for each in value)
    if setting.kind == "integers" and setting.length and setting.length > 1:
        return " × ".join([_scalar(value)] * setting.length)
    return _scalar(value)


def summary_line(node_type: NodeType, settings: Mapping[str, Any]) -> str:
    """The dim line on a node: ``32 filters · 3 × 3 · relu``. Settings at a dull default are left out."""
    parts: list[str] = []
    for name in node_type.shown:
        setting = node_type.setting(name)
        if setting is None:
            continue
        value = settings.get(name, setting.suggested if setting.required else setting.default)
        dull = name in (
            "strides",
            "padding",
            "return_sequences",
            "axis",
            "activation",
            "merge_mode",
            "task",
            "momentum",
        )
        if value is None or (dull and name not in settings):
            continue
        parts.append(_said(setting, value))
    return " · ".join(part for part in parts if part)


def _scalar(value: Any) -> str:
    return f"{value:.6g}" if isinstance(value, float) else str(value)


def _said(setting: Setting, value: Any) -> str:
    text = format_value(setting, value)
    words = {
        "units": f"{text} units",
        "filters": f"{text} filters",
        "strides": f"stride {text}",
        "num_heads": f"{text} heads",
        "num_query_heads": f"{text} heads",
        "key_dim": f"key {text}",
        "head_dim": f"size {text}",
        "input_dim": f"{text} tokens",
        "output_dim": f"→ {text}",
        "axis": f"axis {text}",
        "axes": f"axes {text}",
        "momentum": f"momentum {text}",
        "return_sequences": "sequence" if value is True else "",
        "scale": f"× {text}",
        "offset": f"+ {text}" if value else "",
    }
    if setting.name == "activation" and value == "linear":
        return ""
    return words.get(setting.name, text)


def _number(setting: Setting, text: str, kind: type) -> Any:
    try:
        return kind(text)
    except ValueError:
        what = "a whole number" if kind is int else "a number"
        raise SettingValueError(f"'{setting.name}' has to be {what}, not '{text[:40]}'.") from None


def _is_whole(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)


def _bounds(setting: Setting, value: float) -> str | None:
    if setting.minimum is not None and value < setting.minimum:
        return f"has to be at least {setting.minimum:g}, not {value:g}."
    if setting.maximum is not None and value > setting.maximum:
        return f"has to be at most {setting.maximum:g}, not {value:g}."
    if abs(value) > LARGEST and isinstance(value, int):
        return f"is {value:.3g}, which is too large."
    return None


def _check_integer(setting: Setting, value: Any, _: Catalogue | None) -> str | None:
    if not _is_whole(value):
        return f"has to be a whole number, not {_shown(value)}."
    return _bounds(setting, value)


def _check_number(setting: Setting, value: Any, _: Catalogue | None) -> str | None:
    return _bounds(setting, value) if _is_number(value) else f"has to be a number, not {_shown(value)}."


def _check_flag(_setting: Setting, value: Any, _: Catalogue | None) -> str | None:
    return None if isinstance(value, bool) else f"has to be true or false, not {_shown(value)}."


def _check_choice(setting: Setting, value: Any, _: Catalogue | None) -> str | None:
    if value in setting.choices:
        return None
    return f"has to be one of {', '.join(setting.choices)}, not {_shown(value)}."


def _check_list(setting: Setting, value: Any, fits: Callable[[Any], bool], what: str) -> str | None:
    values = list(value) if isinstance(value, list | tuple) else [value]
    if not all(fits(each) for each in values):
        return f"has to be {what}s or one {what}, not {_shown(value)}."
    if isinstance(value, list | tuple) and setting.length and len(values) != setting.length:
        return f"needs {setting.length} numbers or one for all, not {len(values)}."
    if len(values) > 1000:
        return f"has {len(values)} numbers; 1000 are the most."
    return next((said for each in values if (said := _bounds(setting, each))), None)


def _check_integers(setting: Setting, value: Any, _: Catalogue | None) -> str | None:
    return _check_list(setting, value, _is_whole, "whole number")


def _check_numbers(setting: Setting, value: Any, _: Catalogue | None) -> str | None:
    return _check_list(setting, value, _is_number, "number")


def _check_text(_setting: Setting, value: Any, _: Catalogue | None) -> str | None:
    return None if isinstance(value, str) else f"has to be a text, not {_shown(value)}."


def _check_named(setting: Setting, value: Any, catalogue: Catalogue | None) -> str | None:
    if isinstance(value, str):
        if catalogue is None or _is_known(setting.kind, value, catalogue):
            return None
        return f"is '{value[:40]}', which is no {setting.kind}."
    if setting.kind == "activation" or not _has_form(value):
        return f"has to be the name of {_article(setting.kind)}, not {_shown(value)}."
    if catalogue is None:
        return None
    known = catalogue.objects.get(value["type"])
    if known is None or known.role != setting.kind:
        return f"is '{str(value['type'])[:60]}', which is no {setting.kind}."
    return _check_inner(known.name, known.settings, value.get("settings", {}), catalogue)


def _check_layer(_setting: Setting, value: Any, catalogue: Catalogue | None, depth: int = 0) -> str | None:
    if not _has_form(value):
        return f"has to be a layer, not {_shown(value)}."
    if depth >= DEEPEST:
        return f"wraps more than {DEEPEST} layers into each other."
    if catalogue is None:
        return None
    node_type = catalogue.get(value["type"])
    if node_type is None or not value["type"].startswith("keras.layers."):
        return f"is '{str(value['type'])[:60]}', which is no layer."
    if node_type.unusable and node_type.name not in _CELLS:
        return f"is {node_type.name}, which cannot be used: {node_type.unusable}"
    return _check_inner(node_type.name, node_type.settings, value.get("settings", {}), catalogue, depth + 1)


def _check_layers(setting: Setting, value: Any, catalogue: Catalogue | None) -> str | None:
    if not isinstance(value, list) or not value or len(value) > 64:
        return f"has to be a list of 1 to 64 layers, not {_shown(value)}."
    return next((said for each in value if (said := _check_layer(setting, each, catalogue))), None)


def _check_pairs(setting: Setting, value: Any, _: Catalogue | None) -> str | None:
    places = value if isinstance(value, list | tuple) else [value]
    numbers: list[Any] = []
    for place in places:
        if isinstance(place, list | tuple):
            if len(place) != 2:
                return f"needs two numbers in each pair, not {_shown(place)}."
            numbers.extend(place)
        else:
            numbers.append(place)
    if not numbers or not all(_is_whole(number) for number in numbers):
        return f"has to be a whole number, or one or a pair of them for each axis, not {_shown(value)}."
    if isinstance(value, list | tuple) and len(places) != (setting.length or len(places)):
        return f"needs {setting.length} numbers or pairs or one number for all, not {len(places)}."
    return next((said for number in numbers if (said := _bounds(setting, number))), None)


def _check_slices(_setting: Setting, value: Any, _: Catalogue | None) -> str | None:
    if not isinstance(value, str):
        return f"has to be a text such as :, 0, not {_shown(value)}."
    try:
        parse_slices(value)
    except ValueError as error:
        return f"has {error}."
    return None


def _check_array(_setting: Setting, value: Any, _: Catalogue | None) -> str | None:
    level, count, deep = [value], 1, 0
    while any(isinstance(entry, list | tuple) for entry in level):
        lengths = {len(entry) if isinstance(entry, list | tuple) else -1 for entry in level}
        if len(lengths) > 1:
            return "has lists of different lengths side by side; all rows have to be equally long."
        count, deep = count * max(lengths), deep + 1
        if count < 1:
            return "has an empty list."
        if count > MOST_VALUES or deep > 8:
            return f"may have {MOST_VALUES} values and 8 axes at the most."
        level = [number for entry in level for number in entry]
    if all(_is_number(number) or isinstance(number, bool) for number in level):
        return None
    wrong = next(number for number in level if not _is_number(number) and not isinstance(number, bool))
    return f"has to be a number or nested lists of numbers, not {_shown(wrong)}."


def _check_json(_setting: Setting, value: Any, _: Catalogue | None) -> str | None:
    try:
        text = json.dumps(value, allow_nan=False)
    except (TypeError, ValueError, RecursionError):
        return "is not a JSON value."
    return "is too long." if len(text) > 10_000 else None


def _check_inner(
    name: str, settings: tuple[Setting, ...], values: Mapping[str, Any], catalogue: Catalogue, depth: int = 0
) -> str | None:
    known = {setting.name: setting for setting in settings}
    for key, value in values.items():
        if key not in known:
            return f"gives {name} a setting '{key}', which it does not have."
        if known[key].kind == "layer" and value is not None:
            said = _check_layer(known[key], value, catalogue, depth)
            said = f"'{key}' {said}" if said else None
        else:
            said = check_value(known[key], value, catalogue)
        if said:
            return f"({name}): {said}"
    missing = next((s.name for s in settings if s.required and values.get(s.name) is None), None)
    return f"({name}): needs a value for '{missing}'." if missing else None


def _has_form(value: Any) -> bool:
    return (
        isinstance(value, Mapping)
        and isinstance(value.get("type"), str)
        and isinstance(value.get("settings", {}), Mapping)
    )


def _is_known(kind: str, name: str, catalogue: Catalogue) -> bool:
    if name in catalogue.choices.get(kind, ()) or name.lower() in catalogue.choices.get(kind, ()):
        return True
    return (kind == "initializer" and name in ("uniform", "normal")) or (
        kind == "activation" and name in ("swish", "hard_swish")
    )


def _article(kind: str) -> str:
    return f"an {kind}" if kind[0] in "aeiou" else f"a {kind}"


def _shown(value: Any) -> str:
    try:
        text = json.dumps(value)
    except (TypeError, ValueError, RecursionError):
        text = str(value)
    return text if len(text) <= 60 else text[:57] + "..."


_CHECKS: Mapping[str, Callable[[Setting, Any, Catalogue | None], str | None]] = {
    "integer": _check_integer,
    "number": _check_number,
    "flag": _check_flag,
    "choice": _check_choice,
    "integers": _check_integers,
    "numbers": _check_numbers,
    "text": _check_text,
    "activation": _check_named,
    "initializer": _check_named,
    "regularizer": _check_named,
    "constraint": _check_named,
    "layer": _check_layer,
    "layers": _check_layers,
    "pairs": _check_pairs,
    "slices": _check_slices,
    "array": _check_array,
    "json": _check_json,
}
