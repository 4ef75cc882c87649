"""Ports that a setting brings or that may stay open: states, scores, parts, masks, scales, several ends."""

from __future__ import annotations

from typing import Any

import keras
import numpy as np
import pytest

from dlstudio.catalogue.loading import load_catalogue
from dlstudio.compiler.building import build_model
from dlstudio.compiler.inference import Inference
from dlstudio.graph.model import Graph, Node, Wire

LAYER, OPS = "keras.layers.", "keras.ops."
LSTM_CELL = {"type": "keras.layers.LSTMCell", "settings": {"units": 3}}
GRU_CELL = {"type": "keras.layers.GRUCell", "settings": {"units": 3}}


def inside(layer: str, **settings: Any) -> dict[str, Any]:
    return {"layer": {"type": f"keras.layers.{layer}", "settings": {"units": 3, **settings}}}


CASES: list[tuple[str, dict[str, Any], dict[str, Any], tuple[str, ...]]] = [
    (LAYER + "LSTM", {"units": 3, "return_state": True}, {"sequences": (5, 4)}, ("outputs", "state_h", "state_c")),
    (LAYER + "GRU", {"units": 3, "return_state": True}, {"sequences": (5, 4)}, ("outputs", "state")),
    (LAYER + "LSTM", {"units": 3}, {"sequences": (5, 4), "initial_state": [(3,), (3,)]}, ("outputs",)),
    (LAYER + "GRU", {"units": 3}, {"sequences": (5, 4), "initial_state": [(3,)]}, ("outputs",)),
    (
        LAYER + "RNN",
        {"cell": LSTM_CELL, "return_state": True},
        {"sequences": (5, 4)},
        ("outputs", "state_h", "state_c"),
    ),
    (LAYER + "RNN", {"cell": GRU_CELL, "return_state": True}, {"sequences": (5, 4)}, ("outputs", "state")),
    (
        LAYER + "Bidirectional",
        inside("LSTM", return_state=True),
        {"sequences": (5, 4)},
        ("outputs", "forward_h", "forward_c", "backward_h", "backward_c"),
    ),
    (
        LAYER + "Bidirectional",
        {**inside("GRU"), "merge_mode": None},
        {"sequences": (5, 4)},
        ("outputs", "backward_outputs"),
    ),
    (
        LAYER + "ConvLSTM2D",
        {"filters": 2, "kernel_size": 2, "return_state": True},
        {"sequences": (3, 6, 6, 1)},
        ("outputs", "state_h", "state_c"),
    ),
    (
        LAYER + "MultiHeadAttention",
        {"num_heads": 2, "key_dim": 4, "return_attention_scores": True},
        {"query": (6, 8), "value": (6, 8), "key": (6, 8)},  # Keras 3.15 takes the lengths for equal
        ("outputs", "attention_scores"),
    ),
    (
        LAYER + "MultiHeadAttention",
        {"num_heads": 2, "key_dim": 4, "use_causal_mask": True},
        {"query": (6, 8), "value": (6, 8), "attention_mask": (6, 6)},
        ("outputs",),
    ),
    (
        LAYER + "GroupQueryAttention",
        {"head_dim": 4, "num_query_heads": 4, "num_key_value_heads": 2, "return_attention_scores": True},
        {"query": (6, 8), "value": (5, 8)},
        ("outputs", "attention_scores"),
    ),
    (
        LAYER + "Attention",
        {"return_attention_scores": True},
        {"query": (6, 8), "value": (5, 8), "key": (5, 8)},
        ("outputs", "attention_scores"),
    ),
    (LAYER + "CategoryEncoding", {"num_tokens": 4, "output_mode": "count"}, {"inputs": (5,)}, ("outputs",)),
    (LAYER + "Concatenate", {}, {"inputs": [(3,), (4,), (5,)]}, ("outputs",)),
    (OPS + "split", {"indices_or_sections": 4, "axis": 2}, {"x": (6, 8)}, ("part_1", "part_2", "part_3", "part_4")),
    (OPS + "unstack", {"num": 3, "axis": 1}, {"x": (3, 8)}, ("part_1", "part_2", "part_3")),
    (OPS + "top_k", {"k": 2}, {"x": (8,)}, ("values", "indices")),
    (OPS + "moments", {"axes": [1]}, {"x": (6, 8)}, ("mean", "variance")),
    (OPS + "layer_normalization", {}, {"x": (6, 8), "gamma": [1.0] * 8, "beta": [0.0] * 8}, ("outputs",)),
    (OPS + "rms_normalization", {}, {"x": (6, 8), "scale": [1.0] * 8}, ("outputs",)),
    (
        OPS + "batch_normalization",
        {"axis": -1},
        {"x": (6, 2), "mean": [0.0, 0.0], "variance": [1.0, 1.0], "offset": [0.0, 1.0], "scale": [1.0, 1.0]},
        ("outputs",),
    ),
    (OPS + "average", {"axis": 1}, {"x": (6,), "weights": (6,)}, ("outputs",)),
    (OPS + "einsum", {"subscripts": "bti,io->bto"}, {"operands": [(5, 2), [[1.0, 2.0], [3.0, 4.0]]]}, ("outputs",)),
    (OPS + "get_item", {"key": ":, 1:-1, ::2"}, {"x": (6, 8)}, ("outputs",)),
    (OPS + "get_item", {"key": "..., None"}, {"x": (6,)}, ("outputs",)),
]


@pytest.mark.parametrize(("type_id", "settings", "fed", "outputs"), CASES, ids=lambda value: str(value)[:40])
def test_that_ports_give_what_inference_says(
    type_id: str, settings: dict[str, Any], fed: dict[str, Any], outputs: tuple[str, ...], inference: Inference
) -> None:
    graph = around(type_id, settings, fed, outputs)
    facts = inference.infer(graph, {})
    assert facts.errors == ()
    assert tuple(facts.layers["node"].output_shapes) == outputs
    model = build_model(graph, {}, seed=1, inference=inference)
    assert [tensor.shape[1:] for tensor in model.outputs] == [facts.layers[f"out_{name}"].shape for name in outputs]
    assert model.count_params() == facts.parameters
    given = [np.ones((2, *node.settings["shape"]), "float32") for node in graph.of_type("Input")]
    results = keras.tree.flatten(model(given if len(given) > 1 else given[0]))
    assert [tuple(result.shape[1:]) for result in results] == [facts.layers[f"out_{name}"].shape for name in outputs]


def test_that_every_type_whose_ports_depend_on_settings_is_among_the_cases() -> None:
    conditional = {node_type.id for node_type in load_catalogue() if any(port.when for port in node_type.outputs)}
    alike = {
        *(f"{LAYER}ConvLSTM{axes}D" for axes in (1, 3)),
        f"{LAYER}SimpleRNN",
        f"{LAYER}AdditiveAttention",
        *(f"{OPS}{name}" for name in ("array_split", "hsplit", "dsplit")),
    }
    usable = {node_type.id for node_type in load_catalogue() if not node_type.unusable}
    assert conditional & usable <= {case[0] for case in CASES} | alike


@pytest.mark.parametrize(
    ("key", "words"), [("0", "mix the samples"), (":, 9", "cannot work"), (":, x", "no position and no range")]
)
def test_that_a_part_that_cannot_be_taken_is_said(key: str, words: str, inference: Inference) -> None:
    graph = around(f"{OPS}get_item", {"key": key}, {"x": (6,)}, ("outputs",))
    assert any(words in problem.message for problem in inference.infer(graph, {}).errors)


def test_that_samples_are_refused_where_a_constant_is_wanted(inference: Inference) -> None:
    graph = around(f"{OPS}conv", {}, {"inputs": (9, 4), "kernel": (3, 4, 2)}, ("outputs",))
    (problem,) = inference.infer(graph, {}).errors
    assert "takes at 'kernel' one tensor for all samples" in problem.message


def around(type_id: str, settings: dict[str, Any], fed: dict[str, Any], outputs: tuple[str, ...]) -> Graph:
    """The type fed by Inputs (tuples are shapes) and constants (lists of numbers), an Output at each of its ports."""
    nodes, wires = {"node": Node("node", type_id, settings)}, []
    for port, given in fed.items():
        many = isinstance(given, list) and any(isinstance(each, tuple) for each in given)
        for number, each in enumerate(given if many else [given]):
            name = f"in_{port}_{number}"
            constant = isinstance(each, list)
            nodes[name] = Node(
                name, "Constant" if constant else "Input", {"value" if constant else "shape": list(each)}
            )
            wires.append(Wire(name, "node", "", port))
    for port in outputs:
        nodes[f"out_{port}"] = Node(f"out_{port}", "Output")
        wires.append(Wire("node", f"out_{port}", port))
    return Graph(nodes, tuple(wires))
