"""The small overview in the lower right corner; a click or drag in it moves the view there."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QMouseEvent, QPainter, QPaintEvent, QPen, QTransform
from PySide6.QtWidgets import QWidget

from dlstudio.gui import theme
from dlstudio.gui.canvas.inks import inks
from dlstudio.gui.canvas.navigation import NavigableView

WIDTH, HEIGHT, MARGIN = 168, 96, 12


class Minimap(QWidget):
    """Shows all bodies as blocks and the visible area as a frame.

    Args:
        view: The view that it lies over and moves.
    """

    def __init__(self, view: NavigableView) -> None:
        super().__init__(view)
        self._view = view
        self.setFixedSize(WIDTH, HEIGHT)
        self.setAccessibleName("Overview of the network")
        self.setToolTip("Overview: click to move there. M hides it.")
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        view.viewMoved.connect(self._moved)
        self._moved()

    def paintEvent(self, _event: QPaintEvent) -> None:
        ink = inks()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(ink.outline)
        painter.setBrush(theme.color("panel", 0.94))
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), 6, 6)
        painter.setClipRect(self.rect().adjusted(3, 3, -3, -3))
        to_map = self._to_map()
        painter.setTransform(to_map, True)
        painter.setPen(Qt.PenStyle.NoPen)
        scene = self._view.canvas_scene
        if scene.annotations.items:
            painter.setPen(QPen(ink.wire.color(), 0))
            painter.setBrush(ink.frame_fill)
            painter.drawRects([item.body() for item in scene.annotations.items.values()])
            painter.setPen(Qt.PenStyle.NoPen)
        plain: list[QRectF] = []
        marked: list[QRectF] = []
        wrong: list[QRectF] = []
        for item in scene.nodes.values():
            group = marked if item.selected else wrong if item.look.severity == "error" else plain
            group.append(item.body())
        for bodies, brush in ((plain, ink.wire.color()), (wrong, ink.error.color()), (marked, ink.selected.color())):
            painter.setBrush(brush)
            painter.drawRects(bodies)
        painter.setPen(QPen(theme.color("accent"), 0))
        painter.setBrush(theme.color("accent", 0.07))
        painter.drawRect(self._view.visible_area())

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self._go(event.position())

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if event.buttons() & Qt.MouseButton.LeftButton:
            self._go(event.position())

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        event.accept()

    def _go(self, pixel: QPointF) -> None:
        inverted, _ = self._to_map().inverted()
        place = inverted.map(pixel)
        self._view.pan((self._view.visible_area().center() - place) * self._view.zoom)

    def _to_map(self) -> QTransform:
        area = self._view.canvas_scene.bounds()
        seen = self._view.visible_area()
        if area.isNull():
            area = seen
        # A view far away from the graph does not shrink the graph to a dot.
        reach = area.adjusted(-area.width(), -area.height(), area.width(), area.height())
        area = area.united(seen.intersected(reach)).adjusted(-40, -40, 40, 40)
        zoom = min((WIDTH - 12) / area.width(), (HEIGHT - 12) / area.height())
        transform = QTransform.fromTranslate(WIDTH / 2, HEIGHT / 2)
        transform.scale(zoom, zoom)
        transform.translate(-area.center().x(), -area.center().y())
        return transform

    def _moved(self) -> None:
        self.move(self._view.width() - WIDTH - MARGIN, self._view.height() - HEIGHT - MARGIN)
        self.update()
