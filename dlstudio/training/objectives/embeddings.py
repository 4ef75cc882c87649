"""Losses and a metric for embeddings: they compare the samples of a batch with each other.

Truth is int (batch,), class indices; predictions are (batch, values), brought to length 1 here.
"""

from __future__ import annotations

from typing import Any

import keras
from keras import ops

_FAR = 1e9


class SupervisedContrastive(keras.losses.Loss):  # type: ignore[misc]
    """Supervised contrastive loss (Khosla et al. 2020, eq. 2): a sample's own class against all others of the batch.

    A sample without another of its class in the batch costs nothing.
    """

    def __init__(
        self,
        temperature: float = 0.1,
        name: str = "supervised_contrastive",
        reduction: str = "sum_over_batch_size",
        dtype: Any = None,
    ) -> None:
        super().__init__(name=name, reduction=reduction, dtype=dtype)
        self.temperature = temperature

    def call(self, y_true: Any, y_pred: Any) -> Any:
        cosines, alike, others = _compared(y_true, y_pred)
        logits = cosines / self.temperature - _FAR * (1.0 - others)
        shares = logits - ops.logsumexp(logits, axis=1, keepdims=True)
        count = ops.sum(alike, axis=1)
        return -ops.sum(ops.where(alike > 0, shares, ops.zeros_like(shares)), axis=1) / ops.maximum(count, 1.0)

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "temperature": self.temperature}


class HardTriplet(keras.losses.Loss):  # type: ignore[misc]
    """Triplet loss with the hardest of a batch (Schroff et al. 2015; Hermans et al. 2017, *batch hard*).

    For each sample: the distance (1 - cosine) to the farthest of its class must be smaller, by ``margin``, than to the
    nearest of another one. A sample without both costs nothing.
    """

    def __init__(
        self,
        margin: float = 0.2,
        name: str = "hard_triplet",
        reduction: str = "sum_over_batch_size",
        dtype: Any = None,
    ) -> None:
        super().__init__(name=name, reduction=reduction, dtype=dtype)
        self.margin = margin

    def call(self, y_true: Any, y_pred: Any) -> Any:
        cosines, alike, others = _compared(y_true, y_pred)
        different = others - alike
        farthest = ops.max(ops.where(alike > 0, 1.0 - cosines, -_FAR * ops.ones_like(cosines)), axis=1)
        nearest = ops.min(ops.where(different > 0, 1.0 - cosines, _FAR * ops.ones_like(cosines)), axis=1)
        known = ops.logical_and(ops.any(alike > 0, axis=1), ops.any(different > 0, axis=1))
        cost = ops.maximum(farthest - nearest + self.margin, 0.0)
        return ops.where(known, cost, ops.zeros_like(cost))

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "margin": self.margin}


class ArcFace(keras.losses.Loss):  # type: ignore[misc]
    """Cross-entropy of cosines with an additive angular margin for the true class (Deng et al. 2019).

    The last ``classes`` values of a prediction are cosines; what stands before them is left alone. Where the angle and
    the margin together pass half a turn, the cosine falls on as a straight line, as in the authors' code.

    Args:
        classes: How many cosines there are; 0 takes all values as such.
        margin: In radians.
        scale: What the cosines are multiplied by.
    """

    def __init__(
        self,
        classes: int = 0,
        margin: float = 0.3,
        scale: float = 16.0,
        *,
        name: str = "arcface",
        reduction: str = "sum_over_batch_size",
        dtype: Any = None,
    ) -> None:
        super().__init__(name=name, reduction=reduction, dtype=dtype)
        self.classes, self.margin, self.scale = classes, margin, scale

    def call(self, y_true: Any, y_pred: Any) -> Any:
        cosines = ops.clip(y_pred[:, -self.classes :] if self.classes else y_pred, -1.0 + 1e-6, 1.0 - 1e-6)
        truth = ops.one_hot(_indices(y_true), cosines.shape[-1], dtype=cosines.dtype)
        angles = ops.arccos(cosines)
        wide = cosines - self.margin * ops.sin(ops.cast(self.margin, cosines.dtype))
        turned = ops.where(angles + self.margin <= 3.141592653589793, ops.cos(angles + self.margin), wide)
        logits = self.scale * (truth * turned + (1.0 - truth) * cosines)
        return -ops.sum(truth * ops.log_softmax(logits, axis=-1), axis=-1)

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "classes": self.classes, "margin": self.margin, "scale": self.scale}


class PairAUC(keras.metrics.MeanMetricWrapper):  # type: ignore[misc]
    """Area under the ROC curve of each batch's pairs, same against different, as a mean over the samples.

    Computed by ranks (Mann and Whitney 1947); a batch without pairs of both kinds counts as 0.5.

    Args:
        without: How many values at the end of a prediction are no part of the embedding.
    """

    def __init__(self, without: int = 0, name: str = "auc", dtype: Any = None) -> None:
        super().__init__(lambda truth, given: _pair_auc(truth, given[:, : given.shape[-1] - without]), name, dtype)
        self._without = without

    def get_config(self) -> dict[str, Any]:
        return {"name": self.name, "dtype": self.dtype, "without": self._without}


def _pair_auc(y_true: Any, y_pred: Any) -> Any:
    cosines, alike, others = _compared(y_true, y_pred)
    # Every pair stands twice in the matrix, which changes no share. The sample with itself goes to the end.
    order = ops.argsort(ops.reshape(cosines - _FAR * (1.0 - others), (-1,)))
    same = ops.take(ops.reshape(alike, (-1,)), order)
    different = ops.take(ops.reshape(others - alike, (-1,)), order)
    below = ops.cumsum(different)
    counts = ops.sum(same) * ops.sum(different)
    share = ops.sum(same * below) / ops.maximum(counts, 1.0)
    return ops.where(counts > 0, share, 0.5) * ops.ones_like(cosines[:, 0])


def _compared(y_true: Any, y_pred: Any) -> tuple[Any, Any, Any]:
    """Cosines of all pairs (batch, batch), and as 0 or 1: other samples of the same class, other samples at all."""
    units = ops.normalize(ops.cast(y_pred, "float32"), axis=-1)
    cosines = ops.matmul(units, ops.transpose(units))
    classes = _indices(y_true)
    equal = ops.cast(ops.equal(classes[:, None], classes[None, :]), "float32")
    places = ops.cumsum(ops.ones_like(classes))
    others = ops.cast(ops.not_equal(places[:, None], places[None, :]), "float32")
    return cosines, equal * others, others


def _indices(y_true: Any) -> Any:
    return ops.reshape(ops.cast(y_true, "int32"), (-1,))
