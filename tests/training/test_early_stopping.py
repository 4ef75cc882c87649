"""Which epoch counts as the best."""

from __future__ import annotations

import math

from dlstudio.training.early_stopping import BestSoFar


def test_that_less_loss_and_more_accuracy_are_better() -> None:
    loss, accuracy = BestSoFar("val_loss", False), BestSoFar("val_accuracy", True)
    for epoch, (a, b) in enumerate([(1.0, 0.5), (0.5, 0.6), (0.7, 0.9), (0.6, 0.8)], 1):
        loss.take(epoch, {"val_loss": a})
        accuracy.take(epoch, {"val_accuracy": b})
    assert (loss.epoch, loss.waited) == (2, 2)
    assert (accuracy.epoch, accuracy.waited) == (3, 1)


def test_that_nan_is_never_the_best() -> None:
    best = BestSoFar("val_loss", False)
    assert not best.take(1, {"val_loss": math.nan})
    assert not best.take(2, {})
    assert best.take(3, {"val_loss": 5.0})


def test_that_patience_survives_a_checkpoint() -> None:
    best = BestSoFar("val_loss", False)
    best.take(1, {"val_loss": 1.0})
    best.take(2, {"val_loss": 2.0})
    other = BestSoFar("val_loss", False)
    other.restore(best.as_json())
    assert (other.value, other.epoch, other.waited) == (1.0, 1, 1)
    strange = BestSoFar("val_accuracy", True)
    strange.restore(best.as_json())
    assert strange.value is None


def test_that_the_latest_counts_whatever_its_value_unless_it_is_no_number() -> None:
    latest = BestSoFar("val_loss", False, latest=True)
    assert [latest.take(epoch, {"val_loss": value}) for epoch, value in enumerate([1.0, 0.5, 0.9, math.nan], 1)] == [
        True,
        True,
        True,
        False,
    ]
    assert (latest.value, latest.epoch) == (0.9, 3)
