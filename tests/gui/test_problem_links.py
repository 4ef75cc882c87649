"""Every fix of a problem is a link in the list and the inspector; and the table that says where the cost is."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication

from dlstudio.compiler.facts import LayerFacts
from dlstudio.graph.problems import Fix, Problem
from dlstudio.gui.application import dress
from dlstudio.gui.workspaces.design.cost_table import CostTable, cost_rows
from dlstudio.gui.workspaces.design.fix_link import FixLink
from dlstudio.gui.workspaces.design.problems import ProblemList, ProblemRow

FIXES = (
    Fix(
        "Set the padding of conv_2 to same", ({"edit": "set", "node": "conv_2", "setting": "padding", "value": "same"},)
    ),
    Fix("Remove conv_2", ({"edit": "remove", "node": "conv_2"},)),
)
PROBLEM = Problem("'add_1' gets 14 × 14 × 32 from 'conv_2' and 16 × 16 × 32 from 'skip'.", "add_1", fixes=FIXES)


@pytest.fixture
def listed(qtbot):
    dress(QApplication.instance(), "dark")
    shown = ProblemList()
    qtbot.addWidget(shown)
    shown.resize(900, 120)
    shown.show()
    return shown


def test_that_each_fix_is_a_link_and_the_clicked_one_is_told(listed, qtbot) -> None:
    listed.show_problems((PROBLEM,))
    row = listed.findChild(ProblemRow)
    assert [link.text() for link in row.findChildren(FixLink)] == [fix.label for fix in FIXES]
    for link, fix in zip(row.links, FIXES, strict=True):
        with qtbot.waitSignal(listed.fixed) as told:
            qtbot.mouseClick(link, Qt.MouseButton.LeftButton)
        assert told.args[0].fix == fix
        assert told.args[0].message == PROBLEM.message


def test_that_a_problem_without_fix_has_no_link(listed) -> None:
    listed.show_problems((Problem("It is wrong.", "a"),))
    assert listed.findChildren(FixLink) == []


def test_that_a_link_without_room_ends_in_dots_and_shows_all_in_a_plain_tooltip(qtbot) -> None:
    link = FixLink(Fix("Bind x to the column <img src=/etc/passwd> & more", ()))
    qtbot.addWidget(link)
    link.resize(90, link.sizeHint().height())
    link.show()
    assert "&lt;img" in link.toolTip()
    assert link.minimumSizeHint().width() < link.sizeHint().width()
    link.resize(link.sizeHint())
    assert link.toolTip() == ""


def layers() -> dict[str, LayerFacts]:
    return {
        "conv": LayerFacts({"outputs": (26, 26, 4)}, "float32", 40, 40, 24_336, 2704),
        "flat": LayerFacts({"outputs": (2704,)}, "float32", 0, 0, 0, 2704),
        "dense": LayerFacts({"outputs": (64,)}, "float32", 173_120, 173_120, 173_056, 64),
        "odd": LayerFacts({"outputs": (5,)}, "float32", 10, 10, None, 5),
        "y": LayerFacts({"inputs": (5,)}, "float32", 0, 0, 0, 0),
    }


@pytest.fixture
def table(qtbot):
    dress(QApplication.instance(), "dark")
    shown = CostTable()
    qtbot.addWidget(shown)
    shown.resize(280, 200)
    shown.show_rows(cost_rows(layers(), 32))
    shown.show()
    return shown


def order(table: CostTable) -> list[str]:
    return [table.model().index(row, 0).data() for row in range(table.model().rowCount())]


def test_that_the_costliest_layer_comes_first_and_any_heading_sorts(table) -> None:
    assert order(table) == ["dense", "conv", "flat", "odd"]  # what is not known comes last
    table.sortByColumn(1, Qt.SortOrder.DescendingOrder)
    assert order(table)[:2] == ["dense", "conv"]
    table.sortByColumn(3, Qt.SortOrder.AscendingOrder)
    assert order(table)[0] == "odd"
    table.sortByColumn(0, Qt.SortOrder.AscendingOrder)
    assert order(table) == ["conv", "dense", "flat", "odd"]


def test_that_numbers_are_written_for_people(table) -> None:
    texts = [table.model().index(0, column).data() for column in range(4)]
    assert texts == ["dense", "173 k", "173 k", "64"]
    assert table.model().index(3, 2).data() == "?"
    tip = table.model().index(0, 3).data(Qt.ItemDataRole.ToolTipRole)
    assert tip == "64 values for one sample, 8.2 kB for one batch"


def test_that_a_click_chooses_the_layer_wherever_it_was_sorted_to(table, qtbot) -> None:
    table.sortByColumn(0, Qt.SortOrder.AscendingOrder)
    place = table.visualRect(table.model().index(1, 0)).center()
    with qtbot.waitSignal(table.chosen) as told:
        qtbot.mouseClick(table.viewport(), Qt.MouseButton.LeftButton, pos=place)
    assert told.args == ["dense"]


def test_that_other_costs_keep_the_order_that_was_asked_for(table) -> None:
    table.sortByColumn(0, Qt.SortOrder.AscendingOrder)
    table.show_rows(cost_rows({**layers(), "a": LayerFacts({"outputs": (1,)}, "float32", 1, 1, 1, 1)}, 32))
    assert order(table)[0] == "a"
