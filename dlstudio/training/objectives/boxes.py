"""Loss and metric of detectors without anchors, in ``keras.ops`` for all backends.

Truth: float (batch, boxes, 5): class, left, top, right, bottom in pixels of the encoded image, -1 for no box.
Prediction: (batch, places, classes + 4) as :mod:`dlstudio.tasks.box_grids` says.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import keras
import numpy as np
from keras import ops

from dlstudio.tasks.box_grids import COORDINATES, LARGEST_LOG, places

_SMALL = 1e-7
_RADIUS = 1.5
_LOW, _HIGH = 2.0, 6.0
_FAR = 1e12


@dataclass(frozen=True)
class _Assigned:
    """What each place has to find: all (batch, places, ...), float32.

    Attributes:
        found: 1 where there is a box to be found, else 0; (batch, places).
        label: Index of its class; (batch, places).
        box: Its edges; (batch, places, 4).
    """

    found: Any
    label: Any
    box: Any


class _Grid:
    """The places of the grids, and which box each of them is to find."""

    def __init__(self, size: Sequence[int], strides: Sequence[int]) -> None:
        where = places(size, strides)
        low = np.where(where[:, 2] == min(strides), 0.0, _LOW * where[:, 2])
        high = np.where(where[:, 2] == max(strides), _FAR, _HIGH * where[:, 2])
        self.where = where[np.newaxis]
        self._range = np.stack([low, high], axis=1).astype(np.float32)[np.newaxis, :, np.newaxis]

    def boxes(self, prediction: Any) -> Any:
        """Predicted edges in pixels, (batch, places, 4)."""
        where = ops.convert_to_tensor(self.where)
        values = prediction[..., -COORDINATES:]
        step = where[..., 2:]
        centre = where[..., :2] + values[..., :2] * step
        half = ops.exp(ops.clip(values[..., 2:], -LARGEST_LOG, LARGEST_LOG)) * step / 2.0
        return ops.concatenate([centre - half, centre + half], axis=-1)

    def assign(self, truth: Any) -> _Assigned:
        """Places near the middle of a box on the grids of its size find it; the smallest where there are several.

        A place is near where it lies within the box and within 1.5 steps of its middle (centre sampling, Tian et al.
        2019), or the middle lies in its cell. A grid is for boxes whose longer side is 2 to 6 of its steps, so that
        neighbours share those between; the finest takes all that are smaller, the coarsest all that are larger.
        """
        where = ops.expand_dims(ops.convert_to_tensor(self.where), 2)  # (1, places, 1, 3)
        point, step = where[..., :2], where[..., 2:]
        boxes = ops.expand_dims(truth[..., 1:], 1)  # (batch, 1, boxes, 4)
        low, high = boxes[..., :2], boxes[..., 2:]
        away = ops.abs(point - (low + high) / 2.0)
        inside = ops.logical_and(ops.all(point > low, axis=-1), ops.all(point < high, axis=-1))
        near = ops.logical_and(inside, ops.all(away <= _RADIUS * step, axis=-1))
        near = ops.logical_or(near, ops.all(away <= 0.5 * step, axis=-1))
        sides = high - low
        longer = ops.max(sides, axis=-1)
        limits = ops.convert_to_tensor(self._range)
        suits = ops.logical_and(longer >= limits[..., 0], longer <= limits[..., 1])
        real = ops.expand_dims(truth[..., 0] >= 0, 1)
        valid = ops.logical_and(ops.logical_and(near, suits), real)
        area = ops.where(valid, sides[..., 0] * sides[..., 1], ops.full_like(longer, _FAR))
        chosen = ops.one_hot(ops.argmin(area, axis=-1), truth.shape[1], dtype="float32")
        taken = ops.matmul(chosen, truth)  # (batch, places, 5)
        found = ops.cast(ops.any(valid, axis=-1), "float32")
        return _Assigned(found, taken[..., 0], taken[..., 1:])


class DetectionLoss(keras.losses.Loss):  # type: ignore[misc]
    """Quality focal loss of the scores plus generalized IoU loss of the boxes, for each box to be found.

    The score of the right class is to be the overlap of the predicted with the true box, that of all others 0 (Li et
    al. 2020, *Generalized Focal Loss*, which extends the focal loss of Lin et al. 2017); 1 - GIoU is that of
    Rezatofighi et al. (2019). Both are summed over the places and divided by the number of places in the batch that
    find something.

    Args:
        size: Height and width of the encoded image.
        strides: Steps of the grids, finest first.
        box_weight: How much the boxes count.
    """

    def __init__(
        self,
        size: Sequence[int],
        strides: Sequence[int],
        box_weight: float = 2.0,
        name: str = "detection_loss",
        **more: Any,
    ) -> None:
        super().__init__(name=name, **more)
        self.size, self.strides, self.box_weight = tuple(size), tuple(strides), box_weight
        self._grid = _Grid(size, strides)

    def call(self, y_true: Any, y_pred: Any) -> Any:
        """One value a sample, (batch,), float32."""
        truth, prediction = ops.cast(y_true, "float32"), ops.cast(y_pred, "float32")
        goal = self._grid.assign(truth)
        overlap, outside = _iou(self._grid.boxes(prediction), goal.box)
        quality = ops.stop_gradient(overlap) * goal.found
        logits = prediction[..., :-COORDINATES]
        labels = ops.one_hot(ops.cast(ops.maximum(goal.label, 0.0), "int32"), logits.shape[-1], dtype="float32")
        wanted = labels * ops.expand_dims(quality, -1)
        # The numerically safe form of -wanted log(s) - (1 - wanted) log(1 - s), s being the sigmoid.
        entropy = ops.maximum(logits, 0.0) - logits * wanted + ops.log1p(ops.exp(-ops.abs(logits)))
        focal = ops.sum(ops.square(ops.sigmoid(logits) - wanted) * entropy, axis=(1, 2))
        placed = ops.sum((1.0 - overlap + outside) * goal.found, axis=1)
        share = ops.maximum(ops.mean(ops.sum(goal.found, axis=1)), 1.0)
        return (focal + self.box_weight * placed) / share

    def get_config(self) -> dict[str, Any]:
        """Its arguments."""
        more = {"size": list(self.size), "strides": list(self.strides), "box_weight": self.box_weight}
        return {**super().get_config(), **more}


class BoxOverlap(keras.metrics.MeanMetricWrapper):  # type: ignore[misc]
    """Mean intersection over union of predicted and true box at the places of a batch that are to find one."""

    def __init__(self, size: Sequence[int], strides: Sequence[int], name: str = "box_iou", dtype: Any = None) -> None:
        grid = _Grid(size, strides)

        def overlap(y_true: Any, y_pred: Any) -> Any:
            goal = grid.assign(ops.cast(y_true, "float32"))
            found, _ = _iou(grid.boxes(ops.cast(y_pred, "float32")), goal.box)
            mean = ops.sum(found * goal.found) / ops.maximum(ops.sum(goal.found), 1.0)
            return mean * ops.ones_like(goal.found[:, 0])

        super().__init__(overlap, name=name, dtype=dtype)


def _iou(some: Any, others: Any) -> tuple[Any, Any]:
    """Intersection over union of each pair in order, and the share of the box around both that neither covers."""
    low, high = ops.maximum(some[..., :2], others[..., :2]), ops.minimum(some[..., 2:], others[..., 2:])
    both = ops.prod(ops.maximum(high - low, 0.0), axis=-1)
    union = _area(some) + _area(others) - both
    around = ops.prod(
        ops.maximum(some[..., 2:], others[..., 2:]) - ops.minimum(some[..., :2], others[..., :2]), axis=-1
    )
    return both / ops.maximum(union, _SMALL), (around - union) / ops.maximum(around, _SMALL)


def _area(boxes: Any) -> Any:
    return ops.prod(boxes[..., 2:] - boxes[..., :2], axis=-1)
