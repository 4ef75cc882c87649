"""One class out of several: from images, text, numbers or a series over time."""

from __future__ import annotations

from typing import Any

import numpy as np

from dlstudio.graph.columns import ColumnSpec
from dlstudio.tasks.calibration import reliability
from dlstudio.tasks.confusion import confusion_matrix, macro_f1
from dlstudio.tasks.overlap import class_measures, overlap

NAME = "classification"
_LISTED_CLASSES = 5  # more of them are in the table of the Inspect page only
_SMALLEST = 1e-7  # Keras clips probabilities here too, so that the losses agree


class Classification:
    """Class indices as truth, one output a class, cross-entropy."""

    name = NAME
    title = "Classification"
    monitor = "val_loss"
    baseline_title = "always the commonest class"

    def suits(self, target: ColumnSpec) -> bool:
        """Any category."""
        return target.kind == "category"

    def units(self, target: ColumnSpec) -> int:
        """One a class."""
        return len(target.classes)

    def output_shape(self, target: ColumnSpec) -> tuple[int | None, ...]:
        """One vector."""
        return (self.units(target),)

    def loss(self, target: ColumnSpec, probabilities: bool) -> dict[str, Any]:
        """Cross-entropy of class indices; from logits where there is no softmax, which is the more exact."""
        return {"type": "keras.losses.SparseCategoricalCrossentropy", "settings": {"from_logits": not probabilities}}

    def metrics(self, target: ColumnSpec, probabilities: bool) -> list[dict[str, Any]]:
        """Accuracy; the largest logit is the largest probability."""
        return [{"type": "keras.metrics.SparseCategoricalAccuracy", "name": "accuracy", "settings": {}}]

    def scores(self, outputs: np.ndarray, target: ColumnSpec, probabilities: bool) -> np.ndarray:
        """Probabilities by class, (samples, classes), float64."""
        values = np.asarray(outputs, np.float64)
        if probabilities:
            return values
        exponentials = np.exp(values - values.max(axis=-1, keepdims=True))
        return np.asarray(exponentials / exponentials.sum(axis=-1, keepdims=True))

    def predictions(self, outputs: np.ndarray, target: ColumnSpec, probabilities: bool) -> list[dict[str, Any]]:
        """``{"label", "confidence", "scores": {class: probability}}``, the scores in class order."""
        found = []
        for row in self.scores(outputs, target, probabilities):
            best = int(row.argmax())
            scores = {name: float(value) for name, value in zip(target.classes, row, strict=True)}
            found.append({"label": target.classes[best], "confidence": float(row[best]), "scores": scores})
        return found

    def evaluate(
        self, truth: np.ndarray, outputs: np.ndarray, target: ColumnSpec, probabilities: bool
    ) -> dict[str, float]:
        """``loss``, ``accuracy``, ``macro_f1``, ``calibration_error``; ``top_5_accuracy`` of more than five classes.

        Of up to five classes also ``sensitivity_<class>`` and ``specificity_<class>`` of each, one against all others.
        """
        if not len(truth):
            return {}
        chosen = np.asarray(outputs).argmax(axis=-1)
        confidence = self.scores(outputs, target, probabilities).max(axis=-1)
        counts = confusion_matrix(truth, chosen, len(target.classes))
        found = {
            "loss": float(self.sample_losses(truth, outputs, target, probabilities).mean()),
            "accuracy": float((chosen == truth).mean()),
            "macro_f1": macro_f1(counts),
            "calibration_error": reliability(confidence, chosen == truth).error,
        }
        if len(target.classes) > 5:
            best = np.argsort(np.asarray(outputs), axis=-1)[:, -5:]
            found["top_5_accuracy"] = float((best == np.asarray(truth)[:, None]).any(axis=1).mean())
        if len(target.classes) <= _LISTED_CLASSES:
            found |= class_measures(overlap(counts), target.classes)
        return found

    def sample_losses(
        self, truth: np.ndarray, outputs: np.ndarray, target: ColumnSpec, probabilities: bool
    ) -> np.ndarray:
        """Cross-entropy of each sample in nats, (samples,)."""
        scores = self.scores(outputs, target, probabilities)
        right = scores[np.arange(len(truth)), np.asarray(truth, np.int64)]
        return np.asarray(-np.log(np.clip(right, _SMALLEST, 1.0)))

    def baseline(self, train_truth: np.ndarray, test_truth: np.ndarray, target: ColumnSpec) -> dict[str, float]:
        """Always the most frequent class of the training split."""
        if not len(train_truth) or not len(test_truth):
            return {}
        most = int(np.bincount(np.asarray(train_truth, np.int64), minlength=len(target.classes)).argmax())
        chosen = np.full(len(test_truth), most)
        return {
            "accuracy": float((chosen == test_truth).mean()),
            "macro_f1": macro_f1(confusion_matrix(np.asarray(test_truth), chosen, len(target.classes))),
        }


TASK = Classification()
