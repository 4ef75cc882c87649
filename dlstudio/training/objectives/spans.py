"""Loss and metric of spans: where an answer begins and where it ends, in ``keras.ops`` for all backends.

Truth: int (batch, 3), first place, last place (both -1 where nothing is to be learnt) and how many places there are;
prediction: (batch, places, 2), a score of each place to be the first and to be the last one.
"""

from __future__ import annotations

from typing import Any

import keras
from keras import ops

_SMALL = 1e-7
_NEVER = -1e9


class SpanCrossEntropy(keras.losses.Loss):  # type: ignore[misc]
    """The mean of two cross-entropies over the places: that of the first and that of the last one.

    Padding takes no part: its places get no share of the probability.

    Args:
        from_logits: Whether the prediction still has to go through a softmax over the places.
    """

    def __init__(self, from_logits: bool = True, name: str = "span_cross_entropy", **more: Any) -> None:
        super().__init__(name=name, **more)
        self.from_logits = from_logits

    def __call__(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> Any:
        """The loss of a batch. A mask over the places is taken off: the truth says which of them count."""
        return super().__call__(y_true, ops.multiply(y_pred, 1), sample_weight)

    def call(self, y_true: Any, y_pred: Any) -> Any:
        """One value a sample, (batch,), float32, in nats; 0 where nothing is to be learnt."""
        truth, y_pred = ops.cast(y_true, "int32"), ops.cast(y_pred, "float32")
        there = _there(truth, y_pred)
        if self.from_logits:
            logs = ops.log_softmax(ops.where(there, y_pred, _NEVER), axis=1)
        else:
            chances = ops.where(there, ops.clip(y_pred, _SMALL, 1.0), 0.0)
            logs = ops.log(ops.maximum(chances / ops.sum(chances, axis=1, keepdims=True), _SMALL))
        wanted = ops.one_hot(ops.maximum(truth[:, :2], 0), y_pred.shape[1], axis=1, dtype="float32")
        known = ops.cast(truth[:, 0] >= 0, "float32")
        return -0.5 * known * ops.sum(wanted * logs, axis=(1, 2))

    def get_config(self) -> dict[str, Any]:
        """Its arguments."""
        return {**super().get_config(), "from_logits": self.from_logits}


class SpanOverlap(keras.metrics.MeanMetricWrapper):  # type: ignore[misc]
    """F1 of the places from the likeliest first to the likeliest last one, against those of the true span."""

    def __init__(self, name: str = "span_f1", dtype: Any = None) -> None:
        super().__init__(_overlap, name=name, dtype=dtype)

    def update_state(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> Any:
        """Takes a batch in; a mask over the places is taken off, as in the loss."""
        return super().update_state(y_true, ops.multiply(y_pred, 1), sample_weight)


def _overlap(y_true: Any, y_pred: Any) -> Any:
    truth, y_pred = ops.cast(y_true, "int32"), ops.cast(y_pred, "float32")
    best = ops.cast(ops.argmax(ops.where(_there(truth, y_pred), y_pred, _NEVER), axis=1), "int32")
    first, last = best[:, 0], best[:, 1]
    both = ops.minimum(last, truth[:, 1]) - ops.maximum(first, truth[:, 0]) + 1
    sizes = ops.maximum(last - first + 1, 0) + truth[:, 1] - truth[:, 0] + 1
    known = ops.cast(truth[:, 0] >= 0, "float32")
    return known * 2.0 * ops.cast(ops.maximum(both, 0), "float32") / ops.cast(ops.maximum(sizes, 1), "float32")


def _there(truth: Any, y_pred: Any) -> Any:
    """Which places are words, bool (batch, places, 1)."""
    places = ops.arange(y_pred.shape[1], dtype="int32")
    return (places[None, :] < ops.maximum(truth[:, 2:3], 1))[:, :, None]
