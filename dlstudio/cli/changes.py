"""``--set training.batch_size=32``: changes of a project for one run, given on the command line."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from dlstudio.cli.command import CommandError
from dlstudio.graph.project import Project
from dlstudio.graph.saving import project_from_value
from dlstudio.graph.setting_paths import SettingPathError, project_value, set_value


def changed(project: Project, changes: Sequence[str]) -> Project:
    """The project with changes of the form ``path=value`` made.

    A path names an entry of ``project.json`` with dots: ``training.batch_size``,
    ``training.optimizer.settings.momentum``, ``graph.nodes.dense.settings.units``. A value is JSON; what is no JSON is
    taken as text. ``training.optimizer=Adam`` and ``training.learning_rate=0.001`` are short for the longer forms.

    Raises:
        CommandError: A change that is not of that form, or whose path names nothing.
        ProjectError: The project would not be valid with it.
    """
    value = project_value(project)
    for change in changes:
        path, equals, text = change.partition("=")
        if not equals or not path.strip():
            raise CommandError(f"--set takes NAME=VALUE, such as training.batch_size=32, and got '{change}'.")
        try:
            set_value(value, path.strip(), _parsed(text))
        except SettingPathError as error:
            raise CommandError(f"--set {change}: {error}") from None
    return project_from_value(value, "--set") if changes else project


def _parsed(text: str) -> Any:
    try:
        return json.loads(text, parse_constant=str)  # NaN is no JSON, but Python reads it
    except ValueError:
        return text
