"""Tags: one class index a token of a text column, aligned with its tokens."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from dlstudio.data.encoders.encoder import whole_setting
from dlstudio.data.table import Array, DataError, RawColumn, Rows
from dlstudio.data.texts.entities import OUTSIDE, entity_types, names_entities
from dlstudio.data.texts.token_columns import Sentences, Tags
from dlstudio.graph.columns import ColumnSpec

IGNORED = -1  # of places without a token: losses and metrics leave them out
_MOST_TAGS = 2000


class TagsEncoder:
    """Encodes tags as int32 (length,): the index of each token's tag, -1 behind the last token."""

    type = "tags"

    def __init__(self, name: str, classes: Sequence[str], length: int) -> None:
        self.spec = ColumnSpec(name, "tags", (length,), "int32", tuple(classes))
        self._index = {tag: index for index, tag in enumerate(classes)}

    @classmethod
    def fit(cls, name: str, raw: RawColumn, _train: Rows, settings: Mapping[str, Any]) -> TagsEncoder:
        """The classes are the tags of all rows; entities get ``O``, then ``B-`` and ``I-`` of each type."""
        tags = tags_of(name, raw)
        length = whole_setting(name, settings, "length", max(map(len, tags), default=1), (1, 4096))
        found = {tag for row in tags for tag in row}
        if not found:
            raise DataError(f"Column '{name}' has no tag at all.")
        if len(found) > _MOST_TAGS:
            raise DataError(
                f"Column '{name}' has {len(found)} different tags; {_MOST_TAGS} are the most. Is it the right column?"
            )
        if names_entities(found):
            both = [f"{letter}-{kind}" for kind in entity_types(found) for letter in "BI"]
            return cls(name, [OUTSIDE, *both], length)
        return cls(name, sorted(found), length)

    def encode(self, raw: RawColumn) -> Array:
        tags = tags_of(self.spec.name, raw)
        found = np.full((len(tags), *self.spec.shape), IGNORED, np.int32)
        for row, each in enumerate(tags):
            found[row, : len(each)] = self._codes(each)
        return found

    def encode_value(self, value: Any) -> Array:
        if not isinstance(value, list | tuple) or not all(isinstance(tag, str) for tag in value):
            raise DataError(f"'{self.spec.name}' takes a list of tags, such as {list(self.spec.classes[:3])}.")
        unknown = [tag for tag in value if tag not in self._index]
        if unknown:
            raise DataError(f"'{unknown[0]}' is none of the tags of '{self.spec.name}'.")
        found = np.full(self.spec.shape, IGNORED, np.int32)
        found[: len(value)] = self._codes(value)
        return found

    def _codes(self, tags: Sequence[str]) -> list[int]:
        return [self._index.get(tag, IGNORED) for tag in tags[: self.spec.shape[0]]]

    def as_json(self) -> dict[str, Any]:
        return {
            "type": self.type,
            "name": self.spec.name,
            "classes": list(self.spec.classes),
            "length": self.spec.shape[0],
        }

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> TagsEncoder:
        return cls(value["name"], value["classes"], value["length"])


def tags_of(name: str, raw: RawColumn) -> Sentences:
    """The tags of a column.

    Raises:
        DataError: The column holds something else.
    """
    if not isinstance(raw, Tags):
        raise DataError(f"Column '{name}' does not hold tags. Tags come from CoNLL files or JSON lines with tokens.")
    return raw.tags
