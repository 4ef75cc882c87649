"""Layers dragged from the palette: dropped on a wire they go into it (Alt suppresses), elsewhere they lie loose."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QMimeData, QPointF, Qt
from PySide6.QtGui import QDragMoveEvent, QDropEvent

from dlstudio.gui.canvas.wire_item import WireItem

if TYPE_CHECKING:
    from dlstudio.gui.canvas.view import CanvasView

NODE_MIME = "application/x-dlstudio-node"
REACH = 12.0


class PaletteDrop:
    """Handles drags of node types over a view.

    Args:
        view: The view.
    """

    def __init__(self, view: CanvasView) -> None:
        self._view = view
        self._wire: WireItem | None = None

    @staticmethod
    def takes(data: QMimeData) -> bool:
        """Whether this is a node type."""
        return data.hasFormat(NODE_MIME)

    def move(self, event: QDragMoveEvent) -> None:
        place = self._view.scene_point(event.position())
        self._mark(self._wire_at(place, event.modifiers()))
        event.setDropAction(Qt.DropAction.CopyAction)
        event.accept()

    def leave(self) -> None:
        self._mark(None)

    def drop(self, event: QDropEvent) -> None:
        place = self._view.scene_point(event.position())
        wire = self._wire_at(place, event.modifiers())
        self._mark(None)
        type_id = bytes(event.mimeData().data(NODE_MIME).data()).decode("utf-8", "replace").strip()
        if wire is not None:
            self._view.actions_.add_into(type_id, wire.wire, place)
        else:
            self._view.actions_.add(type_id, place)
        event.setDropAction(Qt.DropAction.CopyAction)
        event.accept()
        self._view.setFocus()

    def _wire_at(self, place: QPointF, modifiers: Qt.KeyboardModifier) -> WireItem | None:
        if modifiers & Qt.KeyboardModifier.AltModifier:
            return None
        return self._view.canvas_scene.wire_at(place, REACH / self._view.zoom)

    def _mark(self, wire: WireItem | None) -> None:
        if self._wire is not None and self._wire is not wire and self._wire.scene() is not None:
            self._wire.mark(hovered=False)
        self._wire = wire
        if wire is not None:
            wire.mark(hovered=True)
