"""What a data column looks like to the network once it is encoded: the handshake between data, tasks and compiler."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

ColumnKind = Literal[
    "image",
    "text",
    "category",
    "number",
    "series",
    "mask",
    "tags",
    "tokens",
    "span",
    "boxes",
    "audio",
    "video",
    "volume",
    "transcript",
    "forecast",
]

USUAL_TASK: dict[str, str] = {
    "category": "classification",
    "number": "regression",
    "mask": "segmentation",
    "tags": "tagging",
    "tokens": "language-model",
    "span": "span",
    "boxes": "detection",
    "transcript": "transcription",
    "forecast": "forecast",
}
"""The task that learns a column of a kind, where there is one."""

OTHER_TASKS: tuple[str, ...] = ("verification", "verification-arcface")
"""Tasks that a column of a kind may have in place of the usual one."""

COLUMN_TYPES = (
    "image",
    "bands",
    "text",
    "category",
    "number",
    "series",
    "mask",
    "audio",
    "transcript",
    "forecast",
    "tags",
    "tokens",
    "next-tokens",
    "ignore",
)
"""The types that a column may be given, in the order in which they are offered."""


@dataclass(frozen=True)
class ColumnSpec:
    """The encoded form of one column.

    Attributes:
        name: The column's name in the data.
        kind: ``image`` (height, width, channels), ``text`` (tokens,), ``category`` (one class index), ``number``
            (values,) of one or more numbers, ``series`` (time, features), ``mask`` (height, width) or (depth, height,
            width) of class indices, ``tags`` (tokens,) of class indices, ``tokens`` (tokens,) of token ids to be
            predicted, ``span`` (2,) first and last token, ``boxes`` (boxes, 5), ``audio`` (samples, 1), ``video``
            (frames, height, width, channels), ``volume`` (depth, height, width, channels), ``transcript``
            (characters,) of class indices, 0 being CTC's blank, ``forecast`` (horizon, 3) of the truth (NaN where it
            is unknown), the last value before, and the value one season before.
        shape: Shape of one encoded sample, without the batch axis. ``()`` for a category.
        dtype: ``float32`` or ``int32``.
        classes: The class names in index order, for a category, a mask, tags, boxes and a transcript.
        vocabulary_size: How many token ids there are (0 is padding, 1 is unknown), for a text and tokens.
        rate: Samples a second, for audio; steps a second where a series has such a thing; else 0.
        scale: Of a forecast: the mean absolute error of the seasonal naive forecast over the training part, in the
            units of the data, against which errors are measured (MASE).
    """

    name: str
    kind: ColumnKind
    shape: tuple[int, ...]
    dtype: str = "float32"
    classes: tuple[str, ...] = ()
    vocabulary_size: int = 0
    rate: float = 0.0
    scale: float = 0.0

    def as_json(self) -> dict[str, Any]:
        return {
            "name": self.name,
            "kind": self.kind,
            "shape": list(self.shape),
            "dtype": self.dtype,
            "classes": list(self.classes),
            "vocabulary_size": self.vocabulary_size,
            "rate": self.rate,
            "scale": self.scale,
        }

    @staticmethod
    def from_json(value: Mapping[str, Any]) -> ColumnSpec:
        return ColumnSpec(
            value["name"],
            value["kind"],
            tuple(value["shape"]),
            value.get("dtype", "float32"),
            tuple(value.get("classes", ())),
            value.get("vocabulary_size", 0),
            value.get("rate", 0.0),
            value.get("scale", 0.0),
        )
