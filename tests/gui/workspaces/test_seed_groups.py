"""Runs that differ only in their seeds: which belong together, and their mean with its spread."""

from __future__ import annotations

from dataclasses import replace

import pytest

from dlstudio.graph.project import TrainingSettings
from dlstudio.gui.workspaces.train.record import RunRecord
from dlstudio.gui.workspaces.train.seed_groups import mean_curves, seeds_of
from dlstudio.gui.workspaces.train.workspace import TrainWorkspace
from dlstudio.training.runs import events as ev


def run_of(losses: list[float]) -> list[ev.Event]:
    started = ev.Started(time=1.0, epochs=len(losses), steps_per_epoch=10, samples=100)
    rows = [{"loss": loss, "val_loss": 2 * loss} for loss in losses]
    return [started, *(ev.Epoch(time=n + 2.0, epoch=n + 1, values=row) for n, row in enumerate(rows))]


def add(studio, name: str, losses: list[float], seed: int, **training) -> None:
    before = studio.project
    studio.project = replace(before, training=TrainingSettings(seed=seed, **training))
    studio.add_run(name, run_of(losses))
    studio.project = before


def test_that_the_mean_and_its_spread_are_those_of_the_seeds():
    records = []
    for losses in ([1.0, 0.5, 0.2], [3.0, 1.5]):
        records.append(RunRecord("x"))
        records[-1].apply(run_of(losses))
    found = mean_curves(records)
    mean, below, above = (record.epochs["loss"].values.tolist() for record in (found.mean, found.low, found.high))
    assert mean == [2.0, 1.0]  # only epochs that all have
    assert above == pytest.approx([2 + 2**0.5, 1 + 0.5**0.5])
    assert below == pytest.approx([2 - 2**0.5, 1 - 0.5**0.5])
    assert found.title + found.spread == "mean of 2 seeds ± std. dev."
    assert list(found.mean.epochs["val_loss"].x("samples")) == [100.0, 200.0]
    assert mean_curves(records[:1]) is None


def test_that_the_band_may_reach_from_the_least_to_the_greatest_seed():
    records = []
    for losses in ([1.0, 0.5], [3.0, 1.5], [1.5, 1.0]):
        records.append(RunRecord("x"))
        records[-1].apply(run_of(losses))
    found = mean_curves(records, "range")
    assert found.low.epochs["loss"].values.tolist() == [1.0, 0.5]
    assert found.high.epochs["loss"].values.tolist() == [3.0, 1.5]
    assert found.spread == ", least to greatest"


def test_that_runs_belong_together_that_differ_in_nothing_but_the_seed(studio):
    add(studio, "0001", [1.0], 1)
    add(studio, "0002", [1.0], 2)
    add(studio, "0003", [1.0], 3, batch_size=8)
    add(studio, "0004", [1.0], 2)
    assert [run.name for run in seeds_of(studio.runs[0], studio.runs)] == ["0001", "0004"]


def test_that_the_mean_stands_in_the_plot_until_it_is_hidden(qtbot, studio):
    workspace = TrainWorkspace(studio)
    qtbot.addWidget(workspace)
    workspace.show()
    add(studio, "0001", [1.0, 0.5], 1)
    add(studio, "0002", [3.0, 1.5], 2)
    workspace.run_actions.average("0001", "range")
    plot = workspace.charts.loss
    means = {key: curve for key, curve in plot.curves.items() if "mean" in curve.label}
    assert [curve.label for curve in means.values()] == ["mean of 2 seeds validation, least to greatest"]
    (key,) = means
    qtbot.waitUntil(lambda: not plot._drawn[key].area.path().isEmpty())
    area = plot._drawn[key].area.path().boundingRect()
    assert (area.top(), area.bottom()) == pytest.approx((1.0, 6.0))  # twice the losses of all seeds
    assert plot._legend.entries[key].area
    workspace.run_actions.average("")
    assert not any("mean" in curve.label for curve in plot.curves.values())


def test_that_the_mean_follows_what_its_runs_gain(qtbot, studio):
    workspace = TrainWorkspace(studio)
    qtbot.addWidget(workspace)
    workspace.show()
    add(studio, "0001", [1.0, 0.5], 1)
    add(studio, "0002", [3.0, 1.5], 2)
    studio.choose_run("0001")
    wanted, studio.histories["0002"] = studio.histories["0002"], []  # its file is not read yet
    workspace._records.clear()
    workspace._read.clear()
    workspace.run_actions.average("0001")
    assert not any("mean" in curve.label for curve in workspace.charts.loss.curves.values())
    studio.runEvents.emit("0002", wanted)
    qtbot.waitUntil(lambda: any("mean" in curve.label for curve in workspace.charts.loss.curves.values()))
