"""Context menus, the edge of the view, and the canvas on the real studio."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest
from PySide6.QtCore import QPointF, Qt
from PySide6.QtWidgets import QMenu
from pytestqt.qtbot import QtBot

from dlstudio.catalogue.loading import load_catalogue
from dlstudio.graph.model import Graph, Wire
from dlstudio.graph.problems import Problem
from dlstudio.graph.project import Project
from dlstudio.gui.canvas.menus import canvas_menu
from dlstudio.gui.canvas.view import CanvasView
from dlstudio.gui.studio import Studio
from dlstudio.training import launching
from dlstudio.workbench.document import Document
from tests.gui.canvas.conftest import MakeHands
from tests.gui.canvas.hands import ALT
from tests.gui.canvas.stand_in import chain
from tests.gui.fake_engine import FakeEngine


def choose(menu: QMenu, text: str) -> None:
    next(action for action in menu.actions() if action.text().startswith(text)).trigger()


def test_that_the_menu_of_a_node_selects_and_deletes_it(canvas: MakeHands) -> None:
    hands = canvas(chain("a", "b", "c"))
    menu = canvas_menu(hands.view, hands.body("b"))
    assert hands.studio.selection == {"b"}
    choose(menu, "Delete and leave")
    assert hands.wires == set()


def test_that_the_menu_of_a_node_leads_to_its_problem(canvas: MakeHands) -> None:
    hands = canvas(chain("a"))
    hands.studio.set_facts({}, [Problem("Nothing feeds 'a'.", "a")])
    shown: list[str] = []
    hands.view.problemClicked.connect(shown.append)
    choose(canvas_menu(hands.view, hands.body("a")), "Show its problem")
    assert shown == ["a"]


def test_that_the_menu_of_a_wire_inserts_and_removes(canvas: MakeHands) -> None:
    hands = canvas(chain("a", "b", "c"))
    choose(canvas_menu(hands.view, hands.wire("a", "b")), "Insert a layer")
    hands.search_for("dropout")
    assert Wire("dropout", "b") in hands.wires
    choose(canvas_menu(hands.view, hands.wire("b", "c")), "Remove the wire")
    assert Wire("b", "c") not in hands.wires


def test_that_the_menu_of_the_canvas_pastes_at_the_pointer(canvas: MakeHands) -> None:
    hands = canvas(chain("a"))
    hands.studio.select(["a"])
    hands.view.copying.copy()
    choose(canvas_menu(hands.view, QPointF(300, 200)), "Paste")
    assert hands.graph["a_2"].at == (300, 200)


def test_that_nothing_is_wired_behind_an_output(canvas: MakeHands) -> None:
    hands = canvas(Graph())
    hands.view.actions_.add("Output", QPointF(0, 0))
    hands.view.actions_.add_after("keras.layers.Dense", "output")
    hands.view.actions_.add_after("Input", "dense")
    assert hands.wires == set()
    assert set(hands.graph.nodes) == {"output", "dense", "input"}


def test_that_a_drag_at_the_edge_pans_on(canvas: MakeHands, qtbot: QtBot) -> None:
    hands = canvas(chain("a", "b"))
    start = hands.body("b")
    edge = hands.view.mapToScene(995, 300)
    hands.press(start)
    hands.drag_on(start, edge, ALT)
    before = hands.view.visible_area().left()
    qtbot.waitUntil(lambda: hands.view.visible_area().left() > before + 30)
    hands.key(Qt.Key.Key_Escape)
    assert hands.view.canvas_scene.nodes["b"].pos() == QPointF(220, 0)


@pytest.fixture
def studio(qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> Iterator[Studio]:
    monkeypatch.setattr(launching, "prepare_spare", lambda *_: None)
    studio = Studio(Document(Project(graph=chain("a", "b"))), engine=FakeEngine(), catalogue=load_catalogue())
    yield studio
    studio.close()


def test_that_the_canvas_follows_the_real_studio(qtbot: QtBot, studio: Studio) -> None:
    view = CanvasView(studio)
    qtbot.addWidget(view)
    view.resize(800, 600)
    view.show()
    view.choose(["a"])
    view.actions_.add_after("keras.layers.Dropout", "a")
    assert set(view.canvas_scene.wires) == {Wire("a", "dropout"), Wire("dropout", "b")}
    studio.undo()
    assert set(view.canvas_scene.nodes) == {"a", "b"}
    studio.open_document(Document(replace(studio.project, graph=chain("x", "y", "z"))))
    assert set(view.canvas_scene.nodes) == {"x", "y", "z"}
    assert view.visible_area().contains(view.canvas_scene.bounds())
