"""Measures of made samples: ideal where both sets are of one distribution, worse for copies of few, and for others."""

from __future__ import annotations

import numpy as np
import pytest

from dlstudio.graph.columns import ColumnSpec
from dlstudio.tasks.adversarial import TASK, drawn_like
from dlstudio.tasks.two_samples import MOST, energy_distance, nearest, told_apart

TARGET = ColumnSpec("photo", "image", (2, 3, 1))


def samples(seed: int, count: int = 300, shift: float = 0.0) -> np.ndarray:
    return np.random.default_rng(seed).normal(shift, 1, (count, 2, 3, 1))


def test_that_samples_of_one_distribution_cannot_be_told_apart() -> None:
    assert told_apart(samples(1), samples(2)) == pytest.approx(0.5, abs=0.06)
    assert energy_distance(samples(1), samples(2)) == pytest.approx(0.0, abs=0.01)


def test_that_samples_of_another_distribution_are_told_apart() -> None:
    assert told_apart(samples(1), samples(2, shift=5)) == 1
    assert energy_distance(samples(1), samples(2, shift=5)) > 2


def test_that_copies_of_the_real_samples_are_not_taken_for_new_ones() -> None:
    assert told_apart(samples(1), samples(1)) == 0


def test_that_always_the_same_sample_is_found_out_although_it_is_real() -> None:
    same = np.repeat(samples(2)[:1], 300, axis=0) + 1e-3 * samples(3)
    assert told_apart(samples(1), same) > 0.9
    assert energy_distance(samples(1), same) > 0.2


def test_that_the_energy_distance_is_that_of_its_definition() -> None:
    one, other = np.array([[0.0], [1.0]]), np.array([[2.0], [5.0]])
    assert energy_distance(one, other) == pytest.approx(2 * (2 + 5 + 1 + 4) / 4 - 1 - 3)


def test_that_only_a_part_of_very_many_samples_is_compared() -> None:
    many = np.random.default_rng(0).random((MOST + 500, 4))
    assert 0 <= told_apart(many, many[::-1]) <= 1


def test_that_the_nearest_is_found_across_parts_with_its_distance() -> None:
    known = np.arange(2.0 * MOST + 10).reshape(-1, 1)
    places, distances = nearest(np.array([[3.25], [2003.0]]), known)
    assert places.tolist() == [3, 2003]
    assert distances.tolist() == pytest.approx([0.25, 0.0])


def test_that_the_baseline_has_mean_and_covariance_of_the_training_samples() -> None:
    known = np.clip(0.5 + 0.1 * samples(4, 900) * np.linspace(0.2, 1, 6).reshape(2, 3, 1), 0, 1)
    drawn = drawn_like(known, 900)
    assert drawn.shape == (900, 2, 3, 1) and drawn.dtype == np.float32
    assert np.abs(drawn.mean(axis=0) - known.mean(axis=0)).max() < 0.02
    assert np.abs(drawn.std(axis=0) - known.std(axis=0)).max() < 0.02


def test_that_real_training_samples_are_the_floor() -> None:
    real = np.random.default_rng(5).random((200, 2, 3, 1))
    floor = TASK.floor(real[:120], real[120:])
    assert floor["told_apart"] == pytest.approx(0.5, abs=0.12)
    assert TASK.floor(real[:1], real) == {} and TASK.floor(real, real[:0]) == {}


def test_that_samples_and_verdicts_are_taken_from_one_vector() -> None:
    outputs = np.array([[0.1, 0.2, 0.3, 0.4, 0.5, 1.6, 0.0, -1e5]])
    assert TASK.made(outputs, TARGET)[0, 1, 2, 0] == 1  # cut off at white
    assert TASK.made(outputs, TARGET)[0, 0, 1, 0] == pytest.approx(0.2)
    assert TASK.verdicts(outputs)[0].tolist() == pytest.approx([0.5, 0.0])
    assert TASK.predictions(outputs, TARGET, False)[0]["realness"] == pytest.approx(0.0)
