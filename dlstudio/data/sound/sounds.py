"""Opens one sound file: within bounds, mixed to one channel, at the rate and length that a column wants.

The only user of soundfile.
"""

from __future__ import annotations

import io
import stat
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

Wave = npt.NDArray[np.float32]

SOUND_SUFFIXES = frozenset({".wav", ".flac", ".ogg", ".oga", ".opus", ".mp3", ".aif", ".aiff", ".au"})
MOST_BYTES = 512 << 20
MOST_SECONDS = 3600.0  # of a file; a column cuts far earlier
MOST_CHANNELS = 64
RATES = (1000, 384_000)


class SoundError(ValueError):
    """One sound that cannot be used; the message says why in a few words, without naming the file."""


def probe(path: Path) -> tuple[float, int, int]:
    """Seconds, samples a second and channels from the file's header, without decoding it.

    Raises:
        SoundError: The file is no sound, or absurdly large.
    """
    with _opened(_checked(path)) as file:
        return file.frames / file.samplerate, int(file.samplerate), int(file.channels)


def load(source: Path | bytes, rate: int, most: int) -> Wave:
    """Decodes a sound file to (samples,) float32 in [-1, 1], at most ``most`` samples at ``rate`` a second.

    Several channels are mixed to one by their mean.

    Raises:
        SoundError: It is no sound, damaged, or absurdly large.
    """
    opened = _opened(_checked(source)) if isinstance(source, Path) else _opened(io.BytesIO(source))
    with opened as file:
        wanted = min(int(file.frames), int(np.ceil(most * file.samplerate / rate)) + 64)
        try:
            values = file.read(wanted, dtype="float32", always_2d=True)
        except (RuntimeError, ValueError, MemoryError) as error:
            raise SoundError(f"damaged: {_said(error)}") from error
        if len(values) < wanted:
            raise SoundError(f"damaged: its header says {wanted} samples, but {len(values)} can be read")
        return prepared(values, int(file.samplerate), rate, most)


def prepared(values: npt.NDArray[Any], source_rate: int, rate: int, most: int) -> Wave:
    """Brings samples into a column's form.

    Args:
        values: (samples,) or (samples, channels); floats in [-1, 1], or integers of the full range of their type.
        source_rate: Their samples a second.
        rate: The samples a second that are wanted.
        most: How many are kept.

    Raises:
        SoundError: The array has another shape, or a value that is no finite number.
    """
    if values.ndim not in (1, 2) or not values.size or (values.ndim == 2 and values.shape[1] > MOST_CHANNELS):
        raise SoundError(f"an array of shape {values.shape} is no sound")
    if values.dtype.kind in "iu":
        values = full_scale(values)
    wave = np.asarray(values, np.float32)
    if wave.ndim == 2:
        wave = wave.mean(axis=1, dtype=np.float32)
    if not bool(np.isfinite(wave).all()):
        raise SoundError("it holds values that are no finite numbers")
    return np.ascontiguousarray(resampled(wave, source_rate, rate)[:most])


def full_scale(values: npt.NDArray[Any]) -> Wave:
    """Integers of the full range of their type as floats in [-1, 1]; uint8 has its silence at 128, as in WAV."""
    if values.dtype == np.uint8:
        return np.asarray((values.astype(np.float32) - 128) / 128, np.float32)
    return np.asarray(values.astype(np.float32) / np.iinfo(values.dtype).max, np.float32)


def resampled(wave: Wave, source: int, target: int) -> Wave:
    """The same sound at another rate, (samples,) float32, by cutting or filling up its spectrum.

    The spectrum of the whole sound is used, with silence of a tenth behind it, so that the end does not run into the
    beginning. Harris, Multirate Signal Processing (2004), ch. 2: the ideal low-pass.
    """
    if source == target or not len(wave):
        return wave
    wanted = max(1, round(len(wave) * target / source))
    quiet = 256 + len(wave) // 10
    # Both lengths have to stand in the ratio of the rates.
    step = source // int(np.gcd(source, target))
    length = -(-(len(wave) + quiet) // step) * step
    spectrum = np.fft.rfft(wave, length)
    new_length = length * target // source
    kept = spectrum[: new_length // 2 + 1]
    found = np.asarray(np.fft.irfft(kept, new_length), np.float32) * np.float32(new_length / length)
    return np.asarray(found[:wanted], np.float32)


def _checked(path: Path) -> Path:
    try:
        status = path.stat()
    except (OSError, ValueError) as error:
        raise SoundError("there is no such file") from error
    if not stat.S_ISREG(status.st_mode):
        raise SoundError("not a file")
    if status.st_size == 0:
        raise SoundError("an empty file")
    if status.st_size > MOST_BYTES:
        raise SoundError(f"larger than {MOST_BYTES >> 20} MiB")
    return path


def _opened(source: Path | io.BytesIO) -> Any:
    import soundfile  # loads a library of its own; whoever has no sounds does without

    try:
        file = soundfile.SoundFile(source if isinstance(source, io.BytesIO) else str(source))
    except (RuntimeError, OSError, TypeError, ValueError) as error:
        raise SoundError("not a sound that can be read (WAV, FLAC, OGG and MP3 can)") from error
    fault = ""
    if not RATES[0] <= file.samplerate <= RATES[1]:
        fault = f"{file.samplerate} samples a second make no sense"
    elif file.channels > MOST_CHANNELS:
        fault = f"{file.channels} channels, and {MOST_CHANNELS} are the most"
    elif file.frames <= 0:
        fault = "no sound in it"
    elif file.frames > MOST_SECONDS * file.samplerate:
        fault = f"longer than {MOST_SECONDS / 60:.0f} minutes"
    if fault:
        file.close()
        raise SoundError(fault)
    return file


def _said(error: BaseException) -> str:
    return " ".join(str(error).split())[:100] or type(error).__name__
