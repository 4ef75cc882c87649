"""Detection against values worked out by hand, its decoding, its loss and its baseline."""

from __future__ import annotations

import os

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import numpy as np
import pytest

from dlstudio.graph.columns import ColumnSpec
from dlstudio.tasks.average_precision import average_precision
from dlstudio.tasks.box_grids import boxes_of, grid_shapes, places
from dlstudio.tasks.box_matching import matched, overlaps, suppressed
from dlstudio.tasks.detection import KEPT, fixed_boxes
from dlstudio.tasks.registry import get_task, suited_task
from dlstudio.training.objectives.boxes import BoxOverlap, DetectionLoss, _Grid
from tests.tasks.boxes import answers

BOXES = ColumnSpec("boxes", "boxes", (3, 5), "float32", ("cup", "pen"), size=(64, 96), strides=(8, 16, 32))
TASK = get_task("detection")
NONE = [-1.0] * 5


def truth(*images: list[list[float]]) -> np.ndarray:
    return np.array([[*boxes, *[NONE] * (3 - len(boxes))] for boxes in images], np.float32)


def test_that_boxes_are_learnt_by_detection_at_every_place_of_three_grids() -> None:
    assert suited_task(BOXES) == "detection"
    assert grid_shapes(BOXES.size, BOXES.strides) == [(8, 12), (4, 6), (2, 3)]
    assert TASK.output_shape(BOXES) == (96 + 24 + 6, 6)
    where = places(BOXES.size, BOXES.strides)
    assert where[0].tolist() == [4, 4, 8]
    assert where[1].tolist() == [12, 4, 8]
    assert where[-1].tolist() == [80, 48, 32]


def test_that_numbers_at_a_place_mean_a_box_around_a_shifted_middle() -> None:
    outputs = np.array([[0.0, 0.5, -0.25, np.log(2), np.log(3)]])
    assert boxes_of(outputs, np.array([[20.0, 12.0, 8.0]]))[0] == pytest.approx([16, -2, 32, 22])


def test_that_overlap_is_intersection_over_union() -> None:
    found = overlaps(np.array([[0, 0, 4, 4], [0, 0, 0, 0]]), np.array([[2, 0, 6, 4], [0, 0, 4, 4], [9, 9, 10, 10]]))
    assert found == pytest.approx(np.array([[8 / 24, 1, 0], [0, 0, 0]]))


def test_that_of_rivals_of_one_class_the_best_stays() -> None:
    boxes = np.array([[0, 0, 10, 10], [1, 0, 11, 10], [1, 0, 11, 10], [30, 0, 40, 10]], float)
    kept = suppressed(boxes, np.array([0.6, 0.9, 0.5, 0.1]), np.array([0, 0, 1, 0]), 0.5, 10)
    assert kept.tolist() == [1, 2, 3]
    assert suppressed(boxes, np.array([0.6, 0.9, 0.5, 0.1]), np.array([0, 0, 1, 0]), 0.5, 1).tolist() == [1]


def test_that_each_true_box_is_hit_once_by_its_own_class() -> None:
    real = np.array([[0, 0, 0, 10, 10], [1, 20, 0, 30, 10]], float)
    found = np.array(
        [[0, 0, 0, 10, 9, 0.5], [0, 0, 0, 10, 10, 0.9], [0, 20, 0, 30, 10, 0.8], [1, 20, 0, 30, 4, 0.7]], float
    )
    each = matched(real, found, 0.5)
    assert (each.hits, each.misses, each.false_alarms) == (1, 1, 3)
    assert each.truth_of.tolist() == [-1, 0, -1, -1]
    assert each.overlap.tolist() == pytest.approx([0.9, 1.0, 0.0, 0.4])
    assert matched(real, found, 0.4).hits == 2
    assert matched(real[:0], found, 0.5).false_alarms == 4
    assert matched(real, found[:0], 0.5).misses == 2


def test_that_average_precision_is_that_worked_out_by_hand() -> None:
    real = [np.array([[0, 0, 0, 10, 10], [0, 20, 20, 30, 30]], float)]
    found = [np.array([[0, 0, 0, 10, 10, 0.9], [0, 40, 0, 50, 10, 0.8], [0, 20, 20, 30, 30, 0.7]], float)]
    # Precision 1 up to a recall of 0.5 (51 of 101 levels), then 2/3.
    assert average_precision(real, found, 1).at_50[0] == pytest.approx((51 + 50 * 2 / 3) / 101)
    loose = [np.array([[0, 0, 0, 10, 7, 0.9]], float)]  # overlaps by 0.7: right at 0.5 to 0.7
    only = [real[0][:1]]
    assert average_precision(only, loose, 1).over_all[0] == pytest.approx(0.5)
    two = average_precision(real, found, 3)
    assert np.isnan(two.at_50[1:]).all()
    assert two.map_50 == pytest.approx(two.at_50[0])
    assert average_precision(real, [np.zeros((0, 6))], 1).map_50 == 0
    assert np.isnan(average_precision([np.zeros((0, 5))], found, 1).map_50)


def test_that_right_answers_are_read_as_the_true_boxes_best_first() -> None:
    real = truth([[0, 10, 12, 40, 50], [1, 60, 4, 80, 20]], [])
    outputs = answers(real, BOXES, sure=4)
    outputs[..., 0] += 1 * (outputs[..., 0] > 0)
    kept = TASK.reduced(real, outputs, BOXES, False)
    assert kept.shape == (2, KEPT, 6)
    assert kept[0, 0] == pytest.approx([0, 10, 12, 40, 50, 1 / (1 + np.exp(-5))], abs=1e-4)
    assert kept[0, 1] == pytest.approx([1, 60, 4, 80, 20, 1 / (1 + np.exp(-4))], abs=1e-4)
    assert (kept[0, 2:] == -1).all() or kept[0, 2:, 5].max() < 0.02
    assert TASK.reduced(real, kept, BOXES, False) is kept
    first, second = TASK.predictions(outputs, BOXES, False)
    assert first["label"] == "1 cup, 1 pen"
    assert first["boxes"][1]["class"] == "pen"
    assert first["boxes"][1]["box"] == pytest.approx([60, 4, 80, 20], abs=1e-3)
    assert {**second, "scores": {}, "confidence": 0.0} == {
        "label": "nothing found",
        "confidence": 0.0,
        "scores": {},
        "boxes": [],
    }
    assert TASK.evaluate(real, kept, BOXES, False) == TASK.evaluate(real, outputs, BOXES, False)
    assert TASK.evaluate(real, outputs, BOXES, False)["map_50_95"] == pytest.approx(1)


def test_that_boxes_are_given_back_in_pixels_of_the_picture() -> None:
    said = TASK.predictions(answers(truth([[0, 10, 12, 40, 50]]), BOXES), BOXES, False)[0]
    back = TASK.in_pixels(said, lambda boxes: np.asarray(boxes) * 2)
    assert back["boxes"][0]["box"] == pytest.approx([20, 24, 80, 100], abs=0.01)
    assert said["boxes"][0]["box"] == pytest.approx([10, 12, 40, 50], abs=1e-3)


def test_that_false_alarms_and_misses_cost_and_an_empty_image_without_answers_does_not() -> None:
    real = truth([[0, 10, 12, 40, 50]], [], [])
    given = answers(truth([[0, 10, 12, 40, 50], [1, 50, 12, 80, 40]], [], [[1, 3, 4, 40, 60]]), BOXES)
    assert TASK.sample_losses(real, given, BOXES, False) == pytest.approx([1 - 2 / 3, 0, 1])
    found = TASK.evaluate(real, given, BOXES, False)
    assert (found["precision"], found["recall"]) == (pytest.approx(1 / 3), 1)
    assert TASK.evaluate(real[1:2], given[1:2], BOXES, False) == {}


def test_that_the_baseline_shows_where_objects_usually_are() -> None:
    usual = [[0, 10, 10, 30, 30]]
    learned = truth(usual, [[0, 11, 10, 31, 30]], [[0, 60, 40, 70, 50]], usual)
    fixed = fixed_boxes(learned)
    assert fixed[0].tolist() == [0, 10, 10, 30, 30, 0.75]
    assert fixed[1, 5] == 0.25
    found = TASK.baseline(learned, truth(usual), BOXES)
    assert [found[name] for name in ("map_50", "precision", "recall")] == pytest.approx([1, 1, 1])
    assert TASK.baseline(truth([], []), truth(usual), BOXES) == {}


def test_that_places_in_the_middle_of_a_box_find_it_on_the_grids_of_its_size() -> None:
    goal = _Grid(BOXES.size, BOXES.strides).assign(truth([[1, 8, 8, 32, 32], [0, 2, 40, 5, 42]], [[0, 0, 0, 96, 64]]))
    where = places(BOXES.size, BOXES.strides)
    found = np.asarray(goal.found)
    label = np.asarray(goal.label)
    first = {(x, y, step): label[0, n] for n, (x, y, step) in enumerate(where.tolist()) if found[0, n]}
    assert first[(12.0, 12.0, 8.0)] == first[(28.0, 28.0, 8.0)] == 1
    assert (36.0, 20.0, 8.0) not in first  # outside
    assert [step for _, _, step in first].count(16.0) == 0  # 24 pixels are less than two steps of 16
    assert first[(4.0, 44.0, 8.0)] == 0  # smaller than a step, and found all the same
    assert {step for (_, _, step), seen in zip(where.tolist(), found[1], strict=True) if seen} == {16.0, 32.0}


def test_that_the_loss_falls_from_wrong_to_right_and_is_finite_without_boxes() -> None:
    import keras

    real = truth([[0, 10, 12, 40, 50], [1, 60, 4, 80, 20]], [])
    loss = DetectionLoss(BOXES.size, BOXES.strides)
    grid = _Grid(BOXES.size, BOXES.strides)
    goal = grid.assign(real)
    right = np.zeros((2, 126, 6), np.float32)
    right[..., :2] = -20
    where, box = places(BOXES.size, BOXES.strides), np.asarray(goal.box)
    right[..., 2:4] = ((box[..., :2] + box[..., 2:]) / 2 - where[:, :2]) / where[:, 2:]
    right[..., 4:] = np.log(np.maximum(box[..., 2:] - box[..., :2], 1e-3) / where[:, 2:])
    for sample, place in np.argwhere(np.asarray(goal.found) > 0):
        right[sample, place, int(np.asarray(goal.label)[sample, place])] = 20
    assert float(loss(real, right)) == pytest.approx(0, abs=1e-4)
    wrong = np.zeros_like(right)
    assert float(loss(real, wrong)) > 1
    assert np.isfinite(np.asarray(loss(truth([], []), wrong))).all()
    far = right.copy()
    far[..., 2:] = 50
    assert np.isfinite(float(loss(real, far)))
    metric = BoxOverlap(BOXES.size, BOXES.strides)
    metric.update_state(real[:1], right[:1])
    assert float(metric.result()) == pytest.approx(1, abs=1e-4)
    again = DetectionLoss.from_config(loss.get_config())
    assert float(again(real, wrong)) == pytest.approx(float(loss(real, wrong)))
    assert keras.ops.shape(loss.call(real, wrong)) == (2,)


def test_that_a_perfect_training_step_lowers_the_loss() -> None:
    import keras

    real = truth([[0, 10, 12, 40, 50]], [[1, 60, 4, 80, 20]])
    free = keras.Sequential([keras.layers.Input((1,)), keras.layers.Dense(126 * 6), keras.layers.Reshape((126, 6))])
    free.compile(keras.optimizers.Adam(0.05), loss=DetectionLoss(BOXES.size, BOXES.strides))
    inputs = np.array([[1.0], [-1.0]], np.float32)
    before = free.evaluate(inputs, real, verbose=0)
    free.fit(inputs, real, epochs=60, verbose=0)
    assert free.evaluate(inputs, real, verbose=0) < 0.5 * before
