"""A new project's network for the window: reads the data in the data process and fits the template there."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from dlstudio.graph.project import DataSettings, Project


def new_project(payload: Mapping[str, Any]) -> Project:
    """The project of ``{template, name, folder, data_path}``, or with ``data`` in place of ``data_path``.

    Raises:
        DataError, TemplateError: As their sentences say.
    """
    from dlstudio.templates.library import fit_template
    from dlstudio.templates.making import fit_to_data, settings_for

    given = payload.get("data")
    data = DataSettings.from_json(given) if given else DataSettings()
    if not given and payload.get("data_path"):
        data = settings_for(payload["template"], str(payload["data_path"]))
    if not data.source:
        return fit_template(payload["template"], data, {}, payload["name"])
    return fit_to_data(Path(payload["folder"]), payload["template"], data, payload["name"])[0]
