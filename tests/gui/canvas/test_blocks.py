"""Blocks by hand on the canvas: made, entered, left, unpacked, renamed, added; by mouse and by keys alone."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from dlstudio.graph.model import Graph, Node, Wire
from dlstudio.graph.paths import valid_path
from dlstudio.graph.problems import Problem
from dlstudio.workbench.block_library import my_blocks
from tests.block_projects import resnet_graph
from tests.gui.canvas.hands import CONTROL, SHIFT, Hands
from tests.gui.canvas.stand_in import chain

KEY = Qt.Key
ALT = Qt.KeyboardModifier.AltModifier


def card_type(hands: Hands, text: str) -> None:
    field = hands.view.blocks.card.field
    field.selectAll()
    QTest.keyClicks(field, text)


def steps_back(hands: Hands) -> Graph:
    """The project's graph after one undo."""
    hands.studio.undo()
    return hands.studio.project.graph


def test_that_ctrl_g_asks_for_a_name_and_makes_a_block_in_one_undo_step(canvas):
    hands = canvas(chain("a", "b", "c", "d"))
    before = hands.graph
    hands.click(hands.body("b"))
    hands.click(hands.body("c"), SHIFT)
    hands.key(KEY.Key_G, CONTROL)
    card = hands.view.blocks.card
    assert card.isVisible()
    assert card.field.text() == "Block"
    assert card.field.hasFocus()
    card_type(hands, "Middle")
    QTest.keyClick(card.field, KEY.Key_Return)
    assert not card.isVisible()
    assert [node.type for node in hands.graph] == [before["a"].type, "block.Middle", before["d"].type]
    assert hands.studio.selection == {"middle"}
    assert hands.view.hasFocus()
    assert steps_back(hands) == before


def test_that_the_next_proposed_name_is_numbered_and_a_bad_one_is_explained_while_typing(canvas):
    hands = canvas(chain("a", "b", "c"))
    hands.click(hands.body("a"))
    hands.key(KEY.Key_G, CONTROL)
    QTest.keyClick(hands.view.blocks.card.field, KEY.Key_Return)
    hands.click(hands.body("c"))
    hands.key(KEY.Key_G, CONTROL)
    card = hands.view.blocks.card
    assert card.field.text() == "Block_2"
    for name, said in (("Block", "already"), ("no name", "cannot be"), ("", "cannot be")):
        card_type(hands, name) if name else card.field.clear()
        assert said in card.sentence.text()
        assert not card.take.isEnabled()
    QTest.keyClick(card.field, KEY.Key_Return)
    assert card.isVisible()
    QTest.keyClick(card.field, KEY.Key_Escape)
    assert not card.isVisible()
    assert list(hands.graph.blocks) == ["Block"]


def test_that_the_card_works_by_mouse(canvas):
    hands = canvas(chain("a", "b"))
    hands.click(hands.body("b"))
    hands.view.blocks.make()
    QTest.mouseClick(hands.view.blocks.card.cancel, Qt.MouseButton.LeftButton)
    assert not hands.graph.blocks
    hands.view.blocks.make()
    QTest.mouseClick(hands.view.blocks.card.take, Qt.MouseButton.LeftButton)
    assert list(hands.graph.blocks) == ["Block"]


def test_that_inputs_and_outputs_stay_outside_when_everything_is_selected(canvas):
    hands = canvas(resnet_graph())
    hands.key(KEY.Key_A, CONTROL)
    hands.key(KEY.Key_G, CONTROL)
    QTest.keyClick(hands.view.blocks.card.field, KEY.Key_Return)
    assert [node.type for node in hands.graph] == ["Input", "block.Block", "Output"]


def test_that_what_cannot_be_a_block_is_refused_with_a_sentence(canvas):
    hands = canvas(chain("a", "b", "c"))
    hands.key(KEY.Key_G, CONTROL)
    assert "Select" in hands.studio.messages[-1]
    hands.click(hands.body("a"))
    hands.click(hands.body("c"), SHIFT)
    hands.key(KEY.Key_G, CONTROL)
    assert "feed itself" in hands.studio.messages[-1]
    assert not hands.view.blocks.card.isVisible()


def test_that_enter_goes_in_and_escape_comes_back_with_the_use_selected(canvas):
    hands = canvas(resnet_graph())
    hands.click(hands.body("stage_1"))
    hands.key(KEY.Key_Return)
    assert hands.studio.path == ("stage_1",)
    assert set(hands.view.canvas_scene.nodes) == {"x", "first", "others", "y"}
    hands.studio.select(["others"])
    hands.key(KEY.Key_Return)
    assert hands.studio.path == ("stage_1", "others")
    hands.studio.select(["add"])
    hands.key(KEY.Key_Escape)
    assert hands.studio.path == ("stage_1", "others")
    assert not hands.studio.selection
    hands.key(KEY.Key_Escape)
    assert hands.studio.path == ("stage_1",)
    assert hands.studio.selection == {"others"}
    hands.key(KEY.Key_Up, ALT)
    assert hands.studio.path == ()
    assert hands.studio.selection == {"stage_1"}


def test_that_a_double_click_enters_a_use_and_renames_anything_else(canvas, qtbot):
    hands = canvas(resnet_graph())
    with qtbot.waitSignal(hands.view.renameRequested) as asked:
        hands.double_click(hands.body("stem"))
    assert asked.args == ["stem"]
    hands.double_click(hands.body("stage_1"))
    assert hands.studio.path == ("stage_1",)


def test_that_backspace_leaves_only_where_nothing_is_selected(canvas):
    hands = canvas(resnet_graph())
    hands.studio.enter("stage_1")
    hands.studio.select(["others"])
    hands.key(KEY.Key_Backspace)
    assert hands.studio.path == ("stage_1",)
    assert "others" not in hands.graph
    hands.studio.select([])
    hands.key(KEY.Key_Backspace)
    assert hands.studio.path == ()


def test_that_enter_without_a_use_says_what_to_select(canvas):
    hands = canvas(resnet_graph())
    hands.studio.select(["stem"])
    hands.key(KEY.Key_Return)
    assert "Select one use" in hands.studio.messages[-1]


def test_that_zoom_and_place_come_back_for_every_path(canvas):
    hands = canvas(resnet_graph())
    hands.look_at(300, 200, 0.8)
    outside = (hands.view.zoom, hands.view.visible_area())
    hands.studio.enter("stage_1")
    hands.look_at(500, 100, 1.4)
    inside = (hands.view.zoom, hands.view.visible_area())
    hands.key(KEY.Key_Escape)
    assert hands.view.zoom == pytest.approx(outside[0])
    assert hands.view.visible_area().center().x() == pytest.approx(outside[1].center().x(), abs=2)
    assert hands.view.visible_area().center().y() == pytest.approx(outside[1].center().y(), abs=2)
    hands.studio.enter("stage_1")
    assert hands.view.zoom == pytest.approx(inside[0])
    assert hands.view.visible_area().center().x() == pytest.approx(inside[1].center().x(), abs=2)


def test_that_a_block_seen_for_the_first_time_is_fitted(canvas):
    hands = canvas(resnet_graph())
    hands.look_at(4000, 4000)
    hands.studio.enter("stage_1")
    assert hands.view.visible_area().contains(hands.view.canvas_scene.bounds(["x"]))


def test_that_an_edit_inside_reaches_every_use_in_one_step(canvas):
    hands = canvas(resnet_graph())
    before = hands.studio.project.graph
    hands.studio.enter("stage_1")
    hands.studio.select(["others"])
    hands.key(KEY.Key_Delete)
    assert "others" not in hands.studio.project.graph.blocks["Stage"].graph
    assert steps_back(hands) == before
    assert hands.studio.path == ("stage_1",)


def test_that_ctrl_shift_g_unpacks_in_one_step(canvas):
    hands = canvas(resnet_graph())
    before = hands.studio.project.graph
    hands.click(hands.body("stage_1"))
    hands.key(KEY.Key_G, CONTROL | SHIFT)
    assert "stage_1" not in hands.graph
    assert hands.studio.selection == {"first", "others"}
    assert hands.graph["first"].settings["filters"] == 16
    assert steps_back(hands) == before


def test_that_undoing_the_block_one_is_inside_of_leads_out(canvas):
    hands = canvas(chain("a", "b"))
    hands.studio.select(["b"])
    hands.view.blocks.make()
    QTest.keyClick(hands.view.blocks.card.field, KEY.Key_Return)
    hands.key(KEY.Key_Return)
    assert len(hands.studio.path) == 1
    hands.key(KEY.Key_Z, CONTROL)
    assert hands.studio.path == () == valid_path(hands.studio.project.graph, ())
    assert set(hands.view.canvas_scene.nodes) == {"a", "b"}


def test_that_a_block_made_inside_a_block_keeps_computing_with_its_parameters(canvas):
    hands = canvas(resnet_graph())
    hands.studio.enter("stage_1")
    hands.studio.select(["others"])
    hands.view.blocks.make()
    card_type(hands, "Rest")
    QTest.keyClick(hands.view.blocks.card.field, KEY.Key_Return)
    assert hands.studio.path == ("stage_1",)
    assert dict(hands.graph["rest"].settings) == {"filters": {"=": "filters"}}
    assert hands.graph.blocks["Rest"].parameters == {"filters": 32}


def test_that_a_block_is_renamed_by_a_card_with_all_its_uses(canvas):
    hands = canvas(resnet_graph())
    hands.studio.select(["stage_1"])
    hands.view.blocks.rename()
    card_type(hands, "ResidualUnit")
    assert "already" in hands.view.blocks.card.sentence.text()
    card_type(hands, "Level")
    QTest.keyClick(hands.view.blocks.card.field, KEY.Key_Return)
    assert {hands.graph[f"stage_{n}"].type for n in (1, 2, 3)} == {"block.Level"}


def test_that_the_block_one_is_inside_of_can_be_renamed(canvas):
    hands = canvas(resnet_graph())
    hands.studio.enter("stage_1")
    hands.view.blocks.rename()
    card_type(hands, "Level")
    QTest.keyClick(hands.view.blocks.card.field, KEY.Key_Return)
    assert hands.studio.path == ("stage_1",)
    assert hands.studio.project.graph["stage_2"].type == "block.Level"


def test_that_a_use_looks_like_a_stack_and_says_how_often_it_stands(canvas):
    hands = canvas(resnet_graph())
    hands.studio.enter("stage_1")
    nodes = hands.view.canvas_scene.nodes
    assert (nodes["others"].look.stacked, nodes["others"].look.times) == (True, "×2")
    assert (nodes["first"].look.stacked, nodes["first"].look.times) == (True, "")
    assert nodes["first"].look.details[:2] == ("first", "filters")
    hands.key(KEY.Key_Escape)
    assert not hands.view.canvas_scene.nodes["stem"].look.stacked


def test_that_inputs_and_outputs_inside_are_ports_without_columns(canvas):
    hands = canvas(resnet_graph())
    hands.studio.enter("stage_1")
    look = hands.view.canvas_scene.nodes["x"].look
    assert (look.title, look.details) == ("Input port", ("x",))


def test_that_a_new_input_inside_is_an_unbound_port(canvas):
    hands = canvas(resnet_graph())
    hands.studio.enter("stage_1")
    name = hands.view.actions_.add("Input", hands.body("x"))
    assert name == "input"
    assert dict(hands.graph["input"].settings) == {}


def test_that_a_problem_inside_marks_the_use_outside(canvas):
    hands = canvas(resnet_graph())
    hands.studio.set_facts({}, [Problem("is too wide.", "conv_1", path=("stage_1", "first"))])
    nodes = hands.view.canvas_scene.nodes
    assert nodes["stage_1"].look.severity == "error"
    assert nodes["stage_1"].look.messages == ("is too wide.",)
    assert nodes["stage_2"].look.severity == ""
    hands.studio.enter("stage_1")
    assert hands.view.canvas_scene.nodes["first"].look.severity == "error"
    hands.studio.enter("first")
    assert hands.view.canvas_scene.nodes["conv_1"].look.severity == "error"


def test_that_search_adds_a_ready_made_block_and_its_use_in_one_step(canvas):
    hands = canvas(chain("a"))
    before = hands.studio.project.graph
    hands.studio.select([])
    hands.key(KEY.Key_Tab)
    QTest.keyClicks(hands.view.searching.popup.field, "SqueezeExcitation")
    assert hands.found[0] == "SqueezeExcitation"
    QTest.keyClick(hands.view.searching.popup.field, KEY.Key_Return)
    assert "SqueezeExcitation" in hands.graph.blocks
    assert [node.type for node in hands.graph][-1] == "block.SqueezeExcitation"
    assert steps_back(hands) == before


def test_that_a_second_use_of_a_ready_made_block_shares_the_first_ones_block(canvas):
    hands = canvas(chain("a"))
    for _ in range(2):
        hands.view.actions_.add("shipped.TransformerEncoder", hands.body("a"))
    assert [name for name in hands.graph.blocks if name.startswith("TransformerEncoder")] == ["TransformerEncoder"]
    assert sum(node.block == "TransformerEncoder" for node in hands.graph) == 2


def test_that_a_block_cannot_be_put_inside_of_itself(canvas):
    hands = canvas(resnet_graph())
    hands.studio.go_to(("stage_1", "first"))
    before = hands.graph
    assert hands.view.actions_.add("block.Stage", hands.body("x")) is None
    assert "contain itself" in hands.studio.messages[-1]
    assert hands.graph == before
    hands.key(KEY.Key_Tab)
    QTest.keyClicks(hands.view.searching.popup.field, "stage")
    assert "Stage" not in hands.found


def test_that_a_block_dragged_onto_a_wire_goes_into_it(canvas):
    hands = canvas(resnet_graph())
    name = hands.view.actions_.add_into("block.ResidualUnit", Wire("images", "stem"), hands.wire("images", "stem"))
    assert name == "residual_unit"
    assert Wire("images", "residual_unit") in hands.wires
    assert Wire("residual_unit", "stem") in hands.wires


def test_that_a_wire_dragged_into_empty_space_offers_only_blocks_that_fit(canvas):
    hands = canvas(resnet_graph())
    from tests.gui.canvas.stand_in import Facts

    facts = {"stem": Facts({"outputs": (28, 28, 16)}), "pool": Facts({"outputs": (64,)})}
    hands.studio.set_facts(facts)
    hands.view.searching.after("stem")
    assert "Stage" in _all_found(hands, "Stage")
    hands.view.searching.close()
    hands.view.searching.after("pool")
    assert "Stage" not in _all_found(hands, "Stage")


def _all_found(hands: Hands, text: str) -> list[str]:
    field = hands.view.searching.popup.field
    field.clear()
    QTest.keyClicks(field, text)
    return hands.found


def test_that_a_block_is_kept_for_other_projects(canvas, qtbot):
    hands = canvas(resnet_graph())
    hands.studio.select(["stage_1"])
    with qtbot.waitSignal(hands.view.libraryChanged):
        hands.view.blocks.save_to_mine()
    assert set(my_blocks()[0]["Stage"].blocks) == {"Stage", "ResidualUnit"}
    other = canvas(chain("a"))
    other.view.actions_.add("mine.Stage", other.body("a"))
    assert set(other.graph.blocks) == {"Stage", "ResidualUnit"}


def test_that_a_wire_keeps_its_place_on_a_use_with_several_ports(canvas):
    nodes = {"a": Node("a", "Input"), "b": Node("b", "Input"), "add": Node("add", "keras.layers.Add", at=(300, 0))}
    hands = canvas(Graph(nodes, (Wire("a", "add"), Wire("b", "add"))))
    hands.studio.select(["add"])
    hands.view.blocks.make()
    QTest.keyClick(hands.view.blocks.card.field, KEY.Key_Return)
    use = next(node for node in hands.graph if node.block)
    item = hands.view.canvas_scene.nodes[use.id]
    assert [(port.name, port.wires) for port in item.look.inputs] == [("a", 1), ("b", 1)]
