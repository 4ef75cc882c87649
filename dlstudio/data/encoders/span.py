"""Answers as spans of words: the first and the last word of the answer within its passage."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from dlstudio.data.table import Array, DataError, RawColumn, Rows
from dlstudio.data.texts.passages import PASSAGE, Answers, Reference
from dlstudio.graph.columns import ColumnSpec

IGNORED = -1


class SpanEncoder:
    """Encodes an answer as int32 (3,): its first word, its last word, and how many words of the passage are read.

    First and last are -1 where the answer does not lie within what is read: nothing is to be learnt from it. Both are 0
    where there is no answer and the first place of the passage stands for that.
    """

    type = "span"

    def __init__(self, name: str, length: int, passage: str = PASSAGE, *, none: bool = False) -> None:
        """Args:
        name: The column's name.
        length: How many words of a passage are read.
        passage: The column that holds the passages.
        none: Whether the first place of a passage stands for no answer.
        """
        self.passage = passage
        self.spec = ColumnSpec(name, "span", (3,), "int32", places=length, none=none)

    @classmethod
    def fit(cls, name: str, raw: RawColumn, _train: Rows, _settings: Mapping[str, Any]) -> SpanEncoder:
        """Nothing is learned; the length is that of the passages."""
        references = references_of(name, raw)
        none = bool(references) and references[0].passage.may_lack
        return cls(name, raw.length, none=none)  # type: ignore[union-attr]

    def encode(self, raw: RawColumn) -> Array:
        found = np.full((len(raw), 3), IGNORED, np.int32)
        for row, reference in enumerate(references_of(self.spec.name, raw)):
            found[row, 2] = min(len(reference.passage.words), self.spec.places)
            span = reference.spans[0]
            if span is not None and span[1] < self.spec.places:
                found[row, :2] = span
        return found

    def encode_value(self, value: Any) -> Array:
        raise DataError(f"'{self.spec.name}' is what the network finds; it cannot be given.")

    def references(self, raw: RawColumn, rows: Array) -> list[Reference]:
        """What the answers of some rows are judged by."""
        known = references_of(self.spec.name, raw)
        return [known[row] for row in np.asarray(rows, np.int64).tolist()]

    def as_json(self) -> dict[str, Any]:
        return {
            "type": self.type,
            "name": self.spec.name,
            "length": self.spec.places,
            "passage": self.passage,
            "none": self.spec.none,
        }

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> SpanEncoder:
        return cls(
            value["name"],
            int(value["length"]),
            str(value.get("passage") or PASSAGE),
            none=bool(value.get("none", False)),
        )


def references_of(name: str, raw: RawColumn) -> Sequence[Reference]:
    """The answers of a column with their passages.

    Raises:
        DataError: The column holds something else.
    """
    if not isinstance(raw, Answers):
        raise DataError(f"Column '{name}' does not hold answers within passages. They come from files as SQuAD has.")
    return raw.references
