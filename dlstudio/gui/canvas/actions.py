"""What can be done to the graph from the canvas: each method is one undo step (or says why not)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF

from dlstudio.catalogue.node_types import Catalogue, NodeType
from dlstudio.graph import annotations as notes
from dlstudio.graph import edits
from dlstudio.graph.annotations import AnnotationKey
from dlstudio.graph.block_views import circle_of
from dlstudio.graph.blocks import with_blocks
from dlstudio.graph.edits import EditError
from dlstudio.graph.model import BLOCK_PREFIX, Graph, Node, Wire
from dlstudio.graph.paths import with_graph_at
from dlstudio.gui.canvas import dimensions as d
from dlstudio.gui.canvas.aligning import aligned
from dlstudio.gui.canvas.bypassing import obstacle
from dlstudio.gui.canvas.node_look import node_look
from dlstudio.gui.canvas.node_shape import measure
from dlstudio.gui.canvas.scene import CanvasScene
from dlstudio.gui.canvas.spacing import free_place, moved_apart
from dlstudio.gui.canvas.tidying import Tidying
from dlstudio.gui.canvas.walking import Direction
from dlstudio.gui.canvas.wiring import (
    End,
    connected,
    deleted,
    downstream,
    free_port,
    fresh_node,
    inserted,
    wire_between,
)

if TYPE_CHECKING:
    from dlstudio.gui.canvas.view import CanvasView


class CanvasActions:
    """The edits of one canvas.

    Args:
        view: Where they happen.
        scene: Its scene.
    """

    def __init__(self, view: CanvasView, scene: CanvasScene) -> None:
        self._view = view
        self._scene = scene
        self._studio = view.studio
        self.tidying = Tidying(view)

    # Adding

    def size_of(self, node: Node, graph: Graph) -> tuple[float, float]:
        """The width and height that a node has or would have."""
        item = self._scene.nodes.get(node.id)
        if item is not None:
            return (item.shape_.width, item.shape_.height)
        shape = measure(node_look(node, graph, self.catalogue_of(graph)))
        return (shape.width, shape.height)

    def catalogue_of(self, graph: Graph) -> Catalogue:
        """The node types of a graph that may have blocks more than the project."""
        studio = self._studio
        known = studio.catalogue
        return known if graph.blocks is studio.graph.blocks else with_blocks(known, graph.blocks)

    def add(self, type_id: str, at: QPointF) -> str | None:
        """Adds a node with its middle at a place; returns its name."""
        new = self._new(type_id)
        if new is None:
            return None
        graph, node, (width, height) = new
        node = replace(node, at=(round(at.x() - width / 2, 1), round(at.y() - height / 2, 1)))
        graph = edits.add_node(graph, node)
        graph = edits.move_nodes(graph, {node.id: free_place(graph, graph[node.id], self.size_of)})
        return self._commit(f"Add {node.id}", graph, node.id)

    def add_after(self, type_id: str, name: str) -> str | None:
        """Adds a node behind another and connects it; where exactly one wire leaves that one, into this wire.

        Where there is nothing to connect (behind an Output, before an Input) it lies below, unconnected.
        """
        graph = self._studio.graph
        outgoing = graph.outgoing(name)
        brought = self._brought(type_id)
        if brought is None:
            return None
        node_type = brought[1]
        if not self._scene.nodes[name].look.outputs or not node_type.inputs:
            body = self._scene.nodes[name].body()
            return self.add(type_id, body.center() + QPointF(0, body.height() + d.ROW_GAP))
        if len(outgoing) == 1 and node_type.outputs:
            return self.add_into(type_id, outgoing[0])
        return self.add_connected(type_id, End(name, "out"))

    def add_connected(self, type_id: str, end: End, at: QPointF | None = None) -> str | None:
        """Adds a node and connects it with an end of a wire.

        Args:
            type_id: What to add.
            end: The port that is there.
            at: Where the new node's port shall be, or None for a place beside the node that is there.
        """
        new = self._new(type_id)
        if new is None:
            return None
        graph, node, (width, _) = new
        if at is not None:
            x, y = at.x() - (width if end.side == "in" else 0), at.y() - d.PORT_Y
        else:
            other = self._scene.nodes[end.node].body()
            x = other.left() - d.COLUMN_GAP - width if end.side == "in" else other.right() + d.COLUMN_GAP
            y = other.top()
        node = replace(node, at=(round(x, 1), round(y, 1)))
        graph = edits.add_node(graph, node)
        if at is None:
            graph = edits.move_nodes(graph, {node.id: free_place(graph, graph[node.id], self.size_of)})
        port = free_port(graph, self.catalogue_of(graph), node.id, "in" if end.side == "out" else "out")
        label = f"Add {node.id}"
        if port is not None:
            wire = wire_between(end, End(node.id, "in" if end.side == "out" else "out", port))
            assert wire is not None
            graph = connected(graph, self.catalogue_of(graph), wire)
            label = f"Add {node.id} {'after' if end.side == 'out' else 'before'} {end.node}"
        return self._commit(label, graph, node.id)

    def add_into(self, type_id: str, wire: Wire, at: QPointF | None = None) -> str | None:
        """Adds a node into a wire; the neighbours move apart."""
        new = self._new(type_id)
        if new is None:
            return None
        graph, node, (width, height) = new
        if at is not None:
            node = replace(node, at=(round(at.x() - width / 2, 1), round(at.y() - height / 2, 1)))
            source = self._scene.nodes[wire.source].pos()
            if abs(node.at[1] - source.y()) < height / 2:  # in the same row: its ports line up
                node = replace(node, at=(node.at[0], source.y()))
        else:
            body = self._scene.nodes[wire.source].body()
            node = replace(node, at=(body.right() + d.COLUMN_GAP, body.top()))
        try:
            put = inserted(graph, self.catalogue_of(graph), node, wire)
        except EditError as error:
            self._view.refuse(str(error))
            return None
        if put is None:
            name = self.catalogue_of(graph)[node.type].name
            self._view.refuse(f"{name} has no input and output to be put into a wire.")
            return self.add(type_id, at) if at is not None else None
        return self._commit(f"Insert {node.id}", self._with_room(put, node.id), node.id)

    def put_into(self, name: str, wire: Wire) -> None:
        """Puts a node that is there and has no wires into a wire; the neighbours move apart."""
        graph = self._studio.graph
        body = self._scene.nodes[wire.source].body()
        try:
            put = inserted(graph, self._studio.catalogue, graph[name], wire)
        except EditError as error:
            self._view.refuse(str(error))
            return
        if put is None:
            self._view.refuse(f"'{name}' has no input and output to be put into a wire.")
            return
        put = edits.move_nodes(put, {name: (round(body.right() + d.COLUMN_GAP, 1), round(body.top(), 1))})
        self._commit(f"Insert {name} between {wire.source} and {wire.target}", self._with_room(put, name), name)

    # Removing

    def delete(self, heal: bool = True) -> None:
        """Removes what is selected; with ``heal`` the neighbours of removed nodes are connected."""
        names, wires, marked = self._studio.selection, self._scene.selected_wires, self._scene.annotations.selected
        if not names and not wires and not marked:
            return
        following = self._next_selection(names)
        graph = deleted(self._studio.graph, self._studio.catalogue, names, wires, heal)
        self._view.change_graph(f"Delete {step_about(names, wires, marked)}", notes.remove(graph, marked))
        self._view.choose(following)

    def disconnect(self, wires: Iterable[Wire]) -> None:
        """Removes wires."""
        graph = edits.disconnect(self._studio.graph, wires)
        self._view.change_graph("Disconnect", graph)

    def isolate(self) -> None:
        """Cuts all wires between the selected nodes and the others; selected wires are cut, too."""
        graph, names = self._studio.graph, self._studio.selection
        cut = {wire for wire in graph.wires if (wire.source in names) != (wire.target in names)}
        cut |= self._scene.selected_wires
        if not cut:
            self._view.refuse("Select layers to cut the wires that lead to the others.")
            return
        label = "Cut 1 wire" if len(cut) == 1 else f"Cut {len(cut)} wires"
        self._view.change_graph(label, edits.disconnect(graph, cut))

    # Selecting and arranging

    def select_all(self) -> None:
        self._view.choose(self._studio.graph.nodes, [], self._scene.annotations.items)

    def select_downstream(self) -> None:
        """Selects everything that the selected nodes lead to."""
        self._view.choose(downstream(self._studio.graph, self._studio.selection))

    def nudge(self, dx: float, dy: float) -> None:
        """Moves what is selected a little, frames with what lies in them; presses in a row are one step."""
        inside, marked = self._view.annotating.within(self._scene.annotations.selected)
        names = sorted(self._studio.selection | inside)
        graph = self._studio.graph
        if not names and not marked:
            return
        moved = {name: (graph[name].at[0] + dx, graph[name].at[1] + dy) for name in names}
        places = {key: a.at for key, a in notes.annotations_of(graph).items() if key in marked}
        graph = notes.move(edits.move_nodes(graph, moved), {k: (x + dx, y + dy) for k, (x, y) in places.items()})
        self._view.change_graph("Nudge", graph, merge_key=f"nudge {names} {sorted(marked)}")

    def align(self, edge: Direction) -> None:
        """Puts the selected nodes with one of their edges on one line."""
        graph, names = self._studio.graph, self._studio.selection
        if len(names) < 2:
            self._view.refuse("Select at least two layers to align them.")
            return
        moved = edits.move_nodes(graph, aligned(graph, names, edge, self.size_of))
        side = {"left": "left edges", "right": "right edges", "up": "upper edges", "down": "lower edges"}[edge]
        self._view.change_graph(f"Align {side}", moved, glide=True)

    def bypass(self) -> None:
        """Bypasses the selected nodes whose shapes allow it; where all are bypassed, takes them back."""
        graph, names = self._studio.graph, self._studio.selection
        if not names:
            self._view.refuse("Select the layers to bypass.")
            return
        active = sorted(name for name in names if not graph[name].bypassed)
        refused = {n: obstacle(graph, n, self._studio.catalogue, self._studio.layer_facts) for n in active}
        wanted = [name for name in active if not refused[name]] if active else sorted(names)
        sentences = [sentence for sentence in refused.values() if sentence]
        if wanted:
            whose = wanted[0] if len(wanted) == 1 else f"{len(wanted)} layers"
            label = f"Bypass {whose}" if active else f"Take back {whose}"
            self._view.change_graph(label, edits.bypass_nodes(graph, wanted, bool(active)))
        if sentences:
            more = f" ({len(sentences) - 1} more cannot either.)" if len(sentences) > 1 else ""
            self._view.refuse(sentences[0] + more)

    def tidy(self) -> None:
        """Lays out the selected nodes, or all where fewer than two are selected."""
        graph = self._studio.graph
        if not len(graph):
            return
        chosen = self._studio.selection if len(self._studio.selection) > 1 else frozenset(graph.nodes)
        sizes = {node.id: self.size_of(node, graph) for node in graph}
        self.tidying.start(sizes, None if len(chosen) == len(graph) else chosen)

    # Inside

    def _brought(self, type_id: str) -> tuple[Graph, NodeType] | None:
        """The graph to add to, with the block in it that a type on offer stands for, and the type of the new node."""
        studio = self._studio
        try:
            graph, wanted = self._view.offer.brought(studio.graph, type_id)
        except EditError as error:
            self._view.refuse(str(error))
            return None
        node_type = self.catalogue_of(graph).get(wanted)
        if node_type is None or node_type.unusable:
            why = node_type.unusable if node_type else "it is not known"
            self._view.refuse(f"'{type_id[:80]}' cannot be added: {why}.")
            return None
        block = wanted.removeprefix(BLOCK_PREFIX) if wanted.startswith(BLOCK_PREFIX) else ""
        whole = with_graph_at(studio.project.graph, studio.path, graph)
        if block and circle_of(whole, studio.path, [block]):
            self._view.refuse(f"The block {block} cannot stand here: it would contain itself.")
            return None
        return graph, node_type

    def _new(self, type_id: str) -> tuple[Graph, Node, tuple[float, float]] | None:
        """The graph to add to, a node of a type on offer that is not in it yet, and its size."""
        brought = self._brought(type_id)
        if brought is None:
            return None
        graph, node_type = brought
        node = fresh_node(graph, node_type, (0.0, 0.0), self._studio.project, self._studio.specs)
        return graph, node, self.size_of(node, graph)

    def _commit(self, label: str, graph: Graph, name: str) -> str:
        self._view.change_graph(label, graph)
        self._view.choose([name])
        if name in self._scene.nodes:
            self._view.bring_into_view(self._scene.nodes[name].body())
        return name

    def _with_room(self, put: Graph, name: str) -> Graph:
        """A graph in which a node was put between others: these make way, and frames keep around them."""
        return notes.follow(put, moved_apart(put, name, self.size_of), self.size_of)

    def _next_selection(self, names: frozenset[str]) -> list[str]:
        """After deleting one node the one before it is selected, so that the keyboard goes on from there."""
        graph = self._studio.graph
        if len(names) != 1:
            return []
        (name,) = names
        return [wire.source for wire in graph.incoming(name)[:1]]


def step_about(names: frozenset[str], wires: frozenset[Wire], marked: frozenset[AnnotationKey]) -> str:
    """What a step is about, for its label."""
    if len(names) == 1:
        return next(iter(names))
    if names:
        return f"{len(names)} layers"
    if marked:
        return f"a {next(iter(marked)).kind}" if len(marked) == 1 else f"{len(marked)} frames and notes"
    return "a wire" if len(wires) == 1 else f"{len(wires)} wires"
