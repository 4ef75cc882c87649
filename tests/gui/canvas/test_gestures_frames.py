"""Frames by hand and by keys alone: each gesture one step, and what lies in a frame moves along."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPointF, Qt
from pytestqt.qtbot import QtBot

from dlstudio.graph.annotations import LEAST_FRAME, AnnotationKey
from dlstudio.graph.model import Frame, Graph
from tests.gui.canvas.annotated import FRAME, NOTE, TITLE, annotated, corner
from tests.gui.canvas.conftest import MakeHands
from tests.gui.canvas.hands import ALT, CONTROL, SHIFT
from tests.gui.canvas.stand_in import chain, conv_graph

Key = Qt.Key


@pytest.mark.parametrize("how", ["Ctrl+J", "menu"])
def test_that_a_frame_is_put_around_the_selection_and_titled_in_place(canvas: MakeHands, how: str) -> None:
    hands = canvas(chain("a", "b", "c"))
    hands.key(Key.Key_Right)
    hands.key(Key.Key_Right, SHIFT)
    with hands.one_step():
        hands.key(Key.Key_J, CONTROL) if how == "Ctrl+J" else hands.menu("Put a frame around")
        hands.type("Encoder", Key.Key_Return)
        assert hands.view.annotating.only == FRAME
        assert hands.view.window().focusWidget() is hands.view
    (frame,) = hands.graph.frames.values()
    assert frame.title == "Encoder"
    area = hands.view.canvas_scene.annotations.items[FRAME].body()
    inside = [name for name, item in hands.view.canvas_scene.nodes.items() if area.contains(item.body())]
    assert inside == ["a", "b"]
    assert not area.intersects(hands.view.canvas_scene.nodes["c"].body())


def test_that_a_frame_around_clicked_layers_needs_no_title(canvas: MakeHands) -> None:
    hands = canvas(chain("a", "b"))
    hands.click(hands.body("b"))
    with hands.one_step():
        hands.key(Key.Key_J, CONTROL)
        hands.click((300, 300))
    assert hands.graph.frames["frame_1"].title == ""


def test_that_a_frame_without_a_selection_is_empty(canvas: MakeHands) -> None:
    hands = canvas(chain("a"))
    with hands.one_step():
        hands.key(Key.Key_J, CONTROL)
        hands.type("Later", Key.Key_Return)


def test_that_escape_gives_a_new_frame_up(canvas: MakeHands) -> None:
    hands = canvas(chain("a"))
    hands.key(Key.Key_Right)
    with hands.no_step():
        hands.key(Key.Key_J, CONTROL)
        hands.type("Enc", Key.Key_Escape)
    hands.assert_in_place()
    assert hands.view.hasFocus()


def test_that_dragging_a_frame_moves_what_lies_in_it(canvas: MakeHands) -> None:
    hands = canvas(annotated())
    with hands.one_step():
        hands.drag(TITLE, TITLE + QPointF(40, 120))
    assert hands.graph.frames["frame_1"].at == (18, 70)
    assert hands.graph.notes["note_1"].at == (40, 220)
    assert [node.at for node in hands.graph] == [(40, 120), (260, 120), (440, 0)]


def test_that_a_node_dragged_out_of_a_frame_leaves_it(canvas: MakeHands) -> None:
    hands = canvas(annotated())
    with hands.one_step():
        hands.drag(hands.body("a"), hands.body("a") + QPointF(0, 320), ALT)
    with hands.one_step():
        hands.drag(TITLE, TITLE + QPointF(20, 0))
    assert [node.at for node in hands.graph] == [(0, 320), (240, 0), (440, 0)]


def test_that_a_frame_is_moved_without_a_mouse(canvas: MakeHands) -> None:
    hands = canvas(annotated())
    hands.key(Key.Key_N)
    assert hands.view.accessibleDescription() == "Frame, Encoder, around 2 layers."
    with hands.one_step():
        hands.key(Key.Key_Down, CONTROL)
        hands.key(Key.Key_Down, CONTROL)
    assert hands.graph.frames["frame_1"].at == (-22, -28)
    assert [node.at for node in hands.graph] == [(0, 22), (220, 22), (440, 0)]


@pytest.mark.parametrize("key", [FRAME, NOTE])
def test_that_a_corner_resizes(canvas: MakeHands, key: AnnotationKey) -> None:
    hands = canvas(annotated())
    before = {node.id: node.at for node in hands.graph}
    with hands.one_step():
        hands.drag(corner(hands, key), corner(hands, key) + QPointF(50, 60))
    size = (hands.graph.frames if key == FRAME else hands.graph.notes)[key.id].size
    assert size == ((478, 250) if key == FRAME else (210, 94))
    assert {node.id: node.at for node in hands.graph} == before


def test_that_a_frame_never_gets_too_small_to_be_held(canvas: MakeHands) -> None:
    hands = canvas(annotated())
    with hands.one_step():
        hands.drag(corner(hands, FRAME), (-300, -300))
    assert hands.graph.frames["frame_1"].size == LEAST_FRAME


def test_that_resizing_without_a_mouse_is_one_step(canvas: MakeHands) -> None:
    hands = canvas(annotated())
    hands.key(Key.Key_N)
    with hands.one_step():
        for key in (Key.Key_Right, Key.Key_Right, Key.Key_Down, Key.Key_Up, Key.Key_Up):
            hands.key(key, CONTROL | SHIFT)
    assert hands.graph.frames["frame_1"].size == (472, 168)


@pytest.mark.parametrize("how", ["double-click", "F2", "menu"])
def test_that_a_title_is_edited_in_place(canvas: MakeHands, how: str) -> None:
    hands = canvas(annotated())
    with hands.one_step():
        if how == "double-click":
            hands.double_click(TITLE)
        else:
            hands.key(Key.Key_N)
            hands.key(Key.Key_F2) if how == "F2" else hands.menu("Rename …")
        hands.type("Decoder", Key.Key_Return)
    assert hands.graph.frames["frame_1"].title == "Decoder"


def test_that_escape_keeps_the_old_title(canvas: MakeHands) -> None:
    hands = canvas(annotated())
    with hands.no_step():
        hands.double_click(TITLE)
        hands.type("Decoder", Key.Key_Escape)


@pytest.mark.parametrize("how", ["Delete", "menu"])
def test_that_deleting_a_frame_keeps_what_lies_in_it(canvas: MakeHands, how: str) -> None:
    hands = canvas(annotated())
    hands.click(TITLE)
    with hands.one_step():
        hands.key(Key.Key_Delete) if how == "Delete" else hands.menu("Delete the frame, not what lies in it")
    assert not hands.graph.frames
    assert len(hands.graph) == 3
    assert len(hands.graph.notes) == 1


def test_that_a_frame_is_copied_with_what_lies_in_it(canvas: MakeHands) -> None:
    hands, other = canvas(annotated()), canvas(Graph())
    hands.key(Key.Key_N)
    with hands.no_step():
        hands.key(Key.Key_C, CONTROL)
    with other.one_step():
        other.key(Key.Key_V, CONTROL)
    assert set(other.graph.nodes) == {"a", "b"}
    assert len(other.wires) == 1
    assert [frame.title for frame in other.graph.frames.values()] == ["Encoder"]
    assert [note.text for note in other.graph.notes.values()] == ["Two are enough."]
    distance = other.graph["a"].at[0] - other.graph.frames["frame_1"].at[0]
    assert distance == pytest.approx(22)
    with hands.one_step():
        hands.key(Key.Key_D, CONTROL)
    assert len(hands.graph) == 5
    first, second = (item.body() for k, item in hands.view.canvas_scene.annotations.items.items() if k.kind == "frame")
    assert not first.intersects(second)


def test_that_cutting_a_frame_takes_its_layers_along(canvas: MakeHands) -> None:
    hands = canvas(annotated())
    hands.click(TITLE)
    with hands.one_step():
        hands.key(Key.Key_X, CONTROL)
    assert set(hands.graph.nodes) == {"c"}
    assert not hands.graph.frames
    assert not hands.graph.notes
    with hands.one_step():
        hands.key(Key.Key_V, CONTROL)
    assert set(hands.graph.nodes) == {"a", "b", "c"}


def test_that_a_frame_is_held_at_its_title_and_open_inside(canvas: MakeHands) -> None:
    hands = canvas(annotated())
    hands.drag((-10, 80), (400, -10))
    assert hands.studio.selection == {"a", "b"}, "a rubber band begins within a frame"
    assert FRAME not in hands.view.annotating.selected, "it did not hold the whole frame"
    hands.drag((-80, -80), (420, 160))
    assert hands.view.annotating.selected == {FRAME, NOTE}
    hands.double_click((300, 110))
    assert hands.search.isVisible(), "a double-click within a frame adds a layer"


def test_that_frames_and_nodes_selected_together_move_and_go_together(canvas: MakeHands) -> None:
    hands = canvas(annotated())
    hands.key(Key.Key_A, CONTROL)
    with hands.one_step():
        hands.drag(hands.body("c"), hands.body("c") + QPointF(30, 40), ALT)
    assert hands.graph.frames["frame_1"].at == (8, -10)
    assert [node.at for node in hands.graph] == [(30, 40), (250, 40), (470, 40)]
    with hands.one_step():
        hands.key(Key.Key_Delete)
    assert not hands.graph.nodes
    assert not hands.graph.frames
    assert not hands.graph.notes


def test_that_tidy_keeps_a_frame_around_its_layers(canvas: MakeHands, qtbot: QtBot) -> None:
    graph = conv_graph()
    frame = Frame("frame_1", "Classifier", (198, 310), (430, 150))
    hands = canvas(Graph(graph.nodes, graph.wires, {"frame_1": frame}))
    hands.studio.select(["images"])
    hands.key(Key.Key_Up, CONTROL)
    hands.key(Key.Key_Escape)
    before = hands.graph
    with hands.one_step():
        hands.key(Key.Key_L)
        qtbot.waitUntil(lambda: hands.graph != before)
    area = hands.view.canvas_scene.annotations.items[FRAME].body()
    assert all(area.contains(hands.view.canvas_scene.nodes[name].body()) for name in ("logits", "digit"))


def test_that_a_frame_grows_with_a_layer_put_into_a_wire_inside(canvas: MakeHands) -> None:
    hands = canvas(annotated())
    hands.key(Key.Key_Right)
    with hands.one_step():
        hands.key(Key.Key_Tab)
        hands.search_for("dropout")
    area = hands.view.canvas_scene.annotations.items[FRAME].body()
    assert all(area.contains(hands.view.canvas_scene.nodes[name].body()) for name in ("a", "dropout", "b"))
