"""What values do to a project: setting them all at once, and whether every value of a range could be set."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from dlstudio.catalogue.node_types import Catalogue, NodeType, Setting
from dlstudio.catalogue.values import check_value
from dlstudio.graph.blocks import with_blocks
from dlstudio.graph.expressions import is_expression
from dlstudio.graph.project import Project
from dlstudio.graph.saving import ProjectError, project_from_value
from dlstudio.graph.setting_paths import OBJECTS, SettingPathError, full_path, project_value, set_value, value_at
from dlstudio.search.ranges import Range, RangeError


def with_values(project: Project, values: Mapping[str, Any], catalogue: Catalogue) -> Project:
    """The project of a trial.

    Another optimizer begins with Keras' defaults. A node of another type (a layer, or a block that stands in its place)
    keeps the settings that its new type knows, and gets those that it needs.

    Args:
        project: Of the search.
        values: By path, in any order: types come before settings of what has the type.
        catalogue: The node types, without the project's blocks.

    Raises:
        RangeError: A path names nothing, or the project would not be valid; the message is a sentence.
    """
    value = project_value(project)
    types = with_blocks(catalogue, project.blocks)
    for path in sorted(values, key=lambda each: (not _names_type(each), each)):
        if path in OBJECTS and values[path] == value_at(project, path):
            continue  # its own optimizer keeps its settings
        try:
            set_value(value, path, values[path])
        except SettingPathError as error:
            raise RangeError(f"{path}: {error}") from None
        node = _node_of_type_path(path)
        if node:
            entry = value["graph"]["nodes"][node]
            entry["settings"] = _fitting(types.get(str(values[path])), entry.get("settings", {}))
    try:
        return project_from_value(value, "The trial")
    except ProjectError as error:
        raise RangeError(str(error)) from None


def own_value(project: Project, path: str, catalogue: Catalogue) -> Any:
    """The value in force: the stored one, or the default of a layer's or optimizer's setting."""
    stored = value_at(project, path)
    if stored is not None:
        return stored
    setting = setting_at(project, path, catalogue)
    if setting is None:
        return None
    return setting.default if not setting.required else setting.suggested


def setting_at(project: Project, path: str, catalogue: Catalogue) -> Setting | None:
    """What the catalogue says of the setting at a path, or None where the path is no setting of a layer or object."""
    parts = full_path(path).split(".")
    if len(parts) == 5 and parts[:2] == ["graph", "nodes"] and parts[3] == "settings":
        node = project.graph.nodes.get(parts[2])
        found = with_blocks(catalogue, project.blocks).get(node.type) if node else None
        return found.setting(parts[4]) if found else None
    if len(parts) == 4 and ".".join(parts[:2]) in OBJECTS and parts[2] == "settings":
        chosen = catalogue.objects.get(str(value_at(project, ".".join(parts[:2]))))
        return next((each for each in chosen.settings if each.name == parts[3]), None) if chosen else None
    return None


def faults(project: Project, ranges: Sequence[Range], catalogue: Catalogue) -> list[str]:
    """All that keeps ranges from being searched in a project, each as a sentence; empty where nothing does."""
    if not ranges:
        return ["A search needs a range of one setting at least."]
    found = []
    paths = [each.path for each in ranges]
    found += [f"There are two ranges of {path}." for path in dict.fromkeys(paths) if paths.count(path) > 1]
    for each in ranges:
        for value in each.ends:
            said = _fault(project, each.path, value, catalogue)
            if said:
                found.append(said)
                break
    return found


def _fault(project: Project, path: str, value: Any, catalogue: Catalogue) -> str:
    types = with_blocks(catalogue, project.blocks)
    try:
        changed = with_values(project, {path: value}, catalogue)
    except RangeError as error:
        return str(error)
    node = _node_of_type_path(path)
    if node:
        return "" if str(value) in types else f"{path}: there is no layer or block '{value}'."
    if path in OBJECTS:
        return "" if value is None or value in catalogue.objects else f"{path}: Keras has no '{value}'."
    parts = path.split(".")
    if parts[0] == "graph" and parts[1:2] == ["nodes"]:
        setting = setting_at(project, path, catalogue)
        if setting is None:
            known = types.get(changed.graph[parts[2]].type)
            names = ", ".join(each.name for each in known.settings[:12]) if known else ""
            return f"{path}: '{parts[2]}' has no such setting. It has: {names}."
        if is_expression(value):
            return ""
        said = check_value(setting, value, catalogue)
        return f"{path}: {said}" if said else ""
    if parts[0] == "weights" or path == "data.source":
        return f"{path}: this is no setting to search over."
    return ""


def _names_type(path: str) -> bool:
    return path in OBJECTS or bool(_node_of_type_path(path))


def _node_of_type_path(path: str) -> str:
    parts = path.split(".")
    return parts[2] if len(parts) == 4 and parts[:2] == ["graph", "nodes"] and parts[3] == "type" else ""


def _fitting(node_type: NodeType | None, settings: Mapping[str, Any]) -> dict[str, Any]:
    if node_type is None:
        return dict(settings)
    known = {each.name for each in node_type.settings}
    return {**node_type.fresh_settings, **{name: value for name, value in settings.items() if name in known}}
