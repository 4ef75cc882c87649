"""Which stretches are taken by wires, so that no wire lies on another. No Qt.

Wires that begin at the same port carry the same tensor: they may run together until they part.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from dlstudio.graph.model import Wire

APART = 4.5
BUCKET = 16.0
REACH = 10.0


class Stretch(NamedTuple):
    """A straight piece of a wire.

    Attributes:
        upright: Whether it runs up and down.
        at: Its height, or its place from the left where it is upright.
        start, end: From where to where it runs, the smaller first.
    """

    upright: bool
    at: float
    start: float
    end: float


class Channels:
    """Stretches by wire, found by direction and place."""

    def __init__(self) -> None:
        self._stretches: dict[Wire, tuple[Stretch, ...]] = {}
        self._buckets: dict[tuple[bool, int], dict[Wire, list[Stretch]]] = {}

    def put(self, wire: Wire, stretches: Iterable[Stretch]) -> None:
        """Says where a wire runs."""
        self.remove(wire)
        self._stretches[wire] = tuple(stretches)
        for stretch in self._stretches[wire]:
            bucket = self._buckets.setdefault((stretch.upright, int(stretch.at // BUCKET)), {})
            bucket.setdefault(wire, []).append(stretch)

    def remove(self, wire: Wire) -> None:
        """Forgets a wire."""
        for stretch in self._stretches.pop(wire, ()):
            self._buckets[(stretch.upright, int(stretch.at // BUCKET))].pop(wire, None)

    def of(self, wire: Wire) -> tuple[Stretch, ...]:
        """Where a wire runs; empty where it has not been put."""
        return self._stretches.get(wire, ())

    def is_free(self, stretch: Stretch, wire: Wire) -> bool:
        """Whether no wire with another source runs so near that the two would look like one."""
        upright, at, start, end = stretch
        first, last = int((at - APART) // BUCKET), int((at + APART) // BUCKET)
        for number in range(first, last + 1):
            for other, stretches in self._buckets.get((upright, number), {}).items():
                if other.source == wire.source and other.source_port == wire.source_port:
                    continue
                for _, place, begin, finish in stretches:
                    if abs(place - at) < APART and begin < end + REACH and start < finish + REACH:
                        return False
        return True
