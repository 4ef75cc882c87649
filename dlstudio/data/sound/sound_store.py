"""The waveforms of an audio column: decoded when first asked for, kept within bounds, and quick from then on."""

from __future__ import annotations

import threading

import numpy as np
import numpy.typing as npt

from dlstudio.data.sound.sounds import SoundError, Wave, load, prepared, probe
from dlstudio.data.stores import for_each_row
from dlstudio.data.table import Array, DataError, Files, RawColumn, Values

CACHE_BYTES = 512 << 20
CHECKED_BYTES = 100 << 20  # files that together are smaller are decoded right away, so that every fault is known


class SoundStore:
    """Sounds of one column at its rate and length.

    Attributes:
        rate: Samples a second.
        samples: How many of them each has; shorter sounds are followed by silence, longer ones are cut.
        faults: Row → why its sound cannot be used, as far as is known. Such a row is silent.
    """

    noun = "sound"

    def __init__(self, column: RawColumn, rate: int, samples: int, *, cache_bytes: int = CACHE_BYTES) -> None:
        if not isinstance(column, Files | Values):
            raise DataError("it holds text, not sounds")
        self.rate, self.samples = rate, samples
        self.faults: dict[int, str] = dict(column.faults) if isinstance(column, Files) else {}
        self._column = column
        capacity = min(len(column), cache_bytes // (4 * samples))
        self._cache = np.zeros((capacity, samples), np.float32)
        self._lengths = np.zeros(capacity, np.int64)
        self._ready = np.zeros(capacity, bool)
        self._lock = threading.Lock()

    def encode(self, rows: Array) -> npt.NDArray[np.float32]:
        """(n, samples, 1) float32 in [-1, 1]."""
        rows = np.asarray(rows, np.int64)
        found = np.zeros((len(rows), self.samples, 1), np.float32)

        def put(place: int) -> None:
            wave = self._wave(int(rows[place]))
            found[place, : len(wave), 0] = wave

        for_each_row(np.arange(len(rows)), put)
        return found

    def shown(self, row: int) -> Wave:
        """(samples,) float32 of one row, without the silence that fills it up."""
        return self._wave(row)

    def check(self) -> dict[int, str]:
        """Looks at every sound, decodes them where that is cheap, and returns :attr:`faults`."""
        if not isinstance(self._column, Files):
            finite = np.isfinite(self._column.array).reshape(len(self._column), -1).all(axis=1)
            self.faults |= dict.fromkeys(np.flatnonzero(~finite).tolist(), "it holds values that are no finite numbers")
            return self.faults
        rows = np.array([row for row in range(len(self._column)) if row not in self.faults], np.int64)
        total = sum(_bytes(self._column, row) for row in rows.tolist())
        if total <= CHECKED_BYTES and len(self._cache) == len(self._column):
            for_each_row(rows, self._wave)
        else:
            for_each_row(rows, self._probe)
        return self.faults

    def _wave(self, row: int) -> Wave:
        if row < len(self._cache):
            if not self._ready[row]:
                wave = self._load(row)
                self._cache[row, : len(wave)] = wave
                self._lengths[row] = len(wave)
                self._ready[row] = True
            return self._cache[row, : self._lengths[row]]
        return self._load(row)

    def _load(self, row: int) -> Wave:
        try:
            if isinstance(self._column, Values):
                values = self._column.array[row]
                if self._column.lengths is not None:
                    values = values[: max(int(self._column.lengths[row]), 1)]
                return prepared(values, self.rate, self.rate, self.samples)
            path = self._column.paths[row]
            if path is not None and row not in self.faults:
                return load(path, self.rate, self.samples)
        except SoundError as fault:
            with self._lock:
                self.faults[row] = str(fault)
        return np.zeros(0, np.float32)

    def _probe(self, row: int) -> None:
        path = self._column.paths[row] if isinstance(self._column, Files) else None
        try:
            if path is not None:
                probe(path)
        except SoundError as fault:
            with self._lock:
                self.faults[row] = str(fault)


def _bytes(column: Files, row: int) -> int:
    path = column.paths[row]
    try:
        return path.stat().st_size if path is not None else 0
    except (OSError, ValueError):
        return 0
