"""How good a model is on a split, in the units of the data."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any

import keras
import numpy as np

from dlstudio.data.pictures.listed_pairs import ListedPairs
from dlstudio.tasks.informed import JudgedByPairs, JudgedByTexts, Stretches
from dlstudio.training.batches import Feed
from dlstudio.training.preparation import Network
from dlstudio.training.stepping import predict
from dlstudio.training.targets import reductions


def measure(
    network: Network, model: keras.Model, feeds: Mapping[str, Feed], batch_size: int
) -> dict[str, dict[str, float]]:
    """The tasks' metrics of a model on some splits, by split; empty for an empty one.

    Bands are those that Inspect shows: stretched to hold on the validation split as often as they say.

    Args:
        network: Says what the numbers mean.
        model: With the weights to measure.
        feeds: The splits by name, ``validation`` first.
        batch_size: Samples a batch.
    """
    found: dict[str, dict[str, float]] = {}
    stretches: dict[str, float] = {}
    for split, feed in feeds.items():
        found[split] = {}
        if not len(feed):
            continue
        outputs = predict(model, feed, batch_size, network.outputs, reductions(network.targets))
        truth = {target.output: feed.column(target.column.name) for target in network.targets}
        for target in network.targets:
            if isinstance(target.task, Stretches):
                name, given = target.output, outputs[target.output]
                if split == "validation":
                    stretches[name] = target.task.stretch(truth[name], given, target.column)
                outputs[name] = target.task.stretched(given, stretches.get(name, 1.0), target.column)
        references = {target.output: feed.references(target.column.name, feed.rows) for target in network.targets}
        found[split] = score(network, truth, outputs, references, feed.pairs(feed.rows))
    return found


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
