"""What nobody should do, and somebody will: each leaves the graph, the undo history and the drawing in order."""

from __future__ import annotations

import random
from collections.abc import Callable

import pytest
from PySide6.QtCore import QEvent, QMimeData, QPoint, QPointF, Qt
from PySide6.QtGui import QDragEnterEvent, QDropEvent, QFocusEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from dlstudio.graph import edits
from dlstudio.graph.annotations import AnnotationKey
from dlstudio.graph.model import Block, Frame, Graph, Node, Note, Wire
from dlstudio.graph.project import Project
from dlstudio.gui.canvas.palette_drop import NODE_MIME
from tests.gui.canvas.conftest import MakeHands
from tests.gui.canvas.hands import ALT, CONTROL, MIDDLE, NONE, SHIFT, Hands
from tests.gui.canvas.stand_in import chain

Key = Qt.Key
LEFT, RIGHT = Qt.MouseButton.LeftButton, Qt.MouseButton.RightButton
MENUS = {(Key.Key_F10, SHIFT), (Key.Key_Menu, NONE)}
FRAME, NOTE = AnnotationKey("frame", "frame_1"), AnnotationKey("note", "note_1")


def annotated() -> Graph:
    graph = chain("a", "b", "c")
    nodes = {**graph.nodes, "loose": Node("loose", "keras.layers.Dropout", {}, (220, 260))}
    frames = {"frame_1": Frame("frame_1", "Encoder", (-22, -50), (428, 190))}
    notes = {"note_1": Note("note_1", "Two are enough.", (0, 100), (160, 34))}
    return Graph(nodes, graph.wires, frames, notes)


Drag = tuple[Callable[[Hands], QPointF], Qt.KeyboardModifier, Qt.MouseButton]
DRAGS: dict[str, Drag] = {
    "band": (lambda _: QPointF(500, 300), NONE, LEFT),
    "node": (lambda h: h.body("b"), NONE, LEFT),
    "loose node": (lambda h: h.body("loose"), NONE, LEFT),
    "wire": (lambda h: h.port("c", "out"), NONE, LEFT),
    "wire off an input": (lambda h: h.port("b", "in"), NONE, LEFT),
    "cut": (lambda _: QPointF(410, -60), CONTROL | SHIFT, LEFT),
    "pan": (lambda _: QPointF(500, 300), NONE, MIDDLE),
    "frame": (lambda _: QPointF(60, -40), NONE, LEFT),
    "note": (lambda _: QPointF(80, 117), NONE, LEFT),
    "corner": (lambda h: h.view.canvas_scene.annotations.items[NOTE].body().bottomRight(), NONE, LEFT),
}


def begin(hands: Hands, drag: str, to: tuple[float, float] = (300, 60)) -> tuple[Qt.KeyboardModifier, Qt.MouseButton]:
    """Presses and moves, and does not let go."""
    start, modifiers, button = DRAGS[drag]
    place = start(hands)
    hands.press(place, modifiers, button)
    hands.drag_on(place, to, modifiers, button)
    return modifiers, button


@pytest.mark.parametrize("drag", DRAGS)
def test_that_escape_ends_every_drag_without_a_trace(canvas: MakeHands, drag: str) -> None:
    hands = canvas(annotated())
    with hands.no_step():
        modifiers, button = begin(hands, drag)
        hands.key(Key.Key_Escape)
        hands.release((300, 60), modifiers, button)
    hands.assert_in_place()
    assert not hands.search.isVisible()


@pytest.mark.parametrize("drag", DRAGS)
@pytest.mark.parametrize("key", [(Key.Key_Z, CONTROL), (Key.Key_Delete, NONE), (Key.Key_V, CONTROL), (Key.Key_L, NONE)])
def test_that_keys_wait_while_a_drag_is_on(canvas: MakeHands, drag: str, key: tuple[Qt.Key, object]) -> None:
    hands = canvas(annotated())
    hands.studio.select(["c"])
    hands.key(Key.Key_Down, CONTROL)
    with hands.no_step():
        modifiers, button = begin(hands, drag)
        hands.key(*key)  # type: ignore[arg-type]
        hands.key(Key.Key_Escape)
        hands.release((300, 60), modifiers, button)
    hands.assert_in_place()


@pytest.mark.parametrize("drag", DRAGS)
def test_that_an_undo_from_elsewhere_ends_the_drag(canvas: MakeHands, drag: str) -> None:
    hands = canvas(annotated())
    hands.studio.select(["c"])
    hands.key(Key.Key_Down, CONTROL)
    modifiers, button = begin(hands, drag)
    hands.studio.undo()
    hands.drag_on((300, 60), (320, 90), modifiers, button)
    hands.release((320, 90), modifiers, button)
    assert hands.graph == annotated()
    hands.assert_in_place()


@pytest.mark.parametrize("drag", DRAGS)
def test_that_everything_vanishing_under_a_drag_does_no_harm(canvas: MakeHands, drag: str) -> None:
    hands = canvas(annotated())
    modifiers, button = begin(hands, drag)
    hands.studio.change_graph("Clear", Graph())
    hands.drag_on((300, 60), (320, 90), modifiers, button)
    hands.release((320, 90), modifiers, button)
    hands.assert_in_place()
    hands.undo()
    assert hands.graph == annotated()
    hands.assert_in_place()


@pytest.mark.parametrize("drag", DRAGS)
def test_that_letting_go_outside_the_window_is_one_step_or_none(canvas: MakeHands, drag: str) -> None:
    hands = canvas(annotated())
    outside = hands.view.mapToScene(QPoint(-300, 2000))
    steps = hands.steps
    modifiers, button = begin(hands, drag, (outside.x(), outside.y()))
    hands.release(outside, modifiers, button)
    hands.key(Key.Key_Escape)
    hands.view.searching.close()
    assert hands.steps - steps in (0, 1)
    hands.assert_in_place()
    for _ in range(hands.steps - steps):
        hands.undo()
    assert hands.graph == annotated()


@pytest.mark.parametrize("drag", DRAGS)
def test_that_another_button_and_a_lost_focus_in_a_drag_do_no_harm(canvas: MakeHands, drag: str) -> None:
    hands = canvas(annotated())
    modifiers, button = begin(hands, drag)
    other = MIDDLE if button == LEFT else LEFT
    QTest.mousePress(hands.view.viewport(), other, NONE, QPoint(500, 600))
    QApplication.sendEvent(hands.view, QFocusEvent(QEvent.Type.FocusOut))
    QTest.mouseRelease(hands.view.viewport(), other, NONE, QPoint(500, 600))
    hands.release((300, 60), modifiers, button)
    hands.key(Key.Key_Escape)
    hands.view.searching.close()
    hands.assert_in_place()
    while hands.steps:
        hands.undo()
    assert hands.graph == annotated()


@pytest.mark.parametrize("begun", ["connect", "insert", "search", "title", "note"])
def test_that_escape_ends_what_keys_began(canvas: MakeHands, begun: str) -> None:
    hands = canvas(annotated())
    hands.studio.select(["loose"])
    with hands.no_step():
        if begun in ("connect", "insert"):
            hands.key(Key.Key_C if begun == "connect" else Key.Key_I)
            hands.key(Key.Key_Right)
            hands.key(Key.Key_Escape)
        elif begun == "search":
            hands.key(Key.Key_Tab)
            QTest.keyClick(hands.view.searching.popup.field, Key.Key_Escape)
        elif begun == "title":
            hands.key(Key.Key_J, CONTROL)
            hands.type("x", Key.Key_Escape)
        else:
            hands.key(Key.Key_N, CONTROL | SHIFT)
            hands.type("", Key.Key_Escape)
    hands.assert_in_place()
    assert hands.view.hasFocus()


@pytest.mark.parametrize("begun", [Key.Key_C, Key.Key_I])
def test_that_what_vanishes_under_a_gesture_of_keys_does_no_harm(canvas: MakeHands, begun: Qt.Key) -> None:
    hands = canvas(annotated())
    hands.studio.select(["loose"])
    hands.key(begun)
    hands.studio.change_graph("Clear", Graph())
    for key in (Key.Key_Right, Key.Key_Return, Key.Key_Escape):
        hands.key(key)
    assert len(hands.graph) == 0
    hands.assert_in_place()


def test_that_undo_in_the_middle_of_a_slide_arrives(canvas: MakeHands) -> None:
    graph = chain(*"abcdefgh")
    heap = edits.move_nodes(graph, {name: (0.0, 7.0 * i) for i, name in enumerate(graph.nodes)})
    hands = canvas(heap)
    for _ in range(5):
        hands.key(Key.Key_L)
        hands.undo()
    assert hands.graph == heap
    hands.assert_in_place()


def test_that_a_drag_in_the_middle_of_a_slide_is_one_step(canvas: MakeHands) -> None:
    graph = chain(*"abcd")
    hands = canvas(edits.move_nodes(graph, {name: (0.0, 60.0 * i) for i, name in enumerate(graph.nodes)}))
    hands.key(Key.Key_L)
    steps = hands.steps
    start = hands.body("a")
    hands.drag(start, start + QPointF(0, 200), ALT)
    assert hands.steps == steps + 1
    hands.assert_in_place()


def test_that_two_hundred_quick_undos_and_redos_go_back_and_forth(canvas: MakeHands) -> None:
    hands = canvas(annotated())
    for index in range(120):
        hands.view.actions_.add("keras.layers.Dropout", QPointF(40.0 * (index % 20), 400 + 90.0 * (index // 20)))
    full = hands.graph
    for _ in range(200):
        hands.undo()
    assert hands.graph == annotated()
    hands.assert_in_place()
    for _ in range(200):
        hands.redo()
    assert hands.graph == full
    hands.assert_in_place()


GARBAGE = {
    "nothing": "",
    "words": "a shopping list { eggs, milk }",
    "other JSON": '{"a": [1, 2, 3]}',
    "a list": "[1, 2, 3]",
    "no type": '{"nodes": {"a": {}}}',
    "a bad name": '{"nodes": {"a b": {"type": "x"}}}',
    "nodes in a list": '{"nodes": [1]}',
    "not a number": '{"nodes": {"a": {"type": "x", "at": [NaN, 0]}}}',
    "far away": '{"nodes": {"a": {"type": "x", "at": [1e300, 0]}}}',
    "deep": "{" * 5000 + "}" * 5000,
    "a broken frame": '{"nodes": {}, "frames": {"f": {"title": 3, "at": [0, 0], "size": [1, 1]}}}',
    "a frame without a size": '{"nodes": {}, "frames": {"f": {"title": "x", "at": [0, 0]}}}',
    "a broken block": '{"nodes": {"a": {"type": "x"}}, "blocks": {"B": 3}}',
    "zeros": "\0\0\0{\0}",
    "half of it": '# DL Studio network fragment 1\n{"nodes": {"a": {"type": "keras.layers.Dense"',
    "very long": '{"nodes": {' + " " * 5_000_000 + "}}",
}


@pytest.mark.parametrize("name", GARBAGE)
def test_that_garbage_is_not_pasted_and_a_sentence_says_so(canvas: MakeHands, name: str) -> None:
    hands = canvas(annotated())
    QApplication.clipboard().setText(GARBAGE[name])
    with hands.no_step():
        hands.key(Key.Key_V, CONTROL)
    assert "clipboard" in hands.studio.messages[-1]


def test_that_pasted_types_nobody_knows_stay_on_the_canvas_and_can_go_again(canvas: MakeHands) -> None:
    hands = canvas(Graph())
    QApplication.clipboard().setText('{"nodes": {"a": {"type": "keras.layers.Nonsense"}}, "wires": [["a", "b"]]}')
    with hands.one_step():
        hands.key(Key.Key_V, CONTROL)
    hands.key(Key.Key_A, CONTROL)
    with hands.one_step():
        hands.key(Key.Key_Delete)


@pytest.mark.parametrize("data", [b"", b"\xff\xfe", b"keras.layers.Nonsense", b"x" * 100_000])
def test_that_garbage_from_the_palette_is_refused(canvas: MakeHands, data: bytes) -> None:
    hands = canvas(annotated())
    mime = QMimeData()
    mime.setData(NODE_MIME, data)
    copy = Qt.DropAction.CopyAction
    with hands.no_step():
        QApplication.sendEvent(hands.view.viewport(), QDragEnterEvent(QPoint(50, 50), copy, mime, LEFT, NONE))
        QApplication.sendEvent(hands.view.viewport(), QDropEvent(QPointF(50, 50), copy, mime, LEFT, NONE))
    assert len(hands.studio.messages[-1]) < 300


def test_that_every_key_without_anything_selected_does_no_harm(canvas: MakeHands) -> None:
    for graph in (Graph(), annotated()):
        hands = canvas(graph)
        harmless = set(hands.view.keys.table) - MENUS - {(Key.Key_L, NONE), (Key.Key_V, CONTROL)}
        for key, modifiers in sorted(harmless, key=str):
            hands.studio.select([])
            hands.view.choose([])
            hands.key(key, modifiers)
            hands.view.searching.close()
            hands.view.annotating.editor.close_editor(take=False)
            hands.key(Key.Key_Escape)
            hands.view.setFocus()
        while hands.steps:
            hands.undo()
        assert hands.graph == graph
        hands.assert_in_place()


def test_that_a_new_frame_takes_the_place_of_one_just_being_titled(canvas: MakeHands) -> None:
    hands = canvas(annotated())
    hands.studio.select(["c"])
    hands.key(Key.Key_J, CONTROL)
    hands.type("First")
    hands.view.annotating.add_note()
    hands.type("Then a note", Key.Key_Escape)
    assert [frame.title for frame in hands.graph.frames.values()] == ["Encoder", "First"]
    assert [note.text for note in hands.graph.notes.values()] == ["Two are enough.", "Then a note"]
    hands.assert_in_place()


def test_that_a_note_that_vanishes_while_it_is_edited_stays_gone(canvas: MakeHands) -> None:
    hands = canvas(annotated())
    hands.double_click((80, 117))
    hands.studio.change_graph("Clear", Graph())
    hands.type(" more", Key.Key_Escape)
    assert hands.graph == Graph()
    hands.assert_in_place()


def test_that_another_document_ends_the_editing_of_a_note(canvas: MakeHands) -> None:
    block = Block("Inner", Graph({"x": Node("x", "Input"), "y": Node("y", "Output")}, (Wire("x", "y"),)))
    graph = annotated()
    use = Node("use", "block.Inner", {}, (700, 0))
    whole = Graph({**graph.nodes, "use": use}, graph.wires, graph.frames, graph.notes, {"Inner": block})
    hands = canvas(Project(graph=whole))
    hands.double_click((80, 117))
    hands.type(" And more.")
    hands.studio.enter("use")
    assert not hands.view.annotating.editor.is_open
    assert "note_1" not in hands.graph.notes
    hands.assert_in_place()
    hands.studio.go_to(())
    assert hands.graph.notes["note_1"].text in ("Two are enough.", "Two are enough. And more.")


def test_that_frames_and_bypasses_inside_a_block_are_one_step_each_too(canvas: MakeHands) -> None:
    inside = chain("a", "b")
    nodes = {"x": Node("x", "Input", {}, (-220, 0)), **inside.nodes, "y": Node("y", "Output", {}, (440, 0))}
    block = Block("Inner", Graph(nodes, (Wire("x", "a"), *inside.wires, Wire("b", "y"))))
    hands = canvas(Project(graph=Graph({"use": Node("use", "block.Inner")}, blocks={"Inner": block})))
    hands.studio.enter("use")
    hands.studio.select(["a", "b"])
    with hands.one_step():
        hands.key(Key.Key_J, CONTROL)
        hands.type("Body", Key.Key_Return)
    assert hands.studio.project.blocks["Inner"].graph.frames["frame_1"].title == "Body"


def test_that_random_keys_and_clicks_leave_everything_in_order(canvas: MakeHands, qtbot: QtBot) -> None:
    chance = random.Random(4)
    hands = canvas(annotated())
    keys = [pair for pair in hands.view.keys.table if pair not in MENUS]
    for step in range(400):
        if chance.random() < 0.5:
            hands.key(*chance.choice(keys))
        else:
            place = QPointF(chance.uniform(-60, 800), chance.uniform(-80, 500))
            modifiers = chance.choice([NONE, NONE, SHIFT, CONTROL, ALT, CONTROL | SHIFT])
            if chance.random() < 0.5:
                hands.click(place, modifiers)
            else:
                hands.drag(place, place + QPointF(chance.uniform(-200, 200), chance.uniform(-200, 200)), modifiers)
        if chance.random() < 0.3:
            hands.view.searching.close()
            hands.view.annotating.editor.close_editor(take=bool(step % 2))
            hands.view.setFocus()
        if len(hands.graph) > 60:
            hands.studio.change_graph("Begin again", annotated())
    hands.view.pointer.cancel()
    hands.view.searching.close()
    hands.view.annotating.editor.close_editor(take=False)
    hands.assert_in_place()
    while hands.steps:
        hands.studio.undo()
    assert hands.graph == annotated()
    hands.assert_in_place()
