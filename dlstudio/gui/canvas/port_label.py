"""The name of the port under the pointer, in a small chip beside it: outside the node, so that it hides no text."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QFontMetricsF, QPainter
from PySide6.QtWidgets import QGraphicsItem, QStyleOptionGraphicsItem, QWidget

from dlstudio.gui.canvas import dimensions as d
from dlstudio.gui.canvas.inks import inks
from dlstudio.gui.canvas.node_item import NODE_LAYER
from dlstudio.gui.canvas.node_look import Side

HEIGHT = 20.0


class PortLabel(QGraphicsItem):
    """One chip, moved from port to port."""

    def __init__(self) -> None:
        super().__init__()
        self._text = ""
        self._box = QRectF()
        self.setZValue(NODE_LAYER + 4)
        self.setVisible(False)

    def show_at(self, place: QPointF, side: Side, text: str) -> None:
        """Shows a port's name: left above an input, right above an output."""
        self.prepareGeometryChange()
        self._text = text
        width = QFontMetricsF(inks().fonts["port"]).horizontalAdvance(text) + 14
        left = -width - d.PORT_RADIUS - 4 if side == "in" else d.PORT_RADIUS + 4
        self._box = QRectF(left, -HEIGHT - 6, width, HEIGHT)
        self.setPos(place)
        self.setVisible(bool(text))

    def boundingRect(self) -> QRectF:
        return self._box.adjusted(-1, -1, 1, 1)

    def paint(self, painter: QPainter, option: QStyleOptionGraphicsItem, _widget: QWidget | None = None) -> None:
        if option.levelOfDetailFromTransform(painter.worldTransform()) < d.SIMPLE_BELOW:
            return
        ink = inks()
        painter.setPen(ink.outline)
        painter.setBrush(ink.raised)
        painter.drawRoundedRect(self._box, 4, 4)
        painter.setFont(ink.fonts["port"])
        painter.setPen(ink.text_pens["text"])
        painter.drawText(self._box, Qt.AlignmentFlag.AlignCenter, self._text)
