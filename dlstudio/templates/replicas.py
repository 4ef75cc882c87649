"""Nodes of a template that stand once for every category of a table, each fed by an Input of its own.

A node with ``"each": "category"`` becomes ``name_1``, ``name_2`` ... Its settings may be ``"$each.column"`` (the
column's name), ``"$each.ids"`` (its classes and one id for a missing value) and ``"$each.width"`` (a width for its
embedding). Wires between such nodes are repeated with them; a wire from one to a node that stands once comes from every
copy. A row of the layout that holds such nodes is repeated, too.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from dlstudio.graph.columns import ColumnSpec

LEAST_WIDTH, MOST_WIDTH = 2, 16


def replicated(content: Mapping[str, Any], categories: Sequence[ColumnSpec]) -> dict[str, Any]:
    """A template's content with its nodes for each category written out; unchanged where it has none."""
    nodes: Mapping[str, Any] = content["nodes"]
    each = {name for name, node in nodes.items() if node.get("each") == "category"}
    if not each:
        return dict(content)
    numbers = range(1, len(categories) + 1)
    found: dict[str, Any] = {}
    for name, node in nodes.items():
        if name not in each:
            found[name] = node
            continue
        for number, column in zip(numbers, categories, strict=True):
            found[_copy(name, number)] = {
                **{key: value for key, value in node.items() if key != "each"},
                "settings": _of_category(node.get("settings", {}), column),
            }
    wires: list[list[str]] = []
    for source, target in content["wires"]:
        ends = (source.partition(".")[0] in each, target.partition(".")[0] in each)
        copies = numbers if any(ends) else (0,)
        for number in copies:
            wire = zip((source, target), ends, strict=True)
            wires.append([_copy(end, number) if copied else end for end, copied in wire])
    rows: list[list[str | None]] = []
    for row in content["rows"]:
        if each.intersection(row):
            rows += [[_copy(name, number) if name in each else name for name in row] for number in numbers]
        else:
            rows.append(list(row))
    return {**content, "nodes": found, "wires": wires, "rows": rows}


def embedding_width(classes: int) -> int:
    """Half the classes, rounded up, from 2 to 16: a class is told from few others by few numbers."""
    return min(max((classes + 1) // 2, LEAST_WIDTH), MOST_WIDTH)


def _copy(end: str, number: int) -> str:
    name, dot, port = end.partition(".")
    return f"{name}_{number}{dot}{port}"


def _of_category(settings: Mapping[str, Any], column: ColumnSpec) -> dict[str, Any]:
    known = {
        "$each.column": column.name,
        "$each.ids": len(column.classes) + 1,
        "$each.width": embedding_width(len(column.classes)),
    }
    return {key: known.get(value, value) if isinstance(value, str) else value for key, value in settings.items()}
