"""How good a model is on a split, in the units of the data."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any

import keras
import numpy as np

from dlstudio.data.pictures.listed_pairs import ListedPairs
from dlstudio.tasks.informed import JudgedByPairs, JudgedByTexts
from dlstudio.training.batches import Feed
from dlstudio.training.preparation import Network
from dlstudio.training.stepping import predict
from dlstudio.training.targets import reductions


def measure(network: Network, model: keras.Model, feed: Feed, prefix: str, batch_size: int) -> dict[str, float]:
    """The tasks' metrics of a model on a split; empty for an empty split.

    Args:
        network: Says what the numbers mean.
        model: With the weights to measure.
        feed: The split.
        prefix: Put before each name, such as ``val_``.
        batch_size: Samples a batch.
    """
    if not len(feed):
        return {}
    outputs = predict(model, feed, batch_size, network.outputs, reductions(network.targets))
    truth = {target.output: feed.column(target.column.name) for target in network.targets}
    references = {target.output: feed.references(target.column.name, feed.rows) for target in network.targets}
    found = score(network, truth, outputs, references, feed.pairs(feed.rows))
    return {f"{prefix}{name}": value for name, value in found.items()}


def score(
    network: Network,
    truth: Mapping[str, np.ndarray],
    outputs: Mapping[str, np.ndarray],
    references: Mapping[str, Sequence[Any]] = MappingProxyType({}),
    pairs: ListedPairs | None = None,
) -> dict[str, float]:
    """The tasks' metrics; with several Outputs, each name begins with the Output's id.

    Args:
        network: Says what the numbers mean.
        truth: Encoded target values by Output id, (samples, ...).
        outputs: What the network gives by Output id, (samples, units).
        references: What a person knows of the samples by Output id, for tasks that judge texts.
        pairs: Those that the source lists among the samples, for tasks that compare samples.
    """
    found: dict[str, float] = {}
    for target in network.targets:
        name, column = target.output, target.column
        real, given = in_units(network, column.name, truth[name]), in_units(network, column.name, outputs[name])
        if isinstance(target.task, JudgedByTexts) and references.get(name):
            values = target.task.evaluate_texts(references[name], real, given, column, target.probabilities)
        else:
            values = target.task.evaluate(real, given, column, target.probabilities)
        if pairs is not None and isinstance(target.task, JudgedByPairs):
            values = {**values, **target.task.evaluate_pairs(pairs, given, column)}
        single = len(network.targets) == 1
        found |= {key if single else f"{name}_{key}": float(value) for key, value in values.items()}
    return found


def in_units(network: Network, column: str, values: np.ndarray) -> np.ndarray:
    """Numbers in the units of the data; other kinds of column as they are."""
    if network.encoders.specs[column].kind not in ("number", "forecast"):
        return values
    return np.asarray(network.encoders.decode_number(column, values))
