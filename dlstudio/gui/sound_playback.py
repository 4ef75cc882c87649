"""Plays sounds where the machine can, and records them where it has a microphone. Never fails for want of either.

With the library sounddevice (optional) and a device, sound comes from here; else a WAV file is written and handed to
the system's own player.
"""

from __future__ import annotations

import contextlib
import tempfile
import wave
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import QUrl
from PySide6.QtGui import QDesktopServices


def play(samples: npt.ArrayLike, rate: int) -> str:
    """Plays (samples,) floats in [-1, 1].

    Returns:
        What is done, in words, or why nothing is heard.
    """
    device = _device("output")
    if device is not None:
        with contextlib.suppress(
            Exception
        ):  # sound systems fail in many ways, and none is worth more than the other way
            device.stop()
            device.play(np.asarray(samples, np.float32), rate)
            return "playing"
    file = write_wav(samples, rate)
    if QDesktopServices.openUrl(QUrl.fromLocalFile(str(file))):
        return "opened in the system's player"
    return f"No sound device and no player was found. The sound is in {file}."


def can_record() -> bool:
    """Whether there is a microphone that can be asked."""
    return _device("input") is not None


def record(seconds: float, rate: int) -> npt.NDArray[np.float32] | None:
    """Begins to record (samples,) floats; the array fills while time passes. None where nothing can be recorded."""
    device = _device("input")
    if device is None:
        return None
    try:
        found: npt.NDArray[np.float32] = device.rec(round(seconds * rate), samplerate=rate, channels=1, dtype="float32")
    except Exception:  # whatever a sound system throws: there is no recording
        return None
    return found[:, 0]


def write_wav(samples: npt.ArrayLike, rate: int, folder: Path | None = None) -> Path:
    """A WAV file of 16 bits in a folder of its own that the system clears at its time."""
    folder = folder or Path(tempfile.mkdtemp(prefix="dlstudio-"))
    file = folder / "sound.wav"
    values = (np.clip(np.asarray(samples, np.float64), -1, 1) * 32767).astype("<i2")
    with wave.open(str(file), "wb") as opened:
        opened.setnchannels(1)
        opened.setsampwidth(2)
        opened.setframerate(rate)
        opened.writeframes(values.tobytes())
    return file


def _device(way: str) -> Any:
    """The module sounddevice where it is there and finds a device for ``input`` or ``output``; else None."""
    try:
        import sounddevice

        sounddevice.query_devices(kind=way)
    except Exception:  # not installed, no PortAudio (an OSError), no device (an error of its own)
        return None
    return sounddevice
