"""Reads the generated catalogue from ``resources/catalogue``. Standard library only: the window needs it at once."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

from dlstudio.catalogue.builtins import BUILTINS
from dlstudio.catalogue.node_types import Catalogue, NodeType, ObjectType, Port, Setting
from dlstudio.places import RESOURCES


class CatalogueError(RuntimeError):
    """The catalogue's files are missing or damaged; the message says which."""


@cache
def load_catalogue(folder: Path = RESOURCES / "catalogue") -> Catalogue:
    """The catalogue: the studio's own types first, then Keras' layers, then its operations; read once.

    Raises:
        CatalogueError: A file is missing or is not what ``python -m dlstudio.compiler.introspection`` writes.
    """
    layers, operations, objects = (_read(folder / f"{name}.json") for name in ("layers", "operations", "objects"))
    node_types = {node_type.id: node_type for node_type in BUILTINS}
    try:
        for table in (layers, operations):
            for key, value in table["types"].items():
                node_types[key] = _node_type(key, value)
        found = {
            key: ObjectType(**{**value, "id": key, "settings": _settings(value)})
            for key, value in objects["types"].items()
        }
        choices = {role: tuple(names) for role, names in objects["choices"].items()}
        return Catalogue(node_types, found, choices, layers["keras"])
    except (KeyError, TypeError, AttributeError) as error:
        raise CatalogueError(
            f"The catalogue in {folder} has an unexpected form ({error}). Write it again with: "
            f"python -m dlstudio.compiler.introspection"
        ) from None


def _read(file: Path) -> Any:
    try:
        return json.loads(file.read_text(encoding="utf-8"))
    except OSError as error:
        raise CatalogueError(f"The catalogue file {file} cannot be read: {error.strerror}.") from None
    except ValueError as error:
        raise CatalogueError(f"The catalogue file {file} is not valid JSON: {error}.") from None


def _node_type(key: str, value: dict[str, Any]) -> NodeType:
    return NodeType(
        **{
            **value,
            "id": key,
            "inputs": tuple(Port(**port) for port in value.get("inputs", ())),
            "outputs": tuple(Port(**port) for port in value.get("outputs", ())),
            "settings": _settings(value),
            "shown": tuple(value.get("shown", ())),
            "aliases": tuple(value.get("aliases", ())),
        }
    )


def _settings(value: dict[str, Any]) -> tuple[Setting, ...]:
    return tuple(
        Setting(**{**setting, "choices": tuple(setting["choices"])}) if "choices" in setting else Setting(**setting)
        for setting in value.get("settings", ())
    )
