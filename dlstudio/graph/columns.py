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
    "hidden",
    "span",
    "boxes",
    "audio",
    "video",
    "volume",
    "transcript",
    "forecast",
    "translation",
    "noise",
]

USUAL_TASK: dict[str, str] = {
    "category": "classification",
    "number": "regression",
    "mask": "segmentation",
    "tags": "tagging",
    "tokens": "language-model",
    "hidden": "masked-words",
    "span": "span",
    "boxes": "detection",
    "transcript": "transcription",
    "forecast": "forecast",
    "translation": "translation",
    "image": "reconstruction",
    "series": "reconstruction",
}
"""The task that learns a column of a kind, where there is one."""

RESTORED = ("image", "series")
"""The kinds of columns that a network may read and learn at once, to give back what it read."""

BOTH = "both"
"""The role of a column that is read and learnt at once; the others are ``input`` and ``target``."""

INPUT_ROLES = ("input", BOTH)
TARGET_ROLES = ("target", BOTH)

OTHER_TASKS: tuple[str, ...] = ("verification", "verification-arcface", "adversarial")
"""Tasks that a column of a kind may have in place of the usual one."""

COLUMN_TYPES = (
    "image",
    "bands",
    "volume",
    "text",
    "category",
    "number",
    "series",
    "mask",
    "boxes",
    "audio",
    "clip",
    "transcript",
    "forecast",
    "tags",
    "span",
    "tokens",
    "next-tokens",
    "sentence",
    "translation",
    "so-far",
    "masked",
    "hidden",
    "noise",
    "ignore",
)
"""The types that a column may be given, in the order in which they are offered."""


NOISE = "noise"
"""The type of a column that is drawn, not read: the file has none of its values."""


def noise_name(columns: Mapping[str, Mapping[str, Any]]) -> str:
    """The name of the column of noise among the settings of all columns, or the one that it is to get."""
    for name, settings in columns.items():
        if settings.get("type") == NOISE:
            return name
    name = NOISE
    while name in columns:
        name += "_"
    return name


def so_far_name(target: str, columns: Mapping[str, Mapping[str, Any]]) -> str:
    """The name of the column of what is written so far of a translation, given the settings of all columns."""
    for name, settings in columns.items():
        if settings.get("type") == "so-far" and list(settings.get("from", ())) == [target]:
            return name
    return f"{target} so far"


@dataclass(frozen=True)
class ColumnSpec:
    """The encoded form of one column.

    Attributes:
        name: The column's name in the data.
        kind: ``image`` (height, width, channels), ``text`` (tokens,), ``category`` (one class index), ``number``
            (values,) of one or more numbers, ``series`` (time, features), ``mask`` (height, width) or (depth, height,
            width) of class indices, ``tags`` (tokens,) of class indices, ``tokens`` (tokens,) of token ids to be
            predicted, ``hidden`` (tokens,) of token ids where words were hidden and are to be told, -1 elsewhere,
            ``span`` (3,) first token, last token and how many tokens the passage has, ``boxes`` (boxes, 5) of class
            index, left, top, right and bottom in pixels of the encoded image, rows of -1 at the end, ``audio``
            (samples, 1), ``video`` (a clip)
            (frames, height, width, channels), ``volume`` (depth, height, width, channels), ``transcript``
            (characters,) of class indices, 0 being CTC's blank, ``forecast`` (horizon, 3) of the truth (NaN where it
            is unknown), the last value before, and the value one season before, ``translation`` (tokens,) of token ids
            to be written one after the other, the last id of the vocabulary being the end of a sentence, ``noise``
            (values,) drawn from the standard normal distribution.
        shape: Shape of one encoded sample, without the batch axis. ``()`` for a category.
        dtype: ``float32`` or ``int32``.
        classes: The class names in index order, for a category, a mask, tags, boxes and a transcript.
        vocabulary_size: How many token ids there are (0 is padding, 1 is unknown), for a text and tokens.
        rate: Samples a second, for audio; steps a second where a series has such a thing; else 0.
        scale: Of a forecast: the mean absolute error of the seasonal naive forecast over the training part, in the
            units of the data, against which errors are measured (MASE).
        size: Of boxes: height and width of the image in which they lie, in pixels; else empty.
        strides: Of boxes: pixels from one place to the next of each grid on which a network answers, finest first.
        places: Of a span: how many tokens of its passage the network reads, padding included.
        of: Of what is written so far of a translation: the column of the translation. Else empty.
        none: Of a span: whether the first place of a passage stands for no answer.
    """

    name: str
    kind: ColumnKind
    shape: tuple[int, ...]
    dtype: str = "float32"
    classes: tuple[str, ...] = ()
    vocabulary_size: int = 0
    rate: float = 0.0
    scale: float = 0.0
    size: tuple[int, ...] = ()
    strides: tuple[int, ...] = ()
    places: int = 0
    of: str = ""
    none: bool = False

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
            "size": list(self.size),
            "strides": list(self.strides),
            "places": self.places,
            "of": self.of,
            "none": self.none,
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
            tuple(value.get("size", ())),
            tuple(value.get("strides", ())),
            value.get("places", 0),
            value.get("of", ""),
            bool(value.get("none", False)),
        )
