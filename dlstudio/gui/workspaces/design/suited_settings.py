"""Which settings the inspector offers: those of a type, those that several types share, and columns as choices."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from dlstudio.catalogue.node_types import NodeType, Setting
from dlstudio.graph.columns import OTHER_TASKS, USUAL_TASK, ColumnSpec
from dlstudio.graph.model import INPUT, OUTPUT, Node


def settings_of(node_type: NodeType, specs: Mapping[str, ColumnSpec]) -> tuple[Setting, ...]:
    """A type's settings; where data is known, the column of an Input or Output is chosen from its columns."""
    if node_type.id not in (INPUT, OUTPUT):
        return node_type.settings
    found = []
    for setting in node_type.settings:
        if setting.name == "column" and specs:
            found.append(replace(setting, kind="choice", choices=tuple(specs), optional=True))
        elif setting.name == "task":
            tasks = tuple(dict.fromkeys((*USUAL_TASK.values(), *OTHER_TASKS)))
            found.append(replace(setting, kind="choice", choices=tasks))
        elif setting.name in ("shape", "dtype") and specs:
            continue  # they follow from the column; they mean something only where there is no data
        else:
            found.append(setting)
    return tuple(found)


def shared_settings(types: Sequence[NodeType], specs: Mapping[str, ColumnSpec]) -> tuple[Setting, ...]:
    """The settings that all types have under the same name and of the same kind."""
    if not types:
        return ()
    first, *others = [settings_of(node_type, specs) for node_type in types]
    tables = [{s.name: s for s in other} for other in others]
    return tuple(
        s
        for s in first
        if all(s.name in t and (t[s.name].kind, t[s.name].choices) == (s.kind, s.choices) for t in tables)
    )


def values_of(
    nodes: Sequence[Node], settings: Sequence[Setting], types: Mapping[str, NodeType]
) -> tuple[dict[str, Any], frozenset[str]]:
    """The values that the nodes share, and the names of settings in which they differ."""
    values: dict[str, Any] = {}
    mixed: set[str] = set()
    for setting in settings:
        found = [_value(node, setting.name, types[node.type]) for node in nodes]
        if all(value == found[0] and type(value) is type(found[0]) for value in found):
            values[setting.name] = found[0]
        else:
            mixed.add(setting.name)
    return values, frozenset(mixed)


def _value(node: Node, name: str, node_type: NodeType) -> Any:
    if name in node.settings:
        return node.settings[name]
    setting = node_type.setting(name)
    if setting is None:
        return None
    return setting.suggested if setting.required else setting.default
