"""Putting a node into a wire without a mouse: the arrows choose the wire, Enter inserts, Esc cancels."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, Qt

from dlstudio.gui.canvas.gesture import Gesture
from dlstudio.gui.canvas.key_connect import STEPS

if TYPE_CHECKING:
    from dlstudio.gui.canvas.view import CanvasView


class KeyInsert(Gesture):
    """Goes from wire to wire, the nearest first.

    Args:
        view: The view.
        name: A node without wires.
    """

    takes_keys = True

    def __init__(self, view: CanvasView, name: str) -> None:
        super().__init__(view, QPointF())
        self._name = name
        item = self.scene.nodes[name]
        here = item.body().center()
        fits = bool(item.look.inputs and item.look.outputs)
        self._wires = sorted(
            self.scene.wires if fits else (),
            key=lambda wire: (self.scene.wires[wire].path().pointAtPercent(0.5) - here).manhattanLength(),
        )
        self._at = 0
        self._show(True)

    @property
    def possible(self) -> bool:
        """Whether there is a wire to put it into."""
        return bool(self._wires)

    def key(self, key: Qt.Key) -> bool:
        if key in STEPS:
            self._show(False)
            self._at = (self._at + STEPS[key]) % len(self._wires)
            self._show(True)
            return False
        if key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._show(False)
            self.view.actions_.put_into(self._name, self._wires[self._at])
            return True
        return False

    def cancel(self) -> None:
        self._show(False)

    def _show(self, marked: bool) -> None:
        if not self._wires or self._wires[self._at] not in self.scene.wires:
            return
        wire = self._wires[self._at]
        item = self.scene.wires[wire]
        item.mark(hovered=marked)
        if marked:
            self.view.bring_into_view(item.path().boundingRect())
            self.view.statusHint.emit(
                f"Put {self._name} between {wire.source} and {wire.target}: Enter inserts, arrows choose another wire, "
                f"Esc cancels."
            )
