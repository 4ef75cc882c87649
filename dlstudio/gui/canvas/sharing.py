"""Sharing weights on the canvas: choosing whose, pasting copies that share, and taking it back."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QPoint
from PySide6.QtWidgets import QMenu

from dlstudio.catalogue.node_types import Catalogue
from dlstudio.graph.model import Graph, Node
from dlstudio.graph.sharing import own_weights, settings_in_force, share_weights, weights_owner

if TYPE_CHECKING:
    from dlstudio.gui.canvas.view import CanvasView

_WITHOUT_WEIGHTS = ("operation", "input/output")


def can_share(node: Node, catalogue: Catalogue) -> bool:
    """Whether a node stands for a layer, which could be used more than once."""
    node_type = catalogue.get(node.type)
    return node_type is not None and node_type.category not in _WITHOUT_WEIGHTS


def shared_copies(graph: Graph, copies: dict[str, str], before: Graph, catalogue: Catalogue) -> Graph:
    """The graph in which copies use the layers of their originals, where these are there and as they were copied.

    Args:
        graph: With the copies in it.
        copies: The original's id by the copy's.
        before: The graph that the copies were pasted into.
        catalogue: The node types.
    """
    for copy, original in copies.items():
        there = before.nodes.get(original)
        if there is None or there.type != graph[copy].type or not can_share(there, catalogue):
            continue
        if settings_in_force(before, there) == settings_in_force(graph, graph[copy]):
            graph = share_weights(graph, [copy], original)
    return graph


class SharingGestures:
    """What can be done about shared weights in one view; every change is one undo step.

    Args:
        view: The view.
    """

    def __init__(self, view: CanvasView) -> None:
        self._view = view
        self._studio = view.studio
        self.menu: QMenu | None = None

    def share(self) -> None:
        """Makes the selected layers use one layer; for a single one, a menu asks whose."""
        graph, catalogue = self._studio.graph, self._studio.catalogue
        chosen = [node for node in graph if node.id in self._studio.selection]
        if not chosen or not all(can_share(node, catalogue) for node in chosen):
            self._view.refuse("Select layers to share their weights. Operations, inputs and outputs have none.")
        elif len({node.type for node in chosen}) > 1:
            self._view.refuse("Only layers of one type can share weights; the selected ones are of several.")
        elif len(chosen) > 1:
            owner = next((node for node in chosen if not node.shares), chosen[0])
            self._share([node.id for node in chosen], owner.id)
        else:
            self._ask(chosen[0])

    def own(self) -> None:
        """Gives the selected layers weights of their own, with the settings they have worked with."""
        graph = self._studio.graph
        names = [name for name in self._studio.selection if graph[name].shares]
        if not names:
            self._view.refuse("Select layers that share another's weights, to give them their own.")
            return
        whose = names[0] if len(names) == 1 else f"{len(names)} layers"
        self._view.change_graph(f"Give {whose} weights of its own", own_weights(graph, names))

    def _ask(self, node: Node) -> None:
        graph = self._studio.graph
        mine = weights_owner(graph, node)
        others = [
            each.id
            for each in graph
            if each.type == node.type and each.id != node.id and not each.shares and each != mine
        ]
        if not others:
            self._view.refuse(
                f"There is no other layer of the type of '{node.id}' to share weights with. Copy it, then paste with "
                "shared weights (Ctrl+Shift+V)."
            )
            return
        self.menu = QMenu(self._view)
        self.menu.setAccessibleName(f"Share the weights of which layer with {node.id}")
        self.menu.addSection("Use the weights of")
        for name in others:
            self.menu.addAction(name, partial(self._share, [node.id], name))
        item = self._view.canvas_scene.nodes[node.id]
        place = self._view.mapFromScene(item.body().bottomLeft())
        self.menu.popup(self._view.viewport().mapToGlobal(place + QPoint(0, 4)))
        self.menu.setActiveAction(self.menu.actions()[1])

    def _share(self, names: list[str], owner: str) -> None:
        graph = share_weights(self._studio.graph, names, owner)
        whose = [name for name in names if name != owner]
        label = f"Share the weights of {owner} with {whose[0] if len(whose) == 1 else f'{len(whose)} layers'}"
        self._view.change_graph(label, graph)
