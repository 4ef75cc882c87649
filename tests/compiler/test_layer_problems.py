"""Each mistake gets its sentence, and each fix removes the problem that it stands beside."""

from __future__ import annotations

import pytest

from dlstudio.compiler.inference import Inference
from dlstudio.graph.columns import ColumnSpec
from dlstudio.graph.edits import apply_edits
from dlstudio.graph.model import Graph
from dlstudio.graph.problems import Problem
from dlstudio.graph.project import ObjectSettings, Project, TrainingSettings

from .drawing import drawn, fixed
from .mistakes.drawings import CASES, END, IMAGE, LOGITS, SERIES, TABLE


@pytest.mark.parametrize("name", CASES)
def test_that_a_mistake_gets_its_sentence_and_a_fix_that_removes_it(
    name: str, inference: Inference, specs: dict[str, ColumnSpec]
) -> None:
    graph, node, says, label = CASES[name]
    problems = inference.infer(graph, specs).problems
    if node is None and not says:
        assert problems == ()
        return
    found = [problem for problem in problems if problem.node == node and says in problem.message]
    assert len(found) == 1, [problem.message for problem in problems]
    problem = found[0]
    assert problem.message.endswith((".", "?"))
    assert "\n" not in problem.message
    assert "this_layer" not in problem.message
    if label is None:
        return
    assert problem.fix is not None
    assert problem.fix.label.startswith(label)
    after = inference.infer(fixed(graph, problem.fix.edits), specs)
    assert problem.message not in [each.message for each in after.problems]
    assert errors_at(after.problems, problem.node) == []


@pytest.mark.parametrize("name", [name for name, case in CASES.items() if case[3]])
def test_that_following_the_fixes_ends_in_a_graph_without_errors(
    name: str, inference: Inference, specs: dict[str, ColumnSpec]
) -> None:
    graph = CASES[name][0]
    for _ in range(6):
        problems = [problem for problem in inference.infer(graph, specs).problems if problem.severity == "error"]
        fixes = [problem.fix for problem in problems if problem.fix]
        if not fixes:
            break
        graph = fixed(graph, fixes[0].edits)
    assert [problem.message for problem in problems] == []


def test_that_softmax_before_a_classification_is_fine(inference: Inference, specs: dict[str, ColumnSpec]) -> None:
    for ending in ("logits:Dense(units=10, activation='softmax')", "logits:Dense(units=10)"):
        assert inference.infer(drawn(f"{TABLE} > {ending} > {END}"), specs).problems == ()


def test_that_problems_behind_a_failing_node_wait_until_it_works(
    inference: Inference, specs: dict[str, ColumnSpec]
) -> None:
    graph = drawn(
        f"{TABLE} > conv:Conv2D(filters=3, kernel_size=3) > pool:MaxPooling2D > logits:Dense(units=3) > {END}"
    )
    assert {problem.node for problem in inference.infer(graph, specs).problems} == {"conv"}


def test_that_all_mistakes_are_reported_at_once(inference: Inference, specs: dict[str, ColumnSpec]) -> None:
    graph = drawn(
        f"{TABLE} > a:Dense(units='x') > {LOGITS}",
        "i:Input(column='nowhere') > b:Flatten",
        "x > c:Conv2D(filters=1, kernel_size=3)",
    )
    assert {"a", "i", "c"} <= {problem.node for problem in inference.infer(graph, specs).problems}


def test_that_an_empty_canvas_says_what_to_do(inference: Inference) -> None:
    (problem,) = inference.infer(Graph(), {}).problems
    assert "canvas is empty" in problem.message
    assert problem.fix is not None
    assert apply_edits(Project(), problem.fix.edits).graph.of_type("Input")


def test_that_without_data_an_input_takes_a_shape_that_its_layers_can_use(inference: Inference) -> None:
    for chain, shape in (
        (f"x:Input > conv:Conv2D(filters=4, kernel_size=3) > flat:Flatten > {LOGITS}", [28, 28, 1]),
        (f"x:Input(column='gone') > lstm:LSTM(units=4) > {LOGITS}", [32, 8]),
        (f"x:Input > e:Embedding(input_dim=50, output_dim=4) > lstm:LSTM(units=4) > {LOGITS}", [64]),
    ):
        graph = drawn(chain)
        for _ in range(3):
            found = [each for each in inference.infer(graph, {}).errors if each.fix]
            if not found:
                break
            assert found[0].fix is not None
            graph = fixed(graph, found[0].fix.edits)
        assert graph["x"].settings["shape"] == shape
        assert inference.infer(graph, {}).errors == ()


def test_that_errors_come_before_warnings(inference: Inference, specs: dict[str, ColumnSpec]) -> None:
    graph = drawn(f"{TABLE} > logits:Dense(units=4) > {END}", "x > side:Dense(units=3)")
    severities = [problem.severity for problem in inference.infer(graph, specs).problems]
    assert severities == ["error", "warning"]


def test_that_few_steps_and_a_slow_batch_normalization_are_warned_of(
    inference: Inference, specs: dict[str, ColumnSpec]
) -> None:
    graph = drawn(f"{TABLE} > norm:BatchNormalization > {LOGITS}")
    training = TrainingSettings(epochs=3, batch_size=64)
    (problem,) = inference.infer(graph, specs, training, rows=1000).problems
    assert problem.severity == "warning"
    assert "only 48 steps" in problem.message
    assert problem.fix is not None
    mended = fixed(graph, problem.fix.edits)
    assert inference.infer(mended, specs, training, rows=1000).problems == ()
    assert inference.infer(graph, specs, training, rows=100_000).problems == ()
    assert inference.infer(graph, specs, training).problems == ()


def test_that_more_memory_than_the_machine_has_is_warned_of(
    inference: Inference, specs: dict[str, ColumnSpec], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("dlstudio.compiler.problems.room.physical_memory", lambda: 10_000_000)
    graph = drawn(f"{IMAGE} > conv:Conv2D(filters=64, kernel_size=3) > flat:Flatten > {LOGITS}")
    training = TrainingSettings(batch_size=256, optimizer=ObjectSettings("keras.optimizers.Adam", {}))
    problems = inference.infer(graph, specs, training).problems
    assert [problem.severity for problem in problems] == ["warning"]
    assert "this machine has 0.0 GiB" in problems[0].message
    assert problems[0].fix is not None
    assert apply_edits(Project(graph=graph, training=training), problems[0].fix.edits).training.batch_size < 256


def test_that_weights_that_do_not_fit_into_memory_are_an_error(
    inference: Inference, specs: dict[str, ColumnSpec], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("dlstudio.compiler.problems.room.physical_memory", lambda: 1_000_000)
    graph = drawn(f"{TABLE} > a:Dense(units=100000) > {LOGITS}")
    (problem,) = inference.infer(graph, specs).errors
    assert "The network has 1,700,010 parameters" in problem.message
    assert problem.node == "logits"
    assert "'logits' has 1,000,010 of them" in problem.message
    assert problem.fixes
    for fix in problem.fixes:
        assert inference.infer(fixed(graph, fix.edits), specs).errors == ()


def test_that_a_network_too_large_even_for_one_sample_gets_a_smaller_layer(
    inference: Inference, specs: dict[str, ColumnSpec], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("dlstudio.compiler.problems.room.physical_memory", lambda: 600_000)
    graph = drawn(f"{IMAGE} > conv:Conv2D(filters=256, kernel_size=3) > gap:GlobalAveragePooling2D > {LOGITS}")
    (problem,) = inference.infer(graph, specs, TrainingSettings(batch_size=1)).problems
    assert "'conv' gives the most values, 173,056 for each sample" in problem.message
    assert problem.fix is not None
    mended = fixed(graph, problem.fix.edits)
    assert inference.infer(mended, specs, TrainingSettings(batch_size=1)).problems == ()


def test_that_many_slow_normalizations_are_one_problem_with_one_fix(
    inference: Inference, specs: dict[str, ColumnSpec]
) -> None:
    graph = drawn(
        f"{TABLE} > a:BatchNormalization > b:Dense(units=8, activation='relu') > c:BatchNormalization > {LOGITS}"
    )
    training = TrainingSettings(epochs=3, batch_size=64)
    (problem,) = inference.infer(graph, specs, training, rows=1000).problems
    assert problem.node == "a"
    assert "and 1 more likewise" in problem.message
    assert problem.fix is not None
    mended = fixed(graph, problem.fix.edits)
    assert inference.infer(mended, specs, training, rows=1000).problems == ()


@pytest.mark.parametrize(("whole", "told"), [("", 1), (", noise_shape=[None, 1, 4]", 0)])
def test_that_dropping_whole_channels_and_then_values_is_no_mistake(
    whole: str, told: int, inference: Inference, specs: dict[str, ColumnSpec]
) -> None:
    graph = drawn(
        f"{SERIES} > lstm:LSTM(units=4, return_sequences=True) > a:Dropout(rate=0.3{whole}) > b:Dropout(rate=0.3) > "
        f"last:LSTM(units=8) > {LOGITS}"
    )
    found = inference.infer(graph, specs).problems
    assert ["has dropped from already" in each.message for each in found] == [True] * told


def errors_at(problems: tuple[Problem, ...], node: str | None) -> list[str]:
    return [problem.message for problem in problems if problem.node == node and problem.severity == "error"]
