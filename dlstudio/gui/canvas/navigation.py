"""A view that can be zoomed at the pointer, panned and fitted, with the dot grid and the far-out batched drawing.

What can be done to the graph is the business of :mod:`dlstudio.gui.canvas.view`.
"""

from __future__ import annotations

import math

from PySide6.QtCore import QEvent, QPoint, QPointF, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QInputDevice,
    QNativeGestureEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QPolygonF,
    QResizeEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QFrame, QGraphicsView, QStyleOptionGraphicsItem, QWidget

from dlstudio.gui.canvas import dimensions as d
from dlstudio.gui.canvas.batched import BatchedDrawing
from dlstudio.gui.canvas.inks import inks
from dlstudio.gui.canvas.scene import CanvasScene

LIMIT = 200_000.0
FIT_MARGIN = 36
READABLE_ZOOM = 0.75
LEAST_WHOLE_ZOOM = 0.66  # rather the whole a little smaller than a node cut off


class NavigableView(QGraphicsView):
    """Shows a :class:`CanvasScene`.

    Args:
        canvas_scene: The scene.
        parent: The widget it lies in.
    """

    viewMoved = Signal()

    def __init__(self, canvas_scene: CanvasScene, parent: QWidget | None = None) -> None:
        super().__init__(canvas_scene, parent)
        self.canvas_scene = canvas_scene
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setTransformationAnchor(QGraphicsView.ViewportAnchor.NoAnchor)
        self.setResizeAnchor(QGraphicsView.ViewportAnchor.NoAnchor)
        self.setViewportUpdateMode(QGraphicsView.ViewportUpdateMode.SmartViewportUpdate)
        self.setOptimizationFlag(QGraphicsView.OptimizationFlag.DontAdjustForAntialiasing)
        self.setRenderHints(QPainter.RenderHint.Antialiasing | QPainter.RenderHint.TextAntialiasing)
        # The view's rectangle only bounds the panning; the scene's own stays close around its items.
        self.setSceneRect(QRectF(-LIMIT, -LIMIT, 2 * LIMIT, 2 * LIMIT))
        self._grid: tuple[tuple[float, QSize], QPolygonF] | None = None
        self._batched: tuple[int, BatchedDrawing] | None = None

    @property
    def zoom(self) -> float:
        """Pixels a scene unit."""
        return self.transform().m11()

    def visible_area(self) -> QRectF:
        """What is seen, in scene units."""
        return self.mapToScene(self.viewport().rect()).boundingRect()

    def set_zoom(self, zoom: float, at: QPointF | None = None) -> None:
        """Zooms so that the scene point under ``at`` (viewport pixels, by default the middle) stays where it is."""
        zoom = min(max(zoom, d.MINIMUM_ZOOM), d.MAXIMUM_ZOOM)
        pixel = at if at is not None else QRectF(self.viewport().rect()).center()
        anchor = self._scene_point(pixel)
        self.resetTransform()
        self.scale(zoom, zoom)
        self._put(anchor, pixel)

    def pan(self, pixels: QPointF) -> None:
        """Moves the picture by so many pixels."""
        self.horizontalScrollBar().setValue(self.horizontalScrollBar().value() - round(pixels.x()))
        self.verticalScrollBar().setValue(self.verticalScrollBar().value() - round(pixels.y()))
        self.viewMoved.emit()

    def show_area(self, area: QRectF, most: float = 1.0, least: float = d.MINIMUM_ZOOM) -> None:
        """Fits an area into the view, at a zoom of no more than ``most`` and no less than ``least``.

        Where it does not fit at ``least``, its beginning is shown: the left and the top.
        """
        if area.isNull():
            self.set_zoom(1.0)
            self._put(QPointF(0, 0), QRectF(self.viewport().rect()).center())
            return
        room = QRectF(self.viewport().rect()).adjusted(FIT_MARGIN, FIT_MARGIN, -FIT_MARGIN, -FIT_MARGIN)
        self._fit(area, room, most, least)
        corner = self.covered_corner()
        if not corner.isEmpty():
            covered = self.viewportTransform().inverted()[0].mapRect(corner)
            if self.canvas_scene.bodies_in(covered.intersected(area)):
                self._fit(area, room.adjusted(0, 0, 0, min(0.0, corner.top() - 12 - room.bottom())), most, least)

    def covered_corner(self) -> QRectF:
        """The part of the viewport that something lies over, in pixels; fitting keeps nodes out of it."""
        return QRectF()

    def fit_all(self) -> None:
        """Shows the entire graph."""
        self.show_area(self.canvas_scene.bounds())

    def fit_readably(self) -> None:
        """Shows the entire graph, or its beginning where the text of its nodes would become too small to be read."""
        self.fit_all()
        if self.zoom < LEAST_WHOLE_ZOOM:
            self.show_area(self.canvas_scene.bounds(), least=READABLE_ZOOM)

    def bring_into_view(self, area: QRectF, margin: float = 24.0) -> None:
        """Pans just so far that an area is seen."""
        seen, wanted = self.visible_area(), area.adjusted(-margin, -margin, margin, margin)
        if seen.contains(wanted):
            return
        dx = min(0.0, seen.right() - wanted.right()) or max(0.0, seen.left() - wanted.left())
        dy = min(0.0, seen.bottom() - wanted.bottom()) or max(0.0, seen.top() - wanted.top())
        self.pan(QPointF(dx, dy) * self.zoom)

    # Events

    def wheelEvent(self, event: QWheelEvent) -> None:
        touchpad = (
            event.device().type() == QInputDevice.DeviceType.TouchPad or event.phase() != Qt.ScrollPhase.NoScrollPhase
        )
        control = bool(event.modifiers() & Qt.KeyboardModifier.ControlModifier)
        if touchpad and not control:
            moved = event.pixelDelta() if not event.pixelDelta().isNull() else event.angleDelta() / 4
            self.pan(QPointF(moved))
        elif event.modifiers() & Qt.KeyboardModifier.ShiftModifier:
            turned = event.angleDelta().y() or event.angleDelta().x()
            self.pan(QPointF(turned / 2, 0))
        else:
            self.set_zoom(self.zoom * 1.0015 ** event.angleDelta().y(), event.position())
        event.accept()

    def viewportEvent(self, event: QEvent) -> bool:
        if isinstance(event, QNativeGestureEvent) and event.gestureType() == Qt.NativeGestureType.ZoomNativeGesture:
            self.set_zoom(self.zoom * (1 + event.value()), event.position())
            return True
        return bool(super().viewportEvent(event))

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.viewMoved.emit()

    def paintEvent(self, event: QPaintEvent) -> None:
        if not self.batched:
            super().paintEvent(event)
            return
        painter = QPainter(self.viewport())
        painter.setRenderHints(self.renderHints())
        painter.fillRect(event.rect(), inks().canvas)
        painter.setTransform(self.viewportTransform())
        area = self.viewportTransform().inverted()[0].mapRect(QRectF(event.rect()))
        self._paint_grid(painter, area)
        self.batched_drawing().paint(painter, self.zoom, area)
        option = QStyleOptionGraphicsItem()
        for item in self.canvas_scene.overlays:
            item.paint(painter, option, None)
        painter.end()

    def drawBackground(self, painter: QPainter, rect: QRectF | QRect) -> None:
        painter.fillRect(rect, inks().canvas)
        self._paint_grid(painter, QRectF(rect))

    def _paint_grid(self, painter: QPainter, rect: QRectF) -> None:
        zoom = painter.worldTransform().m11()
        if zoom < 0.45:
            return
        step = d.GRID if zoom >= 0.7 else 2 * d.GRID
        left, top = math.floor(rect.left() / step) * step, math.floor(rect.top() / step) * step
        columns, rows = int(rect.width() / step) + 2, int(rect.height() / step) + 2
        painter.save()
        # Square dots without smoothing: round ones cost more than all nodes together.
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        pen = QPen(inks().grid)
        pen.setCosmetic(True)
        pen.setWidth(round(2 * painter.device().devicePixelRatio()))
        painter.setPen(pen)
        painter.translate(left, top)
        painter.drawPoints(self._grid_points(step, QSize(columns, rows)))
        painter.restore()

    @property
    def batched(self) -> bool:
        """Whether the graph is painted as one batch, not item by item."""
        many = len(self.canvas_scene.nodes) >= d.MANY_NODES
        return self.zoom < (d.MANY_BATCHED_BELOW if many else d.BATCHED_BELOW)

    def batched_drawing(self) -> BatchedDrawing:
        """The whole graph as a few big drawing calls; made again only after something changed."""
        edition = self.canvas_scene.edition
        if self._batched is None or self._batched[0] != edition:
            self._batched = (edition, BatchedDrawing(self.canvas_scene))
        return self._batched[1]

    # Inside

    def _fit(self, area: QRectF, room: QRectF, most: float, least: float) -> None:
        zoom = max(min(room.width() / max(area.width(), 1), room.height() / max(area.height(), 1), most), least)
        self.set_zoom(zoom)
        # What is too long begins at the edge; what fits stands in the middle.
        x, y = room.center().x(), room.center().y()
        x = max(x, room.left() + area.width() * self.zoom / 2)
        y = max(y, room.top() + area.height() * self.zoom / 2)
        self._put(area.center(), QPointF(x, y))

    def _grid_points(self, step: float, size: QSize) -> QPolygonF:
        key = (step, size)
        if self._grid is None or self._grid[0] != key:
            points = [QPointF(x * step, y * step) for x in range(size.width()) for y in range(size.height())]
            self._grid = (key, QPolygonF(points))
        return self._grid[1]

    def _scene_point(self, pixel: QPointF) -> QPointF:
        inverted, _ = self.viewportTransform().inverted()
        return inverted.map(pixel)

    def _put(self, scene_point: QPointF, pixel: QPointF) -> None:
        """Scrolls so that a scene point lies under a pixel of the viewport."""
        now = self.viewportTransform().map(scene_point)
        self.pan(pixel - now)

    def pixel_of(self, scene_point: QPointF) -> QPoint:
        """The viewport pixel over a scene point."""
        return self.mapFromScene(scene_point)
