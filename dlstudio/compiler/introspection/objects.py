"""Lists what settings and training refer to: optimizers, schedules, initializers, regularizers, constraints."""

from __future__ import annotations

import inspect
from dataclasses import replace
from typing import Any

import keras

from dlstudio.catalogue.node_types import ObjectType, Setting
from dlstudio.compiler.introspection.docstrings import parse_docstring
from dlstudio.compiler.introspection.settings import typed_setting, wanted

_ROLES: tuple[tuple[str, str, str], ...] = (
    ("optimizer", "keras.optimizers", "Optimizer"),
    ("schedule", "keras.optimizers.schedules", "LearningRateSchedule"),
    ("initializer", "keras.initializers", "Initializer"),
    ("regularizer", "keras.regularizers", "Regularizer"),
    ("constraint", "keras.constraints", "Constraint"),
)
_WRAPPERS = {"LossScaleOptimizer", "MultiOptimizer"}
"""Optimizers that hold other optimizers: no settings that a person could type."""
_FROM_THE_RUN = {
    "initial_learning_rate": "Left empty: the optimizer's learning rate.",
    "decay_steps": "Left empty: all steps of the run.",
    "first_decay_steps": "Left empty: a quarter of the steps of the run.",
}
_PLAIN = {"learning_rate", "momentum", "nesterov", "weight_decay", "beta_1", "beta_2", "rho"}


def object_types() -> list[ObjectType]:
    """All concrete objects of every role, sorted by id."""
    found: dict[str, ObjectType] = {}
    for role, module, parent in _ROLES:
        home: Any = keras
        for part in module.split(".")[1:]:
            home = getattr(home, part)
        base = getattr(home, parent)
        for name in dir(home):
            thing = getattr(home, name)
            if not (inspect.isclass(thing) and issubclass(thing, base)) or thing is base:
                continue
            if thing.__name__ in _WRAPPERS:
                continue
            found[f"{module}.{thing.__name__}"] = _object_type(role, module, thing)
    return [found[key] for key in sorted(found)]


def choices() -> dict[str, list[str]]:
    """The names that settings of these kinds take: Keras' own snake-case identifiers, each once."""
    from keras.src import activations, constraints, initializers, regularizers

    found = {"activation": sorted(activations.ALL_OBJECTS_DICT)}
    for role, module, parent in (
        ("initializer", initializers, "initializer"),
        ("regularizer", regularizers, "regularizer"),
        ("constraint", constraints, "constraint"),
    ):
        by_class: dict[Any, str] = {}
        for name, thing in module.ALL_OBJECTS_DICT.items():
            if name == name.lower() and name != parent:
                by_class.setdefault(thing, name)
        found[role] = sorted(by_class.values())
    found["activation"] = [name for name in found["activation"] if name not in ("swish", "hard_swish")]
    return found


def _object_type(role: str, module: str, thing: Any) -> ObjectType:
    docs = parse_docstring(thing)
    settings: list[Setting] = []
    if "__init__" in vars(thing) or role != "constraint":
        for parameter in inspect.signature(thing.__init__).parameters.values():
            if not wanted(thing.__name__, parameter):
                continue
            setting = typed_setting(thing.__name__, parameter, docs.arguments.get(parameter.name, ""), wrapped=False)
            if setting is None:
                continue
            if role == "schedule" and setting.name in _FROM_THE_RUN:
                text = f"{setting.help} {_FROM_THE_RUN[setting.name]}"
                setting = replace(setting, required=False, optional=True, suggested=None, help=text)
            if role == "optimizer":
                setting = replace(setting, advanced=setting.name not in _PLAIN)
            settings.append(setting)
    return ObjectType(f"{module}.{thing.__name__}", thing.__name__, role, docs.summary, tuple(settings))
