"""A drawing goes into a ``.keras`` file and comes back; files of others come back as drawings that predict the same."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest
from keras import layers, ops

from dlstudio.compiler.building import build_model
from dlstudio.compiler.importing.imported import import_model
from dlstudio.compiler.keras_file import save_keras
from dlstudio.graph.model import Block, Frame, Graph, Node, Note, Wire
from dlstudio.graph.project import graph_as_json

from .crafted import members, packed


def drawing() -> Graph:
    """Two Inputs, a block used twice with a parameter and repeats, shared weights, two Outputs, a frame and a note."""
    inside = Graph(
        {
            "input": Node("input", "Input"),
            "dense": Node("dense", "keras.layers.Dense", {"units": {"=": "width"}, "activation": "relu"}, (180, 0)),
            "drop": Node("drop", "keras.layers.Dropout", {"rate": 0.25}, (360, 0)),
            "sum": Node("sum", "keras.layers.Add", {}, (540, 0)),
            "output": Node("output", "Output", {}, (720, 0)),
        },
        (
            Wire("input", "dense"),
            Wire("dense", "drop"),
            Wire("drop", "sum"),
            Wire("input", "sum"),
            Wire("sum", "output"),
        ),
    )
    nodes = (
        Node("left", "Input", {"shape": [6]}),
        Node("right", "Input", {"shape": [6]}, (0, 120)),
        Node("first", "keras.layers.Dense", {"units": 4}, (200, 0)),
        Node("again", "keras.layers.Dense", {}, (200, 120), "first"),
        Node("both", "keras.layers.Concatenate", {}, (400, 0)),
        Node("stage", "block.Residual", {"repeat": 2, "width": 8}, (600, 0)),
        Node("last", "block.Residual", {"width": 8}, (800, 0)),
        Node("half", "keras.ops.multiply", {}, (900, 0)),
        Node("constant", "Constant", {"value": 0.5}, (900, 100)),
        Node("logits", "keras.layers.Dense", {"units": 3}, (1000, 0)),
        Node("value", "keras.layers.Dense", {"units": 1}, (1000, 120)),
        Node("kind", "Output", {"task": "classification"}, (1200, 0)),
        Node("price", "Output", {"task": "regression"}, (1200, 120)),
    )
    wires = (
        Wire("left", "first"),
        Wire("right", "again"),
        Wire("first", "both"),
        Wire("again", "both"),
        Wire("both", "stage"),
        Wire("stage", "last"),
        Wire("last", "half"),
        Wire("constant", "half", "", "x2"),
        Wire("half", "logits"),
        Wire("half", "value"),
        Wire("logits", "kind"),
        Wire("value", "price"),
    )
    return Graph(
        {node.id: node for node in nodes},
        wires,
        {"frame": Frame("frame", "Towers", (-20, -20), (500, 300))},
        {"note": Note("note", "Both towers share their weights.", (0, 300))},
        {"Residual": Block("Residual", inside, {"width": 8}, "A small residual block.")},
    )


def assert_same_predictions(first: keras.Model, second: keras.Model) -> None:
    random = np.random.default_rng(3)
    given = []
    for tensor in first.inputs:
        shape = tuple(length or 2 for length in (2, *tensor.shape[1:]))
        whole = "int" in str(tensor.dtype)
        given.append(random.integers(0, 5, shape) if whole else random.normal(0, 1, shape).astype("float32"))
    one = keras.tree.flatten(first(given if len(given) > 1 else given[0], training=False))
    two = keras.tree.flatten(second(given if len(given) > 1 else given[0], training=False))
    assert len(one) == len(two)
    for a, b in zip(one, two, strict=True):
        np.testing.assert_allclose(np.asarray(a), np.asarray(b), atol=1e-6)


def test_that_a_drawing_comes_back_from_its_keras_file_as_it_was(tmp_path: Path) -> None:
    graph = drawing()
    model = build_model(graph, {}, seed=3)
    save_keras(model, graph, tmp_path / "model.keras")
    back = import_model(tmp_path / "model.keras")
    assert graph_as_json(back.graph) == graph_as_json(graph)
    assert_same_predictions(model, back.model)


def test_that_keras_loads_a_file_with_a_drawing(tmp_path: Path) -> None:
    graph = drawing()
    model = build_model(graph, {}, seed=3)
    save_keras(model, graph, tmp_path / "model.keras")
    assert_same_predictions(model, keras.models.load_model(tmp_path / "model.keras"))


def test_that_without_the_drawing_nested_models_come_back_as_blocks(tmp_path: Path) -> None:
    graph = drawing()
    model = build_model(graph, {}, seed=3)
    model.save(tmp_path / "model.keras")
    back = import_model(tmp_path / "model.keras")
    assert {node.id for node in back.graph} >= {
        "left",
        "right",
        "first",
        "both",
        "stage",
        "last",
        "logits",
        "kind",
        "price",
    }
    assert back.graph["again" if "again" in back.graph else "first_2"].shares == "first"
    assert back.graph["stage"].block and back.graph["last"].block
    assert_same_predictions(model, back.model)


def test_that_a_drawing_of_another_network_does_not_count(tmp_path: Path) -> None:
    graph = drawing()
    file = tmp_path / "model.keras"
    save_keras(build_model(graph, {}, seed=3), graph, file)
    content = members(file)
    value = json.loads(content["dlstudio.json"])
    value["graph"]["nodes"]["first"]["settings"]["activation"] = "tanh"
    packed(file, {**content, "dlstudio.json": json.dumps(value).encode()})
    assert import_model(file).graph["first"].settings == {"units": 4}


@pytest.mark.parametrize("value", [b"[]", b"{}", b'{"format": 1, "graph": {"nodes": 3}}', b'{"format": 99}'])
def test_that_a_broken_drawing_does_not_count(tmp_path: Path, value: bytes) -> None:
    graph = drawing()
    file = tmp_path / "model.keras"
    save_keras(build_model(graph, {}, seed=3), graph, file)
    packed(file, {**members(file), "dlstudio.json": value})
    assert "first" in import_model(file).graph


def test_that_an_expression_in_the_drawing_comes_back_only_where_it_gives_the_same(tmp_path: Path) -> None:
    graph = drawing()
    inside = graph.blocks["Residual"].graph
    tripled = replace(inside["dense"], settings={**inside["dense"].settings, "units": {"=": "width * 1"}})
    block = replace(graph.blocks["Residual"], graph=replace(inside, nodes={**inside.nodes, "dense": tripled}))
    graph = replace(graph, blocks={"Residual": block})
    save_keras(build_model(graph, {}, seed=3), graph, tmp_path / "model.keras")
    back = import_model(tmp_path / "model.keras").graph
    assert back.blocks["Residual"].graph["dense"].settings["units"] == {"=": "width * 1"}


# Files of others


def sequential() -> keras.Model:
    return keras.Sequential(
        [layers.Input((6, 6, 1)), layers.Conv2D(4, 3, padding="same"), layers.Flatten(), layers.Dense(3)]
    )


def sequential_without_input() -> keras.Model:
    model = keras.Sequential([layers.Dense(4, activation="relu"), layers.Dense(2)])
    model.build((None, 5))
    return model


def shared_layers() -> keras.Model:
    left, right = keras.Input((6,)), keras.Input((6,))
    dense = layers.Dense(4)
    return keras.Model([left, right], layers.Subtract()([dense(left), dense(right)]))


def recurrent_with_masks() -> keras.Model:
    tokens = keras.Input((7,), dtype="int32")
    x = layers.Embedding(9, 5, mask_zero=True)(tokens)
    x = layers.Bidirectional(layers.LSTM(4, return_sequences=True))(x)
    x = layers.Concatenate()([x, layers.Dense(3)(x)])
    return keras.Model(tokens, layers.GRU(3)(x))


def recurrent_states() -> keras.Model:
    entry = keras.Input((7, 3))
    _, h, c = layers.LSTM(4, return_state=True)(entry)
    return keras.Model(entry, layers.LSTM(4)(entry, initial_state=[h, c]))


def attention() -> keras.Model:
    entry, other = keras.Input((7, 8)), keras.Input((5, 8))
    x, scores = layers.MultiHeadAttention(2, 4)(entry, other, return_attention_scores=True)
    y = layers.MultiHeadAttention(2, 4)(query=x, value=x, key=x, use_causal_mask=True)
    return keras.Model([entry, other], [layers.LayerNormalization()(y), scores])


def operations() -> keras.Model:
    entry = keras.Input((6, 4))
    x = ops.relu(entry * 2.0 + 1.0) / 3.0 - ops.mean(entry, axis=-1, keepdims=True)
    x = ops.concatenate([x, ops.softmax(x, axis=-1)], axis=-1)
    return keras.Model(entry, 1.0 - ops.transpose(x, (0, 2, 1)))


def sliced() -> keras.Model:
    entry = keras.Input((6, 4))
    return keras.Model(entry, entry[:, 1:5, ..., 0] + entry[:, 0, 0:1])


def nested_alike() -> keras.Model:
    def tower(units: int, name: str) -> keras.Model:
        inner = keras.Input((4,))
        hidden = layers.Dense(units, activation="relu", name=f"{name}_hidden")(inner)
        return keras.Model(inner, layers.Dense(4, name=f"{name}_back")(hidden), name=name)

    entry = keras.Input((4,))
    x = tower(5, "tower_1")(entry)
    x = tower(7, "tower_2")(x)
    shared = tower(3, "tower_3")
    return keras.Model(entry, layers.Add()([shared(x), shared(entry)]))


def nested_deep() -> keras.Model:
    inner = keras.Sequential([layers.Input((4,)), layers.Dense(4), layers.BatchNormalization()], name="inner")
    outer = keras.Sequential([layers.Input((4,)), inner, layers.Dense(4)], name="outer")
    entry = keras.Input((4,))
    return keras.Model(entry, outer(entry))


def several_ports() -> keras.Model:
    a, b = keras.Input((4,), name="a"), keras.Input((4,), name="b")
    inner = keras.Model([a, b], [layers.Add()([a, b]), layers.Dense(3)(a)], name="two_by_two")
    one, two = keras.Input((4,)), keras.Input((4,))
    total, small = inner([one, two])
    return keras.Model([one, two], {"total": total, "small": layers.Dense(2)(small)})


def odd_names() -> keras.Model:
    entry = keras.Input((4,), name="my input:0")
    x = layers.Dense(4, name="block-1.dense")(entry)
    return keras.Model(entry, layers.Dense(4, name="block_1_dense")(x))


def objects_as_settings() -> keras.Model:
    entry = keras.Input((8, 8, 3))
    x = layers.Conv2D(
        4,
        (3, 1),
        strides=(2, 1),
        kernel_initializer=keras.initializers.VarianceScaling(2.0, "fan_out"),
        kernel_regularizer=keras.regularizers.L2(1e-4),
        bias_constraint=keras.constraints.MaxNorm(2.0),
        activation=keras.activations.silu,
    )(entry)
    x = layers.ZeroPadding2D(((1, 0), (0, 1)))(x)
    x = layers.SpectralNormalization(layers.Conv2D(2, 3))(x)
    return keras.Model(entry, layers.TimeDistributed(layers.Dense(2))(layers.Reshape((-1, 2))(x)))


def statistics() -> keras.Model:
    entry = keras.Input((4,))
    normalization = layers.Normalization()
    normalization.adapt(np.random.default_rng(0).normal(3, 2, (50, 4)))
    return keras.Model(entry, layers.Dense(2)(normalization(entry)))


def half_precision() -> keras.Model:
    entry = keras.Input((4,))
    return keras.Model(entry, layers.Dense(2, dtype="mixed_float16")(layers.Dense(3, dtype="mixed_float16")(entry)))


KINDS: tuple[Callable[[], keras.Model], ...] = (
    sequential,
    sequential_without_input,
    shared_layers,
    recurrent_with_masks,
    recurrent_states,
    attention,
    operations,
    sliced,
    nested_alike,
    nested_deep,
    several_ports,
    odd_names,
    objects_as_settings,
    statistics,
)


@pytest.mark.parametrize("make", KINDS, ids=lambda make: make.__name__)
def test_that_models_of_all_kinds_predict_the_same_once_drawn(make: Callable[[], keras.Model], tmp_path: Path) -> None:
    model = make()
    random = np.random.default_rng(5)
    for weight in model.trainable_weights:
        weight.assign(np.asarray(weight) + random.normal(0, 0.1, weight.shape))
    model.save(tmp_path / "model.keras")
    assert_same_predictions(model, import_model(tmp_path / "model.keras").model)


def imported(model: keras.Model, tmp_path: Path) -> Any:
    model.save(tmp_path / "model.keras")
    return import_model(tmp_path / "model.keras")


def test_that_models_which_differ_in_settings_become_one_block_with_a_parameter(tmp_path: Path) -> None:
    graph = imported(nested_alike(), tmp_path).graph
    assert {name: dict(block.parameters) for name, block in graph.blocks.items()} == {"Tower": {"units": 5}}
    assert dict(graph["tower_2"].settings) == {"units": 7}
    assert set(graph.blocks["Tower"].graph.nodes) >= {"tower_hidden", "tower_back"}


def test_that_names_which_nodes_cannot_have_are_told(tmp_path: Path) -> None:
    found = imported(odd_names(), tmp_path)
    assert found.names == {
        "my_input_0": "my input:0",
        "block_1_dense_2": "block_1_dense",
        "block_1_dense": "block-1.dense",
    }


def test_that_settings_equal_to_the_defaults_are_left_out(tmp_path: Path) -> None:
    graph = imported(sequential(), tmp_path).graph
    assert [dict(node.settings) for node in graph if "Conv2D" in node.type] == [
        {"filters": 4, "kernel_size": 3, "padding": "same"}
    ]


def test_that_half_precision_is_told(tmp_path: Path) -> None:
    assert "float32" in " ".join(imported(half_precision(), tmp_path).notes)


def test_that_a_mask_given_by_hand_is_refused(tmp_path: Path) -> None:
    entry = keras.Input((5, 3))
    out = layers.LSTM(2)(entry, mask=ops.any(ops.greater(entry, 0.0), axis=-1))
    with pytest.raises(ValueError, match="mask"):
        imported(keras.Model(entry, out), tmp_path)


def test_that_frozen_layers_stay_frozen(tmp_path: Path) -> None:
    model = nested_alike()
    model.get_layer("tower_1").trainable = False
    found = imported(model, tmp_path)
    frozen = found.model.get_layer("tower_1")
    assert frozen.weights and not frozen.trainable_weights
    assert found.model.get_layer("tower_2").trainable_weights
