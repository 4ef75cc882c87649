"""Tidying, spacing and the ways of wires."""

from __future__ import annotations

from itertools import combinations

import pytest
from PySide6.QtCore import QPointF, QRectF, Qt

from dlstudio.catalogue.loading import load_catalogue
from dlstudio.graph.model import Graph, Node, Wire
from dlstudio.gui.canvas.body_index import Box, box_of
from dlstudio.gui.canvas.channels import Stretch
from dlstudio.gui.canvas.node_look import count_text, node_look, shape_text
from dlstudio.gui.canvas.node_shape import measure
from dlstudio.gui.canvas.wire_route import route
from tests.gui.canvas.conftest import MakeHands
from tests.gui.canvas.hands import CONTROL
from tests.gui.canvas.stand_in import conv_graph

SIZE = (164.0, 70.0)


def overlaps(bodies: dict[str, QRectF]) -> list[tuple[str, str]]:
    return [(a, b) for a, b in combinations(bodies, 2) if bodies[a].intersects(bodies[b])]


def bodies_of(positions: dict[str, tuple[float, float]]) -> dict[str, QRectF]:
    return {name: QRectF(x, y, *SIZE) for name, (x, y) in positions.items()}


def test_that_l_tidies_in_one_undo_step(canvas: MakeHands) -> None:
    scrambled = conv_graph()
    nodes = {n.id: Node(n.id, n.type, n.settings, (i * 37.0, i * 11.0)) for i, n in enumerate(scrambled)}
    hands = canvas(Graph(nodes, scrambled.wires))
    hands.key(Qt.Key.Key_L)
    assert hands.studio.labels == ["Tidy the layout"]
    places = {node.id: QPointF(*node.at) for node in hands.graph}
    items = hands.view.canvas_scene.nodes
    assert not overlaps({name: items[name].shape_.body.translated(at) for name, at in places.items()})
    hands.key(Qt.Key.Key_Z, CONTROL)
    assert hands.graph.nodes == nodes
    assert all(items[name].pos() == QPointF(*node.at) for name, node in nodes.items())


class Around:
    """Bodies, and no wires."""

    def __init__(self, bodies: list[QRectF]) -> None:
        self._boxes = [box_of(body) for body in bodies]

    def boxes(self, area: Box) -> list[Box]:
        left, top, right, bottom = area
        return [b for b in self._boxes if b[0] < right and left < b[2] and b[1] < bottom and top < b[3]]

    def is_free(self, stretch: Stretch) -> bool:
        return True

    def shared(self) -> list[float]:
        return []


def test_that_no_wire_lies_on_another(canvas: MakeHands) -> None:
    hands = canvas(conv_graph())
    first, second = Wire("pool_1", "skip"), Wire("conv_2", "add_1")
    corners = {wire: hands.view.canvas_scene.wires[wire].corners for wire in (first, second)}
    assert all(len(points) == 6 for points in corners.values())
    assert abs(corners[first][2].y() - corners[second][2].y()) >= 4
    hands.studio.select(["conv_2"])
    for _ in range(3):
        hands.key(Qt.Key.Key_Down, CONTROL)
    corners = {wire: hands.view.canvas_scene.wires[wire].corners for wire in (first, second)}
    assert abs(corners[first][2].y() - corners[second][2].y()) >= 4


def touches(body: QRectF, source: QPointF, target: QPointF, bodies: list[QRectF]) -> bool:
    path = route(source, target, bodies[0], bodies[1], Around(bodies)).path
    inner = body.adjusted(1, 1, -1, -1)
    return any(inner.contains(path.pointAtPercent(step / 200)) for step in range(201))


@pytest.mark.parametrize(
    ("source", "target", "others"),
    [
        ((0, 0), (440, 0), [(220, 0)]),  # over the node between in the same row
        ((660, 0), (0, 180), [(220, 0), (440, 0), (220, 180)]),  # wraps to the next row
        ((660, 180), (0, 0), [(220, 0), (440, 180)]),  # back up
        ((440, 0), (0, 0), [(220, 0)]),  # backwards within a row
        ((0, 0), (660, 360), [(220, 0), (440, 180), (220, 180), (440, 360)]),  # across two rows
    ],
)
def test_that_a_wire_never_runs_behind_a_node(
    source: tuple[float, float], target: tuple[float, float], others: list[tuple[float, float]]
) -> None:
    bodies = [QRectF(x, y, *SIZE) for x, y in (source, target, *others)]
    start, end = QPointF(source[0] + SIZE[0], source[1] + 44), QPointF(target[0], target[1] + 44)
    assert not any(touches(body, start, end, bodies) for body in bodies)


def test_that_every_type_can_be_measured_and_no_title_is_cut() -> None:
    catalogue = load_catalogue()
    for node_type in catalogue:
        node = Node("some_name", node_type.id, node_type.fresh_settings)
        shape = measure(node_look(node, Graph({node.id: node}), catalogue))
        assert shape.title == node_type.name or shape.title.endswith("…")
        assert shape.width <= 186
        assert len(shape.details) <= 2


def test_that_several_ports_stand_in_rows_of_their_own() -> None:
    node = Node("attention", "keras.layers.MultiHeadAttention", {"num_heads": 2, "key_dim": 8})
    look = node_look(node, Graph({node.id: node}), load_catalogue())
    assert [port.name for port in look.inputs][:3] == ["query", "value", "key"]
    assert measure(look).port_rows


@pytest.mark.parametrize(
    ("count", "text"), [(320, "320"), (9999, "9999"), (18496, "18.5 k"), (1_240_000, "1.24 M"), (2.5e9, "2.5 G")]
)
def test_that_counts_are_short(count: int, text: str) -> None:
    assert count_text(count) == text


def test_that_shapes_say_unknown_axes() -> None:
    assert (shape_text((26, 26, 32)), shape_text((None, 8)), shape_text(())) == ("26×26×32", "?×8", "1")
