"""Guesses the size and channels that suit a column of images, from the headers of some of them."""

from __future__ import annotations

from statistics import median
from typing import Any

from dlstudio.data.images import ImageError, probe
from dlstudio.data.table import Array, Files

_PROBED = 200
_KEPT = 128  # images that all have one size up to this keep it
_SIDE = 96


def guess_image(column: Files) -> dict[str, Any]:
    """``{"type": "image", "size": [height, width], "channels"}``.

    Images of one size up to 128 pixels keep it. Larger ones, or those of many sizes, get a shorter side of 96, with the
    usual ratio of the sides kept where most images share it.
    """
    step = max(1, len(column) // _PROBED)
    found: list[tuple[int, int, int]] = []
    for row in range(0, len(column), step):
        path = column.paths[row]
        if path is None or row in column.faults:
            continue
        try:
            found.append(probe(path))
        except ImageError:
            continue
    if not found:
        return {"type": "image", "size": [_SIDE, _SIDE], "channels": 3}
    channels = max(channels for _, _, channels in found)
    sizes = {(height, width) for height, width, _ in found}
    if len(sizes) == 1 and max(next(iter(sizes))) <= _KEPT:
        return {"type": "image", "size": list(next(iter(sizes))), "channels": channels}
    ratios = sorted(width / height for height, width, _ in found)
    usual = median(ratios)
    shared = ratios[len(ratios) // 10] > usual * 0.95 and ratios[-1 - len(ratios) // 10] < usual * 1.05
    side = min(_SIDE, *(max(8, min(height, width)) for height, width, _ in found))
    side = max(32, side // 8 * 8)
    size = [side, side]
    if shared and not 0.9 < usual < 1.1 and 0.25 < usual < 4:
        size = [side, _multiple(side * usual)] if usual > 1 else [_multiple(side / usual), side]
    return {"type": "image", "size": size, "channels": channels}


def guess_array(array: Array) -> dict[str, Any] | None:
    """The same for an array of images (rows, height, width[, channels]), or None where it cannot be one."""
    shape, extra = array.shape[1:], {}
    if len(shape) == 3 and shape[-1] not in (1, 3, 4) and shape[0] in (1, 3):
        shape, extra = (*shape[1:], shape[0]), {"layout": "channels-first"}
    if len(shape) not in (2, 3) or (len(shape) == 3 and shape[-1] not in (1, 3, 4)):
        return None
    height, width = shape[:2]
    scale = max(1.0, min(height, width) / _SIDE) if max(height, width) > _KEPT else 1.0
    size = [max(1, round(height / scale)), max(1, round(width / scale))]
    return {"type": "image", "size": size, "channels": 1 if len(shape) == 2 or shape[-1] == 1 else 3, **extra}


def _multiple(side: float) -> int:
    return max(16, round(side / 16) * 16)
