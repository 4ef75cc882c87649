"""Dragging a wire: from a port to another, to a node's body, or into empty space; off an input to rewire it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, Qt
from PySide6.QtWidgets import QGraphicsPathItem

from dlstudio.graph import edits
from dlstudio.graph.edits import EditError
from dlstudio.graph.model import Wire
from dlstudio.gui.canvas import dimensions as d
from dlstudio.gui.canvas.gesture import Gesture, Modifiers
from dlstudio.gui.canvas.inks import inks
from dlstudio.gui.canvas.node_item import NODE_LAYER
from dlstudio.gui.canvas.node_look import Side
from dlstudio.gui.canvas.wire_route import loose
from dlstudio.gui.canvas.wiring import End, barred, connected, free_port, wire_between

if TYPE_CHECKING:
    from dlstudio.gui.canvas.view import CanvasView

SNAP_PIXELS = 24.0


class WireGesture(Gesture):
    """Draws a wire from one end.

    Args:
        view: The view.
        start: Where the drag began, in scene units.
        end: The end that stays.
        detached: The wire whose other end is being moved, or None for a new one.
    """

    cursor = Qt.CursorShape.CrossCursor

    def __init__(self, view: CanvasView, start: QPointF, end: End, detached: Wire | None = None) -> None:
        super().__init__(view, start)
        self.end = end
        self.detached = detached
        graph = self.scene.graph
        self._graph = edits.disconnect(graph, [detached]) if detached else graph
        self._barred = barred(self._graph, end)
        self._anchor = self._place_of(end)
        self._target: End | None = None
        self._marked: str | None = None
        self.path = QGraphicsPathItem()
        self.path.setPen(inks().wire_loose)
        self.path.setZValue(NODE_LAYER + 3)
        self.scene.add_overlay(self.path)
        if detached and detached in self.scene.wires:
            self.scene.wires[detached].setVisible(False)

    def move(self, place: QPointF, _modifiers: Modifiers) -> None:
        self._target = self._target_at(place)
        tip = place
        if self._target is not None:
            tip = self._place_of(self._target)
        if self.end.side == "out":
            self.path.setPath(loose(self._anchor, tip))
        else:
            self.path.setPath(loose(tip, self._anchor))
        self._mark(self._target)

    def finish(self, place: QPointF, _modifiers: Modifiers) -> None:
        self._target = self._target_at(place)
        target, node = self._target, self.scene.node_at(place)
        studio = self.view.studio
        if target is None and node is not None:
            self._clear()
            self._refuse(node.name)
            return
        if target is None and self.detached is None:
            self._mark(None)
            self.view.search_for_end(self, place)
            return
        self._clear()
        if target is None:
            assert self.detached is not None
            label = f"Disconnect {self.detached.source} from {self.detached.target}"
            self.view.change_graph(label, self._graph)
            return
        wire = wire_between(self.end, target)
        if wire is None or wire == self.detached:
            return
        try:
            graph = connected(self._graph, studio.catalogue, wire)
        except EditError as error:
            self.view.refuse(str(error))
            return
        verb = "Rewire" if self.detached else "Connect"
        self.view.change_graph(f"{verb} {wire.source} to {wire.target}", graph)

    def cancel(self) -> None:
        self._clear()

    def _refuse(self, node: str) -> None:
        """Says why a drop on a node makes no wire."""
        if node == self.end.node:
            return
        side: Side = "in" if self.end.side == "out" else "out"
        if node in self._barred:
            wire = wire_between(self.end, End(node, side))
            try:
                if wire is not None:
                    connected(self._graph, self.view.studio.catalogue, wire)
            except EditError as error:
                self.view.refuse(str(error))
            return
        what = "input" if side == "in" else "output"
        self.view.refuse(f"'{node}' has no {what} to connect a wire to.")

    def _target_at(self, place: QPointF) -> End | None:
        """The nearest port that fits, else the free port of the node under the pointer."""
        catalogue = self.view.studio.catalogue
        wanted: Side = "in" if self.end.side == "out" else "out"
        reach = max(SNAP_PIXELS / self.view.zoom, d.PORT_HIT)
        for _, port in self.scene.ports_near(place, reach, wanted):
            if port.node not in self._barred:
                return End(port.node, wanted, self.scene.nodes[port.node].wire_port(wanted, port.number))
        node = self.scene.node_at(place)
        if node is None or node.name in self._barred:
            return None
        free = free_port(self._graph, catalogue, node.name, wanted)
        return End(node.name, wanted, free) if free is not None else None

    def _place_of(self, end: End) -> QPointF:
        item = self.scene.nodes[end.node]
        return item.port_position(end.side, item.port_index(end.side, end.port))

    def _mark(self, target: End | None) -> None:
        if self._marked is not None and self._marked in self.scene.nodes:
            self.scene.nodes[self._marked].mark(hovered=False)
        self._marked = target.node if target else None
        if target is not None:
            item = self.scene.nodes[target.node]
            item.mark(hovered=True, port=(target.side, item.port_index(target.side, target.port)))

    def _clear(self) -> None:
        self._mark(None)
        self.scene.remove_overlay(self.path)
        if self.detached and self.detached in self.scene.wires:
            self.scene.wires[self.detached].setVisible(True)
