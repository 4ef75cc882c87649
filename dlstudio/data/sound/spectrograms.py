"""Pictures of sounds for people: log-mel spectrograms in colour, and the outline of a waveform.

Networks make their own spectrogram, of real layers; this one is only looked at.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from dlstudio.data.sound.sounds import Wave

BANDS = 64
_RANGE_DB = 70.0  # below the loudest place nothing is shown
_MOST_FRAMES = 1200
# Dark violet over red to light yellow, evenly growing in lightness, so that it can be read in grey too.
_COLOURS = np.array(
    [
        [0, 0, 4],
        [31, 12, 72],
        [85, 15, 109],
        [136, 34, 106],
        [186, 54, 85],
        [227, 89, 51],
        [249, 140, 10],
        [252, 255, 164],
    ],
    np.float32,
)


def log_mel(wave: Wave, rate: int, bands: int = BANDS) -> npt.NDArray[np.float32]:
    """Decibels below the loudest place, (bands, frames) float32 in [-70, 0], low bands first; a frame each 10 ms.

    Longer sounds than 12 s get wider steps. The mel scale is that of HTK: 2595 log10(1 + f / 700).
    """
    window = max(64, round(rate * 0.025))
    step = max(round(rate * 0.01), len(wave) // _MOST_FRAMES, 1)
    length = 1 << (window - 1).bit_length()
    padded = np.pad(np.asarray(wave, np.float32), (window // 2, window))
    count = max(1, len(wave) // step)
    starts = np.arange(count) * step
    frames = padded[starts[:, None] + np.arange(window)] * np.hanning(window).astype(np.float32)
    power = np.abs(np.fft.rfft(frames, length)) ** 2
    energy = power @ _bands(rate, length, bands)
    decibels = 10 * np.log10(np.maximum(energy, 1e-10))
    loudest = float(decibels.max(initial=-100.0))
    return np.clip(decibels - loudest, -_RANGE_DB, 0).T.astype(np.float32)


def picture(wave: Wave, rate: int, size: tuple[int, int] | None = None) -> npt.NDArray[np.uint8]:
    """The spectrogram in colour, (height, width, 3) uint8, low tones below; at its own size, or at (height, width)."""
    values = 1 + log_mel(wave, rate)[::-1] / _RANGE_DB
    if size is not None:
        values = _scaled(values, size)
    places = np.clip(values, 0, 1) * (len(_COLOURS) - 1)
    below = np.minimum(places.astype(np.int64), len(_COLOURS) - 2)
    part = (places - below)[..., None]
    return np.ascontiguousarray(((1 - part) * _COLOURS[below] + part * _COLOURS[below + 1]).astype(np.uint8))


def outline(wave: Wave, points: int = 1000) -> npt.NDArray[np.float32]:
    """The lowest and the highest value in each of ``points`` equal parts, (points, 2) float32."""
    if not len(wave):
        return np.zeros((1, 2), np.float32)
    cuts = np.linspace(0, len(wave), min(points, len(wave)) + 1).astype(np.int64)[:-1]
    return np.stack([np.minimum.reduceat(wave, cuts), np.maximum.reduceat(wave, cuts)], axis=1).astype(np.float32)


def _bands(rate: int, length: int, bands: int) -> npt.NDArray[np.float32]:
    """Triangles of height 1 that overlap by half, (frequencies, bands)."""
    highest = 2595 * np.log10(1 + rate / 2 / 700)
    edges = 700 * (10 ** (np.linspace(0, highest, bands + 2) / 2595) - 1)
    frequencies = np.arange(length // 2 + 1) * rate / length
    low, middle, high = edges[:-2], edges[1:-1], edges[2:]
    rising = (frequencies[:, None] - low) / np.maximum(middle - low, 1e-9)
    falling = (high - frequencies[:, None]) / np.maximum(high - middle, 1e-9)
    found = np.clip(np.minimum(rising, falling), 0, None)
    empty = found.sum(axis=0) == 0  # a band narrower than a step between two frequencies takes the nearest one
    found[np.abs(frequencies[:, None] - middle[empty]).argmin(axis=0), np.flatnonzero(empty)] = 1
    return found.astype(np.float32)


def _scaled(values: npt.NDArray[np.float32], size: tuple[int, int]) -> npt.NDArray[np.float32]:
    rows = np.linspace(0, values.shape[0] - 1, size[0]).round().astype(np.int64)
    columns = np.linspace(0, values.shape[1] - 1, size[1]).round().astype(np.int64)
    return values[rows][:, columns]
