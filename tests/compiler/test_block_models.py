"""The model that Keras makes of blocks: nested, repeated, shared, saved, and of a selection that became a block."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest

from dlstudio.compiler.building import CompileError
from dlstudio.compiler.inference import Inference
from dlstudio.compiler.outputs import last_activation
from dlstudio.graph.block_edits import make_block, unpack
from dlstudio.graph.columns import ColumnSpec
from dlstudio.graph.edits import set_settings
from dlstudio.graph.model import Graph, Node, Wire

from .blocks_drawn import block, residual_network, use, with_blocks_of
from .drawing import drawn

Specs = dict[str, ColumnSpec]


def images(count: int = 3) -> np.ndarray:
    return np.random.default_rng(0).random((count, 28, 28, 1), dtype=np.float32)


def test_that_a_use_is_one_nested_model_with_the_names_of_the_nodes(build: Any) -> None:
    model = build(residual_network(use("res", "Residual")))
    nested = model.get_layer("res")
    assert isinstance(nested, keras.Model)
    assert [layer.name for layer in nested.layers] == ["x", "conv_1", "conv_2", "add"]


@pytest.mark.parametrize("settings", [{}, {"repeat": 3}])
def test_that_a_model_with_blocks_survives_saving(
    build: Any, inference: Inference, specs: Specs, tmp_path: Path, settings: dict[str, Any]
) -> None:
    graph = residual_network(use("a", "Residual", **settings), use("b", "Residual"))
    model = build(graph)
    assert model.count_params() == inference.infer(graph, specs).parameters
    model.save(tmp_path / "model.keras")
    again = keras.models.load_model(tmp_path / "model.keras")
    np.testing.assert_array_equal(again.predict(images(), verbose=0), model.predict(images(), verbose=0))


def test_that_repeats_are_models_with_weights_of_their_own(build: Any) -> None:
    nested = build(residual_network(use("res", "Residual", repeat=2))).get_layer("res")
    assert [layer.name for layer in nested.layers] == ["x", "repeat_1", "repeat_2"]
    first, second = (nested.get_layer(f"repeat_{n}").get_layer("conv_1").get_weights()[0] for n in (1, 2))
    assert not np.array_equal(first, second)


def test_that_initial_weights_depend_on_the_place_alone(build: Any) -> None:
    def kernel(graph: Graph, *names: str) -> np.ndarray:
        layer: Any = build(graph)
        for name in names:
            layer = layer.get_layer(name)
        return layer.get_weights()[0]

    graph = residual_network(use("a", "Residual"), use("b", "Residual"))
    before = kernel(graph, "b", "conv_1")
    assert not np.array_equal(before, kernel(graph, "a", "conv_1"))
    np.testing.assert_array_equal(before, kernel(set_settings(graph, "logits", {"use_bias": False}), "b", "conv_1"))
    repeated = set_settings(graph, "b", {"repeat": 2})
    np.testing.assert_array_equal(before, kernel(repeated, "b", "repeat_1", "conv_1"))


def test_that_sharing_uses_are_one_model(build: Any) -> None:
    graph = residual_network(use("a", "Residual"), replace(use("b", "Residual"), shares="a"))
    model = build(graph)
    assert [layer.name for layer in model.layers].count("a") == 1
    assert "b" not in [layer.name for layer in model.layers]
    assert model.count_params() == build(residual_network(use("a", "Residual"))).count_params()


def test_that_sharing_uses_may_get_other_sizes(build: Any) -> None:
    graph = residual_network(use("a", "Residual"), Node("pool", "keras.layers.MaxPooling2D"), use("b", "Residual"))
    graph = replace(graph, nodes={**graph.nodes, "b": replace(graph["b"], settings={}, shares="a")})
    assert build(graph).predict(images(), verbose=0).shape == (3, 10)


def test_that_blocks_with_several_ports_keep_their_wires_apart(build: Any) -> None:
    crossing = block(
        "Cross",
        "a:Input > wide:Conv2D(filters=4, kernel_size=1) > left:Output",
        "b:Input > same:Identity > right:Output",
    )
    graph = drawn(
        "images:Input(column='image') > cross:Identity > flat:Flatten > logits:Dense(units=10) > "
        "y:Output(column='label')",
        "images > other:Conv2D(filters=4, kernel_size=3, padding='same')",
    )
    wires = (
        *(wire for wire in graph.wires if "cross" not in (wire.source, wire.target)),
        Wire("images", "cross", "", "b"),
        Wire("other", "cross", "", "a"),
        Wire("cross", "flat", "right"),
    )
    graph = with_blocks_of(replace(graph, nodes={**graph.nodes, "cross": use("cross", "Cross")}, wires=wires), crossing)
    model = build(graph)
    np.testing.assert_array_equal(
        keras.Model(model.inputs, model.get_layer("flat").output).predict(images(), verbose=0), images().reshape(3, -1)
    )


def test_that_two_tensors_run_through_repeats(build: Any, inference: Inference, specs: Specs) -> None:
    swap = block(
        "Swap",
        "a:Input > one:Conv2D(filters=8, kernel_size=1) > y:Output",
        "b:Input > add:Add > z:Output",
        "one > add",
    )
    graph = residual_network(use("swap", "Swap", repeat=3), blocks=(swap,))
    wires = (
        *(wire for wire in graph.wires if wire.target != "swap"),
        Wire("stem", "swap", "", "a"),
        Wire("stem", "swap", "", "b"),
    )
    graph = replace(graph, wires=tuple(replace(w, source_port="z") if w.source == "swap" else w for w in wires))
    assert build(graph).count_params() == inference.infer(graph, specs).parameters


def test_that_a_block_may_pass_its_input_on(build: Any) -> None:
    through = block("Through", "x:Input > y:Output")
    assert build(residual_network(use("u", "Through"), blocks=(through,))).predict(images(), verbose=0).shape == (3, 10)


def test_that_an_output_knows_the_activation_inside_a_block() -> None:
    head = block("Head", "x:Input > dense:Dense(units='=classes', activation='softmax') > y:Output", classes=10)
    graph = drawn("images:Input(column='image') > head:Identity > drop:Dropout > y:Output(column='label')")
    graph = with_blocks_of(replace(graph, nodes={**graph.nodes, "head": use("head", "Head")}), head)
    assert last_activation(graph, "y") == "softmax"
    plain = block("Head", "x:Input > drop:Dropout > y:Output")
    before = drawn("images:Input(column='image') > p:Softmax > head:Identity > y:Output(column='label')")
    before = with_blocks_of(replace(before, nodes={**before.nodes, "head": use("head", "Head")}), plain)
    assert last_activation(before, "y") == "softmax"


def test_that_a_refusal_of_keras_names_the_way_inside(
    build: Any, monkeypatch: pytest.MonkeyPatch, inference: Inference
) -> None:
    graph = residual_network(use("res", "Residual"))
    assert inference is not None

    def refuse(*args: Any, **settings: Any) -> Any:
        raise ValueError("no memory left")

    monkeypatch.setattr("dlstudio.compiler.assembling.make_layer", refuse)
    with pytest.raises(CompileError, match="'stem' could not be built: no memory left"):
        build(graph)
    monkeypatch.undo()
    from dlstudio.compiler import assembling

    made = assembling.make_layer
    monkeypatch.setattr(
        assembling, "make_layer", lambda *a, name, **s: refuse() if name == "conv_2" else made(*a, name=name, **s)
    )
    with pytest.raises(CompileError, match="'res › conv_2' could not be built") as caught:
        build(graph)
    assert caught.value.problems[0].path == ("res",)


def test_that_packing_and_unpacking_layers_keeps_what_the_network_computes(build: Any) -> None:
    loose = drawn(
        "images:Input(column='image') > stem:Conv2D(filters=4, kernel_size=3, padding='same') > "
        "a:Conv2D(filters=4, kernel_size=3, padding='same') > add:Add > flat:Flatten > logits:Dense(units=10) > "
        "y:Output(column='label')",
        "stem > add",
    )
    packed, name = make_block(loose, ["a", "add"], "Skip")
    first, second, third = build(loose), build(packed), build(unpack(packed, name))
    for layer in ("stem", "logits"):
        second.get_layer(layer).set_weights(first.get_layer(layer).get_weights())
    second.get_layer(name).get_layer("a").set_weights(first.get_layer("a").get_weights())
    np.testing.assert_allclose(second.predict(images(), verbose=0), first.predict(images(), verbose=0), atol=1e-6)
    np.testing.assert_array_equal(third.predict(images(), verbose=0), first.predict(images(), verbose=0))
