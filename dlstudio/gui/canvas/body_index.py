"""What touches a rectangle: a grid of cells that answers without walking over all items."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Sequence
from typing import Generic, TypeVar

from PySide6.QtCore import QRectF

CELL_WIDTH, CELL_HEIGHT = 256.0, 160.0
MOST_CELLS = 400

Box = tuple[float, float, float, float]
"""Left, top, right and bottom."""
Key = TypeVar("Key", bound=Hashable)


class BoxIndex(Generic[Key]):
    """Boxes by key, found by place. A key may have several: the stretches of a wire."""

    def __init__(self) -> None:
        self._boxes: dict[Key, Sequence[Box]] = {}
        self._cells: dict[tuple[int, int], set[Key]] = {}

    def __len__(self) -> int:
        return len(self._boxes)

    def set(self, key: Key, boxes: Sequence[Box]) -> None:
        """Says where a key is now."""
        self.remove(key)
        self._boxes[key] = boxes
        for cell in {cell for box in boxes for cell in _cells(box)}:
            self._cells.setdefault(cell, set()).add(key)

    def remove(self, key: Key) -> None:
        for cell in {cell for box in self._boxes.pop(key, ()) for cell in _cells(box)}:
            self._cells[cell].discard(key)

    def keys(self, area: Box) -> list[Key]:
        """What touches an area, in no particular order."""
        return [key for key in self._near(area) if any(_touch(box, area) for box in self._boxes[key])]

    def boxes(self, area: Box) -> list[Box]:
        """The boxes that touch an area."""
        return [box for key in self._near(area) for box in self._boxes[key] if _touch(box, area)]

    def any(self, area: Box) -> bool:
        """Whether anything touches an area."""
        return any(_touch(box, area) for key in self._near(area) for box in self._boxes[key])

    def _near(self, area: Box) -> Iterable[Key]:
        left, right = int(area[0] // CELL_WIDTH), int(area[2] // CELL_WIDTH)
        top, bottom = int(area[1] // CELL_HEIGHT), int(area[3] // CELL_HEIGHT)
        count = (right - left + 1) * (bottom - top + 1)
        if count == 1:
            return self._cells.get((left, top), ())
        if count > MOST_CELLS:
            return self._boxes
        found: set[Key] = set()
        for x in range(left, right + 1):
            for y in range(top, bottom + 1):
                found |= self._cells.get((x, y), set())
        return found


class BodyIndex(BoxIndex[str]):
    """Node bodies by name."""

    def put(self, name: str, body: QRectF) -> None:
        """Adds a body or moves it."""
        self.set(name, (box_of(body),))

    def bounds(self) -> Box:
        """What holds all of them; empty at the origin where there is none."""
        if not self._boxes:
            return (0.0, 0.0, 0.0, 0.0)
        every = [boxes[0] for boxes in self._boxes.values()]
        return (
            min(box[0] for box in every),
            min(box[1] for box in every),
            max(box[2] for box in every),
            max(box[3] for box in every),
        )

    def box(self, name: str) -> Box:
        """Where a node is."""
        return self._boxes[name][0]

    def names(self, area: QRectF) -> list[str]:
        """The nodes whose bodies touch an area, in no particular order."""
        return self.keys(box_of(area))


def box_of(area: QRectF) -> Box:
    """A rectangle as left, top, right and bottom."""
    left, top = area.x(), area.y()
    return (left, top, left + area.width(), top + area.height())


def _touch(a: Box, b: Box) -> bool:
    return a[0] < b[2] and b[0] < a[2] and a[1] < b[3] and b[1] < a[3]


def _cells(box: Box) -> list[tuple[int, int]]:
    left, right = int(box[0] // CELL_WIDTH), int(box[2] // CELL_WIDTH)
    top, bottom = int(box[1] // CELL_HEIGHT), int(box[3] // CELL_HEIGHT)
    return [(x, y) for x in range(left, right + 1) for y in range(top, bottom + 1)]
