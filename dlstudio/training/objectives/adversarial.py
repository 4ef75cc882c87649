"""Loss and metrics of two players. Truth: (batch, ...) real samples; prediction: (batch, values + 2), made samples and
the logits of the real and of the made one (:mod:`dlstudio.tasks.adversarial`).
"""

from __future__ import annotations

from typing import Any

import keras
from keras import ops


class AdversarialLoss(keras.losses.Loss):  # type: ignore[misc]
    """Binary cross-entropy of both verdicts: the real sample is 1, the made one 0 (Goodfellow et al. 2014)."""

    def __init__(
        self, name: str = "adversarial_loss", reduction: str = "sum_over_batch_size", dtype: Any = None
    ) -> None:
        super().__init__(name=name, reduction=reduction, dtype=dtype)

    def call(self, y_true: Any, y_pred: Any) -> Any:
        return ops.softplus(-y_pred[:, -2]) + ops.softplus(y_pred[:, -1])


class EnergyDistance(keras.metrics.Metric):  # type: ignore[misc]
    """Mean over batches of the energy distance between what is real and what was made, weighed by their samples.

    Without bias, as in :func:`dlstudio.tasks.two_samples.energy_distance`; a batch of one sample counts nothing.
    """

    def __init__(self, name: str = "energy", dtype: Any = None) -> None:
        super().__init__(name=name, dtype=dtype)
        self.total = self.add_variable(shape=(), initializer="zeros", name="total")
        self.count = self.add_variable(shape=(), initializer="zeros", name="count")

    def update_state(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> None:
        made = ops.cast(y_pred[:, :-2], "float32")
        real = ops.reshape(ops.cast(y_true, "float32"), ops.shape(made))
        samples = ops.cast(ops.shape(made)[0], "float32")
        pairs = ops.maximum(samples * (samples - 1.0), 1.0)
        between = ops.mean(_distances(real, made))
        others = 1.0 - ops.eye(ops.shape(made)[0])  # rounding leaves a sample a little apart from itself
        within = ops.sum(others * (_distances(real, real) + _distances(made, made))) / pairs
        counted = ops.where(samples > 1.0, samples, 0.0)
        self.total.assign_add(counted * (2.0 * between - within))
        self.count.assign_add(counted)

    def result(self) -> Any:
        return self.total / ops.maximum(self.count, 1.0)


class RightVerdicts(keras.metrics.MeanMetricWrapper):  # type: ignore[misc]
    """Share of the samples, real and made, that the discriminator takes for what they are."""

    def __init__(self, name: str = "verdicts", dtype: Any = None) -> None:
        super().__init__(_right_verdicts, name=name, dtype=dtype)


def _right_verdicts(_y_true: Any, y_pred: Any) -> Any:
    return (ops.cast(y_pred[:, -2] > 0.0, "float32") + ops.cast(y_pred[:, -1] < 0.0, "float32")) / 2.0


def _distances(first: Any, second: Any) -> Any:
    """Root mean squared difference of each pair, (first, second)."""
    squares = ops.sum(first * first, axis=1)[:, None] + ops.sum(second * second, axis=1)[None]
    squares = ops.maximum(squares - 2.0 * ops.matmul(first, ops.transpose(second)), 0.0)
    return ops.sqrt(squares / ops.cast(ops.shape(first)[1], "float32"))
