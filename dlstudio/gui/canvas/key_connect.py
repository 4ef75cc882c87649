"""Connecting without a mouse: C begins at the selected node, the arrows choose a target, Enter connects.

Where a wire is selected its end is moved instead. C again begins at the next output of a node that has several.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, Qt

from dlstudio.graph.model import Wire
from dlstudio.gui.canvas.gesture import Modifiers
from dlstudio.gui.canvas.wire_gesture import WireGesture
from dlstudio.gui.canvas.wiring import End

if TYPE_CHECKING:
    from dlstudio.gui.canvas.view import CanvasView

STEPS = {Qt.Key.Key_Right: 1, Qt.Key.Key_Down: 1, Qt.Key.Key_Left: -1, Qt.Key.Key_Up: -1, Qt.Key.Key_Tab: 1}


class KeyConnect(WireGesture):
    """A wire gesture whose pointer is moved by keys from one fitting port to the next.

    Args:
        view: The view.
        name: The node whose first output the wire begins at.
        detached: A wire that begins there and whose end is moved, or None for a new one.
    """

    cursor = Qt.CursorShape.ArrowCursor
    takes_keys = True

    def __init__(self, view: CanvasView, name: str, detached: Wire | None = None) -> None:
        super().__init__(view, QPointF(), End(name, "out", detached.source_port if detached else ""), detached)
        graph = self.scene.graph
        places: list[tuple[str, int, QPointF]] = []
        for node in graph:
            if node.id not in self._barred:
                item = self.scene.nodes[node.id]
                places.extend(
                    (node.id, index, item.port_position("in", index)) for index in range(len(item.ports("in")))
                )
        here = self.scene.nodes[name].pos()
        before = self._port_of(detached) if detached else None
        # Ports that are free first, the nearest at the head: one press of Enter is then mostly right.
        places.sort(key=lambda p: (p[:2] == before, not self._is_free(p[0], p[1]), (p[2] - here).manhattanLength()))
        self._places = places
        self._at = 0
        self._show()

    @property
    def possible(self) -> bool:
        """Whether there is anything to connect to."""
        return bool(self._places)

    def key(self, key: Qt.Key) -> bool:
        """Takes a key; returns whether the gesture is over."""
        if key in STEPS:
            self._at = (self._at + STEPS[key]) % len(self._places)
            self._show()
            return False
        if key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.finish(self._places[self._at][2], Modifiers.NoModifier)
            return True
        outputs = self.scene.nodes[self.end.node].ports("out")
        if key == Qt.Key.Key_C and self.detached is None and len(outputs) > 1:
            now = self.scene.nodes[self.end.node].port_index("out", self.end.port)
            port = self.scene.nodes[self.end.node].wire_port("out", (now + 1) % len(outputs))
            self.end = End(self.end.node, "out", port)
            self._anchor = self._place_of(self.end)
            self._show()
        return False

    def _port_of(self, wire: Wire) -> tuple[str, int]:
        return (wire.target, self.scene.nodes[wire.target].port_index("in", wire.target_port))

    def _is_free(self, name: str, index: int) -> bool:
        port = self.scene.nodes[name].ports("in")[index]
        return port.many or not port.wires

    def _show(self) -> None:
        if not self._places:
            return
        name, index, place = self._places[self._at]
        self.move(place, Modifiers.NoModifier)
        self.view.bring_into_view(self.scene.nodes[name].body())
        ports = self.scene.nodes[name].ports("in")
        port = f" ({ports[index].name})" if len(ports) > 1 else ""
        outputs = self.scene.nodes[self.end.node].ports("out")
        output = f" ({outputs[self.scene.nodes[self.end.node].port_index('out', self.end.port)].name})"
        begin = self.end.node + (output if len(outputs) > 1 else "")
        self.view.statusHint.emit(
            f"Connect {begin} to {name}{port}: Enter connects, arrows choose another, Esc cancels."
        )
