"""Notes by hand and by keys alone, and what notes and frames have in common: texts are plain, each gesture one step."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from dlstudio.graph.model import Graph, Note
from tests.gui.canvas.annotated import NOTE, annotated, corner
from tests.gui.canvas.conftest import MakeHands
from tests.gui.canvas.hands import CONTROL, NONE, SHIFT, Hands
from tests.gui.canvas.stand_in import chain

Key = Qt.Key


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
