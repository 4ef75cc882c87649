"""Tells what each step of an epoch came to, a moment after it was made.

Reading a value waits for the step that it belongs to, and costs about as much as a short step. So values are left where
the backend has them and read some at a time, many times a second; each step still becomes a point of the curves.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Mapping

from dlstudio.training.computing.backend_steps import Logs
from dlstudio.training.divergence import LossWatch, word
from dlstudio.training.runs.event_log import EventLog
from dlstudio.training.stepping import BatchValues, rows
from dlstudio.training.stopwatch import Stopwatch

READ_SECONDS = 0.04  # the event log writes twenty times a second
MOST_UNREAD = 256
SPEED_SECONDS = 0.5

Broken = Callable[[str, str, int, int], Exception]
"""``(kind, what, epoch, step) -> the error to raise``."""


class Reports:
    """The values of the steps of one epoch after another.

    Attributes:
        means: Running means of the epoch after the last step that was read.
        losses: Watches whether the loss explodes.
        speed: How fast the steps are.

    Args:
        log: Gets an event for each step.
        watched: Time that is spent waiting for values counts as steps.
        batch_size: Samples a step.
        samples: Of an epoch.
        broken: Makes the error for a loss that is no number or exploded.
        clock: Seconds.
    """

    def __init__(
        self,
        log: EventLog,
        watched: Stopwatch,
        *,
        batch_size: int,
        samples: int,
        broken: Broken,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.means: dict[str, float] = {}
        self.losses = LossWatch()
        self.speed = Speed(clock, watched)
        self._log = log
        self._watched = watched
        self._size, self._samples = batch_size, samples
        self._broken = broken
        self._clock = clock
        self._values = BatchValues()
        self._epoch = 0
        self._unread: list[tuple[int, Logs, range | None]] = []
        self._read_at = -math.inf

    def begin(self, epoch: int, steps: int, means: Mapping[str, float]) -> None:
        """Begins an epoch, or goes on in one after some steps that came to these running means."""
        self._epoch, self.means = epoch, dict(means)
        self._values.start(self.means, steps * self._size)
        self._unread = []

    def add(self, step: int, logs: Logs, places: range | None = None) -> None:
        """Takes in the values of a step that was just begun, or of several in a row.

        Args:
            step: The first of them.
            logs: Running means as the backend has them.
            places: Where they stand in ``logs``; None for those of a single step.

        Raises:
            DivergedError: The loss of a step before is no number, or has exploded.
        """
        self.speed.add(self._samples_of(step, 1 if places is None else len(places)))
        self._unread.append((step, logs, places))
        if self._clock() - self._read_at >= READ_SECONDS or len(self._unread) > MOST_UNREAD:
            # All but the newest: a GPU computes this one while those before it are fetched.
            *done, newest = self._unread
            self._unread = [newest]
            self._read(done)

    def finish(self) -> None:
        """Reads all that has been taken in.

        Raises:
            DivergedError: As for :meth:`add`.
        """
        done, self._unread = self._unread, []
        self._read(done)

    def _read(self, done: list[tuple[int, Logs, range | None]]) -> None:
        for first, logs, places in done:
            self._watched.turn_to("steps")
            values = rows(logs, places)  # waits for the steps
            self._watched.turn_to("studio")
            for step, means in enumerate(values, first):
                self._tell(step, means)
        self._read_at = self._clock()

    def _tell(self, step: int, means: dict[str, float]) -> None:
        self.means = means
        own = self._values.next(means, self._samples_of(step, 1))
        self._log.write_batch(self._epoch, step, own, self.speed.per_second, self.speed.shares)
        if not math.isfinite(means["loss"]):
            raise self._broken("nan", f"The loss became {word(means['loss'])}", self._epoch, step)
        if self.losses.exploded(own["loss"]):
            raise self._broken("exploded", f"The loss exploded to {own['loss']:.3g}", self._epoch, step)

    def _samples_of(self, step: int, count: int) -> int:
        return min(count * self._size, self._samples - (step - 1) * self._size)


class Speed:
    """Samples a second over the last half second or more, where that time went, and how long was waited in pauses."""

    def __init__(self, clock: Callable[[], float], watched: Stopwatch) -> None:
        self.shares = (0.0, 0.0)
        self._watched = watched
        self.per_second = 0.0
        self.waited = 0.0
        self._clock = clock
        self.restart()

    def restart(self) -> None:
        """Begins to count anew, after a pause."""
        self._since, self._samples = self._clock(), 0

    def add(self, samples: int) -> None:
        """Takes in samples of a step that was begun."""
        self._samples += samples
        passed = self._clock() - self._since
        if passed >= SPEED_SECONDS or not self.per_second:
            self.per_second = self._samples / max(passed, 1e-9)
            if passed >= SPEED_SECONDS:
                self.shares = self._watched.shares()
                self.restart()
