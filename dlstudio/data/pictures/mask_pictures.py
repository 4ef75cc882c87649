"""Pictures of data with masks or boxes, for people: the classes in their colours over the image."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TypeVar

import numpy as np
import numpy.typing as npt

from dlstudio.data.encoders.boxes import BoxesEncoder
from dlstudio.data.encoders.mask import MaskEncoder
from dlstudio.data.encoders.volume import middle_slice
from dlstudio.data.pictures.class_colours import BACKGROUND, class_colours
from dlstudio.data.preparing import PreparedData
from dlstudio.data.table import Array

_SHARE = 0.45
E = TypeVar("E", MaskEncoder, BoxesEncoder)


def with_masks(data: PreparedData, pixels: npt.NDArray[np.uint8], rows: Array) -> npt.NDArray[np.uint8]:
    """Images with the classes of the mask that is to be learnt over them, (n, height, width, 3); else as they are.

    Args:
        data: The data.
        pixels: (n, height, width, 1 or 3).
        rows: Their rows.
    """
    for name, encoder in _targets(data, MaskEncoder):
        if encoder.spec.shape[-2:] != pixels.shape[1:3]:
            continue  # the two are of different sizes by mistake; the checks of the network say so
        indices = middle_slice(data.encode(name, rows), encoder.spec.shape)
        colours = encoder.picture(indices).astype(np.float32)
        seen = (indices >= 0) & (colours != BACKGROUND).any(axis=-1)
        share = np.where(seen, _SHARE, 0.0)[..., np.newaxis]
        mixed = np.broadcast_to(pixels, colours.shape) * (1 - share) + colours * share
        return np.asarray(np.round(mixed), np.uint8)
    return pixels


def with_boxes(data: PreparedData, pixels: npt.NDArray[np.uint8], rows: Array) -> npt.NDArray[np.uint8]:
    """Images with the edges of the boxes that are to be learnt, (n, height, width, 3); else as they are.

    Args:
        data: The data.
        pixels: (n, height, width, 1 or 3).
        rows: Their rows.
    """
    for name, encoder in _targets(data, BoxesEncoder):
        if encoder.spec.size != pixels.shape[1:3]:
            continue  # the two are of different sizes by mistake; the checks of the network say so
        colours = class_colours(encoder.spec.classes)
        shown = np.array(np.broadcast_to(pixels, (*pixels.shape[:3], 3)))
        thick = max(1, round(min(encoder.spec.size) / 96))
        for image, boxes in zip(shown, data.encode(name, rows), strict=True):
            for label, *edges in boxes[boxes[:, 0] >= 0]:
                left, top, right, bottom = (round(float(edge)) for edge in edges)
                inside = image[top:bottom, left:right]
                for side in (inside[:thick], inside[-thick:], inside[:, :thick], inside[:, -thick:]):
                    side[...] = colours[int(label)]
        return shown
    return pixels


def _targets(data: PreparedData, kind: type[E]) -> Iterator[tuple[str, E]]:
    """The columns that are to be learnt and have an encoder of this kind."""
    for name, settings in data.settings.columns.items():
        encoder = data.encoders.by_column.get(name)
        if settings.get("role") == "target" and isinstance(encoder, kind):
            yield name, encoder
