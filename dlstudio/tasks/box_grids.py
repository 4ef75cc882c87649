"""The places at which a detector answers, and what its numbers there mean as boxes. NumPy only.

A network without anchors answers at every place of some grids over the image, finest grid first, row by row (Tian et
al. 2019, *FCOS*). At each place it gives one score a class, as a logit, and four numbers: how far the centre of the box
is to the right and below of the place, and the natural logarithm of its width and height, all in steps of that grid (Ge
et al. 2021, *YOLOX*).
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

COORDINATES = 4
LARGEST_LOG = 8.0
"""Bounds the logarithm of a side: e^8 steps are larger than any image."""


def grid_shapes(size: Sequence[int], strides: Sequence[int]) -> list[tuple[int, int]]:
    """Rows and columns of each grid over an image of ``size`` (height, width)."""
    return [(-(-size[0] // stride), -(-size[1] // stride)) for stride in strides]


def places(size: Sequence[int], strides: Sequence[int]) -> np.ndarray:
    """Each place in order: x and y of its middle in pixels, and its grid's step; float32 (places, 3)."""
    found = []
    for (rows, columns), stride in zip(grid_shapes(size, strides), strides, strict=True):
        y, x = np.mgrid[:rows, :columns].reshape(2, -1)
        found.append(np.stack([(x + 0.5) * stride, (y + 0.5) * stride, np.full(len(x), stride)], axis=1))
    return np.concatenate(found).astype(np.float32)


def boxes_of(outputs: np.ndarray, where: np.ndarray) -> np.ndarray:
    """What the last four values at each place say: left, top, right, bottom in pixels, float32 (..., places, 4).

    Args:
        outputs: (..., places, classes + 4).
        where: Of :func:`places`.
    """
    step = where[:, 2:]
    values = np.asarray(outputs[..., -COORDINATES:], np.float32)
    centre = where[:, :2] + values[..., :2] * step
    half = np.exp(np.clip(values[..., 2:], -LARGEST_LOG, LARGEST_LOG)) * step / 2
    return np.concatenate([centre - half, centre + half], axis=-1)
