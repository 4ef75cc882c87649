"""What the events of one run add up to: curves, progress, the best epoch, warnings and how it ended.

No widgets: the plots draw its curves, the card and the progress bar write its numbers. Events may come one by one
while the run lives or all at once from its file.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterable, Mapping, Sequence

import numpy as np

from dlstudio.graph.project import LAST
from dlstudio.gui.plots.points import CurvePoints
from dlstudio.gui.workspaces.train.layer_history import LayerHistory
from dlstudio.training.direction import higher_is_better
from dlstudio.training.runs import events as ev

_FIRST_STEPS = 10
COURSE = {"learning_rate": "learning rate", "speed": "samples a second", "memory": "memory"}
"""What else is followed from epoch to epoch, with its title; speed counts training and validation together."""
COURSE_UNITS = {"speed": "samples/s", "memory": "GB"}


class RunRecord:
    """One run as its events tell it.

    Attributes:
        name: The run's name, such as ``0007``.
        status: ``starting``, ``running``, ``paused``, ``stopping``, ``finished``, ``stopped`` or ``failed``.
        started: The latest start event, or None.
        batches: Values of single batches by metric.
        epochs: Means over epochs by metric, those of the validation split as ``val_...``.
        course: What is no metric, by epoch: see :data:`COURSE`.
        epoch: The epoch in work, counted from 1.
        step: The step in work within the epoch, counted from 1.
        samples_per_second: As the run last said.
        waiting, studio: Shares of the last second spent on waiting for data, and by the studio itself.
        spent: Where the seconds of the last epoch went, by ``data``, ``steps``, ``validation`` and ``studio``.
        best_epoch: Epoch with the best monitored value, or the last where that is kept; 0 before the first.
        best_place: Its ``(step, epoch, seconds, samples)``, or None.
        saved_epoch: The epoch of the best checkpoint on disk, or 0.
        history: The values of each epoch, in order.
        last: Values of the last epoch.
        best: Values of the best epoch.
        final: Metrics on the test split, and validation as ``val_...``, once finished.
        reason: Why it finished: ``completed``, ``early-stopping`` or ``stopped``.
        failure: The sentence of a failed run, else empty.
        warnings: Sentences in the order in which they came, each once.
        notes: The same of what is no fault, such as which layers began with given weights.
        learning_rate: At the end of the last epoch, or None.
        seconds: Spent training so far.
        layers: How its layers learn.
    """

    def __init__(self, name: str) -> None:
        self.name = name
        self.status = "starting"
        self.started: ev.Started | None = None
        self.batches: dict[str, CurvePoints] = {}
        self.epochs: dict[str, CurvePoints] = {}
        self.course: dict[str, CurvePoints] = {}
        self.epoch = 0
        self.step = 0
        self.samples_per_second = math.nan
        self.waiting = 0.0
        self.studio = 0.0
        self.spent: Mapping[str, float] = {}
        self.best_epoch = 0
        self.best_place: tuple[float, ...] | None = None
        self.saved_epoch = 0
        self.history: list[Mapping[str, float | None]] = []
        self.last: Mapping[str, float | None] = {}
        self.best: Mapping[str, float | None] = {}
        self.final: Mapping[str, float | None] = {}
        self.reason = ""
        self.failure = ""
        self.warnings: list[str] = []
        self.notes: list[str] = []
        self.learning_rate: float | None = None
        self.layers = LayerHistory()
        self.seconds = 0.0
        self._latest = 0.0
        self._epoch_seconds: list[float] = []

    def apply(self, events: Iterable[ev.Event]) -> None:
        """Takes in events in the order in which they happened."""
        for of_batches, group in itertools.groupby(events, lambda event: isinstance(event, ev.Batch)):
            if of_batches:
                self._batches([event for event in group if isinstance(event, ev.Batch)])
                continue
            for event in group:
                self._pass_time(event)
                self._rare(event)

    @property
    def metrics(self) -> tuple[str, ...]:
        """What is measured, ``loss`` first."""
        known = list(self.started.metrics) if self.started else []
        for name in (*self.batches, *self.epochs):
            plain = name.removeprefix("val_")
            if plain not in known:
                known.append(plain)
        return tuple(known)

    @property
    def main_metric(self) -> str:
        """The metric beside the loss that matters most, or an empty text."""
        return next((name for name in self.metrics if name != "loss"), "")

    @property
    def live(self) -> bool:
        """Whether it is still at work or will be."""
        return self.status in ("starting", "running", "paused", "stopping")

    @property
    def total_steps(self) -> int:
        """Steps of the whole run as planned, or 0 while that is not known."""
        return self.started.epochs * self.started.steps_per_epoch if self.started else 0

    @property
    def done_steps(self) -> int:
        """Steps done since the first epoch."""
        return max(self.epoch - 1, 0) * self.started.steps_per_epoch + self.step if self.started else 0

    @property
    def step_seconds(self) -> float:
        """How long a step of the last epoch took, waiting and all else left out; NaN while that is not known."""
        steps = self.started.steps_per_epoch if self.started else 0
        return self.spent["steps"] / steps if steps and "steps" in self.spent else math.nan

    @property
    def seconds_left(self) -> float:
        """How long the rest takes at the present speed; NaN while that is not known."""
        if not self.started or not self.total_steps:
            return math.nan
        steps = max(self.total_steps - self.done_steps, 0)
        per_epoch = self.started.steps_per_epoch
        if self._epoch_seconds:  # whole epochs tell more than batches: they include validation
            return steps * self._epoch_seconds[-1] / per_epoch
        # The first steps take long, because Keras compiles in them: an estimate from them frightens for nothing.
        if self.samples_per_second > 0 and self.step >= _FIRST_STEPS:
            return steps / per_epoch * self.started.samples / self.samples_per_second
        return math.nan

    def _pass_time(self, event: ev.Event) -> None:
        """Counts the seconds of training: not those between an end and a new start, nor a clock that is put back."""
        if self._latest and event.time and not isinstance(event, ev.Started):
            self.seconds += max(event.time - self._latest, 0.0)
        if self.started or isinstance(event, ev.Started):
            self._latest = event.time or self._latest

    def _rare(self, event: ev.Event) -> None:
        match event:
            case ev.Started():
                self._start(event)
            case ev.Epoch():
                self._end_of_epoch(event)
            case ev.Layers():
                per_epoch = self.started.steps_per_epoch if self.started else 0
                self.layers.add(event, (event.epoch - 1) * per_epoch + event.step)
            case ev.Checkpoint():
                if event.kind == "best":
                    self.saved_epoch = event.epoch
            case ev.Warning_():
                if event.message not in self.warnings:
                    self.warnings.append(event.message)
            case ev.Note():
                if event.message not in self.notes:
                    self.notes.append(event.message)
            case ev.Paused():
                self.status = "paused"
            case ev.Resumed():
                self.status = "running"
            case ev.Stopped():
                self.status = "stopping"
            case ev.Finished():
                self.status = "stopped" if event.reason == "stopped" else "finished"
                self.final, self.reason = event.metrics, event.reason
            case ev.Failed():
                self.status, self.failure = "failed", event.message
            case _:
                pass

    def _start(self, event: ev.Started) -> None:
        self.started, self.status, self.failure, self.reason = event, "running", "", ""
        self._epoch_seconds.clear()
        self.epoch, self.step = event.first_epoch, 0

    def _follow_batch(self, event: ev.Batch) -> None:
        self.status = "running" if self.status == "starting" else self.status
        self.epoch, self.step = event.epoch, event.step
        if event.samples_per_second > 0:
            self.samples_per_second = event.samples_per_second
            self.waiting, self.studio = event.waiting, event.studio

    def _batch(self, event: ev.Batch) -> None:
        self._follow_batch(event)
        per_epoch = self.started.steps_per_epoch if self.started else 0
        step = (event.epoch - 1) * per_epoch + event.step
        position = event.epoch - 1 + event.step / per_epoch if per_epoch else float(event.epoch)
        for name, value in event.values.items():
            self._add(self.batches, name, step, position, value)

    def _batches(self, events: Sequence[ev.Batch]) -> None:
        """Takes in batches: all at once where they follow each other, one by one where steps are repeated."""
        per_epoch = self.started.steps_per_epoch if self.started else 0
        steps = np.array([(event.epoch - 1) * per_epoch + event.step for event in events], np.float64)
        names = tuple(events[0].values)
        even = len(events) > 1 and bool((np.diff(steps) > 0).all()) and all(event.time for event in events)
        if not even or any(tuple(event.values) != names for event in events):
            for event in events:
                self._pass_time(event)
                self._batch(event)
            return
        times = np.array([event.time for event in events])
        passed = np.diff(times, prepend=self._latest or times[0]).clip(0.0)  # a clock that is put back adds nothing
        seconds = self.seconds + np.cumsum(passed)
        self.seconds = float(seconds[-1])
        if self.started:
            self._latest = events[-1].time
        self._follow_batch(next((e for e in reversed(events) if e.samples_per_second > 0), events[-1]))
        self._follow_batch(events[-1])
        within = np.array([event.step for event in events], np.float64)
        epochs = np.array([event.epoch for event in events], np.float64)
        places = epochs - 1 + within / per_epoch if per_epoch else epochs
        for name in names:
            values = np.array([event.values[name] for event in events], np.float64)  # None becomes NaN
            points = self._curve(self.batches, name)
            if len(points) and steps[0] <= points.x("step")[-1]:
                points.truncate(steps[0])
            points.extend(steps, places, seconds, values)

    def _end_of_epoch(self, event: ev.Epoch) -> None:
        per_epoch = self.started.steps_per_epoch if self.started else 1
        self.epoch, self.step = event.epoch, per_epoch
        self.last, self.learning_rate, self.spent = event.values, event.learning_rate, event.spent
        self.history[event.epoch - 1 :] = [event.values]
        if event.seconds > 0:
            self._epoch_seconds.append(event.seconds)
        for name, value in event.values.items():
            self._add(self.epochs, name, event.epoch * per_epoch, event.epoch, value)
        speed = self.started.samples / event.seconds if self.started and event.seconds > 0 else None
        memory = event.memory_bytes / 1e9 if event.memory_bytes else None
        for name, value in (("learning_rate", event.learning_rate), ("speed", speed), ("memory", memory)):
            if value is not None:
                self._add(self.course, name, event.epoch * per_epoch, event.epoch, value)
        monitor = self.monitor
        if self._better(event.values.get(monitor), None if self.keeps_last else self.best.get(monitor), monitor):
            self.best_epoch, self.best = event.epoch, event.values
            samples = event.epoch * (self.started.samples if self.started else 0)
            self.best_place = (event.epoch * per_epoch, event.epoch, self.seconds, samples)

    @property
    def keeps_last(self) -> bool:
        """Whether the last epoch counts, not the best."""
        return self.started is not None and self.started.keep == LAST

    @property
    def monitor(self) -> str:
        """The value that decides which epoch is the best; the training loss where nothing is validated."""
        wanted = self.started.monitor if self.started else "val_loss"
        return wanted if wanted in self.last or not self.last else "loss"

    @staticmethod
    def _better(new: float | None, old: float | None, monitor: str) -> bool:
        if new is None or not math.isfinite(new):
            return False
        if old is None:
            return True
        return new > old if higher_is_better(monitor) else new < old

    def _curve(self, curves: dict[str, CurvePoints], name: str) -> CurvePoints:
        if name not in curves:
            curves[name] = CurvePoints(self.started.samples if self.started else 0)
        return curves[name]

    def _add(self, curves: dict[str, CurvePoints], name: str, step: float, epoch: float, value: float | None) -> None:
        points = self._curve(curves, name)
        if len(points) and step <= points.x("step")[-1]:
            points.truncate(step)
        points.append(step, epoch, self.seconds, math.nan if value is None else value)
