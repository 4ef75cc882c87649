"""Arithmetic over a block's parameters: what it gives, and what it refuses."""

from __future__ import annotations

from typing import Any

import pytest

from dlstudio.graph.expressions import ExpressionError, bind, evaluate, names_in

PARAMETERS = {"filters": 64, "rate": 0.5, "name": "relu", "wide": True}


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("filters", 64),
        ("filters * 2", 128),
        ("filters / 4", 16),
        ("filters / 3", 64 / 3),
        ("filters // 3", 21),
        ("-filters + 2 ** 3", -56),
        ("max(filters // 16, 8)", 8),
        ("int(filters * rate)", 32),
        ("filters * 4 if wide else filters", 256),
        ("filters >= 64 and not wide", False),
        ("name", "relu"),
        ("'same'", "same"),
        ("None", None),
    ],
)
def test_that_expressions_give_what_they_say(text: str, value: Any) -> None:
    found = evaluate(text, PARAMETERS)
    assert found == value
    assert type(found) is type(value)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("units", "'units', which is no parameter"),
        ("filters *", "no arithmetic expression"),
        ("__import__('os')", "no arithmetic expression"),
        ("(1).__class__", "no arithmetic expression"),
        ("[filters]", "no arithmetic expression"),
        ("filters / 0", "cannot be evaluated"),
        ("10 ** 64", "too large"),
        ("filters ** 1000", "too large"),
        ("name * 10", "Texts cannot"),
        ("1" * 300, "longer than"),
        ("(" * 150, "expression"),
        ("1e308 * 10", "too large"),
    ],
)
def test_that_what_is_no_arithmetic_is_refused_with_a_sentence(text: str, says: str) -> None:
    with pytest.raises(ExpressionError, match=says.replace("(", r"\(").replace(")", r"\)")):
        evaluate(text, PARAMETERS)


def test_that_binding_reaches_into_lists_and_objects() -> None:
    value = {"type": "keras.layers.LSTM", "settings": {"units": {"=": "filters // 2"}, "axes": [1, {"=": "filters"}]}}
    assert bind(value, PARAMETERS) == {"type": "keras.layers.LSTM", "settings": {"units": 32, "axes": [1, 64]}}
    assert names_in(value) == {"filters"}
    assert bind({"=": "filters", "other": 1}, PARAMETERS) == {"=": "filters", "other": 1}  # not an expression
