"""How layers learn, in the window: what the strips hold, and that a continued run's repeated steps stand once."""

from __future__ import annotations

import math

import numpy as np
from PySide6.QtCore import QPointF

from dlstudio.gui import theme
from dlstudio.gui.plots.layer_strip import LayerStrip, between
from dlstudio.gui.workspaces.train.layer_history import LayerHistory
from dlstudio.gui.workspaces.train.layers_view import KINDS
from dlstudio.training.runs import events as ev
from tests.gui.workspaces.recorded import run_events


def measured(epoch: int, step: int, dead: float | None = 0.25) -> ev.Layers:
    conv = {"gradient": 0.5, "weights": 4.0, "update": 1e-3, "dead": dead}
    return ev.Layers(epoch=epoch, step=step, layers={"conv": conv, "logits": {"gradient": None, "weights": 2.0}})


def test_that_each_quantity_has_the_layers_that_measure_it() -> None:
    history = LayerHistory()
    history.add(measured(1, 1), 1)
    history.add(measured(1, 9, None), 9)
    assert history.layers("weights") == ["conv", "logits"]
    assert history.layers("dead") == ["conv"]
    assert history.values("weights").tolist() == [[4.0, 4.0], [2.0, 2.0]]
    assert history.values("dead")[0, 0] == 0.25 and math.isnan(history.values("dead")[0, 1])


def test_that_steps_that_a_continued_run_makes_again_stand_once() -> None:
    history = LayerHistory()
    for step in (1, 20, 40):
        history.add(measured(1, step), step)
    history.add(measured(2, 5), 25)
    assert history.steps == [1, 20, 25]
    assert history.values("weights").shape == (2, 3)


def test_that_the_tab_shows_the_layers_of_the_run(workspace, studio, qtbot):
    studio.add_run("0001", [*run_events(2, 20, end="running"), measured(1, 1), measured(2, 20)])
    workspace.views.tabs[1].click()
    view = workspace.views.layers
    qtbot.waitUntil(lambda: view.strip._names == ["conv"])  # updates are measured of one only
    assert view.strip._steps == [1, 40]
    assert not view.waiting.isVisible()
    for index in range(view.choice.count()):
        view.choice.setCurrentIndex(index)
        assert view.meaning.text() == KINDS[view.choice.currentData()].meaning
    assert view.strip._written(0.25) == "25 %"


def test_that_a_live_run_s_strips_grow(workspace, studio, qtbot):
    studio.add_run("0001", [*run_events(2, 20, end="running"), measured(1, 1)])
    workspace.views.tabs[1].click()
    view = workspace.views.layers
    qtbot.waitUntil(lambda: view.strip._steps == [1])
    studio.runEvents.emit("0001", [measured(2, 3)])
    qtbot.waitUntil(lambda: view.strip._steps == [1, 23])


def test_that_a_run_without_relu_says_why_there_are_no_dead_units(workspace, studio, qtbot):
    plain = ev.Layers(epoch=1, step=1, layers={"logits": {"gradient": 1.0, "weights": 2.0}})
    studio.add_run("0001", [*run_events(1, 20, end="running"), plain])
    workspace.views.tabs[1].click()
    view = workspace.views.layers
    view.choice.setCurrentIndex(view.choice.findData("dead"))
    qtbot.waitUntil(lambda: "relu" in view.waiting.text())


def test_that_the_pointer_finds_the_cell_below_it(qtbot):
    strip = LayerStrip()
    qtbot.addWidget(strip)
    strip.resize(600, 200)
    colours = between([(0.0, theme.color("raised")), (1.0, theme.color("error"))])
    strip.show_values(["a", "b"], [1, 2, 3], np.array([[0.0, 0.5, 1.0], [np.nan, 0.0, 0.0]]), colours)
    area = strip._area()
    assert strip.cell_at(QPointF(area.left() + 1, area.top() + 1)) == (0, 0)
    assert strip.cell_at(QPointF(area.right() - 1, area.bottom() - 1)) == (1, 2)
    assert strip.cell_at(QPointF(2, 2)) == (-1, -1)
    assert strip._image.pixelColor(2, 0).name() == theme.color("error").name()
    assert strip._image.pixelColor(0, 1).alpha() == 0
