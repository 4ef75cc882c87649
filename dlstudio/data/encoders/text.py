"""Texts: words to token ids of a fixed length."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from dlstudio.data.encoders.encoder import whole_setting
from dlstudio.data.guessing import VOCABULARY, guess_text
from dlstudio.data.table import Array, DataError, Files, LazyRows, RawColumn, Rows
from dlstudio.data.texts.tokens import tokenize
from dlstudio.graph.columns import ColumnSpec

PADDING, UNKNOWN = 0, 1
_OWN = 2  # ids that are no word
_RARE_FROM = 1000


class TextEncoder:
    """Encodes a text as int32 (length,): 0 pads at the end, 1 is an unknown word, what is longer is cut at the end."""

    type = "text"

    def __init__(self, name: str, words: Sequence[str], length: int) -> None:
        self.words = tuple(words)
        self.spec = ColumnSpec(name, "text", (length,), "int32", (), len(words) + _OWN)
        self._ids = {word: number for number, word in enumerate(words, _OWN)}

    @classmethod
    def fit(cls, name: str, raw: RawColumn, train: Rows, settings: Mapping[str, Any]) -> TextEncoder:
        """The vocabulary is that of the training split, the commonest words first.

        With a thousand texts or more a word has to occur twice: words seen once teach nothing, and leaving them out
        teaches the network what an unknown word is like.
        """
        texts = texts_of(name, raw)
        usual = guess_text(texts)["length"] if "length" not in settings and texts else 64
        length = whole_setting(name, settings, "length", usual, (1, 4096))
        most = whole_setting(name, settings, "vocabulary", VOCABULARY, (3, 200_000))
        rows = train.tolist() if len(train) else range(len(texts))
        return cls(name, word_list([texts[row] for row in rows], most - _OWN), length)

    def encode(self, raw: RawColumn) -> Array:
        texts = texts_of(self.spec.name, raw)
        found = np.zeros((len(texts), *self.spec.shape), np.int32)
        for row, text in enumerate(texts):
            ids = self._tokens(text)
            found[row, : len(ids)] = ids
        return found

    def encode_value(self, value: Any) -> Array:
        if not isinstance(value, str):
            raise DataError(f"'{self.spec.name}' takes a text, not {type(value).__name__}.")
        if not value.strip():
            raise DataError(f"The text for '{self.spec.name}' is empty. Type a sentence.")
        found = np.zeros(self.spec.shape, np.int32)
        ids = self._tokens(value)
        found[: len(ids)] = ids
        return found

    def _tokens(self, text: str) -> list[int]:
        ids = self._ids
        return [ids.get(token, UNKNOWN) for token in tokenize(text)[: self.spec.shape[0]]]

    def as_json(self) -> dict[str, Any]:
        return {"type": self.type, "name": self.spec.name, "words": list(self.words), "length": self.spec.shape[0]}

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> TextEncoder:
        return cls(value["name"], value["words"], value["length"])


def word_list(texts: Sequence[str], most: int) -> list[str]:
    """The words of texts, the commonest first, ``most`` of them; of a thousand texts or more those that occur twice."""
    counts: Counter[str] = Counter()
    for text in texts:
        counts.update(tokenize(text))
    least = 2 if len(texts) >= _RARE_FROM else 1
    known = (word for word, count in counts.items() if count >= least)
    return sorted(known, key=lambda word: (-counts[word], word))[:most]


def texts_of(name: str, raw: RawColumn) -> Sequence[str]:
    """The texts of a column.

    Raises:
        DataError: The column holds images or arrays.
    """
    if isinstance(raw, Files | LazyRows) or "text" not in raw.fits:
        raise DataError(f"Column '{name}' holds {'images' if isinstance(raw, Files) else 'numbers'}, not texts.")
    return raw.texts()
