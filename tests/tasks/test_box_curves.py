"""Precision and recall of boxes: by hand, and against the measures of pycocotools."""

from __future__ import annotations

import numpy as np
import pytest

from dlstudio.tasks.average_precision import average_precision
from dlstudio.tasks.box_curves import box_curves


def scene(seed: int, classes: int = 3) -> tuple[np.ndarray, np.ndarray]:
    """Some boxes, found again a little shifted, some missed and some invented."""
    random = np.random.default_rng(seed)
    count = int(random.integers(1, 8))
    corner, side = random.uniform(0, 60, (count, 2)), random.uniform(8, 30, (count, 2))
    truth = np.column_stack([random.integers(0, classes, count), corner, corner + side])
    found = truth[random.random(count) < 0.8]
    found = np.concatenate([found, truth[:1]]) + np.pad(random.normal(0, 2, (len(found) + 1, 4)), ((0, 0), (1, 0)))
    return truth, np.column_stack([found, random.uniform(0.05, 1, len(found))])


@pytest.mark.parametrize("overlap", [0.5, 0.75])
def test_that_average_precision_is_that_of_coco(overlap: float) -> None:
    pairs = [scene(seed) for seed in range(40)]
    curves = box_curves(pairs, 3, overlap)
    if overlap == 0.5:
        known = average_precision([a for a, _ in pairs], [b for _, b in pairs], 3).at_50
        assert [each.average_precision for each in curves[:3]] == pytest.approx(known.tolist(), abs=1e-9)
    assert curves[3].boxes == sum(each.boxes for each in curves[:3])
    assert curves[3].hits.sum() == sum(each.hits.sum() for each in curves[:3])
    stricter = box_curves(pairs, 3, 0.9)
    assert all(a.average_precision >= b.average_precision for a, b in zip(curves, stricter, strict=True))


def test_that_the_curve_follows_the_scores() -> None:
    truth = np.array([[0, 0, 0, 10, 10], [0, 20, 20, 30, 30]], float)
    found = np.array([[0, 0, 0, 10, 10, 0.9], [0, 50, 50, 60, 60, 0.8], [0, 20, 20, 30, 29, 0.3]], float)
    curve = box_curves([(truth, found)], 1, 0.5)[0]
    assert curve.scores.tolist() == [0.9, 0.8, 0.3]
    assert curve.precision.tolist() == pytest.approx([1, 1 / 2, 2 / 3])
    assert curve.recall.tolist() == [0.5, 0.5, 1.0]
    assert curve.average_precision == pytest.approx((51 * 1 + 50 * 2 / 3) / 101)


def test_that_nothing_found_is_nought_and_nothing_to_find_is_unknown() -> None:
    truth, nothing = np.array([[0, 0, 0, 10, 10]], float), np.zeros((0, 6))
    first, second, _ = box_curves([(truth, nothing)], 2, 0.5)
    assert first.average_precision == 0
    assert np.isnan(second.average_precision)
