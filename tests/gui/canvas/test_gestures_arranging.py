"""Every gesture that selects, copies, moves, tidies, aligns or looks about, with the mouse and by keys alone."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QAccessible
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from dlstudio.graph.edits import move_nodes
from dlstudio.graph.model import Graph, Wire
from dlstudio.graph.problems import Problem
from dlstudio.workbench.fragment import HEADER
from tests.gui.canvas.conftest import MakeHands
from tests.gui.canvas.hands import ALT, CONTROL, MIDDLE, NONE, SHIFT, Hands
from tests.gui.canvas.stand_in import Facts, chain, conv_graph

Key = Qt.Key


def twelve() -> Graph:
    return chain(*(f"d{i}" for i in range(12)))


# Select


def test_that_a_click_shift_click_and_a_rubber_band_select(canvas: MakeHands) -> None:
    hands = canvas(conv_graph())
    with hands.no_step():
        hands.click(hands.body("conv_1"))
        assert hands.studio.selection == {"conv_1"}
        hands.click(hands.body("pool_1"), SHIFT)
        assert hands.studio.selection == {"conv_1", "pool_1"}
        hands.drag((200, -60), (300, 60))
        assert hands.studio.selection == {"conv_1"}
        hands.drag((420, -60), (800, 60), SHIFT)
        assert hands.studio.selection == {"conv_1", "pool_1", "conv_2"}
        hands.click((330, 320))
        assert hands.studio.selection == frozenset()


def test_that_all_and_everything_downstream_are_selected(canvas: MakeHands) -> None:
    hands = canvas(conv_graph())
    hands.click(hands.body("gap"))
    hands.key(Key.Key_L, CONTROL)
    assert hands.studio.selection == {"gap", "logits", "digit"}
    hands.key(Key.Key_A, CONTROL)
    assert hands.studio.selection == set(hands.graph.nodes)


def test_that_several_are_selected_without_a_mouse(canvas: MakeHands) -> None:
    hands = canvas(conv_graph())
    hands.key(Key.Key_Right)
    hands.key(Key.Key_Right, SHIFT)
    hands.key(Key.Key_Right, SHIFT)
    assert hands.studio.selection == {"images", "conv_1", "pool_1"}
    hands.key(Key.Key_Left)
    assert hands.studio.selection == {"conv_1"}, "the walk goes on from the last one"
    hands.menu("Select everything downstream")
    assert "digit" in hands.studio.selection
    hands.key(Key.Key_Escape)
    assert hands.studio.selection == frozenset()
    hands.menu("Select all")
    assert len(hands.studio.selection) == 9


# Copy


def test_that_a_paste_of_twelve_nodes_is_one_step(canvas: MakeHands) -> None:
    hands = canvas(twelve())
    hands.drag((-60, -60), (2700, 200))
    hands.key(Key.Key_A, CONTROL)
    with hands.no_step():
        hands.key(Key.Key_C, CONTROL)
    with hands.one_step():
        hands.key(Key.Key_V, CONTROL)
        assert len(hands.studio.selection) == 12, "what was pasted is selected"
    assert len(hands.graph) == 24
    assert len(hands.wires) == 22


def test_that_what_is_copied_is_text_for_a_mail_and_another_window(canvas: MakeHands) -> None:
    hands, other = canvas(chain("a", "b", "c")), canvas(Graph())
    hands.studio.select(["a", "b"])
    hands.key(Key.Key_C, CONTROL)
    text = QApplication.clipboard().text()
    assert text.startswith(HEADER)
    QApplication.clipboard().setText("Hello,\n" + "".join(f"> {line}\n" for line in text.splitlines()) + "\nBye")
    with other.one_step():
        other.key(Key.Key_V, CONTROL)
    assert other.wires == {Wire("a", "b")}


@pytest.mark.parametrize("how", ["keys", "menu"])
def test_that_cut_and_duplicate_are_one_step_each(canvas: MakeHands, how: str) -> None:
    hands = canvas(chain("a", "b", "c"))
    hands.key(Key.Key_Right)
    hands.key(Key.Key_Right)
    with hands.one_step():
        hands.key(Key.Key_D, CONTROL) if how == "keys" else hands.menu("Duplicate")
    assert set(hands.graph.nodes) == {"a", "b", "c", "b_2"}
    hands.studio.select(["b"])
    with hands.one_step():
        hands.key(Key.Key_X, CONTROL) if how == "keys" else hands.menu("Cut")
    assert hands.wires == {Wire("a", "c")}
    hands.key(Key.Key_Escape)
    with hands.one_step():
        hands.key(Key.Key_V, CONTROL) if how == "keys" else hands.menu("Paste")
    assert "b" in hands.graph


# Move


def test_that_dragging_ten_nodes_is_one_step(canvas: MakeHands) -> None:
    hands = canvas(twelve())
    hands.view.fit_all()
    hands.studio.select([f"d{i}" for i in range(10)])
    start = hands.body("d4")
    with hands.one_step():
        hands.drag(start, start + QPointF(0, 150), ALT)
    tops = [hands.graph[f"d{i}"].at[1] for i in range(12)]
    assert len(set(tops[:10])) == 1
    assert tops[0] == pytest.approx(150, abs=6)
    assert tops[10:] == [0, 0]


def test_that_nudges_in_a_row_are_one_step_without_a_mouse(canvas: MakeHands) -> None:
    hands = canvas(chain("a", "b"))
    hands.key(Key.Key_Right)
    with hands.one_step():
        for key in (Key.Key_Down, Key.Key_Down, Key.Key_Right):
            hands.key(key, CONTROL)
    assert hands.graph["a"].at == (11, 22)


def test_that_nudging_another_node_is_another_step(canvas: MakeHands) -> None:
    hands = canvas(chain("a", "b"))
    for name in "ab":
        hands.studio.select([name])
        hands.key(Key.Key_Down, CONTROL)
    assert hands.steps == 2


# Tidy and align


@pytest.mark.parametrize("how", ["L", "menu"])
def test_that_tidy_slides_the_layout_and_is_one_step(canvas: MakeHands, qtbot: QtBot, how: str) -> None:
    graph = conv_graph()
    heap = move_nodes(graph, {name: (i * 13.0, i * 7.0) for i, name in enumerate(graph.nodes)})
    hands = canvas(heap)
    with hands.one_step():
        hands.key(Key.Key_L) if how == "L" else hands.menu("Tidy the layout")
        qtbot.waitUntil(lambda: hands.graph != heap)
        item = hands.view.canvas_scene.nodes["digit"]
        assert item.pos() != QPointF(*hands.graph["digit"].at), "it slides there"
        qtbot.waitUntil(lambda: item.pos() == QPointF(*hands.graph["digit"].at))
    bodies = [item.body() for item in hands.view.canvas_scene.nodes.values()]
    assert not any(a.intersects(b) for i, a in enumerate(bodies) for b in bodies[:i])


def test_that_tidy_with_a_selection_leaves_the_others(canvas: MakeHands, qtbot: QtBot) -> None:
    hands = canvas(conv_graph())
    hands.studio.select(["images", "conv_1", "skip"])
    hands.key(Key.Key_Down, CONTROL)
    before = hands.graph
    with hands.one_step():
        hands.key(Key.Key_L)
        qtbot.waitUntil(lambda: hands.graph != before)
    assert {n.id: n.at for n in hands.graph if n.id not in hands.studio.selection} == {
        n.id: n.at for n in before if n.id not in hands.studio.selection
    }


@pytest.mark.parametrize(
    ("key", "edge"), [(Key.Key_Left, "left"), (Key.Key_Right, "right"), (Key.Key_Up, "top"), (Key.Key_Down, "bottom")]
)
def test_that_control_shift_arrows_align(canvas: MakeHands, key: Qt.Key, edge: str) -> None:
    hands = canvas(conv_graph())
    hands.studio.select(["images", "skip", "digit"])
    with hands.one_step():
        hands.key(key, CONTROL | SHIFT)
    bodies = [hands.view.canvas_scene.nodes[name].body() for name in ("images", "skip", "digit")]
    assert len({getattr(body, edge)() for body in bodies}) == 1
    assert not any(a.intersects(b) for i, a in enumerate(bodies) for b in bodies[:i])


def test_that_aligning_is_in_the_menu_and_one_layer_is_refused(canvas: MakeHands) -> None:
    hands = canvas(conv_graph())
    hands.studio.select(["images", "skip"])
    with hands.one_step():
        hands.menu("Align", "Left edges")
    assert hands.graph["skip"].at[0] == 0
    hands.studio.select(["skip"])
    with hands.no_step():
        hands.key(Key.Key_Left, CONTROL | SHIFT)
    assert "two layers" in hands.studio.messages[-1]


def test_that_what_would_cover_another_is_spread(canvas: MakeHands) -> None:
    hands = canvas(chain("a", "b", "c"))
    hands.key(Key.Key_A, CONTROL)
    with hands.one_step():
        hands.key(Key.Key_Left, CONTROL | SHIFT)
    assert [node.at[0] for node in hands.graph] == [0, 0, 0]
    bodies = [item.body() for item in hands.view.canvas_scene.nodes.values()]
    assert not any(a.intersects(b) for i, a in enumerate(bodies) for b in bodies[:i])


# Move about


def test_that_the_view_is_moved_and_zoomed_with_the_mouse(canvas: MakeHands) -> None:
    hands = canvas(conv_graph())
    with hands.no_step():
        before = hands.pixel((0, 0))
        for button, held in ((MIDDLE, False), (Qt.MouseButton.LeftButton, True)):
            pixel = hands.pixel((330, 320))
            if held:
                hands.hold(Key.Key_Space)
            QTest.mousePress(hands.view.viewport(), button, NONE, pixel)
            hands._move(pixel + QPoint(50, 20), NONE, button)
            QTest.mouseRelease(hands.view.viewport(), button, NONE, pixel + QPoint(50, 20))
            if held:
                hands.let_go(Key.Key_Space)
        assert hands.pixel((0, 0)) - before == QPoint(100, 40)
        assert not hands.search.isVisible()


def test_that_the_view_is_moved_and_zoomed_without_a_mouse(canvas: MakeHands) -> None:
    hands = canvas(conv_graph())
    with hands.no_step():
        seen = hands.view.visible_area()
        hands.key(Key.Key_PageDown)
        assert hands.view.visible_area().top() > seen.top() + 300
        hands.key(Key.Key_PageUp)
        hands.key(Key.Key_PageDown, SHIFT)
        assert hands.view.visible_area().left() > seen.left() + 500
        middle = hands.view.visible_area().center()
        hands.key(Key.Key_Plus, SHIFT)
        assert hands.view.zoom == pytest.approx(1.25)
        assert (hands.view.visible_area().center() - middle).manhattanLength() < 4
        hands.key(Key.Key_Minus)
        hands.key(Key.Key_Minus)
        assert hands.view.zoom == pytest.approx(0.8)
        hands.key(Key.Key_0, CONTROL)
        assert hands.view.zoom == 1.0


def test_that_f_and_home_fit_the_selection_and_all(canvas: MakeHands) -> None:
    hands = canvas(twelve())
    with hands.no_step():
        hands.studio.select(["d10"])
        hands.key(Key.Key_F)
        assert hands.view.visible_area().contains(hands.view.canvas_scene.nodes["d10"].body())
        assert hands.view.zoom >= 1
        hands.key(Key.Key_Home)
        assert hands.view.visible_area().contains(hands.view.canvas_scene.bounds())


def test_that_the_minimap_shows_and_hides_and_a_click_goes_there(canvas: MakeHands) -> None:
    hands = canvas(twelve())
    minimap = hands.view.minimap
    with hands.no_step():
        QTest.mouseClick(minimap, Qt.MouseButton.LeftButton, NONE, QPoint(160, 48))
        assert hands.view.visible_area().center().x() > 1800
        hands.key(Key.Key_M)
        assert not minimap.isVisible()
        hands.menu("Minimap")
        assert minimap.isVisible()


def test_that_the_arrows_walk_along_the_wires_and_bring_into_view(canvas: MakeHands) -> None:
    hands = canvas(twelve())
    for _ in range(12):
        hands.key(Key.Key_Right)
    assert hands.studio.selection == {"d11"}
    assert hands.view.visible_area().contains(hands.view.canvas_scene.nodes["d11"].body())
    hands.key(Key.Key_Left)
    assert hands.studio.selection == {"d10"}
    hands.key(Key.Key_W)
    hands.key(Key.Key_Right)
    assert hands.studio.selection == {"d10"}, "from a wire into this layer, right leads to the layer"


def heard(hands: Hands) -> str:
    """What assistive technology reads of the widget that has the focus."""
    focused = QApplication.focusWidget()
    assert focused is hands.view
    interface = QAccessible.queryAccessibleInterface(focused)
    return interface.text(QAccessible.Text.Description)


def test_that_screen_readers_hear_name_type_shape_and_problems_while_walking(canvas: MakeHands) -> None:
    hands = canvas(conv_graph())
    hands.studio.set_facts(
        {"images": Facts({"outputs": (28, 28, 1)}), "conv_1": Facts({"outputs": (26, 26, 32)}, 320)},
        [Problem("The window is larger than the picture.", "conv_1")],
    )
    assert heard(hands) == "Network of 9 layers. Nothing is selected."
    hands.key(Key.Key_Right)
    assert heard(hands) == "images, Input, output shape 28 by 28 by 1."
    hands.key(Key.Key_Right)
    assert heard(hands) == (
        "conv_1, Conv2D, output shape 26 by 26 by 32, 320 parameters. Problem: The window is larger than the picture."
    )
    hands.key(Key.Key_W)
    assert heard(hands) == "Wire from images to conv_1, 28 by 28 by 1."
    hands.key(Key.Key_Right)
    hands.key(Key.Key_Right, SHIFT)
    assert heard(hands) == "pool_1, MaxPooling2D. 2 of 9 layers selected: pool_1, conv_1."


# Undo


def test_that_undo_and_redo_go_through_all_steps(canvas: MakeHands) -> None:
    hands = canvas(chain("a", "b", "c"))
    seen = [hands.graph]
    hands.studio.select(["b"])
    for key, modifiers in ((Key.Key_Down, CONTROL), (Key.Key_D, CONTROL), (Key.Key_Delete, NONE)):
        hands.key(key, modifiers)
        seen.append(hands.graph)
    for graph in reversed(seen[:-1]):
        hands.undo()
        assert hands.graph == graph
        hands.assert_in_place()
    for graph in seen[1:]:
        hands.key(Key.Key_Y, CONTROL)
        assert hands.graph == graph
        hands.assert_in_place()
