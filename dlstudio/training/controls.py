"""What a training process is asked to do while it works: pause, resume, stop, by file or by signal.

Standard library only.
"""

from __future__ import annotations

import contextlib
import json
import signal
import time
from collections.abc import Callable, Iterator
from types import FrameType

from dlstudio.training.runs.worked_folder import WorkedFolder

LOOKS_PER_SECOND = 10


class Controls:
    """Looks at ``commands.jsonl``, at most ten times a second, and listens to SIGTERM.

    Attributes:
        paused: The last word was *pause*.
        stopping: A stop was asked for; nothing takes that back.
        wishes: What the training itself wants to do at some time, by name; see :meth:`due`.
    """

    def __init__(
        self,
        folder: WorkedFolder,
        *,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self.paused = False
        self.stopping = False
        self.wishes: dict[str, Callable[[], bool]] = {}
        self._file = folder.commands_file
        self._clock = clock
        self._sleep = sleep
        # What was said to an earlier process of the same run is not meant for this one.
        self._offset = int(folder.process().get("commands", 0))
        self._next_look = 0.0

    def look(self) -> None:
        """Takes in new commands; costs nothing when called for every batch."""
        now = self._clock()
        if now < self._next_look:
            return
        self._next_look = now + 1 / LOOKS_PER_SECOND
        try:
            if self._file.stat().st_size <= self._offset:
                return
            with self._file.open("rb") as stream:
                stream.seek(self._offset)
                content = stream.read()
        except OSError:
            return
        whole = content[: content.rfind(b"\n") + 1]
        self._offset += len(whole)
        for line in whole.splitlines():
            self._take(line)

    def due(self, name: str) -> bool:
        """Whether it is time for one of the wishes."""
        return self.wishes[name]()

    def wait_while_paused(self) -> float:
        """Returns when training may go on or has to stop; the seconds that took."""
        began = self._clock()
        while self.paused and not self.stopping:
            self._sleep(1 / LOOKS_PER_SECOND)
            self.look()
        return self._clock() - began

    def _take(self, line: bytes) -> None:
        try:
            command = json.loads(line)["command"]
        except (ValueError, TypeError, KeyError):
            return
        if command == "stop":
            self.stopping = True
        elif command in ("pause", "resume"):
            self.paused = command == "pause"

    @contextlib.contextmanager
    def listening(self) -> Iterator[None]:
        """SIGTERM means stop with a checkpoint while this lasts (in the main thread; elsewhere it does nothing)."""

        def stop(number: int, frame: FrameType | None) -> None:
            del number, frame
            self.stopping = True

        try:
            before = signal.signal(signal.SIGTERM, stop)
        except ValueError:  # not the main thread
            yield
            return
        try:
            yield
        finally:
            signal.signal(signal.SIGTERM, before)
