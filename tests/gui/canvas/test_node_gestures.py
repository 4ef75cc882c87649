"""Nodes by hand: select, move, insert, delete and heal, copy, undo."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPointF, Qt
from PySide6.QtWidgets import QApplication

from dlstudio.graph.model import Graph, Node, Wire
from tests.gui.canvas.conftest import MakeHands
from tests.gui.canvas.hands import ALT, CONTROL, NONE, SHIFT
from tests.gui.canvas.stand_in import chain, conv_graph

K = "keras.layers."


def with_loose(graph: Graph, at: tuple[float, float] = (220, 250)) -> Graph:
    return Graph({**graph.nodes, "loose": Node("loose", f"{K}Dense", {"units": 3}, at)}, graph.wires)


def test_that_a_click_selects_and_a_click_into_space_deselects(canvas: MakeHands) -> None:
    hands = canvas(conv_graph())
    hands.click(hands.body("conv_1"))
    assert hands.studio.selection == {"conv_1"}
    hands.click((330, 320))
    assert hands.studio.selection == frozenset()


def test_that_shift_click_adds_to_and_takes_from_the_selection(canvas: MakeHands) -> None:
    hands = canvas(conv_graph())
    hands.click(hands.body("conv_1"))
    hands.click(hands.body("pool_1"), SHIFT)
    assert hands.studio.selection == {"conv_1", "pool_1"}
    hands.click(hands.body("conv_1"), SHIFT)
    assert hands.studio.selection == {"pool_1"}


def test_that_the_rubber_band_selects_what_it_touches(canvas: MakeHands) -> None:
    hands = canvas(conv_graph())
    hands.drag((200, -60), (500, 60))
    assert hands.studio.selection == {"conv_1", "pool_1"}


def test_that_escape_during_the_rubber_band_restores_the_selection(canvas: MakeHands) -> None:
    hands = canvas(conv_graph())
    hands.studio.select(["gap"])
    hands.press((200, -60))
    hands.drag_on((200, -60), (500, 60))
    hands.key(Qt.Key.Key_Escape)
    assert hands.studio.selection == {"gap"}


def test_that_control_a_and_control_l_select_all_and_downstream(canvas: MakeHands) -> None:
    hands = canvas(conv_graph())
    hands.click(hands.body("gap"))
    hands.key(Qt.Key.Key_L, CONTROL)
    assert hands.studio.selection == {"gap", "logits", "digit"}
    hands.key(Qt.Key.Key_A, CONTROL)
    assert hands.studio.selection == set(hands.graph.nodes)


def test_that_a_drag_moves_the_node_in_one_undo_step(canvas: MakeHands) -> None:
    hands = canvas(conv_graph())
    start = hands.body("gap")
    hands.drag(start, start + QPointF(30, 65), ALT)
    assert hands.graph["gap"].at == (690, 245)
    assert hands.studio.labels == ["Move gap"]
    hands.key(Qt.Key.Key_Z, CONTROL)
    assert hands.graph["gap"].at == (660, 180)
    assert hands.view.canvas_scene.nodes["gap"].pos() == QPointF(660, 180)


def test_that_a_drag_moves_all_that_is_selected(canvas: MakeHands) -> None:
    hands = canvas(conv_graph())
    hands.studio.select(["logits", "digit"])
    start = hands.body("digit")
    hands.drag(start, start + QPointF(0, 50), ALT)
    assert (hands.graph["logits"].at, hands.graph["digit"].at) == ((220, 410), (440, 410))
    assert hands.studio.selection == {"logits", "digit"}


def test_that_a_dragged_node_aligns_with_its_neighbour(canvas: MakeHands) -> None:
    hands = canvas(conv_graph())
    start = hands.body("digit")
    hands.drag(start, start + QPointF(60, 4))
    assert hands.graph["digit"].at == (500, 360)


def test_that_wires_follow_while_a_node_is_dragged(canvas: MakeHands) -> None:
    hands = canvas(chain("a", "b"))
    start = hands.body("b")
    hands.press(start)
    hands.drag_on(start, start + QPointF(60, 100), ALT)
    (item,) = hands.view.canvas_scene.wires.values()
    end = item.path().currentPosition()
    assert (end - hands.port("b", "in")).manhattanLength() < 1
    hands.release(start + QPointF(60, 100), ALT)


def test_that_escape_puts_dragged_nodes_back(canvas: MakeHands) -> None:
    hands = canvas(chain("a", "b"))
    start = hands.body("b")
    hands.press(start)
    hands.drag_on(start, start + QPointF(60, 100))
    hands.key(Qt.Key.Key_Escape)
    hands.release(start)
    assert hands.view.canvas_scene.nodes["b"].pos() == QPointF(220, 0)
    assert hands.studio.labels == []


def test_that_a_loose_node_dropped_on_a_wire_goes_into_it(canvas: MakeHands) -> None:
    hands = canvas(with_loose(chain("a", "b")))
    start = hands.body("loose")
    target = hands.wire("a", "b") - QPointF(82 - 80, 44 - 20)
    hands.drag(start, target)
    assert hands.wires == {Wire("a", "loose"), Wire("loose", "b")}
    places = {node.id: node.at for node in hands.graph}
    assert places["a"][0] + 164 < places["loose"][0]
    assert places["loose"][0] + 164 < places["b"][0]
    assert len(hands.studio.labels) == 1


def test_that_alt_keeps_a_dropped_node_out_of_the_wire(canvas: MakeHands) -> None:
    hands = canvas(with_loose(chain("a", "b")))
    hands.drag(hands.body("loose"), hands.wire("a", "b") - QPointF(2, 24), ALT)
    assert hands.wires == {Wire("a", "b")}


@pytest.mark.parametrize("key", [Qt.Key.Key_Delete, Qt.Key.Key_Backspace])
def test_that_delete_heals(canvas: MakeHands, key: Qt.Key) -> None:
    hands = canvas(chain("a", "b", "c"))
    hands.click(hands.body("b"))
    hands.key(key)
    assert hands.wires == {Wire("a", "c")}
    hands.key(Qt.Key.Key_Z, CONTROL)
    assert hands.wires == {Wire("a", "b"), Wire("b", "c")}


def test_that_shift_delete_leaves_the_gap(canvas: MakeHands) -> None:
    hands = canvas(chain("a", "b", "c"))
    hands.click(hands.body("b"))
    hands.key(Qt.Key.Key_Delete, SHIFT)
    assert hands.wires == set()


def test_that_healing_never_gives_a_port_two_wires(canvas: MakeHands) -> None:
    graph = chain("a", "b", "c")
    hands = canvas(Graph(graph.nodes, (Wire("a", "b"), Wire("a", "c"), Wire("b", "c"))))
    hands.click(hands.body("b"))
    hands.key(Qt.Key.Key_Delete)
    assert hands.graph.wires == (Wire("a", "c"),)


def test_that_copy_and_paste_bring_nodes_and_their_wires_again(canvas: MakeHands) -> None:
    hands = canvas(chain("a", "b"))
    hands.key(Qt.Key.Key_A, CONTROL)
    hands.key(Qt.Key.Key_C, CONTROL)
    assert '"a"' in QApplication.clipboard().text()
    hands.key(Qt.Key.Key_V, CONTROL)
    assert hands.wires == {Wire("a", "b"), Wire("a_2", "b_2")}
    assert hands.studio.selection == {"a_2", "b_2"}
    hands.key(Qt.Key.Key_V, CONTROL)
    assert hands.graph["a_2"].at != hands.graph["a_3"].at


def test_that_cut_heals_and_paste_works_in_another_window(canvas: MakeHands) -> None:
    hands, other = canvas(chain("a", "b", "c")), canvas(Graph())
    hands.studio.select(["b"])
    hands.key(Qt.Key.Key_X, CONTROL)
    assert hands.wires == {Wire("a", "c")}
    other.key(Qt.Key.Key_V, CONTROL)
    assert list(other.graph.nodes) == ["b"]


def test_that_a_clipboard_without_layers_is_refused_with_a_sentence(canvas: MakeHands) -> None:
    hands = canvas(chain("a"))
    QApplication.clipboard().setText("a shopping list")
    hands.key(Qt.Key.Key_V, CONTROL)
    assert len(hands.graph) == 1
    assert "clipboard" in hands.studio.messages[-1]


def test_that_duplicate_does_not_touch_the_clipboard(canvas: MakeHands) -> None:
    hands = canvas(chain("a", "b"))
    QApplication.clipboard().setText("kept")
    hands.click(hands.body("a"))
    hands.key(Qt.Key.Key_D, CONTROL)
    assert set(hands.graph.nodes) == {"a", "b", "a_2"}
    assert QApplication.clipboard().text() == "kept"


def test_that_nudges_in_a_row_are_one_step(canvas: MakeHands) -> None:
    hands = canvas(chain("a", "b"))
    hands.studio.select(["a"])
    for _ in range(3):
        hands.key(Qt.Key.Key_Down, CONTROL)
    assert hands.graph["a"].at == (0, 33)
    hands.key(Qt.Key.Key_Z, CONTROL)
    assert hands.graph["a"].at == (0, 0)


def test_that_the_arrows_walk_along_the_wires(canvas: MakeHands) -> None:
    hands = canvas(conv_graph())
    hands.key(Qt.Key.Key_Right)
    assert hands.studio.selection == {"images"}
    for _ in range(3):
        hands.key(Qt.Key.Key_Right)
    assert hands.studio.selection == {"conv_2"}
    hands.key(Qt.Key.Key_Left)
    assert hands.studio.selection == {"pool_1"}
    hands.key(Qt.Key.Key_Down)
    assert hands.studio.selection == {"add_1"}


def test_that_f2_and_double_click_ask_for_the_name(canvas: MakeHands) -> None:
    hands = canvas(chain("a", "b"))
    asked: list[str] = []
    hands.view.renameRequested.connect(asked.append)
    hands.double_click(hands.body("b"))
    hands.studio.select(["a"])
    hands.key(Qt.Key.Key_F2, NONE)
    assert asked == ["b", "a"]


def test_that_other_wires_make_way_for_a_dropped_node(canvas: MakeHands) -> None:
    hands = canvas(with_loose(chain("a", "b"), at=(110, 250)))
    hands.drag(hands.body("b"), hands.body("b") + QPointF(440, 0), ALT)
    item = hands.view.canvas_scene.wires[Wire("a", "b")]
    assert len(item.corners) == 2
    hands.drag(hands.body("loose"), (390, 20), ALT)
    body = hands.view.canvas_scene.nodes["loose"].body()
    assert not any(body.contains(item.path().pointAtPercent(step / 100)) for step in range(101))
    hands.drag(hands.body("loose"), (390, 300), ALT)
    assert len(item.corners) == 2
