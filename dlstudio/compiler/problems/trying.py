"""Tries fixes out on the graph before they are offered: what breaks something that worked is not."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from dlstudio.compiler.facts import Shape
from dlstudio.compiler.problems.context import MOST_TRIALS, Candidate, Context
from dlstudio.compiler.problems.outward import outward
from dlstudio.compiler.uses import Evaluated
from dlstudio.graph.edits import EditError, apply_edits
from dlstudio.graph.model import INPUT, OUTPUT, Graph, Node
from dlstudio.graph.problems import Fix, Problem
from dlstudio.graph.project import Project
from dlstudio.tasks.registry import get_task
from dlstudio.tasks.task import TaskError

_NAMES = (
    "activation rate dropout recurrent_dropout momentum mask_zero use_causal_mask trainable scale kernel_initializer "
    "kernel_regularizer recurrent_regularizer embeddings_regularizer"
)
_WITHOUT_SHAPE = frozenset(_NAMES.split())
_KEEPING = ("keras.layers.BatchNormalization", "keras.layers.LayerNormalization", "keras.layers.Dropout")
_FEWEST_TRIALS = 8
_MOST_STEPS = 12_000
"""Nodes walked for all trials of one search; keeps the answer for a thousand layers within 300 ms."""

MOST_FIXES = 3
"""More links than this beside one sentence are no help."""


def mending_fixes(
    context: Context, node_id: str, candidates: Iterable[Candidate], last: Candidate | None = None
) -> tuple[Fix, ...]:
    """Up to three candidates after which a failing node works and nothing fails that did not fail before.

    Those after which the whole network works come first, otherwise the order is kept. ``last`` is offered only where
    there is room behind the others.
    """
    clean: list[Fix] = []
    partial: list[Fix] = []
    for label, edits in candidates:
        if any(all(edit in edits for edit in fix.edits) for fix in clean):
            continue  # less than this is enough
        if len(clean) == MOST_FIXES or not _may_try(context):
            break
        graph = edited(context, edits)
        if graph is None:
            continue
        after = context.evaluate(graph)
        if _breaks(context, graph, after) or not _works_or_is_gone(graph, after, node_id):
            continue
        (clean if _all_works(context, graph, after) else partial).append(Fix(label, edits))
    found = (*clean, *partial)[:MOST_FIXES]
    if last and len(found) < MOST_FIXES:
        # Where too much is wrong to try everything out, taking the node out is offered all the same.
        found += mending_fixes(context, node_id, [last]) if trials_left(context) else (Fix(*last),)
    return found


def harmless_fixes(context: Context, candidates: Iterable[Candidate]) -> tuple[Fix, ...]:
    """Up to three candidates after which everything works that worked before, and each Output gets the same shape.

    Those for a graph inside a block are held against the whole project, since all uses of the block follow.
    """
    found: list[Fix] = []
    whole = context.whole
    for label, edits in candidates:
        if len(found) == MOST_FIXES:
            break
        made = outward(context, Fix(label, edits)).edits
        if not all(_keeps_shapes(edit) for edit in made):
            if not _may_try(whole):
                continue  # another may need no trial
            graph = edited(whole, made)
            if graph is None:
                continue
            after = whole.evaluate(graph)
            if _breaks(whole, graph, after) or _other_ends(whole, graph, after):
                continue
        found.append(Fix(label, edits))
    return tuple(found)


def without_harm(context: Context, problem: Problem) -> Problem:
    """The same problem without those of its fixes that would break a node which works; one at least is kept.

    Where there are fixes after which the whole network works, the others go; the last one always stays.
    """
    if len(problem.fixes) < 2:
        return problem
    clean: list[Fix] = []
    partial: list[Fix] = []
    for fix in problem.fixes[:-1]:
        if len(clean) == MOST_FIXES - 1 or not _may_try(context):
            break
        graph = edited(context, fix.edits)
        if graph is None:
            continue
        after = context.evaluate(graph)
        if not _breaks(context, graph, after) and _works_or_is_gone(graph, after, problem.node):
            (clean if _all_works(context, graph, after) else partial).append(fix)
    kept = (*(clean or partial[: MOST_FIXES - 1]), problem.fixes[-1])
    return replace(problem, fix=kept[0], fixes=kept)


def edited(context: Context, edits: Iterable[object]) -> Graph | None:
    """The graph after some edits, or None where they make no sense; the same where they only concern the training."""
    try:
        return apply_edits(Project(graph=context.graph), edits).graph  # type: ignore[arg-type]
    except (EditError, KeyError):
        return None


def _keeps_shapes(edit: Mapping[str, Any]) -> bool:
    """Whether an edit cannot change what any node gives or takes."""
    kind = edit.get("edit")
    if kind == "insert":
        return edit.get("type") in _KEEPING
    return kind == "training" or (kind in ("set", "unset") and edit.get("setting") in _WITHOUT_SHAPE)


def trials_left(context: Context) -> int:
    """How many more fixes may be tried out in this search: each walks the graph once."""
    most = min(MOST_TRIALS, max(_FEWEST_TRIALS, _MOST_STEPS // max(len(context.graph), 1)))
    return most - context._trials


def _may_try(context: Context) -> bool:
    if trials_left(context) <= 0:
        return False
    context._trials += 1
    return True


def _breaks(context: Context, graph: Graph, after: Evaluated) -> bool:
    before = context.found.traced
    return any(traced.fault is None and name in graph and not _works(after, name) for name, traced in before.items())


def _works_or_is_gone(graph: Graph, after: Evaluated, name: str | None) -> bool:
    if name is None or name not in graph:
        return True
    if graph[name].type == INPUT:
        return _works(after, name)
    return name in after.inputs and (name not in after.traced or after.traced[name].fault is None)


def _all_works(context: Context, graph: Graph, after: Evaluated) -> bool:
    """Whether nothing fails any more and each Output gets a vector of the length that its task needs."""
    if any(traced.fault is not None for traced in after.traced.values()):
        return False
    return all(node.id in after.inputs and _fits(context, node, after) for node in graph.of_type(OUTPUT))


def _fits(context: Context, node: Node, after: Evaluated) -> bool:
    spec = context.specs.get(str(node.settings.get("column") or ""))
    try:
        task = get_task(str(node.settings.get("task") or "classification"))
        expected = task.output_shape(spec) if spec and task.suits(spec) else None
    except TaskError:
        return True
    return expected is None or fits_shape(after.inputs[node.id]["inputs"][0].sample_shape, expected)


def fits_shape(shape: Shape, expected: Shape) -> bool:
    """Whether a shape is the one expected; a length of None on either side fits any."""
    return len(shape) == len(expected) and all(
        here is None or wanted is None or here == wanted for here, wanted in zip(shape, expected, strict=True)
    )


def _works(found: Evaluated, name: str) -> bool:
    traced = found.traced.get(name)
    return traced is not None and traced.fault is None


def _other_ends(context: Context, graph: Graph, after: Evaluated) -> bool:
    """Whether an Output gets another shape than before."""
    for node in graph.of_type(OUTPUT):
        before, now = context.found.inputs.get(node.id), after.inputs.get(node.id)
        if before and (not now or [f.shape for f in now["inputs"]] != [f.shape for f in before["inputs"]]):
            return True
    return False
