"""An engine without processes for tests of the window: answers from values that the test lays down.

    engine = FakeEngine()
    studio = Studio(document, engine=engine, catalogue=...)
    engine.answers["describe_data"] = {"summary": {...}, "specs": {...}}      # a value, a function of the payload,
    engine.answers["infer"] = lambda payload: facts.as_json()                 # or an error: Refusal("a sentence")
    engine.hold("infer")        # nothing is answered ...
    engine.release("infer")     # ... until now

Answers arrive by the studio's queued signal, as from the real one.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from dlstudio.engine.messages import EngineState, Event, Reply

NO_FACTS: dict[str, Any] = {"layers": {}, "parameters": 0, "problems": [], "memory_bytes": 0}
"""What ``infer`` answers unless the test says otherwise."""


@dataclass(frozen=True)
class Refusal:
    """An answer that is an error."""

    sentence: str


@dataclass
class Asked:
    """One request."""

    id: int
    kind: str
    payload: Mapping[str, Any]
    replaces: str | None


@dataclass
class FakeEngine:
    """Pass it as ``engine=`` of the studio.

    Attributes:
        answers: By kind of request: a value, a function of the payload that gives one, or a :class:`Refusal`. A kind
            without an entry is never answered.
        asked: Every request so far, in order.
        closed: Whether the studio has closed it.
    """

    answers: dict[str, Any] = field(default_factory=lambda: {"infer": NO_FACTS, "devices": {"devices": []}})
    asked: list[Asked] = field(default_factory=list)
    closed: bool = False
    warm: bool = False
    _held: set[str] = field(default_factory=set)
    _waiting: list[Asked] = field(default_factory=list)
    _numbers: Any = field(default_factory=lambda: itertools.count(1))
    _on_event: Callable[[Event], None] | None = None

    def __call__(self, on_event: Callable[[Event], None]) -> FakeEngine:
        self._on_event = on_event
        return self

    def ask(self, kind: str, payload: Mapping[str, Any], *, replaces: str | None = None) -> int:
        request = Asked(next(self._numbers), kind, payload, replaces)
        self.asked.append(request)
        if replaces is not None:
            self._waiting = [other for other in self._waiting if other.replaces != replaces]
        if kind in self._held or kind not in self.answers:
            self._waiting.append(request)
        else:
            self._answer(request)
        return request.id

    def cancel(self, request: int) -> None:
        self._waiting = [other for other in self._waiting if other.id != request]

    def warm_up(self) -> None:
        self.warm = True

    def close(self) -> None:
        self.closed = True

    def hold(self, kind: str) -> None:
        """Keeps requests of a kind waiting."""
        self._held.add(kind)

    def release(self, kind: str) -> None:
        """Answers what waits of a kind, and what comes."""
        self._held.discard(kind)
        ready = [request for request in self._waiting if request.kind == kind]
        self._waiting = [request for request in self._waiting if request.kind != kind]
        for request in ready:
            self._answer(request)

    def tell(self, state: EngineState) -> None:
        """Says that an engine process is in another state."""
        assert self._on_event is not None
        self._on_event(state)

    def payloads(self, kind: str) -> list[Mapping[str, Any]]:
        """The payloads of all requests of a kind, in order."""
        return [request.payload for request in self.asked if request.kind == kind]

    def _answer(self, request: Asked) -> None:
        assert self._on_event is not None
        answer = self.answers[request.kind]
        value = answer(request.payload) if callable(answer) else answer
        if isinstance(value, Refusal):
            self._on_event(Reply(request.id, request.kind, error=value.sentence))
        else:
            self._on_event(Reply(request.id, request.kind, value))
