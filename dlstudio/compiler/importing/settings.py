"""Settings of nodes from the configurations that Keras writes: shorter, checked, and only what the catalogue lists."""

from __future__ import annotations

import inspect
from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

from dlstudio.catalogue.node_types import Catalogue, NodeType, ObjectType, Setting
from dlstudio.catalogue.values import check_value
from dlstudio.compiler.importing.failures import short
from dlstudio.compiler.objects import keras_thing

_MEANT = {"activation": "linear", "data_format": "channels_last"}
"""What Keras writes for a default of None."""

_SILENT = frozenset(
    {"name", "dtype", "seed_generator", "build_input_shape", "input_dtype", "from_logits", "vocabulary_size"}
)
"""What every configuration carries and no drawing needs; ``dtype`` is looked at by the caller."""


class UndrawableError(ValueError):
    """A setting that cannot be drawn; the message is the end of a sentence that names the layer."""


_NAMELESS = frozenset({"Constant"})
"""Classes that Keras 3.15 cannot make from their name alone, though it knows the name."""


def node_settings(
    node_type: NodeType, config: Mapping[str, Any], catalogue: Catalogue, *, whole: bool = True
) -> dict[str, Any]:
    """The settings of a node: those of its type that the configuration gives another value than the default.

    Args:
        node_type: The node's type.
        config: Arguments of the layer or operation as Keras wrote them.
        catalogue: The allow-list.
        whole: Whether required settings have to be there; of an operation some come with its call.

    Raises:
        UndrawableError: A value is not legal, or an argument without a setting has another value than usual.
    """
    known = {setting.name: setting for setting in node_type.settings}
    found: dict[str, Any] = {}
    for name, value in config.items():
        if name in known:
            value = _unwrapped(value) if node_type.name == "Bidirectional" else value  # noqa: PLW2901
            made = setting_value(known[name], value, catalogue)
            if not _same(known[name], made):
                found[name] = made
        elif name not in _SILENT and not _is_usual(node_type.id, name, value):
            raise UndrawableError(f"has {name}={short(value, 40)}, which cannot be drawn.")
    if _is_mirrored(found.get("layer"), found.get("backward_layer")):
        del found["backward_layer"]  # Keras makes it by itself
    for setting in node_type.settings:
        if whole:
            check_given(setting, found)
        if setting.name in found and (said := check_value(setting, found[setting.name], catalogue)):
            raise UndrawableError(f"cannot be drawn: {said}")
    return found


def _is_mirrored(layer: Any, other: Any) -> bool:
    """Whether a Bidirectional's second layer is its first one run backwards."""
    if not isinstance(layer, Mapping) or not isinstance(other, Mapping):
        return False
    settings = dict(layer["settings"])
    if not settings.pop("go_backwards", False):
        settings["go_backwards"] = True
    return bool(other["type"] == layer["type"] and other["settings"] == settings)


def check_given(setting: Setting, settings: Mapping[str, Any]) -> None:
    """Whether a required setting is there.

    Raises:
        UndrawableError: It is not.
    """
    if setting.required and settings.get(setting.name) is None:
        raise UndrawableError(f"gives no value for '{setting.name}', which it needs.")


def setting_value(setting: Setting, value: Any, catalogue: Catalogue) -> Any:
    """One value in the form that nodes have: objects as ``{"type", "settings"}`` or by name, equal numbers as one.

    Raises:
        UndrawableError: It names what the catalogue does not list.
    """
    if value is None:
        return None
    if setting.kind == "activation":
        return _activation(setting, value)
    if setting.kind in ("initializer", "regularizer", "constraint"):
        return _object(setting, value, catalogue)
    if setting.kind == "layer":
        return _layer(value, catalogue)
    if setting.kind == "layers" and isinstance(value, list):
        return [_layer(each, catalogue) for each in value]
    if setting.kind == "slices":
        return slices_text(value)
    if setting.name == "seed":
        return value if isinstance(value, int) and not isinstance(value, bool) else None
    if isinstance(value, Mapping) and value.get("class_name") == "__numpy__":
        value = _array(value)
    if setting.kind in ("integers", "numbers") and setting.length and isinstance(value, list) and _one_for_all(value):
        return value[0] if len(value) == setting.length else value
    if setting.kind == "integer" and isinstance(value, list) and len(value) == 1:
        return value[0]
    return value


def slices_text(value: Any) -> str:
    """What ``x[...]`` takes as text: ``:, 1:3``.

    Raises:
        UndrawableError: It holds what is no number, slice, ellipsis or new axis.
    """
    parts = value if isinstance(value, list) else [value]
    return ", ".join(_slice(part) for part in parts)


def _slice(part: Any) -> str:
    if part is None:
        return "None"
    if isinstance(part, int) and not isinstance(part, bool):
        return str(part)
    if isinstance(part, Mapping) and part.get("class_name") == "__ellipsis__":
        return "..."
    if isinstance(part, Mapping) and part.get("class_name") == "__slice__":
        config = part.get("config")
        ends = [config.get(key) for key in ("start", "stop", "step")] if isinstance(config, Mapping) else [{}]
        if all(end is None or (isinstance(end, int) and not isinstance(end, bool)) for end in ends):
            start, stop, step = ("" if end is None else str(end) for end in ends)
            return f"{start}:{stop}:{step}" if step else f"{start}:{stop}"
    raise UndrawableError(f"takes a part ({short(part, 40)}) that cannot be drawn.")


def _activation(setting: Setting, value: Any) -> Any:
    if isinstance(value, Mapping) and value.get("class_name") == "function":
        value = value.get("config")
    if isinstance(value, Mapping):
        name = short(value.get("class_name", "?"), 40)
        raise UndrawableError(f"has the object {name} as its '{setting.name}'; put it behind as a layer of its own.")
    return value


def _object(setting: Setting, value: Any, catalogue: Catalogue) -> Any:
    """An initializer, regularizer or constraint: by name where its settings are the usual ones."""
    if isinstance(value, str):
        return value
    if not isinstance(value, Mapping) or not isinstance(value.get("class_name"), str):
        raise UndrawableError(f"has {short(value, 40)} as '{setting.name}', which is no {setting.kind}.")
    class_name, config = value["class_name"], value.get("config") or {}
    known = catalogue.objects.get(f"keras.{setting.kind}s.{class_name}")
    if known is None or not _is_keras(value):
        raise UndrawableError(f"has the {setting.kind} {short(class_name, 40)}, which is not one of Keras'.")
    settings = _object_settings(known, config if isinstance(config, Mapping) else {}, catalogue)
    if not settings and class_name not in _NAMELESS:
        plain = class_name.lower()
        for name in catalogue.choices.get(setting.kind, ()):
            if name.replace("_", "") == plain:
                return name
    return {"type": known.id, "settings": settings}


def _object_settings(known: ObjectType, config: Mapping[str, Any], catalogue: Catalogue) -> dict[str, Any]:
    by_name = {setting.name: setting for setting in known.settings}
    found = {}
    for name, value in config.items():
        if name in by_name:
            made = setting_value(by_name[name], value, catalogue)
            if not _same(by_name[name], made):
                found[name] = made
        elif name not in _SILENT and not _is_usual(known.id, name, value):
            raise UndrawableError(f"has {known.name} with {name}={short(value, 40)}, which cannot be drawn.")
    return found


def _layer(value: Any, catalogue: Catalogue) -> Any:
    """A layer inside a layer's settings."""
    if not isinstance(value, Mapping) or not isinstance(value.get("config"), Mapping):
        raise UndrawableError(f"wraps {short(value, 40)}, which is no layer.")
    node_type = catalogue.get(f"keras.layers.{value.get('class_name')}")
    if node_type is None or not _is_keras(value):
        raise UndrawableError(f"wraps {short(value.get('class_name', '?'), 40)}, which is not one of Keras' layers.")
    return {"type": node_type.id, "settings": node_settings(node_type, value["config"], catalogue)}


def _unwrapped(value: Any) -> Any:
    """A layer inside Bidirectional without what Bidirectional sets in it by itself."""
    config = value.get("config") if isinstance(value, Mapping) else None
    if not isinstance(config, Mapping):
        return value
    return {**value, "config": {key: each for key, each in config.items() if key != "zero_output_for_mask"}}


def _is_keras(value: Mapping[str, Any]) -> bool:
    module = str(value.get("module") or "")
    return module == "keras" or module.startswith("keras.")


def _array(value: Mapping[str, Any]) -> Any:
    config = value.get("config")
    return config.get("value") if isinstance(config, Mapping) else None


def _one_for_all(values: Sequence[Any]) -> bool:
    return len(values) > 0 and all(type(each) is type(values[0]) and each == values[0] for each in values)


def _same(setting: Setting, value: Any) -> bool:
    """Whether a value says no more than the default does."""
    if setting.required:
        return False
    default = setting.default if setting.default is not None else _MEANT.get(setting.name)
    if isinstance(value, bool) or isinstance(default, bool) or value is None or default is None:
        return value is default
    if setting.kind in ("integers", "numbers", "pairs") and isinstance(default, list) and _one_for_all(default):
        default = default[0] if isinstance(value, int | float) else default
    return bool(value == default)


@cache
def _usual(type_id: str) -> Mapping[str, Any]:
    thing = keras_thing(type_id)
    parameters = inspect.signature(thing.__init__ if inspect.isclass(thing) else thing).parameters
    return {name: each.default for name, each in parameters.items() if each.default is not each.empty}


def _is_usual(type_id: str, name: str, value: Any) -> bool:
    """Whether an argument that is no setting has the value it has anyway."""
    if name == "trainable":
        return value is True
    if value is None or value is False or value == []:
        return True
    default = _usual(type_id).get(name)
    return bool(value == (list(default) if isinstance(default, tuple) else default))
