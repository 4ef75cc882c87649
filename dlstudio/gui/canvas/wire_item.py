"""One wire on the canvas: a single path item behind the nodes."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QPainter, QPainterPath, QPainterPathStroker, QPen
from PySide6.QtWidgets import QGraphicsPathItem, QStyleOptionGraphicsItem, QWidget

from dlstudio.graph.model import Wire
from dlstudio.gui.canvas.dimensions import SIMPLE_BELOW
from dlstudio.gui.canvas.inks import inks
from dlstudio.gui.canvas.wire_route import Route

WIRE_LAYER = 0.0
MARKED_WIRE_LAYER = 0.5
HIT_WIDTH = 14.0


class WireItem(QGraphicsPathItem):
    """Paints one wire."""

    def __init__(self, wire: Wire) -> None:
        super().__init__()
        self.wire = wire
        self.corners: tuple[QPointF, ...] = ()
        self.selected = False
        self.hovered = False
        self.wrong = False
        self._hit: QPainterPath | None = None
        self.setZValue(WIRE_LAYER)

    def show_route(self, found: Route) -> None:
        """Takes another way."""
        self.corners = found.corners
        self._hit = None
        self.setPath(found.path)

    def shift(self, offset: QPointF) -> None:
        """Moves the whole wire: both its nodes moved by so much."""
        self.corners = tuple(corner + offset for corner in self.corners)
        self._hit = None
        self.setPath(self.path().translated(offset))

    def mark(self, *, selected: bool | None = None, hovered: bool | None = None, wrong: bool | None = None) -> None:
        """Sets how it is painted: selected, under the pointer, where a problem is."""
        before = (self.selected, self.hovered, self.wrong)
        self.selected = self.selected if selected is None else selected
        self.hovered = self.hovered if hovered is None else hovered
        self.wrong = self.wrong if wrong is None else wrong
        if before != (self.selected, self.hovered, self.wrong):
            self.setZValue(MARKED_WIRE_LAYER if self.selected or self.hovered or self.wrong else WIRE_LAYER)
            self.update()

    def boundingRect(self) -> QRectF:
        half = HIT_WIDTH / 2
        return self.path().controlPointRect().adjusted(-half, -half, half, half)

    def shape(self) -> QPainterPath:
        if self._hit is None:
            stroker = QPainterPathStroker()
            stroker.setWidth(HIT_WIDTH)
            self._hit = stroker.createStroke(self.path())
        return self._hit

    def paint(self, painter: QPainter, option: QStyleOptionGraphicsItem, _widget: QWidget | None = None) -> None:
        pen = self._pen()
        if option.levelOfDetailFromTransform(painter.worldTransform()) < SIMPLE_BELOW:
            pen = QPen(pen)
            pen.setWidth(0)  # one pixel, however far out
        painter.setPen(pen)
        painter.drawPath(self.path())

    def _pen(self) -> QPen:
        ink = inks()
        if self.selected:
            return ink.wire_selected
        if self.wrong:
            return ink.wire_error
        return ink.wire_hover if self.hovered else ink.wire
