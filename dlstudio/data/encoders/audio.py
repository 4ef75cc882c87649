"""Sounds: files or arrays to (samples, 1) at one rate. Rows are encoded by the sound store, on demand."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from dlstudio.data.encoders.encoder import whole_setting
from dlstudio.data.sound.sound_store import SoundStore
from dlstudio.data.sound.sounds import RATES, SoundError, load, prepared
from dlstudio.data.table import Array, DataError, RawColumn
from dlstudio.graph.columns import ColumnSpec

MOST_SAMPLES = 8_000_000


class AudioEncoder:
    """Encodes sounds as float32 (samples, 1) in [-1, 1]; what is shorter is followed by silence, the rest is cut."""

    type = "audio"

    def __init__(self, name: str, rate: int, samples: int) -> None:
        self.rate = rate
        self.spec = ColumnSpec(name, "audio", (samples, 1), rate=float(rate))

    @classmethod
    def of_settings(cls, name: str, settings: Mapping[str, Any]) -> AudioEncoder:
        """Nothing has to be fitted: ``rate`` (samples a second) and ``seconds`` say it all."""
        rate = whole_setting(name, settings, "rate", 16_000, RATES)
        seconds = settings.get("seconds", 1.0)
        if isinstance(seconds, bool) or not isinstance(seconds, int | float) or not 0.01 <= seconds <= 3600:
            raise DataError(f"Column '{name}' has seconds {seconds!r}; it has to be a number from 0.01 to 3600.")
        samples = max(1, round(rate * seconds))
        if samples > MOST_SAMPLES:
            raise DataError(
                f"Column '{name}' would have {samples:,} samples a sound; {MOST_SAMPLES:,} are the most. Set fewer "
                "seconds or a lower rate."
            )
        return cls(name, rate, samples)

    def store(self, raw: RawColumn, settings: Mapping[str, Any]) -> SoundStore:
        """The waveforms of a column.

        Raises:
            DataError: The column holds no sounds.
        """
        if "audio" not in raw.fits:
            raise DataError(f"Column '{self.spec.name}' does not hold sounds.")
        return SoundStore(raw, self.rate, self.spec.shape[0])

    def encode(self, raw: RawColumn) -> Array:
        """All sounds at once; training goes through :meth:`store` instead."""
        return self.store(raw, {}).encode(np.arange(len(raw)))

    def encode_value(self, value: Any) -> Array:
        """A path, the bytes of a sound file, or samples at the column's rate, (samples,) or (samples, channels)."""
        found = np.zeros(self.spec.shape, np.float32)
        most = self.spec.shape[0]
        try:
            if isinstance(value, str | Path):
                wave = load(Path(value).expanduser(), self.rate, most)
            elif isinstance(value, bytes):
                wave = load(value, self.rate, most)
            elif isinstance(value, np.ndarray | list | tuple):
                wave = prepared(np.asarray(value), self.rate, self.rate, most)
            else:
                raise DataError(f"'{self.spec.name}' takes a sound, not {type(value).__name__}.")
        except SoundError as fault:
            where = f"{Path(value).name}: " if isinstance(value, str | Path) else ""
            raise DataError(f"This cannot be used as a sound for '{self.spec.name}': {where}{fault}.") from fault
        found[: len(wave), 0] = wave
        return found

    def as_json(self) -> dict[str, Any]:
        return {"type": self.type, "name": self.spec.name, "rate": self.rate, "samples": self.spec.shape[0]}

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> AudioEncoder:
        return cls(value["name"], value["rate"], value["samples"])
