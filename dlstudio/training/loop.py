"""The fit loop: epochs of steps, each followed by validation, checkpoints and the question whether to go on.

What it leaves to others: making model and feeds (:mod:`dlstudio.training.preparation`), the run's begin and end
(:mod:`dlstudio.training.fitting`).
"""

from __future__ import annotations

import contextlib
import math
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import keras
import numpy as np
import psutil

from dlstudio.graph.project import TrainingSettings
from dlstudio.training import events as ev
from dlstudio.training.backend_steps import Logs
from dlstudio.training.batches import Batch, Feed
from dlstudio.training.checkpoints import CheckpointWriter, Snapshot, read_snapshot, snapshot
from dlstudio.training.controls import Controls
from dlstudio.training.culprit import Culprit, Search
from dlstudio.training.divergence import DivergedError, LossWatch, word
from dlstudio.training.early_stopping import BestSoFar
from dlstudio.training.event_log import EventLog
from dlstudio.training.layer_watch import LayerWatch
from dlstudio.training.run_folder import RunFolder
from dlstudio.training.stepping import BatchValues, Stepper, numbers
from dlstudio.training.stopwatch import Stopwatch

SPEED_SECONDS = 0.5


@dataclass
class Progress:
    """How far a run is; saved with each checkpoint.

    Attributes:
        epoch: Epochs completed.
        step: Steps done in the epoch after those.
        seconds: Spent training, pauses left out.
        means: Running means of the epoch in work.
    """

    epoch: int = 0
    step: int = 0
    seconds: float = 0.0
    means: Mapping[str, float] | None = None


class Loop:
    """Trains a compiled model until it is done, stopped or broken.

    Args:
        run: Where checkpoints go.
        model: Compiled, its optimizer built.
        settings: The run's.
        train, validation: The feeds; the second may be empty.
        log: Where events go.
        controls: What is asked of the run.
        writer: Writes the checkpoints.
        best: Keeps the best epoch of the task's monitor.
        patience: Keeps the best epoch of the early stopping's monitor and its patience in epochs, or None.
        watch: Called with the number of each epoch that is done, with the weights that count in the model.
        layers: Measures single steps.
    """

    def __init__(
        self,
        run: RunFolder,
        model: keras.Model,
        settings: TrainingSettings,
        train: Feed,
        validation: Feed,
        *,
        log: EventLog,
        controls: Controls,
        writer: CheckpointWriter,
        best: BestSoFar,
        patience: tuple[BestSoFar, int] | None,
        watch: Callable[[int], None] | None = None,
        layers: LayerWatch | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.progress = Progress()
        self.best_snapshot: Snapshot | None = None
        self._run = run
        self._model = model
        self._settings = settings
        self._train = train
        self._validation = validation
        self._log = log
        self._controls = controls
        controls.wishes["checkpoint"] = self._checkpoint_due
        self._writer = writer
        self._best = best
        self._patience = patience
        self._watch = watch
        self._layers = layers
        self._clock = clock
        self._stepper = Stepper(model)
        self._values = BatchValues()
        self._watched = Stopwatch(clock)
        self._speed = _Speed(clock, self._watched)
        self._means: dict[str, float] = {}
        self._losses = LossWatch()
        self._begin: Snapshot | None = None  # until the first checkpoint is on disk
        self._saved_at = clock()
        self._epoch_began, self._waited_before = clock(), 0.0

    @property
    def best_epoch(self) -> int:
        """The best epoch so far by the task's monitor; 0 where none is."""
        return self._best.epoch

    def restore(self, state: Mapping[str, Any]) -> None:
        """Goes on from the state of a checkpoint whose arrays are in the model already."""
        means = state.get("means")
        self.progress = Progress(state["epoch"], state["step"], state.get("seconds", 0.0), means)
        self._losses.restore(state.get("losses", {}))
        self._best.restore(state.get("best", {}))
        if self._patience:
            self._patience[0].restore(state.get("patience", {}))

    def go(self) -> str:
        """Trains; returns the reason of the end: ``completed``, ``early-stopping`` or ``stopped``.

        Raises:
            DivergedError: The loss or the weights are no numbers any more, or the loss exploded.
        """
        if not self._run.last_checkpoint.exists():
            self._begin = snapshot(self._model, self._state(), optimizer=True)
        while self.progress.epoch < self._settings.epochs:
            self._epoch_began, self._waited_before = self._clock(), self._speed.waited
            completed = self._epoch(self.progress.epoch + 1)
            if completed:
                self._end_epoch()
                if self._patience and self._patience[0].waited >= self._patience[1]:
                    return "early-stopping"
                self._controls.look()
            if self._controls.stopping:
                if not completed:
                    self._save_last()
                self._log.write(ev.Stopped(epoch=self.progress.epoch, step=self.progress.step))
                return "stopped"
        return "completed"

    def _epoch(self, epoch: int) -> bool:
        """The steps of one epoch that are left; returns whether all were made."""
        size, samples = self._settings.batch_size, len(self._train)
        first = self.progress.step
        if first == 0:
            self._stepper.reset()
        self._means = dict(self.progress.means or {}) if first else {}
        self._values.start(self._means, first * size)
        places = self._train.order(self._settings.seed, epoch)
        held: tuple[int, Logs] | None = None
        completed = True
        batches = self._train.batches(places, size, first, (self._settings.seed, epoch))
        for step, batch in enumerate(self._watched.waiting(batches), first + 1):
            self._controls.look()
            if self._controls.paused or self._controls.stopping:
                self._report(epoch, held)
                held = None
                self._pause(epoch, step - 1)
                if self._controls.stopping:
                    completed = False
                    break
            if step - 1 > first and self._controls.due("checkpoint"):
                self._report(epoch, held)
                held = None
                self._save_last()
            self._watched.turn_to("steps")
            logs = self._step(batch, epoch, step)
            self._watched.turn_to("studio")
            self._speed.add(min(size, samples - (step - 1) * size))
            # Read one step late: a GPU computes this step while the last one's values are fetched.
            self._report(epoch, held)
            held = (step, logs)
            self.progress.step = step
        self._report(epoch, held)
        return completed

    def _step(self, batch: Batch, epoch: int, step: int) -> Logs:
        """Makes one step; measures how the layers learn in it where that is due."""
        if self._layers is None or not self._layers.due(step == self._train.steps(self._settings.batch_size)):
            return self._stepper.train(batch)
        self._layers.before()
        logs = self._stepper.train(batch)
        self._log.write(self._layers.after(epoch, step))
        return logs

    def _report(self, epoch: int, done: tuple[int, Logs] | None) -> None:
        if done is None:
            return
        step, logs = done
        size = self._settings.batch_size
        self._watched.turn_to("steps")
        self._means = numbers(logs)  # waits for the step
        self._watched.turn_to("studio")
        own = self._values.next(self._means, min(size, len(self._train) - (step - 1) * size))
        self._log.write_batch(epoch, step, own, self._speed.per_second, self._speed.shares)
        if not math.isfinite(self._means["loss"]):
            raise self._diverged("nan", f"The loss became {word(self._means['loss'])}", epoch, step)
        if self._losses.exploded(own["loss"]):
            raise self._diverged("exploded", f"The loss exploded to {own['loss']:.3g}", epoch, step)

    def culprit(self, broken: DivergedError) -> Culprit | None:
        """Where a broken training broke, after it did; the weights of the model are others then.

        The steps since the last checkpoint are made again for it: that may take some seconds.
        """
        search = Search(self._model, self._stepper, self._train, self._settings)
        if broken.kind == "exploded":
            return search.largest(broken.epoch, broken.step)
        if broken.of_weights:
            return search.in_weights(broken.step)
        self._writer.flush()
        file = self._run.last_checkpoint
        begin = read_snapshot(file) if self._begin is None else self._begin
        return search.since(begin, file, broken.epoch, broken.step) or search.in_weights(broken.step)

    def _seconds(self) -> float:
        """Spent on the epoch in work so far, pauses left out."""
        return self._clock() - self._epoch_began - (self._speed.waited - self._waited_before)

    def _end_epoch(self) -> None:
        epoch = self.progress.epoch + 1
        values = dict(self._means)
        self._stepper.settle()
        rate = learning_rate(self._model)
        with self._averaged():
            if len(self._validation):
                self._watched.turn_to("validation")
                validated = self._stepper.evaluate(self._validation, self._settings.batch_size)
                self._watched.turn_to("studio")
                values |= {f"val_{name}": value for name, value in validated.items()}
            seconds = self._seconds()
            self.progress = Progress(epoch, 0, self.progress.seconds + seconds)
            best = self._best.take(epoch, values)
            if best:
                self.best_snapshot = self._checked(snapshot(self._model, self._state(), optimizer=False), epoch)
                self._writer.put(self.best_snapshot, self._run.best_checkpoint)
            if self._watch is not None:
                self._watch(epoch)
        if self._patience:
            self._patience[0].take(epoch, values)
        told = {name: float(f"{value:.7g}") for name, value in values.items()}
        memory = psutil.Process().memory_info().rss
        self._log.write(
            ev.Epoch(
                epoch=epoch,
                values=told,
                seconds=round(seconds, 4),
                learning_rate=rate,
                spent=self._watched.of_epoch(),
                memory_bytes=memory,
            )
        )
        if any(not math.isfinite(value) for name, value in values.items() if name.startswith("val_")):
            self._log.write(
                ev.Warning_(message=f"A validation value of epoch {epoch} is not a number (NaN or infinite).")
            )
        self._save_last()

    def _checkpoint_due(self) -> bool:
        longest = 60.0 * self._settings.checkpoint_minutes
        return longest > 0.0 and self._clock() - self._saved_at >= longest

    def _save_last(self) -> None:
        self._stepper.settle()
        taken = snapshot(self._model, self._state(), optimizer=True)
        epoch = self.progress.epoch + (1 if self.progress.step else 0)
        self._writer.put(self._checked(taken, epoch), self._run.last_checkpoint)
        self._begin = None
        self._saved_at = self._clock()

    def _state(self) -> dict[str, Any]:
        progress = self.progress
        return {
            "epoch": progress.epoch,
            "step": progress.step,
            "seconds": round(progress.seconds + (self._seconds() if progress.step else 0.0), 3),
            "means": dict(self._means) if progress.step else None,
            "losses": self._losses.as_json(),
            "best": self._best.as_json(),
            "patience": self._patience[0].as_json() if self._patience else {},
        }

    def _checked(self, taken: Snapshot, epoch: int) -> Snapshot:
        if not taken.finite:
            step = self.progress.step or self._train.steps(self._settings.batch_size)
            what = "Weights of the network became NaN or infinite"
            raise self._diverged("nan", what, epoch, step, of_weights=True)
        return taken

    def _diverged(self, kind: str, what: str, epoch: int, step: int, *, of_weights: bool = False) -> DivergedError:
        self._stepper.settle()
        steps = self._train.steps(self._settings.batch_size)
        sentence = f"{what} in epoch {epoch} at step {step} of {steps}."
        return DivergedError(kind, sentence, epoch, step, of_weights=of_weights)

    def _pause(self, epoch: int, step: int) -> None:
        if not self._controls.paused or self._controls.stopping:
            return
        self._log.write(ev.Paused(epoch=epoch, step=step))
        self._watched.turn_to("paused")
        self._speed.waited += self._controls.wait_while_paused()
        self._watched.turn_to("studio")
        self._speed.restart()
        if not self._controls.stopping:
            self._log.write(ev.Resumed(epoch=epoch, step=step))

    @contextlib.contextmanager
    def _averaged(self) -> Iterator[None]:
        """Has the weights that the optimizer means to leave behind in the model for a while (averages over steps)."""
        optimizer = self._model.optimizer
        plain = type(optimizer).finalize_variable_values is keras.optimizers.Optimizer.finalize_variable_values
        if plain and not getattr(optimizer, "use_ema", False):
            yield
            return
        trained = [_copied(each) for each in self._model.trainable_variables]
        optimizer.finalize_variable_values(self._model.trainable_variables)
        for variable in self._model.trainable_variables:
            # On JAX it now shares its array with the optimizer's average, which no step may then be given to reuse.
            variable.assign(_copied(variable))
        try:
            yield
        finally:
            for variable, array in zip(self._model.trainable_variables, trained, strict=True):
                variable.assign(array)


class _Speed:
    """Samples a second over the last half second or more, where that time went, and how long was waited in pauses."""

    def __init__(self, clock: Callable[[], float], watched: Stopwatch) -> None:
        self.shares = (0.0, 0.0)
        self._watched = watched
        self.per_second = 0.0
        self.waited = 0.0
        self._clock = clock
        self.restart()

    def restart(self) -> None:
        self._since, self._samples = self._clock(), 0

    def add(self, samples: int) -> None:
        self._samples += samples
        passed = self._clock() - self._since
        if passed >= SPEED_SECONDS or not self.per_second:
            self.per_second = self._samples / max(passed, 1e-9)
            if passed >= SPEED_SECONDS:
                self.shares = self._watched.shares()
                self.restart()


def _copied(variable: Any) -> np.ndarray:
    """Its values now; torch's own conversion would go on showing later ones."""
    return np.array(keras.ops.convert_to_numpy(keras.ops.convert_to_tensor(variable)))


def learning_rate(model: keras.Model) -> float | None:
    """The rate that the next step would use, or None where the optimizer has none."""
    try:
        return float(f"{float(keras.ops.convert_to_numpy(model.optimizer.learning_rate)):.7g}")
    except (AttributeError, TypeError, ValueError):
        return None
