"""Wires by hand: connect, rewire, drop beside ports, refuse circles, cut."""

from __future__ import annotations

from PySide6.QtCore import QPointF, Qt
from PySide6.QtTest import QTest

from dlstudio.graph.model import Graph, Node, Wire
from tests.gui.canvas.conftest import MakeHands
from tests.gui.canvas.hands import CONTROL, SHIFT
from tests.gui.canvas.stand_in import Facts, attention, chain, conv_graph

K = "keras.layers."


def test_that_dragging_from_an_output_to_an_input_connects_in_one_step(canvas: MakeHands) -> None:
    hands = canvas(attention())
    hands.drag(hands.port("a", "out"), hands.port("b", "in"))
    assert hands.wires == {Wire("a", "b")}
    hands.key(Qt.Key.Key_Z, CONTROL)
    assert hands.wires == set()
    hands.key(Qt.Key.Key_Z, CONTROL | SHIFT)
    assert hands.wires == {Wire("a", "b")}


def test_that_a_wire_can_be_drawn_backwards_from_an_input(canvas: MakeHands) -> None:
    hands = canvas(attention())
    hands.drag(hands.port("b", "in"), hands.port("a", "out"))
    assert hands.wires == {Wire("a", "b")}


def test_that_a_drop_beside_a_port_connects_to_the_nearest(canvas: MakeHands) -> None:
    hands = canvas(attention())
    hands.drag(hands.port("a", "out"), hands.port("attention", "in", 1) + QPointF(-18, 3))
    assert hands.wires == {Wire("a", "attention", "", "value")}


def test_that_a_drop_on_a_body_takes_the_first_free_port(canvas: MakeHands) -> None:
    hands = canvas(attention())
    hands.drag(hands.port("a", "out"), hands.body("attention"))
    hands.drag(hands.port("b", "out"), hands.body("attention"))
    assert hands.wires == {Wire("a", "attention"), Wire("b", "attention", "", "value")}


def test_that_dragging_off_the_input_end_rewires(canvas: MakeHands) -> None:
    graph = attention()
    hands = canvas(Graph(graph.nodes, (Wire("a", "b"),)))
    hands.drag(hands.port("b", "in"), hands.port("attention", "in"))
    assert hands.wires == {Wire("a", "attention")}
    assert len(hands.studio.labels) == 1


def test_that_an_input_end_dropped_into_empty_space_disconnects(canvas: MakeHands) -> None:
    hands = canvas(chain("a", "b"))
    hands.drag(hands.port("b", "in"), (100, 300))
    assert hands.wires == set()
    assert not hands.search.isVisible()


def test_that_a_wire_dropped_back_where_it_was_changes_nothing(canvas: MakeHands) -> None:
    hands = canvas(chain("a", "b"))
    start = hands.port("b", "in")
    hands.press(start)
    hands.drag_on(start, (200, 200))
    hands.drag_on((200, 200), start)
    hands.release(start)
    assert hands.wires == {Wire("a", "b")}
    assert hands.studio.labels == []
    assert all(item.isVisible() for item in hands.view.canvas_scene.wires.values())


def test_that_a_new_wire_takes_the_place_of_the_old_one(canvas: MakeHands) -> None:
    graph = attention()
    nodes = {**graph.nodes, "c": Node("c", f"{K}Dense", {"units": 4}, (0, 200))}
    hands = canvas(Graph(nodes, (Wire("a", "b"),)))
    hands.drag(hands.port("c", "out"), hands.port("b", "in"))
    assert hands.wires == {Wire("c", "b")}


def test_that_a_port_that_takes_many_keeps_all_wires(canvas: MakeHands) -> None:
    graph = attention()
    nodes = {**graph.nodes, "add": Node("add", f"{K}Add", {}, (560, 0))}
    hands = canvas(Graph(nodes))
    hands.drag(hands.port("a", "out"), hands.port("add", "in"))
    hands.drag(hands.port("b", "out"), hands.port("add", "in"))
    assert hands.graph.wires == (Wire("a", "add"), Wire("b", "add"))


def test_that_a_circle_is_refused_with_a_sentence(canvas: MakeHands) -> None:
    hands = canvas(chain("a", "b", "c"))
    hands.drag(hands.port("c", "out"), hands.body("a"))
    assert hands.wires == {Wire("a", "b"), Wire("b", "c")}
    assert "circle" in hands.studio.messages[-1]


def test_that_escape_in_a_drag_leaves_everything_as_it_was(canvas: MakeHands) -> None:
    hands = canvas(attention())
    start = hands.port("a", "out")
    hands.press(start)
    hands.drag_on(start, hands.port("b", "in"))
    hands.key(Qt.Key.Key_Escape)
    hands.release(hands.port("b", "in"))
    assert hands.wires == set()
    assert hands.studio.labels == []


def test_that_a_wire_dropped_into_empty_space_adds_what_fits_and_connects(canvas: MakeHands) -> None:
    hands = canvas(attention())
    hands.studio.set_facts({"a": Facts({"outputs": (28, 28, 3)})})
    hands.drag(hands.port("a", "out"), (200, -100))
    assert hands.search.isVisible()
    assert "Input" not in hands.found
    assert "Conv1D" not in hands.found
    assert "Conv2D" in hands.found
    hands.search_for("conv2d")
    assert hands.wires == {Wire("a", "conv2d")}
    assert hands.graph["conv2d"].at == (200.0, -144.0)
    assert len(hands.studio.labels) == 1
    assert hands.studio.selection == {"conv2d"}


def test_that_a_wire_from_an_input_into_empty_space_adds_before(canvas: MakeHands) -> None:
    hands = canvas(attention())
    hands.drag(hands.port("a", "in"), (-150, 100))
    assert "Output" not in hands.found
    hands.search_for("input")
    assert hands.wires == {Wire("input", "a")}


def test_that_escape_in_the_search_removes_the_hanging_wire(canvas: MakeHands) -> None:
    hands = canvas(attention())
    before = len(hands.view.canvas_scene.items())
    hands.drag(hands.port("a", "out"), (200, -100))
    QTest.keyClick(hands.view.searching.popup.field, Qt.Key.Key_Escape)
    assert len(hands.view.canvas_scene.items()) == before
    assert hands.wires == set()


def test_that_control_shift_drag_cuts_the_wires_it_crosses(canvas: MakeHands) -> None:
    hands = canvas(conv_graph())
    x = (hands.port("images", "out").x() + hands.port("conv_1", "in").x()) / 2
    hands.drag((x, -40), (x, 140), CONTROL | SHIFT)
    assert Wire("images", "conv_1") not in hands.wires
    assert len(hands.wires) == len(conv_graph().wires) - 1
    assert hands.studio.labels == ["Cut 1 wire"]


def test_that_a_clicked_wire_is_deleted_alone(canvas: MakeHands) -> None:
    hands = canvas(chain("a", "b", "c"))
    hands.click(hands.wire("a", "b"))
    hands.key(Qt.Key.Key_Delete)
    assert hands.wires == {Wire("b", "c")}
    assert set(hands.graph.nodes) == {"a", "b", "c"}


def test_that_c_connects_by_keyboard_alone(canvas: MakeHands) -> None:
    hands = canvas(attention())
    hands.studio.select(["a"])
    hands.key(Qt.Key.Key_C)
    hands.key(Qt.Key.Key_Return)
    assert hands.wires == {Wire("a", "b")}
    hands.key(Qt.Key.Key_C)
    hands.key(Qt.Key.Key_Escape)
    assert len(hands.studio.labels) == 1


def test_that_the_arrows_choose_another_target_while_connecting(canvas: MakeHands) -> None:
    hands = canvas(attention())
    hands.studio.select(["a"])
    hands.key(Qt.Key.Key_C)
    hands.key(Qt.Key.Key_Right)
    hands.key(Qt.Key.Key_Return)
    assert hands.wires == {Wire("a", "attention")}
