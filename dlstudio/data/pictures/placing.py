"""Where the pixels of an image come to lie when it is brought to a column's size, so that boxes follow and return.

The arithmetic is that of :func:`dlstudio.data.pictures.images.fitted`, which uses Pillow's ``resize``,
``ImageOps.fit`` and ``ImageOps.pad``.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from dlstudio.data.pictures.images import Fitting

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Placing:
    """A point (x, y) of the original lies at ``scale * point + shift``; both are (x, y).

    Attributes:
        scale: Encoded pixels an original pixel.
        shift: Encoded pixels.
        original, size: (height, width) in pixels before and after.
    """

    scale: tuple[float, float]
    shift: tuple[float, float]
    original: tuple[int, int]
    size: tuple[int, int]

    def into(self, boxes: npt.ArrayLike) -> Floats:
        """Boxes (n, 4) of left, top, right, bottom in the original, as they lie after; cut at the edges."""
        found = np.asarray(boxes, np.float64).reshape(-1, 4) * self._tiled(self.scale) + self._tiled(self.shift)
        return np.clip(found, 0.0, self._limits(self.size))

    def back(self, boxes: npt.ArrayLike) -> Floats:
        """The other way: boxes (n, 4) of the encoded image in pixels of the original; cut at the edges."""
        found = (np.asarray(boxes, np.float64).reshape(-1, 4) - self._tiled(self.shift)) / self._tiled(self.scale)
        return np.clip(found, 0.0, self._limits(self.original))

    @staticmethod
    def _tiled(pair: tuple[float, float]) -> Floats:
        return np.array([*pair, *pair], np.float64)

    @staticmethod
    def _limits(size: tuple[int, int]) -> Floats:
        height, width = size
        return np.array([width, height, width, height], np.float64)


def placing(original: tuple[int, int], size: tuple[int, int], fit: Fitting) -> Placing:
    """How an image of a size (height, width) is placed in another by a way of fitting.

    ``stretch`` scales each side for itself; ``crop`` fills and cuts what is too much, half at each end; ``pad`` shows
    all and leaves black at two sides.
    """
    (height, width), (tall, wide) = original, size
    across, down = wide / width, tall / height
    if fit == "stretch" or original == size:
        return Placing((across, down), (0.0, 0.0), original, size)
    if fit == "crop":
        scale = max(across, down)
        shift = ((wide - scale * width) / 2, (tall - scale * height) / 2)
        return Placing((scale, scale), shift, original, size)
    # Pillow rounds the scaled picture to whole pixels, and the place where it is put.
    inner = (wide, tall)
    if width * tall > height * wide:
        inner = (wide, min(tall, round(height / width * wide)))
    elif width * tall < height * wide:
        inner = (min(wide, round(width / height * tall)), tall)
    shift = (float(round((wide - inner[0]) * 0.5)), float(round((tall - inner[1]) * 0.5)))
    return Placing((max(inner[0], 1) / width, max(inner[1], 1) / height), shift, original, size)
