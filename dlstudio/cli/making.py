"""Makes a project from a template and data: what ``new`` and ``demo`` share."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from dlstudio.cli.command import CommandError
from dlstudio.cli.samples import find_data
from dlstudio.data.preparing import PreparedData
from dlstudio.data.splitting.normal import OPTION, Normal
from dlstudio.data.splitting.split_settings import LABELLED
from dlstudio.data.texts.language_pairs import turned_round
from dlstudio.graph.columns import BOTH, INPUT_ROLES
from dlstudio.graph.project import DataSettings, Project
from dlstudio.graph.saving import FILE_NAME, save_project
from dlstudio.templates.library import find_template, list_templates
from dlstudio.templates.making import fit_to_data, remove, settings_for


@dataclass(frozen=True)
class Made:
    """A project that was just made.

    Attributes:
        project: What was saved.
        folder: Where.
        prepared: Its data, already read.
    """

    project: Project
    folder: Path
    prepared: PreparedData


def make_project(
    folder: Path,
    template: str,
    data: str | None,
    *,
    name: str | None = None,
    target: str | None = None,
    options: Mapping[str, str] | None = None,
    normal: Sequence[tuple[str, str]] = (),
    read_as: str | None = None,
    labelled: int | None = None,
) -> Made:
    """Reads the data, fits the template to it and saves the project. Nothing is left behind if that fails.

    A shipped data set is copied into the project, so that it can go into git as it is; data of the user's stays where
    it is and is named by a path relative to the project where it lies inside.

    Args:
        folder: The project folder; it may exist, but holds no project yet.
        template: Name of the template.
        data: A path or the name of a shipped data set; None takes the template's own.
        name: The project's name; the folder's by default.
        target: The column to learn, where the guess is not what is wanted.
        options: What to do about faults in the data, such as ``{"ragged": "skip"}``.
        normal: Column and class of what is normal, for a network that gives back what it reads.
        read_as: Name of the format, where the guess is not what is wanted.
        labelled: How many training samples of each class are learnt; all by default.

    Raises:
        CommandError: The folder holds a project, the data is not there, or it has faults that need a decision.
        TemplateError, DataError, ProjectError: As their sentences say.
    """
    if (folder / FILE_NAME).exists():
        raise CommandError(f"{folder} holds a project already. Choose another folder, or open it: dlstudio {folder}")
    if folder.exists() and not folder.is_dir():
        raise CommandError(f"{folder} is a file. Choose a folder for the project.")
    found = find_template(template)
    source = find_data(data or found.sample)
    settings = settings_for(template, source, options, read_as)
    if target is not None:
        settings = with_target(settings, target)
    if normal:
        if not found.restores:
            able = [each.name for each in list_templates() if each.restores]
            raise CommandError(
                f"--normal is for templates that give back what they read: {', '.join(able)}. '{template}' does not."
            )
        settings = with_normal(settings, normal)
    if labelled is not None:
        settings = replace(settings, split={**settings.split, LABELLED: labelled})
    fresh = [each for each in (folder, folder / "data" / Path(settings.source).name) if not each.exists()]
    title = name or folder.resolve().name
    project, prepared = fit_to_data(folder, template, settings, title, _refuse_faults)
    try:
        save_project(project, folder)
    except BaseException:
        remove(fresh[:1])
        raise
    return Made(project, folder, prepared)


def with_target(data: DataSettings, target: str) -> DataSettings:
    """The same data with another column to learn; joined columns that hold it let it go.

    Where it is a sentence that is translated, the two languages change places.

    Raises:
        CommandError: There is no such column.
    """
    if target not in data.columns:
        raise CommandError(f"The data has no column '{target}'. It has: {', '.join(data.columns)}.")
    if data.columns[target].get("type") == "sentence":
        return replace(data, columns=turned_round(data.columns, target))
    columns: dict[str, Mapping[str, Any]] = {}
    for name, column in data.columns.items():
        entry = dict(column)
        if name == target:
            entry["role"] = BOTH if entry.get("role") in INPUT_ROLES else "target"
            if entry.get("type") == "ignore":
                entry["type"] = "category"
        elif entry.get("role") == "target":
            del entry["role"]
        elif entry.get("role") == BOTH:
            entry["role"] = "input"
        if target in entry.get("from", ()):
            entry["from"] = [each for each in entry["from"] if each != target]
        columns[name] = entry
    return replace(data, columns=columns)


def with_normal(data: DataSettings, normal: Sequence[tuple[str, str]]) -> DataSettings:
    """The same data, of which only the named classes are normal.

    Raises:
        CommandError: They are of several columns, or there is no such column.
    """
    columns = list(dict.fromkeys(column for column, _ in normal))
    if len(columns) > 1:
        raise CommandError(f"What is normal is said by one column, not by {' and '.join(columns)}.")
    if columns[0] not in data.columns:
        raise CommandError(f"The data has no column '{columns[0]}'. It has: {', '.join(data.columns)}.")
    chosen = Normal(columns[0], tuple(dict.fromkeys(value for _, value in normal)))
    return replace(data, options={**data.options, OPTION: chosen.as_json()})


def _refuse_faults(prepared: PreparedData) -> None:
    faults = [issue for issue in prepared.issues if issue.severity == "error"]
    if faults:
        ways = [
            f"--option {choice.option}={choice.value} ({choice.label[:1].lower()}{choice.label[1:]})"
            for issue in faults
            for choice in issue.choices
        ]
        advice = [f"To go on: {' or '.join(dict.fromkeys(ways))}."] if ways else []
        raise CommandError(" ".join([*(issue.message for issue in faults), *advice]))
