"""One node on the canvas: a single painted item without child items and widgets."""

from __future__ import annotations

from functools import cache

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QBrush, QPainter, QPainterPath, QPen, QPolygonF
from PySide6.QtWidgets import QGraphicsItem, QStyleOptionGraphicsItem, QWidget

from dlstudio.gui import theme
from dlstudio.gui.canvas import dimensions as d
from dlstudio.gui.canvas.inks import Inks, category_brush, inks
from dlstudio.gui.canvas.node_look import SIDES, NodeLook, PortLook, Side
from dlstudio.gui.canvas.node_shape import measure, pill_height, port_place

NODE_LAYER = 1.0
EDGED_FROM = 0.85
STRIPE, STRIPE_STEP = 5, 14


class NodeItem(QGraphicsItem):
    """Paints one :class:`~dlstudio.gui.canvas.node_look.NodeLook`.

    Args:
        name: The node's id.
        look: What it shows.
    """

    def __init__(self, name: str, look: NodeLook) -> None:
        super().__init__()
        self.name = name
        self.look = look
        self.shape_ = measure(look)
        self.selected = False
        self.hovered = False
        self.hovered_port: tuple[Side, int] | None = None
        self._body: QRectF | None = None
        self.setZValue(NODE_LAYER)

    def show_look(self, look: NodeLook) -> bool:
        """Shows another look; returns whether ports may have moved."""
        if look == self.look:
            return False
        shape = measure(look)
        moved = shape.body != self.shape_.body or look.inputs != self.look.inputs or look.outputs != self.look.outputs
        if shape.body != self.shape_.body:
            self.prepareGeometryChange()
        self.look, self.shape_, self._body = look, shape, None
        self.update()
        return moved

    def mark(
        self,
        *,
        selected: bool | None = None,
        hovered: bool | None = None,
        port: tuple[Side, int] | None = None,
    ) -> None:
        """Sets whether it is painted selected or under the pointer, and which port is."""
        before = (self.selected, self.hovered, self.hovered_port)
        self.selected = self.selected if selected is None else selected
        if hovered is not None:
            self.hovered, self.hovered_port = hovered, port
        if before != (self.selected, self.hovered, self.hovered_port):
            self.update()

    def setPos(self, place: QPointF) -> None:  # type: ignore[override]
        super().setPos(place)
        self._body = None

    def body(self) -> QRectF:
        """The node's rectangle in scene units."""
        if self._body is None:
            self._body = self.shape_.body.translated(self.pos())
        return self._body

    def ports(self, side: Side) -> tuple[PortLook, ...]:
        return self.look.inputs if side == "in" else self.look.outputs

    def port_index(self, side: Side, name: str) -> int:
        """The index of a port by name; an empty or unknown name is the first."""
        return next((i for i, port in enumerate(self.ports(side)) if port.name == name), 0)

    def wire_port(self, side: Side, index: int) -> str:
        """How a wire names a port: the first of a side by an empty name."""
        return self.ports(side)[index].name if index else ""

    def port_position(self, side: Side, index: int, end: int = 0) -> QPointF:
        """Where a port (or the n-th wire end of a port that takes many) is, in scene units."""
        return self.pos() + port_place(self.shape_, self.look, side, index, end)

    def boundingRect(self) -> QRectF:
        return self.shape_.body.adjusted(-d.OUTSET, -d.OUTSET, d.OUTSET, d.OUTSET)

    def shape(self) -> QPainterPath:
        path = QPainterPath()
        path.addRect(self.shape_.body.adjusted(-d.PORT_RADIUS, 0, d.PORT_RADIUS, 0))
        return path

    def paint(self, painter: QPainter, option: QStyleOptionGraphicsItem, _widget: QWidget | None = None) -> None:
        ink = inks()
        detail = option.levelOfDetailFromTransform(painter.worldTransform())
        self._paint_body(painter, ink, detail < d.SIMPLE_BELOW)
        if detail < d.SIMPLE_BELOW:
            return
        self._paint_texts(painter, ink, detail < d.COARSE_BELOW)
        if detail >= d.COARSE_BELOW:
            self._paint_ports(painter, ink, detail >= EDGED_FROM)
        if self.look.linked:
            self._paint_link(painter, ink)
        if self.look.severity:
            self._paint_badge(painter, ink)

    def _paint_body(self, painter: QPainter, ink: Inks, simple: bool) -> None:
        body = self.shape_.body
        if self.selected:
            painter.setPen(ink.glow)
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(body, d.RADIUS + 1, d.RADIUS + 1)
        if self.look.stacked and not simple:
            self._paint_cards_behind(painter, ink)
        painter.setBrush(ink.raised if simple else ink.body)
        outline = self._outline(ink)
        plain = outline is ink.outline and not (simple or self.look.bypassed)
        painter.setPen(outline if plain else Qt.PenStyle.NoPen)
        if simple:
            painter.drawRect(body)
            painter.fillRect(QRectF(0, 0, body.width(), body.height() / 5), self._category())
        else:
            painter.drawRoundedRect(body, d.RADIUS, d.RADIUS)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(self._category())
            painter.drawPath(_bar(body.width()))
        if self.look.bypassed:
            self._paint_stripes(painter, ink)
        if plain:
            return  # the body was filled and outlined at once
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(outline)
        if simple:
            painter.drawRect(body)
        else:
            painter.drawRoundedRect(body, d.RADIUS, d.RADIUS)

    def _paint_cards_behind(self, painter: QPainter, ink: Inks) -> None:
        """The lower edges of two more cards: there is something inside."""
        body = self.shape_.body
        painter.setBrush(ink.body)
        painter.setPen(self._outline(ink) if self.look.severity else ink.hover if self.hovered else ink.outline)
        for step in (2, 1):
            inset, below = step * d.CARD_INSET, step * d.CARD_STEP
            painter.drawRoundedRect(
                QRectF(inset, body.height() - 2 * d.RADIUS, body.width() - 2 * inset, 2 * d.RADIUS + below),
                d.RADIUS,
                d.RADIUS,
            )

    def _paint_stripes(self, painter: QPainter, ink: Inks) -> None:
        """Diagonal stripes: the layer is passed by."""
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(ink.stripes)
        painter.drawPath(_stripes(self.shape_.width, self.shape_.height))

    def _paint_texts(self, painter: QPainter, ink: Inks, coarse: bool) -> None:
        font = colour = ""
        for text in self.shape_.texts:
            if coarse and text.ink != "text":
                continue
            if text.font != font:
                font = text.font
                painter.setFont(ink.fonts[font])
            wanted = "dim" if self.look.bypassed and text.ink == "text" else text.ink
            if wanted != colour:
                colour = wanted
                painter.setPen(ink.text_pens[colour])
            painter.drawStaticText(text.place, text.laid_out)

    def _paint_ports(self, painter: QPainter, ink: Inks, edged: bool) -> None:
        for side in SIDES:
            for index in range(len(self.ports(side))):
                self._paint_port(painter, ink, side, index, edged=edged)

    def paint_rare_ports(self, painter: QPainter, ink: Inks) -> set[tuple[Side, int]]:
        """Paints, in scene units, the ports that are no plain dot, and says which those are."""
        rare = {
            (side, index)
            for side in SIDES
            for index, port in enumerate(self.ports(side))
            if (port.many and side == "in") or (port.optional and not port.wires) or self.hovered_port == (side, index)
        }
        if rare:
            painter.translate(self.pos())
            for side, index in rare:
                self._paint_port(painter, ink, side, index, edged=False)
            painter.translate(-self.pos())
        return rare

    def _paint_port(self, painter: QPainter, ink: Inks, side: Side, index: int, *, edged: bool) -> None:
        port, hovered = self.ports(side)[index], self.hovered_port == (side, index)
        y = d.PORT_Y + index * d.PORT_ROW
        x = 0.0 if side == "in" else self.shape_.width
        radius = d.PORT_RADIUS + (1.5 if hovered else 0)
        hollow = port.optional and not port.wires and not hovered
        painter.setBrush(ink.accent if hovered else ink.body if hollow else ink.port)
        # Further out the ring around a filled port is half a pixel, and half of what the port costs.
        painter.setPen(ink.port_hollow if hollow else ink.port_edge if edged else Qt.PenStyle.NoPen)
        if port.many and side == "in":
            height = pill_height(port)
            painter.drawRoundedRect(QRectF(x - radius, y - height / 2, 2 * radius, height), radius, radius)
        else:
            painter.drawEllipse(QPointF(x, y), radius, radius)

    def _paint_badge(self, painter: QPainter, ink: Inks) -> None:
        center = QPointF(self.shape_.width - 2, 1)
        painter.setPen(ink.port_edge)
        painter.setBrush(ink.error_fill if self.look.severity == "error" else ink.warning_fill)
        painter.drawEllipse(center, d.BADGE, d.BADGE)
        painter.setFont(ink.badge_font)
        painter.setPen(ink.badge_text)
        box = QRectF(center.x() - d.BADGE, center.y() - d.BADGE, 2 * d.BADGE, 2 * d.BADGE)
        painter.drawText(box, Qt.AlignmentFlag.AlignCenter, "!")

    def _paint_link(self, painter: QPainter, ink: Inks) -> None:
        """Two links of a chain on the upper edge, left of where a badge stands: weights are shared."""
        middle = QPointF(self.shape_.width - 3 * d.BADGE - 4, 1)
        painter.setPen(self._outline(ink))
        painter.setBrush(ink.body)
        painter.drawRoundedRect(
            QRectF(middle.x() - d.LINK, middle.y() - d.BADGE, 2 * d.LINK, 2 * d.BADGE), d.BADGE, d.BADGE
        )
        painter.setPen(ink.link)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        for side in (-1, 1):
            ring = QRectF(middle.x() + side * 3.0 - 4.5, middle.y() - 2.75, 9, 5.5)
            painter.drawRoundedRect(ring, 2.75, 2.75)

    def _category(self) -> QBrush:
        return category_brush(self.look.category, theme.theme_name())

    def _outline(self, ink: Inks) -> QPen:
        if self.selected:
            return ink.selected
        if self.look.severity:
            return ink.error if self.look.severity == "error" else ink.warning
        return ink.hover if self.hovered else ink.outline


@cache
def _stripes(width: float, height: float) -> QPainterPath:
    """Diagonal stripes over a body, within its rounded corners and below its bar."""
    inside, below = QPainterPath(), QPainterPath()
    inside.addRoundedRect(QRectF(0, 0, width, height), d.RADIUS, d.RADIUS)
    below.addRect(QRectF(0, d.BAR, width, height - d.BAR))
    stripes = QPainterPath()
    for start in range(0, int(width + height), STRIPE_STEP):
        corners = ((start, 0), (start + STRIPE, 0), (start + STRIPE - height, height), (start - height, height))
        stripes.addPolygon(QPolygonF([QPointF(x, y) for x, y in (*corners, corners[0])]))
    return stripes.intersected(inside.intersected(below))


@cache
def _bar(width: float) -> QPainterPath:
    """The category's bar: the uppermost strip of the rounded body."""
    body = QPainterPath()
    body.addRoundedRect(QRectF(0, 0, width, 40), d.RADIUS, d.RADIUS)
    strip = QPainterPath()
    strip.addRect(QRectF(0, 0, width, d.BAR))
    return body.intersected(strip)
