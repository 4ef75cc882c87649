"""How figures stand in the pictures that a network has learned from, so that a drawing can be put the same way.

Digits of MNIST fill 20 of 28 rows, those of UCI all 8 of 8, some are dark on light paper. A drawing that ignores this
looks like nothing the network has ever seen.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

_INK = 0.25  # how far a pixel is from the ground to count as ink, as a share of the picture's range


@dataclass(frozen=True)
class Framing:
    """Share of the frame's side that the figure's longer side fills, and whether it is dark on light."""

    fill: float = 20 / 28
    dark_on_light: bool = False


def framing_of(pictures: Iterable[npt.ArrayLike]) -> Framing:
    """The usual framing of some pictures ``(height, width)`` or ``(height, width, channels)``, uint8."""
    fills, grounds = [], []
    for picture in pictures:
        grey = np.asarray(picture, float)
        grey = grey.mean(axis=2) if grey.ndim == 3 else grey
        border = np.concatenate([grey[0], grey[-1], grey[:, 0], grey[:, -1]])
        ground, span = float(np.median(border)), float(np.ptp(grey))
        if span == 0:
            continue
        rows, columns = np.nonzero(np.abs(grey - ground) > _INK * span)
        if len(rows):
            tall, wide = (np.ptp(rows) + 1) / grey.shape[0], (np.ptp(columns) + 1) / grey.shape[1]
            fills.append(max(tall, wide))
            grounds.append(ground)
    if not fills:
        return Framing()
    return Framing(float(np.median(fills)), float(np.median(grounds)) > 127)
