"""Frames and notes by hand and by keys alone: each gesture one step, texts plain, what lies in a frame moves along."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from dlstudio.graph.annotations import LEAST_FRAME, AnnotationKey
from dlstudio.graph.model import Frame, Graph, Note
from tests.gui.canvas.conftest import MakeHands
from tests.gui.canvas.hands import ALT, CONTROL, NONE, SHIFT, Hands
from tests.gui.canvas.stand_in import chain, conv_graph

Key = Qt.Key
FRAME, NOTE = AnnotationKey("frame", "frame_1"), AnnotationKey("note", "note_1")
TITLE = QPointF(60, -40)


def annotated() -> Graph:
    """Three layers; the first two in a frame with a note."""
    graph = chain("a", "b", "c")
    frames = {"frame_1": Frame("frame_1", "Encoder", (-22, -50), (428, 190))}
    notes = {"note_1": Note("note_1", "Two are enough.", (0, 100), (160, 34))}
    return Graph(graph.nodes, graph.wires, frames, notes)


def corner(hands: Hands, key: AnnotationKey) -> QPointF:
    return hands.view.canvas_scene.annotations.items[key].body().bottomRight() - QPointF(3, 3)


# Frames


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


# Notes


@pytest.mark.parametrize("how", ["Ctrl+Shift+N", "menu"])
def test_that_a_note_is_written_in_place_as_plain_text(canvas: MakeHands, how: str) -> None:
    hands = canvas(chain("a"))
    with hands.one_step():
        hands.key(Key.Key_N, CONTROL | SHIFT) if how == "Ctrl+Shift+N" else hands.menu("Add a note")
        hands.type("<b>Why</b> so", Key.Key_Return)
        hands.type("many?", Key.Key_Return, CONTROL)
    assert hands.graph.notes["note_1"].text == "<b>Why</b> so\nmany?"


def test_that_a_long_note_is_as_tall_as_its_text_and_no_wider(canvas: MakeHands) -> None:
    hands = canvas(chain("a"))
    with hands.one_step():
        hands.key(Key.Key_N, CONTROL | SHIFT)
        hands.type("word " * 60, Key.Key_Escape)
    width, height = hands.graph.notes["note_1"].size
    assert width < 250
    assert height > 120


def test_that_a_note_without_a_text_is_not_kept(canvas: MakeHands) -> None:
    hands = canvas(chain("a"))
    with hands.no_step():
        hands.key(Key.Key_N, CONTROL | SHIFT)
        hands.type("  ", Key.Key_Escape)
    hands.assert_in_place()


def test_that_a_click_elsewhere_takes_the_text(canvas: MakeHands) -> None:
    hands = canvas(chain("a"))
    with hands.one_step():
        hands.key(Key.Key_N, CONTROL | SHIFT)
        hands.type("kept")
        hands.click((10, 400))
    assert hands.graph.notes["note_1"].text == "kept"


@pytest.mark.parametrize("how", ["double-click", "F2", "menu"])
def test_that_the_text_of_a_note_is_edited_in_place(canvas: MakeHands, how: str) -> None:
    hands = canvas(annotated())
    with hands.one_step():
        if how == "double-click":
            hands.double_click((80, 117))
        else:
            hands.key(Key.Key_N)
            hands.key(Key.Key_N)
            assert hands.view.accessibleDescription() == "Note: Two are enough."
            hands.key(Key.Key_F2) if how == "F2" else hands.menu("Edit the text …")
        hands.type(" For now.", Key.Key_Escape)
    assert hands.graph.notes["note_1"].text == "Two are enough. For now."


@pytest.mark.parametrize("how", ["mouse", "keys"])
def test_that_a_note_is_moved_and_deleted(canvas: MakeHands, how: str) -> None:
    hands = canvas(annotated())
    with hands.one_step():
        if how == "mouse":
            hands.drag((80, 117), (100, 237))
        else:
            hands.key(Key.Key_N)
            hands.key(Key.Key_N)
            hands.key(Key.Key_Down, CONTROL)
    assert hands.graph.notes["note_1"].at == ((20, 220) if how == "mouse" else (0, 111))
    hands.view.choose([], [], [NOTE])
    with hands.one_step():
        hands.key(Key.Key_Delete)
    assert not hands.graph.notes


def test_that_keys_typed_into_a_note_do_nothing_else(canvas: MakeHands) -> None:
    hands = canvas(annotated())
    hands.double_click((80, 117))
    with hands.no_step():
        for key in (Key.Key_B, Key.Key_L, Key.Key_M, Key.Key_Delete, Key.Key_Up, Key.Key_X):
            QTest.keyClick(hands.view.annotating.editor, key)
    assert hands.view.minimap.isVisible()
    assert hands.view.annotating.editor.is_open


def test_that_the_field_follows_the_view(canvas: MakeHands) -> None:
    hands = canvas(annotated())
    hands.double_click((80, 117))
    before = hands.view.annotating.editor.pos()
    hands.view.pan(QPointF(30, 40))
    assert hands.view.annotating.editor.pos() - before == QPoint(30, 40)
    hands.type("", Key.Key_Escape)


def test_that_switching_windows_while_writing_loses_nothing(canvas: MakeHands, qtbot: QtBot) -> None:
    hands, other = canvas(chain("a")), canvas(Graph())
    hands.view.activateWindow()
    hands.view.setFocus()
    qtbot.waitUntil(hands.view.hasFocus)
    hands.key(Key.Key_N, CONTROL | SHIFT)
    hands.type("half a sent")
    other.view.activateWindow()
    other.view.setFocus()
    qtbot.waitUntil(other.view.hasFocus)
    editor = hands.view.annotating.editor
    assert editor.is_open or "note_1" in hands.graph.notes
    assert editor.toPlainText() == "half a sent"


# Both


def test_that_n_without_any_says_how_to_make_one(canvas: MakeHands) -> None:
    hands = canvas(chain("a"))
    with hands.no_step():
        hands.key(Key.Key_N)
    assert "Ctrl+J" in hands.studio.messages[-1]


def test_that_home_and_f_show_frames_and_notes_too(canvas: MakeHands) -> None:
    far = Note("note_1", "far away", (3000, 2000), (160, 34))
    hands = canvas(Graph(chain("a").nodes, notes={"note_1": far}))
    hands.key(Key.Key_Home)
    item = hands.view.canvas_scene.annotations.items[NOTE]
    assert hands.view.visible_area().contains(item.body())
    hands.key(Key.Key_0, CONTROL)
    hands.key(Key.Key_N)
    hands.key(Key.Key_F)
    assert hands.view.visible_area().contains(item.body())


@pytest.mark.parametrize("zoom", [0.15, 0.35, 1.0, 2.0])
def test_that_frames_and_notes_are_painted_at_every_zoom_and_in_the_minimap(canvas: MakeHands, zoom: float) -> None:
    def without(hands: Hands) -> None:
        hands.key(Key.Key_N)
        hands.key(Key.Key_Delete)
        hands.key(Key.Key_Escape)

    def pictures(look: Callable[[Hands], object]) -> list[bytes]:
        hands = canvas(annotated())
        look(hands)
        hands.look_at(190, 60, zoom)
        shots = (hands.view.viewport().grab(), hands.view.minimap.grab())
        return [bytes(shot.toImage().bits()) for shot in shots]

    assert all(a != b for a, b in zip(pictures(lambda _: None), pictures(without), strict=True))


def test_that_undo_puts_a_stretched_note_back_while_the_mouse_is_down(canvas: MakeHands) -> None:
    hands = canvas(annotated())
    hands.press(corner(hands, NOTE))
    hands.drag_on(corner(hands, NOTE), (400, 300))
    hands.key(Key.Key_Escape)
    hands.release((400, 300), NONE)
    assert hands.steps == 0
    hands.assert_in_place()
    assert QApplication.overrideCursor() is None
