"""Images of any number of bands and any depth: each band is scaled so that nearly all training values lie in [0, 1].

The ends are the 1st and the 99th percentile of the training pixels, as is usual for satellites, microscopy and MRI;
what lies beyond is kept up to three times the range.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from dlstudio.data.encoders.encoder import whole_setting
from dlstudio.data.pictures.images import ImageError, Pixels, raw_values
from dlstudio.data.pictures.rasters import Fit, ScanFiles, ScanMasks, checked_fit, placed
from dlstudio.data.pictures.scans import read_scan
from dlstudio.data.table import Array, DataError, Files, RawColumn, Rows, Values
from dlstudio.graph.columns import ColumnKind, ColumnSpec

MOST_BANDS = 512
MOST_PIXELS = 1 << 26
_MOST_ARRAY = 256 << 20
_FITTED_ROWS = 200
_FITTED_PIXELS = 2_000_000
_LOWEST, _HIGHEST = -1.0, 3.0


class BandsEncoder:
    """Encodes images as float32 (height, width, bands)."""

    type = "bands"
    kind: ColumnKind = "image"
    sides: tuple[str, ...] = ("height", "width")

    def __init__(
        self, name: str, shape: tuple[int, ...], fit: Fit, ends: tuple[Sequence[float], Sequence[float]]
    ) -> None:
        self.spec = ColumnSpec(name, self.kind, shape)
        self.fit_way: Fit = fit
        self._low, self._high = (np.asarray(each, np.float32) for each in ends)
        self.shown = shown_bands(shape[-1])

    @classmethod
    def fit(cls, name: str, raw: RawColumn, train: Rows, settings: Mapping[str, Any]) -> BandsEncoder:
        """Percentiles of the training rows.

        Raises:
            DataError: The column holds no images, or a setting makes no sense.
        """
        if not isinstance(raw, Files | Values) or cls.type not in raw.fits:
            raise DataError(f"Column '{name}' holds no {cls.kind}s and cannot be read as {cls.type}.")
        size = settings.get("size")
        if not isinstance(size, list | tuple) or len(size) != len(cls.sides):
            raise DataError(f"Column '{name}' has size {size!r}; it has to be [{', '.join(cls.sides)}] in pixels.")
        shape = tuple(whole_setting(name, {"size": side}, "size", 96, (1, 4096)) for side in size)
        if math.prod(shape) > MOST_PIXELS:
            raise DataError(
                f"Column '{name}' has size {size!r}, more than {MOST_PIXELS} pixels a sample. Make it smaller."
            )
        bands = whole_setting(name, settings, "channels", 1, (1, MOST_BANDS))
        rows = np.arange(len(raw)) if not len(train) else train
        rows = rows[np.unique(np.linspace(0, len(rows) - 1, min(len(rows), _FITTED_ROWS)).astype(int))]
        found = []
        for row in rows.tolist():
            try:
                values = row_values(raw, row)
                found.append(cls._channelled(values, bands).reshape(-1, bands)[:: _step(values, len(rows))])
            except (DataError, ImageError):
                continue  # it is among the faults, with its reason
        if not found:
            raise DataError(f"Column '{name}' has no {cls.kind} of {bands} channels in the training split.")
        pixels = np.concatenate(found).astype(np.float64)
        low, high = np.nanpercentile(pixels, (1, 99), axis=0)
        flat = high - low <= 0
        low = np.where(flat, np.nanmin(pixels, axis=0), low)
        high = np.where(flat, np.nanmax(pixels, axis=0), high)
        high = np.where(high - low <= 0, low + 1, high)
        return cls(
            name,
            (*shape, bands),
            checked_fit(name, settings.get("fit", "extend")),
            ([float(np.float32(v)) for v in low], [float(np.float32(v)) for v in high]),
        )

    def store(self, raw: RawColumn, settings: Mapping[str, Any]) -> BandStore:
        """The images of a column."""
        if not isinstance(raw, Files | Values):
            raise DataError(f"Column '{self.spec.name}' holds no {self.kind}s.")
        return BandStore(raw, self)

    def scaled(self, values: Array) -> Array:
        """An image of any size, (height, width[, bands]), as the network reads it.

        Raises:
            DataError: It has other bands.
        """
        bands = self.spec.shape[-1]
        whole = np.nan_to_num(self._channelled(values, bands).astype(np.float32), posinf=0.0, neginf=0.0)
        planes = [self._placed(whole[..., band], float(self._low[band])) for band in range(bands)]
        scaled = (np.stack(planes, axis=-1) - self._low) / (self._high - self._low)
        return np.clip(scaled, _LOWEST, _HIGHEST).astype(np.float32)

    def picture(self, encoded: Array) -> Pixels:
        """(height, width, 1 or 3) for people: one band grey, of many those that come nearest to red, green and blue."""
        chosen = encoded[..., list(self.shown)]
        return np.asarray(np.clip(chosen * 255 + 0.5, 0, 255), np.uint8)

    def _placed(self, plane: Array, fill: float) -> Array:
        return placed(plane, (self.spec.shape[0], self.spec.shape[1]), self.fit_way, fill, nearest=False)

    def _read(self, path: Path) -> Array:
        """The values of a file that a person gives."""
        return raw_values(path)

    @classmethod
    def _channelled(cls, values: Array, bands: int) -> Array:
        """The values with exactly ``bands`` channels, which come last.

        Raises:
            DataError: It has other channels.
        """
        return _with_bands(values, bands, len(cls.sides), cls.kind)

    def encode(self, raw: RawColumn) -> Array:
        """All images at once; training goes through :meth:`store` instead."""
        return self.store(raw, {}).encode(np.arange(len(raw)))

    def encode_value(self, value: Any) -> Array:
        """A path of an image or ``.npy`` file, or an array of values."""
        where = f"{Path(value).name}: " if isinstance(value, str | Path) else ""
        try:
            if isinstance(value, str | Path):
                path = Path(value).expanduser()
                value = _npy(path) if path.suffix.lower() == ".npy" else self._read(path)
            if isinstance(value, np.ndarray) and value.dtype.kind in "biuf":
                return self.scaled(value)
        except (DataError, ImageError) as fault:
            said = f"This cannot be used as {self.kind} for '{self.spec.name}': {where}{fault}"
            raise DataError(f"{said.rstrip('.')}.") from fault
        raise DataError(f"'{self.spec.name}' takes an array or a file of one {self.kind}, not {type(value).__name__}.")

    def as_json(self) -> dict[str, Any]:
        *size, bands = self.spec.shape
        return {
            "type": self.type,
            "name": self.spec.name,
            "size": size,
            "channels": bands,
            "fit": self.fit_way,
            "low": [float(each) for each in self._low],
            "high": [float(each) for each in self._high],
        }

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> BandsEncoder:
        shape = (*value["size"], value["channels"])
        return cls(value["name"], shape, checked_fit(value["name"], value["fit"]), (value["low"], value["high"]))


class BandStore:
    """The images of one column of bands."""

    def __init__(self, raw: Files | Values, encoder: BandsEncoder) -> None:
        self.noun = encoder.kind
        self.faults: dict[int, str] = dict(raw.faults) if isinstance(raw, Files) else {}
        self._raw, self._encoder = raw, encoder

    def encode(self, rows: Array) -> Array:
        """(n, height, width, bands) float32; a row that cannot be read is zero."""
        found = np.zeros((len(rows), *self._encoder.spec.shape), np.float32)
        for place, row in enumerate(np.asarray(rows).tolist()):
            if row in self.faults:
                continue
            try:
                found[place] = self._encoder.scaled(row_values(self._raw, row))
            except (DataError, ImageError) as fault:
                self.faults[row] = str(fault).rstrip(".")
        return found

    def pixels(self, rows: Array) -> Pixels:
        """(n, height, width, 1 or 3) uint8."""
        return self._encoder.picture(self.encode(rows))

    def shown(self, row: int) -> Pixels:
        """(height, width, 1 or 3) uint8 of one row."""
        return np.asarray(self.pixels(np.array([row]))[0], np.uint8)

    def check(self) -> dict[int, str]:
        """Files are all opened; an array is known to be whole."""
        if isinstance(self._raw, Files):
            for row in range(len(self._raw)):
                self.encode(np.array([row]))
        return self.faults


def row_values(raw: Files | Values, row: int) -> Array:
    """The values of one row as they are stored, (height, width[, bands]).

    Raises:
        ImageError: The file cannot be used.
    """
    if isinstance(raw, Values):
        return np.asarray(raw.array[row])
    path = raw.paths[row]
    if path is None:
        raise ImageError(raw.faults.get(row, "there is no such file"))
    return read_scan(path) if isinstance(raw, ScanFiles | ScanMasks) else raw_values(path)


def shown_bands(bands: int) -> tuple[int, ...]:
    """Which bands are shown as red, green and blue; satellites count from blue to infrared."""
    if bands == 1:
        return (0,)
    if bands == 2:
        return (0, 1, 1)
    return (0, 1, 2) if bands == 3 else (2, 1, 0)


def _with_bands(values: Array, bands: int, sides: int, noun: str) -> Array:
    whole = values[..., np.newaxis] if values.ndim == sides else values
    if whole.ndim != sides + 1 or 0 in whole.shape:
        raise DataError(f"an array of shape {values.shape} is no {noun}")
    if whole.shape[-1] == bands:
        return whole
    if bands == 1 and whole.shape[-1] in (3, 4):
        return np.asarray(whole[..., :3].mean(axis=-1, keepdims=True))
    if bands == 3 and whole.shape[-1] == 1:
        return np.repeat(whole, 3, axis=-1)
    if bands == 3 and whole.shape[-1] == 4:
        return whole[..., :3]
    raise DataError(f"it has {whole.shape[-1]} channels, not {bands}")


def _step(values: Array, rows: int) -> int:
    return int(values.size * rows / _FITTED_PIXELS) + 1


def _npy(path: Path) -> Array:
    try:
        if path.stat().st_size <= _MOST_ARRAY:
            return np.asarray(np.load(path, allow_pickle=False))
    except (OSError, ValueError, EOFError) as error:
        raise DataError(f"it is not an array that can be read: {error}") from error
    raise DataError(f"it is larger than {_MOST_ARRAY >> 20} MiB")
