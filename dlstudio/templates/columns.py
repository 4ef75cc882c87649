"""Which column of the data a template reads and which one it learns."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from dlstudio.data.splitting.split_settings import balanced_split
from dlstudio.graph.columns import BOTH, INPUT_ROLES, RESTORED, TARGET_ROLES, ColumnSpec
from dlstudio.graph.project import DataSettings
from dlstudio.templates.template import Template


def chosen_columns(
    template: Template, data: DataSettings, specs: Mapping[str, ColumnSpec]
) -> tuple[ColumnSpec, ColumnSpec] | None:
    """The input and the target column for a template, or None where the data has no such pair.

    A column's ``role`` decides where it is given. Where it is not, the target is the last category, else the last
    number; the input is the first column of the kind that the template likes best. Where the template gives back what
    it reads, both are one column: that with the role of both, else the input.
    """
    restored = _restored(template, data, specs)
    if restored is not None:
        return restored, restored
    target = _target(template, data, specs)
    if target is None:
        return None
    others = [s for s in specs.values() if s.name != target.name and not _holds(data, s.name, target.name)]
    for role in ("input", None):
        for kind in template.inputs:
            for spec in others:
                if spec.kind == kind and spec.shape and _role(data, spec.name) == role:
                    if template.reads_two and second_input(data, specs, spec, target) is None:
                        continue
                    return spec, target
    return None


def second_input(
    data: DataSettings, specs: Mapping[str, ColumnSpec], source: ColumnSpec, target: ColumnSpec
) -> ColumnSpec | None:
    """What a network with two Inputs reads beside ``source``: the next column of its kind that is an input."""
    used = (source.name, target.name)
    return next(
        (s for s in specs.values() if s.name not in used and s.kind == source.kind and _role(data, s.name) == "input"),
        None,
    )


def with_roles(data: DataSettings, source: ColumnSpec, target: ColumnSpec) -> DataSettings:
    """The data section where one column is read and learnt at once: it has the role of both, and no other is learnt.

    The split stays that of a classifier of the same data, so that one may start from what is learnt here.
    """
    if source.name != target.name or source.name not in data.columns:
        return data
    columns = {
        name: {key: value for key, value in column.items() if key != "role" or value not in TARGET_ROLES}
        for name, column in data.columns.items()
    }
    columns[source.name]["role"] = BOTH
    return replace(data, columns=columns, split=balanced_split(data))


def joined_categories(data: DataSettings, specs: Mapping[str, ColumnSpec], joined: str) -> tuple[ColumnSpec, ...]:
    """The categories among the columns that a joined column is made from; none for a column of its own."""
    parts = data.columns.get(joined, {}).get("from", ())
    return tuple(specs[part] for part in parts if part in specs and specs[part].kind == "category")


def columns_text(data: DataSettings, specs: Mapping[str, ColumnSpec]) -> str:
    """``'text' (text) and 'label' (category, the target)``: the columns in words."""
    parts = [
        f"'{s.name}' ({s.kind}{', the target' if _role(data, s.name) in TARGET_ROLES else ''})" for s in specs.values()
    ]
    if len(parts) > 6:
        parts = [*parts[:5], f"{len(parts) - 5} more"]
    return " and ".join([", ".join(parts[:-1]), parts[-1]] if len(parts) > 1 else parts) if parts else "no columns"


def _restored(template: Template, data: DataSettings, specs: Mapping[str, ColumnSpec]) -> ColumnSpec | None:
    """The column that a template is to give back; None where it learns another than it reads."""
    kinds = [kind for kind in template.inputs if kind in RESTORED and kind in template.targets]
    if any(_role(data, s.name) == "target" and s.kind in kinds for s in specs.values()):
        return None
    for roles in ((BOTH,), ("input",), (None,)):
        for kind in kinds:
            for spec in specs.values():
                if spec.kind == kind and _role(data, spec.name) in roles:
                    return spec
    return None


def _target(template: Template, data: DataSettings, specs: Mapping[str, ColumnSpec]) -> ColumnSpec | None:
    named = [s for s in specs.values() if _role(data, s.name) in TARGET_ROLES]
    if named:
        return next((s for s in named if s.kind in template.targets), None)
    for kind in template.targets:
        free = [s for s in specs.values() if s.kind == kind and _role(data, s.name) not in INPUT_ROLES]
        if free:
            return free[-1]
    return None


def _role(data: DataSettings, name: str) -> str | None:
    role = data.columns.get(name, {}).get("role")
    return str(role) if role else None


def _holds(data: DataSettings, joined: str, name: str) -> bool:
    # A joined column that contains the target would give the answer away.
    return name in data.columns.get(joined, {}).get("from", ())
