"""What the training settings make of a graph: few steps for batch normalization, more memory than there is."""

from __future__ import annotations

import os
from collections.abc import Iterator
from math import ceil

from dlstudio.compiler.problems.context import Context, set_edit
from dlstudio.graph.problems import Fix, Problem

_BATCH_NORMALIZATION = "keras.layers.BatchNormalization"
_SETTLED = 5
"""The moving averages hold what they began with to ``exp(-steps * (1 - momentum))``; below 5 that still shows."""


def training_problems(context: Context, parameters: int, memory_bytes: int) -> Iterator[Problem]:
    """Weights that do not fit into memory, and warnings that depend on the training settings where those are known.

    Args:
        context: The graph and what was found of it.
        parameters: Weights in all.
        memory_bytes: The estimate for training.
    """
    there = physical_memory()
    if there is not None and 4 * parameters > there:
        yield Problem(
            f"The network has {parameters:,} parameters: its weights alone take {4 * parameters / 2**30:.1f} GiB, but "
            f"this machine has {there / 2**30:.1f} GiB. Use smaller layers."
        )
        return
    if context.training is None:
        return
    yield from settling_problems(context)
    yield from _memory(context, memory_bytes)


def settling_problems(context: Context) -> Iterator[Problem]:
    """Batch normalization whose averages will not settle in as few steps as the run has."""
    training = context.training
    if training is None or not context.rows:
        return
    steps = training.epochs * ceil(context.rows / training.batch_size)
    for node in context.graph.of_type(_BATCH_NORMALIZATION):
        momentum = context.setting(node, "momentum")
        if not isinstance(momentum, int | float) or steps * (1 - momentum) >= _SETTLED or momentum <= 0.9:
            continue
        yield Problem(
            f"'{node.id}' (BatchNormalization) has momentum {momentum:g}, but this run has only {steps} steps: its "
            f"averages will not settle, and validation will look far worse than training. 0.9 settles in 50 steps.",
            node.id,
            Fix(f"Set {node.id} momentum to 0.9", (set_edit(node.id, "momentum", 0.9),)),
            "warning",
        )


def _memory(context: Context, memory_bytes: int) -> Iterator[Problem]:
    training = context.training
    there = physical_memory()
    if training is None or there is None or memory_bytes <= there:
        return
    batch = training.batch_size
    message = f"Training needs about {memory_bytes / 2**30:.1f} GiB, but this machine has {there / 2**30:.1f} GiB."
    smaller = max(1, int(batch * there / memory_bytes / 2))
    if batch > 1:
        fix = Fix(
            f"Set the batch size to {smaller}", ({"edit": "training", "setting": "batch_size", "value": smaller},)
        )
        yield Problem(f"{message} Use a smaller batch or smaller layers.", None, fix, "warning")
    else:
        yield Problem(f"{message} Use smaller layers.", None, None, "warning")


def physical_memory() -> int | None:
    """Bytes of main memory, or None where the system does not say."""
    try:
        return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    except (AttributeError, OSError, ValueError):
        return None
