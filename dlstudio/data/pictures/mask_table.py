"""What formats with masks share: the settings of the two columns, and groups of rows that may not be torn apart."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np

from dlstudio.data.pictures.mask_values import MaskClasses
from dlstudio.data.pictures.rasters import UNLABELLED, Fit
from dlstudio.data.table import Array, Rows

IMAGE, MASK = "image", "mask"
SHARES = {"train": 0.7, "validation": 0.15, "test": 0.15, "seed": 7}
_BLOCKS = 7
_COMPARED = 40
_ALIKE = 0.6
_MOST_VALUES = 64


def mask_columns(
    kind: str, size: tuple[int, ...], channels: int, fit: Fit, classes: MaskClasses
) -> dict[str, dict[str, Any]]:
    """Settings of images (``image``, ``bands`` or ``volume``) and of their masks, of one size so that they fit."""
    return {
        IMAGE: {"type": kind, "size": list(size), "channels": channels, "fit": fit, "role": "input"},
        MASK: {"type": "mask", "size": list(size), "fit": fit, **classes.as_settings(), "role": "target"},
    }


def group_split() -> dict[str, Any]:
    """Whole groups into one part: patients, blocks of slices, blocks of a map."""
    return {"by": "group", **SHARES}


def are_slices(images: Array) -> bool:
    """Whether images lie in the order of a volume, so that neighbours are alike and would tell the answers.

    Args:
        images: (rows, height, width[, bands]).
    """
    rows = len(images)
    if rows < 9:
        return False
    places = np.unique(np.linspace(0, rows - 2, min(rows - 1, _COMPARED)).astype(int))
    step = max(1, max(images.shape[1:3]) // 64)
    small = images[:, ::step, ::step].astype(np.float32)
    beside = np.mean([np.abs(small[i] - small[i + 1]).mean() for i in places])
    away = np.mean([np.abs(small[i] - small[(i + rows // 3) % rows]).mean() for i in places])
    return bool(beside < _ALIKE * away)


def slice_blocks(rows: int) -> Rows:
    """Group of each slice: about seven blocks of neighbours."""
    return np.arange(rows, dtype=np.int64) // max(3, -(-rows // _BLOCKS))


def mask_contents(masks: Iterable[Array]) -> Array:
    """How many pixels of each value each mask has, float64 (rows, values); of many values, only zero and others.

    Args:
        masks: Whole numbers (height, width); an empty one counts nothing.
    """
    rows = [dict(zip(*(each.tolist() for each in np.unique(mask, return_counts=True)), strict=True)) for mask in masks]
    values = sorted({value for row in rows for value in row if value != UNLABELLED})
    if len(values) > _MOST_VALUES:
        return np.array(
            [[row.get(0, 0), sum(n for v, n in row.items() if v not in (0, UNLABELLED))] for row in rows], float
        )
    return np.array([[row.get(value, 0) for value in values] for row in rows], float).reshape(len(rows), len(values))
