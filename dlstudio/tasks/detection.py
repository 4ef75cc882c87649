"""What lies where in an image: boxes with a class, any number of them, found without anchors on grids."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from dlstudio.graph.columns import ColumnSpec
from dlstudio.tasks.average_precision import average_precision
from dlstudio.tasks.box_grids import COORDINATES, boxes_of, places
from dlstudio.tasks.box_matching import matched, overlaps, suppressed

NAME = "detection"
SHOWN = 0.5
"""Confidence from which on a box is told to people: the score foresees the overlap, and half of it makes a hit."""

KEPT = 101  # a prime that no grids add up to, so that what is kept is told from what a network gives
_WIDTH = 6
_LEAST = 0.01
_CANDIDATES = 1000
_RIVALS = 0.5
_HIT = 0.5
_FIXED = 100
_MOST_TRAINING = 3000


class Detection:
    """Boxes as truth; at each place of the grids a logit a class and four numbers; focal loss and IoU loss."""

    name = NAME
    title = "Object detection"
    monitor = "val_loss"
    baseline_title = "always the commonest boxes of the training part"

    def suits(self, target: ColumnSpec) -> bool:
        """Boxes."""
        return target.kind == "boxes"

    def units(self, target: ColumnSpec) -> int:
        """One a class and four for the box."""
        return len(target.classes) + COORDINATES

    def output_shape(self, target: ColumnSpec) -> tuple[int | None, ...]:
        """A vector for each place of all grids: (places, classes + 4)."""
        return (len(places(target.size, target.strides)), self.units(target))

    def loss(self, target: ColumnSpec, probabilities: bool) -> dict[str, Any]:
        """Quality focal loss of the scores plus generalized IoU loss of the boxes."""
        settings = {"size": list(target.size), "strides": list(target.strides)}
        return {"type": "dlstudio.DetectionLoss", "settings": settings}

    def metrics(self, target: ColumnSpec, probabilities: bool) -> list[dict[str, Any]]:
        """The mean overlap of the boxes at those places that should find one; precision is measured at the end."""
        settings = {"size": list(target.size), "strides": list(target.strides)}
        return [{"type": "dlstudio.BoxOverlap", "name": "box_iou", "settings": settings}]

    def scores(self, outputs: np.ndarray, target: ColumnSpec, probabilities: bool) -> np.ndarray:
        """Confidence of each class at each place, float32 (samples, places, classes)."""
        logits = np.clip(np.asarray(outputs[..., :-COORDINATES], np.float32), -60.0, 60.0)
        return np.asarray(1.0 / (1.0 + np.exp(-logits)))

    def reduced(self, truth: np.ndarray, outputs: np.ndarray, target: ColumnSpec, probabilities: bool) -> np.ndarray:
        """The boxes that are found, since the answers at all places of a split would not fit in memory.

        Args:
            truth: Not looked at.
            outputs: (samples, places, classes + 4), or what this gave.

        Returns:
            (samples, 101, 6) float32: class, left, top, right, bottom in pixels of the encoded image, score; best
            first, rows of -1 at the end.
        """
        if outputs.shape[1:] == (KEPT, _WIDTH):
            return outputs
        where = places(target.size, target.strides)
        kept = np.full((len(outputs), KEPT, _WIDTH), -1.0, np.float32)
        for row, output in enumerate(np.asarray(outputs, np.float32)):
            scores = self.scores(output, target, probabilities)
            place, label = np.nonzero(scores > _LEAST)
            best = np.argsort(-scores[place, label], kind="stable")[:_CANDIDATES]
            place, label = place[best], label[best]
            boxes = boxes_of(output[place], where[place])
            boxes = np.clip(boxes, 0.0, np.array([*target.size[::-1]] * 2, np.float32))
            stays = suppressed(boxes, scores[place, label], label, _RIVALS, KEPT)
            found = np.column_stack([label, boxes, scores[place, label]])[stays]
            kept[row, : len(found)] = found
        return kept

    def predictions(self, outputs: np.ndarray, target: ColumnSpec, probabilities: bool) -> list[dict[str, Any]]:
        """``{"label", "confidence", "scores", "boxes"}`` a sample.

        ``boxes`` is a list of ``{"class", "score", "box": [left, top, right, bottom]}`` in pixels of the encoded image,
        best first, from a confidence of 0.5 on; ``label`` counts them in words, ``scores`` has the best of each class,
        ``confidence`` is the best of all.
        """
        return [_said(_real(row), target) for row in self.reduced(outputs, outputs, target, probabilities)]

    def in_pixels(self, prediction: Mapping[str, Any], back: Callable[[Any], np.ndarray]) -> dict[str, Any]:
        """A prediction with its boxes in pixels of the picture that a user gave.

        Args:
            prediction: One of :meth:`predictions`.
            back: Boxes (n, 4) of the encoded image to those of the original.
        """
        boxes = [{**each, "box": np.round(back([each["box"]])[0], 2).tolist()} for each in prediction["boxes"]]
        return {**prediction, "boxes": boxes}

    def evaluate(
        self, truth: np.ndarray, outputs: np.ndarray, target: ColumnSpec, probabilities: bool
    ) -> dict[str, float]:
        """``map_50_95`` and ``map_50`` as COCO defines them; ``precision``, ``recall`` and ``f1`` of those shown.

        The latter count boxes from a confidence of 0.5 on, and as a hit what overlaps by 0.5. Empty where no image has
        a box.
        """
        kept = self.reduced(truth, outputs, target, probabilities)
        return _measures(truth, [_real(row) for row in kept], target)

    def sample_losses(
        self, truth: np.ndarray, outputs: np.ndarray, target: ColumnSpec, probabilities: bool
    ) -> np.ndarray:
        """One minus the F1 of each image's shown boxes, (samples,): 0 where all are hits and none is missed."""
        kept = self.reduced(truth, outputs, target, probabilities)
        counts = (_counts(_real(real), _shown(_real(row))) for real, row in zip(truth, kept, strict=True))
        return np.array([1.0 - _f1(*each) for each in counts], np.float64)

    def baseline(self, train_truth: np.ndarray, test_truth: np.ndarray, target: ColumnSpec) -> dict[str, float]:
        """The same boxes for every image: those that hit most of the training part's, one after the other."""
        fixed = fixed_boxes(train_truth)
        if not len(fixed) or not len(test_truth):
            return {}
        usual = round(float((train_truth[..., 0] >= 0).sum(axis=1).mean()))  # as many are shown as an image has boxes
        return _measures(test_truth, [fixed] * len(test_truth), target, [fixed[: max(1, usual)]] * len(test_truth))


def fixed_boxes(truth: np.ndarray) -> np.ndarray:
    """The boxes that overlap most of the given ones by half, (n, 6); the score is the share of images that each hits.

    Each is one of the given; those it hits are taken away before the next is chosen, as many times as 100.

    Args:
        truth: (samples, boxes, 5).
    """
    real = [_real(row) for row in truth]
    image = np.concatenate([np.zeros(0, np.int64), *(np.full(len(row), place) for place, row in enumerate(real))])
    boxes = np.concatenate([np.zeros((0, 5)), *real])
    if len(boxes) > _MOST_TRAINING:
        chosen = np.linspace(0, len(boxes) - 1, _MOST_TRAINING).astype(np.int64)
        boxes, image = boxes[chosen], image[chosen]
    images = max(1, len(np.unique(image)))
    near = (overlaps(boxes[:, 1:], boxes[:, 1:]) >= _HIT) & (boxes[:, :1] == boxes[:, 0])
    free = np.ones(len(boxes), bool)
    found: list[list[float]] = []
    while free.any() and len(found) < _FIXED:
        best = int((near & free).sum(axis=1).argmax())
        hit = near[best] & free
        found.append([*boxes[best], len(np.unique(image[hit])) / images])
        free &= ~hit
    return np.array(found).reshape(-1, _WIDTH)


def _real(rows: np.ndarray) -> np.ndarray:
    """Without the rows that fill up."""
    return np.asarray(rows[rows[:, 0] >= 0], np.float64)


def _shown(found: np.ndarray) -> np.ndarray:
    return found[found[:, 5] >= SHOWN]


def _said(found: np.ndarray, target: ColumnSpec) -> dict[str, Any]:
    shown = _shown(found)
    counts = Counter(target.classes[int(box[0])] for box in shown)
    best: dict[str, float] = {}
    for box in found:
        best.setdefault(target.classes[int(box[0])], float(box[5]))
    return {
        "label": ", ".join(f"{count} {name}" for name, count in counts.most_common()) or "nothing found",
        "confidence": float(found[0, 5]) if len(found) else 0.0,
        "scores": best,
        "boxes": [
            {"class": target.classes[int(box[0])], "score": float(box[5]), "box": box[1:5].tolist()} for box in shown
        ],
    }


def _measures(
    truth: np.ndarray, found: Sequence[np.ndarray], target: ColumnSpec, shown: Sequence[np.ndarray] | None = None
) -> dict[str, float]:
    """Of all that is found, and of what of it is shown: that from the usual confidence on where nothing is given."""
    real = [_real(row) for row in truth]
    shown = [_shown(row) for row in found] if shown is None else shown
    if not any(len(row) for row in real):
        return {}
    precise = average_precision(real, found, len(target.classes))
    hits, misses, alarms = (
        sum(each) for each in zip(*(_counts(a, b) for a, b in zip(real, shown, strict=True)), strict=True)
    )
    return {
        "map_50_95": precise.map_50_95,
        "map_50": precise.map_50,
        "precision": hits / max(hits + alarms, 1),
        "recall": hits / max(hits + misses, 1),
        "f1": _f1(hits, misses, alarms),
    }


def _counts(real: np.ndarray, found: np.ndarray) -> tuple[int, int, int]:
    """Hits, misses and false alarms."""
    pairs = matched(real, found, _HIT)
    return pairs.hits, pairs.misses, pairs.false_alarms


def _f1(hits: int, misses: int, alarms: int) -> float:
    return 1.0 if not hits + misses + alarms else 2 * hits / (2 * hits + misses + alarms)


TASK = Detection()
