"""One or more numbers: from images, text, numbers or a series over time."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from dlstudio.graph.columns import ColumnSpec

NAME = "regression"


class Regression:
    """Numbers as truth, one output a number, squared error."""

    name = NAME
    title = "Regression"
    monitor = "val_loss"
    baseline_title = "always the mean"

    def suits(self, target: ColumnSpec) -> bool:
        """A number, or several in one column."""
        return target.kind == "number"

    def units(self, target: ColumnSpec) -> int:
        """One a number."""
        return math.prod(target.shape)

    def output_shape(self, target: ColumnSpec) -> tuple[int | None, ...]:
        """One vector."""
        return (self.units(target),)

    def loss(self, target: ColumnSpec, probabilities: bool) -> dict[str, Any]:
        """Mean squared error, in standardized units where the column is normalized."""
        return {"type": "keras.losses.MeanSquaredError", "settings": {}}

    def metrics(self, target: ColumnSpec, probabilities: bool) -> list[dict[str, Any]]:
        """Mean absolute error, in the same units as the loss."""
        return [{"type": "keras.metrics.MeanAbsoluteError", "name": "mae", "settings": {}}]

    def scores(self, outputs: np.ndarray, target: ColumnSpec, probabilities: bool) -> np.ndarray:
        """The values as they are, (samples, values), float64."""
        return np.asarray(outputs, np.float64).reshape(len(outputs), -1)

    def predictions(self, outputs: np.ndarray, target: ColumnSpec, probabilities: bool) -> list[dict[str, Any]]:
        """``{"value": number}``, or a list of numbers where the column has several."""
        rows = self.scores(outputs, target, probabilities)
        return [{"value": float(row[0]) if len(row) == 1 else [float(v) for v in row]} for row in rows]

    def evaluate(
        self, truth: np.ndarray, outputs: np.ndarray, target: ColumnSpec, probabilities: bool
    ) -> dict[str, float]:
        """``mae``, ``rmse`` in the units given; ``r2``, the share of the variance explained (absent where it is 0)."""
        if not len(truth):
            return {}
        real = np.asarray(truth, np.float64).reshape(len(truth), -1)
        errors = self.scores(outputs, target, probabilities) - real
        found = {"mae": float(np.abs(errors).mean()), "rmse": float(np.sqrt((errors**2).mean()))}
        spread = float(((real - real.mean(axis=0)) ** 2).sum())
        if spread > 0:
            found["r2"] = 1.0 - float((errors**2).sum()) / spread
        return found

    def sample_losses(
        self, truth: np.ndarray, outputs: np.ndarray, target: ColumnSpec, probabilities: bool
    ) -> np.ndarray:
        """Mean squared error of each sample, (samples,)."""
        real = np.asarray(truth, np.float64).reshape(len(truth), -1)
        return np.asarray(((self.scores(outputs, target, probabilities) - real) ** 2).mean(axis=1))

    def baseline(self, train_truth: np.ndarray, test_truth: np.ndarray, target: ColumnSpec) -> dict[str, float]:
        """Always the mean of the training split."""
        if not len(train_truth) or not len(test_truth):
            return {}
        mean = np.asarray(train_truth, np.float64).reshape(len(train_truth), -1).mean(axis=0)
        return self.evaluate(test_truth, np.tile(mean, (len(test_truth), 1)), target, False)


TASK = Regression()
