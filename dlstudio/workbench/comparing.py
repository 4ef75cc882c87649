"""What can be compared, and the differences as rows of words: what, where, before and after."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from dlstudio.graph.compare import MISSING, Change, Comparison, compare_graphs, compare_settings
from dlstudio.graph.project import Project
from dlstudio.graph.saving import load_project
from dlstudio.training.runs.run_info import RunInfo

Kind = Literal["added", "removed", "changed"]


@dataclass(frozen=True)
class Source:
    """One side of a comparison.

    Attributes:
        key: Stable name: ``now``, ``saved``, ``run/0007`` or the path of another project.
        title: For people.
        project: What is compared.
        metrics: Values of the best epoch, and as ``test ...`` on the test split, by name; empty for what was never
            trained.
    """

    key: str
    title: str
    project: Project
    metrics: Mapping[str, float] = field(default_factory=dict)


def source_of_run(info: RunInfo) -> Source:
    """The network of a run, with its metrics."""
    tested = {f"test {name}": value for name, value in info.metrics.items() if not name.startswith("val_")}
    metrics = {name: value for name, value in {**info.best_values, **tested}.items() if value is not None}
    number = str(int(info.name)) if info.name.isdigit() else info.name
    return Source(f"run/{info.name}", f"Run {number}", info.project, metrics)


def source_from(path: Path) -> Source:
    """A project on disk as a side.

    Raises:
        ProjectError: It cannot be read.
    """
    project = load_project(path)
    return Source(str(path), f"{project.name} ({path.name})", project)


@dataclass(frozen=True)
class Row:
    """One difference.

    Attributes:
        kind: What happened from the first side to the second.
        what: Of which layer, wire, block or setting.
        before: Value on the first side, or empty.
        after: Value on the second side, or empty.
        old: Id of the node to show on the first side, or empty.
        new: The same on the second side.
    """

    kind: Kind
    what: str
    before: str = ""
    after: str = ""
    old: str = ""
    new: str = ""


def rows(comparison: Comparison, settings: tuple[Change, ...] = ()) -> list[Row]:
    """All differences in the order of reading: layers, wires, blocks, then settings of training and data."""
    found = list(_graph_rows(comparison, ""))
    found += [Row("changed", _title(c.name), _value(c.before), _value(c.after)) for c in settings]
    return found


def summary(comparison: Comparison) -> str:
    """``2 layers added, 1 changed`` in one line."""
    if comparison.equal:
        return "The two networks are the same."
    counts = [
        (len(comparison.added), "added"),
        (len(comparison.removed), "removed"),
        (len(comparison.changed), "changed"),
    ]
    parts = [f"{count} {'layer' if count == 1 else 'layers'} {what}" for count, what in counts if count]
    wires = len(comparison.wires_added) + len(comparison.wires_removed)
    if wires:
        parts.append(f"{wires} {'wire' if wires == 1 else 'wires'} moved")
    blocks = len(comparison.blocks) + len(comparison.blocks_added) + len(comparison.blocks_removed)
    if blocks:
        parts.append(f"{blocks} {'block differs' if blocks == 1 else 'blocks differ'}")
    return ", ".join(parts)


def _graph_rows(found: Comparison, inside: str) -> Iterator[Row]:
    prefix = f"{inside} › " if inside else ""
    back = {new: old for old, new in found.pairs.items()}

    def place(old: str, new: str) -> tuple[str, str]:
        return ("", "") if inside else (old, new)  # what is inside a block has no place on the outer drawing

    for node in found.added:
        yield Row("added", f"{prefix}{node.id}", "", _short(node.type), *place("", node.id))
    for node in found.removed:
        yield Row("removed", f"{prefix}{node.id}", _short(node.type), "", *place(node.id, ""))
    for change in found.changed:
        for each in change.changes:
            what = f"{prefix}{change.after.id} · {_title(each.name)}"
            old, new = place(change.before.id, change.after.id)
            yield Row("changed", what, _value(each.before), _value(each.after), old, new)
    for wire in found.wires_added:
        ends = place(back.get(wire.target, ""), wire.target)
        yield Row("added", f"{prefix}wire {wire.source} → {wire.target}", "", "", *ends)
    for wire in found.wires_removed:
        ends = place(wire.target, found.pairs.get(wire.target, ""))
        yield Row("removed", f"{prefix}wire {wire.source} → {wire.target}", "", "", *ends)
    for name in found.blocks_added:
        yield Row("added", f"{prefix}block {name}")
    for name in found.blocks_removed:
        yield Row("removed", f"{prefix}block {name}")
    for name, inner in found.blocks.items():
        yield from _graph_rows(inner, f"{prefix}{name}")


def _short(type_id: str) -> str:
    return type_id.rpartition(".")[2]


def _title(name: str) -> str:
    return name.replace(".settings.", ".").replace("_", " ").replace(".", " · ")


def _value(value: Any) -> str:
    if value is MISSING:
        return "default"
    if isinstance(value, str):
        return value
    text = json.dumps(value, ensure_ascii=False, default=str)
    return text if len(text) <= 80 else text[:79] + "…"


def _brief(value: Any) -> str:
    """The same as one of many in a row: ``SGD`` for ``keras.optimizers.SGD``."""
    text = _value(value)
    return _short(text) if text.startswith("keras.") else text


def across(projects: Sequence[Project]) -> list[tuple[str, tuple[str, ...]]]:
    """What differs between several projects: names for people, each with the value in every project.

    The first row is the network where that differs: what has become of the first one's.
    """
    first, found = projects[0], dict[str, list[Any]]()
    comparisons = [compare_graphs(first.graph, each.graph) for each in projects]
    networks = ["the same" if each.equal else summary(each) for each in comparisons]
    for place, each in enumerate(projects):
        for change in compare_settings(first, each):
            found.setdefault(change.name, [change.before] * len(projects))[place] = change.after
    told = [(_title(name.removeprefix("training.")), tuple(map(_brief, values))) for name, values in found.items()]
    if len(set(networks)) > 1:
        told.insert(0, ("network", ("as it is", *networks[1:])))
    return told
