"""The runs of a project as they happen: a background thread reads the run folders and hands over what is new.

A run belongs to its folder, not to this window: runs started elsewhere appear, live ones are followed. While something
is live the thread looks every 80 ms, else once a second.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path

from dlstudio.training.events import Batch, Checkpoint, Event, EventReader
from dlstudio.training.run_folder import RunError, RunFolder, list_runs
from dlstudio.training.run_info import RunInfo

LIVE_SECONDS = 0.08
LIST_SECONDS = 1.0


class RunFollower:
    """Follows the runs of one project folder until :meth:`close`.

    Args:
        folder: The project folder.
        on_runs: Gets all runs, the oldest first, whenever one is new or has another state. Called in the thread.
        on_events: Gets a run's name and its new events. Only live runs are followed, from their first event on.
    """

    def __init__(
        self,
        folder: Path,
        on_runs: Callable[[list[RunInfo]], None],
        on_events: Callable[[str, list[Event]], None],
    ) -> None:
        self._folder = folder
        self._on_runs = on_runs
        self._on_events = on_events
        self._awake = threading.Event()
        self._closing = threading.Event()
        self._readers: dict[str, EventReader] = {}
        self._infos: dict[str, RunInfo] = {}
        self._marks: dict[str, object] = {}
        self._thread = threading.Thread(target=self._run, name="run follower", daemon=True)
        self._thread.start()

    def look(self) -> None:
        """Looks at once (a run was just made)."""
        self._awake.set()

    def close(self) -> None:
        """Ends the thread and waits for it."""
        self._closing.set()
        self._awake.set()
        if self._thread is not threading.current_thread():
            self._thread.join(10)

    def _run(self) -> None:
        first, quiet = True, 0.0
        while not self._closing.is_set():
            live = any(info.live for info in self._infos.values())
            if first or not live or quiet >= LIST_SECONDS or self._awake.is_set():
                self._awake.clear()
                quiet = 0.0
                self._list(first)
                first = False
            self._read_events()
            wait = LIVE_SECONDS if any(info.live for info in self._infos.values()) else LIST_SECONDS
            quiet += wait
            self._awake.wait(wait)

    def _list(self, first: bool) -> None:
        infos: dict[str, RunInfo] = {}
        for run in list_runs(self._folder):
            known = self._infos.get(run.name)
            mark = _mark(run.path)
            if known is not None and not known.live and self._marks.get(run.name) == mark:
                infos[run.name] = known
                continue
            try:
                infos[run.name] = run.info()
            except (RunError, OSError, ValueError, KeyError, TypeError):
                continue  # half made, or damaged: it is no run (yet)
            self._marks[run.name] = mark
        if first or infos != self._infos:
            self._infos = infos
            if not self._closing.is_set():
                self._on_runs(list(infos.values()))

    def _read_events(self) -> None:
        for name, info in self._infos.items():
            if info.live and name not in self._readers:
                self._readers[name] = EventReader(RunFolder(info.folder).events_file)
        changed = False
        for name, reader in list(self._readers.items()):
            events = reader.read_new()
            if events and not self._closing.is_set():
                self._on_events(name, events)
            if name not in self._infos or not self._infos[name].live:
                del self._readers[name]
            elif any(not isinstance(event, Batch | Checkpoint) for event in events):
                changed = True
        if changed:
            self._awake.set()


def _mark(path: Path) -> object:
    marks = []
    for name in ("run.json", "process.json", "events.jsonl"):
        try:
            status = (path / name).stat()
            marks.append((status.st_mtime_ns, status.st_size))
        except OSError:
            marks.append((0, 0))
    return tuple(marks)
