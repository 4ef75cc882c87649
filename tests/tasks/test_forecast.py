"""The numbers of a forecast against values computed by hand."""

from __future__ import annotations

import numpy as np
import pytest

from dlstudio.graph.columns import ColumnSpec
from dlstudio.tasks.forecast import Forecast, better_naive, errors

TASK = Forecast()
TARGET = ColumnSpec("load", "forecast", (2, 3), scale=4.0)


def test_that_mae_mase_and_smape_are_those_of_their_definitions() -> None:
    found = errors(np.array([[10.0, 20.0]]), np.array([[12.0, 14.0]]), 4.0)
    assert found["mae"] == pytest.approx(4.0)
    assert found["mase"] == pytest.approx(1.0)
    assert found["smape"] == pytest.approx((200 * 2 / 22 + 200 * 6 / 34) / 2)


def test_that_steps_without_a_truth_are_left_out() -> None:
    found = errors(np.array([[10.0, np.nan]]), np.array([[12.0, 900.0]]), 0.0)
    assert found == {"mae": pytest.approx(2.0), "smape": pytest.approx(200 * 2 / 22)}
    assert errors(np.array([[np.nan]]), np.array([[1.0]]), 1.0) == {}


def test_that_zero_against_zero_is_no_error() -> None:
    assert errors(np.zeros((1, 2)), np.zeros((1, 2)), 1.0)["smape"] == 0.0


def test_that_coverage_counts_truths_inside_the_band() -> None:
    truth = np.array([[[1.0, 0, 0], [5.0, 0, 0]], [[1.0, 0, 0], [np.nan, 0, 0]]])
    outputs = np.array([[[0.0, 1.0, 2.0]] * 2] * 2)
    assert TASK.evaluate(truth, outputs, TARGET, False)["coverage"] == pytest.approx(2 / 3)


def test_that_crossed_quantiles_are_put_in_order() -> None:
    (said,) = TASK.predictions(np.array([[[3.0, 1.0, 2.0], [1.0, 2.0, 3.0]]]), TARGET, False)
    assert said == {"forecast": [2.0, 2.0], "low": [1.0, 1.0], "high": [3.0, 3.0]}


def test_that_the_pinball_loss_weighs_both_sides_by_the_quantile() -> None:
    truth = np.array([[[10.0, 0, 0], [np.nan, 0, 0]]])
    loss = TASK.sample_losses(truth, np.full((1, 2, 3), 0.0), TARGET, False)
    assert loss == pytest.approx([10 * (0.1 + 0.5 + 0.9) / 3])


def test_that_the_baseline_is_the_naive_forecast_that_did_better_in_training() -> None:
    seasonal = np.array([[[5.0, 1.0, 5.0], [6.0, 1.0, 6.0]]])
    test = np.array([[[5.0, 4.0, 9.0], [6.0, 4.0, 9.0]]])
    assert better_naive(seasonal) == 2
    assert TASK.baseline(seasonal, test, TARGET)["mae"] == pytest.approx(3.5)
    assert TASK.baseline(test, test, TARGET)["mae"] == pytest.approx(1.5)


def test_that_a_band_is_stretched_until_eight_of_ten_truths_lie_in_it() -> None:
    random = np.random.default_rng(3)
    middle = random.normal(size=(400, TARGET.shape[0], 1))
    thin = np.concatenate([middle - 0.1, middle, middle + 0.2], axis=2)
    truth = np.repeat(middle + random.normal(size=middle.shape), 3, axis=2)
    by = TASK.stretch(truth[:200], thin[:200], TARGET)
    assert by > 3
    held = TASK.stretched(thin[200:], by, TARGET)
    assert TASK.evaluate(truth[200:], held, TARGET, False)["coverage"] == pytest.approx(0.8, abs=0.06)
    assert np.allclose(held[..., 1], middle[200:, :, 0])
    assert np.allclose((held[..., 2] - held[..., 1]) / (held[..., 1] - held[..., 0]), 2.0, atol=1e-3)


def test_that_few_or_no_known_truths_leave_the_band_as_it_is() -> None:
    outputs = np.zeros((2, TARGET.shape[0], 3))
    assert TASK.stretch(np.full_like(outputs, np.nan), outputs, TARGET) == 1.0
