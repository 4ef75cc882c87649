"""The scene: items that follow the document. Each change updates only the items whose content changed.

Gestures move items ahead of the document while they run (:meth:`CanvasScene.place`); the document's answer puts
everything where it belongs. Nothing here changes the document.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, NamedTuple

from PySide6.QtCore import QObject, QPointF, QRectF
from PySide6.QtWidgets import QGraphicsItem, QGraphicsScene

from dlstudio.graph.annotations import AnnotationKey
from dlstudio.graph.block_views import problems_seen
from dlstudio.graph.model import Graph, Wire
from dlstudio.gui.canvas import dimensions as d
from dlstudio.gui.canvas.annotation_layer import AnnotationLayer
from dlstudio.gui.canvas.blame import wires_to_blame
from dlstudio.gui.canvas.body_index import BodyIndex, Box, box_of
from dlstudio.gui.canvas.glide import MOST_NODES, Glide, Paths
from dlstudio.gui.canvas.look_changes import LookChanges
from dlstudio.gui.canvas.node_item import NodeItem
from dlstudio.gui.canvas.node_look import SIDES, Side
from dlstudio.gui.canvas.node_shape import pill_height
from dlstudio.gui.canvas.port_label import PortLabel
from dlstudio.gui.canvas.router import Router
from dlstudio.gui.canvas.wire_chips import WireChips
from dlstudio.gui.canvas.wire_item import WireItem

if TYPE_CHECKING:
    from dlstudio.gui.studio import Studio


class PortPlace(NamedTuple):
    """A port under the pointer."""

    node: str
    side: Side
    number: int


class CanvasScene(QGraphicsScene):
    """The items of one graph.

    Attributes:
        nodes: Node items by node id.
        wires: Wire items by wire.
        selected_wires: Wires that are selected; only the canvas knows them.
        annotations: The frames and notes.
        chips: The shapes at the wire under the pointer and at those selected.
        overlays: What gestures in progress show: rubber band, loose wire, guides.
        edition: Grows whenever anything moves or changes; views cache by it.
    """

    def __init__(self, studio: Studio, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.studio = studio
        self.nodes: dict[str, NodeItem] = {}
        self.wires: dict[Wire, WireItem] = {}
        self.selected_wires: frozenset[Wire] = frozenset()
        self.annotations = AnnotationLayer(self)
        self.overlays: list[QGraphicsItem] = []
        self.edition = 0
        self._index = BodyIndex()
        self.router = Router(self, self._index)
        self._graph = Graph()
        self._looks = LookChanges(studio)
        self._wrong: set[Wire] = set()
        self._ahead: set[str] = set()
        """Nodes whose items are (or may be) elsewhere than the document has them."""
        self._hovered: NodeItem | WireItem | None = None
        self._glide: Glide | None = None
        self._port_label = PortLabel()
        self.addItem(self._port_label)
        self.chips = WireChips(self)
        self.sync()
        self.sync_selection()

    @property
    def graph(self) -> Graph:
        """The graph that the items show."""
        return self._graph

    # Following the document

    def sync(self, glide: bool = False) -> None:
        """Makes the items show the document: only what changed is touched.

        Args:
            glide: Nodes that stay slide to their new places instead of jumping.
        """
        self._end_glide()
        graph = self.studio.graph
        before, self._graph = self._graph, graph
        self.annotations.sync(graph)
        changed_wires = self._drop_what_is_gone(before, graph)
        dirty = self._sync_looks(graph)
        paths: dict[str, tuple[QPointF, QPointF]] = {}
        left_behind: list[Box] = []
        for node in graph:
            old = before.nodes.get(node.id)
            if node is old and node.id not in self._ahead and node.id not in dirty:
                continue
            item, place = self.nodes[node.id], QPointF(*node.at)
            if old is not None and old.at != node.at:  # a gesture may have moved the item there already
                dirty.add(node.id)
                left_behind.append(box_of(item.shape_.body.translated(*old.at)))
            if item.pos() != place:
                if glide and old is not None and len(graph) <= MOST_NODES:
                    paths[node.id] = (item.pos(), place)
                else:
                    item.setPos(place)
            if node.id in dirty or node.id in self._ahead:
                self._index.put(node.id, item.shape_.body.translated(place))
        self._ahead = set(paths)
        changed_wires |= self._add_what_is_new(before, graph)
        self.router.update(graph, dirty | changed_wires, left_behind)
        self._mark_wrong_wires()
        self._fit_rectangle()
        if paths:
            self._start_glide(paths)
        if graph is not before:
            self._touched()

    def _drop_what_is_gone(self, before: Graph, graph: Graph) -> set[str]:
        """Removes the items of nodes and wires that are no longer there; returns the targets of the wires."""
        if graph.nodes.keys() == before.nodes.keys() and graph.wires is before.wires:
            return set()
        present = set(graph.wires)
        gone = [wire for wire in self.wires if wire not in present]
        for wire in gone:
            self.router.forget(wire)
            self._drop(self.wires.pop(wire))
            self._wrong.discard(wire)
        for name in [name for name in self.nodes if name not in graph]:
            self._drop(self.nodes.pop(name))
            self._index.remove(name)
            self._looks.forget(name)
        return {wire.target for wire in gone}

    def _add_what_is_new(self, before: Graph, graph: Graph) -> set[str]:
        """Adds the items of wires that were not there; returns their targets."""
        if graph.nodes.keys() == before.nodes.keys() and graph.wires is before.wires:
            return set()
        fresh = [wire for wire in dict.fromkeys(graph.wires) if wire not in self.wires]
        for wire in fresh:
            if wire.source in graph and wire.target in graph:
                self.wires[wire] = item = WireItem(wire)
                item.mark(selected=wire in self.selected_wires)
                self.addItem(item)
        self.selected_wires &= frozenset(self.wires)
        return {wire.target for wire in fresh}

    def sync_facts(self) -> None:
        """Brings shapes and problems up to date without touching places: a gesture is in progress."""
        self.router.update(self._graph, self._sync_looks(self._graph))
        self._mark_wrong_wires()

    def sync_selection(self) -> None:
        """Marks the selected nodes."""
        chosen = self.studio.selection
        for name, item in self.nodes.items():
            if item.selected != (name in chosen):
                item.mark(selected=name in chosen)
        self._touched()

    def select_wires(self, wires: Iterable[Wire]) -> None:
        """Selects these wires and no others."""
        chosen = frozenset(wire for wire in wires if wire in self.wires)
        for wire in chosen ^ self.selected_wires:
            if wire in self.wires:
                self.wires[wire].mark(selected=wire in chosen)
        self.selected_wires = chosen
        self.chips.select(chosen)

    def _sync_looks(self, graph: Graph) -> set[str]:
        """Brings every node's look up to date; returns the nodes whose size or ports changed."""
        changed: set[str] = set()
        for node, look in self._looks.changed(graph):
            self._touched()
            item = self.nodes.get(node.id)
            if item is None:
                self.nodes[node.id] = item = NodeItem(node.id, look)
                item.setPos(QPointF(*node.at))
                item.mark(selected=node.id in self.studio.selection)
                self.addItem(item)
                changed.add(node.id)
            elif item.show_look(look):
                changed.add(node.id)
        return changed

    def _mark_wrong_wires(self) -> None:
        studio = self.studio
        wrong = wires_to_blame(self._graph, problems_seen(studio.problems, studio.project.graph, studio.path))
        if wrong != self._wrong:
            self._touched()
        for wire in wrong ^ self._wrong:
            if wire in self.wires:
                self.wires[wire].mark(wrong=wire in wrong)
        self._wrong = wrong & self.wires.keys()

    def marked_wires(self) -> list[WireItem]:
        """The wires that do not look like the others: selected, wrong, under the pointer."""
        items = [self.wires[wire] for wire in self.selected_wires | self._wrong if wire in self.wires]
        if isinstance(self._hovered, WireItem) and self._hovered not in items:
            items.append(self._hovered)
        return items

    def refresh_colors(self) -> None:
        """Repaints everything in the colours of the theme now in force."""
        self._touched()
        self.update()

    # Moving ahead of the document

    def place(
        self, positions: Mapping[str, QPointF], annotations: Mapping[AnnotationKey, QPointF] | None = None
    ) -> None:
        """Moves items (not the document); their wires follow."""
        self.annotations.place(annotations or {})
        moved: dict[str, QPointF] = {}
        for name, place in positions.items():
            item = self.nodes.get(name)
            if item is not None and item.pos() != place:
                moved[name] = place - item.pos()
                item.setPos(place)
                self._index.put(name, item.body())
        self._ahead |= moved.keys()
        self.router.follow(self._graph, moved)
        self._touched()

    def put_back(self) -> None:
        """Puts all items where the document has them, unless they are on their way there."""
        if self._glide is not None:
            return
        self.annotations.put_back(self._graph)
        self.place({name: QPointF(*self._graph[name].at) for name in self._ahead if name in self._graph})
        self._ahead.clear()

    def add_overlay(self, item: QGraphicsItem) -> None:
        """Shows an item of a gesture; it is painted far out, too."""
        self.overlays.append(item)
        self.addItem(item)

    def remove_overlay(self, item: QGraphicsItem) -> None:
        """Takes an item of a gesture away; one that is gone already is passed over."""
        if item in self.overlays:
            self.overlays.remove(item)
            self.removeItem(item)

    # Looking

    def bodies_in(self, area: QRectF) -> list[str]:
        """The nodes whose bodies touch an area."""
        return self._index.names(area)

    def node_at(self, place: QPointF) -> NodeItem | None:
        """The node whose body is at a place."""
        names = self._index.names(QRectF(place.x() - 0.5, place.y() - 0.5, 1, 1))
        return self.nodes[max(names)] if names else None

    def port_at(self, place: QPointF, reach: float = d.PORT_HIT) -> PortPlace | None:
        """The nearest port within reach of a place."""
        near = self.ports_near(place, reach)
        return near[0][1] if near else None

    def ports_near(self, place: QPointF, reach: float, only: Side | None = None) -> list[tuple[float, PortPlace]]:
        """The ports within reach of a place with their distances, the nearest first."""
        area = QRectF(place.x() - reach, place.y() - reach, 2 * reach, 2 * reach)
        found: list[tuple[float, PortPlace]] = []
        for name in self._index.names(area):
            item = self.nodes[name]
            for side in SIDES if only is None else (only,):
                for index, port in enumerate(item.ports(side)):
                    offset = item.port_position(side, index) - place
                    tall = pill_height(port) / 2 if port.many and side == "in" else 0.0
                    distance = math.hypot(offset.x(), max(0.0, abs(offset.y()) - tall))
                    if distance <= reach:
                        found.append((distance, PortPlace(name, side, index)))
        return sorted(found)

    def wire_at(self, place: QPointF, reach: float = 4.0) -> WireItem | None:
        """The wire nearest to the front at a place."""
        area = QRectF(place.x() - reach, place.y() - reach, 2 * reach, 2 * reach)
        return next((item for item in self.items(area) if isinstance(item, WireItem)), None)

    def wire_through(self, body: QRectF, passed_over: Iterable[str] = ()) -> WireItem | None:
        """The wire that passes closest to the middle of a body."""
        skipped = set(passed_over)
        found: list[tuple[float, WireItem]] = []
        for item in self.items(body):
            if isinstance(item, WireItem) and not skipped & {item.wire.source, item.wire.target}:
                path = item.path()
                points = [path.pointAtPercent(step / 24) for step in range(25)]
                distance = min((p - body.center()).manhattanLength() for p in points)
                found.append((distance, item))
        return min(found, key=lambda pair: pair[0])[1] if found else None

    def end_of(self, wire: Wire, side: Side) -> QPointF:
        """Where an end of a wire is: ``out`` is its source."""
        if side == "out":
            item = self.nodes[wire.source]
            return item.port_position("out", item.port_index("out", wire.source_port))
        item = self.nodes[wire.target]
        index = item.port_index("in", wire.target_port)
        wires = [w for w in self._graph.incoming(wire.target) if item.port_index("in", w.target_port) == index]
        return item.port_position("in", index, wires.index(wire) if wire in wires else 0)

    def bounds(self, names: Iterable[str] | None = None) -> QRectF:
        """The rectangle around these nodes (by default around all there is); null where there are none."""
        if names is None:
            left, top, right, bottom = self._index.bounds()
            return self.annotations.bounds().united(QRectF(left, top, right - left, bottom - top))
        area = QRectF()
        for name in names:
            if name in self.nodes:
                area = area.united(self.nodes[name].body())
        return area

    def hover(self, item: NodeItem | WireItem | None, port: PortPlace | None = None) -> None:
        """Marks what is under the pointer."""
        if self._hovered is not None and self._hovered is not item and self._hovered.scene() is self:
            self._hovered.mark(hovered=False)
        self._hovered = item
        self.chips.hover(item.wire if isinstance(item, WireItem) else None)
        if port is None or len(self.nodes[port.node].ports(port.side)) > 1:
            self._port_label.setVisible(False)
        else:  # several ports on a side have permanent names
            node = self.nodes[port.node]
            self._port_label.show_at(
                node.port_position(port.side, port.number), port.side, node.ports(port.side)[port.number].name
            )
        if isinstance(item, NodeItem):
            item.mark(hovered=True, port=(port.side, port.number) if port else None)
        elif item is not None:
            item.mark(hovered=True)

    # Inside

    def _fit_rectangle(self) -> None:
        """Keeps the scene's rectangle close around the items: the BSP index divides it evenly."""
        wanted = self.bounds().adjusted(-400, -400, 400, 400)
        now = self.sceneRect()
        if not now.contains(wanted) or now.width() * now.height() > 9 * wanted.width() * wanted.height():
            self.setSceneRect(wanted.adjusted(-800, -800, 800, 800))

    def _drop(self, item: NodeItem | WireItem) -> None:
        if self._hovered is item:
            self._hovered = None
        self.removeItem(item)

    def _touched(self) -> None:
        self.edition += 1
        self.chips.refresh()

    def _start_glide(self, paths: Paths) -> None:
        self._glide = Glide(paths, self.place, self)
        self._glide.finished.connect(self._end_glide)
        self._glide.start()

    def _end_glide(self) -> None:
        glide, self._glide = self._glide, None
        if glide is not None:
            glide.stop()
            glide.deleteLater()
            self.put_back()
            self.router.update(self._graph, set(self.nodes))
