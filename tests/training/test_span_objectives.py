"""Loss and metric of spans: the definitions, padding left out, masks of layers taken off."""

from __future__ import annotations

import os

os.environ.setdefault("KERAS_BACKEND", "tensorflow")
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import keras
import numpy as np
import pytest

from dlstudio.graph.columns import ColumnSpec
from dlstudio.tasks.span import TASK
from dlstudio.training.objectives.spans import SpanCrossEntropy, SpanOverlap

TARGET = ColumnSpec("answer", "span", (3,), "int32", places=5)
TRUTH = np.array([[1, 2, 4], [0, 0, 5], [-1, -1, 3], [3, 3, 4]], np.int32)


def scores() -> np.ndarray:
    return np.random.default_rng(3).normal(size=(4, 5, 2)).astype(np.float32)


def test_that_the_loss_is_the_mean_of_two_cross_entropies_over_the_words_that_there_are() -> None:
    given = scores()
    found = keras.ops.convert_to_numpy(SpanCrossEntropy(reduction=None)(TRUTH, given))
    expected = TASK.sample_losses(TRUTH, given, TARGET, False)
    assert found == pytest.approx(expected, abs=1e-5)
    logs = given[0, :4] - np.log(np.exp(given[0, :4]).sum(axis=0))
    assert found[0] == pytest.approx(-(logs[1, 0] + logs[2, 1]) / 2, abs=1e-5)
    assert found[2] == 0


def test_that_scores_of_padding_change_nothing() -> None:
    given = scores()
    other = given.copy()
    other[0, 4] = other[2, 3:] = 1e4
    loss = SpanCrossEntropy()
    assert float(loss(TRUTH, other)) == pytest.approx(float(loss(TRUTH, given)), abs=1e-5)


def test_that_probabilities_cost_what_their_logits_cost() -> None:
    given = scores()
    shares = np.exp(given) / np.exp(given).sum(axis=1, keepdims=True)
    assert float(SpanCrossEntropy(from_logits=False)(TRUTH, shares)) == pytest.approx(
        float(SpanCrossEntropy()(TRUTH, given)), abs=1e-4
    )


def test_that_the_overlap_is_f1_of_places() -> None:
    given = np.full((2, 5, 2), -9.0, np.float32)
    given[0, 1, 0] = given[0, 3, 1] = 9.0  # places 1-3 against 2-3
    given[1, 4, 0] = given[1, 0, 1] = 9.0  # ends before it begins
    metric = SpanOverlap()
    metric.update_state(np.array([[2, 3, 5], [0, 1, 5]]), given)
    assert float(metric.result()) == pytest.approx((2 * 2 / 5 + 0) / 2)


@pytest.mark.parametrize("places", [4, 5])
def test_that_a_network_with_a_mask_learns_like_one_without(places: int) -> None:
    """A mask over as many places as there are samples in a batch would be taken for weights of the samples."""
    words = np.array(
        [[1, 2, 3, 4, 0][:places], [4, 3, 0, 0, 0][:places], [2, 2, 2, 1, 1][:places], [1, 3, 4, 0, 0][:places]]
    )
    truth = np.array([[1, 2, 4], [0, 1, 2], [2, 2, places], [2, 2, 3]])
    losses = []
    for mask in (False, True):
        keras.utils.set_random_seed(1)
        entry = keras.Input((places,), dtype="int32")
        x = keras.layers.Embedding(5, 6, mask_zero=mask)(entry)
        model = keras.Model(entry, keras.layers.Dense(2)(x))
        model.compile("adam", loss=SpanCrossEntropy(), metrics=[SpanOverlap()])
        losses.append(model.evaluate(words, truth, batch_size=4, verbose=0))
    assert losses[0] == pytest.approx(losses[1], abs=1e-6)
