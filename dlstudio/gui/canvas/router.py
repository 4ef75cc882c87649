"""Keeps the ways of all wires: what changes at one place makes only the wires near it look for new ways."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise
from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF

from dlstudio.graph.model import Graph, Wire
from dlstudio.gui.canvas.body_index import BodyIndex, Box, BoxIndex
from dlstudio.gui.canvas.channels import Channels, Stretch
from dlstudio.gui.canvas.wire_route import route

if TYPE_CHECKING:
    from dlstudio.gui.canvas.scene import CanvasScene

NEAR = 40.0
"""How far from a changed body a wire may pass without looking for another way."""


class Router:
    """The ways of one scene's wires.

    Args:
        scene: Whose wires; its items are told their ways.
        bodies: Where the scene's nodes are.

    Attributes:
        found: How many ways have been looked for so far.
    """

    def __init__(self, scene: CanvasScene, bodies: BodyIndex) -> None:
        self._scene = scene
        self._bodies = bodies
        self._channels = Channels()
        self._places: BoxIndex[Wire] = BoxIndex()
        self.found = 0

    def forget(self, wire: Wire) -> None:
        """Forgets a wire that is gone."""
        self._channels.remove(wire)
        self._places.remove(wire)

    def update(self, graph: Graph, names: set[str], changed: Iterable[Box] = ()) -> None:
        """Finds new ways for the wires of some nodes, and for those that pass near them or near changed places."""
        scene = self._scene
        if len(names) * 4 > len(scene.nodes):
            waiting = list(scene.wires)
        else:
            areas = [*changed, *(self._bodies.box(name) for name in names if name in scene.nodes)]
            near = {wire for area in areas for wire in self._places.keys(_grown(area))}
            near.update(wire for name in names for wire in (*graph.incoming(name), *graph.outgoing(name)))
            # In the graph's order, so that the same graph gets the same ways.
            waiting = [wire for wire in scene.wires if wire in near] if near else []
        for wire in waiting:
            self.forget(wire)
        for wire in waiting:
            self._find(wire)

    def follow(self, graph: Graph, moved: Mapping[str, QPointF]) -> None:
        """Nodes were moved by so much: their wires go along."""
        wires = {wire for name in moved for wire in (*graph.incoming(name), *graph.outgoing(name))}
        for wire in wires:
            item = self._scene.wires.get(wire)
            if item is None:
                continue
            offset = moved.get(wire.source)
            self.forget(wire)
            if offset is not None and offset == moved.get(wire.target):
                item.shift(offset)  # a hundred times cheaper than finding the same way again
            else:
                self._find(wire)

    def _find(self, wire: Wire) -> None:
        scene = self._scene
        self.found += 1
        self._channels.remove(wire)
        way = route(
            scene.end_of(wire, "out"),
            scene.end_of(wire, "in"),
            scene.nodes[wire.source].body(),
            scene.nodes[wire.target].body(),
            _Around(self._bodies, self._channels, wire, scene.graph.outgoing(wire.source)),
            lean=_lean(scene.graph.incoming(wire.target), wire),
        )
        if way.stretches:
            self._channels.put(wire, way.stretches)
        self._places.set(wire, [_between(a, b) for a, b in pairwise(way.corners)])
        scene.wires[wire].show_route(way)


class _Around:
    """The surroundings as one wire sees them."""

    def __init__(self, bodies: BodyIndex, channels: Channels, wire: Wire, siblings: Sequence[Wire]) -> None:
        self._bodies, self._channels, self._wire, self._siblings = bodies, channels, wire, siblings

    def boxes(self, area: Box) -> Sequence[Box]:
        return self._bodies.boxes(area)

    def is_free(self, stretch: Stretch) -> bool:
        return self._channels.is_free(stretch, self._wire)

    def shared(self) -> list[float]:
        same = (wire for wire in self._siblings if wire.source_port == self._wire.source_port)
        return [stretch.at for wire in same for stretch in self._channels.of(wire) if not stretch.upright]


def _lean(rivals: Sequence[Wire], wire: Wire) -> int:
    """Whether a wire is one of the upper (negative) or lower of those at its port."""
    same = [other for other in rivals if other.target_port == wire.target_port]
    return (2 * same.index(wire) > len(same) - 1) - (2 * same.index(wire) < len(same) - 1) if wire in same else 0


def _between(a: QPointF, b: QPointF) -> Box:
    return (min(a.x(), b.x()) - 1, min(a.y(), b.y()) - 1, max(a.x(), b.x()) + 1, max(a.y(), b.y()) + 1)


def _grown(box: Box) -> Box:
    return (box[0] - NEAR, box[1] - NEAR, box[2] + NEAR, box[3] + NEAR)
