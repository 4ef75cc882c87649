"""Whether a run that repeats another came out as the first did."""

from __future__ import annotations

import numpy as np

from dlstudio.training.checkpoints import read_snapshot
from dlstudio.training.failures import TrainingError
from dlstudio.training.runs.run_folder import RunFolder


def outcome(run: RunFolder, first: RunFolder) -> str:
    """Whether a repeated run came out as the first did, as a sentence.

    Their loss curves are compared as far as both go, their last weights where both made the same number of epochs.
    """
    new, old = run.info(), first.info()
    shared = min(len(new.history), len(old.history))
    differing = [epoch for epoch in range(shared) if dict(new.history[epoch]) != dict(old.history[epoch])]
    if differing:
        return f"It is not run {first.name} again: the values differ from epoch {differing[0] + 1} on."
    if len(new.history) != len(old.history):
        return f"The first {shared} epochs are those of run {first.name}, value by value."
    try:
        pairs = zip(
            read_snapshot(run.last_checkpoint).weights, read_snapshot(first.last_checkpoint).weights, strict=True
        )
        same = all(np.array_equal(one, other, equal_nan=one.dtype.kind == "f") for one, other in pairs)
    except (TrainingError, ValueError):
        return f"All {shared} epochs are those of run {first.name}, value by value."
    if not same:
        return f"The values are those of run {first.name}, but its last weights are others."
    return f"It is run {first.name} again, bit for bit: {shared} epochs and the last weights."
