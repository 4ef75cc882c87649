"""How each layer learns: norms of gradients and weights, how far a step moves them, and which units give nothing.

It is measured in single steps now and then, so that a training does not feel it: as often as it takes no more than a
hundredth of the time. The gradients' norms are taken inside of the step, and only in those that are asked for
(:mod:`dlstudio.training.computing.gradient_norms`); weights, order and random numbers are the same with and without.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Mapping
from typing import Any

import keras
import numpy as np

from dlstudio.training.batches import Feed
from dlstudio.training.computing.gradient_norms import gradient_norms
from dlstudio.training.layer_outputs import operations_by_path, visit_outputs
from dlstudio.training.runs import events as ev

SHARE = 0.01  # of the time of the training
PROBE_SAMPLES = 32
LEAST_SECONDS = 0.5
_FIRST_COST = 0.02
COMPILED_AFTER = 20.0  # seconds; JAX compiles the look at units first, which a short training would feel
MOST_BYTES = 400 << 20  # of weights that are copied to see how far a step moves them
_RECORDS = 300  # about so many of a long run, and as many again each time that it becomes 2.7 times as long


class LayerWatch:
    """Measures the layers of one model while it trains.

    Args:
        model: Compiled; its steps get the measuring of gradients built in.
        feed: Samples of which always the same are looked at for units that give nothing.
        clock: Seconds.

    Attributes:
        norms: For the steps of the model, which are made after this.
    """

    def __init__(self, model: keras.Model, feed: Feed, clock: Callable[[], float] = time.monotonic) -> None:
        self._model = model
        self._clock = clock
        self._variables = list(model.trainable_variables)
        self._path_of = _paths(model)
        self.norms = gradient_norms(model)
        self._rectified = [path for path, operation in operations_by_path(model) if is_rectified(operation)]
        self._probe = feed.take(np.arange(min(PROBE_SAMPLES, len(feed))))[0] if self._rectified else None
        self._copied = sum(math.prod(each.shape) * 4 for each in self._variables) <= MOST_BYTES
        self._before: list[Any] = []
        self._cost, self._began = 0.0, clock()
        self._compiled = keras.config.backend() == "jax"
        self._probed = False
        self._ended = self._began if self._compiled else -math.inf
        self._shares = _shares_in_jax(model) if self._compiled else lambda inputs: dead_units(model, inputs)

    def due(self, epoch_ends: bool) -> bool:
        """Whether the next step is to be measured; the last of an epoch is, if there is time for it.

        Args:
            epoch_ends: Whether it is the last one of an epoch.
        """
        now = self._clock()
        since = now - self._ended
        if since < self._cost / SHARE:
            return False
        return epoch_ends or since >= max(LEAST_SECONDS, (now - self._began) / _RECORDS)

    def before(self) -> None:
        """Comes directly before the step that is measured."""
        self._started = self._clock()
        self.norms.ask(True)
        self._before = self._values(copied=True) if self._copied else []
        self._spent = self._clock() - self._started

    def after(self, epoch: int, step: int) -> ev.Layers:
        """Comes directly after it; what it came to."""
        gradients = self.norms.read()  # waits for the step
        started = self._clock()
        self.norms.ask(False)
        values = self._values()
        weights = _norms(values)
        moved = [now - before for now, before in zip(values, self._before, strict=False)]
        updates = _norms(moved) if moved else np.full(len(weights), np.nan)
        self._before = []
        layers: dict[str, dict[str, float]] = {}
        for path, places in self._path_of.items():
            gradient, weight, update = (_together(each[places]) for each in (gradients, weights, updates))
            layers[path] = {"gradient": gradient, "weights": weight}
            if math.isfinite(update):
                layers[path]["update"] = update / weight if weight else math.nan
        first = not math.isfinite(self._ended)
        if self._probe is not None and (not self._compiled or started - self._began > COMPILED_AFTER):
            first, self._probed = first or not self._probed, True
            for path, share in self._shares(self._probe).items():
                layers.setdefault(path, {})["dead"] = share
        self._ended = self._clock()
        self._cost = self._spent + self._ended - started
        if first:  # the first time is slow, as a first step is
            self._cost = min(self._cost, _FIRST_COST)
        told = {path: {name: _short(value) for name, value in each.items()} for path, each in layers.items()}
        return ev.Layers(epoch=epoch, step=step, layers=told)

    def _values(self, *, copied: bool = False) -> list[Any]:
        """What is learnt, as it is now. With JAX on the host: there, each shape would be compiled for; a step may use
        the memory of its variables again."""
        if self._compiled:
            return [np.array(keras.ops.convert_to_numpy(each), copy=copied or None) for each in self._variables]
        return [keras.ops.copy(each.value) if copied else each.value for each in self._variables]


def watch_layers(model: keras.Model, feed: Feed) -> LayerWatch | None:
    """A watch for a model, or None where there is nothing to watch."""
    if not model.trainable_variables or not len(feed):
        return None
    return LayerWatch(model, feed)


def dead_units(model: keras.Model, inputs: Any) -> dict[str, float]:
    """The share of the units behind a relu that give 0 for every one of some samples, by the path of their layer.

    A unit is one entry of the last axis: a neuron, or a filter at all of its places.
    """
    return {path: float(share) for path, share in _dead_shares(model, inputs).items()}


def _dead_shares(model: keras.Model, inputs: Any) -> dict[str, Any]:
    """The same, as the backend's own numbers."""
    ops, found = keras.ops, {}

    def look(path: str, operation: Any, given: Any) -> None:
        if is_rectified(operation):
            most = ops.max(given, axis=tuple(range(len(given.shape) - 1)))
            found[path] = ops.mean(ops.cast(most <= 0, "float32"))

    visit_outputs(model, inputs, look)
    return found


def _shares_in_jax(model: keras.Model) -> Callable[[Any], dict[str, float]]:
    """:func:`dead_units` of one model as one program; operation by operation, JAX would compile each of them."""
    import jax

    def shares(learnt: Any, fixed: Any, inputs: Any) -> dict[str, Any]:
        variables = [*model.trainable_variables, *model.non_trainable_variables]
        with keras.StatelessScope(state_mapping=list(zip(variables, [*learnt, *fixed], strict=True))):
            return _dead_shares(model, inputs)

    program = jax.jit(shares)

    def now(inputs: Any) -> dict[str, float]:
        groups = (model.trainable_variables, model.non_trainable_variables)
        found = program(*([each.value for each in group] for group in groups), inputs)
        return {path: float(share) for path, share in found.items()}

    return now


def is_rectified(operation: Any) -> bool:
    """Whether what leaves a layer or operation has gone through a relu that cuts everything below 0."""
    if isinstance(operation, keras.layers.ReLU):
        return not operation.negative_slope and not operation.threshold
    if type(operation).__name__ in ("Relu", "Relu6"):
        return True
    return getattr(operation, "activation", None) in (keras.activations.relu, keras.activations.relu6)


def _paths(model: keras.Model) -> Mapping[str, list[int]]:
    """The places of each layer's variables among those that the model learns, by the layer's path."""
    place = {id(variable): index for index, variable in enumerate(model.trainable_variables)}
    found: dict[str, list[int]] = {}
    for path, layer in operations_by_path(model):
        places = [place.pop(id(each)) for each in getattr(layer, "trainable_weights", ()) if id(each) in place]
        if places:
            found[path] = places
    return found


def _norms(tensors: list[Any]) -> np.ndarray:
    if all(isinstance(each, np.ndarray) for each in tensors):
        return np.asarray([np.linalg.norm(each.astype(np.float32).ravel()) for each in tensors])
    ops = keras.ops
    squares = [ops.sum(ops.square(ops.cast(each, "float32"))) for each in tensors]
    return np.asarray([math.sqrt(float(each)) for each in squares])


def _together(norms: np.ndarray) -> float:
    """The norm of several parts as one."""
    return float(np.sqrt(np.square(norms.astype(np.float64)).sum()))


def _short(value: float) -> float:
    return float(f"{value:.4g}")
