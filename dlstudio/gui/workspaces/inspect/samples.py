"""One predicted sample as the window shows it: read from the gallery's items, turned into cards."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from PySide6.QtGui import QImage

from dlstudio.gui.plots import numbers
from dlstudio.gui.plots.cards import Card
from dlstudio.gui.workspaces.inspect.pictures import PICTURED, to_image


@dataclass(frozen=True)
class PredictedSample:
    """A sample with truth and prediction; see :class:`dlstudio.inspection.results.Sample` for what the fields mean."""

    row: int
    place: int
    truth: Any
    prediction: Any
    correct: bool | None
    confidence: float | None
    loss: float
    scores: Mapping[str, float] = field(default_factory=dict)
    text: str = ""
    file: str = ""
    picture: QImage | None = None
    series: Any = None

    @staticmethod
    def from_item(item: Mapping[str, Any], kind: str, arrays: Mapping[str, Any]) -> PredictedSample:
        """Reads one item of a gallery's answer; ``kind`` is the gallery's ``sample_kind``."""
        array = arrays.get(item.get("array") or "")
        is_picture = kind in PICTURED
        return PredictedSample(
            int(item["row"]),
            int(item["place"]),
            item.get("truth"),
            item.get("prediction"),
            item.get("correct"),
            item.get("confidence"),
            float(item.get("loss") or 0.0),
            item.get("scores") or {},
            item.get("text") or "",
            item.get("file") or "",
            to_image(array) if array is not None and is_picture else None,
            None if is_picture else array,
        )

    def card(self) -> Card:
        """What the grid shows: truth → prediction and confidence, a red frame where it is wrong."""
        wrong = self.correct is False
        pieces = [(spoken(self.truth), "text"), (" → ", "dim")]
        pieces.append((spoken(self.prediction), "error-text" if wrong else "dim"))
        if self.confidence is not None:
            pieces.append((f"  {numbers.percent(self.confidence, 0)}", "dim"))
        verdict = {True: "right", False: "wrong"}.get(self.correct, "") if self.correct is not None else ""
        said = f"truth {spoken(self.truth)}, predicted {spoken(self.prediction)}"
        tip = "\n".join(
            filter(None, (said, verdict, f"loss {numbers.number(self.loss)}", self.file or self.text[:300]))
        )
        frame = "error" if wrong else ""
        return Card(self.place, tuple(pieces), self.picture, self.text, self.series, frame, tip)


def spoken(value: Any) -> str:
    """A class name or a number for people."""
    if isinstance(value, float):
        return numbers.number(value)
    if isinstance(value, list):
        return ", ".join(spoken(each) for each in value[:4]) + (" …" if len(value) > 4 else "")
    return "–" if value is None else str(value)
