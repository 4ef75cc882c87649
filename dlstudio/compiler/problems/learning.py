"""What runs but hurts learning: the checks of single layers and of whole graphs, each on living, working nodes."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator
from typing import Any

from dlstudio.compiler.problems import (
    attention,
    capacity,
    hidden_activations,
    images,
    moving_targets,
    regularizing,
    repeated,
    tokens,
    writing,
)
from dlstudio.compiler.problems.context import Context
from dlstudio.compiler.problems.reading import Check, Reading, kind
from dlstudio.compiler.problems.recipe import recipe_problems
from dlstudio.compiler.problems.sample_axis import works_along_samples
from dlstudio.graph.problems import Problem

_GRAPH_CHECKS = (
    *repeated.GRAPH_CHECKS,
    *hidden_activations.GRAPH_CHECKS,
    *regularizing.GRAPH_CHECKS,
    *capacity.GRAPH_CHECKS,
    *writing.GRAPH_CHECKS,
)


Told = set[tuple[str, str, Callable[..., Any]]]
"""Which check has found something at which node of which block; of a whole graph the node is empty."""


def learning_problems(context: Context, told: Told | None = None) -> Iterator[Problem]:
    """Everything of this kind; nodes that are bypassed, fail or lead nowhere are not judged.

    Args:
        context: The search; that of a graph inside a block says nothing of Outputs and of the recipe.
        told: What has been said of blocks: a check that found something at a node is not asked again there.
    """
    reading = Reading(context)
    for node in context.graph:
        if node.bypassed or node.id not in reading.living or reading.traced(node) is None:
            continue
        for check in (*_NODE_CHECKS.get(kind(node), ()), works_along_samples):
            yield from _once(context, told, node.id, check, check(reading, node))
    for graph_check in _GRAPH_CHECKS:
        yield from _once(context, told, "", graph_check, graph_check(reading))
    if context.home is None:
        yield from recipe_problems(context)


def _once(
    context: Context, told: Told | None, node: str, check: Callable[..., Any], problems: Iterator[Problem]
) -> Iterator[Problem]:
    if context.home is None or told is None:
        yield from problems
        return
    key = (context.home.block, node, check)
    if key not in told:
        for problem in problems:  # the check begins only here
            told.add(key)
            yield problem


def _collected() -> dict[str, tuple[Check, ...]]:
    found: defaultdict[str, tuple[Check, ...]] = defaultdict(tuple)
    for module in (attention, capacity, hidden_activations, images, moving_targets, regularizing, tokens, writing):
        for name, checks in module.NODE_CHECKS.items():
            found[name] += checks
    return dict(found)


_NODE_CHECKS = _collected()
