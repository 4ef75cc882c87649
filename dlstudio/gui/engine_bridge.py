"""Brings the answers of the engine's background threads to the thread of the window and to whoever asked."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Mapping
from typing import Any, Protocol

from PySide6.QtCore import QObject, Qt, Signal

from dlstudio.engine.messages import EngineState, Event, Progress

Then = Callable[[Any], None]
Failed = Callable[[str], None]


class Engine(Protocol):
    """What the window needs of an engine client; tests put one without processes in its place."""

    def ask(self, kind: str, payload: Mapping[str, Any], *, replaces: str | None = None) -> int: ...
    def cancel(self, request: int) -> None: ...
    def warm_up(self) -> None: ...
    def close(self) -> None: ...


EngineMaker = Callable[[Callable[[Event], None]], Engine]


class EngineBridge(QObject):
    """One engine client as the window's thread sees it.

    Args:
        make: Makes the client from the callback that takes its events, in any thread.
        parent: The owner.
    """

    stateChanged = Signal(str)
    """State of the process that computes shapes."""
    complained = Signal(str)
    """A sentence: a refusal that nobody takes, or an engine that keeps ending."""
    replied = Signal(int, object)
    """Number of a request and the value that answers it."""

    progressed = Signal(int, object)
    """Number of a request that takes long, and its :class:`~dlstudio.engine.messages.Progress`."""

    _later = Signal(object)

    def __init__(self, make: EngineMaker, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.state = "starting"
        self._closed = False
        self._asked: dict[int, tuple[Then | None, Failed | None]] = {}
        self._keys: dict[str, int] = {}
        self._later.connect(self._call, Qt.ConnectionType.QueuedConnection)
        self._engine = make(self._event)

    def post(self, work: Callable[[], None]) -> None:
        """Calls ``work`` soon in the window's thread; may be called in any thread. Nothing happens once closed."""
        if not self._closed:
            with contextlib.suppress(RuntimeError):  # Qt's side of this object is gone already
                self._later.emit(work)

    def ask(
        self,
        kind: str,
        payload: Mapping[str, Any],
        then: Then | None = None,
        failed: Failed | None = None,
        *,
        replaces: str | None = None,
    ) -> int:
        """See :meth:`dlstudio.gui.studio.Studio.ask`."""
        number = self._engine.ask(kind, payload, replaces=replaces)
        if replaces is not None:
            self._asked.pop(self._keys.get(replaces, 0), None)
            self._keys[replaces] = number
        self._asked[number] = (then, failed)
        return number

    def cancel(self, request: int) -> None:
        """Forgets a request; what it would have answered never arrives."""
        self._asked.pop(request, None)
        self._engine.cancel(request)

    def warm_up(self) -> None:
        """Starts the processes that are needed soon."""
        if not self._closed:
            self._engine.warm_up()

    def close(self) -> None:
        """Ends the engine; nothing arrives any more."""
        self._closed = True
        self._asked.clear()
        self._engine.close()

    def _event(self, event: Event) -> None:
        """In a background thread."""
        self.post(lambda: self._take(event))

    def _call(self, work: Callable[[], None]) -> None:
        if not self._closed:
            work()

    def _take(self, event: Event) -> None:
        if isinstance(event, Progress):
            if event.id in self._asked:
                self.progressed.emit(event.id, event)
            return
        if isinstance(event, EngineState):
            if event.lane == "shapes" and event.state != self.state:
                self.state = event.state
                self.stateChanged.emit(event.state)
            if event.state == "failed":
                self.complained.emit(event.message)
            return
        callbacks = self._asked.pop(event.id, None)
        if callbacks is None:
            return
        then, failed = callbacks
        if event.error:
            (failed or self.complained.emit)(event.error)
            return
        if then is not None:
            then(event.value)
        self.replied.emit(event.id, event.value)
