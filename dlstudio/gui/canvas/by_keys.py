"""Working on the canvas without a mouse: walking, choosing wires, connecting, putting into a wire, scrolling."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF

from dlstudio.graph.model import Wire
from dlstudio.gui.canvas.gesture import Gesture
from dlstudio.gui.canvas.key_connect import KeyConnect
from dlstudio.gui.canvas.key_insert import KeyInsert
from dlstudio.gui.canvas.walking import Direction, neighbour

if TYPE_CHECKING:
    from dlstudio.gui.canvas.view import CanvasView

PAGE = 0.8


class ByKeys:
    """What keys do that hands do with the mouse.

    Args:
        view: The view.
    """

    def __init__(self, view: CanvasView) -> None:
        self._view = view
        self._scene = view.canvas_scene
        self._here: str | None = None
        self._wires_of: str | None = None

    @property
    def here(self) -> str | None:
        """Where the walk stands: the node selected last, else the first of those selected."""
        selection = self._view.studio.selection
        return self._here if self._here in selection else next(iter(sorted(selection)), None)

    @property
    def _wire(self) -> Wire | None:
        wires = self._scene.selected_wires
        return next(iter(wires)) if len(wires) == 1 and not self._view.studio.selection else None

    def walk(self, direction: Direction, extend: bool = False) -> None:
        """Selects the next node in a direction; with ``extend`` in addition to those selected.

        From a selected wire, left is its source and right its target.
        """
        wire = self._wire
        there: str | None
        if wire is not None and direction in ("left", "right"):
            there = wire.source if direction == "left" else wire.target
        else:
            there = neighbour(self._view.studio.graph, self.here, direction)
        if there is None:
            return
        self._here = there
        self._view.choose(self._view.studio.selection | {there} if extend else [there])
        self._view.bring_into_view(self._scene.nodes[there].body())

    def next_wire(self) -> None:
        """Selects the next wire of the selected node (of all wires where none is)."""
        graph, wire = self._view.studio.graph, self._wire
        if self.here is not None:
            self._wires_of = self.here
        elif wire is None or self._wires_of not in (wire.source, wire.target):
            self._wires_of = None
        name = self._wires_of
        wires = graph.wires if name is None else (*graph.incoming(name), *graph.outgoing(name))
        wires = tuple(w for w in wires if w in self._scene.wires)
        if not wires:
            self._view.refuse("There is no wire here." if name is None else f"'{name}' has no wire.")
            return
        chosen = wires[(wires.index(wire) + 1) % len(wires)] if wire in wires else wires[0]
        self._view.choose([], [chosen])
        self._view.bring_into_view(self._scene.wires[chosen].path().boundingRect())

    def connect(self) -> None:
        """Begins a wire at the selected node, or moves the end of the selected wire; the arrows choose its target."""
        wire = self._wire
        names = self._view.studio.selection
        name = wire.source if wire is not None else next(iter(names), None)
        if name is None or len(names) > 1 or not self._scene.nodes[name].look.outputs:
            self._view.refuse("Select one layer with an output to connect it, or a wire to move its end.")
            return
        gesture = KeyConnect(self._view, name, wire)
        self._begin(gesture, gesture.possible, f"There is no layer that '{name}' could feed.")

    def insert(self) -> None:
        """Puts the selected node, which has no wires, into a wire that the arrows choose."""
        name = next(iter(self._view.studio.selection), None)
        graph = self._view.studio.graph
        if name is None or len(self._view.studio.selection) > 1 or graph.incoming(name) or graph.outgoing(name):
            self._view.refuse("Select one layer without wires to put it into a wire.")
            return
        gesture = KeyInsert(self._view, name)
        self._begin(gesture, gesture.possible, f"There is no wire that '{name}' could be put into.")

    def rename(self) -> None:
        """Asks for the name of the selected node, or the text of the selected frame or note."""
        key = self._view.annotating.only
        if key is not None:
            self._view.annotating.edit(key)
        elif len(self._view.studio.selection) == 1:
            self._view.renameRequested.emit(next(iter(self._view.studio.selection)))

    def shape(self, direction: Direction, step: float) -> None:
        """Aligns the selected nodes at an edge; one selected frame or note gets larger or smaller instead."""
        if self._view.annotating.only is None:
            self._view.actions_.align(direction)
            return
        dx = step * ((direction == "right") - (direction == "left"))
        dy = step * ((direction == "down") - (direction == "up"))
        self._view.annotating.stretch(dx, dy)

    def scroll(self, right: int, down: int) -> None:
        """Moves on by most of what is seen."""
        area = self._view.viewport().rect()
        self._view.pan(QPointF(-right * area.width(), -down * area.height()) * PAGE)

    def _begin(self, gesture: Gesture, possible: bool, otherwise: str) -> None:
        if possible:
            self._view.pointer.begin(gesture)
        else:
            gesture.cancel()
            self._view.refuse(otherwise)
