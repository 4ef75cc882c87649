"""The result of looking at one clip: its frames, and what each of them does for the prediction."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from dlstudio.inspection.results import Message

if TYPE_CHECKING:
    import numpy as np


@dataclass(frozen=True)
class Clip:
    """One clip of the data with what was predicted for it.

    Attributes:
        title: Heading.
        row: Its row in the data.
        file: The file or folder it came from.
        frames: uint8 (frames, height, width, 1 or 3), as the network sees them.
        weights: float32 (frames,): by how much the output falls without each frame.
        about: The class or the target whose output that is.
        prediction: As the task gives it: ``label``, ``confidence`` and ``scores``, or ``value``.
        truth: Class name or numbers.
        share: Whether weights are parts of a probability.
    """

    title: str
    row: int
    file: str
    frames: np.ndarray
    weights: np.ndarray
    about: str
    prediction: Mapping[str, Any]
    truth: Any
    share: bool

    def as_message(self) -> Message:
        return {
            "kind": "clip",
            "title": self.title,
            "row": self.row,
            "file": self.file,
            "about": self.about,
            "prediction": dict(self.prediction),
            "truth": self.truth,
            "share": self.share,
        }, {"frames": self.frames, "weights": self.weights}
