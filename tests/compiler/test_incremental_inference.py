"""Answers are remembered by content, cross processes as JSON, and count what Keras counts."""

from __future__ import annotations

import json

import pytest

from dlstudio.compiler.facts import InferenceResult
from dlstudio.compiler.inference import Inference
from dlstudio.compiler.outputs import feeding_node, uses_probabilities
from dlstudio.graph.columns import ColumnSpec
from dlstudio.graph.edits import set_settings
from dlstudio.graph.model import Graph
from dlstudio.graph.project import ObjectSettings, TrainingSettings

from .drawing import drawn

END = "y:Output(column='label')"


def deep(blocks: int) -> Graph:
    """A residual network of 4 layers a block, every block with settings of its own so that nothing is alike."""
    steps = ["x:Input(column='image')", "stem:Conv2D(filters=8, kernel_size=3, padding='same')"]
    shortcuts = []
    before = "stem"
    for index in range(blocks):
        steps += [
            f"conv_{index}:Conv2D(filters=8, kernel_size=3, padding='same', seed=0)".replace(", seed=0", ""),
            f"norm_{index}:BatchNormalization(momentum={0.5 + index / 1000})",
            f"drop_{index}:Dropout(rate={0.1 + index / 1000})",
            f"add_{index}:Add",
        ]
        shortcuts.append(f"{before} > add_{index}")
        before = f"add_{index}"
    return drawn(" > ".join([*steps, "pool:GlobalAveragePooling2D", "logits:Dense(units=10)", END]), *shortcuts)


def test_that_an_unchanged_graph_is_not_computed_again(specs: dict[str, ColumnSpec]) -> None:
    inference = Inference()
    first = inference.infer(deep(10), specs)
    computed = inference.evaluation.computed
    assert inference.infer(deep(10), specs) == first
    assert inference.evaluation.computed == computed


def test_that_an_edit_recomputes_one_node_of_two_hundred_where_no_shape_changes(specs: dict[str, ColumnSpec]) -> None:
    inference = Inference()
    graph = deep(49)
    assert len(graph) == 201
    inference.infer(graph, specs)
    before = inference.evaluation.computed
    inference.infer(set_settings(graph, "norm_3", {"momentum": 0.91}), specs)
    assert inference.evaluation.computed == before + 1


def test_that_an_edit_recomputes_only_what_receives_another_shape(specs: dict[str, ColumnSpec]) -> None:
    inference = Inference()
    graph = drawn(
        "x:Input(column='image') > a:Conv2D(filters=8, kernel_size=3, activation='relu') > "
        "b:Conv2D(filters=4, kernel_size=3, activation='relu') > "
        f"c:Conv2D(filters=2, kernel_size=3) > flat:Flatten > logits:Dense(units=10) > {END}"
    )
    inference.infer(graph, specs)
    before = inference.evaluation.computed
    result = inference.infer(set_settings(graph, "a", {"filters": 16}), specs)
    assert inference.evaluation.computed == before + 2  # a itself, and b, whose input has more channels
    assert result.layers["b"].parameters == 3 * 3 * 16 * 4 + 4
    inference.infer(graph, specs)
    assert inference.evaluation.computed == before + 2  # undo costs nothing


def test_that_looking_for_fixes_does_not_change_the_answer(specs: dict[str, ColumnSpec]) -> None:
    graph = drawn(f"x:Input(column='features') > conv:Conv2D(filters=1, kernel_size=3) > logits:Dense(units=3) > {END}")
    assert Inference().infer(graph, specs) == Inference().infer(graph, specs)
    inference = Inference()
    assert inference.infer(graph, specs) == inference.infer(graph, specs)


def test_that_a_result_survives_the_way_to_another_process(specs: dict[str, ColumnSpec], inference: Inference) -> None:
    for graph in (deep(2), drawn(f"x:Input(column='image') > logits:Dense(units=3) > {END}")):
        result = inference.infer(graph, specs, TrainingSettings())
        assert InferenceResult.from_json(json.loads(json.dumps(result.as_json()))) == result


def test_that_facts_of_what_works_come_although_something_else_fails(
    specs: dict[str, ColumnSpec], inference: Inference
) -> None:
    graph = drawn(f"x:Input(column='image') > a:Flatten > b:Conv2D(filters=3, kernel_size=3) > {END}")
    layers = inference.infer(graph, specs).layers
    assert layers["a"].shape == (784,)
    assert "b" not in layers


def test_that_nodes_beside_a_circle_are_still_known(specs: dict[str, ColumnSpec], inference: Inference) -> None:
    graph = drawn(f"x:Input(column='features') > d:Dense(units=10) > {END}", "a:Dense(units=2) > b:Dense(units=2) > a")
    assert inference.infer(graph, specs).layers["d"].shape == (10,)


@pytest.mark.parametrize(
    ("chain", "node", "expected"),
    [
        ("x:Input(column='features') > n:Dense(units=10)", "n", 6 * 10),
        ("x:Input(column='series') > n:Dense(units=10)", "n", 12 * 4 * 10),
        ("x:Input(column='image') > n:Conv2D(filters=8, kernel_size=3)", "n", 26 * 26 * 9 * 8),
        (
            "x:Input(column='image') > n:Conv2D(filters=8, kernel_size=3, strides=2, padding='same')",
            "n",
            14 * 14 * 9 * 8,
        ),
        ("x:Input(shape=[8, 8, 4]) > n:DepthwiseConv2D(kernel_size=3, padding='same')", "n", 64 * 9 * 4),
        ("x:Input(shape=[8, 8, 4]) > n:SeparableConv2D(filters=6, kernel_size=3, padding='same')", "n", 64 * (36 + 24)),
        ("x:Input(shape=[8, 8, 4]) > n:Conv2D(filters=6, kernel_size=1, groups=2)", "n", 64 * 2 * 6),
        ("x:Input(shape=[8, 8, 4]) > n:Conv2DTranspose(filters=6, kernel_size=2, strides=2)", "n", 64 * 4 * 4 * 6),
        ("x:Input(column='series') > n:LSTM(units=5)", "n", 12 * 4 * (4 * 5 + 5 * 5)),
        ("x:Input(column='series') > n:GRU(units=5)", "n", 12 * 3 * (4 * 5 + 5 * 5)),
        ("x:Input(column='text') > n:Embedding(input_dim=500, output_dim=8)", "n", 0),
        ("x:Input(column='image') > n:MaxPooling2D", "n", 0),
    ],
)
def test_that_multiply_adds_are_counted(chain: str, node: str, expected: int, inference: Inference) -> None:
    columns = {
        "image": ColumnSpec("image", "image", (28, 28, 1)),
        "text": ColumnSpec("text", "text", (20,), "int32", vocabulary_size=500),
        "series": ColumnSpec("series", "series", (12, 4)),
        "features": ColumnSpec("features", "number", (6,)),
    }
    assert inference.infer(drawn(chain), columns).layers[node].multiply_adds == expected


def test_that_memory_grows_with_the_optimizer_and_the_batch(specs: dict[str, ColumnSpec], inference: Inference) -> None:
    graph = drawn(f"x:Input(column='features') > logits:Dense(units=10) > {END}")
    plain = ObjectSettings("keras.optimizers.SGD", {})
    adam = ObjectSettings("keras.optimizers.Adam", {})
    weights, activations = 70, 16
    for optimizer, copies in ((plain, 2), (adam, 4)):
        for batch in (1, 32):
            training = TrainingSettings(batch_size=batch, optimizer=optimizer)
            expected = 4 * (weights * copies + activations * batch)
            assert inference.infer(graph, specs, training).memory_bytes == expected


@pytest.mark.parametrize(
    ("steps", "expected"),
    [
        ("a:Dense(units=3, activation='softmax')", True),
        ("a:Dense(units=3, activation='sigmoid') > b:Dropout(rate=0.1)", True),
        ("a:Dense(units=3) > b:Softmax", True),
        ("a:Dense(units=3) > b:Activation(activation='softmax')", True),
        ("a:Dense(units=3) > b:ops.softmax", True),
        ("a:Dense(units=3, activation='softmax') > b:Dense(units=3)", False),
        ("a:Dense(units=3, activation='relu')", False),
        ("a:Dense(units=3)", False),
    ],
)
def test_that_probabilities_are_told_from_logits(steps: str, expected: bool) -> None:
    graph = drawn(f"x:Input(column='features') > {steps} > {END}")
    assert uses_probabilities(graph, "y") is expected
    assert feeding_node(graph, "y") is graph[steps.rsplit(" > ", maxsplit=1)[-1].partition(":")[0]]
