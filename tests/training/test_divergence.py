"""Runs that break: they stop at once, keep the last good checkpoint, and say in which layer and at which step."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest

from dlstudio.graph.model import Graph, Node, Wire
from dlstudio.graph.project import ObjectSettings, Project, TrainingSettings
from dlstudio.training.batches import Feed
from dlstudio.training.checkpoints import read_snapshot
from dlstudio.training.divergence import FACTOR, STEPS_IN_A_ROW, LossWatch
from dlstudio.training.fitting import train
from dlstudio.training.remedies import calmer, calmer_record
from dlstudio.training.runs import events as ev
from dlstudio.training.runs.run_folder import RunFolder, create_run
from tests.training.tiny_projects import SCHEDULES, jump, make_graph, make_project

pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")


def failed(folder: Path, project: Project) -> tuple[RunFolder, ev.Failed]:
    run = create_run(folder, project)
    assert train(run) == 1
    end = ev.EventReader(run.events_file).read_new()[-1]
    assert isinstance(end, ev.Failed)
    return run, end


def test_that_a_rate_that_blows_the_weights_up_names_the_layer_and_the_step(tmp_path: Path) -> None:
    # Steps 9 to 12 are the first of the second epoch; after the twelfth the rate is beyond all bounds.
    run, end = failed(tmp_path, make_project(tmp_path, schedule=jump(12, 1e38)))
    assert (end.kind, end.epoch) == ("nan", 2)
    assert end.step in (6, 7)
    assert (end.cause, end.layer) == ("weights", "hidden") or (end.cause, end.layer) == ("output", "answer_units")
    assert end.layer in end.message
    assert "The checkpoint of epoch 1 is kept." in end.message
    assert read_snapshot(run.last_checkpoint).finite
    assert run.model_file.is_file()


def test_that_a_layer_that_gives_no_numbers_is_named_though_its_weights_are_fine(tmp_path: Path) -> None:
    graph = make_graph(answer="colour")
    nodes = {**graph.nodes, "log": Node("log", "keras.ops.log")}  # of what relu and dropout leave: of zeros, too
    wires = [wire for wire in graph.wires if wire != Wire("dropout", "answer_units")]
    broken = Graph(nodes, (*wires, Wire("dropout", "log"), Wire("log", "answer_units")))
    run, end = failed(tmp_path, make_project(tmp_path, broken))
    assert (end.kind, end.epoch, end.step) == ("nan", 1, 1)
    assert (end.cause, end.layer) == ("output", "log")
    assert "leave the layer 'log'" in end.message
    assert not run.last_checkpoint.exists()


def test_that_numbers_of_the_data_that_are_none_are_told_from_those_of_layers(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    plain = Feed.take

    def broken(self: Feed, places: np.ndarray, told: object = None) -> object:
        x, y, weights = plain(self, places)
        if isinstance(x, np.ndarray) and 3 in places:
            x = x.copy()
            x[list(places).index(3)] = math.inf
        return x, y, weights

    monkeypatch.setattr(Feed, "take", broken)
    _, end = failed(tmp_path, make_project(tmp_path, epochs=1))
    assert (end.cause, end.layer) == ("input", "numbers")
    assert "Mend or leave out these samples" in end.message


def test_that_a_loss_that_explodes_stops_the_run_while_it_is_a_number_still(tmp_path: Path) -> None:
    clipped = ObjectSettings("keras.optimizers.SGD", {"learning_rate": 0.05, "clipnorm": 1.0})
    project = make_project(tmp_path, make_graph(cost="price"), optimizer=clipped, schedule=jump(12, 1e3), epochs=20)
    _, end = failed(tmp_path, project)
    assert end.kind == "exploded"
    assert end.cause == "large"
    assert end.layer in end.message
    assert "exploded" in end.message


def test_that_only_several_steps_in_a_row_are_an_explosion() -> None:
    watch = LossWatch()
    for _ in range(5):
        assert not watch.exploded(2.0)
    far = 2.0 * FACTOR + 1
    for _ in range(STEPS_IN_A_ROW - 1):
        assert not watch.exploded(far)
    assert not watch.exploded(3.0)  # a single bad batch is no end
    said = [watch.exploded(far) for _ in range(STEPS_IN_A_ROW)]
    assert said == [False] * (STEPS_IN_A_ROW - 1) + [True]


def test_that_a_loss_that_began_near_zero_may_grow_a_thousandfold() -> None:
    watch = LossWatch()
    assert not any(watch.exploded(loss) for loss in [1e-6] * 5 + [0.5] * 50)


def test_that_a_run_that_broke_goes_on_calmer_from_its_last_good_checkpoint(tmp_path: Path) -> None:
    wild = ObjectSettings("keras.optimizers.SGD", {"learning_rate": 0.05, "momentum": 0.5})
    project = make_project(tmp_path, optimizer=wild, epochs=2)
    run = create_run(tmp_path, project)
    assert train(run) == 0
    assert not run.info().can_go_on_calmer  # it did not break
    frozen = run.record()["project"]
    frozen["training"] |= {"epochs": 4}
    frozen["training"]["optimizer"]["settings"]["learning_rate"] = 1e38
    run.amend(project=frozen)
    assert train(run, resume=True) == 1
    info = run.info()
    assert (info.diverged, info.can_continue, info.can_go_on_calmer, info.last_epoch) == (True, False, True, 2)
    frozen["training"]["optimizer"]["settings"]["learning_rate"] = 0.05
    run.amend(project=calmer_record(frozen))
    assert train(run, resume=True) == 0
    info = run.info()
    assert (info.status, info.epoch, info.diverged) == ("finished", 4, False)
    rates = [each.learning_rate for each in ev.EventReader(run.events_file).read_new() if isinstance(each, ev.Epoch)]
    assert rates == pytest.approx([0.05, 0.05, 0.005, 0.005])


def test_that_a_lower_rate_also_lowers_the_rates_that_a_schedule_names() -> None:
    schedule = ObjectSettings(f"{SCHEDULES}.CosineDecay", {"warmup_target": 0.2, "warmup_steps": 20, "alpha": 0.1})
    optimizer = ObjectSettings("keras.optimizers.Adam", {})
    lowered = calmer(TrainingSettings(optimizer=optimizer, schedule=schedule))
    assert lowered.optimizer.settings == {"learning_rate": 0.0001, "clipnorm": 1.0}
    assert lowered.schedule is not None
    assert lowered.schedule.settings == {"warmup_target": 0.02, "warmup_steps": 20, "alpha": 0.1}


def test_that_gradients_that_are_clipped_already_stay_so() -> None:
    optimizer = ObjectSettings("keras.optimizers.SGD", {"learning_rate": 0.1, "global_clipnorm": 5.0})
    assert calmer(TrainingSettings(optimizer=optimizer)).optimizer.settings == {
        "learning_rate": 0.01,
        "global_clipnorm": 5.0,
    }
