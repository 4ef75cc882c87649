"""Volumes such as scans: each channel is scaled as bands are, and what people look at is the middle slice."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from dlstudio.data.encoders.bands import BandsEncoder
from dlstudio.data.pictures.images import Pixels
from dlstudio.data.pictures.rasters import placed_volume
from dlstudio.data.pictures.scans import read_scan
from dlstudio.data.table import Array
from dlstudio.graph.columns import ColumnKind


class VolumeEncoder(BandsEncoder):
    """Encodes volumes as float32 (depth, height, width, channels); intensities as :class:`BandsEncoder` has them."""

    type = "volume"
    kind: ColumnKind = "volume"
    sides = ("depth", "height", "width")

    def _placed(self, plane: Array, fill: float) -> Array:
        depth, height, width, _ = self.spec.shape
        return placed_volume(plane, (depth, height, width), self.fit_way, fill, nearest=False)

    def _read(self, path: Path) -> Array:
        return read_scan(path)

    def slices(self, encoded: Array) -> Pixels:
        """Every slice for people, uint8 (..., depth, height, width, 1 or 3)."""
        return super().picture(encoded)

    def picture(self, encoded: Array) -> Pixels:
        """The middle slice for people, uint8 (..., height, width, 1 or 3)."""
        return np.asarray(self.slices(encoded)[..., middle(self.spec.shape[0]), :, :, :], np.uint8)


def middle(depth: int) -> int:
    """The slice that stands for a volume."""
    return depth // 2


def middle_slice(planes: Any, shape: tuple[int, ...]) -> Any:
    """Masks (..., height, width) of masks of ``shape``: of volumes their middle slices, of images themselves."""
    return planes[..., middle(shape[0]), :, :] if len(shape) == 3 else planes
