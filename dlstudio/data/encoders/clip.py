"""Clips: animations, videos, folders of pictures or arrays to (frames, height, width, channels) in [0, 1]."""

from __future__ import annotations

import math
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from dlstudio.data.encoders.encoder import fit_setting, size_setting, whole_setting
from dlstudio.data.pictures.images import Fitting, ImageError, Pixels
from dlstudio.data.table import Array, DataError, RawColumn
from dlstudio.data.video import clips
from dlstudio.data.video.clip_store import ClipStore
from dlstudio.graph.columns import ColumnSpec

MOST_VALUES = 64_000_000
FRAMES = (2, 256)


class ClipEncoder:
    """Encodes clips as float32 (frames, height, width, channels), 0 black and 1 white, frames evenly over the time."""

    type = "clip"

    def __init__(self, name: str, frames: int, size: tuple[int, int], channels: int, fit: Fitting = "crop") -> None:
        self.spec = ColumnSpec(name, "video", (frames, *size, channels))
        self._fit = fit

    @classmethod
    def of_settings(cls, name: str, settings: Mapping[str, Any]) -> ClipEncoder:
        """Nothing has to be fitted: ``frames``, ``size``, ``channels`` and ``fit`` say it all."""
        frames = whole_setting(name, settings, "frames", 16, FRAMES)
        size, channels = size_setting(name, settings)
        fit = fit_setting(name, settings)
        if frames * math.prod(size) * channels > MOST_VALUES:
            raise DataError(
                f"Column '{name}' would have {frames * math.prod(size) * channels:,} values a clip; {MOST_VALUES:,} "
                "are the most. Set fewer frames or a smaller size."
            )
        return cls(name, frames, size, channels, fit)

    def store(self, raw: RawColumn, settings: Mapping[str, Any]) -> ClipStore:
        """The frames of a column.

        Raises:
            DataError: The column holds no clips.
        """
        frames, height, width, channels = self.spec.shape
        if "clip" not in raw.fits:
            raise DataError(f"Column '{self.spec.name}' does not hold clips.")
        first = settings.get("layout") == "channels-first"
        return ClipStore(raw, (frames, height, width), channels, fit=self._fit, channels_first=first)

    def encode_pixels(self, value: Any) -> Pixels:
        """A path, the bytes of an animation, or an array of frames, as uint8 (frames, height, width, channels).

        Raises:
            DataError: It is no clip.
        """
        frames, height, width, channels = self.spec.shape
        try:
            if isinstance(value, np.ndarray):
                return clips.of_array(value, frames, (height, width), channels, self._fit)
            if isinstance(value, str | Path):
                return clips.load(Path(value).expanduser(), frames, (height, width), channels, self._fit)
            if isinstance(value, bytes):
                return clips.load(value, frames, (height, width), channels, self._fit)
        except ImageError as fault:
            where = f"{Path(value).name}: " if isinstance(value, str | Path) else ""
            raise DataError(f"This cannot be used as a clip for '{self.spec.name}': {where}{fault}.") from fault
        raise DataError(f"'{self.spec.name}' takes a clip, not {type(value).__name__}.")

    def encode(self, raw: RawColumn) -> Array:
        """All clips at once; training goes through :meth:`store` instead."""
        return self.store(raw, {}).encode(np.arange(len(raw)))

    def encode_value(self, value: Any) -> Array:
        return self.encode_pixels(value).astype(np.float32) * np.float32(1 / 255)

    def as_json(self) -> dict[str, Any]:
        frames, height, width, channels = self.spec.shape
        return {
            "type": self.type,
            "name": self.spec.name,
            "frames": frames,
            "size": [height, width],
            "channels": channels,
            "fit": self._fit,
        }

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> ClipEncoder:
        size = (value["size"][0], value["size"][1])
        return cls(value["name"], value["frames"], size, value["channels"], value["fit"])
