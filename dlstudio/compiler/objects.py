"""Makes Keras objects from JSON settings, only such as the catalogue lists: nothing is imported by a given name."""

from __future__ import annotations

import inspect
import random
from collections.abc import Mapping
from functools import cache
from typing import Any

import keras

from dlstudio.catalogue.node_types import Catalogue, NodeType, Setting
from dlstudio.catalogue.slices import parse_slices
from dlstudio.catalogue.values import check_value
from dlstudio.graph.model import CUSTOM

_HOMES = ("initializers", "regularizers", "constraints", "optimizers", "layers", "ops")


class SettingError(ValueError):
    """A setting that no object can be made from; the message is a sentence."""


@cache
def keras_thing(type_id: str) -> Any:
    """The class or function of a catalogue id such as ``keras.layers.Dense``.

    Raises:
        SettingError: The id is not of the form ``keras.<home>.<name>`` with a known home.
    """
    parts = type_id.split(".")
    if parts[:2] == ["keras", "applications"]:
        return _application_layer(type_id)
    if parts[0] != "keras" or len(parts) < 3 or parts[1] not in _HOMES:
        raise SettingError(f"'{type_id[:60]}' is not a part of Keras that can be used.")
    thing: Any = keras
    for part in parts[1:]:
        thing = getattr(thing, part, None)
    if thing is None:
        raise SettingError(f"The installed Keras {keras.__version__} has no '{type_id[:60]}'.")
    return thing


def _application_layer(type_id: str) -> Any:
    from dlstudio.compiler.introspection.application_layers import application_layers

    found = application_layers().get(type_id)
    if found is None:
        raise SettingError(f"The installed Keras {keras.__version__} has no '{type_id[:60]}'.")
    return found


@cache
def _argument_names(type_id: str) -> frozenset[str]:
    thing = keras_thing(type_id)
    return frozenset(inspect.signature(thing.__init__ if inspect.isclass(thing) else thing).parameters)


@cache
def call_settings(type_id: str) -> frozenset[str]:
    """Names of the settings that a layer takes when it is called (``use_causal_mask``), not when it is made."""
    if not type_id.startswith("keras.layers."):
        return frozenset()
    return frozenset(
        {"return_attention_scores", "use_causal_mask"} & set(inspect.signature(keras_thing(type_id).call).parameters)
    )


def make_layer(
    node_type: NodeType, settings: Mapping[str, Any], catalogue: Catalogue, *, name: str, seed: int | None = None
) -> Any:
    """A fresh Keras layer.

    Args:
        node_type: A type of the category of layers.
        settings: JSON values; missing ones keep Keras' defaults.
        catalogue: The allow-list for initializers, regularizers, constraints and wrapped layers.
        name: The layer's name.
        seed: Given to the layer where it takes one and the settings have none.

    Raises:
        SettingError: A value is not legal, or Keras refuses it.
    """
    if node_type.id == CUSTOM:
        from dlstudio.compiler.custom_layers import make_custom_layer  # it needs SettingError, as this does

        return make_custom_layer(settings, name)
    arguments = keras_arguments(node_type.id, node_type.settings, settings, catalogue, seed)
    return keras_thing(node_type.id)(**arguments, name=name)


def make_object(object_id: str, settings: Mapping[str, Any], catalogue: Catalogue) -> Any:
    """A fresh optimizer, schedule, initializer, regularizer or constraint.

    Raises:
        SettingError: The catalogue does not list it, or a value is not legal.
    """
    known = catalogue.objects.get(object_id)
    if known is None:
        raise SettingError(f"'{object_id[:60]}' is not in the catalogue.")
    return keras_thing(object_id)(**keras_arguments(object_id, known.settings, settings, catalogue, None))


def keras_arguments(
    type_id: str,
    known: tuple[Setting, ...],
    settings: Mapping[str, Any],
    catalogue: Catalogue,
    seed: int | None,
) -> dict[str, Any]:
    """Constructor arguments from JSON settings: tuples for lists, objects for ``{"type", "settings"}``.

    Raises:
        SettingError: A setting is unknown, missing, or has an illegal value.
    """
    by_name = {setting.name: setting for setting in known}
    called = call_settings(type_id)
    arguments: dict[str, Any] = {}
    for name, value in settings.items():
        setting = by_name.get(name)
        if setting is None:
            raise SettingError(f"There is no setting '{name}'.")
        said = check_value(setting, value, catalogue)
        if said:
            raise SettingError(said)
        if name not in called:
            arguments[name] = _converted(setting, value, catalogue, seed)
    for setting in known:
        if setting.required and settings.get(setting.name) is None:
            raise SettingError(f"'{setting.name}' needs a value.")
    if seed is not None and "seed" in by_name and arguments.get("seed") is None:
        arguments["seed"] = seed
    return arguments


def _converted(setting: Setting, value: Any, catalogue: Catalogue, seed: int | None) -> Any:
    if value is None:
        return None
    if setting.kind in ("integers", "numbers", "pairs", "json"):
        return _tuples(value)
    if setting.kind == "slices":
        return parse_slices(value)
    if setting.kind == "layer":
        return _inner_layer(value, catalogue, seed)
    if setting.kind == "layers":
        return [_inner_layer(each, catalogue, seed, f"_{place}") for place, each in enumerate(value, start=1)]
    if setting.kind in ("initializer", "regularizer", "constraint") and isinstance(value, Mapping):
        return make_object(value["type"], value.get("settings", {}), catalogue)
    return value


def _inner_layer(value: Mapping[str, Any], catalogue: Catalogue, seed: int | None, ending: str = "") -> Any:
    """A layer inside another, named after its type: Keras' running numbers would differ from build to build."""
    node_type = catalogue[value["type"]]
    arguments = keras_arguments(node_type.id, node_type.settings, value.get("settings", {}), catalogue, seed)
    return keras_thing(node_type.id)(**arguments, name=f"{node_type.name.lower()}{ending}")


def _tuples(value: Any) -> Any:
    return tuple(_tuples(each) for each in value) if isinstance(value, list | tuple) else value


def seed_random(seed: int) -> None:
    """Makes the initial weights of what is built next depend on this seed alone.

    Keras draws the seed of an initializer without one from Python's generator.
    """
    random.seed(seed)
