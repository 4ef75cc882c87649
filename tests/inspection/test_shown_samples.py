"""How samples of tables read in a list."""

from __future__ import annotations

import numpy as np

from dlstudio.inspection.samples import NUMBERS, _text


def test_that_a_missing_value_is_seen_as_missing() -> None:
    assert _text({"class": "3rd", "age": "", "parch": "1"}) == "class 3rd, age –, parch 1"
    assert _text({"age": float("nan")}) == "age –"


def test_that_long_vectors_say_how_many_values_there_are() -> None:
    assert _text(np.arange(3.0)) == "0, 1, 2"
    assert _text(np.arange(float(NUMBERS + 1))).endswith(f"… ({NUMBERS + 1} values)")
