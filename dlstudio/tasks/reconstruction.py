"""Giving back what was read, through a narrow place: what does not pass it was not learnt."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from dlstudio.graph.columns import RESTORED, ColumnSpec

NAME = "reconstruction"


class Reconstruction:
    """Truth and network (samples, height, width, channels) of images in 0 to 1, or (samples, time, features)."""

    name = NAME
    title = "Reconstruction"
    monitor = "val_loss"
    baseline_title = "always the mean of the training samples"

    def suits(self, target: ColumnSpec) -> bool:
        """Images and series."""
        return target.kind in RESTORED

    def units(self, target: ColumnSpec) -> int:
        """Channels of an image, values a step of a series."""
        return int(target.shape[-1])

    def output_shape(self, target: ColumnSpec) -> tuple[int | None, ...]:
        """That of the target."""
        return tuple(target.shape)

    def loss(self, target: ColumnSpec, probabilities: bool) -> dict[str, Any]:
        """Mean squared error: of images in shares of full brightness, of series in standardized units."""
        return {"type": "keras.losses.MeanSquaredError", "settings": {}}

    def metrics(self, target: ColumnSpec, probabilities: bool) -> list[dict[str, Any]]:
        """Both errors alone: the loss may hold penalties beside."""
        return [
            {"type": "keras.metrics.MeanSquaredError", "name": "mse", "settings": {}},
            {"type": "keras.metrics.MeanAbsoluteError", "name": "mae", "settings": {}},
        ]

    def scores(self, outputs: np.ndarray, target: ColumnSpec, probabilities: bool) -> np.ndarray:
        """What the network gives, (samples, ...) float32; images cut off at black and white."""
        found = np.asarray(outputs, np.float32).reshape(len(outputs), *target.shape)
        return np.clip(found, 0.0, 1.0) if target.kind == "image" and target.shape[-1] in (1, 3) else found

    def predictions(self, outputs: np.ndarray, target: ColumnSpec, probabilities: bool) -> list[dict[str, Any]]:
        """``{"reconstruction": nested lists of target.shape}``."""
        values = np.round(np.asarray(outputs, np.float64).reshape(len(outputs), *target.shape), 6)
        return [{"reconstruction": value.tolist()} for value in values]

    def evaluate(
        self, truth: np.ndarray, outputs: np.ndarray, target: ColumnSpec, probabilities: bool
    ) -> dict[str, float]:
        """``mse`` and ``mae`` over all values of all samples, in encoded units: brightness 0 to 1, or standardized."""
        if not len(truth):
            return {}
        squares, absolutes = 0.0, 0.0
        for real, given in zip(truth, outputs, strict=True):  # sample by sample, so that no second copy is made
            miss = np.asarray(real, np.float64) - np.asarray(given, np.float64).reshape(real.shape)
            squares += float(np.mean(miss * miss))
            absolutes += float(np.mean(np.abs(miss)))
        return {"mse": squares / len(truth), "mae": absolutes / len(truth)}

    def sample_losses(
        self, truth: np.ndarray, outputs: np.ndarray, target: ColumnSpec, probabilities: bool
    ) -> np.ndarray:
        """Mean squared error of each sample, (samples,) float64."""
        return sample_errors(truth, outputs)

    def beside_input(self, prediction: Mapping[str, Any], read: np.ndarray, given: np.ndarray) -> dict[str, Any]:
        """The prediction with ``error``, the mean squared error of the one sample."""
        return {"error": float(sample_errors(read[np.newaxis], given[np.newaxis])[0]), **prediction}

    def baseline(self, train_truth: np.ndarray, test_truth: np.ndarray, target: ColumnSpec) -> dict[str, float]:
        """The mean picture or series of the training split for every sample."""
        if not len(train_truth) or not len(test_truth):
            return {}
        mean = np.mean(train_truth, axis=0, dtype=np.float64)
        return self.evaluate(test_truth, np.broadcast_to(mean, test_truth.shape), target, False)


def sample_errors(truth: np.ndarray, outputs: np.ndarray) -> np.ndarray:
    """Mean squared error of each sample, (samples,) float64; both (samples, ...)."""
    found = np.zeros(len(truth))
    for place, (real, given) in enumerate(zip(truth, outputs, strict=True)):
        miss = np.asarray(real, np.float64) - np.asarray(given, np.float64).reshape(real.shape)
        found[place] = np.mean(miss * miss)
    return found


TASK = Reconstruction()
