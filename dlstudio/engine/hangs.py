"""Own code that never ends, as the owner of an engine process sees it: which step runs, since when, and which hung."""

from __future__ import annotations

import time
from collections.abc import Mapping
from math import inf
from typing import Any

CODE_SECONDS = 20.0
"""How long one layer of the user's own may take on shapes; importing its file may take a multiple."""

_MOST_HANGS = 3
"""After so many in one request nothing like what hung is run for it any more."""


class Hangs:
    """Keeps the time of the step that runs, and those that hung for as long as the window is open.

    Args:
        seconds: How long a step may take.
    """

    def __init__(self, seconds: float = CODE_SECONDS) -> None:
        self._seconds = seconds
        self._running: Mapping[str, Any] | None = None
        self._hung: dict[str, dict[str, Any]] = {}
        self.deadline = inf
        """When the step that runs has taken too long."""

    def take(self, running: Mapping[str, Any] | None) -> None:
        """The child says which step runs now, or that none does."""
        self._running = running
        self.deadline = time.monotonic() + self._patience() if running else inf

    def give_up(self) -> str:
        """Remembers the step that runs as one that hung. Returns its file."""
        step = self._running or {}
        if step:
            self._hung[str(step["key"])] = {"key": step["key"], "kind": step["kind"], "seconds": self._patience()}
        self.take(None)
        return str(step.get("file", ""))

    def known(self, hangs: int) -> Mapping[str, Any] | None:
        """What goes along with a request that may run own code, after so many hangs in it; None for nothing."""
        return {"steps": list(self._hung.values()), "strict": hangs >= _MOST_HANGS} if self._hung else None

    def _patience(self) -> float:
        return self._seconds * float((self._running or {}).get("patience", 1.0))
