"""A block is one thing from outside and its parts from inside: shapes, sizes, problems, and the model that is built."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest

from dlstudio.compiler.building import CompileError, build_model
from dlstudio.compiler.facts import InferenceResult
from dlstudio.compiler.inference import Inference
from dlstudio.compiler.outputs import last_activation, living_nodes
from dlstudio.engine.handlers import infer
from dlstudio.graph.block_edits import make_block, unpack
from dlstudio.graph.columns import ColumnSpec
from dlstudio.graph.edits import apply_edits, set_settings
from dlstudio.graph.model import Block, Graph, Node, Wire
from dlstudio.graph.project import Project, graph_as_json

from .blocks_drawn import block, residual, residual_network, use, with_blocks_of
from .drawing import drawn

Specs = dict[str, ColumnSpec]


@pytest.fixture
def build(inference: Inference, specs: Specs) -> Any:
    def built(graph: Graph, seed: int = 7) -> keras.Model:
        return build_model(graph, specs, seed=seed, inference=inference)

    return built


def fixed(graph: Graph, edits: tuple[Any, ...]) -> Graph:
    return apply_edits(Project(graph=graph), edits).graph


def images(count: int = 3) -> np.ndarray:
    return np.random.default_rng(0).random((count, 28, 28, 1), dtype=np.float32)


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


# The model that is built


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


# Bypass


def bypassed(graph: Graph, *names: str) -> Graph:
    return replace(graph, nodes={n.id: replace(n, bypassed=n.id in names) for n in graph})


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


# Made of a selection


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
