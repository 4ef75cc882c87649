"""Edits of a project's data section: named functions from project to project, as the Data workspace needs them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from dlstudio.data.texts.language_pairs import turned_round, with_so_far
from dlstudio.graph.columns import BOTH
from dlstudio.graph.project import DataSettings, Project

ROLES = ("input", "target", BOTH)


def with_data(project: Project, **values: Any) -> Project:
    """The project with some fields of its data section replaced."""
    return replace(project, data=replace(project.data, **values))


def set_type(project: Project, column: str, kind: str) -> Project:
    """Reads a column as another type. Settings of the old type go; its role stays unless it is ignored now.

    A translation comes and goes with the column of what is written so far of it.
    """
    old = project.data.columns[column]
    new: dict[str, Any] = {"type": kind}
    if kind != "ignore" and old.get("role") in ROLES:
        new["role"] = old["role"]
    changed = _with_column(project, column, new)
    if "translation" not in (old.get("type"), kind):
        return changed
    return with_data(changed, columns=with_so_far(changed.data.columns))


def set_role(project: Project, column: str, role: str | None) -> Project:
    """Uses a column as ``input``, ``target`` or ``both``, or leaves its use open. Several targets: several outputs.

    A sentence that becomes the target changes places with its translation.
    """
    columns = project.data.columns
    if role == "target" and columns[column].get("type") == "sentence":
        return with_data(project, columns=turned_round(columns, column))
    new = dict(project.data.columns[column])
    new.pop("role", None)
    if role:
        new["role"] = role
    return _with_column(project, column, new)


def set_option(project: Project, column: str, name: str, value: Any) -> Project:
    """Sets one setting of a column's type; None takes it away, so that the default holds."""
    new = {**project.data.columns[column], name: value}
    if value is None:
        del new[name]
    return _with_column(project, column, new)


def set_split(project: Project, split: Mapping[str, Any]) -> Project:
    """Sets how the rows are parted into training, validation and test."""
    return with_data(project, split=split)


def set_data_option(project: Project, name: str, value: Any) -> Project:
    """Sets one of the options that say how the data is read: how to deal with missing values, for one."""
    return with_data(project, options={**project.data.options, name: value})


def shares(split: Mapping[str, Any]) -> tuple[float, float, float]:
    """Shares of training, validation and test of a split, adding up to 1."""
    validation, test = float(split.get("validation", 0.1)), float(split.get("test", 0.1))
    return max(1 - validation - test, 0.0), validation, test


def reset_data(project: Project) -> Project:
    """Takes the data away."""
    return replace(project, data=DataSettings())


def _with_column(project: Project, column: str, settings: Mapping[str, Any]) -> Project:
    return with_data(project, columns={**project.data.columns, column: settings})
