"""How much is painted for what: counts of repaints and of painted nodes, for each thing that hands and facts do."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from PySide6.QtCore import QEvent, QObject, QPoint, QPointF, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from dlstudio.graph import edits
from dlstudio.graph.layout import layered_positions
from dlstudio.graph.layout.tidying import tidied
from dlstudio.gui.canvas import tidying
from dlstudio.gui.canvas.node_item import NodeItem
from dlstudio.gui.canvas.wire_item import WireItem
from tests.graph.networks import nasnet, resnet50
from tests.gui.canvas.conftest import MakeHands
from tests.gui.canvas.hands import Hands
from tests.gui.canvas.stand_in import Facts


class Painted(QObject):
    """Counts what is painted while it is watched."""

    def __init__(self, hands: Hands, monkeypatch: pytest.MonkeyPatch) -> None:
        super().__init__()
        self._hands = hands
        self.repaints = self.nodes = self.wires = 0
        hands.view.viewport().installEventFilter(self)
        for kind, name in ((NodeItem, "nodes"), (WireItem, "wires")):
            monkeypatch.setattr(kind, "paint", self._counted(kind.paint, name))

    def _counted(self, paint: Callable[..., None], name: str) -> Callable[..., None]:
        def counting(*arguments: object) -> None:
            setattr(self, name, getattr(self, name) + 1)
            paint(*arguments)

        return counting

    def eventFilter(self, _watched: QObject, event: QEvent) -> bool:
        self.repaints += event.type() == QEvent.Type.Paint
        return False

    def by(self, do: Callable[[], object]) -> tuple[int, int, int]:
        """Repaints of the canvas, painted nodes and painted wires that something causes."""
        settle()
        self.repaints = self.nodes = self.wires = 0
        do()
        settle()
        return (self.repaints, self.nodes, self.wires)


def settle() -> None:
    """Lets everything happen that has been posted, repaints too."""
    for _ in range(4):
        QApplication.processEvents()


@pytest.fixture
def seen(canvas: MakeHands, monkeypatch: pytest.MonkeyPatch, qtbot: QtBot) -> Iterator[tuple[Hands, Painted]]:
    graph = resnet50()
    graph = edits.move_nodes(graph, layered_positions(graph))
    hands = canvas(graph)
    hands.studio.set_facts({name: Facts({"outputs": (26, 26, 32)}, 320) for name in graph.nodes})
    hands.look_at(500, 350)
    hands.view.toggle_minimap()
    yield hands, Painted(hands, monkeypatch)


def test_that_nothing_is_painted_at_rest(seen: tuple[Hands, Painted]) -> None:
    _, painted = seen
    assert painted.by(lambda: None) == (0, 0, 0)
    assert painted.by(lambda: QTest.qWait(60)) == (0, 0, 0)


def test_that_hovering_paints_one_node_and_what_touches_it(seen: tuple[Hands, Painted]) -> None:
    hands, painted = seen
    scene = hands.view.canvas_scene
    repaints, nodes, _ = painted.by(lambda: scene.hover(scene.nodes["conv2d_1"]))
    assert repaints == 1
    assert nodes <= 2
    repaints, nodes, _ = painted.by(lambda: scene.hover(scene.nodes["batchnormalization_2"]))
    assert repaints == 1
    assert nodes <= 4


def test_that_selecting_paints_only_what_changed(seen: tuple[Hands, Painted]) -> None:
    hands, painted = seen
    repaints, nodes, _ = painted.by(lambda: hands.studio.select(["conv2d_1"]))
    assert repaints == 1
    assert nodes <= 2


def test_that_a_drag_step_repaints_once_and_little(seen: tuple[Hands, Painted]) -> None:
    hands, painted = seen
    start = hands.body("conv2d_1")
    hands.press(start)
    hands.drag_on(start, start + QPointF(20, 20))
    total = len(hands.view.canvas_scene.bodies_in(hands.view.visible_area()))
    assert total > 12
    alt, left = Qt.KeyboardModifier.AltModifier, Qt.MouseButton.LeftButton
    step = painted.by(lambda: hands._move(hands.pixel(start + QPointF(26, 27)), alt, left))
    assert step[0] == 1
    assert step[1] <= 6
    hands.release(start + QPointF(26, 27), Qt.KeyboardModifier.AltModifier)


def test_that_an_edit_of_a_setting_repaints_once_and_one_node(seen: tuple[Hands, Painted]) -> None:
    hands, painted = seen
    graph = edits.set_settings(hands.graph, "conv2d_1", {"filters": 32})
    repaints, nodes, _ = painted.by(lambda: hands.studio.change_graph("Edit", graph))
    assert repaints == 1
    assert nodes <= 2


def test_that_fresh_shapes_repaint_once_and_only_where_they_differ(seen: tuple[Hands, Painted]) -> None:
    hands, painted = seen
    same = dict(hands.studio.facts_by_node)
    assert painted.by(lambda: hands.studio.set_facts(same)) == (0, 0, 0)
    equal = {name: Facts({"outputs": (26, 26, 32)}, 320) for name in same}
    assert painted.by(lambda: hands.studio.set_facts(equal)) == (0, 0, 0)
    changed = same | {"conv2d_1": Facts({"outputs": (13, 13, 64)}, 640)}
    repaints, nodes, _ = painted.by(lambda: hands.studio.set_facts(changed))
    assert repaints == 1
    assert nodes <= 2


def test_that_a_pan_and_a_zoom_step_repaint_once(seen: tuple[Hands, Painted]) -> None:
    hands, painted = seen
    assert painted.by(lambda: hands.view.pan(QPointF(30, 0)))[0] == 1
    assert painted.by(lambda: hands.view.set_zoom(0.9))[0] == 1
    assert painted.by(lambda: hands.view.set_zoom(0.2)) == (1, 0, 0), "far out no item paints itself"


def test_that_moving_the_view_never_paints_the_minimaps_blocks_again(seen: tuple[Hands, Painted]) -> None:
    hands, _ = seen
    minimap = hands.view.minimap
    hands.view.toggle_minimap()
    hands.look_at(1600, 1000, 1.0)
    settle()
    before = minimap.painted
    assert before
    for step in range(5):
        hands.view.pan(QPointF(-8 * step, -4))
        settle()
    assert minimap.painted == before
    hands.studio.select(["conv2d_1"])
    settle()
    assert minimap.painted == before + 1


def test_that_dragging_in_the_minimap_moves_the_view_with_the_pointer(seen: tuple[Hands, Painted]) -> None:
    hands, _ = seen
    minimap = hands.view.minimap
    hands.view.toggle_minimap()
    hands.look_at(1600, 900, 0.6)
    to_map = minimap._to_map()
    held = to_map.map(hands.view.visible_area().center()).toPoint() + QPoint(3, 2)
    before = hands.view.visible_area().center()
    QTest.mousePress(minimap, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, held)
    assert (hands.view.visible_area().center() - before).manhattanLength() < 3, "a press inside moves nothing"
    QTest.mouseRelease(minimap, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, held)
    elsewhere = QPointF(2600, 1500)
    pixel = to_map.map(elsewhere).toPoint()
    QTest.mouseClick(minimap, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, pixel)
    assert (hands.view.visible_area().center() - elsewhere).manhattanLength() < 1.5 / to_map.m11()


def test_that_a_change_of_one_node_looks_at_no_other(canvas: MakeHands, monkeypatch: pytest.MonkeyPatch) -> None:
    from dlstudio.gui.canvas import look_changes

    hands = canvas(resnet50())
    looked: list[str] = []
    real = look_changes.node_look

    def counted(node: object, *arguments: object, **options: object) -> object:
        looked.append(node.id)  # type: ignore[attr-defined]
        return real(node, *arguments, **options)  # type: ignore[arg-type]

    monkeypatch.setattr(look_changes, "node_look", counted)
    hands.studio.change_graph("Edit", edits.set_settings(hands.graph, "conv2d_1", {"filters": 32}))
    assert looked == ["conv2d_1"]
    looked.clear()
    hands.studio.change_graph("Move", edits.move_nodes(hands.graph, {"conv2d_1": (5, 900)}))
    assert looked == []


def test_that_a_large_network_is_tidied_in_a_thread_as_one_step(canvas: MakeHands, qtbot: QtBot) -> None:
    graph = nasnet(5)
    assert len(graph) > tidying.AT_ONCE
    hands = canvas(graph)
    act = hands.view.actions_
    hands.key(Qt.Key.Key_L)
    assert act.tidying.running
    assert hands.studio.labels == [], "the window goes on while it is laid out"
    qtbot.waitUntil(lambda: not act.tidying.running, timeout=20000)
    assert hands.studio.labels == ["Tidy the layout"]
    sizes = {node.id: hands.view.size_of(node, graph) for node in graph}
    room = hands.view.viewport().size()
    assert hands.graph == tidied(graph, sizes, (room.width(), room.height()))
    hands.key(Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert hands.graph == graph


def test_that_a_network_changed_meanwhile_stays_as_it_is(canvas: MakeHands, qtbot: QtBot) -> None:
    hands = canvas(nasnet(5))
    hands.key(Qt.Key.Key_L)
    changed = edits.set_settings(hands.graph, "conv2d_1", {"filters": 64})
    hands.studio.change_graph("Edit", changed)
    qtbot.waitUntil(lambda: not hands.view.actions_.tidying.running, timeout=20000)
    assert hands.graph == changed
    assert any("was changed while" in message for message in hands.studio.messages)
