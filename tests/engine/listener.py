"""Takes the events of an engine client and lets a test wait for them."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

from dlstudio.engine.messages import EngineState, Event, Progress, Reply

SECONDS = 30.0


class Listener:
    """Pass it as ``on_event``; every event stands in :attr:`events`."""

    def __init__(self) -> None:
        self.events: list[Event] = []
        self._changed = threading.Condition()

    def __call__(self, event: Event) -> None:
        with self._changed:
            self.events.append(event)
            self._changed.notify_all()

    @property
    def replies(self) -> list[Reply]:
        return [event for event in self.events if isinstance(event, Reply)]

    @property
    def progress(self) -> list[Progress]:
        return [event for event in self.events if isinstance(event, Progress)]

    def states(self, lane: str) -> list[str]:
        return [event.state for event in self.events if isinstance(event, EngineState) and event.lane == lane]

    def wait_for(self, condition: Callable[[], bool], seconds: float = SECONDS) -> None:
        end = time.monotonic() + seconds
        with self._changed:
            while not condition():
                left = end - time.monotonic()
                assert left > 0, f"waited {seconds} s in vain; what came: {self.events}"
                self._changed.wait(min(left, 0.05))

    def reply_to(self, request: int, seconds: float = SECONDS) -> Reply:
        self.wait_for(lambda: any(reply.id == request for reply in self.replies), seconds)
        return next(reply for reply in self.replies if reply.id == request)
