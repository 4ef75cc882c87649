"""A size of volumes that a network can halve, near the one that they have."""

from __future__ import annotations

from collections.abc import Sequence

from dlstudio.data.pictures.rasters import Fit

_MOST_VOXELS = 1 << 20  # more are scaled down, so that a small machine can learn from them
_STEP = 8


def volume_size(shape: Sequence[int]) -> tuple[tuple[int, int, int], Fit]:
    """A size whose height and width are multiples of eight, and whose depth is one of four where it is deep enough.

    Args:
        shape: Depth, height and width of the volumes.

    Returns:
        The size, and how volumes get it: ``extend`` where nothing has to be scaled.
    """
    depth, height, width = (int(each) for each in shape)
    scale = min(1.0, (_MOST_VOXELS / (depth * height * width)) ** (1 / 3))
    deep = 4 if depth >= 4 else 1
    steps = (deep, _STEP, _STEP)
    if scale < 1.0:
        sides = [max(s, round(side * scale / s) * s) for side, s in zip((depth, height, width), steps, strict=True)]
        return (sides[0], sides[1], sides[2]), "stretch"
    sides = [-(-side // s) * s for side, s in zip((depth, height, width), steps, strict=True)]
    return (sides[0], sides[1], sides[2]), "extend"
