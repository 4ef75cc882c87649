"""Perplexity, bits per character and the n-gram baseline against numbers computed by hand."""

from __future__ import annotations

import math

import numpy as np
import pytest

from dlstudio.graph.columns import ColumnSpec
from dlstudio.tasks.language_model import TASK
from dlstudio.tasks.ngram import NGram

TARGET = ColumnSpec("next", "tokens", (2,), "int32", ("", "\ufffd", "a", "bcd"), 4)
SHARES = np.array([[[0.1, 0.1, 0.5, 0.3], [0.0, 0.0, 0.25, 0.75]]])


def test_that_perplexity_and_bits_are_those_of_the_probabilities() -> None:
    found = TASK.evaluate(np.array([[2, 3]]), SHARES, TARGET, True)
    bits = -math.log2(0.5) - math.log2(0.75)
    assert found["loss"] == pytest.approx(bits * math.log(2) / 2)
    assert found["perplexity"] == pytest.approx(2 ** (bits / 2))
    assert found["bits_per_character"] == pytest.approx(bits / 4)  # "a" and "bcd"
    assert found["accuracy"] == 1


def test_that_padding_counts_for_nothing() -> None:
    found = TASK.evaluate(np.array([[3, -1]]), SHARES, TARGET, True)
    assert found["perplexity"] == pytest.approx(1 / 0.3)
    assert found["accuracy"] == 0
    assert TASK.sample_losses(np.array([[3, -1]]), SHARES, TARGET, True) == pytest.approx([-math.log(0.3)])


def test_that_logits_their_probabilities_and_what_is_kept_of_them_are_measured_alike() -> None:
    rng = np.random.default_rng(3)
    logits = rng.normal(0, 3, (5, 2, 4)).astype(np.float32)
    truth = rng.integers(0, 4, (5, 2))
    truth[1, 1] = -1
    kept = TASK.reduced(truth, logits, TARGET, False)
    assert kept.shape == (5, 2, 2)
    measured = TASK.evaluate(truth, logits, TARGET, False)
    assert measured == pytest.approx(TASK.evaluate(truth, TASK.scores(logits, TARGET, False), TARGET, True), rel=1e-5)
    assert measured == pytest.approx(TASK.evaluate(truth, kept, TARGET, False), rel=1e-5)


def test_that_the_loss_is_the_one_keras_trains_with() -> None:
    import keras

    logits = np.random.default_rng(4).normal(0, 2, (3, 2, 4)).astype(np.float32)
    truth = np.array([[2, 3], [1, -1], [0, 2]], np.int32)
    value = TASK.loss(TARGET, False)
    loss = getattr(keras.losses, value["type"].rpartition(".")[2])(**value["settings"])
    assert float(loss(truth, logits)) == pytest.approx(TASK.evaluate(truth, logits, TARGET, False)["loss"], rel=1e-5)


def test_that_a_bigram_has_the_probabilities_of_witten_and_bell() -> None:
    # Training: a b a b b. Unigrams: a 2, b 3 of 5, two kinds; after a: b twice, one kind; after b: a and b once each.
    windows = np.array([[0, 1, 0, 1, 1]], np.int32)
    model = NGram(windows, 2, order=2)
    plain = {0: (2 + 2 * 0.5) / (5 + 2), 1: (3 + 2 * 0.5) / (5 + 2)}
    after_a = (2 + 1 * plain[1]) / (2 + 1)
    after_b = (1 + 2 * plain[0]) / (2 + 2)
    losses, hits = model.judge(np.array([[0, 1, 0]], np.int32))
    assert np.exp(-losses) == pytest.approx([plain[0], after_a, after_b])
    assert hits.tolist() == [0, 1, 1]  # alone b is commonest; of equals the first


def test_that_the_probabilities_of_the_baseline_add_up_to_one() -> None:
    rng = np.random.default_rng(5)
    model = NGram(rng.integers(0, 6, (20, 12)).astype(np.int32), 6)
    context = rng.integers(0, 6, 7)
    chances = [np.exp(-model.judge(np.array([[*context, each]], np.int32))[0][-1]) for each in range(6)]
    assert sum(chances) == pytest.approx(1)


def test_that_the_baseline_never_looks_at_the_test_and_leaves_padding_out() -> None:
    train = np.array([[2, 3, 2, 3], [2, 3, -1, -1]], np.int32)
    other = TASK.baseline(train, np.array([[1, 1, 1, 1]], np.int32), TARGET)
    same = TASK.baseline(train, np.array([[2, 3, 2, 3]], np.int32), TARGET)
    assert other["accuracy"] == 0 and same["accuracy"] == 1
    assert other["perplexity"] > same["perplexity"]
