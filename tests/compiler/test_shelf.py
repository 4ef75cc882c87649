"""A layer called again on another size says what a fresh one says."""

from __future__ import annotations

import pytest

from dlstudio.catalogue.loading import load_catalogue
from dlstudio.compiler.shelf import _RESIZABLE, Shelf
from dlstudio.compiler.tracing import TensorFacts, Traced, trace

CATALOGUE = load_catalogue()
SETTINGS = {"Activation": {"activation": "relu"}, "MultiHeadAttention": {"num_heads": 2, "key_dim": 4}}
WHOLE = ("Embedding",)


def shape(name: str, size: int) -> tuple[int | None, ...]:
    axes = next((int(mark) for mark in name if mark.isdigit()), 1)
    return (None, size) if name in WHOLE else (None, *[size] * axes, 6)


def arrived(name: str, size: int) -> dict[str, tuple[TensorFacts, ...]]:
    facts = TensorFacts(shape(name, size), "int32" if name in WHOLE else "float32")
    ports = CATALOGUE[f"keras.layers.{name}"].inputs
    wired = [port.name for port in ports if not port.optional]
    return dict.fromkeys(wired, (facts,))


@pytest.mark.parametrize("type_id", sorted(_RESIZABLE))
def test_that_a_kept_layer_answers_like_a_fresh_one(type_id: str) -> None:
    name = type_id.rpartition(".")[2]
    node_type, shelf = CATALOGUE[type_id], Shelf()
    settings = {**node_type.fresh_settings, **SETTINGS.get(name, {})}

    def traced(size: int, kept: bool) -> Traced:
        inputs = arrived(name, size)
        key = shelf.key(type_id, "settings", settings, inputs) if kept else None
        return trace(node_type, settings, inputs, CATALOGUE, shelf=shelf, key=key)

    first = traced(16, kept=True)
    assert first.fault is None, first.error
    for size in (23, 9):
        assert traced(size, kept=True) == traced(size, kept=False)


def test_that_a_layer_is_kept_for_another_size_but_not_for_other_channels() -> None:
    shelf = Shelf()
    size = [{"input": (TensorFacts((None, n, n, channels)),)} for n, channels in ((8, 3), (9, 3), (8, 4))]
    keys = [shelf.key("keras.layers.Conv2D", "{}", {}, inputs) for inputs in size]
    assert keys[0] == keys[1] != keys[2]


def test_that_settings_that_name_axes_keep_nothing() -> None:
    inputs = {"input": (TensorFacts((None, 8, 8, 3)),)}
    assert Shelf().key("keras.layers.LayerNormalization", "{}", {"axis": 1}, inputs) is None
    assert Shelf().key("keras.layers.Reshape", "{}", {}, inputs) is None


def test_that_a_size_too_small_is_still_refused_by_a_kept_layer() -> None:
    node_type, shelf = CATALOGUE["keras.layers.Conv2D"], Shelf()
    settings = {"filters": 4, "kernel_size": 5}
    faults = []
    for size in (8, 3):
        inputs = {"inputs": (TensorFacts((None, size, size, 3)),)}
        inputs = {node_type.inputs[0].name: inputs["inputs"]}
        key = shelf.key(node_type.id, "x", settings, inputs)
        faults.append(trace(node_type, settings, inputs, CATALOGUE, shelf=shelf, key=key).fault)
    assert faults == [None, "empty"]


@pytest.mark.parametrize("name", ["Add", "Multiply", "Concatenate"])
def test_that_inputs_that_do_not_go_together_are_refused_whatever_was_accepted_before(name: str) -> None:
    node_type, shelf = CATALOGUE[f"keras.layers.{name}"], Shelf()

    def fault(sizes: tuple[int, int]) -> str | None:
        inputs = {node_type.inputs[0].name: tuple(TensorFacts((None, n, n, 8)) for n in sizes)}
        key = shelf.key(node_type.id, "{}", {}, inputs)
        return trace(node_type, {}, inputs, CATALOGUE, shelf=shelf, key=key).fault

    assert fault((28, 28)) is None
    assert fault((26, 27)) is not None
