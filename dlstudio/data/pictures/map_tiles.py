"""Cuts one large image and its map of classes into tiles, and the tiles into blocks that are split as a whole.

Tiles that touch are much alike: split one by one, the test would ask what training has all but seen.
"""

from __future__ import annotations

import math

import numpy as np

from dlstudio.data.pictures.rasters import UNLABELLED
from dlstudio.data.table import Array, DataError, Rows

SMALLEST, LARGEST = 8, 1024
_WANTED_TILES = 100
_WANTED_BLOCKS = 25


def tile_side(height: int, width: int) -> int:
    """64 pixels where that makes a hundred tiles, else 32; 16 for a very small map."""
    for side in (128, 64, 32):
        if (height // side) * (width // side) >= (_WANTED_TILES if side > 32 else 24) * (4 if side == 128 else 1):
            return side
    return 16


def tiles(image: Array, labels: Array, side: int) -> tuple[Array, Array, Rows, list[str]]:
    """Tiles row by row; what lies beyond the edges repeats the last pixel and is unlabelled.

    Args:
        image: (height, width, bands).
        labels: (height, width), whole numbers.
        side: Height and width of a tile.

    Returns:
        Images (n, side, side, bands), masks (n, side, side) int32, the block of each tile, and where it lies.

    Raises:
        DataError: The side makes no sense.
    """
    height, width = labels.shape
    if not SMALLEST <= side <= min(LARGEST, max(height, width)):
        raise DataError(f"Tiles of {side} pixels cannot be cut from {height}×{width}; choose {SMALLEST} or more.")
    down, across = -(-height // side), -(-width // side)
    below, right = down * side - height, across * side - width
    image = np.pad(image, ((0, below), (0, right), (0, 0)), mode="edge")
    labels = np.pad(labels.astype(np.int32), ((0, below), (0, right)), constant_values=UNLABELLED)
    bands = image.shape[-1]
    pictures = image.reshape(down, side, across, side, bands).swapaxes(1, 2).reshape(-1, side, side, bands)
    masks = labels.reshape(down, side, across, side).swapaxes(1, 2).reshape(-1, side, side)
    block = max(2, round(math.sqrt(down * across / _WANTED_BLOCKS)))
    row, column = np.divmod(np.arange(down * across), across)
    blocks = (row // block) * (-(-across // block)) + column // block
    places = [f"tile at row {r * side} column {c * side}" for r, c in zip(row.tolist(), column.tolist(), strict=True)]
    return np.ascontiguousarray(pictures), np.ascontiguousarray(masks), blocks.astype(np.int64), places
