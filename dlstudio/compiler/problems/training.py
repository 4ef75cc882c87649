"""What the length of a run makes of a graph: few steps for the averages of batch normalization."""

from __future__ import annotations

from collections.abc import Iterator
from math import ceil

from dlstudio.compiler.problems.context import Context, set_edit
from dlstudio.graph.problems import Fix, Problem

_BATCH_NORMALIZATION = "keras.layers.BatchNormalization"
_SETTLED = 5
"""The moving averages hold what they began with to ``exp(-steps * (1 - momentum))``; below 5 that still shows."""


def settling_problems(context: Context) -> Iterator[Problem]:
    """Batch normalization whose averages will not settle in as few steps as the run has."""
    training = context.training
    if training is None or not context.rows:
        return
    steps = training.epochs * ceil(context.rows / training.batch_size)
    found = []
    for node in context.graph.of_type(_BATCH_NORMALIZATION):
        momentum = context.setting(node, "momentum")
        unsettled = isinstance(momentum, int | float) and momentum > 0.9 and steps * (1 - momentum) < _SETTLED
        if unsettled and not node.bypassed and not node.shares:
            found.append(node)
    if not found:
        return
    first = found[0]
    others = "" if len(found) == 1 else f", and {len(found) - 1} more likewise"
    which = first.id if len(found) == 1 else f"all {len(found)}"
    yield Problem(
        f"'{first.id}' (BatchNormalization) has momentum {context.setting(first, 'momentum'):g}{others}, but this run "
        f"has only {steps} steps: its averages will not settle, and validation will look far worse than training. 0.9 "
        f"settles in 50 steps.",
        first.id,
        Fix(f"Set {which} momentum to 0.9", tuple(set_edit(node.id, "momentum", 0.9) for node in found)),
        "warning",
    )
