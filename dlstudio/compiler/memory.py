"""Estimates the memory that training takes, from facts alone."""

from __future__ import annotations

from collections.abc import Mapping
from math import prod

from dlstudio.compiler.facts import LayerFacts
from dlstudio.graph.project import ObjectSettings, TrainingSettings

_BYTES = 4
_SLOTS = {
    "SGD": 0,
    "Adam": 2,
    "AdamW": 2,
    "Nadam": 2,
    "Adamax": 2,
    "Adadelta": 2,
    "Adagrad": 1,
    "RMSprop": 1,
    "Ftrl": 2,
    "Lion": 1,
    "Lamb": 2,
    "Adafactor": 1,
    "Muon": 2,
    "ScheduleFreeAdamW": 3,
}


def optimizer_slots(optimizer: ObjectSettings) -> int:
    """How many values an optimizer keeps for each weight beside the weight and its gradient."""
    name = optimizer.type.rpartition(".")[2]
    slots = _SLOTS.get(name, 2)
    if name == "SGD" and optimizer.settings.get("momentum"):
        slots = 1
    if name == "RMSprop":
        slots += bool(optimizer.settings.get("momentum")) + bool(optimizer.settings.get("centered"))
    if optimizer.settings.get("amsgrad"):
        slots += 1
    return slots + bool(optimizer.settings.get("use_ema"))


def memory_bytes(layers: Mapping[str, LayerFacts], training: TrainingSettings | None) -> int:
    """Bytes while training: weights, gradients and slots of the trainable ones, and the activations of one batch.

    A length that is not known counts as 1. What the framework itself and the data take is not in it.
    """
    training = training or TrainingSettings()
    parameters = sum(facts.parameters or 0 for facts in layers.values())
    trainable = sum(facts.trainable_parameters or 0 for facts in layers.values())
    weights = parameters + trainable * (1 + optimizer_slots(training.optimizer))
    activations = sum(_activations(facts) for facts in layers.values())
    return _BYTES * (weights + activations * training.batch_size)


def _activations(facts: LayerFacts) -> int:
    if facts.activations is not None:
        return facts.activations
    return sum(prod(length or 1 for length in shape) for port, shape in facts.output_shapes.items() if port != "inputs")
