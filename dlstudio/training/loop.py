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
from dlstudio.training.batches import Bundle, Feed
from dlstudio.training.checkpoints import CheckpointWriter, Snapshot, read_snapshot, snapshot
from dlstudio.training.computing.precision import inner
from dlstudio.training.controls import Controls
from dlstudio.training.culprit import Culprit, Search
from dlstudio.training.divergence import DivergedError
from dlstudio.training.early_stopping import BestSoFar, Patience
from dlstudio.training.layer_watch import LayerWatch
from dlstudio.training.reports import Reports
from dlstudio.training.runs import events as ev
from dlstudio.training.runs.event_log import EventLog
from dlstudio.training.runs.run_folder import RunFolder
from dlstudio.training.stepping import Stepper
from dlstudio.training.stopwatch import Stopwatch

SAVING_SECONDS = 1.0  # between two checkpoints of short epochs, at least


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
        patience: Keeps the best epoch of the early stopping's monitor, and how long it waits for a better one, or None.
        watch: Called with the number of each epoch that is done, with the weights that count in the model.
        layers: Measures single steps.
        at_once: Steps that the way to compute makes in one call; 1 makes each alone.
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
        patience: tuple[BestSoFar, Patience] | None,
        watch: Callable[[int], None] | None = None,
        layers: LayerWatch | None = None,
        at_once: int = 1,
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
        self._at_once = at_once
        self._steps = train.steps(settings.batch_size)
        self._stepper = Stepper(model, layers.norms if layers else None)
        self._watched = Stopwatch(clock)
        self._reports = Reports(
            log,
            self._watched,
            batch_size=settings.batch_size,
            samples=len(train),
            broken=self._diverged,
            clock=clock,
        )
        self._begin: Snapshot | None = None  # until the first checkpoint is on disk
        self._saved_at, self._saved = clock(), (0, 0)
        self._best_saved = True
        self._over = False
        self._process = psutil.Process()
        self._epoch_began, self._waited_before = clock(), 0.0

    @property
    def best_epoch(self) -> int:
        """The epoch to keep so far: the best by the task's monitor, or the last; 0 where none is."""
        return self._best.epoch

    def restore(self, state: Mapping[str, Any], *, beyond: bool = False) -> None:
        """Goes on from the state of a checkpoint whose arrays are in the model already.

        Args:
            state: As :meth:`_state` gave it.
            beyond: Whether the run had told that it was over, stopped early, and is to learn more all the same.
        """
        means = state.get("means")
        self.progress = Progress(state["epoch"], state["step"], state.get("seconds", 0.0), means)
        self._saved = (self.progress.epoch, self.progress.step)
        self._reports.losses.restore(state.get("losses", {}))
        self._best.restore(state.get("best", {}))
        if self._patience:
            self._patience[0].restore(state.get("patience", {}))
            self._over = not beyond and self.progress.step == 0 and self._stops_early()

    def go(self) -> str:
        """Trains; returns the reason of the end: ``completed``, ``early-stopping`` or ``stopped``.

        Raises:
            DivergedError: The loss or the weights are no numbers any more, or the loss exploded.
        """
        if not self._run.last_checkpoint.exists():
            self._begin = snapshot(self._model, self._state(), optimizer=True)
        reason = self._epochs()
        if (self.progress.epoch, self.progress.step) != self._saved:
            self._save_last()
        if reason == "stopped":
            self._log.write(ev.Stopped(epoch=self.progress.epoch, step=self.progress.step))
        return reason

    def _epochs(self) -> str:
        if self._over:
            return "early-stopping"
        while self.progress.epoch < self._settings.epochs:
            self._epoch_began, self._waited_before = self._clock(), self._reports.speed.waited
            if self._epoch(self.progress.epoch + 1):
                self._end_epoch()
                if self._stops_early():
                    return "early-stopping"
                self._controls.look()
            if self._controls.stopping:
                return "stopped"
        return "completed"

    def _stops_early(self) -> bool:
        if self._patience is None:
            return False
        best, patience = self._patience
        return patience.is_over(best, self.progress.epoch)

    def _epoch(self, epoch: int) -> bool:
        """The steps of one epoch that are left; returns whether all were made."""
        size, first = self._settings.batch_size, self.progress.step
        if first == 0:
            self._stepper.reset()
        self._reports.begin(epoch, first, (self.progress.means or {}) if first else {})
        places = self._train.order(self._settings.seed, epoch)
        bundles = self._train.bundles(places, size, first, (self._settings.seed, epoch), self._at_once)
        for bundle in self._watched.waiting(bundles):
            self._controls.look()
            if self._controls.paused or self._controls.stopping:
                self._reports.finish()
                self._pause(epoch, bundle.first - 1)
                if self._controls.stopping:
                    return False
            if bundle.first - 1 > first and self._checkpoint_due():
                self._reports.finish()
                self._save_last()
            self._train_in(bundle, epoch)
            self.progress.step = bundle.last
        self._reports.finish()
        return True

    def _train_in(self, bundle: Bundle, epoch: int) -> None:
        """Makes the steps of a bundle; measures how the layers learn in the last one where that is due."""
        self._watched.turn_to("steps")
        count = bundle.count
        if self._layers is None or not self._layers.due(bundle.last == self._steps):
            done = self._stepper.train_in(bundle, 0, count)
            self._watched.turn_to("studio")
            self._reports.add(bundle.first, *done)
            return
        if count > 1:
            self._reports.add(bundle.first, *self._stepper.train_in(bundle, 0, count - 1))
            self._watched.turn_to("steps")
        self._stepper.settle()
        self._layers.before()
        done = self._stepper.train_in(bundle, count - 1, count)
        self._stepper.settle()
        layers = self._layers.after(epoch, bundle.last)
        self._watched.turn_to("studio")
        self._reports.add(bundle.last, *done)
        self._log.write(layers)  # and with it the values that wait

    def culprit(self, broken: DivergedError, apart: Search | None = None) -> Culprit | None:
        """Where a broken training broke, after it did; the weights of the model that is searched are others then.

        The steps since the last checkpoint are made again for it: that may take some seconds.

        Args:
            broken: What was seen.
            apart: Searches in another model like this one.
        """
        search = apart or Search(self._model, self._stepper, self._train, self._settings)
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
        return self._clock() - self._epoch_began - (self._reports.speed.waited - self._waited_before)

    def _end_epoch(self) -> None:
        epoch = self.progress.epoch + 1
        values = dict(self._reports.means)
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
                self._best_saved = False
            if self._watch is not None:
                self._watch(epoch)
        if self._patience:
            self._patience[0].take(epoch, values)
        told = {name: float(f"{value:.7g}") for name, value in values.items()}
        memory = self._process.memory_info().rss
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
        least = min(SAVING_SECONDS, self._longest or SAVING_SECONDS)
        if self._begin is not None or self._clock() - self._saved_at >= least:
            self._save_last()

    @property
    def _longest(self) -> float:
        """Seconds between two checkpoints within an epoch; 0 for none."""
        return 60.0 * self._settings.checkpoint_minutes

    def _checkpoint_due(self) -> bool:
        return self._longest > 0.0 and self._clock() - self._saved_at >= self._longest

    def _save_last(self) -> None:
        if self.best_snapshot is not None and not self._best_saved:
            # Before the one that names its epoch, so that what is on disk always belongs together.
            self._writer.put(self.best_snapshot, self._run.best_checkpoint)
            self._best_saved = True
        self._stepper.settle()
        taken = snapshot(self._model, self._state(), optimizer=True)
        epoch = self.progress.epoch + (1 if self.progress.step else 0)
        self._writer.put(self._checked(taken, epoch), self._run.last_checkpoint)
        self._begin = None
        self._saved_at, self._saved = self._clock(), (self.progress.epoch, self.progress.step)

    def _state(self) -> dict[str, Any]:
        progress = self.progress
        return {
            "epoch": progress.epoch,
            "step": progress.step,
            "seconds": round(progress.seconds + (self._seconds() if progress.step else 0.0), 3),
            "means": dict(self._reports.means) if progress.step else None,
            "losses": self._reports.losses.as_json(),
            "best": self._best.as_json(),
            "patience": self._patience[0].as_json() if self._patience else {},
        }

    def _checked(self, taken: Snapshot, epoch: int) -> Snapshot:
        if not taken.finite:
            step = self.progress.step or self._steps
            what = "Weights of the network became NaN or infinite"
            raise self._diverged("nan", what, epoch, step, of_weights=True)
        return taken

    def _diverged(self, kind: str, what: str, epoch: int, step: int, *, of_weights: bool = False) -> DivergedError:
        self._stepper.settle()
        sentence = f"{what} in epoch {epoch} at step {step} of {self._steps}."
        return DivergedError(kind, sentence, epoch, step, of_weights=of_weights)

    def _pause(self, epoch: int, step: int) -> None:
        if not self._controls.paused or self._controls.stopping:
            return
        self._log.write(ev.Paused(epoch=epoch, step=step))
        self._watched.turn_to("paused")
        self._reports.speed.waited += self._controls.wait_while_paused()
        self._watched.turn_to("studio")
        self._reports.speed.restart()
        if not self._controls.stopping:
            self._log.write(ev.Resumed(epoch=epoch, step=step))

    @contextlib.contextmanager
    def _averaged(self) -> Iterator[None]:
        """Has the weights that the optimizer means to leave behind in the model for a while (averages over steps)."""
        optimizer = inner(self._model.optimizer)
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


def _copied(variable: Any) -> np.ndarray:
    """Its values now; torch's own conversion would go on showing later ones."""
    return np.array(keras.ops.convert_to_numpy(keras.ops.convert_to_tensor(variable)))


def learning_rate(model: keras.Model) -> float | None:
    """The rate that the next step would use, or None where the optimizer has none."""
    try:
        return float(f"{float(keras.ops.convert_to_numpy(model.optimizer.learning_rate)):.7g}")
    except (AttributeError, TypeError, ValueError):
        return None
