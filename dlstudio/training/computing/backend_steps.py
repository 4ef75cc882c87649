"""One training or test step as each backend of Keras does it quickest: its own step function, called batch by batch.

All three return the running means since the metrics were reset, as the backend's own numbers. JAX carries the values of
all variables from step to step by itself; the model has them again after :meth:`Steps.settle`. Steps of several batches
in one call are in :mod:`dlstudio.training.computing.steps_at_once`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Protocol

import keras
import numpy as np

from dlstudio.training.batches import Batch, Bundle, mapped
from dlstudio.training.computing.gradient_norms import GradientNorms, JaxNorms
from dlstudio.training.computing.mirrored_steps import MirroredSteps, is_mirrored
from dlstudio.training.computing.shares import Part

Logs = Mapping[str, Any]


class Steps(Protocol):
    """Steps of one compiled model."""

    def train(self, batch: Batch) -> Logs:
        """Learns from a batch."""

    def train_in(self, bundle: Bundle, first: int, stop: int) -> Logs:
        """Learns from batches ``first`` to ``stop - 1`` of a stacked bundle; values of (places,) with theirs set.

        Which steps are made in one call changes nothing: it is one and the same program for any number of them.
        """

    def test(self, batch: Batch) -> Logs:
        """Judges a batch."""

    def settle(self) -> None:
        """Gives the model's variables the values that the last step left; before they are read or set."""


def steps_of(model: keras.Model, norms: GradientNorms | None = None) -> Steps:
    """The steps of the backend in use.

    Args:
        model: Compiled.
        norms: What measures the gradients of this model, if anything does.
    """
    if is_mirrored(model):
        return MirroredSteps(model)
    if keras.config.backend() == "jax":
        return _Jax(model, norms if isinstance(norms, JaxNorms) else None)
    return _TensorFlow(model) if keras.config.backend() == "tensorflow" else _Torch(model)


class _TensorFlow:
    def __init__(self, model: keras.Model) -> None:
        model.make_train_function()
        model.make_test_function()
        self._model = model
        self._several: Callable[..., Logs] | None = None

    def train(self, batch: Batch) -> Logs:
        logs: Logs = self._model.train_function(iter((_trimmed(batch),)))
        return logs

    def train_in(self, bundle: Bundle, first: int, stop: int) -> Logs:
        if self._several is None:
            from dlstudio.training.computing.steps_at_once import on_tensorflow

            self._several = on_tensorflow(self._model)
        return self._several(_trimmed(bundle.data), first, stop)

    def test(self, batch: Batch) -> Logs:
        logs: Logs = self._model.test_function(iter((_trimmed(batch),)))
        return logs

    def settle(self) -> None:
        pass


class _Torch:
    def __init__(self, model: keras.Model) -> None:
        self._model = model
        self._begun = False

    def train(self, batch: Batch) -> Logs:
        self._begin(batch)
        if not self._model.training:
            self._model.train()
        logs: Logs = self._model.train_function([batch])
        return {name: value.detach() if hasattr(value, "detach") else value for name, value in logs.items()}

    def train_in(self, bundle: Bundle, first: int, stop: int) -> Logs:
        raise NotImplementedError("PyTorch makes its steps one by one.")

    def test(self, batch: Batch) -> Logs:
        self._begin(batch)
        if self._model.training:
            self._model.eval()
        logs: Logs = self._model.test_function([batch])
        return logs

    def settle(self) -> None:
        pass

    def _begin(self, batch: Batch) -> None:
        if not self._begun:
            self._model._symbolic_build(data_batch=batch)
            self._model.make_train_function()
            self._model.make_test_function()
            self._begun = True


class _Jax:
    """As ``model.fit`` does it: the state goes from step to step and is given back at the end.

    A step may reuse the memory of the state that it was given, so until then whoever reads a variable of the model
    gets JAX's error that the array was deleted, never an old value.
    """

    def __init__(self, model: keras.Model, norms: JaxNorms | None) -> None:
        self._model = model
        self._norms = norms
        self._begun = False
        self._kind = ""
        self._state: tuple[Any, ...] = ()
        self._placed = _placing()
        self._several: Callable[..., tuple[Logs, tuple[Any, ...]]] | None = None

    def train(self, batch: Batch) -> Logs:
        if self._kind != "train":
            self._turn_to("train", batch)
        logs: Logs
        logs, self._state = self._model.train_function(self._state, iter((self._given(batch),)))
        if self._norms is not None:
            self._norms.take(logs)
        return logs

    def train_in(self, bundle: Bundle, first: int, stop: int) -> Logs:
        if self._kind != "train":
            self._turn_to("train", bundle.batch())
        if self._several is None:
            from dlstudio.training.computing.steps_at_once import on_jax

            self._several = on_jax(self._model, flagged=self._norms is not None)
        logs, self._state = self._several(self._state, self._given(bundle.data), first, stop)
        if self._norms is not None:
            self._norms.take(logs, stop - 1)
        return logs

    def test(self, batch: Batch) -> Logs:
        if self._kind != "test":
            self._turn_to("test", batch)
        logs: Logs
        logs, self._state = self._model.test_function(self._state, iter((self._placed(batch),)))
        return logs

    def settle(self) -> None:
        if not self._kind:
            return
        model = self._model
        groups = [model.trainable_variables, model.non_trainable_variables, model.metrics_variables]
        if self._kind == "train":
            groups.insert(2, model.optimizer.variables)
        for variables, values in zip(groups, self._state, strict=True):
            for variable, value in zip(variables, values, strict=True):
                variable.assign(value)
        self._kind, self._state = "", ()

    def _given(self, batch: Any) -> Any:
        """What the step takes: the batch, with the flag beside it where gradients are measured."""
        placed = self._placed(batch)
        return placed if self._norms is None else (placed, self._norms.flag)

    def _turn_to(self, kind: str, batch: Batch) -> None:
        self.settle()
        model = self._model
        if not self._begun:
            model._symbolic_build(data_batch=tuple(batch))  # Keras takes a Part for an array
            model.make_train_function()
            model.make_test_function()
            self._begun = True
        self._state = model._get_jax_state(
            trainable_variables=True,
            non_trainable_variables=True,
            optimizer_variables=kind == "train",
            metrics_variables=True,
        )
        self._kind = kind


def _placing() -> Callable[[Batch], Any]:
    """What puts a batch where JAX's step wants it. One CPU takes it as it is: a copy would cost as much as a step."""
    import jax
    from keras.src.backend.jax.trainer import _distribute_data

    shared = keras.distribution.distribution()
    if shared is None:
        return (lambda batch: batch) if jax.default_backend() == "cpu" else _distribute_data
    devices = shared.device_mesh.devices.size
    alone = jax.process_count() == 1
    whole = jax.sharding.NamedSharding(shared.device_mesh.backend_mesh, jax.sharding.PartitionSpec())

    def placed(batch: Batch) -> Any:
        if isinstance(batch, Part):
            return _distribute_data(tuple(batch))  # each process gives its own samples
        if alone and all(len(array) % devices == 0 for array in keras.tree.flatten(batch) if array is not None):
            return _distribute_data(batch)
        # A last batch that cannot be dealt out evenly is computed whole by each device, to the same end.
        return mapped(lambda array: jax.make_array_from_process_local_data(whole, np.asarray(array)), batch)

    return placed


def _trimmed(batch: Batch) -> tuple[Any, ...]:
    x, y, weights = batch
    return (x, y) if weights is None else (x, y, weights)
