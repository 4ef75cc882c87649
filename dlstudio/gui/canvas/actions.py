"""What can be done to the graph from the canvas: each method is one undo step (or says why not)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QGuiApplication

from dlstudio.catalogue.node_types import NodeType
from dlstudio.graph import edits
from dlstudio.graph.edits import EditError
from dlstudio.graph.model import Graph, Node, Wire
from dlstudio.gui.canvas import dimensions as d
from dlstudio.gui.canvas.layout import tidy_positions
from dlstudio.gui.canvas.node_look import node_look
from dlstudio.gui.canvas.node_shape import measure
from dlstudio.gui.canvas.scene import CanvasScene
from dlstudio.gui.canvas.spacing import free_place, moved_apart
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
from dlstudio.workbench.fragment import fragment_from_text, fragment_text

if TYPE_CHECKING:
    from dlstudio.gui.canvas.view import CanvasView

PASTE_STEP = 33.0


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
        self._pasted: tuple[str, int] = ("", 0)

    # Adding

    def size_of(self, node: Node, graph: Graph) -> tuple[float, float]:
        """The width and height that a node has or would have."""
        item = self._scene.nodes.get(node.id)
        if item is not None:
            return (item.shape_.width, item.shape_.height)
        shape = measure(node_look(node, graph, self._studio.catalogue))
        return (shape.width, shape.height)

    def add(self, type_id: str, at: QPointF) -> str | None:
        """Adds a node with its middle at a place; returns its name."""
        node_type = self._type(type_id)
        if node_type is None:
            return None
        graph = self._studio.graph
        node = self._fresh(graph, node_type, QPointF(0, 0))
        width, height = self.size_of(node, graph)
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
        node_type = self._type(type_id)
        if node_type is None:
            return None
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
        node_type = self._type(type_id)
        if node_type is None:
            return None
        graph = self._studio.graph
        node = self._fresh(graph, node_type, QPointF(0, 0))
        width, _ = self.size_of(node, graph)
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
        port = free_port(graph, self._studio.catalogue, node.id, "in" if end.side == "out" else "out")
        label = f"Add {node.id}"
        if port is not None:
            wire = wire_between(end, End(node.id, "in" if end.side == "out" else "out", port))
            assert wire is not None
            graph = connected(graph, self._studio.catalogue, wire)
            label = f"Add {node.id} {'after' if end.side == 'out' else 'before'} {end.node}"
        return self._commit(label, graph, node.id)

    def add_into(self, type_id: str, wire: Wire, at: QPointF | None = None) -> str | None:
        """Adds a node into a wire; the neighbours move apart."""
        node_type = self._type(type_id)
        if node_type is None:
            return None
        graph = self._studio.graph
        node = self._fresh(graph, node_type, QPointF(0, 0))
        width, height = self.size_of(node, graph)
        if at is not None:
            node = replace(node, at=(round(at.x() - width / 2, 1), round(at.y() - height / 2, 1)))
            source = self._scene.nodes[wire.source].pos()
            if abs(node.at[1] - source.y()) < height / 2:  # in the same row: its ports line up
                node = replace(node, at=(node.at[0], source.y()))
        else:
            body = self._scene.nodes[wire.source].body()
            node = replace(node, at=(body.right() + d.COLUMN_GAP, body.top()))
        try:
            put = inserted(graph, self._studio.catalogue, node, wire)
        except EditError as error:
            self._view.refuse(str(error))
            return None
        if put is None:
            self._view.refuse(f"{node_type.name} has no input and output to be put into a wire.")
            return self.add(type_id, at) if at is not None else None
        return self._commit(f"Insert {node.id}", moved_apart(put, node.id, self.size_of), node.id)

    # Removing

    def delete(self, heal: bool = True) -> None:
        """Removes what is selected; with ``heal`` the neighbours of removed nodes are connected."""
        names, wires = self._studio.selection, self._scene.selected_wires
        if not names and not wires:
            return
        graph = self._studio.graph
        following = self._next_selection(names)
        self._view.change_graph(
            f"Delete {self._what(names, wires)}", deleted(graph, self._studio.catalogue, names, wires, heal)
        )
        self._studio.select(following)

    def disconnect(self, wires: Iterable[Wire]) -> None:
        """Removes wires."""
        graph = edits.disconnect(self._studio.graph, wires)
        self._view.change_graph("Disconnect", graph)

    # Copying

    def copy(self) -> bool:
        """Puts the selected nodes on the clipboard as text. Returns whether there were any."""
        fragment = edits.extract(self._studio.graph, self._studio.selection)
        if not len(fragment):
            return False
        QGuiApplication.clipboard().setText(fragment_text(fragment))
        self._pasted = (QGuiApplication.clipboard().text(), 0)
        return True

    def cut(self) -> None:
        """Copies and deletes, healing."""
        if self.copy():
            self.delete(heal=True)

    def paste(self, at: QPointF | None = None) -> None:
        """Adds what the clipboard holds: around a place, or a step beside the originals where they are seen."""
        text = QGuiApplication.clipboard().text()
        fragment = fragment_from_text(text)
        if fragment is None:
            self._view.refuse("The clipboard holds no layers to paste.")
            return
        left, top = min(n.at[0] for n in fragment), min(n.at[1] for n in fragment)
        if at is not None:
            offset = (at.x() - left, at.y() - top)
        else:
            times = self._pasted[1] + 1 if self._pasted[0] == text else 1
            self._pasted = (text, times)
            offset = (PASTE_STEP * times, PASTE_STEP * times)
            seen = self._view.visible_area()
            if not seen.contains(QPointF(left + offset[0], top + offset[1])):
                offset = (seen.center().x() - left, seen.center().y() - top)
        self._add_fragment("Paste", fragment, offset)

    def duplicate(self) -> None:
        """Adds a copy of the selected nodes, with their wires among each other."""
        fragment = edits.extract(self._studio.graph, self._studio.selection)
        if len(fragment):
            bottom = max(n.at[1] for n in fragment) - min(n.at[1] for n in fragment)
            offset = (0.0, bottom + 3 * PASTE_STEP + 33) if bottom < 300 else (PASTE_STEP, PASTE_STEP)
            self._add_fragment("Duplicate", fragment, offset)

    # Selecting and arranging

    def select_all(self) -> None:
        self._studio.select(self._studio.graph.nodes)

    def select_downstream(self) -> None:
        """Selects everything that the selected nodes lead to."""
        self._studio.select(downstream(self._studio.graph, self._studio.selection))

    def nudge(self, dx: float, dy: float) -> None:
        """Moves the selected nodes a little; presses in a row are one step."""
        names = sorted(self._studio.selection)
        graph = self._studio.graph
        if names:
            moved = {name: (graph[name].at[0] + dx, graph[name].at[1] + dy) for name in names}
            self._view.change_graph("Nudge", edits.move_nodes(graph, moved), merge_key=f"nudge {names}")

    def tidy(self) -> None:
        """Lays out the selected nodes, or all where fewer than two are selected."""
        graph, room = self._studio.graph, self._view.viewport().size()
        if not len(graph):
            return
        chosen = self._studio.selection if len(self._studio.selection) > 1 else frozenset(graph.nodes)
        part = edits.extract(graph, chosen)
        whole = len(part) == len(graph)
        positions = tidy_positions(part, lambda node: self.size_of(node, graph), (room.width(), room.height()))
        if not whole:
            left, top = min(n.at[0] for n in part), min(n.at[1] for n in part)
            positions = {name: (x + left, y + top) for name, (x, y) in positions.items()}
        self._view.change_graph("Tidy the layout", edits.move_nodes(graph, positions), glide=True)
        if whole:
            self._view.show_area(self._bounds_of(positions))

    def _bounds_of(self, positions: dict[str, tuple[float, float]]) -> QRectF:
        area = QRectF()
        for name, (x, y) in positions.items():
            area = area.united(self._scene.nodes[name].shape_.body.translated(x, y))
        return area

    # Inside

    def _type(self, type_id: str) -> NodeType | None:
        node_type = self._studio.catalogue.get(type_id)
        if node_type is None or node_type.unusable:
            why = node_type.unusable if node_type else "it is not known"
            self._view.refuse(f"'{type_id}' cannot be added: {why}.")
            return None
        return node_type

    def _fresh(self, graph: Graph, node_type: NodeType, at: QPointF) -> Node:
        return fresh_node(graph, node_type, (at.x(), at.y()), self._studio.project, self._studio.specs)

    def _commit(self, label: str, graph: Graph, name: str) -> str:
        self._view.change_graph(label, graph)
        self._studio.select([name])
        if name in self._scene.nodes:
            self._view.bring_into_view(self._scene.nodes[name].body())
        return name

    def _add_fragment(self, verb: str, fragment: Graph, offset: tuple[float, float]) -> None:
        graph, names = edits.paste(self._studio.graph, fragment, offset)
        what = names[0] if len(names) == 1 else f"{len(names)} layers"
        self._view.change_graph(f"{verb} {what}", graph)
        self._studio.select(names)
        self._view.bring_into_view(self._scene.bounds(names))

    def _next_selection(self, names: frozenset[str]) -> list[str]:
        """After deleting one node the one before it is selected, so that the keyboard goes on from there."""
        graph = self._studio.graph
        if len(names) != 1:
            return []
        (name,) = names
        return [wire.source for wire in graph.incoming(name)[:1]]

    @staticmethod
    def _what(names: frozenset[str], wires: frozenset[Wire]) -> str:
        if len(names) == 1:
            return next(iter(names))
        if names:
            return f"{len(names)} layers"
        return "a wire" if len(wires) == 1 else f"{len(wires)} wires"
