"""What the mouse does on the canvas: which gesture a press begins, and what is under the pointer."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, Qt, QTimer
from PySide6.QtGui import QMouseEvent

from dlstudio.gui.canvas import dimensions as d
from dlstudio.gui.canvas.annotation_item import AnnotationItem
from dlstudio.gui.canvas.gesture import Gesture, Modifiers
from dlstudio.gui.canvas.move_gesture import MoveGesture
from dlstudio.gui.canvas.node_item import NodeItem
from dlstudio.gui.canvas.resize_gesture import ResizeGesture
from dlstudio.gui.canvas.scene import PortPlace
from dlstudio.gui.canvas.sweep_gestures import BandGesture, CutGesture, PanGesture
from dlstudio.gui.canvas.wire_gesture import WireGesture
from dlstudio.gui.canvas.wire_item import WireItem
from dlstudio.gui.canvas.wiring import End

if TYPE_CHECKING:
    from dlstudio.gui.canvas.view import CanvasView

DRAG_PIXELS = 4
EDGE, EDGE_SPEED, EDGE_MILLISECONDS = 20.0, 0.6, 16
_TOGGLES = Modifiers.ShiftModifier | Modifiers.ControlModifier


@dataclass
class _Press:
    """A button that went down and may become a gesture."""

    pixel: QPointF
    place: QPointF
    modifiers: Modifiers
    port: PortPlace | None = None
    node: NodeItem | None = None
    wire: WireItem | None = None
    annotation: AnnotationItem | None = None


class Pointer:
    """Turns mouse events into gestures.

    Args:
        view: The view whose events these are.
    """

    def __init__(self, view: CanvasView) -> None:
        self._view = view
        self._scene = view.canvas_scene
        self._pressed: _Press | None = None
        self.gesture: Gesture | None = None
        self.panning_key = False
        self.panned = False
        self._last: tuple[QPointF, Modifiers] = (QPointF(), Modifiers.NoModifier)
        self._edge_timer = QTimer(view)
        self._edge_timer.setInterval(EDGE_MILLISECONDS)
        self._edge_timer.timeout.connect(self._pan_at_edge)

    def press(self, event: QMouseEvent) -> None:
        self.cancel()
        self._view.searching.close()
        place = self._place(event)
        panning = event.button() == Qt.MouseButton.MiddleButton or self.panning_key
        if panning:
            self.panned = True
            self._begin(PanGesture(self._view, place))
            return
        if event.button() != Qt.MouseButton.LeftButton:
            return
        press = _Press(event.position(), place, event.modifiers())
        self._pressed = press
        if event.modifiers() & _TOGGLES == _TOGGLES:
            return  # a cut begins with the first move
        press.port = self._port_at(place)
        press.node = self._scene.node_at(place)
        if press.port is None and press.node is None:
            press.wire, press.annotation = self._wire_or_annotation_at(place)
        self._select(press)

    def move(self, event: QMouseEvent) -> None:
        if self.gesture is not None:
            self.gesture.move(self._place(event), event.modifiers())
            self._last = (event.position(), event.modifiers())
            if not isinstance(self.gesture, PanGesture) and not self._edge_offset().isNull():
                self._edge_timer.start()
        elif self._pressed is not None and event.buttons() & Qt.MouseButton.LeftButton:
            if (event.position() - self._pressed.pixel).manhattanLength() >= DRAG_PIXELS:
                press, self._pressed = self._pressed, None
                gesture = self._gesture_of(press)
                if gesture is not None:
                    self._begin(gesture)
                    gesture.move(self._place(event), event.modifiers())
        else:
            self.hover(self._place(event))

    def release(self, event: QMouseEvent) -> None:
        press, self._pressed = self._pressed, None
        gesture, self.gesture = self.gesture, None
        self._edge_timer.stop()
        if gesture is not None:
            self._view.viewport().unsetCursor()
            gesture.finish(self._place(event), event.modifiers())
        elif press is not None and not press.modifiers & _TOGGLES:
            if press.node is not None and press.node.name in self._view.studio.selection:
                self._view.choose([press.node.name])
            elif press.annotation is not None:
                self._view.choose([], [], [press.annotation.key])
            elif press.node is None and press.wire is None and press.port is None:
                self._view.choose([])

    def double_click(self, event: QMouseEvent) -> None:
        self._pressed = None
        place = self._place(event)
        node = self._scene.node_at(place)
        wire, annotation = self._wire_or_annotation_at(place)
        if node is not None:
            self._view.choose([node.name])
            if self._view.studio.graph[node.name].block:
                self._view.blocks.enter(node.name)
            else:
                self._view.renameRequested.emit(node.name)
        elif annotation is not None:
            self._view.annotating.edit(annotation.key)
        elif wire is not None:
            self._view.searching.into_wire(wire.wire, place)
        else:
            self._view.searching.at(place)

    def hover(self, place: QPointF) -> None:
        """Marks what is under the pointer while no button is down."""
        port = self._port_at(place)
        if port is not None:
            self._scene.hover(self._scene.nodes[port.node], port)
            annotation = None
        else:
            node = self._scene.node_at(place)
            wire, annotation = self._wire_or_annotation_at(place) if node is None else (None, None)
            self._scene.hover(node or wire)
        self._scene.annotations.hover(annotation)
        if not self.panning_key:
            corner = annotation is not None and annotation.at_corner(place, self._view.zoom)
            wanted = ResizeGesture.cursor if corner else Gesture.cursor
            if self._view.viewport().cursor().shape() != wanted:
                self._view.viewport().setCursor(wanted)

    def begin(self, gesture: Gesture) -> None:
        """Starts a gesture that did not begin with the mouse."""
        self.cancel()
        self.gesture = gesture

    def cancel(self) -> bool:
        """Ends the gesture in progress without a trace; returns whether there was one."""
        self._pressed = None
        self._edge_timer.stop()
        gesture, self.gesture = self.gesture, None
        if gesture is not None:
            self._view.viewport().unsetCursor()
            gesture.cancel()
        return gesture is not None

    def _edge_offset(self) -> QPointF:
        """How far to pan in one step: the nearer the pointer is to an edge or beyond it, the farther."""
        area, pixel = self._view.viewport().rect(), self._last[0]
        left, right = EDGE - pixel.x(), pixel.x() - (area.width() - EDGE)
        top, bottom = EDGE - pixel.y(), pixel.y() - (area.height() - EDGE)
        dx = min(max(left, 0.0), EDGE) - min(max(right, 0.0), EDGE)
        dy = min(max(top, 0.0), EDGE) - min(max(bottom, 0.0), EDGE)
        return QPointF(dx, dy) * EDGE_SPEED

    def _pan_at_edge(self) -> None:
        offset = self._edge_offset()
        if self.gesture is None or offset.isNull():
            self._edge_timer.stop()
            return
        self._view.pan(offset)
        self.gesture.move(self._view.scene_point(self._last[0]), self._last[1])

    def _begin(self, gesture: Gesture) -> None:
        self.gesture = gesture
        self._scene.hover(None)
        self._view.viewport().setCursor(gesture.cursor)

    def _select(self, press: _Press) -> None:
        """Selects on the press, so that a drag takes along what it begins on."""
        selection = self._view.studio.selection
        toggles = bool(press.modifiers & _TOGGLES)
        wires, marked = self._scene.selected_wires, self._scene.annotations.selected
        if press.wire is not None:
            wire = {press.wire.wire}
            if toggles:
                self._view.choose(selection, wires ^ wire, marked)
            else:
                self._view.choose([], wire)
        elif press.annotation is not None:
            key = press.annotation.key
            if toggles:
                self._view.choose(selection, wires, marked ^ {key})
            elif key not in marked:
                self._view.choose([], [], [key])
        elif press.node is not None and press.port is None:
            name = press.node.name
            if toggles:
                self._view.choose(selection ^ {name}, wires, marked)
            elif name not in selection:
                self._view.choose([name])

    def _gesture_of(self, press: _Press) -> Gesture | None:
        view = self._view
        if press.modifiers & _TOGGLES == _TOGGLES:
            return CutGesture(view, press.place)
        if press.port is not None:
            return self._wire_gesture(press)
        if press.node is not None:
            names = view.studio.selection | {press.node.name}
            return MoveGesture(view, press.place, frozenset(names), press.node.name, self._scene.annotations.selected)
        if press.annotation is not None:
            if press.annotation.at_corner(press.place, view.zoom):
                return ResizeGesture(view, press.place, press.annotation)
            keys = self._scene.annotations.selected | {press.annotation.key}
            return MoveGesture(view, press.place, view.studio.selection, None, keys)
        if press.wire is not None:
            return None
        return BandGesture(view, press.place, press.modifiers)

    def _wire_gesture(self, press: _Press) -> Gesture:
        """From an output a new wire; off an input the wire that ends there, or a new one where none does."""
        view, port = self._view, press.port
        assert port is not None
        item = self._scene.nodes[port.node]
        if port.side == "in":
            wires = [
                wire
                for wire in self._scene.graph.incoming(port.node)
                if item.port_index("in", wire.target_port) == port.number and wire in self._scene.wires
            ]
            if wires and not (press.modifiers & Modifiers.AltModifier):
                ends = {wire: self._scene.end_of(wire, "in") for wire in wires}
                nearest = min(wires, key=lambda w: (ends[w] - press.place).manhattanLength())
                return WireGesture(view, press.place, End(nearest.source, "out", nearest.source_port), nearest)
        return WireGesture(view, press.place, End(port.node, port.side, item.wire_port(port.side, port.number)))

    def _wire_or_annotation_at(self, place: QPointF) -> tuple[WireItem | None, AnnotationItem | None]:
        """What lies there besides nodes: notes lie over wires, frames below them."""
        annotation = self._scene.annotations.at(place, self._view.zoom)
        wire = self._scene.wire_at(place) if annotation is None or annotation.key.kind == "frame" else None
        return (wire, None) if wire is not None else (None, annotation)

    def _port_at(self, place: QPointF) -> PortPlace | None:
        zoom = self._view.zoom
        if zoom < d.SIMPLE_BELOW:
            return None
        return self._scene.port_at(place, min(max(d.PORT_HIT, 8 / zoom), 18))

    def _place(self, event: QMouseEvent) -> QPointF:
        return self._view.scene_point(event.position())
