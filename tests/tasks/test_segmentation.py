"""The segmentation task against values worked out by hand, its loss against NumPy, and its baselines."""

from __future__ import annotations

import math

import numpy as np
import pytest

from dlstudio.graph.columns import ColumnSpec
from dlstudio.tasks.overlap import overlap, pixel_counts
from dlstudio.tasks.pixel_classifier import PixelClassifier
from dlstudio.tasks.registry import get_task, suited_task

MASK = ColumnSpec("mask", "mask", (2, 3), "int32", ("background", "cell"))
TRUTH = np.array([[[0, 0, 1], [1, 1, -1]]], np.int32)
CHOSEN = np.array([[[0, 1, 1], [1, 0, 1]]], np.int32)


def outputs(chosen: np.ndarray, classes: int = 2) -> np.ndarray:
    return np.eye(classes, dtype=np.float32)[chosen] * 4


def test_that_a_mask_is_learnt_by_segmentation() -> None:
    assert suited_task(MASK) == "segmentation"
    assert get_task("segmentation").output_shape(MASK) == (2, 3, 2)


def test_that_metrics_are_those_worked_out_by_hand() -> None:
    found = get_task("segmentation").evaluate(TRUTH, outputs(CHOSEN), MASK, False)
    # Of the five labelled pixels: cell 2 hits, 1 miss, 1 false alarm; background 1 hit, 1 miss, 1 false alarm.
    assert found["accuracy"] == pytest.approx(3 / 5)
    assert found["dice_cell"] == pytest.approx(4 / 6)
    assert found["dice_background"] == pytest.approx(2 / 4)
    assert found["mean_iou"] == pytest.approx((2 / 4 + 1 / 3) / 2)
    assert found["mean_dice"] == pytest.approx((4 / 6 + 2 / 4) / 2)
    assert found["sensitivity"] == pytest.approx(2 / 3)
    assert found["sensitivity_cell"] == found["sensitivity"] == pytest.approx(found["specificity_background"])
    assert found["specificity"] == pytest.approx(1 / 2)


def test_that_a_class_in_neither_truth_nor_prediction_does_not_count() -> None:
    three = ColumnSpec("mask", "mask", (2, 3), "int32", ("background", "cell", "crack"))
    found = get_task("segmentation").evaluate(TRUTH, outputs(CHOSEN, 3), three, False)
    assert "dice_crack" not in found
    assert found["mean_dice"] == pytest.approx((4 / 6 + 2 / 4) / 2)
    assert math.isnan(overlap(pixel_counts(TRUTH, CHOSEN, 3)).dice[2])


def test_that_losses_are_the_mean_cross_entropy_of_the_labelled_pixels() -> None:
    (loss,) = get_task("segmentation").sample_losses(TRUTH, outputs(CHOSEN), MASK, False)
    right, wrong = -math.log(math.e**4 / (math.e**4 + 1)), -math.log(1 / (math.e**4 + 1))
    assert loss == pytest.approx((3 * right + 2 * wrong) / 5, rel=1e-5)


def test_that_the_baseline_takes_the_commonest_class_of_training_only() -> None:
    train = np.zeros((1, 2, 3), np.int32)
    found = get_task("segmentation").baseline(train, TRUTH, MASK)
    assert found["accuracy"] == pytest.approx(2 / 5)
    assert found["dice_cell"] == 0.0


def test_that_the_pixel_classifier_learns_bands_that_tell_the_classes_and_ignores_what_is_unlabelled() -> None:
    rng = np.random.default_rng(1)
    masks = rng.integers(0, 3, (4, 8, 8))
    images = np.stack([masks == 1, masks == 2], axis=-1) + rng.normal(0, 0.1, (4, 8, 8, 2))
    masks[0, 0, :] = -1
    images[0, 0, :] = 50.0
    fitted = PixelClassifier(3).fit(images, masks)
    known = masks >= 0
    assert (fitted.predict(images)[known] == masks[known]).mean() > 0.98
    again = PixelClassifier(3).fit(images, masks)
    assert (again.predict(images) == fitted.predict(images)).all()


def test_that_a_prediction_names_the_share_of_each_class_and_the_mask() -> None:
    (found,) = get_task("segmentation").predictions(outputs(CHOSEN), MASK, False)
    assert found["label"] == "cell"
    assert found["scores"]["cell"] == pytest.approx(4 / 6)
    assert found["mask"] == CHOSEN[0].tolist()


def test_that_the_loss_is_cross_entropy_and_dice_over_labelled_pixels() -> None:
    from dlstudio.training.objectives.general import OBJECTIVES

    given = outputs(CHOSEN)
    chances = np.exp(given) / np.exp(given).sum(-1, keepdims=True)
    known = (TRUTH >= 0)[..., None]
    real = np.eye(2)[np.maximum(TRUTH, 0)] * known
    entropy = -(real * np.log(chances)).sum() / 5
    dice = (2 * (real * chances).sum((0, 1, 2)) + 1) / (real.sum((0, 1, 2)) + (chances * known).sum((0, 1, 2)) + 1)
    expected = entropy + 1 - dice.mean()
    assert float(OBJECTIVES["DiceAndCrossEntropy"](from_logits=True)(TRUTH, given)) == pytest.approx(expected, rel=1e-4)
    by_chances = OBJECTIVES["DiceAndCrossEntropy"](from_logits=False)
    assert float(by_chances(TRUTH, chances.astype(np.float32))) == pytest.approx(expected, rel=1e-4)
    assert by_chances.get_config()["from_logits"] is False


def test_that_the_curve_shows_the_dice_of_images() -> None:
    from dlstudio.training.objectives.general import OBJECTIVES

    metric = OBJECTIVES["MaskedDice"]()
    metric.update_state(TRUTH, outputs(CHOSEN))
    assert float(metric.result()) == pytest.approx((4 / 6 + 2 / 4) / 2, rel=1e-5)
