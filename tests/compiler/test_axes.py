"""The axes of a tensor have names where something tells them: the columns, the layers, or what a tensor is used for."""

from __future__ import annotations

import pytest

from dlstudio.compiler.facts import InferenceResult, LayerFacts
from dlstudio.compiler.inference import Inference
from dlstudio.graph.columns import ColumnSpec
from dlstudio.graph.model import Block, Graph, Node, Wire

from .drawing import drawn

END = "logits:Dense(units=10) > y:Output(column='label')"
IMAGE = ("height", "width", "channels")
SERIES = ("time", "features")
CONV = {"type": "keras.layers.Conv2D", "settings": {"filters": 2, "kernel_size": 3}}

CHAINS: dict[str, tuple[str, dict[str, tuple[str, ...]]]] = {
    "image to classes": (
        f"x:Input(column='image') > conv:Conv2D(filters=4, kernel_size=3) > pool:MaxPooling2D > flat:Flatten > {END}",
        {"x": IMAGE, "conv": IMAGE, "pool": IMAGE, "flat": ("features",), "logits": ("classes",), "y": ("classes",)},
    ),
    "channels first": (
        "x:Input(shape=[3, 8, 8]) > conv:Conv2D(filters=4, kernel_size=3, data_format='channels_first') > flat:Flatten "
        f"> {END}",
        {"x": ("channels", "height", "width"), "conv": ("channels", "height", "width")},
    ),
    "global pooling": (
        f"x:Input(column='image') > gap:GlobalAveragePooling2D > {END}",
        {"gap": ("channels",), "logits": ("classes",)},
    ),
    "text": (
        "x:Input(column='text') > e:Embedding(input_dim=500, output_dim=8) > lstm:LSTM(units=4, return_sequences=True) "
        f"> last:GRU(units=4) > {END}",
        {"x": ("time",), "e": SERIES, "lstm": SERIES, "last": ("features",)},
    ),
    "a Reshape for a convolution": (
        "x:Input(column='features') > shape:Reshape(target_shape=[3, 2, 1]) > drop:Dropout(rate=0.1) > "
        f"conv:Conv2D(filters=2, kernel_size=2) > flat:Flatten > {END}",
        {"x": ("features",), "shape": IMAGE, "drop": IMAGE, "conv": IMAGE},
    ),
    "a Reshape for nobody who tells": (
        f"x:Input(column='features') > shape:Reshape(target_shape=[3, 2]) > flat:Flatten > {END}",
        {"shape": ("", "")},
    ),
    "Permute": (
        f"x:Input(column='image') > turn:Permute(dims=[3, 1, 2]) > flat:Flatten > {END}",
        {"turn": ("channels", "height", "width")},
    ),
    "operations": (
        "x:Input(column='series') > ones:ops.ones_like > pos:ops.cumsum(axis=1) > step:ops.max(axis=-1) > "
        f"e:Embedding(input_dim=13, output_dim=4) > mean:ops.mean(axis=1) > {END}",
        {"ones": SERIES, "pos": SERIES, "step": ("time",), "e": SERIES, "mean": ("features",)},
    ),
    "a time-distributed layer": (
        f"x:Input(shape=[5, 8, 8, 3]) > each:TimeDistributed(layer={CONV}) > "
        f"film:ConvLSTM2D(filters=2, kernel_size=2) > flat:Flatten > {END}",
        {"each": ("time", *IMAGE), "film": IMAGE},
    ),
    "a clip": (
        f"x:Input(column='clip') > each:TimeDistributed(layer={CONV}) > conv:Conv3D(filters=2, kernel_size=2) > "
        f"pool:GlobalAveragePooling3D > {END}",
        {"x": ("time", *IMAGE), "each": ("time", *IMAGE), "conv": ("time", *IMAGE), "pool": ("channels",)},
    ),
    "letters of an equation": (
        "x:Input(column='series') > heads:EinsumDense(equation='abc,cde->abde', output_shape=[12, 2, 3]) > "
        f"flat:Flatten > {END}",
        {"heads": ("time", "heads", "features")},
    ),
}


@pytest.mark.parametrize("name", CHAINS)
def test_that_axes_have_names_where_something_tells_them(
    name: str, inference: Inference, specs: dict[str, ColumnSpec]
) -> None:
    chain, expected = CHAINS[name]
    result = inference.infer(drawn(chain), specs)
    assert result.errors == ()
    assert {node: first(result, node) for node in expected} == expected
    for facts in result.layers.values():
        assert {port: len(names) for port, names in facts.axes.items()} == {
            port: len(shape) for port, shape in facts.output_shapes.items()
        }


def test_that_attention_gives_the_steps_of_its_query(inference: Inference, specs: dict[str, ColumnSpec]) -> None:
    graph = drawn(
        "x:Input(column='series') > q:Dense(units=8)",
        f"attend:MultiHeadAttention(num_heads=2, key_dim=4) > flat:Flatten > {END}",
        wires=(Wire("q", "attend", "", "query"), Wire("q", "attend", "", "value")),
    )
    assert first(inference.infer(graph, specs), "attend") == SERIES


def test_that_names_go_through_blocks_and_into_them(inference: Inference, specs: dict[str, ColumnSpec]) -> None:
    inner = drawn("i:Input > c:Conv2D(filters=2, kernel_size=3, padding='same') > act:ReLU > o:Output")
    graph = drawn(f"x:Input(column='image') > use:Flatten > gap:GlobalAveragePooling2D > {END}")
    nodes = {**graph.nodes, "use": Node("use", "block.Twice", {"repeat": 2})}
    graph = Graph(nodes, graph.wires, blocks={"Twice": Block("Twice", inner)})
    result = inference.infer(graph, specs, path=("use",))
    assert first(result, "use") == IMAGE
    assert next(iter(result.inside["act"].axes.values())) == IMAGE


def test_that_names_cross_processes(inference: Inference, specs: dict[str, ColumnSpec]) -> None:
    result = inference.infer(drawn(CHAINS["image to classes"][0]), specs)
    assert InferenceResult.from_json(result.as_json()) == result
    assert LayerFacts.from_json({"output_shapes": {"outputs": [3]}}).axes == {}


def test_that_a_message_names_the_axes_as_they_are(inference: Inference, specs: dict[str, ColumnSpec]) -> None:
    graph = drawn(f"x:Input(column='image') > turn:Permute(dims=[3, 1, 2]) > lstm:LSTM(units=4) > {END}")
    (problem,) = inference.infer(graph, specs).errors
    assert "gets 1 × 28 × 28 (channels × height × width) from 'turn'" in problem.message


def first(result: InferenceResult, node: str) -> tuple[str, ...]:
    return next(iter(result.layers[node].axes.values()))
