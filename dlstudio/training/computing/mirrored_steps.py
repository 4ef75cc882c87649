"""Steps on several devices of TensorFlow: each holds the whole network and gets a part of the batch.

What comes out is what one device gives: gradients are added up before they are clipped, a batch that cannot be dealt
out evenly is weighed by how many samples each device got, and the means that are told are made of the sums of all
devices. Keras' own function takes the mean of the devices' means instead, and gives each device the same batch unless
it comes from ``tf.data``.
"""

from __future__ import annotations

import threading
import weakref
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import keras
import numpy as np

from dlstudio.training.batches import Batch, Bundle
from dlstudio.training.computing.precision import inner

Logs = Mapping[str, Any]


def is_mirrored(model: keras.Model) -> bool:
    """Whether a model stands on several devices of TensorFlow."""
    strategy = getattr(model, "distribute_strategy", None)
    return strategy is not None and int(strategy.num_replicas_in_sync) > 1


_traced = threading.local()  # the step of each device is traced in a thread of its own, by turns
_summing: weakref.WeakSet[Any] = weakref.WeakSet()  # optimizers that see the gradients of all devices


class MirroredSteps:
    """Steps of a compiled model that was made on several devices, as all :class:`.backend_steps.Steps`."""

    def __init__(self, model: keras.Model) -> None:
        self._model = model
        self._strategy = model.distribute_strategy
        self._devices = int(self._strategy.num_replicas_in_sync)
        if model.optimizer not in _summing:
            _add_up(model.optimizer)
            _summing.add(model.optimizer)
        self._train = self._on_all(model.train_step)
        self._test = self._on_all(model.test_step)

    def train(self, batch: Batch) -> Logs:
        return self._train(*self._dealt(batch))

    def train_in(self, bundle: Bundle, first: int, stop: int) -> Logs:
        raise NotImplementedError("Several devices make their steps one by one.")

    def test(self, batch: Batch) -> Logs:
        return self._test(*self._dealt(batch))

    def settle(self) -> None:
        pass

    def _on_all(self, step: Callable[[Any], Any]) -> Callable[[Any, Any], Logs]:
        import tensorflow as tf

        def on_one(batch: Any, share: Any) -> None:
            _traced.share = share
            step(batch)

        def on_all(batch: Any, share: Any) -> Logs:
            self._strategy.run(on_one, args=(batch, share))
            return dict(self._model.get_metrics_result())

        function: Callable[[Any, Any], Logs] = tf.function(on_all, reduce_retracing=True, autograph=False)
        return function

    def _dealt(self, batch: Batch) -> tuple[Any, Any]:
        """A part of the batch for each device, and by how much each part counts in the loss: 1 where they are equal.

        Where there are fewer samples than devices, each gets all of them.
        """
        given = [each for each in batch if each is not None]
        count = len(keras.tree.flatten(given)[0])
        places = np.array_split(np.arange(count), self._devices)
        alike = count < self._devices
        shares = [1.0 if alike else len(each) * self._devices / count for each in places]

        def deal(parts: Sequence[Any]) -> Any:
            return self._strategy.experimental_distribute_values_from_function(
                lambda device: parts[device.replica_id_in_sync_group]
            )

        def dealt(array: np.ndarray) -> Any:
            return deal([array if alike else array[each] for each in places])

        parts = tuple(keras.tree.map_structure(dealt, each) for each in given)
        return parts, deal([np.float32(share) for share in shares])


def _add_up(optimizer: Any) -> None:
    """Has the optimizer see the gradients of all devices together, before it does anything with them."""
    import tensorflow as tf

    scale, apply = optimizer.scale_loss, optimizer.apply

    def weighed(loss: Any) -> Any:
        return scale(loss) * tf.cast(_traced.share, loss.dtype)

    def together(grads: Any, trainable_variables: Any = None) -> Any:
        there = [each for each in grads if each is not None]
        devices = tf.distribute.get_replica_context()
        added = iter(devices.all_reduce(tf.distribute.ReduceOp.SUM, there))
        return apply([None if each is None else next(added) for each in grads], trainable_variables)

    optimizer.scale_loss = weighed
    optimizer.apply = together
    inner(optimizer)._all_reduce_sum_gradients = lambda pairs: [(each, v) for each, v in pairs if each is not None]
