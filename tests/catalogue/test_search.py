"""A few letters find the layer that people mean."""

from __future__ import annotations

import pytest

from dlstudio.catalogue.loading import load_catalogue
from dlstudio.catalogue.search import search

CATALOGUE = load_catalogue()


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("conv", "Conv2D"),
        ("conv2d", "Conv2D"),
        ("conv 2d", "Conv2D"),
        ("CONV1", "Conv1D"),
        ("gap", "GlobalAveragePooling2D"),
        ("mha", "MultiHeadAttention"),
        ("self attention", "MultiHeadAttention"),
        ("lstm", "LSTM"),
        ("bilstm", "Bidirectional"),
        ("bn", "BatchNormalization"),
        ("batchnorm", "BatchNormalization"),
        ("drop", "Dropout"),
        ("max pool", "MaxPooling2D"),
        ("avgpool", "AveragePooling2D"),
        ("emb", "Embedding"),
        ("residual", "Add"),
        ("concat", "Concatenate"),
        ("cumsum", "cumsum"),
        ("ones", "ones_like"),
        ("fc", "Dense"),
        ("attention", "MultiHeadAttention"),
        ("upsample", "UpSampling2D"),
        ("slice", "get_item"),
        ("einsum", "einsum"),
        ("constant", "Constant"),
        ("lambda", "Custom layer"),
        ("relu", "ReLU"),
        ("softmax", "Softmax"),
        ("keras.layers.GRU", "GRU"),
        ("in", "Input"),
    ],
)
def test_that_the_first_hit_is_the_one_meant(text: str, name: str) -> None:
    assert search(CATALOGUE, text, 5)[0].name == name


def test_that_an_empty_text_lists_the_common_layers_first() -> None:
    names = [node_type.name for node_type in search(CATALOGUE, "", 12)]
    assert names[:2] == ["Dense", "Conv2D"]
    assert {"Input", "Output", "LSTM"} <= set(names)


def test_that_nothing_is_found_for_nonsense() -> None:
    assert search(CATALOGUE, "qqqq") == []


def test_that_only_the_types_asked_for_come_back() -> None:
    among = ["keras.layers.Add", "keras.layers.Concatenate"]
    assert {node_type.id for node_type in search(CATALOGUE, "", among=among)} == set(among)


def test_that_types_that_cannot_be_used_are_not_offered() -> None:
    assert all(not node_type.unusable for node_type in search(CATALOGUE, "", 10_000))
    assert "Lambda" not in [node_type.name for node_type in search(CATALOGUE, "lambda")]


def test_that_every_usable_type_is_found_first_by_its_own_name() -> None:
    for node_type in CATALOGUE:
        if not node_type.unusable:
            found = search(CATALOGUE, node_type.name, 3)
            assert node_type in found, node_type.id
