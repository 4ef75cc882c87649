"""In which direction a measured value gets better, told by its name."""

from __future__ import annotations

_HIGHER_IS_BETTER = (
    *("accuracy", "auc", "r2", "f1", "precision", "recall", "iou", "dice", "score", "similarity"),
    *("map_", "bleu", "chrf", "exact"),
)


def higher_is_better(name: str) -> bool:
    """Whether a value of that name grows as the network gets better."""
    return any(word in name for word in _HIGHER_IS_BETTER)
