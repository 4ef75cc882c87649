"""``--set training.batch_size=32``: changes of a project for one run, given on the command line."""

from __future__ import annotations

import difflib
import json
from collections.abc import Mapping, Sequence
from dataclasses import fields
from typing import Any

from dlstudio.cli.command import CommandError
from dlstudio.graph.project import Project, TrainingSettings
from dlstudio.graph.saving import project_from_value


def changed(project: Project, changes: Sequence[str]) -> Project:
    """The project with changes of the form ``path=value`` made.

    A path names an entry of ``project.json`` with dots: ``training.batch_size``,
    ``training.optimizer.settings.momentum``, ``graph.nodes.dense.settings.units``. A value is JSON; what is no JSON is
    taken as text. ``training.optimizer=Adam`` and ``training.learning_rate=0.001`` are short for the longer forms.

    Raises:
        CommandError: A change that is not of that form, or whose path names nothing.
        ProjectError: The project would not be valid with it.
    """
    value = json.loads(json.dumps(project.as_json()))
    for change in changes:
        path, equals, text = change.partition("=")
        if not equals or not path.strip():
            raise CommandError(f"--set takes NAME=VALUE, such as training.batch_size=32, and got '{change}'.")
        _set(value, path.strip(), _parsed(text), change)
    return project_from_value(value, "--set") if changes else project


def _set(value: dict[str, Any], path: str, new: Any, change: str) -> None:
    if path == "training.learning_rate":
        path = "training.optimizer.settings.learning_rate"
    if path in ("training.optimizer", "training.schedule") and isinstance(new, str):
        module = "keras.optimizers" if path == "training.optimizer" else "keras.optimizers.schedules"
        new = {"type": new if "." in new else f"{module}.{new}", "settings": {}}
    *parents, last = path.split(".")
    if not parents:
        raise CommandError(f"--set {change}: name a section and an entry of it, such as training.batch_size.")
    place: Any = value
    for depth, name in enumerate(parents):
        if not isinstance(place, dict):
            raise CommandError(_unknown(".".join(parents[: depth + 1]), name, place, change))
        if name not in place:
            if name == "settings" or parents[: depth + 1] in (["training", "rates"], ["training", "lora"]):
                place[name] = {}
            else:
                raise CommandError(_unknown(".".join(parents[: depth + 1]), name, place, change))
        place = place[name]
    if not isinstance(place, dict):
        raise CommandError(f"--set {change}: '{'.'.join(parents)}' holds no named entries.")
    if parents == ["training"] and last not in _training_names():
        raise CommandError(_unknown(path, last, _training_names(), change))
    place[last] = new


def _training_names() -> dict[str, None]:
    return dict.fromkeys(field.name for field in fields(TrainingSettings))


def _unknown(path: str, name: str, place: Mapping[str, Any] | Any, change: str) -> str:
    names = list(place) if isinstance(place, Mapping) else []
    close = difflib.get_close_matches(name, names, 1)
    meant = f" Did you mean '{close[0]}'?" if close else f" There is: {', '.join(names)}." if names else ""
    return f"--set {change}: the project has no '{path}'.{meant}"


def _parsed(text: str) -> Any:
    try:
        return json.loads(text, parse_constant=str)  # NaN is no JSON, but Python reads it
    except ValueError:
        return text
