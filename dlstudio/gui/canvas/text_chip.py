"""A small chip with a word on it: the name of a port, the shape that a wire carries."""

from __future__ import annotations

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QFontMetricsF, QPainter
from PySide6.QtWidgets import QGraphicsItem, QStyleOptionGraphicsItem, QWidget

from dlstudio.gui.canvas import dimensions as d
from dlstudio.gui.canvas.inks import inks


class TextChip(QGraphicsItem):
    """Paints a text in a rounded box; far out, where it could not be read, nothing.

    Args:
        font: The name of its font among the inks.
        radius: How round its corners are.
        layer: Above which items it lies.
    """

    def __init__(self, font: str, radius: float, layer: float) -> None:
        super().__init__()
        self.text = ""
        self._font = font
        self._radius = radius
        self._box = QRectF()
        self.setZValue(layer)

    def text_width(self, text: str) -> float:
        """How wide a text is in the chip's font."""
        return QFontMetricsF(inks().fonts[self._font]).horizontalAdvance(text)

    def boundingRect(self) -> QRectF:
        return self._box.adjusted(-1, -1, 1, 1)

    def paint(self, painter: QPainter, option: QStyleOptionGraphicsItem, _widget: QWidget | None = None) -> None:
        if option.levelOfDetailFromTransform(painter.worldTransform()) < d.SIMPLE_BELOW:
            return
        ink = inks()
        painter.setPen(ink.outline)
        painter.setBrush(ink.raised)
        painter.drawRoundedRect(self._box, self._radius, self._radius)
        painter.setFont(ink.fonts[self._font])
        painter.setPen(ink.text_pens["text"])
        painter.drawText(self._box, Qt.AlignmentFlag.AlignCenter, self.text)
