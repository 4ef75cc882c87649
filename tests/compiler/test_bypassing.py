"""A bypassed node passes its first input on: only where that keeps the shape, and without weights of its own."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from dlstudio.compiler.inference import Inference
from dlstudio.compiler.outputs import living_nodes
from dlstudio.graph.columns import ColumnSpec

from .blocks_drawn import residual, residual_network, use
from .drawing import bypassed, drawn, fixed

Specs = dict[str, ColumnSpec]


def test_that_a_bypassed_node_passes_its_input_and_weighs_nothing(
    build: Any, inference: Inference, specs: Specs
) -> None:
    graph = bypassed(residual_network(use("a", "Residual"), use("b", "Residual")), "b")
    result = inference.infer(graph, specs)
    assert not result.errors
    assert result.layers["b"].shape == (7, 7, 8)
    assert result.layers["b"].parameters == 0
    model = build(graph)
    assert "b" not in [layer.name for layer in model.layers]
    assert model.count_params() == result.parameters


def test_that_bypassing_what_changes_the_shape_is_an_error_that_can_be_taken_back(
    inference: Inference, specs: Specs
) -> None:
    graph = bypassed(residual_network(use("a", "Residual")), "average")
    problems = [p for p in inference.infer(graph, specs).errors if p.node == "average"]
    assert len(problems) == 1
    assert "7 × 7 × 8" in problems[0].message and "8 values" in problems[0].message
    assert problems[0].fix is not None
    mended = fixed(graph, problems[0].fix.edits)
    assert not mended["average"].bypassed
    assert not inference.infer(mended, specs).errors


def test_that_bypassing_a_sum_leaves_its_other_branch_out(build: Any, inference: Inference, specs: Specs) -> None:
    graph = drawn(
        "images:Input(column='image') > a:Conv2D(filters=4, kernel_size=3) > add:Add > flat:Flatten > "
        "logits:Dense(units=10) > y:Output(column='label')",
        "images > b:Conv2D(filters=4, kernel_size=3) > add",
    )
    graph = bypassed(graph, "add")
    assert "b" not in living_nodes(graph)
    (warning,) = inference.infer(graph, specs).problems
    assert warning.node == "b" and warning.severity == "warning"
    assert "b" not in [layer.name for layer in build(graph).layers]


def test_that_weights_of_a_bypassed_node_are_counted_where_they_are_shared(
    build: Any, inference: Inference, specs: Specs
) -> None:
    graph = residual_network(use("a", "Residual"), use("b", "Residual"), use("c", "Residual"))
    shares = {name: replace(graph[name], shares="a") for name in ("b", "c")}
    graph = bypassed(replace(graph, nodes={**graph.nodes, **shares}), "a")
    result = inference.infer(graph, specs)
    assert not result.errors
    assert result.parameters == build(graph).count_params()


def test_that_inputs_and_second_ports_cannot_be_bypassed(inference: Inference, specs: Specs) -> None:
    graph = residual_network(use("a", "Residual"))
    assert any("cannot be bypassed" in p.message for p in inference.infer(bypassed(graph, "images"), specs).errors)
    states = drawn(
        "series:Input(column='series') > lstm:LSTM(units=4, return_state=True) > logits:Dense(units=10) > "
        "y:Output(column='label')"
    )
    wires = tuple(replace(w, source_port="state_h") if w.source == "lstm" else w for w in states.wires)
    problems = inference.infer(bypassed(replace(states, wires=wires), "lstm"), specs).errors
    assert any("'state_h'" in problem.message for problem in problems)


def test_that_a_node_inside_a_block_can_be_bypassed(build: Any, inference: Inference, specs: Specs) -> None:
    lighter = replace(residual(), graph=bypassed(residual().graph, "conv_2"))
    graph = residual_network(use("res", "Residual"), blocks=(lighter,))
    result = inference.infer(graph, specs)
    assert not result.errors
    assert result.layers["res"].parameters == 3 * 3 * 8 * 8 + 8
    assert build(graph).count_params() == result.parameters
