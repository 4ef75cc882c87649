"""Dragging nodes, frames with what lies in them, and notes.

Nodes align with their neighbours; a loose node dropped on a wire is put into it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from PySide6.QtCore import QLineF, QPointF, QRectF, Qt
from PySide6.QtWidgets import QGraphicsLineItem

from dlstudio.graph import annotations as notes
from dlstudio.graph import edits
from dlstudio.graph.annotations import AnnotationKey
from dlstudio.graph.edits import EditError
from dlstudio.gui.canvas.gesture import Gesture, Modifiers
from dlstudio.gui.canvas.inks import inks
from dlstudio.gui.canvas.node_item import NODE_LAYER
from dlstudio.gui.canvas.spacing import moved_apart
from dlstudio.gui.canvas.wire_item import WireItem
from dlstudio.gui.canvas.wiring import inserted

if TYPE_CHECKING:
    from dlstudio.gui.canvas.view import CanvasView

ALIGN_PIXELS = 7.0
ALIGN_REACH = 900.0


class MoveGesture(Gesture):
    """Moves what is selected with the pointer.

    Args:
        view: The view.
        start: Where the drag began, in scene units.
        names: The nodes that move.
        held: The node under the pointer; its edges are the ones that align. None where a frame or note is held.
        marked: The frames and notes that move; what lies in the frames comes along.
    """

    cursor = Qt.CursorShape.SizeAllCursor

    def __init__(
        self,
        view: CanvasView,
        start: QPointF,
        names: frozenset[str],
        held: str | None,
        marked: frozenset[AnnotationKey] = frozenset(),
    ) -> None:
        super().__init__(view, start)
        inside, marked = view.annotating.within(marked)
        names |= inside
        self._marked = {key: self.scene.annotations.items[key].pos() for key in marked}
        self._origin = {name: self.scene.nodes[name].pos() for name in names}
        self._held = held
        self._guides: list[QGraphicsLineItem] = []
        self._into: WireItem | None = None
        for name in names:
            self.scene.nodes[name].setZValue(NODE_LAYER + 1)

    def move(self, place: QPointF, modifiers: Modifiers) -> None:
        free = bool(modifiers & Modifiers.AltModifier)
        offset = place - self.start
        self._clear_guides()
        if not free and self._held is not None:
            offset += self._alignment(offset, self._held)
        self.scene.place(
            {name: origin + offset for name, origin in self._origin.items()},
            {key: origin + offset for key, origin in self._marked.items()},
        )
        self._mark_wire(None if free else self._wire_below())

    def finish(self, _place: QPointF, _modifiers: Modifiers) -> None:
        wire = self._into.wire if self._into is not None else None
        self._clear()
        studio, graph = self.view.studio, self.scene.graph
        positions = {}
        for name in self._origin:
            at = self.scene.nodes[name].pos()
            positions[name] = (round(at.x(), 1), round(at.y(), 1))
        graph = edits.move_nodes(graph, positions)
        places = {key: self.scene.annotations.items[key].pos() for key in self._marked}
        graph = notes.move(graph, {key: (round(p.x(), 1), round(p.y(), 1)) for key, p in places.items()})
        label = f"Move {_what(positions, self._marked)}"
        if wire is not None and self._held is not None:
            try:
                put = inserted(graph, studio.catalogue, graph[self._held], wire)
            except EditError as error:
                self.view.refuse(str(error))
                put = None
            if put is not None:
                graph = notes.follow(put, moved_apart(put, self._held, self.view.size_of), self.view.size_of)
                label = f"Insert {self._held} between {wire.source} and {wire.target}"
        self.view.change_graph(label, graph)

    def cancel(self) -> None:
        self._clear()
        self.scene.put_back()

    def _wire_below(self) -> WireItem | None:
        """The wire that the node would be put into: only where one node without wires is dragged."""
        graph = self.scene.graph
        if self._held is None or len(self._origin) != 1:
            return None
        if graph.incoming(self._held) or graph.outgoing(self._held):
            return None
        item = self.scene.nodes[self._held]
        if not item.look.inputs or not item.look.outputs:
            return None
        return self.scene.wire_through(item.body().adjusted(10, 10, -10, -10), (self._held,))

    def _alignment(self, offset: QPointF, held: str) -> QPointF:
        """What is missing to the nearest alignment with a node that stays."""
        body = self.scene.nodes[held].shape_.body.translated(self._origin[held] + offset)
        reach = ALIGN_PIXELS / self.view.zoom
        near = body.adjusted(-ALIGN_REACH, -ALIGN_REACH, ALIGN_REACH, ALIGN_REACH)
        best_x, best_y = reach, reach
        dx = dy = 0.0
        mate_x: QRectF | None = None
        mate_y: QRectF | None = None
        for name in self.scene.bodies_in(near):
            if name in self._origin:
                continue
            other = self.scene.nodes[name].body()
            if abs(other.top() - body.top()) < best_y:
                best_y, dy, mate_y = abs(other.top() - body.top()), other.top() - body.top(), other
            if abs(other.left() - body.left()) < best_x:
                best_x, dx, mate_x = abs(other.left() - body.left()), other.left() - body.left(), other
        landed = body.translated(dx, dy)
        if mate_y is not None:
            left, right = min(landed.left(), mate_y.left()), max(landed.right(), mate_y.right())
            self._guide(QLineF(left, landed.top(), right, landed.top()))
        if mate_x is not None:
            top, bottom = min(landed.top(), mate_x.top()), max(landed.bottom(), mate_x.bottom())
            self._guide(QLineF(landed.left(), top, landed.left(), bottom))
        return QPointF(dx, dy)

    def _guide(self, line: QLineF) -> None:
        guide = QGraphicsLineItem(line)
        guide.setPen(inks().guide)
        guide.setZValue(NODE_LAYER + 2)
        self.scene.add_overlay(guide)
        self._guides.append(guide)

    def _mark_wire(self, wire: WireItem | None) -> None:
        if wire is self._into:
            return
        if self._into is not None:
            self._into.mark(hovered=False)
        self._into = wire
        if wire is not None:
            wire.mark(hovered=True)
            self.view.statusHint.emit("Drop to insert here. Alt keeps it apart.")

    def _clear_guides(self) -> None:
        for guide in self._guides:
            self.scene.remove_overlay(guide)
        self._guides.clear()

    def _clear(self) -> None:
        self._clear_guides()
        self._mark_wire(None)
        for name in self._origin:
            if name in self.scene.nodes:
                self.scene.nodes[name].setZValue(NODE_LAYER)


def _what(names: Mapping[str, tuple[float, float]], marked: Mapping[AnnotationKey, QPointF]) -> str:
    kinds = {key.kind for key in marked}
    if kinds:
        return "a frame" if "frame" in kinds else "a note" if not names and len(marked) == 1 else "the selection"
    return next(iter(names)) if len(names) == 1 else f"{len(names)} layers"
