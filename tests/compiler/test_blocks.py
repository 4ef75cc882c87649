"""A block is one thing from outside and its parts from inside: shapes, sizes and problems."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from dlstudio.compiler.facts import InferenceResult
from dlstudio.compiler.inference import Inference
from dlstudio.compiler.outputs import last_activation
from dlstudio.engine.handlers import infer
from dlstudio.graph.columns import ColumnSpec
from dlstudio.graph.edits import set_settings
from dlstudio.graph.model import Block, Wire
from dlstudio.graph.project import graph_as_json

from .blocks_drawn import block, residual, residual_network, use
from .drawing import fixed

Specs = dict[str, ColumnSpec]


# What is known of a use


def test_that_a_use_has_the_size_of_what_is_inside(inference: Inference, specs: Specs) -> None:
    result = inference.infer(residual_network(use("res", "Residual")), specs)
    assert not result.errors
    facts = result.layers["res"]
    assert facts.shape == (7, 7, 8)
    assert facts.parameters == 2 * (3 * 3 * 8 * 8 + 8)
    assert facts.multiply_adds == 2 * 3 * 3 * 8 * 8 * 7 * 7
    assert facts.activations == 3 * 7 * 7 * 8  # two convolutions and the sum


def test_that_parameters_of_the_use_reach_the_settings_inside(inference: Inference, specs: Specs) -> None:
    grown = residual_network(use("res", "Residual", filters=16), filters=16)
    assert inference.infer(grown, specs).layers["res"].shape == (7, 7, 16)


def test_that_repeating_multiplies_the_size(inference: Inference, specs: Specs) -> None:
    once = inference.infer(residual_network(use("res", "Residual")), specs)
    thrice = inference.infer(residual_network(use("res", "Residual", repeat=3)), specs)
    for name in ("parameters", "trainable_parameters", "multiply_adds", "activations"):
        assert getattr(thrice.layers["res"], name) == 3 * getattr(once.layers["res"], name)
    assert thrice.memory_bytes > once.memory_bytes


def test_that_each_repeat_gets_what_the_one_before_gives(inference: Inference, specs: Specs) -> None:
    halving = block("Halve", "x:Input > pool:MaxPooling2D > y:Output")
    graph = residual_network(use("halves", "Halve", repeat=2), blocks=(halving,))
    result = inference.infer(graph, specs, path=("halves",))
    assert result.layers["halves"].shape == (1, 1, 8)
    assert result.inside["pool"].shape == (3, 3, 8)  # the first repeat


def test_that_the_facts_inside_are_those_of_the_use_that_was_entered(inference: Inference, specs: Specs) -> None:
    outer = block("Stage", "x:Input > first:Identity > second:Conv2D(filters='=n * 2', kernel_size=1) > y:Output", n=8)
    inner = {**outer.graph.nodes, "first": use("first", "Residual", filters={"=": "n"})}
    outer = replace(outer, graph=replace(outer.graph, nodes=inner))
    graph = residual_network(use("a", "Stage"), use("b", "Stage", n=16), blocks=(outer, residual()))
    result = inference.infer(graph, specs, path=("b",))
    assert not result.errors
    assert result.inside["second"].shape == (7, 7, 32)
    assert inference.infer(graph, specs, path=("a",)).inside["second"].shape == (7, 7, 16)
    assert inference.infer(graph, specs, path=("b", "first")).inside["conv_1"].shape == (7, 7, 16)
    assert inference.infer(graph, specs, path=("nowhere",)).inside == {}


def test_that_equal_uses_are_walked_once_and_edits_elsewhere_cost_nothing(specs: Specs) -> None:
    inference = Inference()
    graph = residual_network(*(use(f"res_{i}", "Residual") for i in range(100)))
    assert not inference.infer(graph, specs).errors
    first = inference.evaluation.computed
    assert first == 7  # stem, the use, the three nodes inside, average, logits
    inference.infer(set_settings(graph, "logits", {"use_bias": False}), specs)
    assert inference.evaluation.computed == first + 1


def test_that_a_block_read_anew_is_the_same_block(specs: Specs) -> None:
    inference = Inference()
    inference.infer(residual_network(use("res", "Residual")), specs)
    first = inference.evaluation.computed
    moved = residual()
    nodes = {node.id: replace(node, at=(40.0, 2.0)) for node in moved.graph}
    moved = replace(moved, graph=replace(moved.graph, nodes=nodes), summary="Another sentence.")
    inference.infer(residual_network(use("res", "Residual"), blocks=(moved,)), specs)
    assert inference.evaluation.computed == first


def test_that_sharing_uses_count_their_weights_once(inference: Inference, specs: Specs) -> None:
    graph = residual_network(use("a", "Residual"), replace(use("b", "Residual"), shares="a"))
    facts = inference.infer(graph, specs).layers
    assert facts["a"].parameters and facts["b"].parameters == 0
    assert facts["b"].multiply_adds == facts["a"].multiply_adds


# What is wrong


def test_that_a_problem_inside_names_use_and_layer_once_and_its_fix_changes_the_block(
    inference: Inference, specs: Specs
) -> None:
    broken = block("Shrink", "x:Input > deep:Conv2D(filters=4, kernel_size=9) > y:Output")
    graph = residual_network(use("one", "Shrink"), blocks=(broken,))
    graph = fixed(
        graph,
        ({"edit": "insert", "type": "block.Shrink", "name": "two", "source": "stem", "target": "one"},),
    )
    (problem,) = inference.infer(graph, specs).errors
    assert problem.path == ("two",)
    assert problem.node == "deep"
    assert "'two' (Shrink)" in problem.message and "'deep' (Conv2D)" in problem.message
    assert problem.fix is not None
    assert {edit.get("block") for edit in problem.fix.edits} == {"Shrink"}
    mended = fixed(graph, problem.fix.edits)
    assert mended.blocks["Shrink"] != graph.blocks["Shrink"]
    assert not inference.infer(mended, specs).errors


def test_that_a_problem_in_a_later_repeat_is_told(inference: Inference, specs: Specs) -> None:
    halving = block("Halve", "x:Input > pool:MaxPooling2D > y:Output")
    (problem,) = inference.infer(residual_network(use("halves", "Halve", repeat=4), blocks=(halving,)), specs).errors
    assert problem.node == "pool" and problem.path == ("halves",)
    assert "1 × 1" in problem.message


def test_that_a_repeat_needs_as_many_outputs_as_inputs(inference: Inference, specs: Specs) -> None:
    adding = block("Sum", "a:Input > add:Add > y:Output", "b:Input > add")
    graph = residual_network(use("sum", "Sum", repeat=2), blocks=(adding,))
    graph = replace(
        graph,
        wires=(
            *(w for w in graph.wires if w.target != "sum"),
            Wire("stem", "sum", "", "a"),
            Wire("stem", "sum", "", "b"),
        ),
    )
    (problem,) = inference.infer(graph, specs).errors
    assert "as many outputs as inputs" in problem.message
    assert problem.fix is not None
    assert not inference.infer(fixed(graph, problem.fix.edits), specs).errors


def test_that_a_block_that_holds_itself_is_refused_with_its_circle(inference: Inference, specs: Specs) -> None:
    def holding(name: str, other: str) -> Block:
        made = block(name, "x:Input > inner:Identity > y:Output")
        nodes = {**made.graph.nodes, "inner": use("inner", other)}
        return replace(made, graph=replace(made.graph, nodes=nodes))

    graph = residual_network(use("a", "A"), blocks=(holding("A", "B"), holding("B", "A")))
    (problem,) = inference.infer(graph, specs).errors
    assert "A → B → A" in problem.message
    assert problem.fix is not None
    assert not inference.infer(fixed(graph, problem.fix.edits), specs).errors


def test_that_blocks_nest_only_so_deep(inference: Inference, specs: Specs) -> None:
    def level(number: int) -> Block:
        made = block(f"L{number}", "x:Input > inner:Identity > y:Output")
        if number:
            nodes = {**made.graph.nodes, "inner": use("inner", f"L{number - 1}")}
            made = replace(made, graph=replace(made.graph, nodes=nodes))
        return made

    deep = [level(number) for number in range(40)]
    assert not inference.infer(residual_network(use("u", "L15"), blocks=tuple(deep[:16])), specs).errors
    (problem,) = inference.infer(residual_network(use("u", "L39"), blocks=tuple(deep)), specs).errors
    assert "deep" in problem.message


def test_that_repeats_of_repeats_are_bounded(inference: Inference, specs: Specs) -> None:
    outer = block("Many", "x:Input > inner:Identity > y:Output")
    nodes = {**outer.graph.nodes, "inner": use("inner", "Residual", repeat=1000)}
    outer = replace(outer, graph=replace(outer.graph, nodes=nodes))
    graph = residual_network(use("many", "Many", repeat=1000), blocks=(outer, residual()))
    (problem,) = inference.infer(graph, specs).errors
    assert "20,000 layers" in problem.message


def test_that_blocks_that_double_at_every_level_are_refused_at_once(inference: Inference, specs: Specs) -> None:
    def level(number: int) -> Block:
        names = " > ".join(f"u{i}:Identity" for i in range(12))
        made = block(f"L{number}", f"x:Input > {names} > y:Output")
        if number:
            uses = {f"u{i}": use(f"u{i}", f"L{number - 1}") for i in range(12)}
            made = replace(made, graph=replace(made.graph, nodes={**made.graph.nodes, **uses}))
        return made

    graph = residual_network(use("u", "L15"), blocks=tuple(level(number) for number in range(16)))
    graph = replace(graph, wires=tuple(replace(w, target="y") if w.target == "average" else w for w in graph.wires))
    assert last_activation(graph, "y") is None
    errors = inference.infer(graph, specs).errors
    assert any("20,000 layers" in problem.message for problem in errors)


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"filters": -3}, "'filters'"),
        ({"filters": "many"}, "'filters'"),
        ({"repeat": 0}, "'repeat'"),
        ({"repeat": 2.5}, "'repeat'"),
        ({"depth": 3}, "no setting named 'depth'"),
        ({"filters": {"=": "filters * 2"}}, "only inside a block"),
    ],
)
def test_that_illegal_parameters_are_told_at_the_use(
    inference: Inference, specs: Specs, settings: dict[str, Any], said: str
) -> None:
    graph = residual_network(use("res", "Residual", **settings))
    problems = inference.infer(graph, specs).errors
    assert any(said in problem.message and problem.node == "res" and not problem.path for problem in problems)
    fix = next(problem.fix for problem in problems if said in problem.message)
    assert fix is not None
    assert not inference.infer(fixed(graph, fix.edits), specs).errors


def test_that_an_expression_that_cannot_be_computed_is_told_where_it_stands(inference: Inference, specs: Specs) -> None:
    wrong = block("Wrong", "x:Input > conv:Conv2D(filters='=width', kernel_size=3) > y:Output", filters=8)
    graph = residual_network(use("u", "Wrong"), blocks=(wrong,))
    (problem,) = inference.infer(graph, specs).errors
    assert problem.path == ("u",) and problem.node == "conv"
    assert "'width'" in problem.message


def test_that_what_is_wrong_in_an_unused_block_is_only_a_warning(inference: Inference, specs: Specs) -> None:
    unused = block("Unused", "x:Input > conv:Conv2D(kernel_size=3) > y:Output")
    result = inference.infer(residual_network(use("res", "Residual"), blocks=(residual(), unused)), specs)
    assert not result.errors
    (warning,) = result.problems
    assert "Unused" in warning.message and "'filters'" in warning.message


def test_that_an_unknown_block_is_named(inference: Inference, specs: Specs) -> None:
    (problem,) = inference.infer(residual_network(use("res", "Residul")), specs).errors
    assert "'Residul'" in problem.message and "Did you mean 'Residual'" in problem.message


def test_that_a_block_without_ports_is_refused(inference: Inference, specs: Specs) -> None:
    closed = block("Closed", "x:Input > conv:Conv2D(filters=3, kernel_size=3)")
    messages = [
        p.message for p in inference.infer(residual_network(use("u", "Closed"), blocks=(closed,)), specs).errors
    ]
    assert any("There is no Output node" in message and "'u' (Closed)" in message for message in messages)


def test_that_a_parameter_that_fits_what_arrives_is_offered_first(inference: Inference, specs: Specs) -> None:
    graph = residual_network(use("res", "Residual", filters=16))
    (problem,) = inference.infer(graph, specs).errors
    assert problem.node == "add" and problem.fix is not None
    assert problem.fix.edits == ({"edit": "set", "node": "res", "setting": "filters", "value": 8},)
    assert not inference.infer(fixed(graph, problem.fix.edits), specs).errors


def test_that_the_engine_answers_for_the_use_that_was_entered(specs: Specs) -> None:
    payload = {
        "graph": graph_as_json(residual_network(use("a", "Residual"), use("b", "Residual", repeat=2))),
        "specs": {name: spec.as_json() for name, spec in specs.items()},
        "path": ["b"],
    }
    answer, _ = infer(payload)
    assert set(answer["inside"]) == {"x", "conv_1", "conv_2", "add", "y"}
    assert InferenceResult.from_json(answer).inside["add"].shape == (7, 7, 8)
