"""Two runs that differ in what they began with: both curves in one plot, both named, and what the start gained."""

from __future__ import annotations

from dataclasses import replace

from dlstudio.graph.initial_weights import InitialWeights
from dlstudio.graph.project import Project
from dlstudio.training.runs import events as ev
from tests.gui.workspaces.recorded import run_events

METRICS = {"loss": 0.2, "accuracy": 0.953, "val_loss": 0.2, "val_accuracy": 0.98}


def add_pair(studio, end: str = "finished") -> None:
    studio.project = Project("Few", weights=InitialWeights("weights/start-1.npz", origin="run 0003 of autoencoder"))
    studio.add_run("0001", run_events(3))
    studio.project = Project("Few")
    events = run_events(2, planned=3, end=end)
    events = [replace(each, metrics=METRICS) if isinstance(each, ev.Finished) else each for each in events]
    twin = replace(studio.add_run("0002", events), twin="0001")
    studio.runs = [studio.runs[0], twin]
    studio.runsChanged.emit()
    studio.choose_run("0002")


def test_that_both_curves_lie_in_one_plot_named_by_what_they_began_with(workspace, studio):
    add_pair(studio, end="running")
    assert workspace.runs.compared() == ["0002", "0001"]
    labels = [entry.label for entry in workspace.charts.below._legend.entries.values()]
    assert "validation, from scratch" in labels
    assert "validation, started from run 0003 of autoencoder" in labels
    assert workspace.runs.topLevelItem(0).text(0) == "run 2 · from scratch · epoch 2/3"
    assert workspace.runs.topLevelItem(1).text(0) == "run 1 · started"
    assert not workspace.gain.isVisible()  # one of them has not ended


def test_that_a_tick_that_is_taken_away_stays_away(workspace, studio):
    add_pair(studio)
    workspace.runs.compare("0001", on=False)
    studio.choose_run("0001")
    studio.choose_run("0002")
    assert workspace.runs.compared() == ["0002"]


def test_that_the_gain_is_told_once_both_have_ended(workspace, studio):
    add_pair(studio)
    assert workspace.gain.isVisible()
    assert workspace.gain.text() == (
        "Accuracy, started from run 0003 of autoencoder and from scratch: 98.0 % and 98.0 % on validation, 98.4 % and "
        "95.3 % on test; no difference on validation and a gain of 3.1 points on test."
    )
    studio.choose_run("0001")
    assert workspace.gain.isVisible()


def test_that_what_is_awaited_is_said_while_the_first_run_trains(workspace, studio):
    studio.awaited_twin = "0001"
    studio.add_run("0001", run_events(2, planned=3, end="running"))
    assert "trained from scratch" in workspace.gain.text()


def test_that_a_stopped_run_is_not_compared(workspace, studio):
    add_pair(studio)
    studio.runs = [studio.runs[0], replace(studio.runs[1], status="stopped")]
    studio.runsChanged.emit()
    assert not workspace.gain.isVisible()
