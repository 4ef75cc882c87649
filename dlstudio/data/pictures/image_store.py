"""The pixels of an image column: decoded when first asked for, kept within bounds, and quick from then on."""

from __future__ import annotations

import math
import os
import threading
from pathlib import Path

import numpy as np
import numpy.typing as npt

from dlstudio.data.checked import CheckedFiles
from dlstudio.data.pictures.images import Fitting, ImageError, Pixels, from_array, load, probe
from dlstudio.data.progress import report
from dlstudio.data.stores import for_each_row
from dlstudio.data.table import Array, DataError, Files, RawColumn, Values

CACHE_BYTES = 512 << 20
_CHECKED_AT_ONCE = 2000


class ImageStore:
    """Images of one column in its size and channels.

    A subclass holds something else that is decoded to uint8: what of arrays, of files and of headers differs is in
    ``_arranged``, ``_from_array``, ``_from_file``, ``_look_at`` and ``_status``.

    Attributes:
        size: (height, width) in pixels.
        channels: 1 or 3.
        faults: Row → why its image cannot be used, as far as is known. Such a row is all black.
    """

    noun = "image"
    checked_bytes = 200 << 20
    """Files that together are smaller are decoded right away, so that every fault is known."""

    def __init__(
        self,
        column: RawColumn,
        size: tuple[int, ...],
        channels: int,
        *,
        fit: Fitting = "crop",
        channels_first: bool = False,
        cache_bytes: int = CACHE_BYTES,
    ) -> None:
        if not isinstance(column, Files | Values):
            raise DataError(f"it holds text, not {self.noun}s")
        self.size, self.channels, self._fit = size, channels, fit
        self.faults: dict[int, str] = dict(column.faults) if isinstance(column, Files) else {}
        self._column = column
        self._array = self._arranged(column.array, channels_first) if isinstance(column, Values) else None
        self._whole = self._array if self._array is not None and self._array.shape[1:] == (*size, channels) else None
        self._white = np.float32(_white(self._array) if self._array is not None else 255.0)
        self._scale = 1 / (self._white if self._whole is not None else np.float32(255.0))
        capacity = 0 if self._whole is not None else min(len(column), cache_bytes // (math.prod(size) * channels))
        self._cache = np.zeros((capacity, *size, channels), np.uint8)
        self._ready = np.zeros(capacity, bool)
        self._lock = threading.Lock()

    def encode(self, rows: Array) -> npt.NDArray[np.float32]:
        """(n, height, width, channels) float32 in [0, 1]."""
        rows = np.asarray(rows, np.int64)
        pixels = self._whole[rows] if self._whole is not None else self._decoded(rows)
        return np.multiply(pixels, self._scale, dtype=np.float32)

    def pixels(self, rows: Array) -> Pixels:
        """(n, height, width, channels) uint8, for people to look at."""
        rows = np.asarray(rows, np.int64)
        if self._whole is None:
            return self._decoded(rows)
        found = self._whole[rows]
        if found.dtype == np.uint8:
            return np.asarray(found, np.uint8)
        shown: Pixels = np.clip(np.nan_to_num(found * self._scale) * 255 + 0.5, 0, 255).astype(np.uint8)
        return shown

    def shown(self, row: int) -> Pixels:
        """(height, width, channels) uint8 of one row."""
        return np.asarray(self.pixels(np.array([row]))[0], np.uint8)

    def check(self) -> dict[int, str]:
        """Looks at every image, decodes them where that is cheap, and returns :attr:`faults`.

        What was found good before, by any process, is passed over unless the file has changed.
        """
        if not isinstance(self._column, Files):
            return self.faults
        known = {
            row: self._status(self._column.paths[row]) for row in range(len(self._column)) if row not in self.faults
        }
        total = sum(status.st_size for status in known.values() if status is not None)
        decoded = total <= self.checked_bytes and len(self._cache) == len(self._column)
        checked = CheckedFiles("decoded" if decoded else "probed")
        marks = {
            row: checked.mark(str(self._column.paths[row]), status) if status is not None else 0
            for row, status in known.items()
        }
        rows = np.array([row for row, mark in marks.items() if mark not in checked], np.int64)
        for begin in range(0, len(rows), _CHECKED_AT_ONCE):
            part = rows[begin : begin + _CHECKED_AT_ONCE]
            for_each_row(part, self._keep if decoded else self._probe)
            checked.add(marks[row] for row in part.tolist() if row not in self.faults)
            report(f"Checking {self.noun}s", begin + len(part), len(rows))
        return self.faults

    def _decoded(self, rows: Array) -> Pixels:
        if len(self._cache) == len(self._column):
            wanted = rows[~self._ready[rows]]
            if len(wanted):
                for_each_row(np.unique(wanted), self._keep)
            return self._cache[rows]
        found = np.zeros((len(rows), *self.size, self.channels), np.uint8)

        def put(place: int) -> None:
            row = int(rows[place])
            if row < len(self._cache):
                if not self._ready[row]:
                    self._keep(row)
                found[place] = self._cache[row]
            else:
                found[place] = self._load(row)

        for_each_row(np.arange(len(rows)), put)
        return found

    def _keep(self, row: int) -> None:
        self._cache[row] = self._load(row)
        self._ready[row] = True

    def _load(self, row: int) -> Pixels:
        try:
            if self._array is not None:
                array = self._array[row]
                if array.dtype != np.uint8:
                    array = array.astype(np.float32) / self._white
                return self._from_array(array)
            path = self._column.paths[row] if isinstance(self._column, Files) else None
            if path is not None and row not in self.faults:
                return self._from_file(path)
        except ImageError as fault:
            with self._lock:
                self.faults[row] = str(fault)
        return np.zeros((*self.size, self.channels), np.uint8)

    def _probe(self, row: int) -> None:
        path = self._column.paths[row] if isinstance(self._column, Files) else None
        try:
            if path is not None:
                self._look_at(path)
        except ImageError as fault:
            with self._lock:
                self.faults[row] = str(fault)

    def _arranged(self, array: Array, channels_first: bool) -> Array:
        """The array with the channels last."""
        if array.ndim == 3:
            return array[..., np.newaxis]
        if array.ndim == 4:
            return array.transpose(0, 2, 3, 1) if channels_first else array
        raise DataError(f"its arrays have the shape {array.shape[1:]}, which is no image")

    def _from_array(self, array: Array) -> Pixels:
        return from_array(array, self._plane, self.channels, self._fit)

    def _from_file(self, path: Path) -> Pixels:
        return load(path, self._plane, self.channels, self._fit)

    def _look_at(self, path: Path) -> None:
        probe(path)

    def _status(self, path: Path | None) -> os.stat_result | None:
        try:
            return os.stat(path) if path is not None else None  # noqa: PTH116 -- pathlib costs more than the call
        except (OSError, ValueError):
            return None

    @property
    def _plane(self) -> tuple[int, int]:
        """(height, width) of one picture."""
        return self.size[-2], self.size[-1]


def _white(array: Array) -> float:
    """The value that means white: 255, 65535, or 1 for floats that stay within it."""
    if array.dtype == np.uint16:
        return 65535.0
    if array.dtype == bool:
        return 1.0
    if array.dtype.kind == "f" and not (len(array) and np.nanmax(array[:1000]) > 1.5):
        return 1.0
    return 255.0
