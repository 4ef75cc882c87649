"""Advice in the window: the tab counts it, a card says it, a click changes the recipe."""

from __future__ import annotations

from dataclasses import replace

import pytest
from PySide6.QtWidgets import QLabel, QPushButton

from dlstudio.gui.plots.evidence import EvidencePlot
from dlstudio.training.runs import events as ev
from tests.gui.workspaces.recorded import run_events

_PLACES = {"not shaded": 0.2, "shaded": 0.9}  # of the width; the third of eight epochs is at about 0.35


def climbing(count: int = 8) -> list[ev.Event]:
    """A run whose validation loss climbs from the third epoch on."""
    started = ev.Started(time=1.0, epochs=count, steps_per_epoch=10, samples=100)
    rows = [{"loss": 2.0 / n, "val_loss": 1.0 + 0.3 * abs(n - 3)} for n in range(1, count + 1)]
    return [started, *(ev.Epoch(time=n + 2.0, epoch=n + 1, values=row, seconds=1.0) for n, row in enumerate(rows))]


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
    workspace.views.tabs[2].click()
    texts = [each.text() for each in workspace.views.advice.findChildren(QLabel)]
    assert any("no fault can be seen" in text for text in texts)


def test_that_a_card_shows_the_curves_with_the_epochs_that_it_means(workspace, studio, qtbot):
    studio.add_run("0001", climbing())
    workspace.views.tabs[2].click()
    (plot,) = workspace.views.advice.findChildren(EvidencePlot)
    assert list(plot.curves) == ["loss", "val_loss"]
    assert plot.curves["val_loss"] == pytest.approx([1.6, 1.3, 1.0, 1.3, 1.6, 1.9, 2.2, 2.5])
    assert plot.meant == (3, 8)
    qtbot.waitUntil(lambda: plot.height() >= 120)
    image = plot.grab().toImage()
    bottom = int((plot.height() - 24) * image.devicePixelRatio())
    inks = {name: image.pixelColor(int(share * image.width()), bottom).name() for name, share in _PLACES.items()}
    assert inks["shaded"] != inks["not shaded"]


def test_that_a_run_that_waits_for_its_data_is_told_where_its_time_went(workspace, studio):
    spent = {"data": 4.0, "steps": 2.0, "validation": 1.0, "studio": 0.1}
    events = [
        replace(event, spent=spent, seconds=7.1) if isinstance(event, ev.Epoch) else event for event in run_events(3)
    ]
    studio.add_run("0001", events)
    workspace.views.tabs[2].click()
    texts = [each.text() for each in workspace.views.advice.findChildren(QLabel)]
    assert any("The last epoch spent 4 of 7.1 s (56 %) waiting for batches" in text for text in texts)
    (plot,) = workspace.views.advice.findChildren(EvidencePlot)
    assert plot.curves["samples a second"] == pytest.approx([640 / 7.1] * 3)
