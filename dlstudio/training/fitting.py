"""A run from begin to end: prepares it, trains it, saves and measures the best model, and says how it ended.

What the same seed gives: on one machine's CPU, two runs of the same project have identical curves, and a run that was
stopped and continued, also in the middle of an epoch, ends with the same weights as one that was not. A GPU adds up in
varying order, so there the curves agree only closely.
"""

from __future__ import annotations

import contextlib
import sys
import traceback
from pathlib import Path

import keras
import numpy as np

from dlstudio.atomic import clean_stale
from dlstudio.compiler.keras_file import save_keras
from dlstudio.data.encoders.saved import save_encoders
from dlstudio.data.fingerprint import fingerprint
from dlstudio.data.preparing import PreparedData
from dlstudio.graph.project import FLOAT32, LAST, TrainingSettings
from dlstudio.training.adapters import adapt
from dlstudio.training.batches import Feed
from dlstudio.training.checkpoints import (
    CheckpointWriter,
    Snapshot,
    read_snapshot,
    restore,
    snapshot,
    write_snapshot,
)
from dlstudio.training.computing.devices import ALL, Device
from dlstudio.training.computing.precision import inner
from dlstudio.training.computing.shares import ALL_OF_IT
from dlstudio.training.computing.team import Team
from dlstudio.training.computing.ways import Way, read_way
from dlstudio.training.computing.without_tensorflow import leave_tensorflow_out
from dlstudio.training.controls import Controls
from dlstudio.training.culprit import search_apart
from dlstudio.training.direction import higher_is_better
from dlstudio.training.divergence import DivergedError
from dlstudio.training.early_stopping import BestSoFar, Patience
from dlstudio.training.failures import TrainingError, explained
from dlstudio.training.forewarning import forewarnings
from dlstudio.training.growth import growth_of
from dlstudio.training.layer_watch import watch_layers
from dlstudio.training.loop import Loop, learning_rate
from dlstudio.training.moving import move_targets
from dlstudio.training.optimizers import build_optimizer, with_rates
from dlstudio.training.preparation import Network, begin_with_weights, build_network, prepare_run
from dlstudio.training.runs import events as ev
from dlstudio.training.runs.event_log import EventLog
from dlstudio.training.runs.process_identity import own_identity
from dlstudio.training.runs.repeat_outcome import outcome
from dlstudio.training.runs.repeating import differences, repeated
from dlstudio.training.runs.run_folder import RunFolder, is_disk_full
from dlstudio.training.runs.run_info import WAY
from dlstudio.training.runs.tensorboard import TensorBoardLog, can_be_written
from dlstudio.training.scoring import measure
from dlstudio.training.stepping import Stepper
from dlstudio.training.targets import compile_model, monitor_of, value_names

DONE, FAILED = 0, 1


def train(run: RunFolder, resume: bool = False, team: Team | None = None) -> int:
    """Trains a run in this process and writes all that happens into its folder.

    Args:
        run: The run's folder.
        resume: Go on from the checkpoint ``last`` rather than from fresh weights; where the run ended before the first
            one was saved, it begins anew.
        team: The workers that train it together, this process among them; None where it is alone.

    Returns:
        0 where it finished or was stopped, 1 where it failed; the last event says why.

    Raises:
        Exception: Whatever went wrong in a worker that is not the first one and so writes no events; of the first one,
            a crash, which may come of another's end.
    """
    team = team or Team()
    leave_tensorflow_out()
    if team.alone:
        _claim(run)
    if team.first:
        for folder in (run.path, run.path / "checkpoint"):
            clean_stale(folder)
    controls = team.controls(run)
    log = EventLog(team.events_file(run))
    try:
        with controls.listening():
            return _Fit(run, log, controls, team).go(resume)
    except Exception as error:  # whatever goes wrong has to reach the user as an event
        if not team.first:
            raise
        if not isinstance(error, TrainingError):
            traceback.print_exc(file=sys.stderr)
        batch_size = run.project().training.batch_size
        failure = explained(error, batch_size, _kept(run))
        if failure.kind == "crash" and not team.alone:
            raise  # perhaps it was another worker's
        log.write(failure)
        return FAILED
    finally:
        log.close()
        if team.alone and not log.full:  # else only the missing process shows that the run is over
            run.release()


def _claim(run: RunFolder) -> None:
    known = run.process()
    if any(known.get(name) != value for name, value in own_identity().items()):
        with contextlib.suppress(OSError):
            run.claim(own_identity()["pid"])


class _Fit:
    """The parts of one run while it lasts."""

    def __init__(self, run: RunFolder, log: EventLog, controls: Controls, team: Team) -> None:
        self._team = team
        self._run = run
        self._log = log
        self._controls = controls
        self._complained: set[str] = set()

    def go(self, resume: bool) -> int:
        resume = bool(self._team.agreed("resume", lambda: resume and self._run.last_checkpoint.exists()))
        device = self._team.device(self._run.project().training.device)
        network, data = prepare_run(self._run)
        if self._team.first:
            self._record(data, device, resume)
            writer = CheckpointWriter(self._written, self._not_written, self._write)
        else:
            writer = CheckpointWriter(lambda *_: None, self._not_written, lambda *_: None)
        try:
            return self._fit(network, data, device, writer, resume=resume)
        finally:
            writer.close()

    def _fit(
        self, network: Network, data: PreparedData, device: Device, writer: CheckpointWriter, *, resume: bool
    ) -> int:
        settings = network.project.training
        model, targets = network.model, network.targets
        begun = "" if resume else begin_with_weights(network, self._run.project_folder)
        adapt(model, settings.lora, settings.seed)
        train = network.feed(data, "train", weighted=settings.class_weights, resampled=settings.resample)
        move_targets(network, train)
        validation = network.feed(data, "validation")
        train.share = validation.share = self._team.share
        steps = train.steps(settings.batch_size)
        optimizer = with_rates(build_optimizer(settings, steps * settings.epochs), model, settings.rates)
        measured = self._run.record().get(WAY) or {}
        way = read_way(measured) or Way(keras.config.backend())
        compile_model(model, targets, optimizer, xla=way.xla, smoothing=settings.label_smoothing)
        names = value_names(targets)
        monitor = self._monitor(monitor_of(targets), names, bool(len(validation)), settings.keep)
        best = BestSoFar(monitor, higher_is_better(monitor), latest=settings.keep == LAST)
        growth = growth_of(self._run.path if self._team.first else None, model, targets, validation, train)
        loop = Loop(
            self._run,
            model,
            settings,
            train,
            validation,
            log=self._log,
            controls=self._controls,
            writer=writer,
            best=best,
            patience=self._patience(settings, names, bool(len(validation))),
            watch=growth,
            layers=watch_layers(model, validation if len(validation) else train) if self._team.alone else None,
            at_once=way.steps_at_once if device.id != ALL and self._team.alone else 1,
        )
        if resume:
            beyond = bool(settings.early_stopping) and self._run.info().reason == "early-stopping"
            loop.restore(self._continue(model, train), beyond=beyond)
            if growth is not None:
                growth.resume(loop.progress.epoch)
        if self._team.first and settings.tensorboard and can_be_written():
            self._log.followers.append(TensorBoardLog(self._run.path))
        self._log.write(
            ev.Started(
                epochs=settings.epochs,
                first_epoch=loop.progress.epoch + 1,
                steps_per_epoch=steps,
                samples=len(train),
                validation_samples=len(validation),
                batch_size=settings.batch_size,
                metrics=names,
                monitor=monitor,
                keep=settings.keep,
                parameters=model.count_params(),
                device=device.name,
                backend=keras.config.backend(),
            )
        )
        for sentence in (begun, "" if resume else str(measured.get("why", ""))):
            if sentence:
                print(sentence)  # noqa: T201 - the run's log
                self._log.write(ev.Note(message=sentence))
        for message in forewarnings(data, network, steps * settings.epochs, self._team.share):
            self._log.write(ev.Warning_(message=message))
        try:
            reason = loop.go()
        except DivergedError as broken:
            self._log.write(ev.Stopped(epoch=broken.epoch, step=broken.step))
            self._keep_best(network, loop.best_snapshot, writer)
            if self._team.first:
                self._log.write(self._located(broken, loop, network, data))
            self._team.leave()  # a worker that ends takes the others with it
            return FAILED
        except TrainingError:
            self._keep_best(network, loop.best_snapshot, writer)
            raise
        if best.epoch == 0 and not self._run.best_checkpoint.exists():
            # Stopped within the first epoch, or no finite value to compare: what there is, is the best.
            loop.best_snapshot = snapshot(model, {"epoch": loop.progress.epoch}, optimizer=False)
            writer.put(loop.best_snapshot, self._run.best_checkpoint)
        writer.flush()
        self._team.part()
        if self._team.first:
            self._finish(network, data, validation, loop, reason)
        self._team.leave()
        return DONE

    def _finish(self, network: Network, data: PreparedData, validation: Feed, loop: Loop, reason: str) -> None:
        """Saves and measures the best model, and says that the run is over."""
        settings = network.project.training
        saved = loop.best_snapshot or read_snapshot(self._run.best_checkpoint)
        fresh = self._save_best(network, saved)
        judged = network.model if self._team.alone and settings.precision == FLOAT32 else fresh
        if self._team.alone:
            restore(network.model, saved, self._run.best_checkpoint)
        else:  # its variables are still shared with all workers
            validation.share = ALL_OF_IT
        self._compare_with_first()
        splits = {"validation": validation, "test": network.feed(data, "test")}
        found = measure(network, judged, splits, settings.batch_size)
        self._log.write(
            ev.Finished(
                run=self._run.name,
                metrics={f"val_{name}": value for name, value in found["validation"].items()} | found["test"],
                reason=reason,
                epoch=loop.progress.epoch,
                best_epoch=loop.best_epoch,
                seconds=round(loop.progress.seconds, 2),
            )
        )

    def _located(self, broken: DivergedError, loop: Loop, network: Network, data: PreparedData) -> ev.Failed:
        """How a training broke, and in which layer."""
        rate = learning_rate(network.model)
        found = None
        with contextlib.suppress(Exception):  # whatever the search runs into, the run has failed for the known reason
            found = loop.culprit(broken, None if self._team.alone else search_apart(network, data))
        now = f" (now {rate:g})" if rate is not None else ""
        advice = f"Lower the learning rate{now}, or clip the gradients (set clipnorm to 1), then train again."
        if found is not None and found.in_data:
            advice = "Mend or leave out these samples, then train again."
        sentences = (broken.what, found.sentence if found else "", advice, _kept(self._run))
        return ev.Failed(
            kind=broken.kind,
            message=" ".join(filter(None, sentences)),
            epoch=broken.epoch,
            step=broken.step,
            layer=found.name if found else "",
            cause=found.where if found else "",
        )

    def _record(self, data: PreparedData, device: Device, resume: bool) -> None:
        now = fingerprint(data.settings, self._run.project_folder)
        before = self._run.record().get("data_fingerprint")
        if resume and before and before != now:
            self._log.write(
                ev.Warning_(message="The data has changed since this run began; it goes on with the new data.")
            )
        self._run.amend(
            backend=keras.config.backend(), device={"id": device.id, "name": device.name}, data_fingerprint=now
        )
        first = repeated(self._run)
        changes = differences(self._run.record(), first.record()) if first is not None else []
        if first is not None and changes:
            message = f"This run repeats run {first.name}, but not all is as it was: {'; '.join(changes)}."
            self._log.write(ev.Warning_(message=message))
        self._run.encoders_folder.mkdir(exist_ok=True)
        save_encoders(data.encoders, self._run.encoders_folder)

    def _compare_with_first(self) -> None:
        first = repeated(self._run)
        if first is not None:
            self._log.write(ev.Note(message=outcome(self._run, first)))

    def _continue(self, model: keras.Model, train: Feed) -> dict[str, object]:
        saved = read_snapshot(self._run.last_checkpoint)
        # The sums of the metrics exist only once a step has been made; one that changes no weights will do.
        optimizer = inner(model.optimizer)
        constant = not isinstance(optimizer._learning_rate, keras.optimizers.schedules.LearningRateSchedule)
        rate = float(optimizer.learning_rate) if constant else None
        stepper = Stepper(model)
        stepper.test(train.take(np.arange(min(len(train), 2))))
        stepper.settle()
        restore(model, saved, self._run.last_checkpoint)
        if rate is not None:  # a run that broke goes on with a lower one than its checkpoint was made with
            optimizer.learning_rate = rate
        return dict(saved.state)

    def _monitor(self, wanted: str, names: tuple[str, ...], validated: bool, keep: str) -> str:
        plain = wanted.removeprefix("val_")
        if validated or not wanted.startswith("val_"):
            return wanted
        chosen = "" if keep == LAST else ", so the best checkpoint is chosen by the training loss"
        self._log.write(
            ev.Warning_(
                message=f"There is no validation split{chosen}. Give the validation split a share on the Data page to "
                "see whether the network generalizes."
            )
        )
        return plain if plain in names else "loss"

    def _patience(
        self, settings: TrainingSettings, names: tuple[str, ...], validated: bool
    ) -> tuple[BestSoFar, Patience] | None:
        stopping = settings.early_stopping
        if not stopping:
            return None
        monitor = str(stopping.get("monitor") or "val_loss")
        if monitor.removeprefix("val_") not in names:
            there = ", ".join(f"{name}, val_{name}" for name in names)
            raise TrainingError(
                "settings", f"Early stopping watches '{monitor}', which is not there. Choose one of: {there}."
            )
        patience = stopping.get("patience", 5)
        if not isinstance(patience, int) or isinstance(patience, bool) or patience < 1:
            raise TrainingError("settings", f"Early stopping needs a patience of 1 epoch or more, not {patience!r}.")
        monitor = monitor if validated else monitor.removeprefix("val_")
        least, share = (float(stopping.get(name) or 0.0) for name in ("min_delta", "min_share"))
        best = BestSoFar(monitor, higher_is_better(monitor), least, share)
        return best, Patience(patience, float(stopping.get("share") or 0.0))

    def _keep_best(self, network: Network, saved: Snapshot | None, writer: CheckpointWriter) -> None:
        if not self._team.first:
            return
        self._team.part()
        with contextlib.suppress(OSError, TrainingError):
            writer.flush()
            if saved is None and self._run.best_checkpoint.exists():
                saved = read_snapshot(self._run.best_checkpoint)
            if saved is not None:
                self._save_best(network, saved)

    def _save_best(self, network: Network, saved: Snapshot) -> keras.Model:
        # A fresh model without an optimizer, in float32: the file holds what predicts and nothing else.
        fresh = build_network(network.project, network.encoders).model
        restore(fresh, saved, self._run.best_checkpoint)
        save_keras(fresh, network.project.graph, self._run.model_file)
        return fresh

    def _write(self, saved: Snapshot, file: Path) -> None:
        self._log.secure()  # the values of the steps before: a run that goes on from here does not make these again
        write_snapshot(saved, file)

    def _written(self, kind: str, saved: Snapshot) -> None:
        self._complained.discard(kind)
        self._log.write(ev.Checkpoint(kind=kind, epoch=int(saved.state.get("epoch", 0))))

    def _not_written(self, kind: str, error: OSError) -> None:
        if kind in self._complained:
            return
        self._complained.add(kind)
        reason = "the disk is full" if is_disk_full(error) else (error.strerror or str(error)).lower()
        message = (
            f"The checkpoint '{kind}' could not be saved: {reason}. The one before is unchanged; training goes on."
        )
        self._log.write(ev.Warning_(message=message))


def _kept(run: RunFolder) -> str:
    """A sentence about the checkpoint that is there."""
    for file in (run.best_checkpoint, run.last_checkpoint):
        epoch = _epoch_of(file)
        if epoch:
            return f"The checkpoint of epoch {epoch} is kept."
    return ""


def _epoch_of(file: Path) -> int:
    try:
        return int(read_snapshot(file).state.get("epoch", 0))
    except TrainingError:
        return 0
