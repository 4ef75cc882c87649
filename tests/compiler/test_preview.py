"""What augmentation does to samples in training, as the window shows it."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from dlstudio.compiler.evaluation import Evaluation
from dlstudio.compiler.inference import Inference
from dlstudio.compiler.preview import PreviewError, in_training
from dlstudio.graph.columns import ColumnSpec
from dlstudio.graph.model import INPUT, OUTPUT, Graph, Node, Wire

SPECS = {
    "image": ColumnSpec("image", "image", (8, 8, 1), "float32"),
    "label": ColumnSpec("label", "category", (), "int32", classes=("a", "b")),
}


def network(*more: Node) -> Graph:
    nodes = [
        Node("x", INPUT, {"column": "image"}),
        *more,
        Node("flat", "keras.layers.Flatten"),
        Node("logits", "keras.layers.Dense", {"units": 2}),
        Node("y", OUTPUT, {"column": "label"}),
    ]
    wires = [Wire(a.id, b.id) for a, b in itertools.pairwise(nodes)]
    return Graph({node.id: node for node in nodes}, tuple(wires))


@pytest.fixture(scope="module")
def evaluation() -> Evaluation:
    return Inference().evaluation


FLIP = Node("flip", "keras.layers.RandomFlip", {"mode": "horizontal"})


def test_that_random_layers_are_at_work_as_in_training(evaluation: Evaluation) -> None:
    picture = np.zeros((1, 8, 8, 1), np.float32)
    picture[:, :, :3] = 1
    shown = in_training(network(FLIP), SPECS, "flip", np.repeat(picture, 32, 0), evaluation=evaluation)
    left = np.array_equal
    kinds = {
        ("same" if left(each, picture[0]) else "flipped" if left(each[:, ::-1], picture[0]) else "?") for each in shown
    }
    assert kinds == {"same", "flipped"}


def test_that_what_comes_before_the_node_counts_and_what_comes_behind_does_not(evaluation: Evaluation) -> None:
    darker = Node("darker", "keras.layers.Rescaling", {"scale": 0.5})
    samples = np.ones((4, 8, 8, 1), np.float32)
    shown = in_training(network(darker, FLIP), SPECS, "flip", samples, evaluation=evaluation)
    assert np.allclose(shown, 0.5)


def test_that_the_same_seed_gives_the_same_pictures(evaluation: Evaluation) -> None:
    noise = Node("turn", "keras.layers.RandomRotation", {"factor": 0.3})
    samples = np.random.default_rng(0).random((3, 8, 8, 1), np.float32)
    first, again, other = (
        in_training(network(noise), SPECS, "turn", samples, evaluation=evaluation, seed=seed) for seed in (1, 1, 2)
    )
    assert np.array_equal(first, again)
    assert not np.array_equal(first, other)


def test_that_a_node_without_an_input_or_with_several_says_so(evaluation: Evaluation) -> None:
    alone = Graph({"flip": FLIP})
    with pytest.raises(PreviewError, match="0 Inputs lead to 'flip'"):
        in_training(alone, SPECS, "flip", np.zeros((1, 8, 8, 1), np.float32), evaluation=evaluation)
    with pytest.raises(PreviewError, match="do not fit the Input"):
        in_training(network(FLIP), SPECS, "flip", np.zeros((1, 9, 8, 1), np.float32), evaluation=evaluation)
