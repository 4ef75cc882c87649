"""Masks: the value of each pixel to the index of its class, ``UNLABELLED`` where nobody says."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from dlstudio.data.encoders.bands import MOST_PIXELS, row_values
from dlstudio.data.encoders.encoder import whole_setting
from dlstudio.data.encoders.volume import middle_slice
from dlstudio.data.pictures.class_colours import UNLABELLED as UNLABELLED_COLOUR
from dlstudio.data.pictures.class_colours import class_colours
from dlstudio.data.pictures.images import ImageError, raw_values
from dlstudio.data.pictures.mask_values import MOST_CLASSES, mask_codes, volume_codes
from dlstudio.data.pictures.rasters import UNLABELLED, Fit, checked_fit, placed, placed_volume
from dlstudio.data.pictures.scans import read_scan
from dlstudio.data.table import Array, DataError, Files, RawColumn, Values
from dlstudio.graph.columns import ColumnSpec

_CACHE_BYTES = 256 << 20


class MaskEncoder:
    """Encodes a mask as class indices, int32 (height, width), of a volume (depth, height, width).

    Args:
        name: The column.
        size: Height and width, of a volume depth, height and width.
        fit: How another size is dealt with; the image's own setting has to be the same.
        classes: Class names in order.
        values: The value of each class in the mask; colours as ``red * 65536 + green * 256 + blue``.
        instances: Whether each object has a number of its own: then every value but the first class' means the second.
    """

    type = "mask"

    def __init__(
        self,
        name: str,
        size: tuple[int, ...],
        fit: Fit,
        classes: Sequence[str],
        values: Sequence[int],
        *,
        instances: bool = False,
    ) -> None:
        self.spec = ColumnSpec(name, "mask", size, "int32", tuple(classes))
        self.values = tuple(int(each) for each in values)
        self.instances = instances
        self._fit = fit
        order = np.argsort(self.values)
        self._sorted, self._order = np.asarray(self.values, np.int64)[order], order.astype(np.int32)

    @classmethod
    def of_settings(cls, name: str, settings: Mapping[str, Any]) -> MaskEncoder:
        """Nothing is fitted: ``classes`` names the value of each class, all others are unlabelled.

        Raises:
            DataError: A setting makes no sense.
        """
        size = settings.get("size")
        if not isinstance(size, list | tuple) or len(size) not in (2, 3):
            raise DataError(
                f"Column '{name}' has size {size!r}; it has to be [height, width] in pixels, of a volume "
                "[depth, height, width]."
            )
        shape = tuple(whole_setting(name, {"size": side}, "size", 96, (1, 4096)) for side in size)
        if math.prod(shape) > MOST_PIXELS:
            raise DataError(f"Column '{name}' has size {size!r}, over {MOST_PIXELS} pixels a sample. Make it smaller.")
        classes = settings.get("classes")
        if not isinstance(classes, Mapping) or not 2 <= len(classes) <= MOST_CLASSES:
            raise DataError(
                f"Column '{name}' has classes {classes!r}; it has to be an object of 2 to {MOST_CLASSES} class names, "
                'each with its value in the mask, such as {"background": 0, "cell": 1}.'
            )
        if any(isinstance(value, bool) or not isinstance(value, int) for value in classes.values()):
            raise DataError(f"The classes of '{name}' need a whole number each: the value of their pixels in the mask.")
        if len(set(classes.values())) < len(classes):
            raise DataError(f"Two classes of '{name}' have the same value in the mask. Give each its own.")
        fit = checked_fit(name, settings.get("fit", "extend"))
        instances = settings.get("instances") is True
        return cls(name, shape, fit, [str(each) for each in classes], list(classes.values()), instances=instances)

    def store(self, raw: RawColumn, settings: Mapping[str, Any]) -> MaskStore:
        """The masks of a column.

        Raises:
            DataError: The column holds no masks.
        """
        if not isinstance(raw, Files | Values) or "mask" not in raw.fits:
            raise DataError(f"Column '{self.spec.name}' holds no masks.")
        return MaskStore(raw, self)

    def indices(self, values: Array) -> npt.NDArray[np.int32]:
        """Class indices of a mask of any size, int32, of the size of the column.

        Raises:
            ImageError: It is no mask.
        """
        sides = self.spec.shape
        codes = mask_codes(values) if len(sides) == 2 else volume_codes(values)
        if self.instances:
            codes = np.where((codes == self.values[0]) | (codes == UNLABELLED), codes, self.values[1])
        place = np.clip(np.searchsorted(self._sorted, codes), 0, len(self._sorted) - 1)
        found = np.where(self._sorted[place] == codes, self._order[place], UNLABELLED)
        if len(sides) == 3:
            whole = placed_volume(found, (sides[0], sides[1], sides[2]), self._fit, UNLABELLED, nearest=True)
            return np.asarray(whole, np.int32)
        return np.asarray(placed(found, (sides[0], sides[1]), self._fit, UNLABELLED, nearest=True), np.int32)

    def picture(self, indices: Array) -> npt.NDArray[np.uint8]:
        """(..., 3): each class in its colour."""
        colours = np.array([*class_colours(self.spec.classes), UNLABELLED_COLOUR], np.uint8)
        return np.asarray(colours[np.asarray(indices)], np.uint8)

    def encode(self, raw: RawColumn) -> Array:
        """All masks at once; training goes through :meth:`store` instead."""
        return self.store(raw, {}).encode(np.arange(len(raw)))

    def encode_value(self, value: Any) -> Array:
        """A path of a mask file, or an array of values."""
        try:
            if isinstance(value, str | Path):
                path = Path(value).expanduser()
                value = raw_values(path) if len(self.spec.shape) == 2 else read_scan(path)
            if isinstance(value, np.ndarray):
                return self.indices(value)
        except ImageError as fault:
            raise DataError(f"This cannot be used as a mask for '{self.spec.name}': {fault}.") from fault
        raise DataError(f"'{self.spec.name}' takes a mask, not {type(value).__name__}.")

    def as_json(self) -> dict[str, Any]:
        return {
            "type": self.type,
            "name": self.spec.name,
            "size": list(self.spec.shape),
            "fit": self._fit,
            "classes": list(self.spec.classes),
            "values": list(self.values),
            "instances": self.instances,
        }

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> MaskEncoder:
        size = tuple(value["size"])
        fit = checked_fit(value["name"], value["fit"])
        return cls(value["name"], size, fit, value["classes"], value["values"], instances=value["instances"])


class MaskStore:
    """The masks of one column, kept as int16 as far as they fit.

    Attributes:
        faults: Row → why it cannot be used.
        unlabelled: Rows in which no pixel has a class, as far as is known.
    """

    noun = "mask"

    def __init__(self, raw: Files | Values, encoder: MaskEncoder) -> None:
        self.faults: dict[int, str] = dict(raw.faults) if isinstance(raw, Files) else {}
        self.unlabelled: set[int] = set()
        self._raw, self._encoder = raw, encoder
        kept = min(len(raw), _CACHE_BYTES // (2 * math.prod(encoder.spec.shape)))
        self._cache = np.full((kept, *encoder.spec.shape), UNLABELLED, np.int16)
        self._ready = np.zeros(kept, bool)

    def encode(self, rows: Array) -> npt.NDArray[np.int32]:
        """(n, height, width) int32, of volumes with their depth; a mask that cannot be read is unlabelled."""
        return (
            np.stack([self._one(row) for row in np.asarray(rows).tolist()]).astype(np.int32)
            if len(rows)
            else (np.zeros((0, *self._encoder.spec.shape), np.int32))
        )

    def pixels(self, rows: Array) -> npt.NDArray[np.uint8]:
        """(n, height, width, 3): classes as colours; of volumes the middle slice."""
        return self._encoder.picture(middle_slice(self.encode(rows), self._encoder.spec.shape))

    def shown(self, row: int) -> npt.NDArray[np.uint8]:
        """(height, width, 3) uint8 of one row."""
        return np.asarray(self.pixels(np.array([row]))[0], np.uint8)

    def check(self) -> dict[int, str]:
        """Opens every mask."""
        for row in range(len(self._raw)):
            self._one(row)
        return self.faults

    def _one(self, row: int) -> Array:
        if row < len(self._cache) and self._ready[row]:
            return np.asarray(self._cache[row])
        found: Array = np.full(self._encoder.spec.shape, UNLABELLED, np.int16)
        if row not in self.faults:
            try:
                found = self._encoder.indices(row_values(self._raw, row)).astype(np.int16)
            except ImageError as fault:
                name = f"{self._raw.names[row]}: " if isinstance(self._raw, Files) else ""
                self.faults[row] = f"{name}{fault}"
            else:
                if (found == UNLABELLED).all():
                    self.unlabelled.add(row)
        if row < len(self._cache):
            self._cache[row], self._ready[row] = found, True
        return found
