"""Greedy decoding, error rates and the CTC loss against values worked out by hand."""

from __future__ import annotations

import numpy as np
import pytest

from dlstudio.graph.columns import ColumnSpec
from dlstudio.tasks import ctc
from dlstudio.tasks.registry import get_task, suited_task
from dlstudio.tasks.transcription import error_rates, said, written

SAID = ColumnSpec("said", "transcript", (6,), "int32", ("", "\ufffd", " ", "a", "b"))
TASK = get_task("transcription")


def outputs(*frames: int) -> np.ndarray:
    """One sample whose frames say these classes almost surely."""
    found = np.zeros((1, len(frames), 5), np.float32)
    found[0, np.arange(len(frames)), frames] = 9.0
    return found


def test_that_transcripts_are_learned_by_transcription() -> None:
    assert suited_task(SAID) == "transcription"
    assert TASK.output_shape(SAID) == (None, 5)


def test_that_repeats_count_once_and_blanks_part_equal_letters() -> None:
    assert said(np.array([3, 3, 0, 3, 4, 4, 0, 0]), SAID) == "aab"
    assert said(np.array([0, 0]), SAID) == ""
    frames = [(each.index, each.first, each.last) for each in ctc.greedy(np.array([0, 3, 3, 0, 3, 4]))]
    assert frames == [(3, 1, 2), (3, 4, 4), (4, 5, 5)]


def test_that_a_truth_is_written_without_its_padding() -> None:
    assert written(np.array([3, 2, 4, 0, 0, 0]), SAID) == "a b"


def test_that_errors_are_counted_against_the_truth() -> None:
    # "zero one" → "zero" is four characters and one word short; "two" → "twoo" has one of each too many.
    rates = error_rates(["zero one", "two"], ["zero", "twoo"])
    assert rates["cer"] == pytest.approx((4 + 1) / 11)
    assert rates["wer"] == pytest.approx((1 + 1) / 3)
    assert rates["exact"] == 0.0
    assert error_rates(["ab"], ["ab"]) == {"cer": 0.0, "wer": 0.0, "exact": 1.0}
    assert error_rates(["ab"], [""])["cer"] == 1.0


def test_that_evaluation_decodes_what_the_network_gives() -> None:
    truth = np.array([[3, 4, 0, 0, 0, 0]])
    assert TASK.evaluate(truth, outputs(3, 0, 4), SAID, False)["exact"] == 1.0
    assert TASK.evaluate(truth, outputs(3, 0, 0), SAID, False)["cer"] == 0.5
    (said_one,) = TASK.predictions(outputs(3, 0, 4), SAID, False)
    assert said_one["value"] == "ab"
    assert said_one["confidence"] > 0.9


def test_that_the_loss_adds_up_all_ways_to_say_it() -> None:
    # Two frames, even chances of blank and a: "a" can be said as a-, -a and aa, so with 3 of 4 chances.
    even = np.log(np.full((1, 2, 2), 0.5))
    assert ctc.losses(np.array([[1]]), even)[0] == pytest.approx(-np.log(0.75))
    # "aa" needs a blank between, for which two frames do not suffice.
    assert np.isinf(ctc.losses(np.array([[1, 1]]), even)[0])
    # Nothing at all is said only by blanks.
    assert ctc.losses(np.array([[0]]), even)[0] == pytest.approx(-np.log(0.25))


def test_that_the_loss_is_that_of_keras() -> None:
    import keras

    random = np.random.default_rng(0)
    labels = np.array([[1, 2, 2, 0], [3, 0, 0, 0], [1, 1, 1, 1]], np.int32)
    logits = random.normal(size=(3, 9, 5)).astype(np.float32)
    theirs = np.asarray(keras.losses.CTC(reduction=None)(labels, logits))
    column = ColumnSpec("said", "transcript", (4,), "int32", ("", "\ufffd", "a", "b", "c"))
    assert TASK.sample_losses(labels, logits, column, False) == pytest.approx(theirs, abs=1e-4)


def test_that_the_baseline_knows_the_training_split_alone() -> None:
    train = np.array([[3, 0], [3, 0], [4, 0]])
    test = np.array([[3, 0], [4, 0], [4, 4]])
    rates = TASK.baseline(train, test, SAID)
    assert rates["exact"] == pytest.approx(1 / 3)
    assert rates["cer"] == pytest.approx((0 + 1 + 2) / 4)
    assert TASK.baseline(train[:0], test, SAID) == {}
