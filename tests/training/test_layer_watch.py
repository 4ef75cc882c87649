"""How layers learn, measured while they do: the numbers are those of Keras' own gradients, and nothing else changes."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest
import tensorflow as tf

from dlstudio.graph.project import ObjectSettings
from dlstudio.training import fitting
from dlstudio.training.batches import Feed
from dlstudio.training.checkpoints import read_snapshot
from dlstudio.training.computing import backends
from dlstudio.training.fitting import train
from dlstudio.training.layer_watch import LayerWatch, _norms, dead_units, watch_layers
from dlstudio.training.runs import events as ev
from dlstudio.training.runs.run_folder import RunFolder, create_run
from dlstudio.training.stepping import Stepper
from tests.training.tiny_projects import make_project

pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")


def measured(run: RunFolder) -> list[ev.Layers]:
    return [event for event in ev.EventReader(run.events_file).read_new() if isinstance(event, ev.Layers)]


def small_model(optimizer: Any) -> tuple[keras.Model, np.ndarray, np.ndarray]:
    rng = np.random.default_rng(0)
    inputs = keras.Input((4,))
    inner_in = keras.Input((8,))
    inner = keras.Model(inner_in, keras.layers.Dense(3, name="deep")(inner_in), name="use")
    outputs = inner(keras.layers.Dense(8, activation="relu", name="first")(inputs))
    model = keras.Model(inputs, outputs)
    model.compile(optimizer, loss="mse")
    optimizer.build(model.trainable_variables)
    return model, rng.normal(size=(16, 4)).astype(np.float32), rng.normal(size=(16, 3)).astype(np.float32)


def feed_of(x: np.ndarray) -> Feed:
    feed = Feed(np.arange(len(x)), {"x": "x"}, {}, lambda _column, rows: x[rows])
    feed.load()
    return feed


def test_that_norms_are_those_of_the_gradients_that_tensorflow_gives() -> None:
    keras.utils.set_random_seed(1)
    model, x, y = small_model(keras.optimizers.SGD(0.1, clipnorm=0.01))
    watch = LayerWatch(model, feed_of(x))
    stepper = Stepper(model)
    stepper.train((x, y, None))  # not asked for
    with tf.GradientTape() as tape:
        loss = tf.reduce_mean(tf.square(model(x) - y))
    expected = [float(tf.norm(each)) for each in tape.gradient(loss, model.trainable_variables)]
    before = [np.array(each) for each in model.trainable_variables]
    watch.before()
    stepper.train((x, y, None))
    layers = watch.after(1, 2).layers
    assert list(layers) == ["first", "use/deep"]
    assert layers["first"]["gradient"] == pytest.approx(np.hypot(*expected[:2]), rel=1e-3)  # before it was clipped
    assert layers["use/deep"]["gradient"] == pytest.approx(np.hypot(*expected[2:]), rel=1e-3)
    moved = [np.linalg.norm(np.array(now) - old) for now, old in zip(model.trainable_variables, before, strict=True)]
    weights = [np.linalg.norm(np.array(now)) for now in model.trainable_variables]
    assert layers["first"]["weights"] == pytest.approx(np.hypot(*weights[:2]), rel=1e-3)
    assert layers["first"]["update"] == pytest.approx(np.hypot(*moved[:2]) / np.hypot(*weights[:2]), rel=1e-3)
    assert "dead" in layers["first"] and "dead" not in layers["use/deep"]


def test_that_weights_of_any_shape_have_a_norm() -> None:
    assert _norms([keras.ops.ones((2, 2, 2, 2)), keras.ops.ones(())]).tolist() == [4.0, 1.0]


def test_that_units_that_give_nothing_are_counted() -> None:
    model, x, _ = small_model(keras.optimizers.SGD())
    kernel, bias = model.get_layer("first").get_weights()
    bias[:2] = -1000.0
    model.get_layer("first").set_weights([kernel, bias])
    alive = dead_units(model, x)["first"]
    assert alive == pytest.approx(2 / 8)


def test_that_embeddings_have_a_gradient_too() -> None:
    inputs = keras.Input((3,), dtype="int32")
    vectors = keras.layers.Embedding(10, 4, name="words")(inputs)
    model = keras.Model(inputs, keras.layers.Dense(1, name="end")(keras.layers.Flatten()(vectors)))
    model.compile(keras.optimizers.SGD(0.1), loss="mse")
    model.optimizer.build(model.trainable_variables)
    x, y = np.array([[1, 2, 3], [1, 1, 1]], np.int32), np.ones((2, 1), np.float32)
    watch = LayerWatch(model, feed_of(x))
    watch.before()
    Stepper(model).train((x, y, None))
    gradient = watch.after(1, 1).layers["words"]["gradient"]
    assert gradient is not None and gradient > 0


def test_that_measuring_leaves_room_for_training() -> None:
    now = [0.0]
    model, x, y = small_model(keras.optimizers.SGD())
    watch = LayerWatch(model, feed_of(x), clock=lambda: now[0])
    assert watch.due(False)  # the first step is slow anyway
    watch.before()
    Stepper(model).train((x, y, None))
    watch.after(1, 1)
    watch._cost = 0.01
    now[0] = 0.9
    assert not watch.due(True)  # it would have taken more than a hundredth of the time
    now[0] = 1.01
    assert watch.due(True) and watch.due(False)
    watch._ended = now[0] = 3000.0
    now[0] += 9.0
    assert watch.due(True) and not watch.due(False)  # a long run has enough of them


def test_that_a_run_is_the_same_whether_it_is_measured_or_not(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    adam = ObjectSettings("keras.optimizers.Adam", {"learning_rate": 0.01, "clipnorm": 1.0})
    monkeypatch.setattr(LayerWatch, "due", lambda self, epoch_ends: True)
    one = create_run(tmp_path, make_project(tmp_path, optimizer=adam))
    assert train(one) == 0
    assert len(measured(one)) == 24
    assert {"gradient", "weights", "update", "dead"} <= set(measured(one)[3].layers["hidden"])
    monkeypatch.setattr(fitting, "watch_layers", lambda *_: None)
    other = create_run(tmp_path, make_project(tmp_path, optimizer=adam))
    assert train(other) == 0
    a, b = read_snapshot(one.last_checkpoint), read_snapshot(other.last_checkpoint)
    for group in ("weights", "optimizer"):
        pairs = zip(getattr(a, group), getattr(b, group), strict=True)
        assert all(np.array_equal(first, second) for first, second in pairs)


def test_that_what_is_not_finite_is_written_as_nothing(tmp_path: Path) -> None:
    from dlstudio.training.runs.event_log import EventLog

    log = EventLog(tmp_path / "events.jsonl")
    log.write(ev.Layers(epoch=1, step=2, layers={"a": {"gradient": float("nan"), "weights": 1.0}}))
    log.close()
    line = json.loads((tmp_path / "events.jsonl").read_text())
    assert line["layers"] == {"a": {"gradient": None, "weights": 1.0}}
    assert isinstance(ev.EventReader(tmp_path / "events.jsonl").read_new()[0], ev.Layers)


def test_that_a_network_without_weights_is_not_watched() -> None:
    inputs = keras.Input((3,))
    model = keras.Model(inputs, keras.layers.ReLU()(inputs))
    model.compile("sgd", loss="mse")
    assert watch_layers(model, feed_of(np.ones((2, 3), np.float32))) is None


@pytest.mark.parametrize("backend", ["tensorflow", "jax", "torch"])
def test_that_every_backend_measures_what_calculus_says(backend: str) -> None:
    if backend not in backends.installed():
        pytest.skip(f"{backends.TITLES[backend]} is not installed")
    done = subprocess.run(
        [sys.executable, "-m", "tests.training.measured_layers"],
        capture_output=True,
        text=True,
        env={**os.environ, backends.VARIABLE: backend, "PYTHONPATH": os.pathsep.join(sys.path)},
        check=False,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    for told in json.loads(done.stdout.splitlines()[-1]):
        for name, quantities in told["expected"].items():
            measured = {quantity: told["layers"][name][quantity] for quantity in quantities}
            assert measured == pytest.approx(quantities, rel=2e-3), name
        assert told["layers"]["first"]["dead"] < 0.5
