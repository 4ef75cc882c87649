"""Bypassing layers on the canvas: what can be, what is said where it cannot, and that it is seen and heard."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt

from dlstudio.graph.model import Graph, Node, Wire
from tests.gui.canvas.conftest import MakeHands
from tests.gui.canvas.hands import CONTROL
from tests.gui.canvas.stand_in import Facts, chain

K = "keras.layers."
Key = Qt.Key


SAME = {name: Facts({"outputs": (8,)}) for name in "abc"}


@pytest.mark.parametrize("how", ["B", "menu"])
def test_that_b_bypasses_a_layer_that_keeps_the_shape_and_takes_it_back(canvas: MakeHands, how: str) -> None:
    hands = canvas(chain("a", "b", "c"))
    hands.studio.set_facts(SAME)
    hands.key(Key.Key_Right)
    hands.key(Key.Key_Right)
    with hands.one_step():
        hands.key(Key.Key_B) if how == "B" else hands.menu("Bypass")
    assert hands.graph["b"].bypassed
    look = hands.view.canvas_scene.nodes["b"].look
    assert look.bypassed
    assert "bypassed" in look.details, "never by stripes alone: a word goes with them"
    assert "bypassed" in hands.view.accessibleDescription()
    with hands.one_step():
        hands.key(Key.Key_B) if how == "B" else hands.menu("Take back from bypass")
    assert not hands.graph["b"].bypassed


def test_that_a_clicked_layer_is_bypassed(canvas: MakeHands) -> None:
    hands = canvas(chain("a", "b", "c"))
    hands.studio.set_facts(SAME)
    hands.click(hands.body("b"))
    with hands.one_step():
        hands.key(Key.Key_B)
    assert [node.id for node in hands.graph if node.bypassed] == ["b"]


def test_that_the_stripes_are_painted(canvas: MakeHands) -> None:
    hands = canvas(chain("a", "b"))
    hands.studio.set_facts(SAME)
    before = hands.view.grab().toImage()
    hands.studio.select(["b"])
    hands.key(Key.Key_B)
    hands.studio.select([])
    assert hands.view.grab().toImage() != before


@pytest.mark.parametrize(
    ("name", "facts", "wires", "said"),
    [
        ("b", {**SAME, "b": Facts({"outputs": (4,)})}, None, "turns 8 into 4"),
        ("b", {}, None, "shapes are not known"),
        ("a", SAME, None, "nothing feeds it"),
        ("in", SAME, None, "only a layer with an input and an output"),
    ],
)
def test_that_a_bypass_is_refused_with_a_sentence(
    canvas: MakeHands, name: str, facts: dict[str, Facts], wires: None, said: str
) -> None:
    graph = chain("a", "b", "c")
    hands = canvas(Graph({**graph.nodes, "in": Node("in", "Input", {}, (0, 200))}, graph.wires))
    hands.studio.set_facts(facts)
    hands.studio.select([name])
    with hands.no_step():
        hands.key(Key.Key_B)
    assert said in hands.studio.messages[-1]


def test_that_of_several_those_that_can_be_are_bypassed_in_one_step(canvas: MakeHands) -> None:
    hands = canvas(chain("a", "b", "c", "d"))
    hands.studio.set_facts({**SAME, "d": Facts({"outputs": (2,)})})
    hands.key(Key.Key_A, CONTROL)
    with hands.one_step():
        hands.key(Key.Key_B)
    assert [node.id for node in hands.graph if node.bypassed] == ["b", "c"]
    assert "1 more" in hands.studio.messages[-1]


def test_that_a_second_output_in_use_forbids_the_bypass(canvas: MakeHands) -> None:
    nodes = {
        "a": Node("a", f"{K}Dense", {"units": 4}, (0, 0)),
        "lstm": Node("lstm", f"{K}LSTM", {"units": 4, "return_state": True}, (220, 0)),
        "b": Node("b", f"{K}Dense", {"units": 4}, (440, 0)),
    }
    hands = canvas(Graph(nodes))
    port = hands.view.canvas_scene.nodes["lstm"].ports("out")[1].name
    hands.studio.change_graph("wire", Graph(nodes, (Wire("a", "lstm"), Wire("lstm", "b", port))))
    hands.studio.set_facts({name: Facts({"outputs": (4,)}) for name in nodes})
    hands.studio.select(["lstm"])
    with hands.no_step():
        hands.key(Key.Key_B)
    assert port in hands.studio.messages[-1]
