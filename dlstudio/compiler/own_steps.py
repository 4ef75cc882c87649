"""Steps of the user's own code, announced before and after, so that one that never ends is noticed from outside.

A loop without end cannot be stopped from inside: it may hold the interpreter. The engine client ends the process and
tells the next one which steps hung; those are not run again.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any

IMPORT_PATIENCE = 3.0
"""An import may take so many times as long as a layer on shapes: it may import a large library."""

Announce = Callable[[Mapping[str, Any] | None], None]


@dataclass(frozen=True)
class Step:
    """One thing that own code does.

    Attributes:
        file: The file, as the node names it.
        digest: SHA-256 of its content.
        made: Name of the class that is made and called on shapes; empty where the file is imported.
        exact: What it works on besides: arguments and shapes.
    """

    file: str
    digest: str
    made: str = ""
    exact: str = ""

    @property
    def kind(self) -> str:
        """The same for all that a class is called on."""
        return f"{self.digest}:{self.made}"

    @property
    def key(self) -> str:
        """The same only where the same happens again."""
        return f"{self.kind}:{hashlib.sha256(self.exact.encode()).hexdigest()[:24]}"

    def as_json(self) -> dict[str, Any]:
        patience = 1.0 if self.made else IMPORT_PATIENCE
        return {"file": self.file, "kind": self.kind, "key": self.key, "patience": patience}


@dataclass(frozen=True)
class _Known:
    """What hung before: seconds by key and by kind, and whether a kind is enough."""

    keys: Mapping[str, float] = field(default_factory=dict)
    kinds: Mapping[str, float] = field(default_factory=dict)
    strict: bool = False


_NOTHING = _Known()
_KNOWN: ContextVar[_Known | None] = ContextVar("known hangs", default=None)
_running: list[Step] = []
_announce: list[Announce] = []


def announce_to(announce: Announce) -> None:
    """From now on ``announce`` gets the step that runs, and None when none does any more."""
    _announce[:] = [announce]


@contextmanager
def hung_before(value: Mapping[str, Any] | None) -> Iterator[None]:
    """Inside, steps that hung are not run.

    Args:
        value: ``{"steps": [{"key", "kind", "seconds"}], "strict"}``; where strict, nothing of the same kind is run.
    """
    steps = (value or {}).get("steps", ())
    known = _Known(
        {str(step["key"]): float(step["seconds"]) for step in steps},
        {str(step["kind"]): float(step["seconds"]) for step in steps},
        bool((value or {}).get("strict")),
    )
    token = _KNOWN.set(known)
    try:
        yield
    finally:
        _KNOWN.reset(token)


@contextmanager
def trying_out() -> Iterator[None]:
    """Inside, nothing of a kind that hung is run: a fix that is only tried out is not worth waiting for it."""
    known = _KNOWN.get() or _NOTHING
    token = _KNOWN.set(_Known(known.keys, known.kinds, True))
    try:
        yield
    finally:
        _KNOWN.reset(token)


def hang_stamp() -> tuple[Any, ...]:
    """What the answers about own code depend on besides its content; empty where nothing hung."""
    known = _KNOWN.get() or _NOTHING
    return (tuple(sorted(known.keys)), known.strict) if known.keys else ()


def hang_sentence(step: Step) -> str:
    """Why a step is not run, as a sentence for the user; empty where it may be."""
    known = _KNOWN.get() or _NOTHING
    seconds = known.keys.get(step.key) or (known.kinds.get(step.kind) if known.strict else None)
    if seconds is None:
        return ""
    if not step.made:
        return (
            f"{step.file} was still being imported after {seconds:g} s and was stopped: it loops for ever or waits for "
            f"something. Move that into a method, or remove it; once the file is saved, it is tried again."
        )
    return (
        f"{step.made} in {step.file} had not told its shapes after {seconds:g} s and was stopped: it loops for ever or "
        f"waits for something in __init__, build, call or compute_output_shape. Once the file is changed, or what "
        f"leads to the layer, it is tried again."
    )


@contextmanager
def running(step: Step) -> Iterator[None]:
    """Inside, the step runs."""
    _running.append(step)
    _tell()
    try:
        yield
    finally:
        _running.pop()
        _tell()


def _tell() -> None:
    for announce in _announce:
        announce(_running[-1].as_json() if _running else None)
