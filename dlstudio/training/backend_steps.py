"""One training or test step as each backend of Keras does it quickest: its own step function, called batch by batch.

All three return the running means since the metrics were reset, as the backend's own numbers. JAX carries the values of
all variables from step to step by itself; the model has them again after :meth:`Steps.settle`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol

import keras
import numpy as np

from dlstudio.training.batches import Batch
from dlstudio.training.shares import Part

Logs = Mapping[str, Any]


class Steps(Protocol):
    """Steps of one compiled model."""

    def train(self, batch: Batch) -> Logs:
        """Learns from a batch."""

    def test(self, batch: Batch) -> Logs:
        """Judges a batch."""

    def settle(self) -> None:
        """Gives the model's variables the values that the last step left; before they are read or set."""


def steps_of(model: keras.Model) -> Steps:
    """The steps of the backend in use."""
    kinds: dict[str, type[_TensorFlow | _Jax | _Torch]] = {"tensorflow": _TensorFlow, "jax": _Jax}
    return kinds.get(keras.config.backend(), _Torch)(model)


class _TensorFlow:
    def __init__(self, model: keras.Model) -> None:
        model.make_train_function()
        model.make_test_function()
        self._model = model

    def train(self, batch: Batch) -> Logs:
        logs: Logs = self._model.train_function(iter((_trimmed(batch),)))
        return logs

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

    def __init__(self, model: keras.Model) -> None:
        self._model = model
        self._begun = False
        self._kind = ""
        self._state: tuple[Any, ...] = ()

    def train(self, batch: Batch) -> Logs:
        self._turn_to("train", batch)
        logs, self._state = self._model.train_function(self._state, iter((_on_device(batch),)))
        return dict(logs)

    def test(self, batch: Batch) -> Logs:
        self._turn_to("test", batch)
        logs, self._state = self._model.test_function(self._state, iter((_on_device(batch),)))
        return dict(logs)

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

    def _turn_to(self, kind: str, batch: Batch) -> None:
        if kind == self._kind:
            return
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


def _on_device(batch: Batch) -> Any:
    """The batch where the step wants it; on one CPU that is where it is, and each copy would cost as much as a step."""
    import jax
    from keras.src.backend.jax.trainer import _distribute_data

    shared = keras.distribution.distribution()
    if shared is None:
        return batch if jax.default_backend() == "cpu" else _distribute_data(batch)
    if isinstance(batch, Part):
        return _distribute_data(tuple(batch))  # each process gives its own samples
    devices = shared.device_mesh.devices.size
    alone = jax.process_count() == 1
    if alone and all(len(array) % devices == 0 for array in keras.tree.flatten(batch) if array is not None):
        return _distribute_data(batch)
    # A last batch that cannot be dealt out evenly is computed whole by each device, to the same end.
    whole = jax.sharding.NamedSharding(shared.device_mesh.backend_mesh, jax.sharding.PartitionSpec())

    def everywhere(array: Any) -> Any:
        return None if array is None else jax.make_array_from_process_local_data(whole, np.asarray(array))

    return keras.tree.map_structure(everywhere, batch)


def _trimmed(batch: Batch) -> tuple[Any, ...]:
    x, y, weights = batch
    return (x, y) if weights is None else (x, y, weights)
