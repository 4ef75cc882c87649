"""What a data column looks like to the network once it is encoded: the handshake between data, tasks and compiler."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

ColumnKind = Literal["image", "text", "category", "number", "series"]


@dataclass(frozen=True)
class ColumnSpec:
    """The encoded form of one column.

    Attributes:
        name: The column's name in the data.
        kind: ``image`` (height, width, channels), ``text`` (tokens,), ``category`` (one class index), ``number``
            (values,) of one or more numbers, ``series`` (time, features).
        shape: Shape of one encoded sample, without the batch axis. ``()`` for a category.
        dtype: ``float32`` or ``int32``.
        classes: The class names in index order, for a category.
        vocabulary_size: How many token ids there are (0 is padding, 1 is unknown), for a text.
    """

    name: str
    kind: ColumnKind
    shape: tuple[int, ...]
    dtype: str = "float32"
    classes: tuple[str, ...] = ()
    vocabulary_size: int = 0

    def as_json(self) -> dict[str, Any]:
        return {
            "name": self.name,
            "kind": self.kind,
            "shape": list(self.shape),
            "dtype": self.dtype,
            "classes": list(self.classes),
            "vocabulary_size": self.vocabulary_size,
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
        )
