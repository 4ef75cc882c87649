"""The runs of a project as they happen: a background thread reads the run folders and hands over what is new.

A run belongs to its folder, not to this window: runs started elsewhere appear, live ones are followed. While something
is live the thread looks every 80 ms, else once a second. What has been read once of a live run is not read again.
"""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

from dlstudio.training.runs.events import Batch, Event, EventReader
from dlstudio.training.runs.run_folder import RunError, RunFolder, list_runs
from dlstudio.training.runs.run_info import RunInfo, begun, follow
from dlstudio.training.runs.run_marks import FILE as MARKS
from dlstudio.training.runs.run_marks import read_marks

LIVE_SECONDS = 0.08
LIST_SECONDS = 1.0
PART_BYTES = 1 << 16  # of an event file: some hundred batches, which the window takes in within a millisecond
BREATH_SECONDS = 0.002  # between two large parts, for the threads that wait for this one
_MANY = 100

OnRuns = Callable[[list[RunInfo]], None]
OnEvents = Callable[[str, list[Event]], None]


class _Followed:
    """A live run: its reader and its state so far, as far as the events tell it."""

    def __init__(self, run: RunFolder) -> None:
        self.run = run
        self.reader = EventReader(run.events_file)
        self.info = begun(run.path, run.record())

    def take(self, events: list[Event]) -> bool:
        """Follows new events; whether some of them were no batches."""
        rare = [event for event in events if not isinstance(event, Batch)]
        if rare:
            self.info = follow(self.info, rare)
        return bool(rare)


class RunFollower:
    """Follows the runs of one project folder until :meth:`close`.

    Args:
        folder: The project folder.
        on_runs: Gets all runs, the oldest first, whenever one is new or has another state. Called in the thread.
        on_events: Gets a run's name and its new events, beginning with its first one where it was live already. Called
            in the thread, for live runs only.
    """

    def __init__(self, folder: Path, on_runs: OnRuns, on_events: OnEvents) -> None:
        self._folder = folder
        self._on_runs = on_runs
        self._on_events = on_events
        self._wishes: queue.SimpleQueue[Callable[[], None] | None] = queue.SimpleQueue()
        self._closing = threading.Event()
        self._followed: dict[str, _Followed] = {}
        self._infos: dict[str, RunInfo] | None = None
        self._marks: dict[str, object] = {}
        self._listed = 0.0
        self._thread = threading.Thread(target=self._run, name="run follower", daemon=True)
        self._thread.start()

    def look(self) -> None:
        """Looks at once (a run was just made)."""
        self._wishes.put(None)

    def history(self, name: str, then: Callable[[list[Event]], None]) -> None:
        """Reads all events of a run; ``then`` gets them in the thread, in order with what ``on_events`` gets.

        It is called once for each part of a long file: whoever takes them in has time for other things in between.
        """
        path = RunFolder(self._folder / "runs" / name).events_file

        def read() -> None:
            for events in self._parts(EventReader(path)):
                then(events)

        self._wishes.put(read)

    def end(self) -> None:
        """Ends the thread soon; nothing is called any more once it has."""
        self._closing.set()
        self._wishes.put(None)

    def close(self) -> None:
        """Ends the thread and waits for it."""
        self.end()
        self._thread.join(10)

    def _parts(self, reader: EventReader) -> Iterator[list[Event]]:
        for events in reader.parts(PART_BYTES):
            if self._closing.is_set():
                return
            yield events
            if len(events) > _MANY:
                self._closing.wait(BREATH_SECONDS)

    def _run(self) -> None:
        while not self._closing.is_set():
            if time.monotonic() - self._listed >= LIST_SECONDS:
                self._list()
            if self._read_events():
                self._list()
            try:
                wish = self._wishes.get(timeout=LIVE_SECONDS if self._live() else LIST_SECONDS)
            except queue.Empty:
                continue
            if self._closing.is_set():
                return
            if wish is None:
                self._list()
            else:
                wish()

    def _live(self) -> bool:
        return any(info.live for info in (self._infos or {}).values())

    def _list(self) -> None:
        """Reads the state of all runs; of those that ended, only where their files have changed."""
        self._listed = time.monotonic()
        infos: dict[str, RunInfo] = {}
        for run in list_runs(self._folder):
            known = (self._infos or {}).get(run.name)
            mark = _mark(run)
            if known is not None and not known.live and self._marks.get(run.name) == mark:
                infos[run.name] = known
                continue
            try:
                infos[run.name] = self._state(run)
            except (RunError, OSError, ValueError, KeyError, TypeError):
                continue  # half made, or damaged: it is no run (yet)
            self._marks[run.name] = mark
        if infos != self._infos:
            self._infos = infos
            if not self._closing.is_set():
                self._on_runs(list(infos.values()))

    def _state(self, run: RunFolder) -> RunInfo:
        followed = self._followed.get(run.name)
        if followed is None:
            info = run.info()
            if not info.live:
                return info
            followed = self._followed[run.name] = _Followed(run)
        return run.settled(lambda: self._told(followed))

    def _told(self, followed: _Followed) -> RunInfo:
        self._hand_over(followed)
        return replace(followed.info, marks=read_marks(followed.run.path))

    def _read_events(self) -> bool:
        """Hands over what is new; whether a run may have another state because of it."""
        changed = False
        for name, info in (self._infos or {}).items():
            if info.live and name in self._followed:
                changed |= self._hand_over(self._followed[name])
        return changed

    def _hand_over(self, followed: _Followed) -> bool:
        changed = False
        for events in self._parts(followed.reader):
            changed |= followed.take(events)
            self._on_events(followed.run.name, events)
        return changed


def _mark(run: RunFolder) -> object:
    marks = []
    for path in (run.path / "run.json", run.path / "process.json", run.path / MARKS, run.events_file):
        try:
            status = path.stat()
            marks.append((status.st_mtime_ns, status.st_size))
        except OSError:
            marks.append((0, 0))
    return tuple(marks)
