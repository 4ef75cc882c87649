"""Numbers as people read them."""

from __future__ import annotations

import math

import pytest

from dlstudio.gui.plots import numbers


@pytest.mark.parametrize(
    ("given", "text"),
    [(0.984, "98.4 %"), (0.99999, "99.9 %"), (1.0, "100.0 %"), (0.0, "0.0 %"), (math.nan, "–")],
)
def test_that_percentages_never_claim_more_than_there_is(given, text):
    assert numbers.percent(given) == text


def test_that_accuracies_are_percentages_and_losses_are_not():
    assert numbers.metric("val_accuracy", 0.5) == "50.0 %"
    assert numbers.metric("val_loss", 0.05213) == "0.05213"
    assert numbers.metric("macro_f1", 0.5) == "50.0 %"
    assert numbers.sentence_case(numbers.metric_title("macro_f1")) == "Macro F1"
    assert numbers.metric_title("val_r2") == "validation R²"
    assert numbers.metric_title("val_cer") == "validation character error rate"
    assert numbers.metric_title("mean_dice") == "mean Dice"
    assert numbers.metric("mae", None) == "–"
    assert numbers.metric("mae", 2013.4) == "2\u202f013"


def test_that_durations_and_rates_carry_units():
    assert numbers.duration(42) == "42 s"
    assert numbers.duration(102) == "1 min 42 s"
    assert numbers.duration(7500) == "2 h 5 min"
    assert numbers.duration(math.nan) == "–"
    assert numbers.rate(4120, "images") == "4\u202f120 images/s"
    assert numbers.counted(1, "class", "classes") == "1 class"
    assert numbers.counted(60000, "row") == "60\u202f000 rows"
