"""Drags over the canvas itself: the rubber band, the cut across wires, the panning hand."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QPainterPath
from PySide6.QtWidgets import QGraphicsPathItem, QGraphicsRectItem

from dlstudio.graph import edits
from dlstudio.graph.annotations import AnnotationKey
from dlstudio.gui.canvas.gesture import Gesture, Modifiers
from dlstudio.gui.canvas.inks import inks
from dlstudio.gui.canvas.node_item import NODE_LAYER
from dlstudio.gui.canvas.wire_item import WireItem

if TYPE_CHECKING:
    from dlstudio.gui.canvas.view import CanvasView


class BandGesture(Gesture):
    """Selects what a rectangle touches, of frames those that it holds whole; with Shift added to those before."""

    def __init__(self, view: CanvasView, start: QPointF, modifiers: Modifiers) -> None:
        super().__init__(view, start)
        adds = bool(modifiers & Modifiers.ShiftModifier)
        self._before = (view.studio.selection, self.scene.selected_wires, self.scene.annotations.selected)
        self._kept = (self._before[0], self._before[2]) if adds else (frozenset[str](), frozenset[AnnotationKey]())
        self._band = QGraphicsRectItem()
        self._band.setPen(inks().band)
        self._band.setBrush(inks().band_fill)
        self._band.setZValue(NODE_LAYER + 3)
        self.scene.add_overlay(self._band)

    def move(self, place: QPointF, _modifiers: Modifiers) -> None:
        area = QRectF(self.start, place).normalized()
        self._band.setRect(area)
        names, marked = self._kept
        self.view.choose(
            names | frozenset(self.scene.bodies_in(area)), [], marked | self.scene.annotations.in_area(area)
        )

    def finish(self, place: QPointF, modifiers: Modifiers) -> None:
        self.move(place, modifiers)
        self.scene.remove_overlay(self._band)

    def cancel(self) -> None:
        self.scene.remove_overlay(self._band)
        self.view.choose(*self._before)


class CutGesture(Gesture):
    """Removes the wires that a line crosses."""

    cursor = Qt.CursorShape.CrossCursor

    def __init__(self, view: CanvasView, start: QPointF) -> None:
        super().__init__(view, start)
        self._line = QPainterPath(start)
        self._item = QGraphicsPathItem()
        self._item.setPen(inks().cut)
        self._item.setZValue(NODE_LAYER + 3)
        self.scene.add_overlay(self._item)
        self._crossed: list[WireItem] = []

    def move(self, place: QPointF, _modifiers: Modifiers) -> None:
        self._line.lineTo(place)
        self._item.setPath(self._line)
        for item in self._crossed:
            item.mark(hovered=False)
        self._crossed = [item for item in self.scene.items(self._line) if isinstance(item, WireItem)]
        for item in self._crossed:
            item.mark(hovered=True)

    def finish(self, place: QPointF, modifiers: Modifiers) -> None:
        self.move(place, modifiers)
        self.cancel()
        wires = [item.wire for item in self._crossed]
        if wires:
            label = "Cut 1 wire" if len(wires) == 1 else f"Cut {len(wires)} wires"
            self.view.change_graph(label, edits.disconnect(self.scene.graph, wires))

    def cancel(self) -> None:
        for item in self._crossed:
            item.mark(hovered=False)
        self.scene.remove_overlay(self._item)


class PanGesture(Gesture):
    """Moves the picture with the pointer."""

    cursor = Qt.CursorShape.ClosedHandCursor

    def move(self, place: QPointF, _modifiers: Modifiers) -> None:
        self.view.pan((place - self.start) * self.view.zoom)
