"""Advice from the curves of real runs: tiny networks that overfit, hardly learn, overshoot, or learn as they should."""

from __future__ import annotations

import csv
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from dlstudio.graph.model import Graph, Node, Wire
from dlstudio.graph.project import LAST, ObjectSettings, Project, TrainingSettings
from dlstudio.gui.workspaces.train.advice_cards import course_of_record
from dlstudio.gui.workspaces.train.record import RunRecord
from dlstudio.training.advice.actions import WORDS, applied
from dlstudio.training.advice.advice import Advice, advise
from dlstudio.training.advice.course import Course
from dlstudio.training.fitting import train
from dlstudio.training.runs import events as ev
from dlstudio.training.runs.run_folder import create_run
from tests.training.tiny_projects import COLOURS, NUMBERS, make_project

pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")


def advice_of(folder: Path, project: Project) -> dict[str, Advice]:
    """What is advised after a run of the project."""
    run = create_run(folder, project)
    train(run)
    record = RunRecord(run.name)
    record.apply(ev.EventReader(run.events_file).read_new())
    course = course_of_record(record, run.project().training)
    return {advice.kind: advice for advice in advise(course)}


def sgd(rate: float, **more: object) -> ObjectSettings:
    return ObjectSettings("keras.optimizers.SGD", {"learning_rate": rate, **more})


def memorizer() -> Graph:
    """A wide network without dropout."""
    nodes = [
        Node("numbers", "Input", {"column": "features"}),
        Node("hidden", "keras.layers.Dense", {"units": 128, "activation": "relu"}),
        Node("logits", "keras.layers.Dense", {"units": 3}),
        Node("answer", "Output", {"column": "colour", "task": "classification"}),
    ]
    wires = (Wire("numbers", "hidden"), Wire("hidden", "logits"), Wire("logits", "answer"))
    return Graph({node.id: node for node in nodes}, wires)


def write_noise(folder: Path) -> None:
    """Colours that no number tells."""
    rng = np.random.default_rng(3)
    with (folder / "table.csv").open("w", newline="") as stream:
        writer = csv.writer(stream)
        writer.writerow([*NUMBERS, "colour", "price"])
        for _ in range(120):
            writer.writerow([*rng.normal(size=4).round(4), COLOURS[rng.integers(3)], 1])


def test_that_a_network_that_learns_by_heart_is_told_from_the_curves(tmp_path: Path) -> None:
    write_noise(tmp_path)
    adam = ObjectSettings("keras.optimizers.Adam", {"learning_rate": 0.02})
    found = advice_of(tmp_path, make_project(tmp_path, memorizer(), optimizer=adam, epochs=30, batch_size=16))
    assert "overfitting" in found
    assert found["overfitting"].action == "early-stopping"
    assert "validation loss was least in epoch" in found["overfitting"].evidence
    assert found["overfitting"].remedy.endswith("the best epoch is kept anyway. Stopping early saves the time.")
    kept = make_project(tmp_path, memorizer(), optimizer=adam, epochs=30, batch_size=16, keep=LAST)
    assert "is kept" not in advice_of(tmp_path, kept)["overfitting"].remedy


def test_that_a_rate_that_is_too_low_is_told(tmp_path: Path) -> None:
    found = advice_of(tmp_path, make_project(tmp_path, memorizer(), optimizer=sgd(1e-5), epochs=5))
    assert (
        set(found) == {"rate-too-low"}
        or set(found) == {"underfitting"}
        or set(found)
        == {
            "rate-too-low",
            "underfitting",
        }
    )
    assert all(each.action == "find-rate" for each in found.values())


@pytest.mark.slow
def test_that_a_rate_that_is_too_high_is_told(tmp_path: Path) -> None:
    project = make_project(tmp_path, memorizer(), optimizer=sgd(100.0, clipnorm=1.0), epochs=5)
    found = advice_of(tmp_path, project)
    assert found["rate-too-high"].action == "lower-rate" or found["dead-units"].action == "lower-rate"
    assert not {"underfitting", "rate-too-low"} & set(found)


@pytest.mark.slow
def test_that_a_run_that_learns_well_is_at_most_told_to_go_on(tmp_path: Path) -> None:
    adam = ObjectSettings("keras.optimizers.Adam", {"learning_rate": 0.01})
    assert set(advice_of(tmp_path, make_project(tmp_path, optimizer=adam, epochs=8))) <= {"unfinished"}


def course(losses: list[float], tested: list[float] | None = None, **more: object) -> Course:
    rows = [{"loss": loss} for loss in losses]
    for row, value in zip(rows, tested or [], strict=False):
        row["val_loss"] = value
    return Course(TrainingSettings(epochs=len(losses)), tuple(rows), epochs=len(losses), **more)  # type: ignore[arg-type]


def kinds(of: Course) -> list[str]:
    return [advice.kind for advice in advise(of)]


def test_that_a_young_run_is_left_alone() -> None:
    assert advise(course([2.0, 3.0], [1.0, 5.0])) == []
    assert advise(course([])) == []


def test_that_a_single_bad_epoch_is_no_overfitting() -> None:
    assert kinds(course([2.0, 1.5, 1.2, 1.1], [2.0, 1.6, 1.3, 1.9])) == []


def test_that_a_run_that_still_falls_at_its_end_wants_more_epochs() -> None:
    losses = [2.0, 1.6, 1.3, 1.1, 0.9]
    assert kinds(course(losses, losses)) == ["unfinished"]
    assert kinds(replace(course(losses, losses), live=True)) == []


def test_that_dead_units_are_named_with_their_layer() -> None:
    layers = {"conv": {"dead": 0.7, "update": 1e-3}, "dense": {"dead": 0.1, "update": 1e-3}}
    found = advise(course([2.0, 1.9, 1.8], layers=layers))
    assert [each.kind for each in found] == ["dead-units"]
    assert found[0].layers == ("conv",)
    assert "'conv' 70 %" in found[0].evidence


def test_that_layers_that_stand_still_are_named() -> None:
    layers = {"first": {"update": 1e-9}, "middle": {"update": 1e-4}, "last": {"update": 1e-3}}
    found = advise(course([2.0, 1.5, 1.2], layers=layers))
    assert [(each.kind, each.layers) for each in found] == [("vanishing", ("first",))]


def test_that_batches_too_small_for_their_averages_are_told() -> None:
    tested = [9.0, 2.0, 8.0, 1.5, 7.0]
    small = course([2.0, 1.5, 1.2, 1.0, 0.9], tested, steps_per_epoch=50)
    assert "unstable-statistics" in kinds(replace(small, training=replace(small.training, batch_size=4)))
    assert "unstable-statistics" not in kinds(replace(small, training=replace(small.training, batch_size=64)))


def test_that_each_action_changes_the_recipe_once() -> None:
    recipe = TrainingSettings(optimizer=sgd(0.1), epochs=10, batch_size=8)
    for action in WORDS:
        once = applied(action, recipe, recipe)
        assert (once == recipe) == (action == "find-rate")
        assert applied(action, once, recipe) == once


def test_that_a_run_that_waits_for_its_data_is_told_how_long_and_offered_memory() -> None:
    spent = {"data": 6.0, "steps": 3.0, "validation": 0.5, "studio": 0.5}
    hungry = course([2.0, 1.5, 1.2], spent=spent)
    (found,) = advise(hungry)
    assert found.kind == "data-starved"
    assert "spent 6 of 10 s (60 %)" in found.evidence and "3 s on steps" in found.evidence
    assert "(1 GB)" in found.remedy
    assert applied(found.action, hungry.training, hungry.training).memory_gigabytes == 4.0


def test_that_short_waits_and_the_first_epoch_are_no_starvation() -> None:
    spent = {"data": 6.0, "steps": 3.0, "validation": 0.5, "studio": 0.5}
    assert kinds(course([2.0], spent=spent)) == []
    assert kinds(course([2.0, 1.5, 1.2], spent={**spent, "steps": 90.0})) == []
    assert kinds(course([2.0, 1.5, 1.2], spent={"data": 0.6, "steps": 0.3})) == []


def test_that_a_real_run_whose_samples_take_long_to_make_is_seen_to_wait(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from dlstudio.data.preparing import PreparedData

    plain = PreparedData.encode

    def slowly(self: PreparedData, column: str, rows: np.ndarray) -> np.ndarray:
        time.sleep(0.2 if column == "features" and len(rows) == 32 else 0.0)
        return plain(self, column, rows)

    monkeypatch.setattr(PreparedData, "encode", slowly)
    project = make_project(tmp_path, epochs=2, memory_gigabytes=0.0)
    assert "data-starved" in advice_of(tmp_path, project)


def test_that_advice_names_the_curves_and_epochs_that_show_it() -> None:
    (high,) = [a for a in advise(course([1.0, 0.5, 0.9, 1.2])) if a.kind == "rate-too-high"]
    assert (high.curves, high.epochs) == (("loss",), (2, 4))
