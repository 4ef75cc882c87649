"""Mixed precision: 16 bits while training, float32 for what is saved, judged and exported."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest

from dlstudio.graph.project import PRECISIONS, ObjectSettings, Project
from dlstudio.graph.saving import ProjectError, project_from_value
from dlstudio.training.checkpoints import read_snapshot
from dlstudio.training.computing.precision import computing_in, end_in_float32
from dlstudio.training.fitting import train
from dlstudio.training.preparation import build_to_train, prepare_run
from dlstudio.training.runs.run_folder import RunFolder, create_run
from tests.training.test_fitting import stop_after_steps
from tests.training.test_steps_at_once import assert_equal
from tests.training.tiny_projects import make_graph, make_project

MIXED = PRECISIONS[1:]
WILD = ObjectSettings("keras.optimizers.SGD", {"learning_rate": 1e30})


def run_in(folder: Path, precision: str, **training: Any) -> RunFolder:
    return create_run(folder, make_project(folder, precision=precision, **training))


@pytest.mark.parametrize("precision", MIXED)
def test_that_layers_compute_in_16_bits_and_weights_and_ends_in_32(precision: str, tmp_path: Path) -> None:
    graph = make_graph(hue="colour", cost="price")
    network, _ = prepare_run(create_run(tmp_path, make_project(tmp_path, graph, precision=precision)))
    kinds = {layer.name: layer.compute_dtype for layer in network.model.layers}
    assert kinds["hidden"] == kinds["dropout"] == precision.removeprefix("mixed_")
    assert kinds["hue_units"] == kinds["cost_units"] == kinds["hue"] == "float32"
    assert {variable.dtype for variable in network.model.trainable_variables} == {"float32"}
    assert keras.config.dtype_policy().name == "float32"  # for all that is made afterwards


@pytest.mark.parametrize("precision", MIXED)
def test_that_a_run_in_mixed_precision_learns_and_saves_a_network_of_float32(precision: str, tmp_path: Path) -> None:
    run = run_in(tmp_path, precision)
    assert train(run) == 0, run.info().message
    info = run.info()
    assert (info.metrics["accuracy"] or 0) > 0.7
    assert info.project.training.precision == precision
    saved = keras.saving.load_model(run.model_file)
    assert {layer.compute_dtype for layer in saved.layers} == {"float32"}
    network, data = prepare_run(create_run(tmp_path, make_project(tmp_path)))
    feed = network.feed(data, "test")
    given = saved.predict_on_batch(feed.column("features"))
    hits = np.mean(np.argmax(given, axis=-1) == feed.column("colour"))
    assert info.metrics["accuracy"] == pytest.approx(float(hits))


@pytest.mark.parametrize("precision", MIXED)
def test_that_such_a_run_goes_on_as_if_it_had_not_stopped(
    precision: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    alone, stopped = run_in(tmp_path / "alone", precision), run_in(tmp_path / "stopped", precision)
    assert train(alone) == 0
    stop_after_steps(monkeypatch, 12)
    assert train(stopped) == 0
    monkeypatch.undo()
    assert train(stopped, resume=True) == 0, stopped.info().message
    assert_equal(alone, stopped)
    one, other = read_snapshot(alone.last_checkpoint), read_snapshot(stopped.last_checkpoint)
    assert all(np.array_equal(a, b) for a, b in zip(one.optimizer, other.optimizer, strict=True))


def test_that_a_step_whose_gradients_overflow_is_passed_over_and_breaks_no_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # So large a scale overflows float16 until it has been halved often enough; the loss that is told stays itself.
    plain = keras.optimizers.LossScaleOptimizer.__init__

    def large(self: Any, inner: Any, **named: Any) -> None:
        plain(self, inner, **{**named, "initial_scale": 2.0**24})

    monkeypatch.setattr(keras.optimizers.LossScaleOptimizer, "__init__", large)
    run = run_in(tmp_path, "mixed_float16", epochs=4)
    assert train(run) == 0, run.info().message
    losses = [row["loss"] or np.inf for row in run.info().history]
    assert all(np.isfinite(losses)) and losses[-1] < losses[0] < 3
    scale = next(array for array in read_snapshot(run.last_checkpoint).optimizer if array.dtype == np.float32)
    assert float(scale) < 2.0**24


def test_that_a_loss_that_is_no_number_is_found_in_mixed_precision_too(tmp_path: Path) -> None:
    run = run_in(tmp_path, "mixed_float16", optimizer=WILD)
    assert train(run) == 1
    assert run.info().failure in ("nan", "exploded")


def test_that_blocks_and_layers_without_weights_end_in_float32() -> None:
    with computing_in("mixed_bfloat16"):
        inside = keras.Input((4,))
        block = keras.Model(inside, keras.layers.Dense(3, name="inner")(inside), name="block")
        outside = keras.Input((4,))
        model = keras.Model(outside, keras.layers.Softmax()(block(keras.layers.Dense(4, name="first")(outside))))
    end_in_float32(model)
    assert block.get_layer("inner").compute_dtype == "float32"
    assert model.layers[-1].compute_dtype == "float32"
    assert model.get_layer("first").compute_dtype == "bfloat16"
    assert model(np.zeros((2, 4), np.float32)).dtype == "float32"


def test_that_a_precision_that_there_is_not_is_refused_with_those_that_are(tmp_path: Path) -> None:
    value = make_project(tmp_path, precision="float8").as_json()
    with pytest.raises(ProjectError, match="should be one of float32, mixed_bfloat16, mixed_float16, and is 'float8'"):
        project_from_value(value, "project.json")
    assert Project.from_json(make_project(tmp_path, precision=MIXED[0]).as_json()).training.precision == MIXED[0]


def test_that_building_to_train_leaves_float32_alone(tmp_path: Path) -> None:
    network, _ = prepare_run(create_run(tmp_path, make_project(tmp_path)))
    again = build_to_train(network.project, network.encoders)
    assert {layer.compute_dtype for layer in again.model.layers} == {"float32"}
