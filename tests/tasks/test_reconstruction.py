"""Reconstruction: errors by their definitions, and the mean of the training samples as the simplest answer."""

from __future__ import annotations

import numpy as np
import pytest

from dlstudio.graph.columns import ColumnSpec
from dlstudio.tasks.reconstruction import TASK, sample_errors

PICTURE = ColumnSpec("photo", "image", (2, 2, 1))


def test_that_the_error_is_the_mean_over_all_values() -> None:
    truth = np.zeros((2, 2, 2, 1), np.float32)
    given = truth.copy()
    given[0, 0, 0, 0], given[1] = 1.0, 0.5
    assert TASK.evaluate(truth, given, PICTURE, True) == pytest.approx({"mse": 0.25, "mae": 0.375})
    assert sample_errors(truth, given) == pytest.approx([0.25, 0.25])


def test_that_the_baseline_learns_from_training_alone() -> None:
    train = np.stack([np.zeros((2, 2, 1)), np.ones((2, 2, 1))])
    test = np.full((3, 2, 2, 1), 0.25)
    assert TASK.baseline(train, test, PICTURE) == pytest.approx({"mse": 0.0625, "mae": 0.25})
    assert TASK.baseline(train[:0], test, PICTURE) == {}


def test_that_only_what_can_be_given_back_suits() -> None:
    assert TASK.suits(PICTURE)
    assert not TASK.suits(ColumnSpec("label", "category", (), "int32", ("a", "b")))
    assert TASK.output_shape(PICTURE) == (2, 2, 1)


def test_that_pictures_are_cut_off_at_black_and_white_and_series_are_not() -> None:
    wide = np.array([[[[-1.0], [0.5]], [[2.0], [1.0]]]])
    assert TASK.scores(wide, PICTURE, False).ravel().tolist() == [0.0, 0.5, 1.0, 1.0]
    series = ColumnSpec("signal", "series", (2, 2))
    assert TASK.scores(wide.reshape(1, 2, 2), series, False).ravel().tolist() == [-1.0, 0.5, 2.0, 1.0]
