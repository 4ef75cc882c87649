"""After a training broke: in which layer the first value stood that was no number.

The loss is read a step late and the weights are broken by then, so the steps since the last checkpoint are made once
more, the same ones with the same batches, up to the one before. Then the batch goes through the network layer by layer.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import keras
import numpy as np

from dlstudio.data.preparing import PreparedData
from dlstudio.graph.project import TrainingSettings
from dlstudio.training.adapters import adapt
from dlstudio.training.batches import Feed
from dlstudio.training.checkpoints import Snapshot, restore
from dlstudio.training.layer_outputs import operations_by_path, visit_outputs
from dlstudio.training.moving import move_targets
from dlstudio.training.optimizers import build_optimizer, with_rates
from dlstudio.training.preparation import Network, build_to_train
from dlstudio.training.stepping import Stepper
from dlstudio.training.targets import compile_model

SECONDS = 20.0
Where = Literal["input", "target", "weights", "output", "loss", "large"]


@dataclass(frozen=True)
class Culprit:
    """The first place of a value that is not finite, or of the largest one where all are.

    Attributes:
        where: What held it.
        name: Path of the layer, or name of the Input or Output.
        step: Within the epoch, counted from 1: the one whose batch it was.
    """

    where: Where
    name: str
    step: int

    @property
    def sentence(self) -> str:
        """What to tell."""
        if self.where == "input":
            return f"The batch has values of the Input '{self.name}' that are NaN or infinite: look at the data."
        if self.where == "target":
            return f"The batch has targets of the Output '{self.name}' that are NaN or infinite: look at the data."
        if self.where == "weights":
            since = f"since step {self.step}" if self.step else "from the start"
            return f"The first values that are not finite are weights of the layer '{self.name}', {since}."
        if self.where == "output":
            return f"The first values that are not finite leave the layer '{self.name}'."
        if self.where == "large":
            return f"The largest values leave the layer '{self.name}'."
        return "What leaves each layer is finite; the loss made of it is not."

    @property
    def in_data(self) -> bool:
        """Whether no setting of the training could have helped."""
        return self.where in ("input", "target")


class Search:
    """Looks for the layer in which a run broke. It leaves the model's weights as they happen to be then.

    Args:
        model: Compiled, whatever weights it has now.
        stepper: Makes its steps.
        feed: The training split.
        settings: The run's.
    """

    def __init__(
        self,
        model: keras.Model,
        stepper: Stepper,
        feed: Feed,
        settings: TrainingSettings,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._model = model
        self._stepper = stepper
        self._feed = feed
        self._settings = settings
        self._clock = clock

    def in_weights(self, step: int) -> Culprit | None:
        """The first layer whose weights are not finite now, after a step."""
        for path, layer in operations_by_path(self._model):
            for weight in getattr(layer, "weights", ()):
                if not _finite(weight):
                    return Culprit("weights", path, step)
        return None

    def since(self, begin: Snapshot, file: Path, epoch: int, step: int) -> Culprit | None:
        """What broke at a step of an epoch.

        Args:
            begin: The state to go on from, before the step.
            file: Where it came from, for messages.
            epoch: Counted from 1.
            step: The one whose loss is no number, counted from 1.

        Returns:
            None where it cannot be told: the state is of a later moment, or the steps since then take too long.
        """
        size, seed = self._settings.batch_size, self._settings.seed
        first, done = int(begin.state.get("step", 0)), int(begin.state.get("epoch", 0))
        if (done, first) >= (epoch - 1, step):
            return None
        end = self._clock() + SECONDS
        self._stepper.reset()
        restore(self._model, begin, file)
        for passed in range(done + 1, epoch + 1):
            batches = self._feed.batches(self._feed.order(seed, passed), size, first, (seed, passed))
            for number, batch in enumerate(batches, first + 1):
                if (passed, number) == (epoch, step):
                    self._stepper.settle()
                    return self._in_batch(batch, step)
                if self._clock() > end:
                    return None
                self._stepper.train(batch)
            first = 0
        return None

    def largest(self, epoch: int, step: int) -> Culprit | None:
        """The layer with the largest values for the batch of a step, as the network is now."""
        size = self._settings.batch_size
        places = self._feed.order(self._settings.seed, epoch)[(step - 1) * size : step * size]
        sizes: dict[str, float] = {}

        def look(path: str, _operation: Any, given: Any) -> None:
            arrays = [_numbers(each) for each in keras.tree.flatten(given)]
            sizes[path] = max((float(np.abs(array).max(initial=0)) for array in arrays), default=0.0)

        visit_outputs(self._model, self._feed.take(places)[0], look, training=True)
        return Culprit("large", max(sizes, key=lambda path: sizes[path]), step) if sizes else None

    def _in_batch(self, batch: Any, step: int) -> Culprit:
        x, y, _ = batch
        for where, ids, arrays in (("input", self._feed.inputs, x), ("target", self._feed.targets, y)):
            several = arrays if isinstance(arrays, list) else [arrays]
            for name, array in zip(ids, several, strict=True):
                if where == "input" and not _finite(array):
                    return Culprit("input", name, step)
                if where == "target" and bool(np.isinf(np.asarray(array, np.float64)).any()):
                    return Culprit("target", name, step)
        broken = self.in_weights(step - 1)
        if broken is not None:
            return broken
        found: list[str] = []

        def look(path: str, _operation: Any, given: Any) -> None:
            if not found and any(not _finite(each) for each in keras.tree.flatten(given)):
                found.append(path)

        visit_outputs(self._model, x, look, training=True)
        return Culprit("output", found[0], step) if found else Culprit("loss", "", step)


def search_apart(network: Network, data: PreparedData) -> Search:
    """For a worker of a team, whose model is shared with the others: a search in a model like it that is its own."""
    own, settings = build_to_train(network.project, network.encoders), network.project.training
    adapt(own.model, settings.lora, settings.seed)
    feed = own.feed(data, "train", weighted=settings.class_weights, resampled=settings.resample)
    move_targets(own, feed)
    optimizer = build_optimizer(settings, feed.steps(settings.batch_size) * settings.epochs)
    optimizer = with_rates(optimizer, own.model, settings.rates)
    compile_model(own.model, own.targets, optimizer, smoothing=settings.label_smoothing)
    own.model.set_weights(network.model.get_weights())
    return Search(own.model, Stepper(own.model), feed, settings)


def _finite(values: Any) -> bool:
    """Whether all numbers are finite."""
    return bool(np.isfinite(_numbers(values)).all())


def _numbers(values: Any) -> np.ndarray:
    """The same as float32 (...,); half precision and whole numbers included."""
    array = keras.ops.convert_to_numpy(keras.ops.convert_to_tensor(values))
    return np.asarray(array).astype(np.float32, copy=False)
