"""A class for each pixel of an image, or each voxel of a volume: semantic segmentation, also of medical images."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from dlstudio.graph.columns import ColumnSpec
from dlstudio.tasks.overlap import class_measures, mean_known, overlap, summed_counts
from dlstudio.tasks.pixel_classifier import PixelClassifier

NAME = "segmentation"
_SMALLEST = 1e-7
_LISTED_CLASSES = 12  # more of them are in the table of the Inspect page only


class Segmentation:
    """Class indices a pixel as truth, one output a class and pixel; cross-entropy and Dice together as loss."""

    name = NAME
    title = "Segmentation"
    monitor = "val_loss"
    baseline_title = "always the commonest class"
    learned_baseline_title = "logistic regression on single pixels"

    def suits(self, target: ColumnSpec) -> bool:
        """Any mask."""
        return target.kind == "mask"

    def units(self, target: ColumnSpec) -> int:
        """One a class."""
        return len(target.classes)

    def output_shape(self, target: ColumnSpec) -> tuple[int | None, ...]:
        """One vector a pixel: (height, width, classes)."""
        return (*target.shape, self.units(target))

    def loss(self, target: ColumnSpec, probabilities: bool) -> dict[str, Any]:
        """Cross-entropy plus Dice loss, so that small classes count as much as large ones."""
        return {"type": "dlstudio.DiceAndCrossEntropy", "settings": {"from_logits": not probabilities}}

    def metrics(self, target: ColumnSpec, probabilities: bool) -> list[dict[str, Any]]:
        """Share of the labelled pixels that are right, and the mean Dice of the classes in each image."""
        return [
            {"type": "dlstudio.MaskedAccuracy", "name": "accuracy", "settings": {}},
            {"type": "dlstudio.MaskedDice", "name": "dice", "settings": {}},
        ]

    def scores(self, outputs: np.ndarray, target: ColumnSpec, probabilities: bool) -> np.ndarray:
        """Probabilities (samples, height, width, classes), float32."""
        values = np.asarray(outputs, np.float32)
        if probabilities:
            return values
        exponentials = np.exp(values - values.max(axis=-1, keepdims=True))
        return np.asarray(exponentials / exponentials.sum(axis=-1, keepdims=True))

    def predictions(self, outputs: np.ndarray, target: ColumnSpec, probabilities: bool) -> list[dict[str, Any]]:
        """``{"label", "confidence", "scores", "classes", "mask"}`` a sample.

        ``scores`` are shares of the area by class, ``label`` the largest, ``confidence`` the mean probability of the
        chosen classes, ``mask`` class indices as lists of rows.
        """
        found = []
        for output in outputs:
            scores = self.scores(output[np.newaxis], target, probabilities)[0]
            chosen = scores.argmax(axis=-1)
            shares = np.bincount(chosen.reshape(-1), minlength=len(target.classes)) / chosen.size
            found.append(
                {
                    "label": target.classes[int(shares.argmax())],
                    "confidence": float(scores.max(axis=-1).mean()),
                    "scores": {name: float(share) for name, share in zip(target.classes, shares, strict=True)},
                    "classes": list(target.classes),
                    "mask": chosen.tolist(),
                }
            )
        return found

    def evaluate(
        self, truth: np.ndarray, outputs: np.ndarray, target: ColumnSpec, probabilities: bool
    ) -> dict[str, float]:
        """``mean_iou``, ``mean_dice``, ``accuracy`` over all pixels of the split, and of each class
        ``dice_<class>``, ``sensitivity_<class>`` and ``specificity_<class>``.

        Of two classes, ``sensitivity`` and ``specificity`` of the second. Means are over the classes that are in truth
        or prediction; unlabelled pixels count nowhere.
        """
        if not len(truth):
            return {}
        pairs = ((real, output.argmax(axis=-1)) for real, output in zip(truth, outputs, strict=True))
        return {
            **_measures(summed_counts(pairs, len(target.classes)), target),
            "loss": float(self.sample_losses(truth, outputs, target, probabilities).mean()),
        }

    def sample_losses(
        self, truth: np.ndarray, outputs: np.ndarray, target: ColumnSpec, probabilities: bool
    ) -> np.ndarray:
        """Mean cross-entropy of each image's labelled pixels in nats, (samples,); 0 where nothing is labelled."""
        losses = np.zeros(len(truth))
        for place, (real, output) in enumerate(zip(truth, outputs, strict=True)):
            known = real >= 0
            if known.any():
                scores = self.scores(output[np.newaxis], target, probabilities)[0]
                right = np.take_along_axis(scores, np.maximum(real, 0)[..., np.newaxis], axis=-1)[..., 0]
                losses[place] = -np.log(np.clip(right[known], _SMALLEST, 1.0)).mean()
        return losses

    def baseline(self, train_truth: np.ndarray, test_truth: np.ndarray, target: ColumnSpec) -> dict[str, float]:
        """Always the class with the most pixels in the training split."""
        known = train_truth[train_truth >= 0]
        if not len(known) or not len(test_truth):
            return {}
        most = int(np.bincount(known, minlength=len(target.classes)).argmax())
        pairs = ((real, np.full_like(real, most)) for real in test_truth)
        found = _measures(summed_counts(pairs, len(target.classes)), target)
        # Of one and the same answer, sensitivity and specificity of a class are 0 and 1, or 1 and 0: they tell nothing.
        return {name: value for name, value in found.items() if not name.startswith(("sensitivity_", "specificity_"))}

    def learned_baseline(
        self, train: tuple[np.ndarray, np.ndarray], test: tuple[np.ndarray, np.ndarray], target: ColumnSpec
    ) -> dict[str, float]:
        """A classifier of single pixels, fitted on the training split.

        Args:
            train, test: Encoded input (n, ..., bands) and truth (n, ...) of a split.
            target: The target column.
        """
        (images, masks), (asked, truth) = train, test
        if images.shape[:-1] != masks.shape or not (masks >= 0).any() or not len(truth):
            return {}
        classify: Callable[[np.ndarray], np.ndarray] = PixelClassifier(len(target.classes)).fit(images, masks).predict
        pairs = ((real, classify(image)) for image, real in zip(asked, truth, strict=True))
        return _measures(summed_counts(pairs, len(target.classes)), target)


def _measures(counts: np.ndarray, target: ColumnSpec) -> dict[str, float]:
    found = overlap(counts)
    values = {"mean_iou": mean_known(found.iou), "mean_dice": mean_known(found.dice), "accuracy": found.accuracy}
    if len(target.classes) == 2:
        values |= {"sensitivity": float(found.sensitivity[1]), "specificity": float(found.specificity[1])}
    if len(target.classes) <= _LISTED_CLASSES:
        values |= {f"dice_{name}": float(each) for name, each in zip(target.classes, found.dice, strict=True)}
        values |= class_measures(found, target.classes)
    return {name: value for name, value in values.items() if not np.isnan(value)}


TASK = Segmentation()
