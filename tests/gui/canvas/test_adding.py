"""Layers added by search, by keyboard alone, and dropped from the palette."""

from __future__ import annotations

from itertools import pairwise

import pytest
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from dlstudio.catalogue.loading import load_catalogue
from dlstudio.graph.columns import ColumnSpec
from dlstudio.graph.model import Graph, Wire
from dlstudio.graph.project import DataSettings, Project
from dlstudio.gui.canvas.view import NODE_MIME
from dlstudio.gui.canvas.wiring import fits, fresh_node, snake_case
from tests.gui.canvas.conftest import MakeHands
from tests.gui.canvas.hands import ALT, CONTROL, NONE, Hands
from tests.gui.canvas.stand_in import chain

K = "keras.layers."


def drop(hands: Hands, type_id: str, place: QPointF, modifiers: Qt.KeyboardModifier = NONE) -> None:
    data = QMimeData()
    data.setData(NODE_MIME, type_id.encode())
    pixel, copy = hands.pixel(place), Qt.DropAction.CopyAction
    enter = QDragEnterEvent(QPoint(pixel), copy, data, Qt.MouseButton.LeftButton, modifiers)
    QApplication.sendEvent(hands.view.viewport(), enter)
    assert enter.isAccepted()
    event = QDropEvent(QPointF(pixel), copy, data, Qt.MouseButton.LeftButton, modifiers)
    QApplication.sendEvent(hands.view.viewport(), event)


def test_that_tab_search_and_enter_build_a_network_without_a_mouse(canvas: MakeHands) -> None:
    hands = canvas(Graph())
    for name in ("input", "dense", "output"):
        hands.key(Qt.Key.Key_Tab)
        assert hands.search.isVisible()
        hands.search_for(name)
        assert not hands.search.isVisible()
        assert hands.view.hasFocus()
    assert hands.graph.wires == (Wire("input", "dense"), Wire("dense", "output"))
    assert hands.graph["dense"].settings == {"units": 64}
    assert len(hands.studio.labels) == 3


def test_that_a_layer_added_in_the_middle_of_a_chain_goes_into_the_wire(canvas: MakeHands) -> None:
    hands = canvas(chain("a", "b", "c"))
    hands.click(hands.body("a"))
    hands.key(Qt.Key.Key_Tab)
    hands.search_for("dropout")
    assert hands.wires == {Wire("a", "dropout"), Wire("dropout", "b"), Wire("b", "c")}
    rights = [hands.graph[name].at[0] for name in ("a", "dropout", "b", "c")]
    assert all(later - earlier >= 164 + 20 for earlier, later in pairwise(rights))
    hands.key(Qt.Key.Key_Z, CONTROL)
    assert hands.graph == chain("a", "b", "c")


@pytest.mark.parametrize("how", ["space", "double click"])
def test_that_space_and_double_click_open_the_search(canvas: MakeHands, how: str) -> None:
    hands = canvas(chain("a"))
    if how == "space":
        hands.key(Qt.Key.Key_Space)
    else:
        hands.double_click((300, 250))
    assert hands.search.isVisible()
    hands.search_for("flatten")
    assert "flatten" in hands.graph
    assert hands.wires == set()
    if how == "double click":
        item = hands.view.canvas_scene.nodes["flatten"]
        assert (item.body().center() - QPointF(300, 250)).manhattanLength() < 4


def test_that_the_arrows_choose_in_the_search(canvas: MakeHands) -> None:
    hands = canvas(Graph())
    hands.key(Qt.Key.Key_Tab)
    field = hands.view.searching.popup.field
    QTest.keyClicks(field, "conv")
    second = hands.found[1]
    QTest.keyClick(field, Qt.Key.Key_Down)
    QTest.keyClick(field, Qt.Key.Key_Return)
    (node,) = hands.graph
    assert load_catalogue()[node.type].name == second


def test_that_a_search_without_a_match_says_so_and_adds_nothing(canvas: MakeHands) -> None:
    hands = canvas(Graph())
    hands.key(Qt.Key.Key_Tab)
    hands.search_for("qqqqzz")
    assert hands.search.isVisible()
    assert hands.view.searching.popup.nothing.isVisible()
    assert len(hands.graph) == 0
    QTest.keyClick(hands.view.searching.popup.field, Qt.Key.Key_Escape)
    assert not hands.search.isVisible()


def test_that_a_click_beside_the_search_closes_it(canvas: MakeHands) -> None:
    hands = canvas(chain("a"))
    hands.double_click((400, 300))
    hands.click((0, 300))
    assert not hands.search.isVisible()


def test_that_the_search_lies_whole_within_the_canvas(canvas: MakeHands) -> None:
    hands = canvas(chain("a"))
    corner = hands.view.mapToScene(QPoint(990, 690))
    hands.view.searching.at(corner)
    assert hands.view.rect().contains(hands.search.geometry())


def test_that_a_drop_from_the_palette_adds_at_the_pointer(canvas: MakeHands) -> None:
    hands = canvas(chain("a"))
    drop(hands, f"{K}Conv2D", QPointF(400, 300))
    item = hands.view.canvas_scene.nodes["conv2d"]
    assert (item.body().center() - QPointF(400, 300)).manhattanLength() < 4
    assert hands.studio.selection == {"conv2d"}


def test_that_a_drop_from_the_palette_on_a_wire_goes_into_it(canvas: MakeHands) -> None:
    hands = canvas(chain("a", "b"))
    drop(hands, f"{K}Dropout", hands.wire("a", "b"))
    assert hands.wires == {Wire("a", "dropout"), Wire("dropout", "b")}
    assert len(hands.studio.labels) == 1


def test_that_alt_keeps_a_drop_out_of_the_wire(canvas: MakeHands) -> None:
    hands = canvas(chain("a", "b"))
    drop(hands, f"{K}Dropout", hands.wire("a", "b"), ALT)
    assert hands.wires == {Wire("a", "b")}
    assert "dropout" in hands.graph


def test_that_an_unknown_type_is_refused_with_a_sentence(canvas: MakeHands) -> None:
    hands = canvas(Graph())
    drop(hands, "keras.layers.Nonsense", QPointF(0, 0))
    assert len(hands.graph) == 0
    assert "Nonsense" in hands.studio.messages[-1]


def test_that_a_node_added_over_another_finds_a_free_place(canvas: MakeHands) -> None:
    hands = canvas(chain("a"))
    drop(hands, f"{K}Dense", hands.body("a"))
    bodies = [item.body() for item in hands.view.canvas_scene.nodes.values()]
    assert not bodies[0].intersects(bodies[1])


def test_that_every_type_gets_a_valid_free_name() -> None:
    graph = Graph()
    catalogue = load_catalogue()
    from dlstudio.graph.edits import add_node

    for node_type in catalogue:
        graph = add_node(graph, fresh_node(graph, node_type, (0, 0)))
        graph = add_node(graph, fresh_node(graph, node_type, (0, 0)))
    assert len(graph) == 2 * len(catalogue.node_types)
    assert [snake_case(name) for name in ("Conv2D", "MaxPooling2D", "LSTM", "MultiHeadAttention", "Input")] == [
        "conv2d",
        "max_pooling2d",
        "lstm",
        "multi_head_attention",
        "input",
    ]


def test_that_a_new_output_is_bound_to_the_target_of_the_data(canvas: MakeHands) -> None:
    data = DataSettings(
        "x.csv",
        "csv",
        {"text": {"type": "text", "role": "input"}, "mood": {"type": "category", "role": "target"}},
    )
    hands = canvas(Project(data=data))
    hands.studio.specs = {"mood": ColumnSpec("mood", "category", (), "int32", ("good", "bad"))}
    hands.key(Qt.Key.Key_Tab)
    hands.search_for("output")
    assert hands.graph["output"].settings == {"column": "mood", "task": "classification"}


@pytest.mark.parametrize(
    ("name", "shape", "expected"),
    [
        ("Conv2D", (28, 28, 1), True),
        ("Conv1D", (28, 28, 1), False),
        ("LSTM", (100, 8), True),
        ("LSTM", (10,), False),
        ("ConvLSTM2D", (5, 28, 28, 1), True),
        ("Dense", (28, 28, 1), True),
        ("Conv2D", None, True),
    ],
)
def test_that_the_shape_decides_what_fits(name: str, shape: tuple[int, ...] | None, expected: bool) -> None:
    assert fits(load_catalogue()[f"{K}{name}"], "out", shape) is expected
