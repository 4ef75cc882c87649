"""The dialog that looks for a learning rate: it asks, shows, and changes the project only where a rate is taken."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtCore import QPointF, Qt

from dlstudio.graph.project import ObjectSettings
from dlstudio.gui.workspaces.train.rate_finder import RateFinder

RATES = [float(rate) for rate in np.geomspace(1e-7, 1.0, 71)]
LOSSES = [2.0 - min(i, 60) / 60 + max(i - 60, 0) * 0.2 for i in range(71)]


@pytest.fixture
def finder(qtbot, studio):
    optimizer = ObjectSettings("keras.optimizers.SGD", {"learning_rate": 0.5})
    studio.project = replace(studio.project, training=replace(studio.project.training, optimizer=optimizer))
    made = RateFinder(studio)
    qtbot.addWidget(made)
    made.show()
    return made


def test_that_it_asks_at_once_and_offers_what_was_found(finder, studio, qtbot):
    assert not finder.take.isEnabled()
    studio.waiting("find_rate").then({"rates": RATES, "losses": LOSSES, "suggestion": 0.012})
    assert finder.take.text() == "Take 0.012"
    assert "the recipe has 0.5" in finder.said.text()
    qtbot.mouseClick(finder.take, Qt.MouseButton.LeftButton)
    assert studio.project.training.optimizer.settings["learning_rate"] == 0.012
    assert studio.changes == ["Learn at a rate of 0.012"]


def test_that_a_click_into_the_curve_chooses_another_rate(finder, studio, qtbot):
    studio.waiting("find_rate").then({"rates": RATES, "losses": LOSSES, "suggestion": 0.012})
    place = QPointF(finder.curve._x(0.001), 60).toPoint()
    qtbot.mouseClick(finder.curve, Qt.MouseButton.LeftButton, pos=place)
    assert finder._rate == pytest.approx(0.001, rel=0.1)


def test_that_a_curve_without_a_suggestion_says_so(finder, studio):
    studio.waiting("find_rate").then({"rates": RATES, "losses": [1.0] * 71, "suggestion": None})
    assert "fell nowhere" in finder.said.text()
    assert not finder.take.isEnabled()


def test_that_closing_gives_up_the_test(finder, studio):
    finder.reject()
    assert ("cancel", 1) in studio.calls


def test_that_a_failure_is_said_and_can_be_tried_again(finder, studio):
    studio.waiting("find_rate").failed("The project has no data yet.")
    assert finder.said.text() == "The project has no data yet."
    assert finder.again.isEnabled()
