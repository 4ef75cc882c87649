"""Classification: one class a sample, whatever the network reads (images, texts, series, numbers)."""

from __future__ import annotations

from typing import Any

import numpy as np

from dlstudio.graph.columns import ColumnSpec
from dlstudio.tasks.confusion import class_scores, confusion_counts
from dlstudio.tasks.task import Array, Floats

NAME = "classification"
_SMALLEST = 1e-7  # as Keras clips probabilities
_TOP = 5
_TOP_FROM = 11  # classes; among fewer, one of five is no achievement


class Classification:
    """Cross-entropy over classes; the network puts out one value a class."""

    name = NAME
    title = "Classification"
    monitor = "val_loss"

    def suits(self, target: ColumnSpec) -> bool:
        return target.kind == "category"

    def units(self, target: ColumnSpec) -> int:
        return len(target.classes)

    def loss(self, target: ColumnSpec, probabilities: bool) -> dict[str, Any]:
        return {
            "type": "keras.losses.SparseCategoricalCrossentropy",
            "settings": {"from_logits": not probabilities},
        }

    def metrics(self, target: ColumnSpec, probabilities: bool) -> list[dict[str, Any]]:
        return [{"type": "keras.metrics.SparseCategoricalAccuracy", "settings": {"name": "accuracy"}}]

    def scores(self, outputs: Array, target: ColumnSpec, probabilities: bool) -> Floats:
        """(n, classes) probabilities that add up to 1."""
        values = np.asarray(outputs, np.float64)
        if not probabilities:
            values = np.exp(values - values.max(axis=-1, keepdims=True))
        total = values.sum(axis=-1, keepdims=True)
        found: Floats = values / np.where(total > 0, total, 1.0)
        return found

    def predictions(self, outputs: Array, target: ColumnSpec, probabilities: bool) -> list[dict[str, Any]]:
        """``{"label", "confidence", "scores": {class: probability}}``, the likeliest class first."""
        found = []
        for row in self.scores(outputs, target, probabilities):
            order = np.argsort(-row, kind="stable")
            found.append(
                {
                    "label": target.classes[order[0]],
                    "confidence": float(row[order[0]]),
                    "scores": {target.classes[index]: float(row[index]) for index in order.tolist()},
                }
            )
        return found

    def evaluate(self, truth: Array, outputs: Array, target: ColumnSpec, probabilities: bool) -> dict[str, float]:
        """``accuracy``, ``macro_f1`` (of classes that occur), ``loss``, and from 11 classes ``top_5_accuracy``."""
        truth = _indices(truth)
        if not len(truth):
            return {}
        scores = self.scores(outputs, target, probabilities)
        predicted = scores.argmax(axis=-1)
        found = {"accuracy": float((predicted == truth).mean())}
        each = class_scores(confusion_counts(truth, predicted, len(target.classes)), target.classes)
        present = [score for score in each if score.support]
        found["macro_f1"] = float(np.mean([score.f1 for score in present]))
        found["loss"] = float(self.sample_losses(truth, outputs, target, probabilities).mean())
        if len(target.classes) >= _TOP_FROM:
            better = (scores > scores[np.arange(len(truth)), truth][:, np.newaxis]).sum(axis=-1)
            found["top_5_accuracy"] = float((better < _TOP).mean())
        return found

    def sample_losses(self, truth: Array, outputs: Array, target: ColumnSpec, probabilities: bool) -> Floats:
        """(n,) cross-entropy in nats."""
        truth = _indices(truth)
        rows = np.arange(len(truth))
        values = np.asarray(outputs, np.float64)
        if probabilities:
            return -np.log(np.clip(self.scores(values, target, True)[rows, truth], _SMALLEST, 1.0))
        top = values.max(axis=-1)
        losses: Floats = top + np.log(np.exp(values - top[:, np.newaxis]).sum(axis=-1)) - values[rows, truth]
        return losses

    def baseline(self, train_truth: Array, test_truth: Array, target: ColumnSpec) -> dict[str, float]:
        """Always the class that is the most frequent in training, with the classes' shares as probabilities."""
        train, test = _indices(train_truth), _indices(test_truth)
        if not len(train) or not len(test):
            return {}
        counts = np.bincount(train, minlength=len(target.classes)).astype(np.float64)
        shares = np.clip(counts / counts.sum(), _SMALLEST, 1.0)
        return self.evaluate(test, np.tile(shares, (len(test), 1)), target, True)


def _indices(truth: Array) -> Array:
    return np.asarray(truth).reshape(len(truth)).astype(np.int64)


TASK = Classification()
