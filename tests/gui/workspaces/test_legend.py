"""The names of curves: how many lines they take, and that values under the pointer move nothing."""

from __future__ import annotations

import pytest
from PySide6.QtGui import QColor

from dlstudio.gui.plots.legend import Entry, Legend

NAMES = ["training, by batch", "training, by epoch", "validation", *(f"run {each} validation" for each in range(2, 6))]
LINE = 20


@pytest.fixture
def legend(qtbot) -> Legend:
    made = Legend()
    qtbot.addWidget(made)
    made.set_entries({name: Entry(name, QColor("red")) for name in NAMES})
    return made


@pytest.mark.parametrize(("width", "lines"), [(1300, 1), (640, 2), (430, 3)])
def test_that_many_names_take_few_lines_in_a_narrow_plot(legend: Legend, width: int, lines: int) -> None:
    assert legend.heightForWidth(width) <= lines * LINE


@pytest.mark.parametrize("width", [1300, 640, 430, 120])
def test_that_values_move_nothing_and_are_seen(legend: Legend, width: int) -> None:
    height = legend.heightForWidth(width)
    legend.resize(width, height)
    before = legend.grab().toImage()
    legend.set_values(dict.fromkeys(NAMES, "0.1234"))
    assert legend.heightForWidth(width) == height
    assert legend.grab().toImage() != before
