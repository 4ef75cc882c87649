"""When the search box opens, where, what it offers, and what a choice does."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from PySide6.QtCore import QPoint, QPointF

from dlstudio.catalogue.node_types import NodeType
from dlstudio.graph.block_views import circle_of
from dlstudio.graph.model import BLOCK_PREFIX, Block, Wire
from dlstudio.gui.canvas.block_fit import fits_here
from dlstudio.gui.canvas.node_look import Side
from dlstudio.gui.canvas.search_popup import WIDTH, SearchPopup
from dlstudio.gui.canvas.wiring import End, fits, free_port

if TYPE_CHECKING:
    from dlstudio.gui.canvas.view import CanvasView
    from dlstudio.gui.canvas.wire_gesture import WireGesture


class Searching:
    """Owns the one search box of a canvas.

    Args:
        view: The view that it lies over.
    """

    def __init__(self, view: CanvasView) -> None:
        self._view = view
        self.popup = SearchPopup(view.offered, view)
        self._then: Callable[[str], object] | None = None
        self._hanging: WireGesture | None = None
        self.popup.chosen.connect(self._chosen)
        self.popup.closed.connect(self._closed)

    def open(self) -> None:
        """Behind the one selected node and connected with it; without a selection at the pointer."""
        selection = self._view.studio.selection
        if len(selection) == 1:
            self.after(next(iter(selection)))
        elif len(self._view.canvas_scene.selected_wires) == 1:
            self.into_wire(next(iter(self._view.canvas_scene.selected_wires)))
        else:
            self.at(self._view.pointer_place())

    def at(self, place: QPointF) -> None:
        """Adds at a place, unconnected."""
        self._show(place, "Add a layer", None, lambda type_id: self._view.actions_.add(type_id, place))

    def after(self, name: str) -> None:
        """Adds behind a node, connected with it."""
        view = self._view
        item = view.canvas_scene.nodes[name]
        if not item.look.outputs:
            self.at(view.pointer_place())
            return
        outgoing = view.studio.graph.outgoing(name)
        title = f"Add after {name}"
        if len(outgoing) == 1:
            title = f"Insert between {name} and {outgoing[0].target}"
        place = item.body().topRight() + QPointF(20, 0)
        shape = self._shape_of(name, "")
        self._show(
            place, title, lambda t: self._fits(t, "out", shape), lambda type_id: view.actions_.add_after(type_id, name)
        )

    def before_selected(self) -> None:
        """Adds before the one selected node, connected with its first free input."""
        view = self._view
        if len(view.studio.selection) != 1:
            view.refuse("Select one layer to add another before it.")
            return
        name = next(iter(view.studio.selection))
        item = view.canvas_scene.nodes[name]
        port = free_port(view.studio.graph, view.studio.catalogue, name, "in")
        if port is None:
            view.refuse(f"'{name}' has no input, so nothing can be added before it.")
            return
        end = End(name, "in", port)
        self._show(
            item.body().topLeft() - QPointF(WIDTH + 20, 0),
            f"Add before {name}",
            lambda t: fits(t, "in", None),
            lambda type_id: view.actions_.add_connected(type_id, end),
        )

    def into_wire(self, wire: Wire, place: QPointF | None = None) -> None:
        """Adds into a wire."""
        view = self._view
        if wire not in view.canvas_scene.wires:
            return
        shape = self._shape_of(wire.source, wire.source_port)
        at = place or view.canvas_scene.wires[wire].path().pointAtPercent(0.5)
        self._show(
            at,
            f"Insert between {wire.source} and {wire.target}",
            lambda t: bool(t.outputs) and self._fits(t, "out", shape),
            lambda type_id: view.actions_.add_into(type_id, wire, place),
        )

    def for_end(self, gesture: WireGesture, place: QPointF) -> None:
        """Adds at the loose end of a wire, which stays drawn while the box is open."""
        end, view = gesture.end, self._view
        shape = self._shape_of(end.node, end.port) if end.side == "out" else None
        title = f"Add after {end.node}" if end.side == "out" else f"Add before {end.node}"
        self._show(
            place,
            title,
            lambda t: self._fits(t, end.side, shape),
            lambda type_id: view.actions_.add_connected(type_id, end, place),
        )
        self._hanging = gesture

    def close(self) -> None:
        self.popup.close_search()

    def _show(
        self,
        place: QPointF,
        title: str,
        accept: Callable[[NodeType], bool] | None,
        then: Callable[[str], object],
    ) -> None:
        self.close()
        self._then = then
        pixel: QPoint = self._view.pixel_of(place)
        studio, head = self._view.studio, len(BLOCK_PREFIX)

        def allowed(node_type: NodeType) -> bool:
            block = node_type.id[head:] if node_type.id.startswith(BLOCK_PREFIX) else ""
            if block and circle_of(studio.project.graph, studio.path, [block]):
                return False  # a block cannot stand inside of itself
            return accept is None or accept(node_type)

        self.popup.open(pixel, title, allowed)

    def _chosen(self, type_id: str) -> None:
        then, self._then = self._then, None
        self._let_go()
        if then is not None:
            then(type_id)

    def _closed(self) -> None:
        self._then = None
        self._let_go()
        self._view.setFocus()

    def _let_go(self) -> None:
        hanging, self._hanging = self._hanging, None
        if hanging is not None:
            hanging.cancel()

    def _fits(self, node_type: NodeType, side: Side, shape: tuple[int | None, ...] | None) -> bool:
        view = self._view
        blocks = view.studio.project.blocks
        found: tuple[str, Mapping[str, Block]] | None = None
        if node_type.category == "block":
            kept = view.offer.kept(node_type.id)
            found = (kept.name, kept.blocks) if kept else (node_type.id.removeprefix(BLOCK_PREFIX), blocks)
        return fits_here(node_type, found, view.studio.catalogue, side, shape)

    def _shape_of(self, name: str, port: str) -> tuple[int | None, ...] | None:
        facts = self._view.studio.layer_facts(name)
        if facts is None or not facts.output_shapes:
            return None
        shapes = facts.output_shapes
        return tuple(shapes[port] if port in shapes else next(iter(shapes.values())))
