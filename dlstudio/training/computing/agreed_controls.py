"""What a run is asked to do, where several workers train it: the first one looks, and all act at the same step.

Workers that compute a step together have to agree what comes next, or one would wait for the others for ever. The first
one says with each word when the next is due, so that agreeing costs no more than looking did: some ten times a second.
"""

from __future__ import annotations

import contextlib
import json
import time
from collections.abc import Callable, Iterator
from typing import Any, Protocol

from dlstudio.training.controls import LOOKS_PER_SECOND, Controls
from dlstudio.training.runs.worked_folder import WorkedFolder

MOST_LOOKS = 500
_KEPT = 16  # words; no worker is as far behind as that, since each step waits for all of them


class Board(Protocol):
    """Where the first worker writes words that the others read."""

    def put(self, name: str, word: str) -> None:
        """Writes a word under a name that was not used before."""

    def get(self, name: str) -> str:
        """Waits for the word of that name."""

    def remove(self, name: str) -> None:
        """Takes a word away that all have read."""


class AgreedControls(Controls):
    """As :class:`Controls`, the same in each of several workers as long as they call it at the same places.

    Args:
        folder: Where commands are written.
        board: Joins the workers.
        first: Whether this is the worker that looks.
    """

    def __init__(
        self,
        folder: WorkedFolder,
        board: Board,
        first: bool,
        *,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        super().__init__(folder, clock=clock, sleep=sleep)
        self._asked = Controls(folder, clock=clock, sleep=sleep) if first else None
        self._board = board
        self._words = 0
        self._looks = 0  # until the next word
        self._stride = 1
        self._spoke_at = clock()
        self._due: frozenset[str] = frozenset()

    def look(self) -> None:
        """Has to be called equally often by all workers."""
        self._due = frozenset()
        self._looks -= 1
        if self._looks > 0:
            return
        self._agree()

    def due(self, name: str) -> bool:
        """Whether the first worker wished for it at this step."""
        return name in self._due

    def wait_while_paused(self) -> float:
        """Returns when the first worker says that it goes on or stops; the seconds that took."""
        began = self._clock()
        while self.paused and not self.stopping:
            if self._asked is not None:
                self._asked.wait_while_paused()
            self._agree()
        return self._clock() - began

    @contextlib.contextmanager
    def listening(self) -> Iterator[None]:
        """SIGTERM to the first worker stops all of them; to another one it means nothing."""
        if self._asked is None:
            yield
            return
        with self._asked.listening():
            yield

    def _agree(self) -> None:
        name = f"dlstudio/{self._words}"
        self._words += 1
        if self._asked is None:
            word = json.loads(self._board.get(name))
        else:
            word = self._said(self._asked)
            self._board.put(name, json.dumps(word))
            if self._words > _KEPT:
                self._board.remove(f"dlstudio/{self._words - 1 - _KEPT}")
        self.paused, self.stopping = bool(word["paused"]), bool(word["stopping"])
        self._due = frozenset(word["due"])
        self._looks = int(word["looks"])

    def _said(self, asked: Controls) -> dict[str, Any]:
        asked.look()
        now = self._clock()
        each = (now - self._spoke_at) / self._stride  # seconds from look to look
        wanted = int(1 / LOOKS_PER_SECOND / max(each, 1e-6))
        self._stride = max(1, min(wanted, 2 * self._stride, MOST_LOOKS))
        self._spoke_at = now
        due = sorted(wish for wish, is_due in self.wishes.items() if is_due())
        return {"paused": asked.paused, "stopping": asked.stopping, "due": due, "looks": self._stride}
