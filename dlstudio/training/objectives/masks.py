"""Loss and metric of masks: Dice beside cross-entropy, over the labelled pixels, in ``keras.ops`` for all backends.

Truth: int (batch, places...), negative where nobody labelled; prediction: (batch, places..., classes).
"""

from __future__ import annotations

from typing import Any

import keras
from keras import ops

_SMALL = 1e-7


class DiceAndCrossEntropy(keras.losses.Loss):  # type: ignore[misc]
    """Mean cross-entropy of the labelled pixels plus one minus the mean soft Dice of the classes in the batch.

    The sum is that of nnU-Net (Isensee et al. 2021); the Dice that of Milletari et al. (2016, V-Net) without squares,
    taken over the whole batch, and averaged over the classes that are in its truth.

    Args:
        from_logits: Whether the prediction still has to go through a softmax.
        dice_weight: How much the Dice part counts.
    """

    def __init__(
        self, from_logits: bool = True, dice_weight: float = 1.0, name: str = "dice_and_cross_entropy", **more: Any
    ) -> None:
        super().__init__(name=name, **more)
        self.from_logits, self.dice_weight = from_logits, dice_weight

    def call(self, y_true: Any, y_pred: Any) -> Any:
        """One value a sample, (batch,), float32."""
        y_pred = ops.cast(y_pred, "float32")
        truth, known = _labels(y_true, y_pred)
        chances = ops.softmax(y_pred, axis=-1) if self.from_logits else ops.clip(y_pred, _SMALL, 1.0)
        logs = ops.log_softmax(y_pred, axis=-1) if self.from_logits else ops.log(chances)
        places = list(range(1, len(y_pred.shape) - 1))
        entropy = ops.sum(-ops.sum(truth * logs, axis=-1), axis=places) / ops.maximum(ops.sum(known, axis=places), 1.0)
        chances = chances * ops.expand_dims(known, -1)
        everywhere = [0, *places]
        both = ops.sum(truth * chances, axis=everywhere)
        sizes = ops.sum(truth, axis=everywhere)
        dice = (2.0 * both + 1.0) / (sizes + ops.sum(chances, axis=everywhere) + 1.0)
        present = ops.cast(sizes > 0, "float32")
        mean = ops.sum(dice * present) / ops.maximum(ops.sum(present), 1.0)
        return entropy + self.dice_weight * (1.0 - mean)

    def get_config(self) -> dict[str, Any]:
        """Its arguments."""
        return {**super().get_config(), "from_logits": self.from_logits, "dice_weight": self.dice_weight}


class MaskedDice(keras.metrics.MeanMetricWrapper):  # type: ignore[misc]
    """The mean Dice of the classes in each image's truth or prediction, averaged over the images."""

    def __init__(self, name: str = "dice", dtype: Any = None) -> None:
        super().__init__(_image_dice, name=name, dtype=dtype)


def _image_dice(y_true: Any, y_pred: Any) -> Any:
    truth, known = _labels(y_true, y_pred)
    chosen = ops.one_hot(ops.argmax(y_pred, axis=-1), y_pred.shape[-1], dtype="float32") * ops.expand_dims(known, -1)
    places = list(range(1, len(y_pred.shape) - 1))
    both = ops.sum(truth * chosen, axis=places)
    sizes = ops.sum(truth, axis=places) + ops.sum(chosen, axis=places)
    present = ops.cast(sizes > 0, "float32")
    dice = 2.0 * both / ops.maximum(sizes, 1.0)
    return ops.sum(dice * present, axis=-1) / ops.maximum(ops.sum(present, axis=-1), 1.0)


def _labels(y_true: Any, y_pred: Any) -> tuple[Any, Any]:
    """One-hot truth (batch, places..., classes), zero where nothing is known, and what is known (batch, places...)."""
    indices = ops.cast(y_true, "int32")
    known = ops.cast(indices >= 0, "float32")
    truth = ops.one_hot(ops.maximum(indices, 0), y_pred.shape[-1], dtype="float32")
    return truth * ops.expand_dims(known, -1), known
