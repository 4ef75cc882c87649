"""A titled frame behind nodes. It is held at its title or its border, so that what lies in it stays within reach."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QFontMetricsF, QPainter, QPainterPath
from PySide6.QtWidgets import QStyleOptionGraphicsItem, QWidget

from dlstudio.graph.annotations import FRAME_HEADER
from dlstudio.gui.canvas.annotation_item import AnnotationItem
from dlstudio.gui.canvas.inks import inks

FRAME_LAYER = -2.0
RADIUS = 8.0
BORDER = 6.0
MARGIN = 12.0
READABLE_PIXELS = 11.0
TITLE_PIXELS = 13.0
MOST_ENLARGED = 5.0
GROWTH = 48.0
"""How far an enlarged title may reach above the frame, in scene units."""


class FrameItem(AnnotationItem):
    """Paints one frame."""

    def boundingRect(self) -> QRectF:
        return self.rect().adjusted(-4, -GROWTH, 4, 4)

    def shape(self) -> QPainterPath:
        path = QPainterPath()
        path.addRect(self.rect())
        return path

    def held_at(self, place: QPointF, zoom: float) -> bool:
        body, reach = self.body(), max(BORDER, 5 / zoom)
        if not body.adjusted(-reach, -reach, reach, reach).contains(place):
            return False
        inner = body.adjusted(reach, FRAME_HEADER, -reach, -reach)
        return not inner.contains(place) or self.at_corner(place, zoom)

    def text_area(self) -> QRectF:
        body = self.body()
        return QRectF(body.left() + MARGIN - 5, body.top() + 3, body.width() - 2 * MARGIN + 10, FRAME_HEADER - 6)

    def paint(self, painter: QPainter, option: QStyleOptionGraphicsItem, _widget: QWidget | None = None) -> None:
        ink = inks()
        detail = option.levelOfDetailFromTransform(painter.worldTransform())
        painter.setBrush(ink.frame_fill)
        painter.setPen(ink.selected if self.selected else ink.hover if self.hovered else ink.outline)
        painter.drawRoundedRect(self.rect(), RADIUS, RADIUS)
        paint_title(painter, QPointF(0, 0), self.size[0], self.text, detail, selected=self.selected)
        self.paint_corner(painter, ink)


def paint_title(
    painter: QPainter, corner: QPointF, width: float, title: str, zoom: float, *, selected: bool = False
) -> None:
    """Paints a frame's title; far out it grows upwards, so that it can still be read.

    Args:
        painter: In scene units.
        corner: Upper left corner of the frame.
        width: Of the frame; a longer title is elided.
        title: Plain text.
        zoom: Pixels a scene unit.
        selected: Painted in the colour of full text.
    """
    if not title:
        return
    ink = inks()
    enlarged = min(max(1.0, READABLE_PIXELS / (TITLE_PIXELS * max(zoom, 0.01))), MOST_ENLARGED)
    font = ink.fonts["title"]
    metrics = QFontMetricsF(font)
    text = metrics.elidedText(title, Qt.TextElideMode.ElideRight, (width - 2 * MARGIN) / enlarged)
    painter.save()
    painter.translate(corner.x() + MARGIN, corner.y() + FRAME_HEADER - 9)
    painter.scale(enlarged, enlarged)
    painter.setFont(font)
    painter.setPen(ink.text_pens["text" if selected else "dim"])
    painter.drawText(QPointF(0, 0), text)
    painter.restore()
