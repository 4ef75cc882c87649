"""The small overview in the lower right corner; a click or drag in it moves the view there."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QMouseEvent, QPainter, QPainterPath, QPaintEvent, QPen, QPixmap, QTransform
from PySide6.QtWidgets import QWidget

from dlstudio.gui import theme
from dlstudio.gui.canvas.inks import inks
from dlstudio.gui.canvas.navigation import NavigableView

WIDTH, HEIGHT, MARGIN = 176, 108, 12
INSET, RADIUS = 6.0, 6.0
LEAST = 1.0
"""Pixels: how small a node may become."""


class Minimap(QWidget):
    """Shows all bodies as blocks of their colours, frames behind them, and the visible area.

    The blocks are painted once and kept: moving the view only moves its rectangle.

    Args:
        view: The view that it lies over and moves.
    """

    def __init__(self, view: NavigableView) -> None:
        super().__init__(view)
        self._view = view
        self._held = QPointF()
        self._picture: tuple[tuple[object, ...], QPixmap] | None = None
        self.painted = 0
        """How many times the blocks have been painted."""
        # Nothing shines through, so that a repaint here repaints no node below.
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.setFixedSize(WIDTH, HEIGHT)
        self.setAccessibleName("Overview of the network")
        self.setToolTip("Overview: click or drag to move there. M hides it.")
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        view.viewMoved.connect(self._moved)
        self._moved()

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.fillRect(self.rect(), inks().canvas)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        frame = QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5)
        painter.setPen(inks().outline)
        painter.setBrush(theme.color("panel"))
        painter.drawRoundedRect(frame, RADIUS, RADIUS)
        to_map = self._to_map()
        painter.drawPixmap(0, 0, self._blocks(to_map))
        inside = QPainterPath()
        inside.addRoundedRect(frame.adjusted(1, 1, -1, -1), RADIUS - 1, RADIUS - 1)
        painter.setClipPath(inside)
        seen = to_map.mapRect(self._view.visible_area())
        around = QPainterPath()
        around.addRect(frame)
        window = QPainterPath()
        window.addRoundedRect(seen, 2, 2)
        painter.fillPath(around.subtracted(window), theme.color("canvas", 0.45))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(theme.color("accent"), 1.25))
        painter.drawPath(window)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        seen = self._to_map().mapRect(self._view.visible_area())
        # Held inside the rectangle it moves with the pointer; a press elsewhere brings its middle there.
        self._held = event.position() - seen.center() if seen.contains(event.position()) else QPointF()
        if self._held.isNull():
            self._go(event.position())

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if event.buttons() & Qt.MouseButton.LeftButton:
            self._go(event.position() - self._held)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        event.accept()

    def _go(self, pixel: QPointF) -> None:
        inverted, _ = self._to_map().inverted()
        place = inverted.map(pixel)
        self._view.pan((self._view.visible_area().center() - place) * self._view.zoom)

    def _blocks(self, to_map: QTransform) -> QPixmap:
        """Nodes and frames, painted again only where they or their scale changed."""
        scene, ratio = self._view.canvas_scene, self.devicePixelRatioF()
        scale = (to_map.m11(), to_map.dx(), to_map.dy())
        key = (scene.edition, theme.theme_name(), ratio, *(round(value, 3) for value in scale))
        if self._picture is None or self._picture[0] != key:
            picture = QPixmap(self.size() * ratio)
            picture.setDevicePixelRatio(ratio)
            picture.fill(Qt.GlobalColor.transparent)
            painter = QPainter(picture)
            painter.setTransform(to_map, True)
            self._paint_blocks(painter, LEAST / to_map.m11())
            painter.end()
            self._picture = (key, picture)
            self.painted += 1
        return self._picture[1]

    def _paint_blocks(self, painter: QPainter, least: float) -> None:
        scene, ink = self._view.canvas_scene, inks()
        frames = [mark.body() for key, mark in scene.annotations.items.items() if key.kind == "frame"]
        notes = [mark.body() for key, mark in scene.annotations.items.items() if key.kind == "note"]
        painter.setPen(QPen(theme.color("faint"), 0))
        painter.setBrush(ink.frame_fill)
        painter.drawRects([*frames, QRectF()])
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme.color("warning", 0.35))
        painter.drawRects([*notes, QRectF()])
        groups: dict[str, list[QRectF]] = {}
        for item in scene.nodes.values():
            group = "selected" if item.selected else "error" if item.look.severity == "error" else item.look.category
            body = item.body()
            if body.height() < least:
                body = body.adjusted(0, 0, 0, least - body.height())
            groups.setdefault(group, []).append(body)
        for group in sorted(groups, key=lambda name: list(_MARKED).index(name) if name in _MARKED else -1):
            brush = _MARKED.get(group)
            painter.setBrush(theme.color(brush) if brush else theme.category_color(group))
            painter.drawRects(groups[group])

    def _to_map(self) -> QTransform:
        area = self._view.canvas_scene.bounds()
        seen = self._view.visible_area()
        if area.isNull():
            area = seen
        # A view far away from the graph does not shrink the graph to a dot.
        reach = area.adjusted(-area.width(), -area.height(), area.width(), area.height())
        area = area.united(seen.intersected(reach)).adjusted(-40, -40, 40, 40)
        zoom = min((WIDTH - 2 * INSET) / area.width(), (HEIGHT - 2 * INSET) / area.height())
        transform = QTransform.fromTranslate(WIDTH / 2, HEIGHT / 2)
        transform.scale(zoom, zoom)
        transform.translate(-area.center().x(), -area.center().y())
        return transform

    def _moved(self) -> None:
        self.move(self._view.width() - WIDTH - MARGIN, self._view.height() - HEIGHT - MARGIN)
        self.update()


_MARKED = {"error": "error", "selected": "accent"}
"""Tokens of what is painted in a colour of its own, the frontmost last."""
