"""Masked texts: token ids with some words hidden, and what stood there."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

from dlstudio.data.encoders.encoder import whole_setting
from dlstudio.data.encoders.text import PADDING, UNKNOWN, TextEncoder, word_list
from dlstudio.data.encoders.tokenized import Token, TokenizedTextEncoder, split_words
from dlstudio.data.guessing import VOCABULARY, guess_text
from dlstudio.data.table import Array, DataError, RawColumn, Rows
from dlstudio.data.texts.masking import MaskedTexts
from dlstudio.data.texts.token_columns import Tokens
from dlstudio.data.texts.tokens import token_spans, tokenize
from dlstudio.graph.columns import ColumnSpec

MASK = "[mask]"
"""Its own token; no text gives it, because brackets are tokens by themselves."""

IGNORED = -1
_MASK_SIGN = re.compile(re.escape(MASK), re.IGNORECASE)
SHARE = 0.15
_MASKED, _RANDOM = 0.8, 0.1  # the rest stays as it is
_MASK_ID = 2
_OWN = 2


class MaskedEncoder(TextEncoder):
    """Encodes a row as int32 (length,): its words' ids, some of them hidden.

    Of the known words 15 in 100 are chosen, one at least; of these 80 in 100 become ``[mask]``, 10 another word, 10
    stay (Devlin et al. 2019, section 3.1). The words are numbered as those of a plain text, so that an embedding
    learned here fits one of a classifier word by word.

    With ``truth`` it encodes what was chosen: the word's id at the chosen places, -1 elsewhere.

    Where the source cuts its texts into tokens, these are the words, numbered as a tagger's: capitals and forms kept.
    """

    def __init__(  # noqa: PLR0917 - as they stand in the file of a run
        self, name: str, words: list[str], length: int, seed: int, truth: bool, in_tokens: bool = False
    ) -> None:
        super().__init__(name, words, length)
        self.seed, self.truth = seed, truth
        self._reader = TokenizedTextEncoder(name, words, length) if in_tokens else None
        if truth:
            pieces = ("", "\ufffd", *self.words)
            self.spec = ColumnSpec(name, "hidden", (length,), "int32", pieces, len(pieces))

    @property
    def type(self) -> str:  # type: ignore[override]
        """The column's type in the settings."""
        return "hidden" if self.truth else "masked"

    @classmethod
    def fit(cls, name: str, raw: RawColumn, train: Rows, _settings: Mapping[str, Any]) -> MaskedEncoder:
        """The vocabulary is that of the training split, as for a plain text."""
        column = _texts_of(name, raw)
        texts = column.texts(train if len(train) else np.arange(len(column)))
        usual = guess_text(texts)["length"] if "length" not in column.settings and texts else 64
        length = whole_setting(name, column.settings, "length", usual, (2, 4096))
        most = whole_setting(name, column.settings, "vocabulary", VOCABULARY, (4, 200_000))
        if isinstance(column.base, Tokens):
            rows = np.unique(train // column.maskings)
            known = {"length": length, "vocabulary": max(most - 1, 16)}
            plain = TokenizedTextEncoder.fit(name, column.base, rows, known)
            return cls(name, [MASK, *plain.words], length, column.seed, column.truth, True)
        return cls(name, [MASK, *word_list(texts, most - _OWN)], length, column.seed, column.truth)

    def encode(self, raw: RawColumn) -> Array:
        return self.encode_rows(raw, np.arange(len(raw)))

    def encode_rows(self, raw: RawColumn, rows: Array) -> Array:
        """Some rows only: (n, length)."""
        column = _texts_of(self.spec.name, raw)
        found = np.zeros((len(rows), *self.spec.shape), np.int32)
        for place, row in enumerate(rows.tolist()):
            ids = np.zeros(self.spec.shape, np.int32)
            tokens = self._tokens(column.text(row))
            ids[: len(tokens)] = tokens
            read, hidden = masked(ids, row, self.seed, len(self.words) + _OWN)
            found[place] = hidden if self.truth else read
        return found

    def encode_value(self, value: Any) -> Array:
        """A text of a user, in which ``[mask]`` hides a word."""
        found = super().encode_value(value)  # which says what is wrong with it
        words = [token.text for token in self.tokens_of(value)]
        ids = self._reader.numbers(words) if self._reader else [self._ids.get(word, UNKNOWN) for word in words]
        found[:] = IGNORED if self.truth else PADDING
        found[: len(ids)] = ids
        return found

    def tokens_of(self, value: Any) -> list[Token]:
        """The tokens of a user's text, as far as the network reads them; in lower case, unless the source cuts them."""
        found: list[Token] = []
        begin = 0
        for number, piece in enumerate(_MASK_SIGN.split(str(value))):
            if number:
                found.append(Token(MASK, begin - len(MASK), begin))
            cut = (
                [(token.text, (token.start, token.end)) for token in split_words(piece)]
                if self._reader
                else zip(tokenize(piece), token_spans(piece), strict=False)
            )
            found += [Token(word, begin + first, begin + end) for word, (first, end) in cut]
            begin += len(piece) + len(MASK)
        return found[: self.spec.shape[0]]

    def _tokens(self, text: str) -> list[int]:
        return self._reader.numbers(text.split()) if self._reader else super()._tokens(text)

    def as_json(self) -> dict[str, Any]:
        return {**super().as_json(), "seed": self.seed} | ({"in_tokens": True} if self._reader else {})

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> MaskedEncoder:
        truth, in_tokens = value["type"] == "hidden", bool(value.get("in_tokens"))
        return cls(value["name"], list(value["words"]), value["length"], value["seed"], truth, in_tokens)


def masked(
    ids: npt.NDArray[np.int32], row: int, seed: int, vocabulary: int
) -> tuple[npt.NDArray[np.int32], npt.NDArray[np.int32]]:
    """What is read and what is hidden of one text; a pure function of its arguments.

    Args:
        ids: (length,) token ids, 0 being padding and 1 unknown: neither is ever hidden.
        row: Number of the row.
        seed: Another one hides other words.
        vocabulary: How many ids there are; from 3 on they are words.

    Returns:
        (length,) int32 of what the network reads, and (length,) int32 of the ids that were chosen, -1 elsewhere.
    """
    random = np.random.Generator(np.random.PCG64([seed, row]))
    known = np.flatnonzero(ids > _MASK_ID)
    read, hidden = ids.copy(), np.full_like(ids, IGNORED)
    if not len(known):
        return read, hidden
    chosen = random.permutation(known)[: max(1, round(SHARE * len(known)))]
    hidden[chosen] = ids[chosen]
    draws = random.random(len(chosen))
    others = random.integers(_MASK_ID + 1, max(vocabulary, _MASK_ID + 2), len(chosen))
    read[chosen] = np.where(draws < _MASKED, _MASK_ID, np.where(draws < _MASKED + _RANDOM, others, ids[chosen]))
    return read, hidden


def _texts_of(name: str, raw: RawColumn) -> MaskedTexts:
    if not isinstance(raw, MaskedTexts):
        raise DataError(f"Column '{name}' holds no masked texts; its settings have to say which text it is of.")
    return raw
