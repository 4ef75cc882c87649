"""Every task the registry knows keeps its promises, and the numbers are those of the definitions."""

from __future__ import annotations

import json
import os

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import numpy as np
import pytest

from dlstudio.graph.columns import OTHER_TASKS, USUAL_TASK, ColumnSpec
from dlstudio.tasks.confusion import class_scores, confusion_matrix
from dlstudio.tasks.registry import TaskError, get_task, suited_task, task_names
from dlstudio.training.objectives.general import OBJECTIVES
from tests.tasks.boxes import answers

TARGETS = {
    "adversarial": ColumnSpec("photo", "image", (3, 2, 1)),
    "classification": ColumnSpec("label", "category", (), "int32", ("ant", "bee", "cat")),
    "forecast": ColumnSpec("load", "forecast", (2, 3), scale=2.0),
    "regression": ColumnSpec("price", "number", (1,)),
    "language-model": ColumnSpec("next", "tokens", (3,), "int32", ("", "?", "a", "b", "c"), 5),
    "detection": ColumnSpec("boxes", "boxes", (3, 5), "float32", ("ant", "bee"), size=(16, 16), strides=(4, 8, 16)),
    "reconstruction": ColumnSpec("signal", "series", (3, 2)),
    "masked-words": ColumnSpec("hidden", "hidden", (3,), "int32", ("", "?", "[mask]", "a", "b", "c"), 6),
    "segmentation": ColumnSpec("mask", "mask", (2, 2), "int32", ("ground", "tree", "road")),
    "span": ColumnSpec("answer", "span", (3,), "int32", places=4),
    "tagging": ColumnSpec("tags", "tags", (3,), "int32", ("O", "B-PER", "I-PER")),
    "translation": ColumnSpec("fr", "translation", (3,), "int32", ("", "?", "a", "b", "c", ""), 6),
    "verification": ColumnSpec("person", "category", (), "int32", ("ann", "bob", "cyd")),
    "verification-arcface": ColumnSpec("person", "category", (), "int32", ("ann", "bob", "cyd")),
    "transcription": ColumnSpec("said", "transcript", (2,), "int32", ("", "\ufffd", "a", "b", "c")),
}
NEXT = np.array([[[1.0, 0.5, 0.0], [2.0, 0.5, 1.0]]] * 4) * np.arange(1, 5).reshape(4, 1, 1)
TRUTHS = {
    "adversarial": np.random.default_rng(1).random((4, 3, 2, 1)),
    "classification": np.array([0, 1, 2, 1]),
    "regression": np.array([[1.0], [2.0], [4.0], [5.0]]),
    "detection": np.array(
        [
            [[0, 2, 2, 8, 9], [1, 8, 8, 15, 14], [-1] * 5],
            [[1, 0, 0, 16, 16], [-1] * 5, [-1] * 5],
            [[-1] * 5] * 3,
            [[0, 1, 9, 6, 15], [0, 9, 0, 15, 6], [1, 8, 8, 14, 15]],
        ],
        float,
    ),
    "reconstruction": np.arange(24.0).reshape(4, 3, 2),
    "segmentation": np.array([[[0, 1], [2, 1]], [[1, 1], [1, -1]], [[0, 0], [2, 1]], [[1, 2], [0, 0]]]),
    "span": np.array([[0, 1, 4], [2, 2, 3], [1, 3, 4], [0, 0, 2]]),
    "tagging": np.array([[0, 1, 2], [0, 1, -1], [1, 0, 0], [0, 0, 1]]),
    "verification": np.array([0, 1, 0, 1]),
    "verification-arcface": np.array([0, 1, 0, 1]),
    "translation": np.array([[2, 3, 5], [3, 5, -1], [4, 2, 5], [2, 4, 3]]),
    "masked-words": np.array([[-1, 3, -1], [-1, -1, 5], [4, -1, 3], [-1, 5, -1]]),
    "language-model": np.array([[2, 3, 4], [3, 2, -1], [4, 2, 3], [2, 4, 3]]),
}
HIGHER = (
    "roc_auc",
    "rank_1",
    "tar_at_far_1",
    "accuracy",
    "macro_f1",
    "r2",
    "exact",
    "iou",
    "dice",
    "recall",
    "precision",
    "f1",
    "map_50",
    "map_50_95",
    "tree",
    "ground",
    "road",
)
BEST = {"perplexity": 1, "energy": -0.20675635}
"""What a perfect answer has, where it is not 0, or 1 where a higher value is better. Of copies of four samples the
energy distance is below 0: none is compared with itself, but each with its copy."""


_SAID = np.array([[2, 3], [3, 4], [4, 2], [2, 3]])


def truth_of(name: str) -> np.ndarray:
    if name == "transcription":
        return _SAID
    if name == "forecast":
        return NEXT
    return TRUTHS[name]


def perfect(name: str) -> np.ndarray:
    if name == "adversarial":  # the very samples, and both verdicts right
        return np.concatenate([TRUTHS[name].reshape(4, -1), np.full((4, 1), 50.0), np.full((4, 1), -50.0)], axis=1)
    if name == "transcription":
        return np.eye(5)[_SAID] * 50
    if name == "forecast":
        return np.repeat(NEXT[..., :1], 3, axis=-1)
    if name == "detection":
        return answers(TRUTHS[name], TARGETS[name])
    if name == "span":
        return np.eye(4)[TRUTHS[name][:, :2]].transpose(0, 2, 1) * 50
    units = get_task(name).units(TARGETS[name])
    return truth_of(name) if name in ("regression", "reconstruction") else np.eye(units)[truth_of(name)] * 50


@pytest.mark.parametrize("name", task_names())
def test_that_a_task_suits_its_own_target_and_sizes_the_network(name: str) -> None:
    task, target = get_task(name), TARGETS[name]
    assert task.suits(target)
    assert suited_task(target) == (USUAL_TASK[target.kind] if name in OTHER_TASKS else name)
    assert perfect(name).shape[-1] == task.units(target)
    for width, wanted in zip(perfect(name).shape[1:], task.output_shape(target), strict=True):
        assert wanted in (width, None)


@pytest.mark.parametrize("name", task_names())
def test_that_right_answers_cost_nothing_and_beat_the_baseline(name: str) -> None:
    task, target = get_task(name), TARGETS[name]
    right = task.evaluate(truth_of(name), perfect(name), target, False)
    simple = task.baseline(truth_of(name), truth_of(name), target)
    assert task.sample_losses(truth_of(name), perfect(name), target, False).max() == pytest.approx(0, abs=1e-6)
    for metric in set(simple) & set(right):
        higher = metric.endswith(HIGHER)
        assert right[metric] == pytest.approx(1 if higher else BEST.get(metric, 0), abs=1e-6)
        assert simple[metric] < right[metric] if higher else simple[metric] > right[metric]


@pytest.mark.parametrize("name", task_names())
def test_that_predictions_are_json_one_a_sample(name: str) -> None:
    task, target = get_task(name), TARGETS[name]
    assert len(json.loads(json.dumps(task.predictions(perfect(name), target, False)))) == 4


@pytest.mark.parametrize("name", task_names())
def test_that_an_empty_split_has_no_metrics(name: str) -> None:
    task, target = get_task(name), TARGETS[name]
    assert task.evaluate(truth_of(name)[:0], perfect(name)[:0], target, False) == {}
    assert task.baseline(truth_of(name), truth_of(name)[:0], target) == {}


@pytest.mark.parametrize("name", task_names())
def test_that_losses_and_metrics_are_those_keras_has(name: str) -> None:
    task, target = get_task(name), TARGETS[name]
    home, _, loss = task.loss(target, False)["type"].rpartition(".")
    assert home == "keras.losses" or (home == "dlstudio" and loss in OBJECTIVES)
    named = [metric["type"].rpartition(".") for metric in task.metrics(target, False)]
    assert all(home == "keras.metrics" or (home == "dlstudio" and name in OBJECTIVES) for home, _, name in named)


def test_that_logits_and_their_softmax_give_the_same_answers() -> None:
    task, target = get_task("classification"), TARGETS["classification"]
    logits = np.array([[2.0, -1.0, 0.5], [0.0, 0.0, 3.0]])
    shares = task.scores(logits, target, False)
    assert shares.sum(axis=1) == pytest.approx([1, 1])
    truth = np.array([0, 1])
    assert task.evaluate(truth, logits, target, False) == pytest.approx(task.evaluate(truth, shares, target, True))


def test_that_huge_logits_do_not_overflow() -> None:
    scores = get_task("classification").scores(np.array([[1e4, -1e4, 0.0]]), TARGETS["classification"], False)
    assert scores[0].tolist() == [1, 0, 0]


def test_that_confusion_counts_truth_by_row() -> None:
    matrix = confusion_matrix(np.array([0, 0, 1]), np.array([1, 0, 1]), 2)
    assert matrix.tolist() == [[1, 1], [0, 1]]
    scores = class_scores(matrix)
    assert scores.precision.tolist() == [1, 0.5]
    assert scores.recall.tolist() == [0.5, 1]
    assert scores.support.tolist() == [2, 1]


def test_that_r2_of_known_numbers_is_right() -> None:
    task, target = get_task("regression"), TARGETS["regression"]
    found = task.evaluate(np.array([1.0, 2.0, 3.0]), np.array([[1.0], [2.0], [4.0]]), target, False)
    assert found == pytest.approx({"mae": 1 / 3, "rmse": (1 / 3) ** 0.5, "r2": 0.5})


def test_that_an_unknown_task_names_those_there_are() -> None:
    with pytest.raises(TaskError, match="classification"):
        get_task("alchemy")


def test_that_a_column_nobody_can_predict_is_refused() -> None:
    with pytest.raises(TaskError, match="story"):
        suited_task(ColumnSpec("story", "text", (8,), "int32"))


def test_that_classes_are_told_by_sensitivity_and_specificity() -> None:
    label = ColumnSpec("label", "category", (), "int32", ("ill", "well"))
    truth, chosen = np.array([0, 0, 0, 0, 1]), np.array([0, 0, 0, 1, 1])
    found = get_task("classification").evaluate(truth, np.eye(2)[chosen] * 9, label, False)
    assert (found["sensitivity_ill"], found["specificity_ill"]) == (0.75, 1.0)
    assert (found["sensitivity_well"], found["specificity_well"]) == (1.0, 0.75)
