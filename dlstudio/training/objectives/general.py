"""Losses and metrics that Keras does not have, written in ``keras.ops`` so that they run on every backend.

Tasks name them as ``dlstudio.<Class>``. Where a target is padded, its places of padding hold ``IGNORED``.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import keras
from keras import ops

from dlstudio.training.objectives.adversarial import AdversarialLoss, EnergyDistance, RightVerdicts
from dlstudio.training.objectives.boxes import BoxOverlap, DetectionLoss
from dlstudio.training.objectives.embeddings import ArcFace, HardTriplet, PairAUC, SupervisedContrastive
from dlstudio.training.objectives.masks import DiceAndCrossEntropy, MaskedDice
from dlstudio.training.objectives.spans import SpanCrossEntropy, SpanOverlap

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


class SmoothedCrossEntropy(keras.losses.Loss):  # type: ignore[misc]
    """Cross-entropy against a truth of which a share is spread over all classes alike (Szegedy et al. 2016, section 7).

    Truth: int (batch, places...); prediction: (batch, places..., classes).

    Args:
        smoothing: The share, from 0 to below 1.
        from_logits: Whether the prediction is logits rather than probabilities.
        ignore_class: Places with this truth count nothing; None: all count.
    """

    def __init__(
        self,
        smoothing: float = 0.1,
        from_logits: bool = False,
        ignore_class: int | None = None,
        *,
        name: str = "smoothed_cross_entropy",
        reduction: str = "sum_over_batch_size",
        dtype: Any = None,
    ) -> None:
        super().__init__(name=name, reduction=reduction, dtype=dtype)
        self.smoothing = smoothing
        self.from_logits = from_logits
        self.ignore_class = ignore_class

    def call(self, y_true: Any, y_pred: Any) -> Any:
        truth, scores = ops.cast(y_true, "int32"), ops.convert_to_tensor(y_pred)
        if len(truth.shape) == len(scores.shape):
            truth = ops.squeeze(truth, axis=-1)
        if self.from_logits:
            logs = ops.log_softmax(scores, axis=-1)
        else:
            least = keras.config.epsilon()
            logs = ops.log(ops.clip(scores / ops.sum(scores, axis=-1, keepdims=True), least, 1.0 - least))
        classes = scores.shape[-1]
        right = ops.sum(ops.one_hot(truth, classes, dtype=logs.dtype) * logs, axis=-1)
        losses = -(1.0 - self.smoothing) * right - self.smoothing * ops.mean(logs, axis=-1)
        if self.ignore_class is None:
            return losses
        known = ops.cast(ops.not_equal(truth, self.ignore_class), losses.dtype)
        # The mean over all places then is the mean over those that count, as with Keras' own cross-entropy.
        return losses * known / ops.maximum(ops.mean(known), 1e-12)

    def get_config(self) -> dict[str, Any]:
        own = {"smoothing": self.smoothing, "from_logits": self.from_logits, "ignore_class": self.ignore_class}
        return {**super().get_config(), **own}


class QuantileLoss(keras.losses.Loss):  # type: ignore[misc]
    """Mean pinball loss of several quantiles over a horizon (Koenker and Bassett 1978, *Regression Quantiles*).

    Truth: float (batch, horizon, any), of which the first value counts and NaN is left out; prediction: (batch,
    horizon, quantiles).
    """

    def __init__(
        self,
        quantiles: Sequence[float] = (0.1, 0.5, 0.9),
        name: str = "quantile_loss",
        reduction: str = "sum_over_batch_size",
        dtype: Any = None,
    ) -> None:
        super().__init__(name=name, reduction=reduction, dtype=dtype)
        self.quantiles = tuple(quantiles)

    def call(self, y_true: Any, y_pred: Any) -> Any:
        truth, known, share = _known_truth(y_true)
        shares = ops.convert_to_tensor(self.quantiles, dtype=y_pred.dtype)
        error = truth - y_pred
        pinball = ops.maximum(shares * error, (shares - 1.0) * error)
        return ops.mean(known * pinball, axis=(1, 2)) / share

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "quantiles": list(self.quantiles)}


class ForecastError(keras.metrics.MeanMetricWrapper):  # type: ignore[misc]
    """Mean absolute error of the middle quantile; truth and prediction as in :class:`QuantileLoss`."""

    def __init__(self, name: str = "mae", dtype: Any = None) -> None:
        super().__init__(_forecast_error, name=name, dtype=dtype)


def _forecast_error(y_true: Any, y_pred: Any) -> Any:
    truth, known, share = _known_truth(y_true)
    middle = y_pred.shape[-1] // 2
    return ops.mean(known * ops.abs(truth - y_pred[..., middle : middle + 1]), axis=(1, 2)) / share


def _known_truth(y_true: Any) -> tuple[Any, Any, Any]:
    """The truth (batch, horizon, 1) with 0 where it is unknown, 1 where it is known, and the known share (batch,)."""
    truth = y_true[..., :1]
    unknown = ops.isnan(truth)
    known = 1.0 - ops.cast(unknown, truth.dtype)
    share = ops.maximum(ops.mean(known, axis=(1, 2)), 1e-6)
    return ops.where(unknown, ops.zeros_like(truth), truth), known, share


OBJECTIVES: dict[str, type[Any]] = {
    "AdversarialLoss": AdversarialLoss,
    "BoxOverlap": BoxOverlap,
    "DetectionLoss": DetectionLoss,
    "ArcFace": ArcFace,
    "DiceAndCrossEntropy": DiceAndCrossEntropy,
    "EnergyDistance": EnergyDistance,
    "ForecastError": ForecastError,
    "HardTriplet": HardTriplet,
    "MaskedAccuracy": MaskedAccuracy,
    "MaskedDice": MaskedDice,
    "PairAUC": PairAUC,
    "QuantileLoss": QuantileLoss,
    "SmoothedCrossEntropy": SmoothedCrossEntropy,
    "RightVerdicts": RightVerdicts,
    "SpanCrossEntropy": SpanCrossEntropy,
    "SpanOverlap": SpanOverlap,
    "SupervisedContrastive": SupervisedContrastive,
}
"""By the name after ``dlstudio.``."""
