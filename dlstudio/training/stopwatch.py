"""Where the time of a training goes: waiting for data, computing steps, validating, and what the studio does."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Literal, TypeVar

Kind = Literal["data", "steps", "validation", "studio", "paused"]
KINDS: tuple[Kind, ...] = ("data", "steps", "validation", "studio")
T = TypeVar("T")


class Stopwatch:
    """Adds up seconds by what they are spent on; something is always being done.

    What a GPU computes while the processor is elsewhere is not seen; waiting for its values counts as steps.

    Args:
        clock: Tells seconds.
    """

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._kind: Kind = "studio"
        self._since = clock()
        self._seconds: dict[Kind, float] = dict.fromkeys((*KINDS, "paused"), 0.0)
        self._epoch = self.seconds()
        self._before = self.seconds()

    def turn_to(self, kind: Kind) -> None:
        """From now on time is spent on that."""
        now = self._clock()
        self._seconds[self._kind] += now - self._since
        self._kind, self._since = kind, now

    def seconds(self) -> dict[Kind, float]:
        """Seconds by kind since the beginning, pauses left out."""
        self.turn_to(self._kind)
        return {kind: self._seconds[kind] for kind in KINDS}

    def of_epoch(self) -> dict[str, float]:
        """Seconds by kind since this was last asked."""
        now, before = self.seconds(), self._epoch
        self._epoch = now
        return {kind: round(now[kind] - before[kind], 4) for kind in KINDS}

    def shares(self) -> tuple[float, float]:
        """Shares of the time since this was last asked: waiting for data, and the studio's own."""
        now, before = self.seconds(), self._before
        self._before = now
        spent = {kind: now[kind] - before[kind] for kind in KINDS}
        total = sum(spent.values())
        return (spent["data"] / total, spent["studio"] / total) if total > 0 else (0.0, 0.0)

    def waiting(self, items: Iterable[T]) -> Iterator[T]:
        """The same items; the time until each is there counts as waiting for data, what follows as the studio's."""
        iterator = iter(items)
        while True:
            self.turn_to("data")
            try:
                item = next(iterator)
            except StopIteration:
                return
            finally:
                self.turn_to("studio")
            yield item
