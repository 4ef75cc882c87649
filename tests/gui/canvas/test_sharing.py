"""Sharing weights by hand: pasting copies that share, choosing whose, taking it back."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from dlstudio.graph.model import Graph, Node

from .conftest import MakeHands
from .hands import CONTROL, SHIFT, Hands

DENSE = "keras.layers.Dense"


def pair() -> Graph:
    return Graph(
        {
            "a": Node("a", DENSE, {"units": 8}, (0, 0)),
            "b": Node("b", DENSE, {"units": 9}, (220, 0)),
            "flat": Node("flat", "keras.layers.Flatten", {}, (440, 0)),
        }
    )


def linked(hands: Hands) -> set[str]:
    return {name for name, item in hands.view.canvas_scene.nodes.items() if item.look.linked}


def test_that_a_paste_with_shared_weights_is_one_step_and_marks_both(canvas: MakeHands) -> None:
    hands = canvas(pair())
    hands.click(hands.body("a"))
    hands.key(Qt.Key.Key_C, CONTROL)
    with hands.one_step():
        hands.key(Qt.Key.Key_V, CONTROL | SHIFT)
    assert hands.graph["a_2"].shares == "a"
    assert hands.graph["a_2"].settings == {}
    assert linked(hands) == {"a", "a_2"}
    assert hands.view.canvas_scene.nodes["a_2"].look.details == ("a_2", "shares a")


def test_that_a_paste_of_strangers_shares_nothing(canvas: MakeHands) -> None:
    other, hands = canvas(pair()), canvas(Graph({"c": Node("c", DENSE, {"units": 8})}))
    other.click(other.body("a"))
    other.key(Qt.Key.Key_C, CONTROL)
    with hands.no_step():
        hands.key(Qt.Key.Key_V, CONTROL | SHIFT)
    assert "share its weights" in hands.studio.messages[-1]


def test_that_two_selected_layers_share_by_a_key_and_part_by_the_menu(canvas: MakeHands) -> None:
    hands = canvas(pair())
    hands.studio.select(["a", "b"])
    with hands.one_step():
        hands.key(Qt.Key.Key_W, SHIFT)
    assert hands.graph["b"].shares == "a"
    hands.studio.select(["b"])
    with hands.one_step():
        hands.menu("Give the layer weights of its own")
    assert (hands.graph["b"].shares, hands.graph["b"].settings) == (None, {"units": 8})
    assert linked(hands) == set()


def test_that_one_layer_asks_whose_weights_by_the_keyboard(canvas: MakeHands) -> None:
    hands = canvas(pair())
    hands.click(hands.body("a"))
    hands.key(Qt.Key.Key_W, SHIFT)
    menu = hands.view.sharing.menu
    assert menu is not None
    assert [action.text() for action in menu.actions()] == ["Use the weights of", "b"]
    with hands.one_step():
        QTest.keyClick(menu, Qt.Key.Key_Return)
    assert hands.graph["a"].shares == "b"


def test_that_layers_without_weights_to_share_are_refused_with_a_sentence(canvas: MakeHands) -> None:
    hands = canvas(pair())
    for chosen, said in ((["a", "flat"], "one type"), (["flat"], "no other layer"), ([], "Select layers")):
        hands.studio.select(chosen)
        with hands.no_step():
            hands.key(Qt.Key.Key_W, SHIFT)
        assert said in hands.studio.messages[-1]


def test_that_deleting_the_owner_hands_its_weights_on_in_one_step(canvas: MakeHands) -> None:
    graph = pair()
    shared = replace(graph["b"], shares="a", settings={})
    hands = canvas(replace(graph, nodes={**graph.nodes, "b": shared}))
    hands.click(hands.body("a"))
    with hands.one_step():
        hands.key(Qt.Key.Key_Delete)
    assert (hands.graph["b"].shares, hands.graph["b"].settings) == (None, {"units": 8})
    assert linked(hands) == set()
