"""Images: files or arrays to (height, width, channels) in [0, 1]. Rows are encoded by the image store, on demand."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from dlstudio.data.encoders.encoder import fit_setting, size_setting
from dlstudio.data.pictures.image_store import ImageStore
from dlstudio.data.pictures.images import Fitting, ImageError, from_array, load, probe
from dlstudio.data.pictures.placing import Placing, placing
from dlstudio.data.table import Array, DataError, RawColumn
from dlstudio.graph.columns import ColumnSpec


class ImageEncoder:
    """Encodes images as float32 (height, width, channels), 0 black and 1 white."""

    type = "image"

    def __init__(self, name: str, size: tuple[int, int], channels: int, fit: Fitting = "crop") -> None:
        self.spec = ColumnSpec(name, "image", (*size, channels))
        self._fit = fit

    @classmethod
    def of_settings(cls, name: str, settings: Mapping[str, Any]) -> ImageEncoder:
        """Nothing has to be fitted: ``size``, ``channels`` and ``fit`` say it all."""
        size, channels = size_setting(name, settings)
        fit = fit_setting(name, settings)
        return cls(name, size, channels, fit)

    def store(self, raw: RawColumn, settings: Mapping[str, Any]) -> ImageStore:
        """The pixels of a column.

        Raises:
            DataError: The column holds no images.
        """
        height, width, channels = self.spec.shape
        if "image" not in raw.fits:
            raise DataError(f"Column '{self.spec.name}' does not hold images.")
        first = settings.get("layout") == "channels-first"
        return ImageStore(raw, (height, width), channels, fit=self._fit, channels_first=first)

    def encode_pixels(self, value: Any) -> Array:
        """A path, the bytes of an image file, or an array of pixels, as uint8 (height, width, channels).

        Raises:
            DataError: It is no image.
        """
        height, width, channels = self.spec.shape
        try:
            if isinstance(value, np.ndarray):
                return from_array(value, (height, width), channels, self._fit)
            if isinstance(value, str | Path):
                return load(Path(value).expanduser(), (height, width), channels, self._fit)
            if isinstance(value, bytes):
                return load(value, (height, width), channels, self._fit)
        except ImageError as fault:
            where = f"{Path(value).name}: " if isinstance(value, str | Path) else ""
            raise DataError(f"This cannot be used as an image for '{self.spec.name}': {where}{fault}.") from fault
        raise DataError(f"'{self.spec.name}' takes an image, not {type(value).__name__}.")

    def placing_of(self, value: Any) -> Placing:
        """Where the pixels of a value that :meth:`encode_pixels` takes come to lie.

        Raises:
            DataError: It is no image.
        """
        height, width, _ = self.spec.shape
        try:
            if isinstance(value, np.ndarray) and value.ndim in (2, 3):
                return placing((value.shape[0], value.shape[1]), (height, width), self._fit)
            if isinstance(value, str | Path | bytes):
                tall, wide, _ = probe(value if isinstance(value, bytes) else Path(value).expanduser())
                return placing((tall, wide), (height, width), self._fit)
        except ImageError as fault:
            raise DataError(f"This cannot be used as an image for '{self.spec.name}': {fault}.") from fault
        raise DataError(f"'{self.spec.name}' takes an image, not {type(value).__name__}.")

    def encode(self, raw: RawColumn) -> Array:
        """All images at once; training goes through :meth:`store` instead."""
        return self.store(raw, {}).encode(np.arange(len(raw)))

    def encode_value(self, value: Any) -> Array:
        return self.encode_pixels(value).astype(np.float32) * np.float32(1 / 255)

    def as_json(self) -> dict[str, Any]:
        height, width, channels = self.spec.shape
        return {
            "type": self.type,
            "name": self.spec.name,
            "size": [height, width],
            "channels": channels,
            "fit": self._fit,
        }

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> ImageEncoder:
        return cls(value["name"], (value["size"][0], value["size"][1]), value["channels"], value["fit"])
