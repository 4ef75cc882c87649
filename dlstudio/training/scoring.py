"""How good a model is on a split, in the units of the data."""

from __future__ import annotations

import keras
import numpy as np

from dlstudio.training.batches import Feed
from dlstudio.training.preparation import Prepared
from dlstudio.training.stepping import predict


def measure(prepared: Prepared, model: keras.Model, feed: Feed, prefix: str, batch_size: int) -> dict[str, float]:
    """The tasks' metrics of a model on a split; empty for an empty split.

    Args:
        prepared: The run.
        model: With the weights to measure.
        feed: The split.
        prefix: Put before each name, such as ``val_``.
        batch_size: Samples a batch.
    """
    if not len(feed):
        return {}
    outputs = predict(model, feed, batch_size, tuple(target.output for target in prepared.targets))
    truth = {target.output: feed.column(target.column.name) for target in prepared.targets}
    return {f"{prefix}{name}": value for name, value in score(prepared, truth, outputs).items()}


def score(prepared: Prepared, truth: dict[str, np.ndarray], outputs: dict[str, np.ndarray]) -> dict[str, float]:
    """The tasks' metrics; with several Outputs, each name begins with the Output's id.

    Args:
        prepared: The run.
        truth: Encoded target values by Output id, (samples, ...).
        outputs: What the network gives by Output id, (samples, units).
    """
    found: dict[str, float] = {}
    for target in prepared.targets:
        name, column = target.output, target.column
        real, given = in_units(prepared, column.name, truth[name]), in_units(prepared, column.name, outputs[name])
        values = target.task.evaluate(real, given, column, target.probabilities)
        single = len(prepared.targets) == 1
        found |= {key if single else f"{name}_{key}": float(value) for key, value in values.items()}
    return found


def in_units(prepared: Prepared, column: str, values: np.ndarray) -> np.ndarray:
    """Numbers in the units of the data; other kinds of column as they are."""
    if prepared.data.specs[column].kind != "number":
        return values
    return np.asarray(prepared.data.decode_number(column, values))
