"""Which stretches of the channels between rows are taken by wires, so that no wire lies on another. No Qt."""

from __future__ import annotations

from dlstudio.graph.model import Wire

APART = 4.5
BUCKET = 16.0
REACH = 10.0


class Channels:
    """Horizontal stretches by wire, found by height."""

    def __init__(self) -> None:
        self._stretches: dict[Wire, tuple[float, float, float]] = {}
        self._buckets: dict[int, set[Wire]] = {}

    def put(self, wire: Wire, y: float, left: float, right: float) -> None:
        """Says that a wire runs at a height between two places."""
        self.remove(wire)
        self._stretches[wire] = (y, left, right)
        self._buckets.setdefault(int(y // BUCKET), set()).add(wire)

    def remove(self, wire: Wire) -> None:
        """Forgets a wire."""
        stretch = self._stretches.pop(wire, None)
        if stretch is not None:
            self._buckets[int(stretch[0] // BUCKET)].discard(wire)

    def is_free(self, y: float, left: float, right: float) -> bool:
        """Whether no wire runs so near that the two would look like one."""
        for bucket in (int((y - APART) // BUCKET), int((y + APART) // BUCKET)):
            for wire in self._buckets.get(bucket, ()):
                other, start, end = self._stretches[wire]
                if abs(other - y) < APART and start - REACH < right and left < end + REACH:
                    return False
        return True
