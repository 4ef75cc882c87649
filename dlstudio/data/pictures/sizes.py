"""Guesses the size and channels that suit a column of images or clips, from the headers of some of them."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Sequence
from pathlib import Path
from statistics import median
from typing import Any, TypeVar

from dlstudio.data.pictures.images import ImageError, probe
from dlstudio.data.table import Array, Files
from dlstudio.data.video import clips

_PROBED = 200
_KEPT = 128  # images that all have one size up to this keep it
_SIDE = 96
_CLIPS_PROBED = 60
_CLIP_KEPT, _CLIP_SIDE, _FRAMES = 64, 48, 16
Found = TypeVar("Found")


def guess_image(column: Files) -> dict[str, Any]:
    """``{"type": "image", "size": [height, width], "channels"}``.

    Images of one size up to 128 pixels keep it. Larger ones, or those of many sizes, get a shorter side of 96, with the
    usual ratio of the sides kept where most images share it.
    """
    return {"type": "image", **_suited(_probed(column, probe, _PROBED), _SIDE, _KEPT)}


def guess_clip(column: Files) -> dict[str, Any]:
    """``{"type": "clip", "frames", "size", "channels"}``: as many frames as half of the clips have, but at most 16.

    Clips of one size up to 64 pixels keep it; of others the shorter side gets 48, as a clip has many frames.
    """
    found = _probed(column, clips.probe, _CLIPS_PROBED)
    frames = [facts.frames for facts in found if facts.frames]
    planes = [(facts.height, facts.width, facts.channels) for facts in found]
    usual = int(median(frames)) if frames else _FRAMES
    return {"type": "clip", "frames": max(2, min(_FRAMES, usual)), **_suited(planes, _CLIP_SIDE, _CLIP_KEPT)}


def _probed(column: Files, look: Callable[[Path], Found], most: int) -> list[Found]:
    found: list[Found] = []
    for row in range(0, len(column), max(1, len(column) // most)):
        path = column.paths[row]
        if path is None or row in column.faults:
            continue
        with contextlib.suppress(ImageError):
            found.append(look(path))
    return found


def _suited(found: Sequence[tuple[int, int, int]], usual_side: int, kept: int) -> dict[str, Any]:
    """``size`` and ``channels`` for pictures of these (height, width, channels)."""
    if not found:
        return {"size": [usual_side, usual_side], "channels": 3}
    channels = max(channels for _, _, channels in found)
    sizes = {(height, width) for height, width, _ in found}
    if len(sizes) == 1 and max(next(iter(sizes))) <= kept:
        return {"size": list(next(iter(sizes))), "channels": channels}
    ratios = sorted(width / height for height, width, _ in found)
    usual = median(ratios)
    shared = ratios[len(ratios) // 10] > usual * 0.95 and ratios[-1 - len(ratios) // 10] < usual * 1.05
    side = min(usual_side, *(max(8, min(height, width)) for height, width, _ in found))
    side = max(32, side // 8 * 8)
    size = [side, side]
    if shared and not 0.9 < usual < 1.1 and 0.25 < usual < 4:
        size = [side, _multiple(side * usual)] if usual > 1 else [_multiple(side / usual), side]
    return {"size": size, "channels": channels}


def guess_array(array: Array) -> dict[str, Any] | None:
    """The same for an array of images (rows, height, width[, channels]), or None where it cannot be one."""
    shape, extra = array.shape[1:], {}
    if len(shape) == 3 and shape[-1] not in (1, 3, 4) and shape[0] in (1, 3):
        shape, extra = (*shape[1:], shape[0]), {"layout": "channels-first"}
    if len(shape) not in (2, 3) or (len(shape) == 3 and shape[-1] not in (1, 3, 4)):
        return None
    channels = 1 if len(shape) == 2 or shape[-1] == 1 else 3
    return {"type": "image", "size": _array_size(*shape[:2]), "channels": channels, **extra}


def guess_bands(array: Array) -> dict[str, Any]:
    """The same for an array of images of any number of bands (rows, height, width, bands)."""
    size = _array_size(*array.shape[1:3])
    return {"type": "bands", "size": size, "channels": array.shape[-1], "fit": "stretch"}


def _array_size(height: int, width: int) -> list[int]:
    """Height and width at which images of an array are read."""
    scale = max(1.0, min(height, width) / _SIDE) if max(height, width) > _KEPT else 1.0
    return [max(1, round(height / scale)), max(1, round(width / scale))]


def guess_clip_array(array: Array) -> dict[str, Any] | None:
    """The same for an array of clips (rows, frames, height, width[, channels]), or None where it cannot be one."""
    shape, extra = array.shape[1:], {}
    if len(shape) == 4 and shape[-1] not in (1, 3, 4) and shape[1] in (1, 3):
        shape, extra = (shape[0], *shape[2:], shape[1]), {"layout": "channels-first"}
    if len(shape) not in (3, 4) or (len(shape) == 4 and shape[-1] not in (1, 3, 4)):
        return None
    channels = 1 if len(shape) == 3 or shape[-1] == 1 else 3
    suited = _suited([(shape[1], shape[2], channels)], _CLIP_SIDE, _CLIP_KEPT)
    return {"type": "clip", "frames": max(2, min(_FRAMES, shape[0])), **suited, **extra}


def _multiple(side: float) -> int:
    return max(16, round(side / 16) * 16)
