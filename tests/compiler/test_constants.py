"""Constants: plain for operations, a copy for each sample where a layer wants one, and what is said of the rest."""

from __future__ import annotations

from pathlib import Path

import keras
import numpy as np
import pytest

from dlstudio.compiler.building import build_model
from dlstudio.compiler.inference import Inference
from dlstudio.graph.model import Graph, Wire

from .drawing import drawn, fixed

SAMPLES = np.arange(24, dtype="float32").reshape(2, 4, 3)


def through_file(graph: Graph, folder: Path) -> np.ndarray:
    """What the network gives for :data:`SAMPLES` after it was saved and read back; the same as before."""
    model = build_model(graph, {}, seed=1)
    model.save(folder / "model.keras")
    before = np.asarray(model(SAMPLES))
    after = np.asarray(keras.saving.load_model(folder / "model.keras")(SAMPLES))
    assert np.array_equal(before, after)
    return after


def test_that_an_operation_takes_a_constant_as_it_is(tmp_path: Path, inference: Inference) -> None:
    graph = drawn(
        "x:Input(shape=[4,3]) > scaled:ops.multiply > y:Output",
        "weights:Constant(value=[1, 10, 100])",
        wires=(Wire("weights", "scaled", "", "x2"),),
    )
    facts = inference.infer(graph, {})
    assert facts.errors == ()
    assert facts.layers["weights"].shape == (3,)
    assert facts.layers["scaled"].shape == (4, 3)
    assert np.array_equal(through_file(graph, tmp_path), SAMPLES * [1, 10, 100])


@pytest.mark.parametrize("first", [True, False])
def test_that_a_layer_joins_a_copy_for_each_sample(first: bool, tmp_path: Path, inference: Inference) -> None:
    token, join = "token:Constant(value=[[7, 8, 9]], per_sample=True)", "joined:Concatenate(axis=1)"
    graph = drawn(f"{token} > {join} > y:Output", "x:Input(shape=[4,3]) > joined")
    if not first:
        graph = drawn(f"x:Input(shape=[4,3]) > {join} > y:Output", f"{token} > joined")
    assert inference.infer(graph, {}).layers["joined"].shape == (5, 3)
    rows = np.broadcast_to(np.array([[7, 8, 9]], "float32"), (2, 1, 3))
    wanted = np.concatenate([rows, SAMPLES] if first else [SAMPLES, rows], axis=1)
    assert np.array_equal(through_file(graph, tmp_path), wanted)


def test_that_a_constant_of_a_constant_is_worked_out_once(tmp_path: Path) -> None:
    graph = drawn(
        "x:Input(shape=[4,3]) > sum:ops.add > y:Output",
        "c:Constant(value=[[1, 4, 9]]) > roots:ops.sqrt",
        wires=(Wire("roots", "sum", "", "x2"),),
    )
    assert np.array_equal(through_file(graph, tmp_path), SAMPLES + np.array([1, 2, 3]))
    assert {operation.name for operation in build_model(graph, {}, seed=1).operations} == {"x", "sum"}


@pytest.mark.parametrize("dtype", ["float32", "int32", "bool"])
def test_that_every_number_type_reaches_the_samples(dtype: str, inference: Inference) -> None:
    graph = drawn(
        "x:Input(shape=[4,3]) > chosen:ops.where > y:Output",
        f"c:Constant(value=[[1, 0, 1]], dtype='{dtype}', per_sample=True) > cast:ops.cast(dtype='bool')",
        "zero:Constant(value=0.0)",
        wires=(Wire("cast", "chosen", "", "condition"), Wire("zero", "chosen", "", "x2")),
    )
    graph = Graph(graph.nodes, (Wire("x", "chosen", "", "x1"), *(w for w in graph.wires if w.source != "x")))
    assert inference.infer(graph, {}).layers["c"].dtype == dtype
    assert np.array_equal(np.asarray(build_model(graph, {}, seed=1)(SAMPLES)), SAMPLES * [1, 0, 1])


def test_that_a_layer_refuses_one_constant_for_all_and_a_click_mends_it(inference: Inference) -> None:
    graph = drawn("x:Input(shape=[1,3]) > sum:Add > y:Output", "c:Constant(value=[[1, 2, 3]]) > sum")
    (problem,) = inference.infer(graph, {}).errors
    assert problem.node == "sum"
    assert "'c' is one constant for all" in problem.message
    assert problem.fix is not None
    mended = fixed(graph, problem.fix.edits)
    assert inference.infer(mended, {}).errors == ()


def test_that_an_output_of_constants_alone_is_refused(inference: Inference) -> None:
    graph = drawn("x:Input(shape=[2]) > z:Output", "c:Constant(value=[1], per_sample=True) > y:Output")
    assert [problem.node for problem in inference.infer(graph, {}).errors] == ["y"]


@pytest.mark.parametrize(
    ("value", "said"),
    [
        ("[[1, 2], [3]]", "different lengths"),
        ("[]", "empty list"),
        ("['a']", "nested lists of numbers"),
        ("None", "needs a value"),
        (str([0] * 5000), "4096 values"),
    ],
)
def test_that_an_illegal_value_is_said(value: str, said: str, inference: Inference) -> None:
    graph = drawn(
        "x:Input(shape=[4,3]) > sum:ops.add > y:Output",
        f"c:Constant(value={value})",
        wires=(Wire("c", "sum", "", "x2"),),
    )
    errors = inference.infer(graph, {}).errors
    assert any(problem.node == "c" and said in problem.message for problem in errors), errors
