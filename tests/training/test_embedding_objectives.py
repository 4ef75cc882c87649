"""Losses and metric of embeddings against plain loops, and the order that lets a batch compare."""

from __future__ import annotations

import os

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import numpy as np
import pytest
from sklearn.metrics import roc_auc_score

from dlstudio.tasks.pair_scores import pairs_of, unit_vectors
from dlstudio.training.batches import grouped_order
from dlstudio.training.objectives.embeddings import ArcFace, HardTriplet, PairAUC, SupervisedContrastive

TRUTH = np.array([0, 0, 1, 1, 1, 2])
GIVEN = np.random.default_rng(3).normal(size=(6, 4)).astype(np.float32)
COSINES = unit_vectors(GIVEN) @ unit_vectors(GIVEN).T


def test_that_the_contrastive_loss_is_that_of_the_paper() -> None:
    wanted = []
    for i in range(6):
        others = [j for j in range(6) if j != i]
        alike = [j for j in others if TRUTH[j] == TRUTH[i]]
        whole = np.log(sum(np.exp(COSINES[i, j] / 0.1) for j in others))
        wanted.append(-np.mean([COSINES[i, j] / 0.1 - whole for j in alike]) if alike else 0.0)
    found = np.asarray(SupervisedContrastive(reduction=None)(TRUTH, GIVEN))
    assert found == pytest.approx(np.array(wanted), abs=1e-4)


def test_that_the_triplet_loss_takes_the_hardest_of_the_batch() -> None:
    wanted = []
    for i in range(6):
        near = [1 - COSINES[i, j] for j in range(6) if TRUTH[j] != TRUTH[i]]
        far = [1 - COSINES[i, j] for j in range(6) if TRUTH[j] == TRUTH[i] and j != i]
        wanted.append(max(max(far) - min(near) + 0.2, 0) if far else 0.0)
    assert np.asarray(HardTriplet(reduction=None)(TRUTH, GIVEN)) == pytest.approx(np.array(wanted), abs=1e-5)


def test_that_arcface_without_margin_is_cross_entropy_and_with_one_costs_more() -> None:
    cosines = np.array([[0.9, 0.1, -0.5], [-0.99, 0.2, 0.3]], np.float32)
    truth = np.array([0, 0])
    logits = 16 * cosines
    wanted = np.log(np.exp(logits).sum(axis=1)) - logits[:, 0]
    plain = np.asarray(ArcFace(margin=0.0, reduction=None)(truth, cosines))
    assert plain == pytest.approx(wanted, abs=1e-3)
    behind = np.concatenate([np.full((2, 5), 7.0, np.float32), cosines], axis=1)
    assert np.asarray(ArcFace(3, margin=0.0, reduction=None)(truth, behind)) == pytest.approx(wanted, abs=1e-3)
    assert (np.asarray(ArcFace(margin=0.3, reduction=None)(truth, cosines)) > plain).all()


def test_that_the_metric_is_the_area_of_the_batch_and_leaves_cosines_out() -> None:
    pairs = pairs_of(GIVEN, TRUTH)
    wanted = roc_auc_score(pairs.same, -pairs.distances)
    metric = PairAUC(without=2)
    metric.update_state(TRUTH, np.concatenate([GIVEN, np.full((6, 2), 9.0, np.float32)], axis=1))
    assert float(metric.result()) == pytest.approx(wanted, abs=1e-5)


def test_that_a_batch_of_one_class_says_nothing() -> None:
    metric = PairAUC()
    metric.update_state(np.zeros(4), GIVEN[:4])
    assert float(metric.result()) == 0.5


def test_that_the_grouped_order_holds_all_samples_and_runs_of_one_class() -> None:
    groups = np.random.default_rng(0).integers(0, 5, 103)
    found = grouped_order(7, 2, groups)
    assert sorted(found) == list(range(103))
    assert found.tolist() == grouped_order(7, 2, groups).tolist()
    assert found.tolist() != grouped_order(7, 3, groups).tolist()
    whole = sum(count // 4 for count in np.bincount(groups))
    runs = groups[found][: whole * 4].reshape(-1, 4)
    assert (runs == runs[:, :1]).all()
