"""Questions and passages to token ids that tell the word and its form, a word having one number in both.

An id is ``8 × word + form``. The word is that of the lower-case text, so that *Rain* and *rain* are found to be equal;
the form says what its capitals and digits were. What training did not see twice goes into buckets by a checksum
(feature hashing: Weinberger et al. 2009): a name that nobody has seen before still equals itself.
"""

from __future__ import annotations

import zlib
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from dlstudio.data.encoders.encoder import whole_setting
from dlstudio.data.encoders.text import PADDING
from dlstudio.data.encoders.tokenized import Token, split_words, word_form
from dlstudio.data.table import Array, DataError, RawColumn, Rows
from dlstudio.data.texts.passages import ReadWords
from dlstudio.graph.columns import ColumnSpec

FORMS = (".", "0", "A0", "A", "I", "Aa", "aA", "a")
"""The forms of :func:`word_form`; how many there are is how far apart the ids of two words lie."""

BUCKETS = 1000
"""Numbers that words share which training did not see twice; the same for questions and passages."""

_FORM_NUMBER = {form: number for number, form in enumerate(FORMS)}


class ReadingEncoder:
    """Encodes words as int32 (length,): 0 pads at the end, what is longer is cut at the end."""

    type = "reading"

    def __init__(self, name: str, words: Sequence[str], buckets: int, length: int) -> None:
        self.words, self.buckets = tuple(words), buckets
        self.spec = ColumnSpec(name, "text", (length,), "int32", (), (1 + len(words) + buckets) * len(FORMS))
        self._numbers = {word: number for number, word in enumerate(words, 1)}

    @classmethod
    def fit(cls, name: str, raw: RawColumn, train: Rows, settings: Mapping[str, Any]) -> ReadingEncoder:
        """The words of the training split's questions and passages that are there twice, the commonest first."""
        assert isinstance(raw, ReadWords)
        longest = max(map(len, raw.tokens), default=1)
        length = whole_setting(name, settings, "length", min(max(longest, 1), 4096), (1, 4096))
        counts = Counter(word.lower() for word in raw.words_to_count(train))
        found = sorted((word for word, count in counts.items() if count > 1), key=lambda word: (-counts[word], word))
        return cls(name, found[: raw.vocabulary], BUCKETS, length)

    def encode(self, raw: RawColumn) -> Array:
        if not isinstance(raw, ReadWords):
            raise DataError(f"Column '{self.spec.name}' holds no questions or passages any more. Train again.")
        found = np.full((len(raw), *self.spec.shape), PADDING, np.int32)
        for row, words in enumerate(raw.tokens):
            ids = self.ids(words[: self.spec.shape[0]])
            found[row, : len(ids)] = ids
        return found

    def encode_value(self, value: Any) -> Array:
        return self.encode_tokens(self.tokens_of(value))

    def encode_tokens(self, tokens: Sequence[Token]) -> Array:
        """Some tokens, as many as fit, padded."""
        found = np.full(self.spec.shape, PADDING, np.int32)
        ids = self.ids([token.text for token in tokens[: self.spec.shape[0]]])
        found[: len(ids)] = ids
        return found

    def all_tokens_of(self, value: Any) -> list[Token]:
        """The tokens of a text, also those behind the length that the network reads.

        Raises:
            DataError: It is no text, or holds no token.
        """
        if not isinstance(value, str):
            raise DataError(f"'{self.spec.name}' takes a text, not {type(value).__name__}.")
        tokens = split_words(value)
        if not tokens:
            raise DataError(f"The text for '{self.spec.name}' is empty. Type a sentence.")
        return tokens

    def tokens_of(self, value: Any) -> list[Token]:
        """The tokens of a text that the network reads.

        Raises:
            DataError: It is no text, or holds no token.
        """
        return self.all_tokens_of(value)[: self.spec.shape[0]]

    def ids(self, words: Sequence[str]) -> list[int]:
        """The ids of words, above 0."""
        return [self._word(word.lower()) * len(FORMS) + _FORM_NUMBER[word_form(word)] for word in words]

    def _word(self, word: str) -> int:
        known = self._numbers.get(word)
        if known is not None:
            return known
        return 1 + len(self.words) + zlib.crc32(word.encode("utf-8", "surrogatepass")) % self.buckets

    def as_json(self) -> dict[str, Any]:
        return {
            "type": self.type,
            "name": self.spec.name,
            "words": list(self.words),
            "buckets": self.buckets,
            "length": self.spec.shape[0],
        }

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> ReadingEncoder:
        return cls(value["name"], value["words"], int(value["buckets"]), int(value["length"]))
