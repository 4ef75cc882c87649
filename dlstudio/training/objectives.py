"""Losses and metrics that Keras does not have, written in ``keras.ops`` so that they run on every backend.

Tasks name them as ``dlstudio.<Class>``. Where a target is padded, its places of padding hold ``IGNORED``.
"""

from __future__ import annotations

from typing import Any

import keras
from keras import ops

from dlstudio.training.mask_objectives import DiceAndCrossEntropy, MaskedDice

IGNORED = -1


class MaskedAccuracy(keras.metrics.MeanMetricWrapper):  # type: ignore[misc]
    """Share of the places with the right class, among those that are not ``IGNORED``.

    Truth: int (batch, places...); prediction: (batch, places..., classes).
    """

    def __init__(self, name: str = "accuracy", dtype: Any = None) -> None:
        super().__init__(_masked_accuracy, name=name, dtype=dtype)

    def update_state(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> Any:
        known = ops.cast(ops.not_equal(ops.cast(y_true, "int32"), IGNORED), "float32")
        if sample_weight is not None:
            weights = ops.cast(sample_weight, "float32")
            known = known * ops.reshape(weights, (*weights.shape, *([1] * (len(known.shape) - len(weights.shape)))))
        return super().update_state(y_true, y_pred, known)


def _masked_accuracy(y_true: Any, y_pred: Any) -> Any:
    return ops.cast(ops.equal(ops.cast(y_true, "int32"), ops.cast(ops.argmax(y_pred, axis=-1), "int32")), "float32")


OBJECTIVES: dict[str, type[Any]] = {
    "DiceAndCrossEntropy": DiceAndCrossEntropy,
    "MaskedAccuracy": MaskedAccuracy,
    "MaskedDice": MaskedDice,
}
"""By the name after ``dlstudio.``."""
