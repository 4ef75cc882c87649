"""One training or test step on a batch, as fast as the backend lets it, and what the batch itself came to.

``model.fit`` is not used: a loop of one's own knows which batch it is at, can wait between two of them, and costs less
per batch.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

import keras
import numpy as np

from dlstudio.training.batches import Batch, Bundle, Feed
from dlstudio.training.computing.backend_steps import Logs, steps_of
from dlstudio.training.computing.gradient_norms import GradientNorms
from dlstudio.training.computing.mirrored_steps import is_mirrored

Reduction = Callable[[np.ndarray, np.ndarray], np.ndarray]
"""What is kept of a batch: ``(truth, outputs) -> (samples, ...)``."""


class Stepper:
    """Runs steps of a compiled model.

    :attr:`train` and :attr:`test` return the running means since :meth:`reset` as the backend's own numbers: reading
    one waits for the step, so read them a step later. Between steps the model's variables may be out of date or gone;
    :meth:`settle` before reading or setting them.

    Args:
        model: Compiled.
        norms: What measures the gradients of this model, if anything does.
    """

    def __init__(self, model: keras.Model, norms: GradientNorms | None = None) -> None:
        self._model = model
        self._steps = steps = steps_of(model, norms)
        self.train: Callable[[Batch], Logs] = steps.train
        self.test: Callable[[Batch], Logs] = steps.test
        self.settle: Callable[[], None] = steps.settle

    def train_in(self, bundle: Bundle, first: int, stop: int) -> tuple[Logs, range | None]:
        """Makes the steps ``first`` to ``stop - 1`` of a bundle; their running means, and where they stand in these."""
        if not bundle.stacked:
            return self.train(bundle.data), None
        return self._steps.train_in(bundle, first, stop), range(first, stop)

    def reset(self) -> None:
        """Begins new running means."""
        self.settle()
        self._model.reset_metrics()

    def evaluate(self, feed: Feed, batch_size: int) -> dict[str, float]:
        """Means of loss and metrics over a split; the running means of the training are lost."""
        self.reset()
        logs: Logs = {}
        for batch in feed.batches(feed.order_to_judge(), batch_size):
            logs = self.test(batch)
        values = numbers(logs)
        self.reset()
        return values


class BatchValues:
    """Turns running means into each batch's own values: Keras keeps sums only over the epoch so far."""

    def __init__(self) -> None:
        self._before: dict[str, float] = {}
        self._samples = 0

    def start(self, before: Mapping[str, float], samples: int) -> None:
        """Begins an epoch, or goes on in one of which ``samples`` have been seen with these means."""
        self._before = dict(before)
        self._samples = samples

    def next(self, means: Mapping[str, float], samples: int) -> dict[str, float]:
        """The values of the batch after which the running means are ``means``.

        Args:
            means: Over the epoch so far, this batch included.
            samples: In this batch.
        """
        seen, total = self._samples, self._samples + samples
        own = {
            name: (mean * total - self._before.get(name, 0.0) * seen) / samples if samples else mean
            for name, mean in means.items()
        }
        self._before = dict(means)
        self._samples = total
        return own


def numbers(logs: Logs) -> dict[str, float]:
    """The values as Python floats; waits for the step that they belong to."""
    return {name: float(value) for name, value in logs.items()}


def rows(logs: Logs, places: range | None = None) -> list[dict[str, float]]:
    """The values of one step, or of the steps at some places of a bundle, each as :func:`numbers` gives them."""
    if places is None:
        return [numbers(logs)]
    columns = {name: np.asarray(values) for name, values in logs.items()}
    return [{name: float(column[place]) for name, column in columns.items()} for place in places]


def predict(
    model: keras.Model,
    feed: Feed,
    batch_size: int,
    outputs: tuple[str, ...],
    reductions: Mapping[str, Reduction] = MappingProxyType({}),
) -> dict[str, np.ndarray]:
    """What the network gives for a split, in its order, by Output id: (samples, units).

    Args:
        model: With the weights to use.
        feed: The split.
        batch_size: Samples a batch.
        outputs: Ids of the Outputs.
        reductions: What is kept of a batch, for Outputs of which not all is kept.
    """
    parts: dict[str, list[np.ndarray]] = {name: [] for name in outputs}
    for batch in feed.batches(np.arange(len(feed)), batch_size):
        truth = by_output(batch[1], outputs) if reductions else {}
        for name, given in by_output(predict_batch(model, batch[0]), outputs).items():
            parts[name].append(reductions[name](truth[name], given) if name in reductions else given)
    return {name: np.concatenate(found) if found else np.zeros((0, 1), np.float32) for name, found in parts.items()}


def predict_batch(model: keras.Model, inputs: Any) -> Any:
    """What a model gives for a batch, as arrays, whatever devices it stands on."""
    given = model.predict_on_batch(inputs)
    if not is_mirrored(model):
        return given
    samples = len(keras.tree.flatten(inputs)[0])  # each device has predicted all of them
    return keras.tree.map_structure(lambda array: array[:samples], given)


def by_output(given: Any, outputs: tuple[str, ...]) -> dict[str, np.ndarray]:
    """What a model gives, one array or a list of them, by Output id."""
    several = given if isinstance(given, list | tuple) else [given]
    return {name: np.asarray(array) for name, array in zip(outputs, several, strict=True)}
