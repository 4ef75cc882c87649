"""Runs from begin to end, in this process."""

from __future__ import annotations

import errno
import math
from dataclasses import replace
from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest

from dlstudio.graph.edits import set_settings
from dlstudio.graph.model import Graph
from dlstudio.graph.project import BEST, LAST, ObjectSettings
from dlstudio.training import forewarning
from dlstudio.training.batches import order
from dlstudio.training.checkpoints import read_snapshot
from dlstudio.training.controls import Controls
from dlstudio.training.fitting import train
from dlstudio.training.loop import Loop
from dlstudio.training.optimizers import build_optimizer
from dlstudio.training.preparation import prepare_run
from dlstudio.training.runs import events as ev
from dlstudio.training.runs.run_folder import RunFolder, create_run
from dlstudio.training.targets import compile_model
from tests.training.tiny_projects import SCHEDULES, make_graph, make_project, with_data, write_table

# Keras reads its variables in a way that numpy will not allow for ever.
pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")


def events_of(run: RunFolder) -> list[ev.Event]:
    return ev.EventReader(run.events_file).read_new()


def curve(run: RunFolder) -> list[tuple[int, int, dict[str, float | None]]]:
    return [(e.epoch, e.step, dict(e.values)) for e in events_of(run) if isinstance(e, ev.Batch)]


def epochs(run: RunFolder) -> list[dict[str, float | None]]:
    return [dict(e.values) for e in events_of(run) if isinstance(e, ev.Epoch)]


def last_weights(run: RunFolder) -> list[np.ndarray]:
    saved = read_snapshot(run.last_checkpoint)
    return [*saved.weights, *saved.optimizer]


def stop_after_steps(monkeypatch: pytest.MonkeyPatch, steps: int) -> None:
    """Has the next run stopped as if by a command when so many steps are done."""
    looks = [0]

    def look(self: Controls) -> None:
        looks[0] += 1
        self.stopping = looks[0] > steps

    monkeypatch.setattr(Controls, "look", look)


def test_that_a_run_leaves_all_that_its_folder_promises(trained_run: RunFolder) -> None:
    info = trained_run.info()
    assert not trained_run.lives()
    assert (info.status, info.reason, info.epoch, info.last_epoch) == ("finished", "completed", 3, 3)
    for file in (trained_run.model_file, trained_run.last_checkpoint, trained_run.best_checkpoint):
        assert file.stat().st_size > 0
    assert (trained_run.encoders_folder / "encoders.json").is_file()
    assert trained_run.record()["device"]["id"] == "cpu"
    assert trained_run.record()["data_fingerprint"]
    assert info.metrics["accuracy"] is not None
    assert info.metrics["accuracy"] > 0.8
    assert "val_accuracy" in info.metrics


def test_that_events_tell_the_whole_story(trained_run: RunFolder) -> None:
    events = events_of(trained_run)
    started = events[0]
    assert isinstance(started, ev.Started)
    assert (started.epochs, started.samples, started.steps_per_epoch, started.metrics) == (
        3,
        240,
        8,
        ("loss", "accuracy"),
    )
    assert [(epoch, step) for epoch, step, _ in curve(trained_run)] == [(e, s) for e in (1, 2, 3) for s in range(1, 9)]
    assert [set(values) for values in epochs(trained_run)] == [{"loss", "accuracy", "val_loss", "val_accuracy"}] * 3
    assert isinstance(events[-1], ev.Finished)


def test_that_batch_values_are_the_batches_own(trained_run: RunFolder) -> None:
    for epoch, values in enumerate(epochs(trained_run), 1):
        batches = [v for e, _, v in curve(trained_run) if e == epoch]
        for name in ("loss", "accuracy"):
            own = [batch[name] for batch in batches]
            assert values[name] == pytest.approx(np.average(own, weights=[32] * 7 + [16]), rel=1e-4)
        assert all(round(batch["accuracy"] * 32, 3) % 1 == pytest.approx(0, abs=1e-2) for batch in batches[:7])


def test_that_the_saved_model_opens_in_safe_mode(trained_run: RunFolder) -> None:
    model = keras.saving.load_model(trained_run.model_file, safe_mode=True)
    best = read_snapshot(trained_run.best_checkpoint)
    assert all(
        np.array_equal(a, b) for a, b in zip(model.variables, best.weights, strict=True) if b.dtype == np.float32
    )
    assert not model.compiled


def test_that_the_same_seed_gives_the_same_curve(trained_run: RunFolder, tmp_path: Path) -> None:
    again = create_run(tmp_path, make_project(tmp_path))
    other = create_run(tmp_path, make_project(tmp_path, seed=8))
    assert train(again) == train(other) == 0
    assert curve(again) == curve(trained_run)
    assert curve(other) != curve(trained_run)


def test_that_stopping_and_continuing_within_an_epoch_changes_nothing(
    trained_run: RunFolder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = create_run(tmp_path, make_project(tmp_path))
    stop_after_steps(monkeypatch, 12)
    assert train(run) == 0
    monkeypatch.undo()
    info = run.info()
    assert (info.status, info.epoch, info.can_continue) == ("stopped", 1, True)
    assert curve(run)[-1][:2] == (2, 3)  # eight steps, a look after the epoch, three steps
    assert train(run, resume=True) == 0
    assert run.info().status == "finished"
    assert curve(run) == curve(trained_run)
    assert epochs(run) == epochs(trained_run)
    assert all(np.array_equal(a, b) for a, b in zip(last_weights(run), last_weights(trained_run), strict=True))


def test_that_a_run_stopped_in_its_first_epoch_has_a_model_and_can_go_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = create_run(tmp_path, make_project(tmp_path))
    stop_after_steps(monkeypatch, 3)
    assert train(run) == 0
    assert run.model_file.is_file()
    assert run.info().can_continue


def test_that_a_loss_that_is_no_number_stops_the_run_and_keeps_the_best(tmp_path: Path) -> None:
    bad = ObjectSettings(
        "keras.optimizers.schedules.PiecewiseConstantDecay", {"boundaries": [12], "values": [0.05, 1e30]}
    )
    run = create_run(tmp_path, make_project(tmp_path, schedule=bad))
    assert train(run) == 1
    info = run.info()
    assert (info.status, info.failure, info.can_continue) == ("failed", "nan", False)
    assert "in epoch 2 at step 6 of 8" in info.message or "in epoch 2 at step 7 of 8" in info.message
    assert "The checkpoint of epoch 1 is kept." in info.message
    assert read_snapshot(run.best_checkpoint).finite
    assert read_snapshot(run.last_checkpoint).state["epoch"] == 1
    assert run.model_file.is_file()


@pytest.mark.parametrize(
    ("steps", "advice"),
    [
        (24, "Set its momentum to 0.87, train longer"),
        (100, "Set its momentum to 0.97"),
        (3, "Train longer"),
        (0, "Train"),
    ],
)
def test_that_the_momentum_advised_settles_within_the_steps_of_the_run(steps: int, advice: str) -> None:
    assert forewarning._momentum_advice(steps).startswith(advice)


def test_that_early_stopping_ends_a_run_that_gets_no_better(tmp_path: Path) -> None:
    still = ObjectSettings("keras.optimizers.SGD", {"learning_rate": 0.0})
    stopping = {"monitor": "val_loss", "patience": 2}
    run = create_run(tmp_path, make_project(tmp_path, epochs=9, optimizer=still, early_stopping=stopping))
    assert train(run) == 0
    info = run.info()
    assert (info.status, info.reason, info.epoch, info.best_epoch) == ("finished", "early-stopping", 3, 1)


def test_that_the_weights_of_the_last_epoch_are_kept_where_they_are_wanted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    worse = ObjectSettings(f"{SCHEDULES}.PiecewiseConstantDecay", {"boundaries": [7], "values": [0.05, -0.5]})
    best, last = (create_run(tmp_path, make_project(tmp_path, schedule=worse, keep=keep)) for keep in (BEST, LAST))
    assert train(best) == 0
    stop_after_steps(monkeypatch, 20)
    assert train(last) == 0
    monkeypatch.undo()
    assert train(last, resume=True) == 0
    assert [run.info().best_epoch for run in (best, last)] == [1, 3]
    for run, kept in ((best, best.best_checkpoint), (last, last.last_checkpoint)):
        saved = keras.saving.load_model(run.model_file).get_weights()
        weights = [array for array in read_snapshot(kept).weights if array.dtype == np.float32]
        assert all(np.array_equal(a, b) for a, b in zip(saved, weights, strict=False))
    started = events_of(last)[0]
    assert isinstance(started, ev.Started)
    assert started.keep == LAST


def test_that_early_stopping_watches_also_where_the_last_epoch_is_kept(tmp_path: Path) -> None:
    still = ObjectSettings("keras.optimizers.SGD", {"learning_rate": 0.0})
    stopping = {"monitor": "val_loss", "patience": 2}
    project = make_project(tmp_path, epochs=9, optimizer=still, early_stopping=stopping, keep=LAST)
    run = create_run(tmp_path, project)
    assert train(run) == 0
    info = run.info()
    assert (info.reason, info.epoch, info.best_epoch) == ("early-stopping", 3, 3)


def test_that_the_rate_of_each_epoch_is_told(tmp_path: Path) -> None:
    schedule = ObjectSettings("keras.optimizers.schedules.CosineDecay")
    run = create_run(tmp_path, make_project(tmp_path, schedule=schedule))
    assert train(run) == 0
    rates = [e.learning_rate for e in events_of(run) if isinstance(e, ev.Epoch)]
    assert rates == pytest.approx([0.05 * (1 + math.cos(math.pi * k / 3)) / 2 for k in (1, 2, 3)], abs=1e-6)


def test_that_averaged_weights_are_those_that_are_saved(tmp_path: Path) -> None:
    averaging = ObjectSettings("keras.optimizers.SGD", {"learning_rate": 0.05, "use_ema": True, "ema_momentum": 0.9})
    run = create_run(tmp_path, make_project(tmp_path, optimizer=averaging))
    assert train(run) == 0
    best, last = read_snapshot(run.best_checkpoint), read_snapshot(run.last_checkpoint)
    assert best.state["epoch"] == last.state["epoch"] == 3
    assert not np.allclose(best.weights[0], last.weights[0])


def test_that_several_outputs_train_together(tmp_path: Path) -> None:
    run = create_run(tmp_path, make_project(tmp_path, make_graph(hue="colour", cost="price"), class_weights=True))
    assert train(run) == 0, run.info().message
    values = epochs(run)[-1]
    assert {"loss", "hue_loss", "hue_accuracy", "cost_loss", "cost_mae", "val_hue_accuracy"} <= set(values)
    started = events_of(run)[0]
    assert isinstance(started, ev.Started)
    assert set(started.metrics) == {name for name in values if not name.startswith("val_")}
    assert {"hue_accuracy", "cost_mae"} <= set(run.info().metrics)


def test_that_rare_classes_are_shown_as_often_as_others(tmp_path: Path) -> None:
    run = create_run(tmp_path, make_project(tmp_path, make_graph(hue="colour", cost="price"), resample=True))
    network, data = prepare_run(run)
    feed = network.feed(data, "train", resampled=True)
    hues = feed.column("colour")[feed.order(7, 1)]
    counts = np.bincount(hues)
    assert len(hues) == len(feed) and counts.max() - counts.min() <= 1
    assert network.feed(data, "train", weighted=True, resampled=True).sample_weights == {}
    assert train(run) == 0, run.info().message
    assert run.project().training.resample


def test_that_regression_is_measured_in_the_units_of_the_data(tmp_path: Path) -> None:
    run = create_run(tmp_path, make_project(tmp_path, make_graph(cost="price"), epochs=10))
    assert train(run) == 0
    mae = run.info().metrics["mae"]
    assert mae is not None
    assert 2 < mae < 100  # prices are about 1000 ± 120


def test_that_samples_encoded_on_the_way_give_the_same_curve(
    trained_run: RunFolder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("dlstudio.training.batches.Feed.load", lambda self: None)
    run = create_run(tmp_path, make_project(tmp_path))
    assert train(run) == 0
    assert curve(run) == curve(trained_run)


def test_that_a_full_disk_costs_no_checkpoint(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    run = create_run(tmp_path, make_project(tmp_path))
    stop_after_steps(monkeypatch, 12)
    train(run)
    monkeypatch.undo()
    before = run.last_checkpoint.read_bytes()

    def full(*arguments: Any, **named: Any) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("dlstudio.training.checkpoints.np.savez", full)
    assert train(run, resume=True) == 1
    info = run.info()
    assert (info.failure, info.can_continue) == ("disk-full", True)
    assert "The disk is full" in info.message
    assert any("could not be saved: the disk is full" in warning for warning in info.warnings)
    assert run.last_checkpoint.read_bytes() == before
    monkeypatch.undo()
    assert train(run, resume=True) == 0
    assert run.info().status == "finished"


def test_that_running_out_of_memory_is_told_with_advice(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def too_much(self: Loop) -> str:
        raise MemoryError

    monkeypatch.setattr(Loop, "go", too_much)
    run = create_run(tmp_path, make_project(tmp_path))
    assert train(run) == 1
    assert run.info().failure == "out-of-memory"
    assert "Set the batch size to 16" in run.info().message


def test_that_an_unforeseen_error_is_told_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(self: Loop) -> str:
        raise ZeroDivisionError("division by zero")

    monkeypatch.setattr(Loop, "go", broken)
    run = create_run(tmp_path, make_project(tmp_path))
    assert train(run) == 1
    assert run.info().failure == "crash"
    assert "ZeroDivisionError: division by zero" in run.info().message


def _changed(graph: Graph, node: str, **settings: Any) -> Graph:
    return set_settings(graph, node, settings)


PLAIN = make_graph(answer="colour")
FAULTS: list[tuple[str, dict[str, Any], str, str]] = [
    ("units that do not fit", {"graph": _changed(PLAIN, "answer_units", units=4)}, "problems", "answer"),
    ("unknown layer", {"graph": Graph({**PLAIN.nodes, "hidden": replace(PLAIN["hidden"], type="keras.layers.Dens")},
                                      PLAIN.wires)}, "problems", "Dens"),
    ("unknown target", {"graph": _changed(PLAIN, "answer", column="size")}, "problems", "'size'"),
    ("input without a column", {"graph": _changed(PLAIN, "numbers", column="")}, "problems", "numbers"),
    ("unknown task", {"graph": _changed(PLAIN, "answer", task="magic")}, "problems", "magic"),
    ("unsuited task", {"graph": _changed(PLAIN, "answer", task="regression")}, "problems", "does not suit"),
    ("no output", {"graph": Graph({"numbers": PLAIN["numbers"]})}, "problems", "Output"),
    ("unknown monitor", {"early_stopping": {"monitor": "val_beauty"}}, "settings", "val_accuracy"),
    ("no patience", {"early_stopping": {"monitor": "val_loss", "patience": 0}}, "settings", "patience"),
    ("unknown optimizer", {"optimizer": ObjectSettings("keras.optimizers.Magic")}, "settings", "Magic"),
    ("unknown device", {"device": "gpu:7"}, "settings", "gpu:7"),
]  # fmt: skip


@pytest.mark.parametrize(("settings", "kind", "said"), [fault[1:] for fault in FAULTS], ids=[f[0] for f in FAULTS])
def test_that_what_cannot_be_trained_is_said_in_a_sentence(
    tmp_path: Path, settings: dict[str, Any], kind: str, said: str
) -> None:
    run = create_run(tmp_path, make_project(tmp_path, **settings))
    assert train(run) == 1
    info = run.info()
    assert (info.status, info.failure) == ("failed", kind), info.message
    assert said in info.message
    if kind == "problems":
        failed = events_of(run)[-1]
        assert isinstance(failed, ev.Failed)
        assert failed.problems


def test_that_missing_data_is_said_in_a_sentence(tmp_path: Path) -> None:
    project = make_project(tmp_path)
    for source, said in (("", "no data"), ("elsewhere.csv", "elsewhere.csv")):
        run = create_run(tmp_path, with_data(project, source=source))
        assert train(run) == 1
        assert run.info().failure == "data"
        assert said in run.info().message


def test_that_a_single_class_is_nothing_to_learn(tmp_path: Path) -> None:
    file = tmp_path / "table.csv"
    write_table(file)
    lines = file.read_text().splitlines()
    file.write_text("\n".join([lines[0], *[line for line in lines if ",red," in line]]) + "\n")
    run = create_run(tmp_path, make_project(tmp_path))
    assert train(run) == 1
    assert run.info().failure == "data"
    assert "red" in run.info().message


def test_that_without_a_validation_split_the_training_loss_decides(tmp_path: Path) -> None:
    project = with_data(make_project(tmp_path), split={"train": 0.9, "validation": 0.0, "test": 0.1, "seed": 7})
    run = create_run(tmp_path, project)
    assert train(run) == 0, run.info().message
    info = run.info()
    assert info.monitor == "loss"
    assert any("chosen by the training loss" in warning for warning in info.warnings)


def test_that_without_a_validation_split_nothing_chooses_where_the_last_epoch_is_kept(tmp_path: Path) -> None:
    project = make_project(tmp_path, epochs=1, keep=LAST)
    run = create_run(tmp_path, with_data(project, split={"train": 0.9, "validation": 0.0, "test": 0.1, "seed": 7}))
    assert train(run) == 0, run.info().message
    (warning,) = (warning for warning in run.info().warnings if "no validation split" in warning)
    assert "chosen" not in warning


def test_that_the_loop_learns_what_keras_own_fit_learns(trained_run: RunFolder, tmp_path: Path) -> None:
    network, data = prepare_run(create_run(tmp_path, make_project(tmp_path)))
    compile_model(network.model, network.targets, build_optimizer(network.project.training, 24))
    feed = network.feed(data, "train")
    losses = []
    for epoch in (1, 2, 3):
        x, y, _ = feed.take(order(7, epoch, len(feed)))
        losses += network.model.fit(x, y, batch_size=32, shuffle=False, verbose=0).history["loss"]
    assert losses == pytest.approx([values["loss"] for values in epochs(trained_run)], rel=1e-5)
    saved = read_snapshot(trained_run.last_checkpoint).weights
    for variable, there in zip(network.model.variables, saved, strict=True):
        assert np.allclose(keras.ops.convert_to_numpy(variable), there, atol=1e-6)
