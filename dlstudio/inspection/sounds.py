"""The result of looking at one sound: its waveform, its spectrogram, and which frame says which character."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from dlstudio.inspection.results import Message

if TYPE_CHECKING:
    import numpy as np


@dataclass(frozen=True)
class SaidPart:
    """One character that was decoded, and from when to when, in seconds."""

    text: str
    begin: float
    end: float


@dataclass(frozen=True)
class Alignment:
    """Probabilities of characters over time.

    Attributes:
        names: The characters of the rows; the blank is called ``blank``.
        shares: Probabilities, float32 (characters, frames).
        parts: What was decoded greedily.
    """

    names: Sequence[str]
    shares: np.ndarray
    parts: Sequence[SaidPart]


@dataclass(frozen=True)
class Sound:
    """One sound of the data with what was predicted for it.

    Attributes:
        title: Heading.
        row: Its row in the data.
        file: The file it came from, where it is a file.
        rate: Samples a second.
        wave: float32 (samples,) in [-1, 1], as the network hears it, without the silence that fills it up.
        picture: The spectrogram in colour, uint8 (height, width, 3), low tones below.
        heard: Seconds that the network hears, with the silence that fills it up.
        truth: Class, number or transcript.
        prediction: The same, as predicted.
        correct: Whether they agree; None where that makes no sense.
        alignment: Which frame says which character, for a transcription.
    """

    title: str
    row: int
    file: str
    rate: int
    wave: np.ndarray
    picture: np.ndarray
    heard: float
    truth: Any
    prediction: Any
    correct: bool | None
    alignment: Alignment | None = None

    def as_message(self) -> Message:
        arrays = {"wave": self.wave, "picture": self.picture}
        message: dict[str, Any] = {
            "kind": "sound",
            "title": self.title,
            "row": self.row,
            "file": self.file,
            "rate": self.rate,
            "heard": self.heard,
            "truth": self.truth,
            "prediction": self.prediction,
            "correct": self.correct,
        }
        if self.alignment is not None:
            arrays["alignment"] = self.alignment.shares
            message["names"] = list(self.alignment.names)
            message["parts"] = [
                {"text": part.text, "begin": part.begin, "end": part.end} for part in self.alignment.parts
            ]
        return message, arrays
