"""Appends events to a run's ``events.jsonl`` at a cost that training does not feel.

Batch events are collected and written at most twenty times a second, each as a line of its own; all others go out at
once. When the disk is full the lines wait in memory and are written as soon as there is room.
"""

from __future__ import annotations

import contextlib
import errno
import json
import math
import os
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Protocol

from dlstudio.training.runs.events import Event

WRITES_PER_SECOND = 20
WAITING_LINES = 200_000


class Follower(Protocol):
    """Somebody who is told of all events as they are written, in the thread that writes them."""

    def write(self, event: Event) -> None: ...

    def write_batch(self, epoch: int, step: int, values: Mapping[str, float], at: float) -> None: ...

    def close(self) -> None: ...


class EventLog:
    """The writing end of ``events.jsonl``; may be used from several threads.

    Attributes:
        followers: Are told of each event, too.
    """

    def __init__(self, path: Path, clock: Callable[[], float] = time.time) -> None:
        self.followers: list[Follower] = []
        self._clock = clock
        self._lock = threading.Lock()
        self._lines: list[str] = []
        self._last_write = 0.0
        self._file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o644)
        size = os.fstat(self._file).st_size
        # A process killed in the middle of a line left half of it: end it, so that the next line stands alone.
        self._torn = size > 0 and os.pread(self._file, 1, size - 1) != b"\n"
        self.full = False

    def write(self, event: Event) -> None:
        """Stamps an event with the time and writes it, after the batches that wait."""
        stamped = replace(event, time=round(self._clock(), 3))
        with self._lock:
            self._lines.append(json.dumps(finite(stamped.as_json())))
            self._write_out()
            for each in self.followers:
                each.write(stamped)

    def write_batch(
        self,
        epoch: int,
        step: int,
        values: Mapping[str, float],
        samples_per_second: float,
        shares: tuple[float, float] = (0.0, 0.0),
    ) -> None:
        """Adds a :class:`Batch <dlstudio.training.runs.events.Batch>`; it is on disk a twentieth of a second later, or
        with the next event."""
        now = self._clock()
        inner = ", ".join(
            f'"{name}": {value:.7g}' if math.isfinite(value) else f'"{name}": null' for name, value in values.items()
        )
        line = (
            f'{{"event": "batch", "time": {now:.3f}, "epoch": {epoch}, "step": {step}, "values": {{{inner}}}, '
            f'"samples_per_second": {samples_per_second:.1f}, "waiting": {shares[0]:.3f}, "studio": {shares[1]:.3f}}}'
        )
        with self._lock:
            self._lines.append(line)
            if now - self._last_write >= 1 / WRITES_PER_SECOND:
                self._write_out()
            for each in self.followers:
                each.write_batch(epoch, step, values, now)

    def flush(self) -> None:
        """Writes the batches that wait."""
        with self._lock:
            self._write_out()

    def secure(self) -> None:
        """Has all that was written so far outlast a killed process and a power cut.

        Raises:
            OSError: It cannot be written; the lines wait.
        """
        with self._lock:
            self._write_out()
            if self.full:
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        os.fsync(self._file)

    def close(self) -> None:
        """Writes what waits, makes it last, and closes the file."""
        with self._lock:
            self._write_out()
            for each in self.followers:
                each.close()
            with contextlib.suppress(OSError):
                os.fsync(self._file)
            os.close(self._file)

    def _write_out(self) -> None:
        self._last_write = self._clock()
        if not self._lines:
            return
        content = (("\n" if self._torn else "") + "\n".join(self._lines) + "\n").encode()
        try:
            size = os.fstat(self._file).st_size
            written = os.write(self._file, content)
            if written < len(content):
                os.ftruncate(self._file, size)
                raise OSError("short write")
        except OSError:
            self.full = True
            if len(self._lines) > WAITING_LINES:
                self._lines = [line for line in self._lines if not line.startswith('{"event": "batch"')]
            return
        self.full = False
        self._torn = False
        self._lines.clear()


def finite(value: object) -> object:
    """The same JSON value with None in place of NaN and infinities, which JSON does not have."""
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, dict):
        return {key: finite(entry) for key, entry in value.items()}
    if isinstance(value, list):
        return [finite(entry) for entry in value]
    return value
