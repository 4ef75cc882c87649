"""Wires around nodes: none runs through one, and a change makes only the wires near it look for new ways."""

from __future__ import annotations

import random
from collections.abc import Callable

import pytest
from PySide6.QtCore import QPointF

from dlstudio.graph import edits
from dlstudio.graph.layout import layered_positions
from dlstudio.graph.model import Graph, Wire
from dlstudio.gui.canvas.channels import Channels, Stretch
from dlstudio.gui.canvas.scene import CanvasScene
from dlstudio.gui.canvas.way_search import searched_way
from dlstudio.gui.canvas.ways import free_gaps
from tests.graph.networks import NETWORKS, nasnet, resnet50
from tests.gui.canvas.conftest import MakeHands
from tests.gui.canvas.stand_in import StandInStudio, conv_graph


def wires_through_nodes(scene: CanvasScene) -> list[tuple[str, str, str]]:
    """Source, target and the node in the way, for each wire that touches the inside of a body."""
    found = []
    for wire, item in scene.wires.items():
        path = item.path()
        steps = max(40, int(path.length() / 4))
        for name in scene.bodies_in(path.boundingRect()):
            inner = scene.nodes[name].body().adjusted(1.5, 1.5, -1.5, -1.5)
            if any(inner.contains(path.pointAtPercent(step / steps)) for step in range(steps + 1)):
                found.append((wire.source, wire.target, name))
    return found


def laid_out(graph: Graph) -> CanvasScene:
    studio = StandInStudio(graph)
    scene = CanvasScene(studio)  # type: ignore[arg-type]

    def size(node: object) -> tuple[float, float]:
        shape = scene.nodes[node.id].shape_  # type: ignore[attr-defined]
        return (shape.width, shape.height)

    places = layered_positions(graph, size)
    studio.change_graph("Tidy", edits.move_nodes(graph, places))
    scene.sync()
    return scene


@pytest.mark.parametrize("make", NETWORKS.values(), ids=NETWORKS)
def test_that_no_wire_runs_through_a_node_of_a_tidy_network(qapp: object, make: Callable[[], Graph]) -> None:
    assert wires_through_nodes(laid_out(make())) == []


@pytest.mark.parametrize("seed", range(8))
def test_that_wires_find_their_way_between_nodes_put_anywhere(qapp: object, seed: int) -> None:
    chance = random.Random(seed)
    cells = chance.sample([(x, y) for x in range(7) for y in range(6)], 9)
    graph = conv_graph()
    places = {
        node.id: (x * 230.0 + chance.uniform(0, 30), y * 150.0 + chance.uniform(0, 30))
        for node, (x, y) in zip(graph, cells, strict=True)
    }
    scene = CanvasScene(StandInStudio(edits.move_nodes(graph, places)))  # type: ignore[arg-type]
    assert wires_through_nodes(scene) == []


def test_that_a_wire_meets_its_ports(qapp: object) -> None:
    scene = laid_out(resnet50((1, 1)))
    for wire, item in scene.wires.items():
        path = item.path()
        assert (path.pointAtPercent(0) - scene.end_of(wire, "out")).manhattanLength() < 0.01
        assert (path.pointAtPercent(1) - scene.end_of(wire, "in")).manhattanLength() < 0.01


def test_that_the_same_graph_gets_the_same_ways(qapp: object) -> None:
    first, second = laid_out(resnet50((2, 2))), laid_out(resnet50((2, 2)))
    assert {w: i.corners for w, i in first.wires.items()} == {w: i.corners for w, i in second.wires.items()}


def test_that_moving_a_node_of_a_thousand_makes_few_wires_look_for_new_ways(qapp: object) -> None:
    scene = laid_out(nasnet(24))
    assert len(scene.nodes) > 1000
    name = next(name for name in scene.nodes if name.startswith("activation_5"))
    before = scene.router.found
    scene.place({name: scene.nodes[name].pos() + QPointF(30, 20)})
    assert scene.router.found - before <= len(scene.graph.incoming(name)) + len(scene.graph.outgoing(name))
    studio = scene.studio
    before = scene.router.found
    studio.change_graph("Move", edits.move_nodes(studio.graph, {name: (scene.nodes[name].x(), scene.nodes[name].y())}))
    scene.sync()
    assert 1 <= scene.router.found - before <= 60


def test_that_a_wire_makes_way_for_a_node_that_is_put_onto_it(canvas: MakeHands) -> None:
    hands = canvas(conv_graph())
    scene = hands.view.canvas_scene
    wire = next(wire for wire in scene.wires if (wire.source, wire.target) == ("add_1", "gap"))
    assert len(scene.wires[wire].corners) == 2
    graph = edits.move_nodes(hands.graph, {"gap": (1100, 180), "digit": (820, 180)})
    hands.studio.change_graph("Move", graph)
    assert len(scene.wires[wire].corners) > 2
    assert wires_through_nodes(scene) == []


def test_that_wires_of_one_port_may_share_their_way_and_others_may_not() -> None:
    channels = Channels()
    channels.put(Wire("a", "b"), [Stretch(False, 100, 0, 300)])
    assert channels.is_free(Stretch(False, 102, 50, 200), Wire("a", "c"))
    assert not channels.is_free(Stretch(False, 102, 50, 200), Wire("x", "c"))
    assert channels.is_free(Stretch(False, 106, 50, 200), Wire("x", "c"))
    assert channels.is_free(Stretch(False, 102, 330, 400), Wire("x", "c"))
    assert channels.is_free(Stretch(True, 102, 50, 200), Wire("x", "c"))
    channels.remove(Wire("a", "b"))
    assert channels.is_free(Stretch(False, 102, 50, 200), Wire("x", "c"))


def test_that_free_gaps_lie_between_boxes() -> None:
    boxes = [(0.0, 50.0, 10.0, 80.0), (0.0, 60.0, 10.0, 120.0), (0.0, 200.0, 10.0, 230.0)]
    assert free_gaps(boxes, 0, 300) == [(0, 46.0), (124.0, 196.0), (234.0, 300)]


def test_that_the_search_goes_around_boxes_with_few_corners() -> None:
    wall = [(100.0, -200.0, 120.0, 60.0)]
    corners = searched_way((0, 0), (220, 0), wall, 14, 4)
    assert corners is not None
    assert corners[0] == (0, 0) and corners[-1] == (220, 0)
    assert max(y for _, y in corners) == 74
    assert len(corners) == 5
    prison = [
        (-30.0, -40.0, 30.0, -20.0),
        (-30.0, 20.0, 30.0, 40.0),
        (-40.0, -40.0, -20.0, 40.0),
        (20.0, -40.0, 40.0, 40.0),
    ]
    assert searched_way((0, 0), (220, 0), prison, 14, 4) is None
