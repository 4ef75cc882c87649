"""What every gesture of the mouse has in common: it moves on, and ends in one undo step or in nothing at all."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, Qt

if TYPE_CHECKING:
    from dlstudio.gui.canvas.view import CanvasView

Modifiers = Qt.KeyboardModifier


class Gesture:
    """A gesture in progress; the view owns at most one.

    Args:
        view: The view that it runs in.
        start: Where the button went down, in scene units.
    """

    cursor = Qt.CursorShape.ArrowCursor
    takes_keys = False
    """Whether keys steer it; all but Esc go to :meth:`key` then."""

    def __init__(self, view: CanvasView, start: QPointF) -> None:
        self.view = view
        self.scene = view.canvas_scene
        self.start = start

    def move(self, place: QPointF, modifiers: Modifiers) -> None:
        """The pointer moved, with the button down."""

    def finish(self, place: QPointF, modifiers: Modifiers) -> None:
        """The button went up: the gesture counts."""

    def key(self, key: Qt.Key) -> bool:
        """Takes a key; returns whether the gesture is over."""
        raise NotImplementedError

    def cancel(self) -> None:
        """Esc: everything is as before the gesture."""
