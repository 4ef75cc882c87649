"""Every gesture that adds, connects or removes, with the mouse and by keys alone.

Each test acts in a real window, looks at the graph, and holds the gesture to exactly one undo step.
"""

from __future__ import annotations

from itertools import pairwise

import pytest
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from dlstudio.graph.model import Graph, Node, Wire
from dlstudio.gui.canvas.palette_drop import NODE_MIME
from tests.gui.canvas.conftest import MakeHands
from tests.gui.canvas.hands import ALT, CONTROL, NONE, SHIFT, Hands
from tests.gui.canvas.stand_in import Facts, attention, chain, conv_graph

K = "keras.layers."
Key = Qt.Key


def with_loose(graph: Graph, at: tuple[float, float] = (220, 250), type_id: str = "Dense") -> Graph:
    """A graph and a node without wires below it."""
    return Graph({**graph.nodes, "loose": Node("loose", K + type_id, {}, at)}, graph.wires)


def drop(hands: Hands, type_id: str, place: QPointF, modifiers: Qt.KeyboardModifier = NONE) -> None:
    """Drags a layer from the palette to a place."""
    data = QMimeData()
    data.setData(NODE_MIME, type_id.encode())
    pixel, copy, left = hands.pixel(place), Qt.DropAction.CopyAction, Qt.MouseButton.LeftButton
    enter = QDragEnterEvent(QPoint(pixel), copy, data, left, modifiers)
    QApplication.sendEvent(hands.view.viewport(), enter)
    QApplication.sendEvent(hands.view.viewport(), QDropEvent(QPointF(pixel), copy, data, left, modifiers))


# Add a layer


@pytest.mark.parametrize("how", ["Tab", "Space", "double-click", "palette"])
def test_that_a_layer_is_added(canvas: MakeHands, how: str) -> None:
    hands = canvas(chain("a"))
    place = QPointF(400, 250)
    with hands.one_step():
        if how == "palette":
            drop(hands, f"{K}Flatten", place)
        else:
            if how == "double-click":
                hands.double_click(place)
            else:
                hands.key({"Tab": Key.Key_Tab, "Space": Key.Key_Space}[how])
            assert "Dense" in hands.found, "without a word, the most used ones are offered"
            hands.search_for("flaten")  # fuzzy: the letter that is missing does no harm
    assert hands.graph["flatten"].type == f"{K}Flatten"
    assert hands.wires == set()
    if how in ("double-click", "palette"):
        middle = hands.view.canvas_scene.nodes["flatten"].body().center()
        assert (middle - place).manhattanLength() < 4


def test_that_a_layer_is_added_without_a_mouse(canvas: MakeHands) -> None:
    hands = canvas(chain("a"))
    with hands.one_step():
        hands.menu("Add a layer …")
        hands.search_for("dropout")
    assert "dropout" in hands.graph


# Add and connect


def test_that_a_wire_dropped_into_space_offers_only_what_fits_and_connects_it(canvas: MakeHands) -> None:
    hands = canvas(attention())
    hands.studio.set_facts({"a": Facts({"outputs": (28, 28, 3)})})
    with hands.one_step():
        hands.drag(hands.port("a", "out"), (200, -100))
        assert {"Conv2D", "Dense"} <= set(hands.found)
        assert not {"Input", "Conv1D", "LSTM"} & set(hands.found)
        hands.search_for("conv2d")
    assert hands.wires == {Wire("a", "conv2d")}


def test_that_a_wire_pulled_out_of_an_input_adds_before(canvas: MakeHands) -> None:
    hands = canvas(chain("b"))
    with hands.one_step():
        hands.drag(hands.port("b", "in"), (-150, 100))
        assert "Output" not in hands.found
        hands.search_for("input")
    assert hands.wires == {Wire("input", "b")}


@pytest.mark.parametrize("how", ["Tab", "menu"])
def test_that_a_layer_is_added_and_connected_without_a_mouse(canvas: MakeHands, how: str) -> None:
    hands = canvas(chain("a", "b"))
    hands.studio.set_facts({"b": Facts({"outputs": (28, 28, 3)})})
    hands.key(Key.Key_Right)
    hands.key(Key.Key_Right)
    with hands.one_step():
        hands.key(Key.Key_Tab) if how == "Tab" else hands.menu("Add a layer after it …")
        assert "Conv1D" not in hands.found
        hands.search_for("conv2d")
        assert hands.studio.selection == {"conv2d"}, "the next Tab goes on behind the new layer"
    assert hands.wires == {Wire("a", "b"), Wire("b", "conv2d")}


@pytest.mark.parametrize("how", ["Shift+A", "menu"])
def test_that_a_layer_is_added_before_another_without_a_mouse(canvas: MakeHands, how: str) -> None:
    hands = canvas(chain("a"))
    hands.key(Key.Key_Right)
    with hands.one_step():
        hands.key(Key.Key_A, SHIFT) if how == "Shift+A" else hands.menu("Add a layer before it …")
        assert "Output" not in hands.found
        hands.search_for("input")
    assert hands.wires == {Wire("input", "a")}
    bodies = [item.body() for item in hands.view.canvas_scene.nodes.values()]
    assert not bodies[0].intersects(bodies[1])


# Insert into a wire


def test_that_a_node_dropped_on_a_wire_goes_into_it_and_the_neighbours_move_apart(canvas: MakeHands) -> None:
    hands = canvas(with_loose(chain("a", "b")))
    with hands.one_step():
        hands.drag(hands.body("loose"), hands.wire("a", "b") - QPointF(2, 24))
    assert hands.wires == {Wire("a", "loose"), Wire("loose", "b")}
    lefts = [hands.graph[name].at[0] for name in ("a", "loose", "b")]
    assert lefts[0] + 164 < lefts[1]
    assert lefts[1] + 164 < lefts[2]


def test_that_alt_keeps_a_node_out_of_the_wire(canvas: MakeHands) -> None:
    hands = canvas(with_loose(chain("a", "b")))
    with hands.one_step():
        hands.drag(hands.body("loose"), hands.wire("a", "b") - QPointF(2, 24), ALT)
    assert hands.wires == {Wire("a", "b")}


def test_that_a_layer_from_the_palette_goes_into_a_wire_unless_alt_is_held(canvas: MakeHands) -> None:
    hands = canvas(chain("a", "b"))
    with hands.one_step():
        drop(hands, f"{K}Dropout", hands.wire("a", "b"))
    assert hands.wires == {Wire("a", "dropout"), Wire("dropout", "b")}
    with hands.one_step():
        drop(hands, f"{K}Dropout", hands.wire("a", "dropout"), ALT)
    assert len(hands.wires) == 2


@pytest.mark.parametrize("how", ["I", "menu"])
def test_that_a_node_is_put_into_a_wire_without_a_mouse(canvas: MakeHands, how: str) -> None:
    hands = canvas(with_loose(chain("a", "b", "c")))
    hands.studio.select(["loose"])
    with hands.one_step():
        hands.key(Key.Key_I) if how == "I" else hands.menu("Put it into a wire …")
        hands.key(Key.Key_Right)
        hands.key(Key.Key_Return)
    assert Wire("a", "loose") in hands.wires or Wire("b", "loose") in hands.wires
    assert len(hands.wires) == 3
    lefts = sorted(node.at[0] for node in hands.graph)
    assert all(right - left >= 164 for left, right in pairwise(lefts))


def test_that_a_new_layer_goes_into_the_chosen_wire_without_a_mouse(canvas: MakeHands) -> None:
    hands = canvas(chain("a", "b"))
    hands.key(Key.Key_W)
    with hands.one_step():
        hands.key(Key.Key_Tab)
        hands.search_for("dropout")
    assert hands.wires == {Wire("a", "dropout"), Wire("dropout", "b")}


def test_that_putting_into_a_wire_can_be_given_up_and_says_where_it_cannot_be_done(canvas: MakeHands) -> None:
    hands = canvas(with_loose(chain("a", "b")))
    with hands.no_step():
        hands.studio.select(["loose"])
        hands.key(Key.Key_I)
        hands.key(Key.Key_Escape)
        assert not any(item.hovered for item in hands.view.canvas_scene.wires.values())
        hands.studio.select(["a"])
        hands.key(Key.Key_I)
    assert "without wires" in hands.studio.messages[-1]


# Remove and heal


@pytest.mark.parametrize("how", ["Delete", "Backspace", "Ctrl+X", "menu"])
def test_that_removing_heals(canvas: MakeHands, how: str) -> None:
    hands = canvas(chain("a", "b", "c"))
    hands.click(hands.body("b"))
    with hands.one_step():
        if how == "menu":
            hands.menu("Delete and heal the wires")
        elif how == "Ctrl+X":
            hands.key(Key.Key_X, CONTROL)
        else:
            hands.key(Key.Key_Delete if how == "Delete" else Key.Key_Backspace)
    assert hands.wires == {Wire("a", "c")}


@pytest.mark.parametrize("how", ["Shift+Delete", "menu"])
def test_that_shift_delete_leaves_the_gap_open(canvas: MakeHands, how: str) -> None:
    hands = canvas(chain("a", "b", "c"))
    hands.key(Key.Key_Right)
    hands.key(Key.Key_Right)
    with hands.one_step():
        hands.key(Key.Key_Delete, SHIFT) if how == "Shift+Delete" else hands.menu("Delete and leave the gap")
    assert set(hands.graph.nodes) == {"a", "c"}
    assert hands.wires == set()


def test_that_removing_several_is_one_step(canvas: MakeHands) -> None:
    hands = canvas(chain("a", "b", "c", "d"))
    hands.click(hands.body("b"))
    hands.click(hands.body("c"), SHIFT)
    with hands.one_step():
        hands.key(Key.Key_Delete)
    assert hands.wires == {Wire("a", "d")}


# Rewire


def test_that_an_input_end_is_dragged_to_the_nearest_port_that_fits(canvas: MakeHands) -> None:
    hands = canvas(Graph(attention().nodes, (Wire("a", "b"),)))
    beside = hands.port("attention", "in", 1) + QPointF(-16, 3)
    with hands.one_step():
        hands.drag(hands.port("b", "in"), beside)
    assert hands.wires == {Wire("a", "attention", "", "value")}


def test_that_an_input_end_dropped_into_space_is_a_wire_removed(canvas: MakeHands) -> None:
    hands = canvas(chain("a", "b"))
    with hands.one_step():
        hands.drag(hands.port("b", "in"), (100, 300))
    assert hands.wires == set()


@pytest.mark.parametrize("how", ["C", "menu"])
def test_that_a_wire_is_moved_to_another_port_without_a_mouse(canvas: MakeHands, how: str) -> None:
    hands = canvas(Graph(attention().nodes, (Wire("a", "b"),)))
    hands.key(Key.Key_Right)
    hands.key(Key.Key_W)
    assert hands.view.canvas_scene.selected_wires == {Wire("a", "b")}
    with hands.one_step():
        hands.key(Key.Key_C) if how == "C" else hands.menu("Move its end …")
        hands.key(Key.Key_Right)
        hands.key(Key.Key_Return)
    assert hands.wires == {Wire("a", "attention", "", "value")}


def test_that_a_wire_moved_nowhere_stays(canvas: MakeHands) -> None:
    hands = canvas(Graph(attention().nodes, (Wire("a", "b"),)))
    hands.key(Key.Key_W)
    with hands.no_step():
        hands.key(Key.Key_C)
        hands.key(Key.Key_Escape)
        hands.key(Key.Key_C)
        hands.key(Key.Key_Left)  # the last of the round: where it is already
        hands.key(Key.Key_Return)
    hands.assert_in_place()


def test_that_a_new_wire_is_drawn(canvas: MakeHands) -> None:
    hands = canvas(attention())
    with hands.one_step():
        hands.drag(hands.port("a", "out"), hands.port("b", "in"))
    assert hands.wires == {Wire("a", "b")}


def test_that_a_new_wire_is_drawn_without_a_mouse_from_any_output(canvas: MakeHands) -> None:
    lstm = Node("lstm", f"{K}LSTM", {"units": 4, "return_state": True}, (0, 0))
    hands = canvas(Graph({"lstm": lstm, "b": Node("b", f"{K}Dense", {"units": 4}, (400, 0))}))
    hands.studio.select(["lstm"])
    with hands.one_step():
        hands.key(Key.Key_C)
        hands.key(Key.Key_C)
        hands.key(Key.Key_Return)
    (wire,) = hands.wires
    outputs = hands.view.canvas_scene.nodes["lstm"].ports("out")
    assert (wire.source_port, wire.target) == (outputs[1].name, "b")


# Cut wires


def test_that_a_line_drawn_across_wires_cuts_them(canvas: MakeHands) -> None:
    graph = conv_graph()
    hands = canvas(graph)
    x = (hands.port("images", "out").x() + hands.port("conv_1", "in").x()) / 2
    with hands.one_step():
        hands.drag((x, -40), (x, 140), CONTROL | SHIFT)
    assert Wire("images", "conv_1") not in hands.wires
    assert len(hands.wires) == len(graph.wires) - 1


@pytest.mark.parametrize("how", ["X", "menu"])
def test_that_the_wires_of_the_selection_are_cut_without_a_mouse(canvas: MakeHands, how: str) -> None:
    hands = canvas(chain("a", "b", "c", "d"))
    hands.studio.select(["b"])
    hands.key(Key.Key_Right, SHIFT)
    assert hands.studio.selection == {"b", "c"}
    with hands.one_step():
        hands.key(Key.Key_X) if how == "X" else hands.menu("Cut the wires to other layers")
    assert hands.wires == {Wire("b", "c")}


def test_that_one_wire_is_chosen_and_removed_without_a_mouse(canvas: MakeHands) -> None:
    hands = canvas(chain("a", "b", "c"))
    hands.key(Key.Key_Right)
    hands.key(Key.Key_Right)
    hands.key(Key.Key_W)
    hands.key(Key.Key_W)
    assert hands.view.accessibleDescription() == "Wire from b to c."
    with hands.one_step():
        hands.key(Key.Key_Delete)
    assert hands.wires == {Wire("a", "b")}


def test_that_the_arrows_choose_in_the_search_and_escape_leaves_nothing_behind(canvas: MakeHands) -> None:
    hands = canvas(attention())
    with hands.no_step():
        hands.drag(hands.port("a", "out"), (200, -100))
        QTest.keyClick(hands.view.searching.popup.field, Key.Key_Down)
        QTest.keyClick(hands.view.searching.popup.field, Key.Key_Escape)
    hands.assert_in_place()
    assert hands.view.hasFocus()
