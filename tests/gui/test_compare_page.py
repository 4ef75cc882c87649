"""Two networks side by side: what is chosen, marked, listed and pointed to."""

from __future__ import annotations

from dataclasses import replace

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from dlstudio.graph.edits import add_node, insert_into_wire, remove_nodes, set_settings
from dlstudio.graph.model import Node, Wire
from dlstudio.graph.project import Project
from dlstudio.graph.saving import save_project
from dlstudio.gui.compare.page import ComparePage
from tests.gui.canvas.stand_in import conv_graph
from tests.gui.workspaces.fake_studio import FakeStudio
from tests.gui.workspaces.recorded import run_events


class Answers:
    path = None

    def project_to_open(self, _start):
        return self.path


@pytest.fixture
def studio():
    made = FakeStudio(Project("Digits", graph=conv_graph()))
    made.saved = True
    made.add_run("0001", run_events(4))
    graph = set_settings(made.project.graph, "conv_1", {"filters": 64})
    graph = insert_into_wire(
        add_node(graph, Node("norm", "keras.layers.BatchNormalization")), "norm", Wire("conv_1", "pool_1")
    )
    made.project = replace(made.project, graph=remove_nodes(graph, ["gap"]))
    return made


@pytest.fixture
def page(qtbot: QtBot, studio) -> ComparePage:
    made = ComparePage(studio, Answers())
    qtbot.addWidget(made)
    made.resize(1300, 800)
    made.show()
    made.open()
    return made


def lines(page: ComparePage) -> list[list[str]]:
    items = [page.table.topLevelItem(i) for i in range(page.table.topLevelItemCount())]
    return [[item.text(column) for column in range(4)] for item in items]


def test_that_the_drawing_is_compared_with_the_latest_run(page):
    assert page.old.choice.currentText() == "Run 1"
    assert page.new.choice.currentText() == "The drawing now"
    assert page.summary.text().startswith("1 layer added, 1 layer removed, 1 layer changed")
    assert ["~ changed", "conv_1 · filters", "32", "64"] in lines(page)
    assert page.new.view._marks == {"conv_1": "changed", "norm": "added"}
    assert page.old.view._marks == {"conv_1": "changed", "gap": "removed"}


def test_that_metrics_of_a_run_stand_beside_nothing_for_the_drawing(page):
    accuracy = next(line for line in lines(page) if line[0] == "metric" and "ccuracy" in line[1])
    assert accuracy[2].endswith("%")
    assert accuracy[3] == "–"


def test_that_a_row_points_to_its_node_on_the_side_that_has_it(page):
    added = next(i for i, line in enumerate(lines(page)) if line[1] == "norm")
    page.table.setCurrentItem(page.table.topLevelItem(added))
    assert page.new.view._pointed == "norm"
    assert page.old.view._pointed == ""
    shown = page.new.view.visible_area()
    assert shown.contains(page.new.view.canvas_scene.nodes["norm"].body())


def test_that_an_edit_is_compared_at_once(page, studio):
    studio.change("x", replace(studio.project, graph=remove_nodes(studio.project.graph, ["norm"])))
    assert "norm" not in [line[1] for line in lines(page)]


def test_that_sides_can_be_swapped_and_left_by_key(page, qtbot):
    qtbot.mouseClick(page.swap, Qt.MouseButton.LeftButton)
    assert page.new.choice.currentText() == "Run 1"
    assert ["~ changed", "conv_1 · filters", "64", "32"] in lines(page)
    with qtbot.waitSignal(page.closed, timeout=1000):
        qtbot.keyClick(page.table, Qt.Key.Key_Escape)


def test_that_another_project_can_be_chosen_and_a_broken_one_is_explained(page, studio, tmp_path):
    page._questions.path = tmp_path
    messages = []
    studio.message.connect(lambda text, _: messages.append(text))
    page.old.chosen.emit(page.old.choice.count() - 1)
    assert "no project.json" in messages[0]
    save_project(Project("Other", graph=conv_graph()), tmp_path)
    page.old.chosen.emit(page.old.choice.count() - 1)
    assert page.old.choice.currentText().startswith("Other (")
    assert "norm" in [line[1] for line in lines(page)]
