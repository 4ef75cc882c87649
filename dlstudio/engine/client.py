"""Asks the engine processes and brings their answers back; the window's only way to Keras and to data files.

Three processes, each with a background thread of its own (see :mod:`dlstudio.engine.lane`): ``data`` never imports
Keras and so answers at once, ``shapes`` stays free for the graph, ``inspection`` may work for minutes. A process starts
with the first request for it. Standard library only.
"""

from __future__ import annotations

import itertools
import threading
from collections.abc import Mapping
from typing import Any

from dlstudio.engine.hangs import CODE_SECONDS
from dlstudio.engine.lane import EngineLane, OnEvent, Request
from dlstudio.engine.lanes import REQUESTS
from dlstudio.engine.messages import Lane
from dlstudio.engine.process import child_command


class EngineClient:
    """The engine as the window sees it. Its methods may be called from any thread and never block.

    Args:
        on_event: Gets every :class:`Reply`, :class:`Progress` and :class:`EngineState`, in a background thread.
        command: The command line of an engine process, to which the lane is appended; for tests.
        code_seconds: How long a step of the user's own code may take on shapes.
    """

    def __init__(
        self, on_event: OnEvent, *, command: list[str] | None = None, code_seconds: float = CODE_SECONDS
    ) -> None:
        self._on_event = on_event
        self._command = command or child_command()
        self._code_seconds = code_seconds
        self._numbers = itertools.count(1)
        self._lanes: dict[Lane, EngineLane] = {}
        self._lock = threading.Lock()
        self._closed = False

    def ask(self, kind: str, payload: Mapping[str, Any], *, replaces: str | None = None) -> int:
        """Asks one thing.

        Args:
            kind: One of :data:`dlstudio.engine.lanes.REQUESTS`.
            payload: A JSON object that is not changed afterwards; numpy arrays under ``"arrays"`` by name.
            replaces: A newer request with the same key drops an older one that is not answered yet.

        Returns:
            The number that the reply will carry.

        Raises:
            KeyError: There is no such kind of request.
        """
        lane = self._lane(REQUESTS[kind].lane)
        number = next(self._numbers)
        if lane is not None:
            lane.ask(Request(number, kind, payload, replaces))
        return number

    def cancel(self, request: int) -> None:
        """Drops a request that is not answered yet: its reply never comes."""
        for lane in list(self._lanes.values()):
            lane.cancel(request)

    def warm_up(self) -> None:
        """Starts what the window needs soon, and keeps it running: files, and Keras for the shapes."""
        for name in ("data", "shapes"):
            lane = self._lane(name)
            if lane is not None:
                lane.warm_up()

    def process_ids(self) -> dict[Lane, int]:
        """The processes that live now, by lane."""
        found = {name: lane.process_id for name, lane in list(self._lanes.items())}
        return {name: number for name, number in found.items() if number is not None}

    def close(self) -> None:
        """Ends all processes and threads. Requests not answered yet are dropped."""
        with self._lock:
            self._closed = True
            lanes = list(self._lanes.values())
        for lane in lanes:
            lane.close()
        for lane in lanes:
            lane.join(10)

    def _lane(self, name: Lane) -> EngineLane | None:
        with self._lock:
            if self._closed:
                return None
            if name not in self._lanes:
                self._lanes[name] = EngineLane(name, self._on_event, self._command, self._code_seconds)
            return self._lanes[name]
