"""The name of the port under the pointer, in a small chip beside it: outside the node, so that it hides no text."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF

from dlstudio.gui.canvas import dimensions as d
from dlstudio.gui.canvas.node_item import NODE_LAYER
from dlstudio.gui.canvas.node_look import Side
from dlstudio.gui.canvas.text_chip import TextChip

HEIGHT = 20.0


class PortLabel(TextChip):
    """One chip, moved from port to port."""

    def __init__(self) -> None:
        super().__init__("port", 4, NODE_LAYER + 4)
        self.setVisible(False)

    def show_at(self, place: QPointF, side: Side, text: str) -> None:
        """Shows a port's name: left above an input, right above an output."""
        self.prepareGeometryChange()
        self.text = text
        width = self.text_width(text) + 14
        left = -width - d.PORT_RADIUS - 4 if side == "in" else d.PORT_RADIUS + 4
        self._box = QRectF(left, -HEIGHT - 6, width, HEIGHT)
        self.setPos(place)
        self.setVisible(bool(text))
