"""Nodes that share weights: one Keras layer, called more than once, in shapes, counts, models and files."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import keras
import numpy as np

from dlstudio.compiler.building import build_model
from dlstudio.compiler.inference import Inference
from dlstudio.graph.model import Graph, Wire

from .drawing import drawn, fixed


def siamese(second: int = 4, encoder: str = "Dense(units=3)") -> Graph:
    graph = drawn(
        f"left:Input(shape=[4]) > enc:{encoder} > both:Concatenate > y:Output",
        f"right:Input(shape=[{second}]) > enc_2:{encoder} > both",
    )
    shared = replace(graph["enc_2"], settings={}, shares="enc")
    return replace(graph, nodes={**graph.nodes, "enc_2": shared})


def test_that_two_branches_share_one_layer_also_after_saving(tmp_path: Path, inference: Inference) -> None:
    graph = siamese()
    facts = inference.infer(graph, {})
    assert facts.errors == ()
    assert (facts.layers["enc"].parameters, facts.layers["enc_2"].parameters) == (15, 0)
    model = build_model(graph, {}, seed=1)
    assert model.count_params() == facts.parameters == 15
    sample = np.random.default_rng(0).random((2, 4), "float32")
    left, right = np.split(np.asarray(model([sample, sample])), 2, axis=1)
    assert np.array_equal(left, right)
    model.save(tmp_path / "siamese.keras")
    again = keras.saving.load_model(tmp_path / "siamese.keras")
    assert again.count_params() == 15


def test_that_inputs_of_another_size_are_refused_and_a_click_mends_it(inference: Inference) -> None:
    graph = siamese(second=6)
    (problem,) = inference.infer(graph, {}).errors
    assert problem.node == "enc_2"
    assert "6 values" in problem.message and "4 values" in problem.message
    assert problem.fix is not None
    mended = fixed(graph, problem.fix.edits)
    assert inference.infer(mended, {}).errors == ()
    assert mended["enc_2"].settings == {"units": 3}
    assert build_model(mended, {}, seed=1).count_params() == 15 + 21


def test_that_a_sharer_has_the_ports_of_its_owner(inference: Inference) -> None:
    graph = drawn(
        "left:Input(shape=[5,4]) > enc:LSTM(units=3, return_state=True) > y:Output",
        "right:Input(shape=[5,4]) > enc_2:LSTM(units=3, return_state=True) > h:Dense(units=1) > z:Output",
    )
    shared = replace(graph["enc_2"], settings={}, shares="enc")
    wires = tuple(Wire("enc_2", "h", "state_h") if wire.source == "enc_2" else wire for wire in graph.wires)
    graph = replace(graph, nodes={**graph.nodes, "enc_2": shared}, wires=wires)
    facts = inference.infer(graph, {})
    assert facts.errors == ()
    assert set(facts.layers["enc_2"].output_shapes) == {"outputs", "state_h", "state_c"}
    assert len(build_model(graph, {}, seed=1).outputs) == 2
