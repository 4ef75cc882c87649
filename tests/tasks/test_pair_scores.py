"""Scores of distances against scikit-learn, known faces of numbers, and what guessing gives."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.metrics import roc_auc_score

from dlstudio.tasks.eigenfaces import eigenface_embeddings
from dlstudio.tasks.pair_scores import chance_scores, embedding_scores, nearest_others, pairs_of, verification_scores


def crowd(people: int, each: int, noise: float, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    random = np.random.default_rng(seed)
    centres = random.normal(size=(people, 8))
    truth = np.repeat(np.arange(people), each)
    return centres[truth] + noise * random.normal(size=(len(truth), 8)), truth


def test_that_every_pair_is_counted_once() -> None:
    values, truth = crowd(5, 4, 0.5)
    pairs = pairs_of(values, truth)
    assert len(pairs.same) == 20 * 19 / 2
    assert pairs.same.sum() == 5 * 6
    assert (pairs.first < pairs.second).all()
    first, second = values[pairs.first[7]], values[pairs.second[7]]
    cosine = first @ second / np.linalg.norm(first) / np.linalg.norm(second)
    assert pairs.distances[7] == pytest.approx(1 - cosine, abs=1e-5)


def test_that_the_area_is_the_one_scikit_learn_gives() -> None:
    pairs = pairs_of(*crowd(6, 5, 1.5))
    found = verification_scores(pairs.distances, pairs.same)
    assert found["roc_auc"] == pytest.approx(roc_auc_score(pairs.same, -pairs.distances))
    assert 0.5 < found["roc_auc"] < 1


def test_that_equal_error_rate_and_accepted_share_are_those_of_counted_pairs() -> None:
    distances = np.arange(10) / 10
    same = np.array([1, 1, 1, 0, 1, 0, 1, 0, 0, 0], bool)
    found = verification_scores(distances, same)
    # Up to a distance of 0.4, one of five different pairs is accepted and one of five same pairs is not.
    assert found["eer"] == pytest.approx(0.2)
    assert found["tar_at_far_1"] == pytest.approx(0.6)


def test_that_the_rank_leaves_out_those_who_are_alone() -> None:
    values = np.array([[1.0, 0.0], [1.0, 0.1], [0.0, 1.0], [0.9, 0.2]])
    truth = np.array([0, 0, 1, 2])
    assert embedding_scores(values, truth)["rank_1"] == 1.0
    same, other = nearest_others(values, truth)
    assert np.isinf(same[2:]).all()
    assert np.isfinite(other).all()


def test_that_guessing_meets_ones_own_as_often_as_they_are() -> None:
    assert chance_scores(np.repeat(np.arange(10), 10))["rank_1"] == pytest.approx(9 / 99)
    assert chance_scores(np.zeros(4)) == {}


def test_that_one_class_alone_has_no_verification() -> None:
    assert verification_scores(np.array([0.1, 0.2]), np.array([True, True])) == {}


def test_that_eigenfaces_tell_pictures_apart_that_they_were_not_fitted_to() -> None:
    random = np.random.default_rng(1)
    parts = random.normal(size=(12, 10, 10))  # faces are mixtures of these

    def faces(people: int) -> tuple[np.ndarray, np.ndarray]:
        truth = np.repeat(np.arange(people), 6)
        weights = random.normal(size=(people, 12))[truth] + 0.3 * random.normal(size=(len(truth), 12))
        return np.tensordot(weights, parts, 1)[..., None], truth

    (seen, _), (asked, truth) = faces(20), faces(8)
    scores = embedding_scores(eigenface_embeddings(seen, asked), truth)
    assert scores["roc_auc"] > 0.95
    assert scores["rank_1"] > 0.9


def test_that_equal_pictures_give_no_eigenfaces() -> None:
    assert eigenface_embeddings(np.ones((4, 3)), np.ones((2, 3))).shape == (2, 0)
