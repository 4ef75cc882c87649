"""Which nodes touch a rectangle: a grid of cells that answers without walking over all items."""

from __future__ import annotations

from PySide6.QtCore import QRectF

CELL_WIDTH, CELL_HEIGHT = 256.0, 160.0
MOST_CELLS = 400


class BodyIndex:
    """Node bodies by name, found by place."""

    def __init__(self) -> None:
        self._bodies: dict[str, QRectF] = {}
        self._cells: dict[tuple[int, int], set[str]] = {}

    def put(self, name: str, body: QRectF) -> None:
        """Adds a body or moves it."""
        self.remove(name)
        self._bodies[name] = QRectF(body)
        for cell in _cells(body):
            self._cells.setdefault(cell, set()).add(name)

    def remove(self, name: str) -> None:
        body = self._bodies.pop(name, None)
        if body is not None:
            for cell in _cells(body):
                self._cells[cell].discard(name)

    def names(self, area: QRectF) -> list[str]:
        """The nodes whose bodies touch an area, in no particular order."""
        cells = _cells(area)
        if len(cells) > MOST_CELLS:
            return [name for name, body in self._bodies.items() if body.intersects(area)]
        found: set[str] = set()
        for cell in cells:
            found |= self._cells.get(cell, set())
        return [name for name in found if self._bodies[name].intersects(area)]

    def bodies(self, area: QRectF) -> list[QRectF]:
        """The bodies that touch an area."""
        return [self._bodies[name] for name in self.names(area)]


def _cells(area: QRectF) -> list[tuple[int, int]]:
    left, right = int(area.left() // CELL_WIDTH), int(area.right() // CELL_WIDTH)
    top, bottom = int(area.top() // CELL_HEIGHT), int(area.bottom() // CELL_HEIGHT)
    if (right - left + 1) * (bottom - top + 1) > 10 * MOST_CELLS:
        return [(0, 0)] * (MOST_CELLS + 1)
    return [(x, y) for x in range(left, right + 1) for y in range(top, bottom + 1)]
