"""Settings of a project by the dotted path of their place in ``project.json``: ``graph.nodes.dense.settings.units``."""

from __future__ import annotations

import difflib
import json
from collections.abc import Mapping
from dataclasses import fields
from typing import Any

from dlstudio.graph.project import Project, TrainingSettings

_SHORT = {"training.learning_rate": "training.optimizer.settings.learning_rate"}
OBJECTS = {"training.optimizer": "keras.optimizers", "training.schedule": "keras.optimizers.schedules"}
"""Paths whose value may be the name of a class alone, with the module it is looked for in."""


class SettingPathError(ValueError):
    """A path that names nothing; the message is a sentence for the user, without its place."""


def full_path(path: str) -> str:
    """The path that a short one stands for: ``training.learning_rate`` is the optimizer's."""
    return _SHORT.get(path, path)


def full_value(path: str, value: Any) -> Any:
    """The value that a short one stands for: ``Adam`` is ``keras.optimizers.Adam`` where an optimizer is meant."""
    if path in OBJECTS and isinstance(value, str) and "." not in value:
        return f"{OBJECTS[path]}.{value}"
    return value


def project_value(project: Project) -> dict[str, Any]:
    """The JSON form of a project, to be changed."""
    value: dict[str, Any] = json.loads(json.dumps(project.as_json()))
    return value


def set_value(value: dict[str, Any], path: str, new: Any) -> None:
    """Sets one entry of the JSON form of a project.

    Raises:
        SettingPathError: The path names nothing.
    """
    path = full_path(path)
    if path in OBJECTS and isinstance(new, str):
        new = {"type": full_value(path, new), "settings": {}}
    *parents, last = path.split(".")
    if not parents:
        raise SettingPathError("name a section and an entry of it, such as training.batch_size.")
    place: Any = value
    for depth, name in enumerate(parents):
        so_far = ".".join(parents[: depth + 1])
        if not isinstance(place, dict):
            raise SettingPathError(_unknown(so_far, name, place))
        if name not in place:
            if name != "settings" and so_far not in ("training.rates", "training.lora"):
                raise SettingPathError(_unknown(so_far, name, place))
            place[name] = {}
        place = place[name]
    if not isinstance(place, dict):
        raise SettingPathError(f"'{'.'.join(parents)}' holds no named entries.")
    if parents == ["training"] and last not in _training_names():
        raise SettingPathError(_unknown(path, last, _training_names()))
    place[last] = new


def value_at(project: Project, path: str) -> Any:
    """The value that is stored at a path; an optimizer's or schedule's is its type. None where none is."""
    path = full_path(path)
    place: Any = project.as_json()
    for name in path.split("."):
        if not isinstance(place, Mapping) or name not in place:
            return None
        place = place[name]
    return place.get("type") if path in OBJECTS and isinstance(place, Mapping) else place


def _training_names() -> dict[str, None]:
    return dict.fromkeys(field.name for field in fields(TrainingSettings))


def _unknown(path: str, name: str, place: Mapping[str, Any] | Any) -> str:
    names = list(place) if isinstance(place, Mapping) else []
    close = difflib.get_close_matches(name, names, 1)
    meant = f" Did you mean '{close[0]}'?" if close else f" There is: {', '.join(names)}." if names else ""
    return f"the project has no '{path}'.{meant}"
