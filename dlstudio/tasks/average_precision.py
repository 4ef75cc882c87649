"""Mean average precision as COCO measures it, counted by pycocotools.

Precision is averaged over 101 levels of recall, over the classes that the truth has, and over one or ten thresholds of
intersection over union (Lin et al. 2014, *Microsoft COCO*); at the most the 100 best boxes of an image count.
"""

from __future__ import annotations

import contextlib
import io
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

COUNTED = 100


@dataclass(frozen=True)
class AveragePrecision:
    """Each a share, float64; NaN where there is no true box.

    Attributes:
        at_50: At an intersection over union of 0.5, by class (classes,).
        over_all: The mean over 0.5, 0.55, ..., 0.95, by class (classes,).
        recall: Share of the true boxes that are found, the mean over the same thresholds, by class (classes,).
    """

    at_50: np.ndarray
    over_all: np.ndarray
    recall: np.ndarray

    @property
    def map_50(self) -> float:
        return _mean(self.at_50)

    @property
    def map_50_95(self) -> float:
        return _mean(self.over_all)


def average_precision(truth: Sequence[np.ndarray], found: Sequence[np.ndarray], classes: int) -> AveragePrecision:
    """The measures of some images.

    Args:
        truth: For each image (true, 5): class, left, top, right, bottom.
        found: For each image (found, 6): class, the same edges, score.
        classes: How many classes there are.
    """
    nothing = np.full(classes, np.nan)
    real = np.concatenate([np.zeros((0, 6)), *(_numbered(boxes, image) for image, boxes in enumerate(truth, 1))])
    given = np.concatenate([np.zeros((0, 7)), *(_numbered(boxes, image) for image, boxes in enumerate(found, 1))])
    if not len(real):
        return AveragePrecision(nothing, nothing, nothing)
    present = np.isin(np.arange(classes), real[:, 1].astype(np.int64))
    if not len(given):
        nowhere = np.where(present, 0.0, np.nan)
        return AveragePrecision(nowhere, nowhere, nowhere)
    from pycocotools.coco import COCO  # only who detects waits for it
    from pycocotools.cocoeval import COCOeval

    with contextlib.redirect_stdout(io.StringIO()):  # it prints how long it takes
        known = COCO()
        known.dataset = {
            "info": {},
            "images": [{"id": image} for image in range(1, len(truth) + 1)],
            "categories": [{"id": index + 1} for index in range(classes)],
            "annotations": [_annotation(number, box) for number, box in enumerate(real, 1)],
        }
        known.createIndex()
        sides = given[:, 4:6] - given[:, 2:4]
        results = np.column_stack([given[:, 0], given[:, 2:4], sides, given[:, 6], given[:, 1] + 1])
        judge = COCOeval(known, known.loadRes(results), "bbox")
        judge.evaluate()
        judge.accumulate()
    precision = judge.eval["precision"][:, :, :, 0, -1]  # thresholds, recalls, classes
    recall = judge.eval["recall"][:, :, 0, -1]
    precision, recall = (np.where(each < 0, np.nan, each) for each in (precision, recall))
    return AveragePrecision(precision[0].mean(axis=0), precision.mean(axis=(0, 1)), recall.mean(axis=0))


def _numbered(boxes: np.ndarray, image: int) -> np.ndarray:
    values = np.asarray(boxes, np.float64)
    return np.column_stack([np.full(len(values), float(image)), values])


def _annotation(number: int, box: np.ndarray) -> dict[str, object]:
    image, label, left, top, right, bottom = box.tolist()
    width, height = right - left, bottom - top
    return {
        "id": number,
        "image_id": int(image),
        "category_id": int(label) + 1,
        "bbox": [left, top, width, height],
        "area": width * height,
        "iscrowd": 0,
    }


def _mean(values: np.ndarray) -> float:
    return float(np.nanmean(values)) if np.isfinite(values).any() else float("nan")
