"""Multiply-adds against counts by hand: how often the innermost line runs when a layer is written out as loops."""

from __future__ import annotations

from itertools import product
from typing import Any

import pytest

from dlstudio.catalogue.node_types import Catalogue
from dlstudio.compiler.facts import LayerFacts
from dlstudio.compiler.inference import Inference
from dlstudio.compiler.memory import memory_bytes
from dlstudio.compiler.products import einsum_multiply_adds
from dlstudio.compiler.tracing import TensorFacts, Traced, trace
from dlstudio.graph.columns import ColumnSpec
from dlstudio.graph.project import ObjectSettings, TrainingSettings

from .drawing import drawn, type_id

CONV_LSTM = {"type": "keras.layers.ConvLSTM2D", "settings": {"filters": 3, "kernel_size": 3, "padding": "same"}}
WHOLE_CONV_LSTM = {**CONV_LSTM, "settings": {**CONV_LSTM["settings"], "return_sequences": True}}  # type: ignore[dict-item]


def wrapped(name: str, **settings: Any) -> dict[str, Any]:
    return {"layer": {"type": f"keras.layers.{name}", "settings": settings}}


# name, settings, input shapes, multiply-adds by hand
LAYERS: list[tuple[str, dict[str, Any], list[tuple[int, ...]], int]] = [
    ("Dense", {"units": 5}, [(7,)], 7 * 5),
    ("Dense", {"units": 5}, [(4, 7)], 4 * 7 * 5),
    ("Conv2D", {"filters": 8, "kernel_size": 3}, [(10, 12, 4)], 8 * 10 * (3 * 3 * 4) * 8),
    ("Conv2D", {"filters": 8, "kernel_size": 3, "groups": 2}, [(10, 12, 4)], 8 * 10 * (3 * 3 * 2) * 8),
    ("Conv2D", {"filters": 8, "kernel_size": 3, "strides": 2, "padding": "same"}, [(10, 12, 4)], 5 * 6 * 36 * 8),
    ("Conv1D", {"filters": 8, "kernel_size": 5, "padding": "same"}, [(20, 4)], 20 * 5 * 4 * 8),
    ("DepthwiseConv2D", {"kernel_size": 3, "depth_multiplier": 2}, [(10, 10, 4)], 8 * 8 * 3 * 3 * 4 * 2),
    ("SeparableConv2D", {"filters": 8, "kernel_size": 3}, [(10, 10, 4)], 8 * 8 * (3 * 3 * 4 + 4 * 8)),
    ("Conv2DTranspose", {"filters": 8, "kernel_size": 2, "strides": 2}, [(5, 5, 4)], 5 * 5 * 2 * 2 * 4 * 8),
    ("LSTM", {"units": 6}, [(9, 4)], 9 * 4 * (4 * 6 + 6 * 6)),
    ("GRU", {"units": 6}, [(9, 4)], 9 * 3 * (4 * 6 + 6 * 6)),
    ("SimpleRNN", {"units": 6}, [(9, 4)], 9 * (4 * 6 + 6 * 6)),
    ("Bidirectional", wrapped("LSTM", units=6), [(9, 4)], 2 * 9 * 4 * (4 * 6 + 6 * 6)),
    ("ConvLSTM2D", CONV_LSTM["settings"], [(5, 8, 8, 2)], 5 * 8 * 8 * 4 * (9 * 2 * 3 + 9 * 3 * 3)),  # type: ignore[list-item]
    ("Bidirectional", {"layer": CONV_LSTM}, [(5, 8, 8, 2)], 2 * 5 * 8 * 8 * 4 * (9 * 2 * 3 + 9 * 3 * 3)),
    ("Bidirectional", {"layer": WHOLE_CONV_LSTM}, [(5, 8, 8, 2)], 2 * 5 * 8 * 8 * 4 * (9 * 2 * 3 + 9 * 3 * 3)),
    ("TimeDistributed", wrapped("Dense", units=3), [(6, 4)], 6 * 4 * 3),
    ("TimeDistributed", wrapped("Conv2D", filters=2, kernel_size=3), [(5, 8, 8, 3)], 5 * 6 * 6 * 27 * 2),
    ("TimeDistributed", wrapped("LSTM", units=2), [(5, 7, 3)], 5 * 7 * 4 * (3 * 2 + 2 * 2)),
    ("TimeDistributed", wrapped("Flatten"), [(5, 7, 3)], 0),
    ("SpectralNormalization", wrapped("Dense", units=3), [(4,)], 4 * 3),
    ("SpectralNormalization", wrapped("Conv2D", filters=2, kernel_size=3), [(8, 8, 3)], 6 * 6 * 27 * 2),
    ("EinsumDense", {"equation": "ab,bc->ac", "output_shape": 5}, [(7,)], 7 * 5),
    ("EinsumDense", {"equation": "abc,cde->abde", "output_shape": [6, 2, 3]}, [(6, 4)], 6 * 4 * 2 * 3),
    ("EinsumDense", {"equation": "...x,xy->...y", "output_shape": 5}, [(6, 4)], 6 * 4 * 5),
    ("Dot", {"axes": 1}, [(7,), (7,)], 7),
    ("Dot", {"axes": [2, 1]}, [(5, 7), (7, 3)], 5 * 7 * 3),
    ("Attention", {}, [(5, 8), (6, 8)], 5 * 6 * 8 + 5 * 6 * 8),
    (
        "MultiHeadAttention",
        {"num_heads": 2, "key_dim": 3},
        [(5, 8), (6, 8)],
        # query, key, value and output projections; scores and weighted sums of each head
        5 * 8 * 6 + 6 * 8 * 6 + 6 * 8 * 6 + 5 * 6 * 8 + 2 * (5 * 6 * 3 + 5 * 6 * 3),
    ),
    ("Embedding", {"input_dim": 50, "output_dim": 8}, [(20,)], 0),
    ("BatchNormalization", {}, [(8, 8, 3)], 0),
    ("MaxPooling2D", {}, [(8, 8, 3)], 0),
    ("ops.matmul", {}, [(5, 7), (7, 3)], 5 * 7 * 3),
    ("ops.einsum", {"subscripts": "bij,bjk->bik"}, [(5, 7), (7, 3)], 5 * 7 * 3),
    ("ops.dot_product_attention", {}, [(5, 2, 4), (6, 2, 4), (6, 2, 3)], 5 * 6 * 2 * (4 + 3)),
    ("ops.mean", {"axis": -1}, [(5, 7)], 0),
]


@pytest.mark.parametrize("case", LAYERS, ids=lambda case: f"{case[0]} {case[1]}"[:60])
def test_that_multiply_adds_are_those_counted_by_hand(case: Any, catalogue: Catalogue) -> None:
    name, settings, shapes, expected = case
    assert traced(catalogue, name, settings, shapes).multiply_adds == expected


def test_that_constants_count_as_kernels(catalogue: Catalogue) -> None:
    image, kernel = TensorFacts((None, 8, 8, 3)), TensorFacts((3, 3, 3, 4), "float32", False)
    found = trace(catalogue["keras.ops.conv"], {}, {"inputs": (image,), "kernel": (kernel,)}, catalogue)
    assert found.multiply_adds == 6 * 6 * 3 * 3 * 3 * 4
    table = TensorFacts((7, 3), "float32", False)
    found = trace(catalogue["keras.ops.dot"], {}, {"x1": (TensorFacts((None, 5, 7)),), "x2": (table,)}, catalogue)
    assert found.multiply_adds == 5 * 7 * 3


@pytest.mark.parametrize("equation", ["ab,bc->ac", "abc,cde->abde", "abcd,acbe->acbde", "ab,ab->a"])
def test_that_an_equation_costs_as_often_as_its_loops_run(equation: str) -> None:
    sizes = {"a": 1, "b": 2, "c": 3, "d": 4, "e": 5}  # the batch is one sample
    terms = equation.partition("->")[0].split(",")
    letters = sorted(set("".join(terms)))
    runs = sum(1 for _ in product(*(range(sizes[letter]) for letter in letters)))
    assert einsum_multiply_adds(equation, [tuple(sizes[letter] for letter in term) for term in terms]) == runs


def test_that_an_unknown_length_gives_no_number(catalogue: Catalogue) -> None:
    for name, settings in (("Dense", {"units": 3}), ("LSTM", {"units": 3}), ("ops.matmul", {})):
        ports = {port.name: (TensorFacts((None, None, 4)),) for port in catalogue[type_id(name)].inputs[:1]}
        if name == "ops.matmul":
            ports = {"x1": (TensorFacts((None, None, 4)),), "x2": (TensorFacts((None, 4, 4)),)}
        assert trace(catalogue[type_id(name)], settings, ports, catalogue).multiply_adds is None


def test_that_every_layer_with_a_matrix_has_a_number(catalogue: Catalogue) -> None:
    """None would mean that a kind of layer is not counted; the network's sum would be too small then."""
    for name, settings, shapes, _ in LAYERS:
        assert traced(catalogue, name, settings, shapes).multiply_adds is not None


def test_that_activations_are_the_values_a_layer_gives(inference: Inference, specs: dict[str, ColumnSpec]) -> None:
    graph = drawn(
        "x:Input(column='image') > conv:Conv2D(filters=4, kernel_size=3) > flat:Flatten > logits:Dense(units=10) > "
        "y:Output(column='label')"
    )
    layers = inference.infer(graph, specs).layers
    assert layers["conv"].activations == 26 * 26 * 4
    assert layers["conv"].activation_bytes(32) == 26 * 26 * 4 * 32 * 4
    assert layers["y"].activations == 0
    half = LayerFacts({"outputs": (10,)}, "float16", activations=10)
    assert half.activation_bytes(2) == 40
    assert LayerFacts({"outputs": (10,)}).activation_bytes(2) is None


def test_that_memory_is_weights_gradients_slots_and_activations(
    inference: Inference, specs: dict[str, ColumnSpec]
) -> None:
    graph = drawn("x:Input(column='features') > logits:Dense(units=10) > y:Output(column='label')")
    layers = inference.infer(graph, specs).layers
    weights, values = 6 * 10 + 10, 6 + 10
    for name, slots in (("SGD", 0), ("Adam", 2)):
        training = TrainingSettings(batch_size=8, optimizer=ObjectSettings(f"keras.optimizers.{name}"))
        assert memory_bytes(layers, training) == 4 * (weights * (2 + slots) + values * 8)


def traced(catalogue: Catalogue, name: str, settings: dict[str, Any], shapes: list[tuple[int, ...]]) -> Traced:
    node_type = catalogue[type_id(name)]
    facts = [TensorFacts((None, *shape)) for shape in shapes]
    first = node_type.inputs[0]
    ports = [port.name for port in node_type.inputs if not port.optional]
    inputs = (
        {first.name: tuple(facts)} if first.many else {port: (fact,) for port, fact in zip(ports, facts, strict=False)}
    )
    found = trace(node_type, settings, inputs, catalogue)
    assert found.fault is None, found.error
    return found
