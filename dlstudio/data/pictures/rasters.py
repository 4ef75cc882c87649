"""Brings images of any bands, and masks, to one size in the same way, so that each pixel keeps its class.

Ways to fit: ``crop``, ``stretch`` and ``pad`` as images have them; ``extend`` scales nothing and adds what is missing
at the edges, or cuts what is too much.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Literal

import numpy as np
from PIL import Image, ImageOps

from dlstudio.data.table import Array, DataError, Files, Values

FITS = ("crop", "stretch", "pad", "extend")
Fit = Literal["crop", "stretch", "pad", "extend"]
UNLABELLED = -1
"""Stands in an encoded mask where nobody says what is there, or where nothing is: not learnt and not counted."""


class BandArrays(Values):
    """Images as one array (rows, height, width) or (rows, height, width, bands)."""

    @property
    def fits(self) -> tuple[str, ...]:
        """Also as images where they have one or three channels."""
        bands = 1 if self.array.ndim == 3 else self.array.shape[-1]
        return ("bands", "image") if bands in (1, 3) else ("bands",)


class MaskArrays(Values):
    """Masks as one array of whole numbers (rows, height, width); ``UNLABELLED`` marks what lies outside the image."""

    @property
    def fits(self) -> tuple[str, ...]:
        """Nothing else."""
        return ("mask",)

    def shown(self, row: int) -> Any:
        """How many classes it has, in words."""
        kinds = len(np.unique(self.array[row][self.array[row] != UNLABELLED]))
        return f"{kinds} class{'es' if kinds != 1 else ''}"


class VolumeArrays(Values):
    """Volumes as one array (rows, depth, height, width, channels)."""

    fits = ("volume",)


class VolumeMaskArrays(MaskArrays):
    """Masks of volumes as one array of whole numbers (rows, depth, height, width)."""


class BandFiles(Files):
    """Image files that may hold more than eight bits a band."""

    fits = ("image", "bands")


class MaskFiles(Files):
    """Image files in which each value is a class."""

    fits = ("mask",)

    def __init__(self, paths: Sequence[Path | None], names: Sequence[str], faults: dict[int, str]) -> None:
        super().__init__(paths, names, faults)


class ScanFiles(Files):
    """Medical scans: NIfTI files or folders of DICOM slices."""

    fits = ("volume",)


class ScanMasks(MaskFiles):
    """Medical scans in which each value is a class."""


def checked_fit(name: str, fit: object) -> Fit:
    """One of :data:`FITS`.

    Raises:
        DataError: It is none.
    """
    for known in FITS:
        if fit == known:
            return known  # type: ignore[return-value]
    raise DataError(f"Column '{name}' has fit {fit!r}; it has to be {', '.join(FITS[:-1])} or {FITS[-1]}.")


def placed(plane: Array, size: tuple[int, int], fit: Fit, fill: float, nearest: bool) -> Array:
    """One plane (height, width) at ``size``: float32, or int32 where ``nearest`` keeps whole numbers as they are."""
    dtype = np.int32 if nearest else np.float32
    values = np.ascontiguousarray(plane, dtype)
    if values.shape == size:
        return values
    if fit == "extend":
        return _extended(values, size, fill)
    image = Image.fromarray(values)
    wanted = (size[1], size[0])
    sampling = Image.Resampling.NEAREST if nearest else Image.Resampling.BILINEAR
    if fit == "stretch":
        return np.asarray(image.resize(wanted, sampling), dtype)
    if fit == "crop":
        return np.asarray(ImageOps.fit(image, wanted, sampling), dtype)
    inside = ImageOps.contain(image, wanted, sampling)
    return _extended(np.asarray(inside, dtype), size, fill)


def placed_volume(volume: Array, size: tuple[int, int, int], fit: Fit, fill: float, nearest: bool) -> Array:
    """A volume (depth, height, width) at ``size``: float32, or int32 where ``nearest`` keeps whole numbers as they are.

    Each slice is placed as an image is. ``extend`` adds or cuts slices at both ends; every other way scales the depth.
    """
    planes = np.stack([placed(plane, (size[1], size[2]), fit, fill, nearest) for plane in volume])
    if len(planes) == size[0]:
        return planes
    if fit == "extend":
        return _extended(planes, size, fill)
    at = np.clip((np.arange(size[0]) + 0.5) * len(planes) / size[0] - 0.5, 0, len(planes) - 1)
    if nearest:
        return np.asarray(planes[np.round(at).astype(int)])
    low = np.floor(at).astype(int)
    share = (at - low).astype(np.float32)[:, np.newaxis, np.newaxis]
    return np.asarray(planes[low] * (1 - share) + planes[np.minimum(low + 1, len(planes) - 1)] * share, np.float32)


def _extended(values: Array, size: tuple[int, ...], fill: float) -> Array:
    found = np.full(size, fill, values.dtype)
    here: list[slice] = []
    there: list[slice] = []
    for has, wants in zip(values.shape, size, strict=True):
        both = min(has, wants)
        here.append(slice((has - both) // 2, (has - both) // 2 + both))
        there.append(slice((wants - both) // 2, (wants - both) // 2 + both))
    found[tuple(there)] = values[tuple(here)]
    return found


def step_size(height: int, width: int, step: int = 8, most: int = 256) -> tuple[tuple[int, int], Fit]:
    """A size near an image's own whose sides are multiples of ``step``, and how images get it without harm."""
    scale = min(1.0, most / max(height, width))
    if scale < 1.0:
        sides = [max(step, round(side * scale / step) * step) for side in (height, width)]
        return (sides[0], sides[1]), "stretch"
    sides = [-(-side // step) * step for side in (height, width)]
    return (sides[0], sides[1]), "extend"
