"""Dragging the corner of a frame or note."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, Qt

from dlstudio.graph import annotations as notes
from dlstudio.graph.annotations import LEAST_FRAME, LEAST_NOTE
from dlstudio.gui.canvas.annotation_item import AnnotationItem
from dlstudio.gui.canvas.gesture import Gesture, Modifiers

if TYPE_CHECKING:
    from dlstudio.gui.canvas.view import CanvasView


class ResizeGesture(Gesture):
    """Makes a frame or note larger or smaller with the pointer.

    Args:
        view: The view.
        start: Where the drag began, in scene units.
        item: What is resized.
    """

    cursor = Qt.CursorShape.SizeFDiagCursor

    def __init__(self, view: CanvasView, start: QPointF, item: AnnotationItem) -> None:
        super().__init__(view, start)
        self._item = item
        self._size = item.size

    def move(self, place: QPointF, _modifiers: Modifiers) -> None:
        pulled = place - self.start
        least = LEAST_FRAME if self._item.key.kind == "frame" else LEAST_NOTE
        width, height = max(self._size[0] + pulled.x(), least[0]), max(self._size[1] + pulled.y(), least[1])
        self._item.stretch((round(width, 1), round(height, 1)))

    def finish(self, place: QPointF, modifiers: Modifiers) -> None:
        self.move(place, modifiers)
        graph = notes.resize(self.scene.graph, self._item.key, self._item.size)
        self.view.change_graph(f"Resize the {self._item.key.kind}", graph)

    def cancel(self) -> None:
        self.scene.put_back()
