"""Texts whose source cuts them into tokens: the file's own tokens to ids, their capitals kept.

A word that was not seen often enough is encoded by its form, as parsers do with rare words (the signatures of Klein &
Manning 2003, "Accurate unlexicalized parsing"): capitals, digits, and the last letters where those are common enough.
So ``Fannie``, never seen, is still known to be capitalized.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol, runtime_checkable

import numpy as np

from dlstudio.data.encoders.encoder import whole_setting
from dlstudio.data.encoders.text import PADDING, UNKNOWN
from dlstudio.data.guessing import VOCABULARY
from dlstudio.data.table import Array, DataError, RawColumn, Rows
from dlstudio.data.texts.token_columns import Tokens
from dlstudio.graph.columns import ColumnSpec

LONGEST = 100_000  # characters of a text that a user types
_CJK = "\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
_WORD = re.compile(rf"[{_CJK}]|(?:(?![{_CJK}])[^\W_])+(?:[.'’&-](?:(?![{_CJK}])[^\W_])+)*|[^\w\s]|_")
_OWN = 2  # ids that are no word
_FORM = "\x01"  # begins a form, so that no word is one
_MANY_TOKENS = 3000
_COMMON_ENDING = 3


@dataclass(frozen=True)
class Token:
    """A piece of a text: its characters from ``start`` up to but not including ``end``."""

    text: str
    start: int
    end: int


@runtime_checkable
class CutsIntoTokens(Protocol):
    """An encoder that knows which characters of a text its tokens are."""

    def tokens_of(self, value: Any) -> list[Token]:
        """The tokens of a value that a user gives, as far as the network reads them."""
        ...


def split_words(text: str) -> list[Token]:
    """Words, numbers and single signs, capitals kept: ``Acme Inc. paid $5`` has the tokens Acme, Inc, ., paid, $, 5."""
    return [Token(match[0], match.start(), match.end()) for match in _WORD.finditer(text[:LONGEST])]


def word_form(word: str) -> str:
    """The capitals and digits of a word: ``Aa`` for Delaware, ``A`` for USA, ``0`` for 1,250, ``.`` for a sign."""
    if any(sign.isdigit() for sign in word):
        return "0" if not any(sign.isalpha() for sign in word) else "A0"
    if not any(sign.isalpha() for sign in word):
        return "."
    if word.isupper():
        return "A" if len(word) > 1 else "I"
    return "Aa" if word[0].isupper() else "aA" if word != word.lower() else "a"


class TokenizedTextEncoder:
    """Encodes tokens as int32 (length,): 0 pads at the end, 1 is unknown, what is longer is cut at the end."""

    type = "tokenized"

    def __init__(self, name: str, words: Sequence[str], length: int) -> None:
        self.words = tuple(words)
        self.spec = ColumnSpec(name, "text", (length,), "int32", (), len(words) + _OWN)
        self._ids = {word: number for number, word in enumerate(words, _OWN)}

    @classmethod
    def fit(cls, name: str, raw: RawColumn, train: Rows, settings: Mapping[str, Any]) -> TokenizedTextEncoder:
        """The vocabulary is that of the training split, the commonest first; the forms of rare words belong to it.

        In a text of some length a word has to occur twice: what is seen once stands for what is never seen.
        """
        assert isinstance(raw, Tokens)
        longest = max(map(len, raw.tokens), default=1)
        length = whole_setting(name, settings, "length", min(max(longest, 1), 4096), (1, 4096))
        most = whole_setting(name, settings, "vocabulary", VOCABULARY, (16, 200_000))
        rows = train.tolist() if len(train) else range(len(raw.tokens))
        counts: Counter[str] = Counter()
        for row in rows:
            counts.update(raw.tokens[row])
        least = 2 if counts.total() >= _MANY_TOKENS else 1
        words = {word: count for word, count in counts.items() if count >= least and word}
        forms: Counter[str] = Counter()
        for word, count in counts.items():
            if word and count < 2:
                forms.update(_forms(word))
        plain = {form: count for form, count in forms.items() if "~" not in form or count >= _COMMON_ENDING}
        found = sorted({**words, **plain}.items(), key=lambda entry: (-entry[1], entry[0]))
        return cls(name, [word for word, _ in found[: most - _OWN]], length)

    def encode(self, raw: RawColumn) -> Array:
        if not isinstance(raw, Tokens):
            raise DataError(f"Column '{self.spec.name}' does not come in tokens any more. Train again.")
        found = np.full((len(raw), *self.spec.shape), PADDING, np.int32)
        for row, tokens in enumerate(raw.tokens):
            ids = self.numbers(tokens)
            found[row, : len(ids)] = ids
        return found

    def encode_value(self, value: Any) -> Array:
        found = np.full(self.spec.shape, PADDING, np.int32)
        ids = self.numbers([token.text for token in self.tokens_of(value)])
        found[: len(ids)] = ids
        return found

    def tokens_of(self, value: Any) -> list[Token]:
        """The tokens of a value that a user gives, a text or a list of tokens, as far as the network reads them.

        Raises:
            DataError: It is neither, or holds no token.
        """
        if isinstance(value, list | tuple) and all(isinstance(each, str) for each in value):
            value = " ".join(value)
            tokens = [Token(match[0], match.start(), match.end()) for match in re.finditer(r"\S+", value)]
        elif isinstance(value, str):
            tokens = split_words(value)
        else:
            raise DataError(f"'{self.spec.name}' takes a text, not {type(value).__name__}.")
        if not tokens:
            raise DataError(f"The text for '{self.spec.name}' is empty. Type a sentence.")
        return tokens[: self.spec.shape[0]]

    def numbers(self, tokens: Sequence[str]) -> list[int]:
        """The ids of some tokens, as far as the network reads them; those of their forms where they are rare."""
        return [self._number(token) for token in tokens[: self.spec.shape[0]]]

    def _number(self, token: str) -> int:
        ids = self._ids
        if token in ids:
            return ids[token]
        return next((ids[form] for form in _forms(token) if form in ids), UNKNOWN)

    def as_json(self) -> dict[str, Any]:
        return {"type": self.type, "name": self.spec.name, "words": list(self.words), "length": self.spec.shape[0]}

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> TokenizedTextEncoder:
        return cls(value["name"], value["words"], value["length"])


def _forms(word: str) -> tuple[str, ...]:
    """What stands for a rare word, the most telling first: its form with its last letters, and its form."""
    form = word_form(word)
    if form in ("0", ".") or len(word) < 5:
        return (f"{_FORM}{form}",)
    return f"{_FORM}{form}~{word[-3:].lower()}", f"{_FORM}{form}"
