"""Completes the fix that adds a missing Input or Output: the column it is bound to, and what makes the widths fit."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from dlstudio.compiler.problems.context import Candidate, Context, Edit
from dlstudio.compiler.problems.trying import MOST_FIXES, mending_fixes
from dlstudio.graph.columns import ColumnSpec
from dlstudio.graph.edits import NAME_PATTERN, free_name
from dlstudio.graph.model import INPUT, OUTPUT
from dlstudio.graph.problems import Problem
from dlstudio.tasks.registry import get_task, suited_task
from dlstudio.tasks.task import TaskError

_READ_FIRST = ("image", "video", "audio", "text", "series", "number", "category")
_LEARNED_FIRST = ("category", "number")


def completed(context: Context, problem: Problem) -> Problem:
    """The same problem; where its fix adds an Input or Output, with fixes that bind it to columns that fit."""
    edits = [edit for edit in (problem.fix.edits if problem.fix else ()) if edit.get("edit") == "add"]
    if problem.node is not None or len(edits) != 1 or not context.specs or problem.fix is None:
        return problem
    kind = edits[0].get("type")
    if kind == INPUT:
        tries = _inputs(context, problem.fix.edits)
    elif kind == OUTPUT:
        tries = _outputs(context, edits[0])
    else:
        return problem
    target = edits[0].get("target")
    found = mending_fixes(context, str(target) if target else "", tries)
    return replace(problem, fix=found[0], fixes=found[:MOST_FIXES]) if found else problem


def _inputs(context: Context, edits: tuple[Edit, ...]) -> Iterator[Candidate]:
    for spec in _free(context, _READ_FIRST):
        name = free_name(context.graph, _named(spec))
        bound = tuple(
            {**edit, "name": name, "settings": {"column": spec.name}}
            if edit.get("edit") == "add"
            else {**edit, "source": name}
            for edit in edits
        )
        where = f" before {edits[0]['target']}" if edits[0].get("target") else ""
        yield f"Add an Input of the column {spec.name}{where}", bound


def _outputs(context: Context, edit: Edit) -> Iterator[Candidate]:
    source = edit.get("source")
    traced = context.found.traced.get(str(source)) if source else None
    shape = next((fact.sample_shape for fact in traced.outputs.values()), None) if traced else None
    for spec in _free(context, _LEARNED_FIRST):
        try:
            task = suited_task(spec)
            units = get_task(task).units(spec)
        except TaskError:
            continue
        edits: list[Mapping[str, Any]] = []
        last, more = source, ""
        if shape is not None and len(shape) > 1:
            last = free_name(context.graph, "average" if len(shape) < 5 else "flatten")
            axes = len(shape) - 1
            layer = f"GlobalAveragePooling{axes}D" if axes < 4 else "Flatten"
            edits.append({"edit": "add", "type": f"keras.layers.{layer}", "name": last, "source": source})
        if shape is not None and shape != (units,):
            dense = free_name(context.graph, "logits")
            settings = {"units": units}
            edits.append(
                {"edit": "add", "type": "keras.layers.Dense", "name": dense, "settings": settings, "source": last}
            )
            last, more = dense, f" behind a Dense of {units} unit{'s' * (units != 1)}"
        end = {**edit, "name": free_name(context.graph, _named(spec))}
        end["settings"] = {"column": spec.name, "task": task}
        if last:
            end["source"] = last
        yield f"Add an Output for the column {spec.name}{more}", (*edits, end)


def _free(context: Context, kinds: tuple[str, ...]) -> list[ColumnSpec]:
    used = {node.settings.get("column") for node in context.graph if node.type in (INPUT, OUTPUT)}
    free = [spec for name, spec in context.specs.items() if name not in used and spec.kind in kinds]
    return sorted(free, key=lambda spec: kinds.index(spec.kind))


def _named(spec: ColumnSpec) -> str:
    """A node's name after a column, where that makes a valid one."""
    return spec.name if NAME_PATTERN.fullmatch(spec.name) else "column"
