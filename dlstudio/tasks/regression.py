"""Regression: one or more numbers a sample.

The network learns standardized numbers. Whoever wants errors in the user's units decodes truth and outputs first; every
method here works on either.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from dlstudio.graph.columns import ColumnSpec
from dlstudio.tasks.task import Array, Floats

NAME = "regression"


class Regression:
    """Mean squared error; the network puts out one value a number."""

    name = NAME
    title = "Regression"
    monitor = "val_loss"

    def suits(self, target: ColumnSpec) -> bool:
        return target.kind == "number"

    def units(self, target: ColumnSpec) -> int:
        return math.prod(target.shape)

    def loss(self, target: ColumnSpec, probabilities: bool) -> dict[str, Any]:
        return {"type": "keras.losses.MeanSquaredError", "settings": {}}

    def metrics(self, target: ColumnSpec, probabilities: bool) -> list[dict[str, Any]]:
        return [{"type": "keras.metrics.MeanAbsoluteError", "settings": {"name": "mae"}}]

    def scores(self, outputs: Array, target: ColumnSpec, probabilities: bool) -> Floats:
        """(n, values): the outputs themselves."""
        return _rows(outputs)

    def predictions(self, outputs: Array, target: ColumnSpec, probabilities: bool) -> list[dict[str, Any]]:
        """``{"value": number}``, or a list of numbers where the target has several."""
        return [{"value": float(row[0]) if len(row) == 1 else row.tolist()} for row in _rows(outputs)]

    def evaluate(self, truth: Array, outputs: Array, target: ColumnSpec, probabilities: bool) -> dict[str, float]:
        """``mae`` and ``rmse`` in the units given, ``r2`` (1 perfect, 0 the mean), ``loss`` (mean squared error)."""
        wanted, found = _rows(truth), _rows(outputs)
        if not len(wanted):
            return {}
        errors = found - wanted
        squares = float((errors**2).mean())
        spread = ((wanted - wanted.mean(axis=0)) ** 2).sum(axis=0)
        parts = 1.0 - (errors**2).sum(axis=0) / np.where(spread > 0, spread, np.nan)
        scores = {"mae": float(np.abs(errors).mean()), "rmse": math.sqrt(squares)}
        if np.isfinite(parts).any():
            scores["r2"] = float(np.nanmean(parts))
        return {**scores, "loss": squares}

    def sample_losses(self, truth: Array, outputs: Array, target: ColumnSpec, probabilities: bool) -> Floats:
        """(n,) squared error, the mean over the numbers of a sample."""
        losses: Floats = ((_rows(outputs) - _rows(truth)) ** 2).mean(axis=-1)
        return losses

    def baseline(self, train_truth: Array, test_truth: Array, target: ColumnSpec) -> dict[str, float]:
        """Always the mean of the training samples."""
        train, test = _rows(train_truth), _rows(test_truth)
        if not len(train) or not len(test):
            return {}
        return self.evaluate(test, np.tile(train.mean(axis=0), (len(test), 1)), target, False)


def _rows(values: Array) -> Floats:
    array = np.asarray(values, np.float64)
    return array.reshape(len(array), -1)


TASK = Regression()
