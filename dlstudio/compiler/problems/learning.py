"""What runs but hurts learning: the checks of single layers and of whole graphs, each on living, working nodes."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from dlstudio.compiler.problems import attention, capacity, hidden_activations, images, regularizing, repeated, tokens
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
)


def learning_problems(context: Context) -> Iterator[Problem]:
    """Everything of this kind; nodes that are bypassed, fail or lead nowhere are not judged."""
    reading = Reading(context)
    for node in context.graph:
        if node.bypassed or node.id not in reading.living or reading.traced(node) is None:
            continue
        for check in _NODE_CHECKS.get(kind(node), ()):
            yield from check(reading, node)
        yield from works_along_samples(reading, node)
    for graph_check in _GRAPH_CHECKS:
        yield from graph_check(reading)
    yield from recipe_problems(context)


def _collected() -> dict[str, tuple[Check, ...]]:
    found: defaultdict[str, tuple[Check, ...]] = defaultdict(tuple)
    for module in (attention, capacity, hidden_activations, images, regularizing, tokens):
        for name, checks in module.NODE_CHECKS.items():
            found[name] += checks
    return dict(found)


_NODE_CHECKS = _collected()
