"""What can be said of a run before its first step that its owner would like to have known: sentences, none an error."""

from __future__ import annotations

import math
from collections.abc import Iterator

import keras

from dlstudio.data.doctor.quick import data_problems
from dlstudio.data.preparing import PreparedData
from dlstudio.training.computing.shares import ALL_OF_IT, Share
from dlstudio.training.preparation import Network


def forewarnings(data: PreparedData, network: Network, steps: int, share: Share = ALL_OF_IT) -> Iterator[str]:
    """Warnings about data, label smoothing, batch normalization, and batches that several workers cannot share.

    Args:
        data: What is learnt.
        network: What learns, with its settings.
        steps: Of the whole run.
        share: What of each batch this process computes.
    """
    settings = network.project.training
    batch_size = settings.batch_size
    if settings.label_smoothing and not any(target.smooths for target in network.targets):
        yield "Label smoothing is set but changes nothing: no Output learns classes by their cross-entropy."
    for problem in data_problems(data.settings, data):
        if problem.severity == "warning":
            yield problem.message
    if share.workers > 1 and not share.divides(batch_size):
        yield (
            f"{batch_size} samples a batch cannot be dealt out evenly to {share.devices} devices, so each worker "
            f"computes all of them. Choose a batch size that is a multiple of {share.devices}."
        )
    yield from _slow_averages(network.model, steps)


def _slow_averages(model: keras.Model, steps: int) -> Iterator[str]:
    """Batch normalization evaluates with averages that need about 3 / (1 - momentum) steps to settle."""
    for layer in model._flatten_layers():
        momentum = getattr(layer, "momentum", None)
        if isinstance(layer, keras.layers.BatchNormalization) and steps < 3 / max(1 - float(momentum or 0), 1e-6):
            yield (
                f"'{layer.name}' averages over more steps (momentum {momentum:g}) than this run has ({steps}), so "
                f"validation will look worse than the network is. {_momentum_advice(steps)}"
            )
            return


def _momentum_advice(steps: int) -> str:
    """What lets the averages settle within so many steps."""
    momentum = math.floor(100 * (1 - 3 / steps)) / 100 if steps else 0.0
    longer = "train longer, or use smaller batches"
    return f"Set its momentum to {momentum:g}, {longer}." if momentum >= 0.5 else f"{longer[0].upper()}{longer[1:]}."
