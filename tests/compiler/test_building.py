"""The Keras model is the drawn one: names, ports, shared weights, seeds, masks; and nothing is built that is wrong."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest

from dlstudio.compiler.building import CompileError
from dlstudio.compiler.inference import Inference
from dlstudio.graph.columns import ColumnSpec
from dlstudio.graph.edits import set_settings
from dlstudio.graph.model import Graph, Node, Wire

from .drawing import drawn

END = "y:Output(column='label')"
LSTM = {"type": "keras.layers.LSTM", "settings": {"units": 5, "return_state": True}}


def cnn() -> Graph:
    return drawn(
        "images:Input(column='image') > conv_1:Conv2D(filters=8, kernel_size=3, activation='relu') > "
        "pool:MaxPooling2D > norm:BatchNormalization > flat:Flatten > drop:Dropout(rate=0.3) > "
        f"logits:Dense(units=10) > {END}"
    )


def transformer() -> Graph:
    return drawn(
        "text:Input(column='text') > tokens:Embedding(input_dim=500, output_dim=16, mask_zero=True) > add:Add",
        "text > ones:ops.ones_like > position:ops.cumsum(axis=1) > places:Embedding(input_dim=21, output_dim=16) > add",
        "attend:MultiHeadAttention(num_heads=2, key_dim=8) > residual:Add > norm:LayerNormalization > "
        f"average:GlobalAveragePooling1D > logits:Dense(units=10) > {END}",
        "add > residual",
        wires=(Wire("add", "attend", "", "query"), Wire("add", "attend", "", "value")),
    )


def weights(model: keras.Model) -> Mapping[str, list[Any]]:
    return {layer.name: layer.get_weights() for layer in model.layers}


def same(first: list[Any], second: list[Any]) -> bool:
    return len(first) == len(second) and all(np.array_equal(a, b) for a, b in zip(first, second, strict=True))


def test_that_layers_and_inputs_carry_the_names_of_their_nodes(build: Any) -> None:
    model = build(cnn())
    assert [layer.name for layer in model.layers] == ["images", "conv_1", "pool", "norm", "flat", "drop", "logits"]
    assert [tensor.name for tensor in model.inputs] == ["images"]
    assert model.output_shape == (None, 10)


def test_that_operations_carry_the_names_of_their_nodes(build: Any) -> None:
    assert {"ones", "position"} <= {operation.name for operation in build(transformer()).operations}


def test_that_a_transformer_of_operations_survives_saving(build: Any, tmp_path: Path) -> None:
    model = build(transformer())
    tokens = np.random.default_rng(0).integers(0, 500, (3, 20))
    model.save(tmp_path / "model.keras")
    again = keras.models.load_model(tmp_path / "model.keras")
    np.testing.assert_allclose(again.predict(tokens, verbose=0), model.predict(tokens, verbose=0), atol=1e-6)


def test_that_padding_is_masked_as_keras_does_it(build: Any) -> None:
    model = build(
        drawn(
            "text:Input(column='text') > e:Embedding(input_dim=500, output_dim=4, mask_zero=True) > "
            f"average:GlobalAveragePooling1D > logits:Dense(units=10) > {END}"
        )
    )
    short, long = np.zeros((1, 20), int), np.zeros((1, 20), int)
    short[0, :3] = [5, 6, 7]
    long[0, :6] = [5, 6, 7, 5, 6, 7]
    np.testing.assert_allclose(model.predict(short, verbose=0), model.predict(long, verbose=0), atol=1e-6)


def test_that_the_same_seed_gives_the_same_weights_and_another_one_others(build: Any) -> None:
    first, again, other = weights(build(cnn(), 7)), weights(build(cnn(), 7)), weights(build(cnn(), 8))
    assert all(same(first[name], again[name]) for name in first)
    assert not same(first["conv_1"], other["conv_1"])


def test_that_editing_one_layer_leaves_the_initial_weights_of_others(build: Any) -> None:
    chain = (
        "x:Input(column='features') > a:Dense(units=8) > {}b:Dense(units=8) > c:Dense(units=8) > logits:Dense(units=10)"
    )
    first = weights(build(drawn(f"{chain.format('')} > {END}")))
    with_another = build(drawn(f"{chain.format('more:Dense(units=8) > ')} > {END}"))
    second = weights(with_another)
    assert all(same(first[name], second[name]) for name in ("a", "b", "c", "logits"))
    wider = set_settings(drawn(f"{chain.format('')} > {END}"), "a", {"units": 16})
    third = weights(build(wider))
    assert not same(first["a"], third["a"])
    assert all(same(first[name], third[name]) for name in ("c", "logits"))


def test_that_dropout_gets_a_seed_of_its_own(build: Any) -> None:
    model = build(cnn())
    assert model.get_layer("drop").seed is not None
    assert model.get_layer("drop").seed == build(cnn()).get_layer("drop").seed


def test_that_several_inputs_and_outputs_keep_the_order_of_the_graph(build: Any) -> None:
    graph = drawn(
        "image:Input(column='image') > flat:Flatten > join:Concatenate > trunk:Dense(units=16) > "
        "logits:Dense(units=10) > digit:Output(column='label')",
        "table:Input(column='features') > join",
        "trunk > price_head:Dense(units=1) > price:Output(column='price', task='regression')",
    )
    model = build(graph)
    assert [tensor.name for tensor in model.inputs] == ["image", "table"]
    assert [tensor.shape for tensor in model.outputs] == [(None, 10), (None, 1)]
    assert model.output_names == ["digit", "price"]
    by_name = {"table": np.zeros((2, 6)), "image": np.zeros((2, 28, 28, 1))}
    assert [part.shape for part in model.predict(by_name, verbose=0)] == [(2, 10), (2, 1)]


def test_that_sharing_nodes_use_one_layer(build: Any) -> None:
    graph = drawn(
        f"left:Input(shape=[6]) > tower:Dense(units=4) > gap:Subtract > logits:Dense(units=10) > {END}",
        "right:Input(shape=[6]) > twin:Dense > gap",
    )
    nodes = {**graph.nodes, "twin": replace(graph["twin"], shares="tower", settings={})}
    graph = Graph(nodes, graph.wires)
    model = build(graph)
    assert [layer.name for layer in model.layers if isinstance(layer, keras.layers.Dense)] == ["tower", "logits"]
    values = np.ones((1, 6), "float32")
    difference = keras.Model(model.inputs, model.get_layer("gap").output).predict([values, values], verbose=0)
    assert np.abs(difference).max() == 0


def test_that_shared_weights_count_once(inference: Inference, specs: dict[str, ColumnSpec], build: Any) -> None:
    graph = drawn(
        "left:Input(shape=[6]) > tower:Dense(units=4) > gap:Add > logits:Dense(units=10) > y:Output(column='label')",
        "right:Input(shape=[6]) > twin:Dense > gap",
    )
    nodes = {**graph.nodes, "twin": replace(graph["twin"], shares="tower", settings={"units": 4})}
    graph = Graph(nodes, graph.wires)
    assert inference.infer(graph, specs).parameters == build(graph).count_params()


def test_that_states_leave_and_enter_by_their_ports(build: Any) -> None:
    graph = drawn(
        "x:Input(column='series') > encoder:LSTM(units=5, return_state=True)",
        f"x > decoder:LSTM(units=5) > logits:Dense(units=10) > {END}",
        wires=(
            Wire("encoder", "decoder", "state_h", "initial_state"),
            Wire("encoder", "decoder", "state_c", "initial_state"),
        ),
    )
    assert build(graph).output_shape == (None, 10)


def test_that_a_wrapped_layers_states_have_ports(
    build: Any, inference: Inference, specs: dict[str, ColumnSpec]
) -> None:
    nodes = drawn(f"x:Input(column='series') > both:Bidirectional > join:Concatenate > logits:Dense(units=10) > {END}")
    graph = Graph(
        {**nodes.nodes, "both": Node("both", "keras.layers.Bidirectional", {"layer": LSTM})},
        (*nodes.wires, Wire("both", "join", "forward_h"), Wire("both", "join", "backward_c")),
    )
    assert list(inference.infer(graph, specs).layers["both"].output_shapes) == [
        "outputs",
        "forward_h",
        "forward_c",
        "backward_h",
        "backward_c",
    ]
    assert build(graph).get_layer("join").output.shape == (None, 20)


def test_that_attention_scores_leave_by_their_port(build: Any) -> None:
    graph = drawn(
        "x:Input(column='series')",
        "attend:MultiHeadAttention(num_heads=2, key_dim=4, return_attention_scores=True)",
        f"flat:Flatten > logits:Dense(units=10) > {END}",
        wires=(
            Wire("x", "attend", "", "query"),
            Wire("x", "attend", "", "value"),
            Wire("attend", "flat", "attention_scores"),
        ),
    )
    assert build(graph).get_layer("flat").output.shape == (None, 2 * 12 * 12)


def test_that_initializers_and_regularizers_come_from_their_settings(build: Any) -> None:
    regularizer = {"type": "keras.regularizers.L2", "settings": {"l2": 0.25}}
    initializer = {"type": "keras.initializers.Constant", "settings": {"value": 0.5}}
    graph = set_settings(
        drawn(f"x:Input(column='features') > logits:Dense(units=10) > {END}"),
        "logits",
        {"kernel_regularizer": regularizer, "kernel_initializer": initializer},
    )
    layer = build(graph).get_layer("logits")
    assert float(layer.kernel_regularizer.l2) == 0.25
    assert np.unique(layer.get_weights()[0]).tolist() == [0.5]


def test_that_a_dead_branch_is_left_out(build: Any) -> None:
    graph = drawn(f"x:Input(column='features') > logits:Dense(units=10) > {END}", "x > side:Dense(units=3)")
    assert "side" not in [layer.name for layer in build(graph).layers]


@pytest.mark.parametrize(
    ("step", "says"),
    [
        ("a:Lambda", "Python code"),
        ("a:Dense(units=100000000000)", "too large"),
        ("a:TFSMLayer(filepath='/etc')", "SavedModel"),
        ("a:Dense(units=4, kernel_initializer={'type': 'os.system', 'settings': {}})", "no initializer"),
    ],
)
def test_that_nothing_wrong_is_built(step: str, says: str, build: Any) -> None:
    with pytest.raises(CompileError) as caught:
        build(drawn(f"x:Input(column='features') > {step} > logits:Dense(units=10) > {END}"))
    assert says in str(caught.value)
    assert all(problem.message for problem in caught.value.problems)


def test_that_a_built_network_learns(build: Any) -> None:
    model = build(cnn())
    rng = np.random.default_rng(0)
    labels = rng.integers(0, 2, 64)
    images = rng.random((64, 28, 28, 1), "float32") * 0.1 + labels[:, None, None, None]
    model.compile(
        keras.optimizers.SGD(0.05, momentum=0.9), keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    )
    losses = model.fit(images, labels, epochs=4, verbose=0).history["loss"]
    assert losses[-1] < losses[0] / 2
