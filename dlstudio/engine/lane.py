"""One engine process and the background thread that owns it: starts it, asks it, revives it, ends it.

The thread is an actor: whatever happens (a request, a frame from the child, the child's end, a time limit) comes to it
through one queue, so nothing here needs a lock.
"""

from __future__ import annotations

import queue
import threading
import time
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from dlstudio.engine.hangs import CODE_SECONDS, Hangs
from dlstudio.engine.lanes import IDLE_SECONDS, IMPORT_SECONDS, KERAS_LANES, REQUESTS, UNWANTED_SECONDS
from dlstudio.engine.messages import EngineState, Event, Lane, MessageError, Progress, Reply, State, encode
from dlstudio.engine.process import ChildProcess

BACK_OFF_SECONDS = (0.0, 0.2, 1.0, 3.0)
MAXIMUM_TRIES = 2

OnEvent = Callable[[Event], None]


@dataclass
class Request:
    """A request on its way."""

    id: int
    kind: str
    payload: Mapping[str, Any]
    replaces: str | None
    tries: int = 0
    hangs: int = 0


class EngineLane:
    """The owner of one engine process.

    Args:
        name: Which lane this is.
        on_event: Gets replies and states, in this lane's thread.
        command: The command line of the child.
        code_seconds: How long a step of the user's own code may take.
    """

    def __init__(self, name: Lane, on_event: OnEvent, command: list[str], code_seconds: float = CODE_SECONDS) -> None:
        self.name: Lane = name
        self._on_event = on_event
        self._command = command
        self._inbox: queue.SimpleQueue[tuple[str, Any]] = queue.SimpleQueue()
        self._waiting: deque[Request] = deque()
        self._asked: Request | None = None
        self._child: ChildProcess | None = None
        self._hangs = Hangs(code_seconds)
        self._ready = False
        self._warm = False
        self._deaths = 0
        self._start_at = 0.0
        self._deadline = 0.0
        self._sent_at = 0.0
        self._idle_since = time.monotonic()
        self._state: State | None = None
        self._thread = threading.Thread(target=self._run, name=f"engine {name}", daemon=True)
        self._thread.start()

    @property
    def process_id(self) -> int | None:
        """The child's process id while it lives."""
        child = self._child
        return child.process_id if child else None

    def ask(self, request: Request) -> None:
        """Puts a request in line; a request with the same ``replaces`` key that is not answered yet is dropped."""
        self._inbox.put(("ask", request))

    def cancel(self, request_id: int) -> None:
        """Drops a request that is not answered yet."""
        self._inbox.put(("cancel", request_id))

    def warm_up(self) -> None:
        """Starts the child now, and again whenever it dies."""
        self._inbox.put(("warm", None))

    def close(self) -> None:
        """Ends the child and the thread. Requests not answered yet are dropped."""
        self._inbox.put(("close", None))

    def join(self, seconds: float) -> None:
        """Waits for the thread to end."""
        if self._thread is not threading.current_thread():
            self._thread.join(seconds)

    def _run(self) -> None:
        while True:
            try:
                what, value = self._inbox.get(timeout=self._patience())
            except queue.Empty:
                what, value = "time", None
            if what == "close":
                self._end_child()
                self._tell("closed")
                return
            if what == "ask":
                self._take(value)
            elif what == "cancel":
                self._drop_number(value)
            elif what == "warm":
                self._warm = True
            elif what == "frame" and value[0] is self._child:
                self._take_frame(value[1])
            elif what == "ended" and value[0] is self._child:
                self._child_died(value[1])
            elif what == "time":
                self._time_passed()
            self._go_on()

    def _patience(self) -> float | None:
        """Seconds until something has to be done without being told."""
        now = time.monotonic()
        if self._child is None:
            return max(0.0, self._start_at - now) if self._wanted() else None
        if self._asked is not None or not self._ready:
            return max(0.0, min(self._deadline, self._hangs.deadline) - now)
        idle = IDLE_SECONDS[self.name]
        return None if idle is None else max(0.0, self._idle_since + idle - now)

    def _wanted(self) -> bool:
        return bool(self._waiting) or (self._warm and self._deaths < len(BACK_OFF_SECONDS))

    def _go_on(self) -> None:
        if self._child is None and self._wanted() and time.monotonic() >= self._start_at:
            self._start_child()
        if self._child is not None and self._asked is None and self._waiting:
            self._send(self._child, self._waiting.popleft())

    def _take(self, request: Request) -> None:
        key = request.replaces
        if key is not None:
            self._drop(lambda other: other.replaces == key)
        if self._deaths >= len(BACK_OFF_SECONDS):  # it was given up; whoever asks now gives it another chance
            self._deaths, self._start_at = len(BACK_OFF_SECONDS) - 1, 0.0
        self._waiting.append(request)

    def _drop_number(self, number: int) -> None:
        self._drop(lambda request: request.id == number)

    def _drop(self, which: Callable[[Request], bool]) -> None:
        self._waiting = deque(request for request in self._waiting if not which(request))
        if self._asked is not None and which(self._asked):
            self._asked.id = 0  # the child still works on it; its answer is nobody's
            self._deadline = min(self._deadline, self._sent_at + UNWANTED_SECONDS[self.name])

    def _start_child(self) -> None:
        self._tell("starting" if self._deaths == 0 else "restarting")
        self._ready = self.name not in KERAS_LANES
        self._deadline = time.monotonic() + IMPORT_SECONDS
        try:
            self._child = ChildProcess([*self._command, self.name], self._inbox.put)
        except OSError as error:
            self._child_died(f"it could not be started ({error.strerror or error})")
            return
        if self._ready:
            self._tell("ready")

    def _send(self, child: ChildProcess, request: Request) -> None:
        self._asked = request
        request.tries += 1
        self._sent_at = time.monotonic()
        self._deadline = self._sent_at + REQUESTS[request.kind].seconds + (0 if self._ready else IMPORT_SECONDS)
        arrays = request.payload.get("arrays")
        payload = {key: value for key, value in request.payload.items() if key != "arrays"}
        known = self._hangs.known(request.hangs) if payload.get("code") else None
        if known:
            payload["hung"] = known
        header = {"id": request.id, "kind": request.kind, "payload": payload}
        try:
            frame = encode(header, arrays)
        except MessageError as error:
            self._answer(Reply(request.id, request.kind, error=str(error)))
            return
        child.write(frame)  # where that fails, the child is dead and its end is in the inbox

    def _take_frame(self, frame: Mapping[str, Any]) -> None:
        if "ready" in frame:
            self._ready = True
            if self._asked is not None:
                wanted = self._asked.id != 0
                self._sent_at = time.monotonic()
                limit = REQUESTS[self._asked.kind].seconds if wanted else UNWANTED_SECONDS[self.name]
                self._deadline = self._sent_at + limit
            self._idle_since = time.monotonic()
            self._tell("ready")
            return
        if "running" in frame:
            self._hangs.take(frame["running"])
            return
        if "progress" in frame:
            self._take_progress(frame["progress"])
            return
        request = self._asked
        if request is None:
            return
        self._deaths = 0
        value = dict(frame.get("value") or {})
        if "arrays" in frame:
            value["arrays"] = frame["arrays"]
        self._answer(Reply(request.id, request.kind, value, str(frame.get("error", ""))))

    def _take_progress(self, told: Any) -> None:
        """What goes on may take as long as it likes: the time limit is one for silence."""
        request = self._asked
        if request is None or request.id == 0:
            return
        self._deadline = time.monotonic() + REQUESTS[request.kind].seconds
        what, done, total = told
        self._on_event(Progress(request.id, str(what), int(done), int(total)))

    def _answer(self, reply: Reply) -> None:
        self._asked = None
        self._idle_since = time.monotonic()
        if reply.id:
            self._on_event(reply)

    def _child_died(self, how: str) -> None:
        self._end_child()
        self._deaths += 1
        given_up = self._deaths >= len(BACK_OFF_SECONDS)
        self._start_at = time.monotonic() + BACK_OFF_SECONDS[min(self._deaths, len(BACK_OFF_SECONDS)) - 1]
        request, self._asked = self._asked, None
        if request is not None and request.id:
            if request.tries < MAXIMUM_TRIES:
                self._waiting.appendleft(request)
            else:
                doing = REQUESTS[request.kind].doing
                self._answer(Reply(request.id, request.kind, error=f"{doing} failed twice: the engine ended, {how}."))
        if given_up:
            for lost in self._waiting:
                self._on_event(Reply(lost.id, lost.kind, error=f"The engine does not start: {how}."))
            self._waiting.clear()
            self._tell("failed", f"The engine keeps ending: {how}. It is tried again with the next change.")
        else:
            self._tell("restarting", f"The engine ended, {how}; it is being started again.")

    def _time_passed(self) -> None:
        now = time.monotonic()
        if self._child is None:
            return
        if self._asked is not None and now >= self._hangs.deadline:
            self._own_code_hung(self._asked)
        elif self._asked is not None and now >= self._deadline:
            kind = REQUESTS[self._asked.kind]
            self._end_child()
            self._tell("restarting")
            self._answer(
                Reply(
                    self._asked.id,
                    self._asked.kind,
                    error=f"{kind.doing} took longer than {kind.seconds:.0f} s and was ended. Try with less data.",
                )
            )
        elif not self._ready and now >= self._deadline:
            self._child_died(f"it was not ready after {IMPORT_SECONDS:.0f} s")
        elif self._ready and self._asked is None:
            idle = IDLE_SECONDS[self.name]
            if idle is not None and now >= self._idle_since + idle:
                self._end_child()

    def _own_code_hung(self, request: Request) -> None:
        """Ends the child and asks another one the same, which leaves out what hung and says so in its answer."""
        file = self._hangs.give_up()
        self._asked = None
        self._end_child()
        self._start_at = 0.0
        self._tell("restarting", f"{file} did not end; the engine is started again without it.")
        request.hangs += 1
        request.tries -= 1
        if request.id:
            self._waiting.appendleft(request)

    def _end_child(self) -> None:
        self._hangs.take(None)
        child, self._child = self._child, None
        self._ready = False
        if child is not None:
            child.end()

    def _tell(self, state: State, message: str = "") -> None:
        if state != self._state or message:
            self._state = state
            self._on_event(EngineState(self.name, state, message))
