"""The whole graph in a few big drawing calls, for zooms at which many nodes are seen.

Qt's own walk over items costs more than what they paint once hundreds are seen: bodies, bars and wires are drawn as
lists, only the texts that are seen one by one, and only what is special (hovered, wrong, bypassed) by its own item.
"""

from __future__ import annotations

from collections.abc import Iterable
from itertools import chain
from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QPainter, QPen, QPolygonF, QStaticText
from PySide6.QtWidgets import QGraphicsItem, QStyleOptionGraphicsItem

from dlstudio.gui import theme
from dlstudio.gui.canvas import dimensions as d
from dlstudio.gui.canvas.frame_item import paint_title
from dlstudio.gui.canvas.inks import category_brush, inks
from dlstudio.gui.canvas.node_item import NodeItem
from dlstudio.gui.canvas.node_look import SIDES

if TYPE_CHECKING:
    from dlstudio.gui.canvas.scene import CanvasScene

MOST_SPECIAL = 60
"""So many nodes are painted by their items; of more, the rest looks like any other."""
SHAPES_FROM = 0.42
"""Zoom from which the shapes stand on the nodes besides their titles."""


class BatchedDrawing:
    """The graph of a scene as lists; made again after something changed.

    Args:
        scene: Whose items.
    """

    def __init__(self, scene: CanvasScene) -> None:
        self._scene = scene
        items = scene.nodes.values()
        self._bodies = [item.body() for item in items]
        self._bars: dict[tuple[str, bool], list[QRectF]] = {}
        self._selected = [item.body() for item in items if item.selected]
        self._wrong = [item.body() for item in items if item.look.severity == "error" and not item.selected]
        self._straight = list(chain.from_iterable(item.lines(slanted=False) for item in scene.wires.values()))
        self._slanted = list(chain.from_iterable(item.lines(slanted=True) for item in scene.wires.values()))
        marks = scene.annotations.items
        self._annotations = [mark.body() for mark in marks.values()]
        self._titles = [(mark.body(), mark.text) for key, mark in marks.items() if key.kind == "frame"]
        self._selected.extend(mark.body() for mark in marks.values() if mark.selected)

    def paint(self, painter: QPainter, zoom: float, area: QRectF) -> None:
        """Paints what lies in an area, in scene units."""
        near = zoom >= d.SIMPLE_BELOW
        self._paint_annotations(painter, zoom, area, near)
        ink = inks()
        self._paint_wires(painter, near)
        marked = [item for item in self._scene.marked_wires() if near or item.selected]
        self._paint_items(painter, marked)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        painter.setPen(QPen(ink.outline.color(), 0) if near else Qt.PenStyle.NoPen)
        painter.setBrush(ink.body if near else ink.raised)
        painter.drawRects(self._bodies)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, near)
        painter.setPen(Qt.PenStyle.NoPen)
        for category, bars in self._bars_of(near):
            painter.setBrush(category_brush(category, theme.theme_name()))
            painter.drawRects(bars)
        if near:
            seen = [self._scene.nodes[name] for name in self._scene.bodies_in(area)]
            special = [item for item in seen if _is_special(item)][:MOST_SPECIAL]
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            plain = [item for item in seen if item not in special]
            if zoom >= d.BATCHED_BELOW:
                self._paint_ports(painter, plain)
            self._paint_texts(painter, zoom, plain)
            self._paint_items(painter, special)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        for bodies, pen in ((self._selected, ink.selected), (self._wrong, ink.error)):
            if bodies:
                painter.setPen(QPen(pen.color(), 2 / zoom))
                painter.drawRects(bodies)

    def _paint_wires(self, painter: QPainter, near: bool) -> None:
        """Level and upright lines without smoothing: they look the same, and cost a tenth."""
        painter.setPen(QPen(inks().wire.color(), 0))
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        painter.drawLines(self._straight)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, near)
        painter.drawLines(self._slanted)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)

    def _paint_annotations(self, painter: QPainter, zoom: float, area: QRectF, near: bool) -> None:
        if not self._annotations:
            return
        if near:
            marks = self._scene.annotations.items.values()
            self._paint_items(painter, [mark for mark in marks if mark.body().intersects(area)])
            return
        ink = inks()
        painter.setPen(QPen(ink.outline.color(), 0))
        painter.setBrush(ink.frame_fill)
        painter.drawRects(self._annotations)
        for body, title in self._titles:
            paint_title(painter, body.topLeft(), body.width(), title, zoom)

    def _bars_of(self, near: bool) -> list[tuple[str, list[QRectF]]]:
        """The strips of the categories: a quarter of the body far out, as on the item near by."""
        if not any(key[1] == near for key in self._bars):
            for item in self._scene.nodes.values():
                body = item.body()
                height = d.BAR if near else body.height() / 4
                bar = QRectF(body.x(), body.y(), body.width(), height)
                self._bars.setdefault((item.look.category, near), []).append(bar)
        return [(category, bars) for (category, kind), bars in self._bars.items() if kind == near]

    @staticmethod
    def _paint_ports(painter: QPainter, items: Iterable[NodeItem]) -> None:
        """Filled ports as dots of one pen; the few of another look one by one."""
        ink = inks()
        dots = QPolygonF()
        for item in items:
            rare = item.paint_rare_ports(painter, ink)
            for side in SIDES:
                for index in range(len(item.ports(side))):
                    if (side, index) not in rare:
                        dots.append(item.port_position(side, index))
        pen = QPen(ink.port.color(), 2 * d.PORT_RADIUS)
        pen.setCapStyle(Qt.PenCapStyle.RoundCap)
        painter.setPen(pen)
        painter.drawPoints(dots)

    def _paint_texts(self, painter: QPainter, zoom: float, items: Iterable[NodeItem]) -> None:
        """Titles, and what else can be read; pen by pen and font by font, so that each is set once."""
        everything = zoom >= d.BATCHED_BELOW
        fonts = ("title", "number") if zoom >= SHAPES_FROM else ("title",)
        by_look: dict[tuple[str, str], list[tuple[QPointF, QStaticText]]] = {}
        for item in items:
            corner = item.body().topLeft()
            for text in item.shape_.texts:
                if everything or (text.ink == "text" and text.font in fonts):
                    by_look.setdefault((text.ink, text.font), []).append((corner + text.place, text.laid_out))
        ink = inks()
        for (colour, font), texts in by_look.items():
            painter.setPen(ink.text_pens[colour])
            painter.setFont(ink.fonts[font])
            for place, laid_out in texts:
                painter.drawStaticText(place, laid_out)

    @staticmethod
    def _paint_items(painter: QPainter, items: Iterable[QGraphicsItem]) -> None:
        """Paints by their own means; that resets the painter's pen and brush."""
        option = QStyleOptionGraphicsItem()
        for item in items:
            painter.save()
            painter.translate(item.pos())
            item.paint(painter, option, None)
            painter.restore()


def _is_special(item: NodeItem) -> bool:
    look = item.look
    return bool(item.hovered or look.severity or look.bypassed or look.stacked or look.linked)
