"""Several steps in one call: the same batches, weights and curves, wherever a bundle begins and ends."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest

from dlstudio.training import launching
from dlstudio.training.batches import Feed, order
from dlstudio.training.checkpoints import read_snapshot
from dlstudio.training.computing import backends
from dlstudio.training.computing.ways import Way, read_way
from dlstudio.training.fitting import train
from dlstudio.training.optimizers import build_optimizer
from dlstudio.training.preparation import prepare_run
from dlstudio.training.runs import events as ev
from dlstudio.training.runs.run_folder import RunFolder, create_run
from dlstudio.training.runs.run_info import WAY
from dlstudio.training.stepping import Stepper, rows
from dlstudio.training.targets import compile_model
from tests.training.test_fitting import stop_after_steps
from tests.training.tiny_projects import make_graph, make_project

AT_ONCE = 4
BATCH = 32  # 240 samples: 7 whole batches and a smaller one


def feed(samples: int = 50, **settings: Any) -> Feed:
    values = np.arange(samples, dtype=np.float32)
    return Feed(
        rows=np.arange(samples),
        inputs={"numbers": "x"},
        targets={"answer": "y"},
        encode=lambda column, where: values[where, None] if column == "x" else values[where],
        **settings,
    )


@pytest.mark.parametrize("first", [0, 2])
def test_that_bundles_hold_the_batches_that_there_would_be_alone(first: int) -> None:
    source, places = feed(), order(7, 1, 50)
    alone = list(source.batches(places, 8, first))
    bundles = list(source.bundles(places, 8, first, at_once=AT_ONCE))
    assert [(each.first, each.count) for each in bundles] == (
        [(1, 4), (5, 2), (7, 1)] if not first else [(3, 4), (7, 1)]
    )
    assert [each.stacked for each in bundles] == [True] * (len(bundles) - 1) + [False]
    assert all(each.data[0].shape == (AT_ONCE, 8, 1) for each in bundles[:-1])
    found = [each.batch(index) for each in bundles for index in range(each.count)]
    for one, other in zip(alone, found, strict=True):
        for a, b in zip(one[:2], other[:2], strict=True):
            np.testing.assert_array_equal(a, b)
        assert one[2] is None and other[2] is None


def test_that_batches_moved_at_random_are_the_same_in_a_bundle() -> None:
    def move(x: dict[str, np.ndarray], _y: Mapping[str, np.ndarray], random: np.random.Generator) -> None:
        x["numbers"] = x["numbers"] + random.random()

    source, places = feed(move=move, sample_weights={"answer": np.ones(50, np.float32)}), np.arange(50)
    alone = list(source.batches(places, 8, 0, (7, 2)))
    found = [
        each.batch(index)
        for each in source.bundles(places, 8, 0, (7, 2), at_once=AT_ONCE)
        for index in range(each.count)
    ]
    for one, other in zip(alone, found, strict=True):
        for a, b in zip(one, other, strict=True):
            np.testing.assert_array_equal(a, b)


def steps(folder: Path, cuts: list[int]) -> tuple[list[dict[str, float]], list[np.ndarray]]:
    """Trains one bundle, called for the steps between the cuts; the values of each step and the variables after it."""
    run = create_run(folder, make_project(folder, make_graph(hue="colour", cost="price"), batch_size=BATCH))
    network, data = prepare_run(run)
    settings = network.project.training
    compile_model(network.model, network.targets, build_optimizer(settings, 8))
    stepper, train_feed = Stepper(network.model), network.feed(data, "train")
    bundle = next(train_feed.bundles(np.arange(len(train_feed)), BATCH, at_once=AT_ONCE))
    values: list[dict[str, float]] = []
    for first, stop in pairwise(cuts):
        values += rows(*stepper.train_in(bundle, first, stop))
    stepper.settle()
    model = network.model
    variables = [*model.variables, *model.optimizer.variables, *model.metrics_variables]
    return values, [np.array(keras.ops.convert_to_numpy(each.value)) for each in variables]


@pytest.mark.skipif(keras.config.backend() == "torch", reason="PyTorch makes its steps one by one")
def test_that_where_a_call_ends_changes_no_bit(tmp_path: Path) -> None:
    whole, after = steps(tmp_path, [0, 4])
    assert len(whole) == 4 and {"loss", "hue_loss", "cost_mae"} <= set(whole[0])
    for cuts in ([0, 1, 2, 3, 4], [0, 3, 4], [0, 2, 4]):
        values, variables = steps(tmp_path, cuts)
        assert values == whole
        assert all(np.array_equal(a, b) for a, b in zip(variables, after, strict=True))


def run_at_once(folder: Path, at_once: int, backend: str = "tensorflow", **training: Any) -> RunFolder:
    way = {**Way(backend, steps_at_once=at_once).as_json(), "why": "A test says so."}
    return create_run(folder, make_project(folder, batch_size=BATCH, **training), backend=backend, extra={WAY: way})


def curve(run: RunFolder) -> dict[tuple[int, int], dict[str, float | None]]:
    events = ev.EventReader(run.events_file).read_new()
    return {(each.epoch, each.step): dict(each.values) for each in events if isinstance(each, ev.Batch)}


def assert_equal(one: RunFolder, other: RunFolder) -> None:
    assert curve(one) == curve(other)
    assert one.info().history == other.info().history
    first, second = read_snapshot(one.last_checkpoint), read_snapshot(other.last_checkpoint)
    assert all(np.array_equal(a, b) for a, b in zip(first.weights, second.weights, strict=True))


@pytest.mark.skipif(keras.config.backend() != "tensorflow", reason="trained with TensorFlow in this process")
def test_that_a_run_of_several_steps_at_once_has_the_curves_and_weights_of_single_steps(tmp_path: Path) -> None:
    alone, together = run_at_once(tmp_path / "alone", 1), run_at_once(tmp_path / "together", AT_ONCE)
    assert train(alone) == 0 and train(together) == 0
    assert len(curve(together)) == 3 * 8
    assert_equal(alone, together)


@pytest.mark.skipif(keras.config.backend() != "tensorflow", reason="trained with TensorFlow in this process")
def test_that_such_a_run_goes_on_between_two_bundles_as_if_it_had_not_stopped(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    alone, stopped = run_at_once(tmp_path / "alone", AT_ONCE), run_at_once(tmp_path / "stopped", AT_ONCE)
    assert train(alone) == 0
    stop_after_steps(monkeypatch, 5)  # within the second epoch: its first bundle is done
    assert train(stopped) == 0
    assert stopped.info().status == "stopped"
    assert read_snapshot(stopped.last_checkpoint).state["step"] == AT_ONCE
    stopped.amend(**{WAY: Way("tensorflow", steps_at_once=3).as_json()})  # and with other bundles
    monkeypatch.undo()
    assert train(stopped, resume=True) == 0
    assert_equal(alone, stopped)


@pytest.mark.slow
@pytest.mark.skipif("jax" not in backends.installed(), reason="JAX is missing")
def test_that_several_steps_at_once_on_jax_learn_what_single_steps_learn(tmp_path: Path) -> None:
    alone, together = run_at_once(tmp_path / "alone", 1, "jax"), run_at_once(tmp_path / "together", AT_ONCE, "jax")
    for run in (alone, together):
        assert launching.launch(run).wait(200) == 0, run.info().message
    one, other = curve(alone), curve(together)
    assert one.keys() == other.keys()
    for step, values in one.items():
        assert other[step] == pytest.approx(values, abs=1e-5)


def test_that_a_way_is_read_as_it_was_written_and_nonsense_is_none() -> None:
    way = Way("jax", one_thread=True, steps_at_once=16)
    assert read_way(way.as_json()) == way
    assert str(way) == "JAX on one thread, 16 steps at once"
    assert read_way({**way.as_json(), "steps_at_once": 10**9}) == replace(way, steps_at_once=1)
    assert read_way({"backend": "theano"}) is None
