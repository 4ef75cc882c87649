"""Where one last looked, for each block that was entered: zoom and place come back when one comes back."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, QRectF

from dlstudio.graph.paths import Path

if TYPE_CHECKING:
    from dlstudio.gui.canvas.view import CanvasView


class ViewPlaces:
    """Remembers the view of each path of one document.

    Args:
        view: Whose zoom and place.
    """

    def __init__(self, view: CanvasView) -> None:
        self._view = view
        self._shown: Path = view.studio.path
        self._known: dict[Path, tuple[float, QPointF]] = {}

    def forget(self) -> None:
        """Another document is open."""
        self._known.clear()
        self._shown = self._view.studio.path

    def leave(self) -> bool:
        """Keeps where one looks now, before another path is shown; returns whether that one is known."""
        if self._view.isVisible() and self._view.canvas_scene.nodes:
            self._known[self._shown] = (self._view.zoom, self._corner())
        self._shown = self._view.studio.path
        return self._shown in self._known

    def come_back(self) -> None:
        """Shows the path as it was left."""
        zoom, corner = self._known[self._shown]
        self._view.set_zoom(zoom)
        self._view.pan((self._corner() - corner) * zoom)

    def _corner(self) -> QPointF:
        # The upper left corner, not the middle: the line above the canvas comes and goes with the path.
        return self._view.scene_point(QRectF(self._view.viewport().rect()).topLeft())
