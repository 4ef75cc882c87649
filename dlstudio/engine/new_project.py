"""Fits a template to data for a new project: what the data process does when the window makes one."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from dlstudio.graph.project import DataSettings, Project
from dlstudio.places import SAMPLE_DATA


def new_project(payload: Mapping[str, Any]) -> Project:
    """The project of ``{template, name, folder, data_path}``, or with ``data`` in place of ``data_path``.

    A shipped data set is copied into ``folder``, so that the project is whole without the studio; data of the user's
    stays where it is and is named by a relative path where it lies inside the project.

    Raises:
        DataError, TemplateError: As their sentences say; a copy that was begun is removed again.
    """
    from dlstudio.data.opening import guess_settings
    from dlstudio.data.preparing import prepare
    from dlstudio.templates.library import fit_template

    folder = Path(payload["folder"])
    given = payload.get("data")
    data = DataSettings.from_json(given) if given else DataSettings()
    if not given and payload.get("data_path"):
        data = guess_settings(Path(payload["data_path"]))
    if not data.source:
        return fit_template(payload["template"], data, {}, payload["name"])
    source = Path(data.source)
    fresh = [each for each in (folder / "data", folder) if not each.exists()]
    try:
        if source.resolve().is_relative_to(SAMPLE_DATA.resolve()):
            source = _copy(source, folder / "data" / source.name)
        data = replace(data, source=relative_source(source, folder))
        return fit_template(payload["template"], data, prepare(data, folder).specs, payload["name"])
    except BaseException:
        for each in fresh:
            shutil.rmtree(each, ignore_errors=True)
        raise


def relative_source(source: Path, folder: Path) -> str:
    """How a project in ``folder`` names its data: relative where it lies inside, else absolute."""
    absolute, home = source.resolve(), folder.resolve()
    return absolute.relative_to(home).as_posix() if absolute.is_relative_to(home) else str(absolute)


def _copy(source: Path, target: Path) -> Path:
    target.parent.mkdir(parents=True, exist_ok=True)
    if source.is_dir():
        shutil.copytree(source, target, dirs_exist_ok=True)
    else:
        shutil.copy2(source, target)
    for notes in source.parent.glob("README*"):  # origin and licence go where the data goes
        shutil.copy2(notes, target.parent / notes.name)
    return target
