"""Transcripts: what is said in a sound, as ids of characters. 0 is CTC's blank and fills up, 1 is unknown."""

from __future__ import annotations

import math
import unicodedata
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from dlstudio.data.encoders.encoder import whole_setting
from dlstudio.data.encoders.text import texts_of
from dlstudio.data.table import Array, DataError, RawColumn, Rows
from dlstudio.graph.columns import ColumnSpec

BLANK, UNKNOWN = 0, 1
UNKNOWN_SIGN = "\ufffd"
MOST_CHARACTERS = 5000
LONGEST = 1000
_KEPT = "'-"


class TranscriptEncoder:
    """Encodes a transcript as int32 (characters,): one id a character, zeros at the end.

    The alphabet is that of the training split. ``spec.classes`` lists it in the order of the ids, the blank as an empty
    name and the sign for unknown characters after it.
    """

    type = "transcript"

    def __init__(self, name: str, alphabet: Sequence[str], length: int, plain: bool = True) -> None:
        self.alphabet = tuple(alphabet)
        self.plain = plain
        self.spec = ColumnSpec(name, "transcript", (length,), "int32", ("", UNKNOWN_SIGN, *alphabet))
        self._ids = {sign: number for number, sign in enumerate(alphabet, UNKNOWN + 1)}

    @classmethod
    def fit(cls, name: str, raw: RawColumn, train: Rows, settings: Mapping[str, Any]) -> TranscriptEncoder:
        """The commonest characters of the training split; ``length`` is that of the longest of all transcripts."""
        plain = bool(settings.get("plain", True))
        texts = [normalized(text, plain) for text in texts_of(name, raw)]
        longest = max((len(text) for text in texts), default=1)
        length = whole_setting(name, settings, "length", min(LONGEST, max(1, longest)), (1, LONGEST))
        counts: Counter[str] = Counter()
        for row in train.tolist() if len(train) else range(len(texts)):
            counts.update(texts[row])
        if not counts:
            raise DataError(f"Column '{name}' has no transcript in the training split, so there is no alphabet.")
        common = sorted(counts, key=lambda sign: (-counts[sign], sign))[:MOST_CHARACTERS]
        return cls(name, sorted(common), length, plain)

    def encode(self, raw: RawColumn) -> Array:
        texts = texts_of(self.spec.name, raw)
        found = np.zeros((len(texts), *self.spec.shape), np.int32)
        for row, text in enumerate(texts):
            ids = self._signs(text)
            found[row, : len(ids)] = ids
        return found

    def encode_value(self, value: Any) -> Array:
        if not isinstance(value, str) or not normalized(value, self.plain):
            raise DataError(f"'{self.spec.name}' takes the words that are said, as a text.")
        found = np.zeros(self.spec.shape, np.int32)
        ids = self._signs(value)
        found[: len(ids)] = ids
        return found

    def _signs(self, text: str) -> list[int]:
        signs = normalized(text, self.plain)[: self.spec.shape[0]]
        return [self._ids.get(sign, UNKNOWN) for sign in signs]

    def as_json(self) -> dict[str, Any]:
        return {
            "type": self.type,
            "name": self.spec.name,
            "alphabet": list(self.alphabet),
            "length": self.spec.shape[0],
            "plain": self.plain,
        }

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> TranscriptEncoder:
        return cls(value["name"], value["alphabet"], value["length"], value.get("plain", True))


def normalized(text: str, plain: bool = True) -> str:
    """Composed characters, single spaces; where ``plain``, also lower case and no punctuation but ``'`` and ``-``."""
    text = unicodedata.normalize("NFC", text[: 8 * LONGEST]).replace("’", "'")
    if plain:
        text = "".join(
            sign if sign in _KEPT or not unicodedata.category(sign).startswith(("P", "S")) else " "
            for sign in text.lower()
        )
    return " ".join(text.split())


def guess_transcript(texts: Sequence[str]) -> dict[str, Any]:
    """The settings of a column of transcripts: a length that holds the longest, rounded up to a multiple of 4."""
    longest = max((len(normalized(text)) for text in texts), default=1)
    return {"type": "transcript", "length": min(LONGEST, max(4, math.ceil(longest / 4) * 4))}
