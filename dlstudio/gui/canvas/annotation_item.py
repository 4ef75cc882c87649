"""What a frame and a note on the canvas have in common: a rectangle that can be taken hold of and resized."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QGraphicsItem

from dlstudio.graph.annotations import Annotation, AnnotationKey, text_of
from dlstudio.gui.canvas.inks import Inks

CORNER = 14.0
"""How large the corner is that resizes, in scene units at 100 %."""


class AnnotationItem(QGraphicsItem):
    """Paints one annotation.

    Args:
        key: Which one it is.
        annotation: What it shows.
    """

    def __init__(self, key: AnnotationKey, annotation: Annotation) -> None:
        super().__init__()
        self.key = key
        self.text = text_of(annotation)
        self.size = annotation.size
        self.selected = False
        self.hovered = False
        self.setPos(QPointF(*annotation.at))

    def show_annotation(self, annotation: Annotation) -> None:
        """Shows what the document says now."""
        if self.size != annotation.size or self.text != text_of(annotation):
            self.prepareGeometryChange()
            self.size, self.text = annotation.size, text_of(annotation)
            self.update()
        self.setPos(QPointF(*annotation.at))

    def stretch(self, size: tuple[float, float]) -> None:
        """Shows another size ahead of the document."""
        if size != self.size:
            self.prepareGeometryChange()
            self.size = size
            self.update()

    def mark(self, *, selected: bool | None = None, hovered: bool | None = None) -> None:
        """Sets whether it is painted selected or under the pointer."""
        before = (self.selected, self.hovered)
        self.selected = self.selected if selected is None else selected
        self.hovered = self.hovered if hovered is None else hovered
        if before != (self.selected, self.hovered):
            self.update()

    def rect(self) -> QRectF:
        """The rectangle in the item's own units."""
        return QRectF(0, 0, *self.size)

    def body(self) -> QRectF:
        """The rectangle in scene units."""
        return self.rect().translated(self.pos())

    def at_corner(self, place: QPointF, zoom: float) -> bool:
        """Whether a place of the scene is at the corner that resizes."""
        reach, body = max(CORNER, 10 / zoom), self.body()
        return (
            body.right() - reach <= place.x() <= body.right() + 4
            and body.bottom() - reach <= place.y() <= body.bottom() + 4
        )

    def held_at(self, place: QPointF, zoom: float) -> bool:
        """Whether a press at a place of the scene takes hold of it."""
        raise NotImplementedError

    def text_area(self) -> QRectF:
        """Where its text is edited, in scene units."""
        raise NotImplementedError

    def paint_corner(self, painter: QPainter, ink: Inks) -> None:
        """Two strokes that say: pull here."""
        if not (self.selected or self.hovered):
            return
        width, height = self.size
        painter.setPen(ink.hover)
        for inset in (4.0, 8.0):
            painter.drawLine(QPointF(width - inset - 3, height - 3), QPointF(width - 3, height - inset - 3))
