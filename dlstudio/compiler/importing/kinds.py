"""What an entry of a model's configuration is: only what the catalogue lists, by Keras' own modules."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from dlstudio.catalogue.node_types import Catalogue, NodeType
from dlstudio.compiler.importing.calls import operation_class
from dlstudio.compiler.importing.failures import short
from dlstudio.compiler.objects import keras_thing
from dlstudio.graph.model import INPUT

_FUNCTIONAL = ("keras", "keras.models", "keras.src.models.functional", "keras.src.models.model")
_SEQUENTIAL = ("keras", "keras.models", "keras.src.models.sequential")
_WHAT_TO_DO = "Rebuild that part from Keras' layers as a Functional model, and save again."


@dataclass(frozen=True)
class Kind:
    """What a layer is.

    Attributes:
        name: ``input``, ``layer``, ``operation``, ``functional``, ``sequential`` or ``unknown``.
        type: Catalogue id; empty for models and unknown ones.
        node_type: The same from the catalogue, or None.
        reason: Why it is unknown, as the end of a sentence that names the layer.
        class_name: As Keras wrote it.
    """

    name: str
    type: str = ""
    node_type: NodeType | None = None
    reason: str = ""
    class_name: str = ""


def kind_of(entry: Mapping[str, Any], catalogue: Catalogue) -> Kind:
    """What an entry is, by its module and class; a name that somebody registered decides nothing."""
    module, class_name = str(entry.get("module") or ""), str(entry.get("class_name") or "")
    if class_name in ("Functional", "Model") and module in _FUNCTIONAL and _has_layers(entry):
        return Kind("functional", class_name=class_name)
    if class_name == "Sequential" and module in _SEQUENTIAL:
        return Kind("sequential", class_name=class_name)
    if not _of_keras(module):
        return Kind("unknown", reason=_foreign(module, class_name), class_name=class_name)
    if class_name == "InputLayer":
        return Kind("input", INPUT, catalogue.get(INPUT), class_name=class_name)
    if module.startswith(("keras.src.ops", "keras.ops", "keras.src.operations")):
        type_id = _operations(catalogue).get(class_name.lower(), "")
        node_type = catalogue.get(type_id)
        if node_type is None or node_type.unusable:
            why = f"is the operation {short(class_name, 40)}, which cannot be drawn. {_WHAT_TO_DO}"
            return Kind("unknown", reason=why, class_name=class_name)
        return Kind("operation", type_id, node_type, class_name=class_name)
    if module.startswith("keras.src.applications."):
        type_id = f"keras.applications.{module.rpartition('.')[2]}.{class_name}"
    else:
        type_id = f"keras.layers.{class_name}"
    node_type = catalogue.get(type_id)
    if node_type is None:
        why = f"is a {short(class_name, 40)}, which is no layer of Keras that is known here. {_WHAT_TO_DO}"
        return Kind("unknown", reason=why, class_name=class_name)
    if node_type.unusable:
        why = f"is a {node_type.name}, which cannot be drawn: {node_type.unusable} {_WHAT_TO_DO}"
        return Kind("unknown", reason=why, class_name=class_name)
    return Kind("layer", type_id, node_type, class_name=class_name)


def saved_name(kind: Kind, used: dict[str, int]) -> str:
    """The name of a layer's group in the weights file: after its class, numbered; empty for operations.

    Args:
        kind: What it is.
        used: How often each name was given, which is counted on.
    """
    if kind.name in ("operation", "unknown"):
        return ""
    # Of GroupedQueryAttention the public name is another, GroupQueryAttention; files go by the class' own.
    name = _snake_case(keras_thing(kind.type).__name__ if kind.name == "layer" else kind.class_name)
    number = used.get(name, -1) + 1
    used[name] = number
    return f"{name}_{number}" if number else name


def _snake_case(name: str) -> str:
    """As Keras spells classes in weights files: ``Conv2D`` → ``conv2d``, ``InputLayer`` → ``input_layer``."""
    name = re.sub(r"\W+", "", name)
    name = re.sub("(.)([A-Z][a-z]+)", r"\1_\2", name)
    return re.sub("([a-z])([A-Z])", r"\1_\2", name).lower()


def _foreign(module: str, class_name: str) -> str:
    named = f"{short(class_name, 40)}" + (f" of {short(module, 40)}" if module else "")
    return f"is a class of somebody's own ({named}), whose code is not in the file. {_WHAT_TO_DO}"


def _of_keras(module: str) -> bool:
    return module == "keras" or module.startswith("keras.")


def _has_layers(entry: Mapping[str, Any]) -> bool:
    config = entry.get("config")
    return isinstance(config, Mapping) and "layers" in config


@cache
def _operation_table(types: tuple[str, ...]) -> dict[str, str]:
    found = {}
    for type_id in types:
        recorded = operation_class(type_id)
        if recorded is not None:
            found[recorded.__name__.lower()] = type_id
    return found


def _operations(catalogue: Catalogue) -> dict[str, str]:
    """Catalogue id of each operation by the class as which Keras records it."""
    return _operation_table(tuple(node_type.id for node_type in catalogue if node_type.id.startswith("keras.ops.")))
