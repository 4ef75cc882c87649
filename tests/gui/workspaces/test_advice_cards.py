"""Advice in the window: the tab counts it, a card says it, a click changes the recipe."""

from __future__ import annotations

import pytest
from PySide6.QtWidgets import QLabel, QPushButton

from dlstudio.gui.workspaces.train.workspace import TrainWorkspace
from dlstudio.training import events as ev
from tests.gui.workspaces.recorded import run_events


def climbing(count: int = 8) -> list[ev.Event]:
    """A run whose validation loss climbs from the third epoch on."""
    started = ev.Started(time=1.0, epochs=count, steps_per_epoch=10, samples=100)
    rows = [{"loss": 2.0 / n, "val_loss": 1.0 + 0.3 * abs(n - 3)} for n in range(1, count + 1)]
    return [started, *(ev.Epoch(time=n + 2.0, epoch=n + 1, values=row, seconds=1.0) for n, row in enumerate(rows))]


@pytest.fixture
def workspace(qtbot, studio):
    made = TrainWorkspace(studio)
    qtbot.addWidget(made)
    made.resize(1200, 760)
    made.show()
    return made


def test_that_the_tab_counts_and_the_card_gives_evidence(workspace, studio, qtbot):
    studio.add_run("0001", climbing())
    assert workspace.views.tabs[2].text() == "Advice · 1"
    workspace.views.tabs[2].click()
    texts = [each.text() for each in workspace.views.advice.findChildren(QLabel)]
    assert any("least in epoch 3 (1)" in text for text in texts)


def test_that_a_click_changes_the_recipe_as_one_step(workspace, studio, qtbot):
    studio.add_run("0001", climbing())
    workspace.views.tabs[2].click()
    next(b for b in workspace.views.advice.findChildren(QPushButton) if b.text() == "Stop early").click()
    assert studio.project.training.early_stopping == {"monitor": "val_loss", "patience": 5}
    assert studio.changes == ["Stop early"]


def test_that_advice_comes_while_the_run_lives(workspace, studio, qtbot):
    events = climbing()
    studio.add_run("0001", events[:3])
    assert workspace.views.tabs[2].text() == "Advice"
    studio.runEvents.emit("0001", events[3:])
    qtbot.waitUntil(lambda: workspace.views.tabs[2].text() == "Advice · 1")


def test_that_a_run_without_faults_says_so(workspace, studio):
    studio.add_run("0001", run_events(3))
    assert workspace.views.tabs[2].text() == "Advice"
    texts = [each.text() for each in workspace.views.advice.findChildren(QLabel)]
    assert any("no fault can be seen" in text for text in texts)
