"""One wire on the canvas: a single path item behind the nodes."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from PySide6.QtCore import QLineF, QPointF, QRectF
from PySide6.QtGui import QPainter, QPainterPath, QPainterPathStroker, QPen
from PySide6.QtWidgets import QGraphicsPathItem, QStyleOptionGraphicsItem, QWidget

from dlstudio.graph.model import Wire
from dlstudio.gui.canvas.dimensions import SIMPLE_BELOW
from dlstudio.gui.canvas.inks import inks
from dlstudio.gui.canvas.wire_route import Route

WIRE_LAYER = 0.0
MARKED_WIRE_LAYER = 0.5
HIT_WIDTH = 14.0
PIECES = 8
LEVEL = 0.01


class WireItem(QGraphicsPathItem):
    """Paints one wire."""

    def __init__(self, wire: Wire) -> None:
        super().__init__()
        self.wire = wire
        self.corners: tuple[QPointF, ...] = ()
        self._bounds: QRectF | None = None
        self._lines: tuple[list[QLineF], list[QLineF]] | None = None
        self.selected = False
        self.hovered = False
        self.wrong = False
        self._hit: QPainterPath | None = None
        self.setZValue(WIRE_LAYER)

    def show_route(self, found: Route) -> None:
        """Takes another way."""
        self.corners = found.corners
        self._take(found.path)

    def shift(self, offset: QPointF) -> None:
        """Moves the whole wire: both its nodes moved by so much."""
        self.corners = tuple(corner + offset for corner in self.corners)
        self._take(self.path().translated(offset))

    def _take(self, path: QPainterPath) -> None:
        self._hit = self._lines = None
        self.setPath(path)
        self._bounds = None  # only now: setPath asks for the bounds of the old path first

    def lines(self, *, slanted: bool) -> list[QLineF]:
        """Its way as straight lines, for far out: curves in a few pieces, corners not rounded.

        Args:
            slanted: Those that are neither level nor upright, or else the others.
        """
        if self._lines is None:
            points: Sequence[QPointF] = self.corners
            if len(points) == 2 and abs(points[0].y() - points[1].y()) > 0.5:
                path = self.path()
                points = [path.pointAtPercent(step / PIECES) for step in range(PIECES + 1)]
            lines = [QLineF(a, b) for a, b in pairwise(points)]
            self._lines = (
                [line for line in lines if abs(line.dx()) < LEVEL or abs(line.dy()) < LEVEL],
                [line for line in lines if abs(line.dx()) >= LEVEL and abs(line.dy()) >= LEVEL],
            )
        return self._lines[slanted]

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
        if self._bounds is None:
            half = HIT_WIDTH / 2
            self._bounds = self.path().controlPointRect().adjusted(-half, -half, half, half)
        return self._bounds

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
