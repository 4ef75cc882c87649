"""The loss of forecasts on real tensors: pinball by quantile, and truths that are unknown."""

from __future__ import annotations

import numpy as np
import pytest

from dlstudio.graph.columns import ColumnSpec
from dlstudio.tasks.forecast import TASK
from dlstudio.training.objectives.general import ForecastError, QuantileLoss

TARGET = ColumnSpec("load", "forecast", (4, 3))


@pytest.fixture
def pair() -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(2)
    truth, given = rng.normal(size=(2, 5, 4, 3)).astype(np.float32)
    truth[0, 1, 0] = truth[3, :2, 0] = np.nan
    return truth, given


def test_that_loss_and_task_agree(pair: tuple[np.ndarray, np.ndarray]) -> None:
    expected = TASK.sample_losses(*pair, TARGET, False).mean()
    assert float(QuantileLoss()(*pair)) == pytest.approx(float(expected), rel=1e-5)


def test_that_an_unknown_truth_gives_a_finite_gradient(pair: tuple[np.ndarray, np.ndarray]) -> None:
    import tensorflow as tf

    given = tf.Variable(pair[1])
    with tf.GradientTape() as tape:
        loss = QuantileLoss()(pair[0], given)
    gradient = tape.gradient(loss, given).numpy()
    assert np.isfinite(gradient).all()
    assert not gradient[0, 1].any() and gradient[0, 0].any()


def test_that_the_error_is_that_of_the_middle_quantile() -> None:
    truth = np.array([[[1.0, 9, 9], [np.nan, 9, 9]]], np.float32)
    metric = ForecastError()
    metric.update_state(truth, np.array([[[9.0, 3.0, 9.0], [9.0, 9.0, 9.0]]], np.float32))
    assert float(metric.result()) == pytest.approx(2.0)
