"""Zoom, pan, fit, minimap, pictures, and what a screen reader hears."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QHelpEvent, QImage, QInputDevice, QPointingDevice, QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QToolTip
from pytestqt.qtbot import QtBot

from dlstudio.graph.model import Graph, Node
from dlstudio.graph.problems import Fix, Problem
from dlstudio.gui import theme
from dlstudio.gui.canvas.navigation import READABLE_ZOOM
from tests.gui.canvas.conftest import MakeHands
from tests.gui.canvas.hands import MIDDLE, Hands
from tests.gui.canvas.stand_in import Facts, chain, conv_graph


def wheel(hands: Hands, pixel: QPoint, angle: QPoint, touchpad: bool = False) -> None:
    viewport = hands.view.viewport()
    kind = QInputDevice.DeviceType.TouchPad if touchpad else QInputDevice.DeviceType.Mouse
    device = QPointingDevice(
        "test",
        1,
        kind,
        QPointingDevice.PointerType.Finger if touchpad else QPointingDevice.PointerType.Generic,
        QInputDevice.Capability.Scroll,
        1,
        3,
    )
    event = QWheelEvent(
        QPointF(pixel),
        QPointF(viewport.mapToGlobal(pixel)),
        angle if touchpad else QPoint(),
        angle,
        Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier,
        Qt.ScrollPhase.NoScrollPhase,
        False,
        Qt.MouseEventSource.MouseEventNotSynthesized,
        device,
    )
    QApplication.sendEvent(viewport, event)


def test_that_the_wheel_zooms_at_the_pointer(canvas: MakeHands) -> None:
    hands = canvas(conv_graph())
    pixel = hands.pixel(hands.body("conv_1"))
    before = hands.view.mapToScene(pixel)
    wheel(hands, pixel, QPoint(0, 240))
    assert hands.view.zoom > 1.3
    assert (hands.view.mapToScene(pixel) - before).manhattanLength() < 2
    for _ in range(40):
        wheel(hands, pixel, QPoint(0, -240))
    assert 0.03 < hands.view.zoom < 0.05


def test_that_two_fingers_scroll_instead(canvas: MakeHands) -> None:
    hands = canvas(conv_graph())
    before = hands.pixel((0, 0))
    wheel(hands, QPoint(300, 300), QPoint(0, -60), touchpad=True)
    assert hands.view.zoom == 1.0
    assert hands.pixel((0, 0)) - before == QPoint(0, -60)


def test_that_the_middle_button_pans(canvas: MakeHands) -> None:
    hands = canvas(conv_graph())
    before = hands.pixel((0, 0))
    start = QPointF(330, 320)
    hands.press(start, button=MIDDLE)
    pixel = hands.pixel(start)
    hands._move(pixel + QPoint(50, 20), Qt.KeyboardModifier.NoModifier, MIDDLE)
    QTest.mouseRelease(hands.view.viewport(), MIDDLE, Qt.KeyboardModifier.NoModifier, pixel + QPoint(50, 20))
    assert hands.pixel((0, 0)) - before == QPoint(50, 20)
    assert hands.studio.labels == []


def test_that_space_and_a_drag_pan_without_opening_the_search(canvas: MakeHands) -> None:
    hands = canvas(conv_graph())
    before = hands.pixel((0, 0))
    pixel = hands.pixel(hands.body("conv_1"))
    hands.hold(Qt.Key.Key_Space)
    QTest.mousePress(hands.view.viewport(), Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, pixel)
    hands._move(pixel + QPoint(-30, 40), Qt.KeyboardModifier.NoModifier, Qt.MouseButton.LeftButton)
    QTest.mouseRelease(hands.view.viewport(), Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, pixel)
    hands.let_go(Qt.Key.Key_Space)
    assert hands.pixel((0, 0)) - before == QPoint(-30, 40)
    assert not hands.search.isVisible()


def test_that_home_shows_everything_beside_the_minimap(canvas: MakeHands) -> None:
    hands = canvas(chain(*(f"d{i}" for i in range(30))))
    hands.key(Qt.Key.Key_Home)
    seen = hands.view.visible_area()
    assert all(seen.contains(item.body()) for item in hands.view.canvas_scene.nodes.values())


def test_that_f_shows_the_selection_and_center_on_a_node(canvas: MakeHands) -> None:
    hands = canvas(chain(*(f"d{i}" for i in range(30))))
    hands.studio.select(["d20"])
    hands.key(Qt.Key.Key_F)
    assert hands.view.visible_area().contains(hands.view.canvas_scene.nodes["d20"].body())
    hands.view.center_on("d3")
    middle = hands.view.canvas_scene.nodes["d3"].body().center()
    assert (hands.view.visible_area().center() - middle).manhattanLength() < 4


def test_that_m_toggles_the_minimap_and_a_click_in_it_moves_there(canvas: MakeHands) -> None:
    hands = canvas(chain(*(f"d{i}" for i in range(30))))
    minimap = hands.view.minimap
    assert minimap.isVisible()
    QTest.mouseClick(minimap, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, QPoint(160, 48))
    assert hands.view.visible_area().center().x() > 5000
    hands.key(Qt.Key.Key_M)
    assert not minimap.isVisible()


def test_that_the_far_out_view_shows_the_nodes(canvas: MakeHands) -> None:
    hands = canvas(conv_graph())
    hands.look_at(440, 180, zoom=0.15)
    picture = hands.view.grab().toImage()
    ratio = picture.devicePixelRatio()
    pixel = hands.pixel(hands.view.canvas_scene.nodes["conv_1"].body().center())
    color = picture.pixelColor(round(pixel.x() * ratio), round(pixel.y() * ratio))
    assert color == theme.color("raised")


@pytest.mark.parametrize("suffix", ["png", "svg"])
def test_that_a_picture_of_the_network_is_written(canvas: MakeHands, tmp_path: Path, suffix: str) -> None:
    hands = canvas(conv_graph())
    path = tmp_path / f"network.{suffix}"
    assert hands.view.render_picture(path)
    if suffix == "png":
        image = QImage(str(path))
        assert image.width() > 2 * 820
    else:
        assert "Conv2D" in path.read_text()


def test_that_a_picture_that_cannot_be_written_is_reported(canvas: MakeHands, tmp_path: Path) -> None:
    hands = canvas(conv_graph())
    assert not hands.view.render_picture(tmp_path / "nowhere" / "network.png")
    assert "could not be written" in hands.studio.messages[-1]


def test_that_the_description_says_name_type_shape_and_problem(canvas: MakeHands) -> None:
    hands = canvas(conv_graph())
    hands.studio.set_facts(
        {"add_1": Facts({"outputs": (13, 13, 64)}, 0)}, [Problem("add_1 cannot add these.", "add_1")]
    )
    hands.studio.select(["add_1"])
    said = hands.view.accessibleDescription()
    assert said == "add_1, Add, output shape 13 by 13 by 64. Problem: add_1 cannot add these."
    hands.studio.select([])
    assert "9 layers" in hands.view.accessibleDescription()


def test_that_the_tooltip_never_reads_a_message_as_markup(canvas: MakeHands) -> None:
    hands = canvas(chain("a", "b"))
    hands.studio.set_facts({}, [Problem("<img src='/etc/passwd'> & more", "a")])
    pixel = hands.pixel(hands.body("a"))
    viewport = hands.view.viewport()
    QApplication.sendEvent(viewport, QHelpEvent(QEvent.Type.ToolTip, pixel, viewport.mapToGlobal(pixel)))
    assert "&lt;img" in QToolTip.text()
    QToolTip.hideText()


def test_that_an_error_colours_node_and_the_wire_to_blame(canvas: MakeHands) -> None:
    hands = canvas(conv_graph())
    fix = Fix("Set padding", ({"edit": "set", "node": "conv_2", "setting": "padding", "value": "same"},))
    hands.studio.set_facts({}, [Problem("Shapes differ.", "add_1", fix)])
    scene = hands.view.canvas_scene
    assert scene.nodes["add_1"].look.severity == "error"
    assert {(w.source, w.target) for w, item in scene.wires.items() if item.wrong} == {("conv_2", "add_1")}
    hands.studio.set_facts({})
    assert not any(item.wrong for item in scene.wires.values())


def test_that_an_empty_canvas_says_what_to_do(canvas: MakeHands, qtbot: QtBot) -> None:
    hands = canvas(Graph())
    assert hands.view.hint.isVisible()
    with qtbot.waitSignal(hands.view.templateRequested):
        QTest.mouseClick(hands.view.hint.button, Qt.MouseButton.LeftButton)
    hands.key(Qt.Key.Key_Tab)
    hands.search_for("dense")
    assert not hands.view.hint.isVisible()


def test_that_only_what_changed_is_touched(canvas: MakeHands) -> None:
    hands = canvas(conv_graph())
    scene = hands.view.canvas_scene
    before, looks = dict(scene.nodes), {name: item.look for name, item in scene.nodes.items()}
    hands.studio.select(["gap"])
    hands.key(Qt.Key.Key_Delete)
    assert all(scene.nodes[name] is before[name] for name in scene.nodes)
    assert "gap" not in scene.nodes
    unchanged = set(scene.nodes) - {"add_1", "logits"}
    assert all(scene.nodes[name].look is looks[name] for name in unchanged)


def test_that_an_unknown_type_is_shown_with_its_wires(canvas: MakeHands) -> None:
    graph = chain("a", "b", "c")
    nodes = {**graph.nodes, "b": Node("b", "keras.layers.Gone", {}, (220, 0))}
    hands = canvas(Graph(nodes, graph.wires))
    assert hands.view.canvas_scene.nodes["b"].look.title == "Gone"
    assert len(hands.view.canvas_scene.wires) == 2


def test_that_the_theme_changes_the_canvas_at_once(canvas: MakeHands) -> None:
    hands = canvas(conv_graph())
    try:
        theme.set_theme("light")
        image = hands.view.grab().toImage()
        assert image.pixelColor(3, 3) == theme.color("canvas")
    finally:
        theme.set_theme("dark")


def test_that_a_project_fits_the_window_until_somebody_moves_about(canvas: MakeHands) -> None:
    hands = canvas(chain(*(f"d{i}" for i in range(3))))
    hands.view._document_opened()
    hands.studio.projectChanged.emit()
    hands.view.resize(700, 400)
    assert hands.view.visible_area().contains(hands.view.canvas_scene.bounds())
    wheel(hands, QPoint(300, 200), QPoint(0, 240))
    zoom = hands.view.zoom
    hands.view.resize(900, 500)
    assert hands.view.zoom == zoom


def test_that_the_first_fit_shows_the_beginning_of_a_long_network_readably(canvas: MakeHands) -> None:
    hands = canvas(chain(*(f"d{i}" for i in range(30))))
    hands.view._document_opened()
    hands.studio.projectChanged.emit()
    hands.view.resize(700, 400)
    assert hands.view.zoom == READABLE_ZOOM
    assert hands.view.visible_area().contains(hands.view.canvas_scene.nodes["d0"].body())
    hands.view.fit_all()
    assert hands.view.visible_area().contains(hands.view.canvas_scene.bounds())
