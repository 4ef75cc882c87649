"""Reliability and calibration error against values worked out by hand."""

from __future__ import annotations

import numpy as np
import pytest

from dlstudio.graph.columns import ColumnSpec
from dlstudio.tasks.calibration import reliability
from dlstudio.tasks.registry import get_task


def test_that_the_error_is_the_mean_gap_weighted_by_samples() -> None:
    found = reliability(np.array([0.95, 0.95, 0.55, 0.55]), np.array([True, False, True, True]))
    # |0.95 - 0.5| * 2/4 + |0.55 - 1| * 2/4
    assert found.error == pytest.approx(0.45)
    assert found.counts.tolist() == [0, 0, 0, 0, 0, 2, 0, 0, 0, 2]
    assert np.isnan(found.accuracy[0])


def test_that_full_confidence_belongs_to_the_last_bin_and_may_be_perfect() -> None:
    found = reliability(np.array([1.0, 1.0]), np.array([True, True]))
    assert found.counts[-1] == 2
    assert found.error == 0.0
    assert reliability(np.zeros(0), np.zeros(0, bool)).error == 0.0


def test_that_evaluate_counts_the_five_likeliest_of_more_than_five_classes() -> None:
    task = get_task("classification")
    six = ColumnSpec("label", "category", (), "int32", tuple("abcdef"))
    outputs = np.array([[0.5, 0.4, 0.3, 0.2, 0.1, 0.0]] * 2)
    measured = task.evaluate(np.array([0, 5]), outputs, six, True)
    assert measured["top_5_accuracy"] == 0.5
    five = ColumnSpec("label", "category", (), "int32", tuple("abcde"))
    assert "top_5_accuracy" not in task.evaluate(np.array([0]), outputs[:1, :5], five, True)
    assert measured["calibration_error"] == pytest.approx(0.0)
