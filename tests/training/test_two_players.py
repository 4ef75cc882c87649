"""Two players in one drawing: the gradients are those of two losses, and the metrics those of the task."""

from __future__ import annotations

from typing import Any

import keras
import numpy as np
import pytest
import tensorflow as tf
from keras import ops

from dlstudio.compiler.building import build_model
from dlstudio.graph.columns import ColumnSpec
from dlstudio.graph.project import DataSettings
from dlstudio.tasks.two_samples import energy_distance
from dlstudio.templates.library import fit_template
from dlstudio.training.objectives.adversarial import AdversarialLoss, EnergyDistance, RightVerdicts

PHOTO, NOISE = ColumnSpec("photo", "image", (8, 8, 1)), ColumnSpec("noise", "noise", (32,))


@pytest.fixture(scope="module")
def model() -> Any:
    data = DataSettings("data", "npz", {"photo": {"type": "image", "role": "input"}})
    graph = fit_template("gan", data, {"photo": PHOTO}, "p").graph
    return build_model(graph, {"photo": PHOTO, "noise": NOISE}, seed=1)


def batch(count: int = 6) -> dict[str, np.ndarray]:
    random = np.random.default_rng(2)
    return {
        "photo": random.random((count, *PHOTO.shape)).astype(np.float32),
        "noise": random.standard_normal((count, 32)).astype(np.float32),
    }


def inputs(model: Any, values: dict[str, np.ndarray]) -> list[np.ndarray]:
    return [values[tensor.name] for tensor in model.inputs]


def players(model: Any) -> tuple[list[Any], list[Any]]:
    """The weights of the discriminator, and those of the generator."""
    judge = model.get_layer("verdict_real").trainable_variables
    known = {id(each) for each in judge}
    return judge, [each for each in model.trainable_variables if id(each) not in known]


@pytest.mark.skipif(keras.backend.backend() != "tensorflow", reason="gradients are taken by TensorFlow's tape")
def test_that_one_loss_gives_each_player_the_gradient_of_its_own(model: Any) -> None:
    values = batch()
    judge, generator = players(model)
    drawn = keras.Model(model.inputs, model.get_layer("made").output)
    discriminator = model.get_layer("verdict_real")
    with tf.GradientTape() as tape:
        loss = ops.mean(AdversarialLoss().call(None, model(inputs(model, values), training=True)))
    found = tape.gradient(loss, [*judge, *generator])
    with tf.GradientTape() as tape:
        made = ops.stop_gradient(drawn(inputs(model, values), training=True))
        real_logit, made_logit = discriminator(values["photo"]), discriminator(made)
        own = ops.mean(ops.softplus(-real_logit)) + ops.mean(ops.softplus(made_logit))
    wanted = tape.gradient(own, judge)
    with tf.GradientTape() as tape:
        fooled = ops.mean(ops.softplus(-discriminator(drawn(inputs(model, values), training=True))))
    wanted += tape.gradient(fooled, generator)
    assert float(loss) == pytest.approx(float(own), rel=1e-5)
    for one, other in zip(found, wanted, strict=True):
        scale = np.abs(other.numpy()).max()
        assert scale > 0
        np.testing.assert_allclose(one.numpy() / scale, other.numpy() / scale, atol=1e-4)


def test_that_the_same_discriminator_judges_three_times(model: Any) -> None:
    assert len([layer for layer in model.layers if layer.name.startswith("verdict")]) == 1
    values = batch()
    given = np.asarray(model(inputs(model, values)))
    made = given[:, :64].reshape(-1, *PHOTO.shape)
    judged = np.asarray(model(inputs(model, {**values, "photo": made})))
    np.testing.assert_allclose(judged[:, -2], given[:, -1], atol=1e-5)


def test_that_the_energy_distance_is_the_mean_of_that_of_batches() -> None:
    random = np.random.default_rng(3)
    real = random.random((10, 2, 2, 1)).astype(np.float32)
    given = random.random((10, 6)).astype(np.float32)
    metric = EnergyDistance()
    metric.update_state(real[:6], given[:6])
    metric.update_state(real[6:9], given[6:9])
    wanted = [energy_distance(real[a:b], given[a:b, :4]) for a, b in ((0, 6), (6, 9))]
    assert float(metric.result()) == pytest.approx((6 * wanted[0] + 3 * wanted[1]) / 9, abs=1e-5)
    metric.update_state(real[9:], given[9:])  # a single sample says nothing
    assert float(metric.result()) == pytest.approx((6 * wanted[0] + 3 * wanted[1]) / 9, abs=1e-5)


def test_that_right_verdicts_are_counted_of_both() -> None:
    given = np.array([[0, 2.0, -1.0], [0, -2.0, -1.0], [0, -1.0, 3.0], [0, 1.0, -1.0]], np.float32)
    metric = RightVerdicts()
    metric.update_state(np.zeros((4, 1)), given)
    assert float(metric.result()) == pytest.approx(5 / 8)


@pytest.mark.parametrize("shape", [(8, 8, 1), (28, 28, 1), (33, 50, 3), (97, 96, 3)])
def test_that_an_image_of_any_size_can_be_made(shape: tuple[int, int, int]) -> None:
    spec = ColumnSpec("photo", "image", shape)
    project = fit_template("gan", DataSettings("d", "npz", {"photo": {"type": "image"}}), {"photo": spec}, "p")
    length = int(project.data.columns["noise"]["length"])
    built = build_model(project.graph, {"photo": spec, "noise": ColumnSpec("noise", "noise", (length,))}, seed=1)
    assert built.get_layer("made").output.shape[1:] == shape
    assert built.output_shape == (None, int(np.prod(shape)) + 2)
