"""Values of settings are checked in a sentence, read from what is typed, and shown as people read them."""

from __future__ import annotations

from typing import Any

import pytest

from dlstudio.catalogue.loading import load_catalogue
from dlstudio.catalogue.node_types import Setting
from dlstudio.catalogue.values import SettingValueError, check_value, format_value, parse_value, summary_line

CATALOGUE = load_catalogue()
LSTM = {"type": "keras.layers.LSTM", "settings": {"units": 64}}


def setting(layer: str, name: str) -> Setting:
    found = CATALOGUE[f"keras.layers.{layer}"].setting(name)
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("layer", "name", "value"),
    [
        ("Dense", "units", 3),
        ("Dense", "activation", None),
        ("Dense", "activation", "gelu"),
        ("Dense", "kernel_initializer", {"type": "keras.initializers.HeNormal", "settings": {"seed": 3}}),
        ("Dense", "kernel_regularizer", {"type": "keras.regularizers.L2", "settings": {"l2": 1e-4}}),
        ("Dense", "kernel_constraint", "non_neg"),
        ("Conv2D", "kernel_size", 3),
        ("Conv2D", "kernel_size", [3, 5]),
        ("Conv1D", "padding", "causal"),
        ("Dropout", "rate", 0),
        ("RandomZoom", "height_factor", [-0.2, 0.2]),
        ("Bidirectional", "layer", LSTM),
        ("TimeDistributed", "layer", {"type": "keras.layers.Bidirectional", "settings": {"layer": LSTM}}),
        ("RNN", "cell", {"type": "keras.layers.LSTMCell", "settings": {"units": 3}}),
    ],
)
def test_that_legal_values_pass(layer: str, name: str, value: Any) -> None:
    assert check_value(setting(layer, name), value, CATALOGUE) is None


@pytest.mark.parametrize(
    ("layer", "name", "value", "says"),
    [
        ("Dense", "units", 2.5, "whole number, not 2.5"),
        ("Dense", "units", True, "whole number"),
        ("Dense", "units", 0, "at least 1, not 0"),
        ("Dense", "units", 10**15, "too large"),
        ("Dense", "units", None, "needs a value"),
        ("Dense", "use_bias", "yes", "true or false"),
        ("Dense", "activation", "rellu", "no activation"),
        ("Dense", "kernel_initializer", "he", "no initializer"),
        ("Dense", "kernel_initializer", {"type": "keras.regularizers.L2"}, "no initializer"),
        ("Dense", "kernel_regularizer", {"type": "keras.regularizers.L2", "settings": {"l3": 1}}, "does not have"),
        ("Dense", "kernel_regularizer", {"type": "keras.regularizers.L2", "settings": {"l2": "x"}}, "a number"),
        ("Dropout", "rate", 1.5, "at most 1"),
        ("Dropout", "rate", float("nan"), "a number"),
        ("Conv2D", "kernel_size", [3, 3, 3], "2 numbers or one for all, not 3"),
        ("Conv2D", "kernel_size", [3, "x"], "whole numbers or one whole number"),
        ("Conv2D", "kernel_size", [0, 3], "at least 1"),
        ("Conv2D", "padding", "causal", "one of valid, same"),
        ("Bidirectional", "layer", {"type": "os.system"}, "no layer"),
        ("Bidirectional", "layer", {"type": "keras.layers.Lambda"}, "Python code"),
        ("Bidirectional", "layer", {"type": "keras.layers.LSTM"}, "needs a value for 'units'"),
        ("Bidirectional", "layer", "LSTM", "has to be a layer"),
        ("Pipeline", "layers", [], "1 to 64 layers"),
    ],
)
def test_that_illegal_values_get_a_sentence(layer: str, name: str, value: Any, says: str) -> None:
    said = check_value(setting(layer, name), value, CATALOGUE)
    assert said is not None
    assert says in said
    assert said.startswith(f"'{name}'")
    assert said.endswith(".")


def test_that_wrapping_without_end_is_refused() -> None:
    value: dict[str, Any] = LSTM
    for _ in range(40):
        value = {"type": "keras.layers.TimeDistributed", "settings": {"layer": value}}
    assert "wraps more than" in str(check_value(setting("TimeDistributed", "layer"), value, CATALOGUE))


@pytest.mark.parametrize(
    ("layer", "name", "text", "value"),
    [
        ("Dense", "units", " 64 ", 64),
        ("Dense", "activation", "relu", "relu"),
        ("Dense", "activation", "none", None),
        ("Dense", "use_bias", "no", False),
        ("Dropout", "rate", "0.5", 0.5),
        ("Dropout", "rate", "1e-1", 0.1),
        ("Conv2D", "kernel_size", "3", 3),
        ("Conv2D", "kernel_size", "3 x 5", [3, 5]),
        ("Conv2D", "kernel_size", "3 × 5", [3, 5]),
        ("Conv2D", "kernel_size", "(3, 5)", [3, 5]),
        ("Reshape", "target_shape", "-1, 4", [-1, 4]),
        ("Reshape", "target_shape", "[-1]", [-1]),
        ("Cropping2D", "cropping", "[[1, 1], [2, 2]]", [[1, 1], [2, 2]]),
    ],
)
def test_that_typed_text_becomes_a_value(layer: str, name: str, text: str, value: Any) -> None:
    assert parse_value(setting(layer, name), text) == value


@pytest.mark.parametrize(
    ("name", "text"), [("kernel_size", "three"), ("filters", ""), ("filters", "-1"), ("padding", "x")]
)
def test_that_a_text_that_is_no_value_is_refused_with_a_sentence(name: str, text: str) -> None:
    with pytest.raises(SettingValueError, match=rf"'{name}' .*\."):
        parse_value(setting("Conv2D", name), text)


def test_that_what_is_shown_is_read_back() -> None:
    for node_type in CATALOGUE:
        for each in node_type.settings:
            value = each.suggested if each.required else each.default
            readable = each.kind in ("integer", "number", "integers", "numbers", "choice", "activation")
            if node_type.unusable or value is None or not readable:
                continue
            shown = format_value(each, value)
            again = parse_value(each, shown)
            assert again == value or format_value(each, again) == shown, (node_type.id, each.name)


@pytest.mark.parametrize(
    ("layer", "settings", "line"),
    [
        ("Conv2D", {"filters": 32, "kernel_size": 3, "activation": "relu"}, "32 filters · 3 × 3 · relu"),
        ("Conv2D", {"filters": 32, "kernel_size": [3, 5]}, "32 filters · 3 × 5"),
        ("Dense", {"units": 10}, "10 units"),
        ("Dense", {"units": 10, "activation": "softmax"}, "10 units · softmax"),
        ("MaxPooling2D", {}, "2 × 2"),
        ("Dropout", {"rate": 0.3}, "0.3"),
        ("LSTM", {"units": 8, "return_sequences": True}, "8 units · sequence"),
        ("Bidirectional", {"layer": LSTM}, "LSTM(64)"),
        ("MultiHeadAttention", {"num_heads": 4, "key_dim": 16}, "4 heads · key 16"),
        ("Flatten", {}, ""),
    ],
)
def test_that_a_node_shows_what_matters(layer: str, settings: dict[str, Any], line: str) -> None:
    assert summary_line(CATALOGUE[f"keras.layers.{layer}"], settings) == line
