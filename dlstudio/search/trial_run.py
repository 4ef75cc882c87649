"""One trial at work: its run and the process that trains it, followed by the run's events."""

from __future__ import annotations

import contextlib
import math
import os
import signal
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import psutil

from dlstudio.search.trials import Trial
from dlstudio.training.early_stopping import BestSoFar
from dlstudio.training.launching import TrainingProcess
from dlstudio.training.runs import events as ev
from dlstudio.training.runs.run_folder import RunFolder

_FIRST_TO_GO = 600  # oom_score_adj: where memory ends, the system takes a trial before the search or the window
_UNVALIDATED = "There is no validation split, so trials cannot be compared. Give it a share on the Data page."
_MEMORY_SIGNALS = (signal.SIGKILL, signal.SIGABRT)


class TrialRun:
    """Follows a trial until it has ended.

    Args:
        trial: As proposed.
        run: Its run.
        best: Keeps the best epoch of the goal.
        report: Called with an epoch and its score; whether the trial had better be ended.
        memory: Bytes that its process may take.

    Attributes:
        trial: What is known of it by now.
        pruning: Whether it was asked to end because others are better.
        obstacle: Why its run, and so every other one, gives nothing to compare trials by; else empty.
    """

    def __init__(
        self, trial: Trial, run: RunFolder, best: BestSoFar, report: Callable[[int, float], bool], memory: int
    ) -> None:
        self.trial = replace(trial, state="running", run=run.name)
        self.run = run
        self.pruning = False
        self.obstacle = ""
        self._best = best
        self._report = report
        self._memory = memory
        self._process: TrainingProcess | None = None
        self._reader = ev.EventReader(run.events_file, batches=False)
        self._end: ev.Event | None = None
        self._killed = False

    def take(self, process: TrainingProcess) -> None:
        """Has the process that was started for it."""
        self._process, self._end = process, None
        with contextlib.suppress(OSError):
            Path(f"/proc/{process.pid}/oom_score_adj").write_text(str(_FIRST_TO_GO), encoding="ascii")

    def catch_up(self) -> None:
        """Reads what its run has told so far, without judging it."""
        self._read()

    @property
    def said_end(self) -> ev.Event | None:
        """The event that ended the run, where one has."""
        return self._end

    def look(self, *, stopping: bool = False) -> Trial | None:
        """Reads what is new; how it ended, or None while it goes on.

        Args:
            stopping: Whether the search itself has asked its runs to stop, so that a stopped run is no end.
        """
        alive = self._alive()  # asked first: what a process wrote before its end is then read in the same round
        self._read()
        if self._end is None and alive:
            self._watch_memory()
            return None
        if alive and self._process is not None:
            return None  # it has said its last word and cleans up
        if stopping and not self.pruning and (self._end is None or _stopped(self._end)):
            return replace(self.trial, state="waiting")
        return self._judged()

    def _alive(self) -> bool:
        return self._process.alive if self._process is not None else self.run.lives()

    def _read(self) -> None:
        for event in self._reader.read_new():
            match event:
                case ev.Started():
                    self._end = None
                    if not event.validation_samples:
                        self.obstacle = _UNVALIDATED
                    self.trial = replace(
                        self.trial, parameters=event.parameters, epochs=event.epochs, epoch=event.first_epoch - 1
                    )
                case ev.Epoch():
                    self._take_epoch(event)
                case ev.Finished() | ev.Failed():
                    self._end = event
                case _:
                    pass

    def _take_epoch(self, event: ev.Epoch) -> None:
        values = {name: math.nan if value is None else value for name, value in event.values.items()}
        if self._best.monitor not in values:
            there = ", ".join(name for name in values if name.startswith("val_"))
            self.obstacle = f"The runs have no value '{self._best.monitor}' to compare. There is: {there}."
        self._best.take(event.epoch, values)
        self.trial = replace(
            self.trial,
            epoch=event.epoch,
            score=self._best.value,
            seconds=round(self.trial.seconds + event.seconds, 3),
        )
        better_ended = self._report(event.epoch, values.get(self._best.monitor, math.nan))
        if better_ended and not self.pruning and event.epoch < self.trial.epochs:
            self.pruning = True

    def _watch_memory(self) -> None:
        pid = int(self.run.process().get("pid", 0))
        with contextlib.suppress(psutil.Error, ValueError):
            if pid > 0 and psutil.Process(pid).memory_info().rss > self._memory:
                self._killed = True
                os.kill(pid, signal.SIGKILL)

    def _judged(self) -> Trial:
        end, trial = self._end, self.trial
        if isinstance(end, ev.Failed):
            return replace(trial, state="failed", failure=end.kind, message=end.message)
        if self._killed:
            sentence = f"Its process took more than {self._memory / 2**30:.1f} GB of memory and was ended."
            return replace(trial, state="failed", failure="out-of-memory", message=sentence)
        if end is None:
            failure, message = self._death()
            return replace(trial, state="failed", failure=failure, message=message)
        if trial.score is None:
            if _stopped(end):
                return replace(trial, state="failed", failure="stopped", message="It was stopped in its first epoch.")
            known = f"'{self._best.monitor}' was never a number in its epochs."
            return replace(trial, state="failed", failure="nan", message=known)
        if _stopped(end):
            words = "Others were better by then." if self.pruning else "It was stopped by hand."
            return replace(trial, state="pruned", message=f"Ended after epoch {trial.epoch}. {words}")
        return replace(trial, state="finished")

    def _death(self) -> tuple[str, str]:
        """Kind and sentence of the end of a process without a word."""
        status = self._process.process.returncode if self._process is not None else None
        if status is None:
            return "killed", "Its process ended without a word. See the run's log.txt."
        if status >= 0:
            return "crash", f"Its process ended with status {status}. See the run's log.txt."
        name = _signal_name(-status)
        said = _last_words(self.run.log_file)
        if -status in _MEMORY_SIGNALS and (-status == signal.SIGKILL or "bad_alloc" in said):
            sentence = f"Its process was ended by {name}: most likely the machine ran out of memory."
            return "out-of-memory", sentence
        return "crash", f"Its process was ended by {name}. See the run's log.txt."


def _stopped(end: ev.Event) -> bool:
    return isinstance(end, ev.Finished) and end.reason == "stopped"


def _signal_name(number: int) -> str:
    try:
        return f"signal {number} ({signal.Signals(number).name})"
    except ValueError:
        return f"signal {number}"


def _last_words(log: Path) -> str:
    try:
        return log.read_text(encoding="utf-8", errors="replace")[-4000:]
    except OSError:
        return ""
