"""Sentences to be translated, their translations, and what of a translation is written so far: ids of tokens.

The network writes a translation token by token, each after those before it, and is taught with the true ones
(Williams & Zipser 1989, teacher forcing). So one column of the data makes two: what is to be learnt, a token at each
place and the end of the sentence behind the last, and what is read, the same moved by one place behind a begin.
"""

from __future__ import annotations

import math
import unicodedata
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from dlstudio.data.encoders.encoder import whole_setting
from dlstudio.data.encoders.text import texts_of
from dlstudio.data.table import Array, DataError, RawColumn, Rows
from dlstudio.data.tokenizing.tokenizer import OWN, PADDING, UNITS, UNKNOWN, Tokenizer, fit_tokenizer, read_tokenizer
from dlstudio.data.tokenizing.words import cut
from dlstudio.graph.columns import ColumnKind, ColumnSpec

IGNORED = -1
SOURCE, TARGET, SO_FAR = "sentence", "translation", "so-far"
KINDS: dict[str, ColumnKind] = {SOURCE: "text", TARGET: "translation", SO_FAR: "text"}
LONGEST = 512  # tokens of a sentence
LONGEST_TEXT = 20_000  # characters of a sentence; what lies behind is far beyond LONGEST tokens
_HELD = 0.99  # of the sentences fit into the usual length at least
_STRETCH = 1.5


class SentenceEncoder:
    """Encodes a sentence as int32 (length,).

    A ``sentence`` is padded with 0. A ``translation`` has the id :attr:`boundary` behind its last token and -1 where
    nothing is to be learnt; what is longer is cut and has no end. ``so-far`` begins with the boundary, goes on with
    the tokens of the translation but for its last place, and is padded with 0.

    Attributes:
        tokenizer: Cuts the text, which is normalized and begins with a space: a word at the begin of a sentence is
            the same as within.
        part: ``sentence``, ``translation`` or ``so-far``.
        of: The column of the data that the values come from; its own name, or for ``so-far`` that of the translation.
    """

    def __init__(self, name: str, tokenizer: Tokenizer, length: int, part: str, of: str = "") -> None:
        self.tokenizer, self.part, self.of = tokenizer, part, of or name
        size = len(tokenizer.pieces)
        classes = (*tokenizer.pieces, "") if part == TARGET else ()
        size += part != SOURCE
        derived = self.of if part == SO_FAR else ""
        self.spec = ColumnSpec(name, KINDS[part], (length,), "int32", classes, size, of=derived)

    @property
    def type(self) -> str:
        """The column's type in the settings."""
        return self.part

    @property
    def boundary(self) -> int:
        """The id that begins what is written and ends it, the last of the vocabulary."""
        return len(self.tokenizer.pieces)

    @classmethod
    def fit(cls, name: str, raw: RawColumn, train: Rows, settings: Mapping[str, Any], of: str = "") -> SentenceEncoder:
        """The tokenizer is learned from the training split; ``length`` holds 99 of 100 sentences where none is set.

        Args:
            name: The column.
            raw: The texts.
            train: Rows of the training split.
            settings: ``type``, and perhaps ``unit``, ``vocabulary`` and ``length``.
            of: The column of translations that ``so-far`` is derived from.

        Raises:
            DataError: A setting makes no sense, or there is no text to learn from.
        """
        texts = texts_of(of or name, raw)
        rows = train.tolist() if len(train) else range(len(texts))
        learned = [normalized(texts[row]) for row in rows]
        if not any(learned):
            raise DataError(f"Column '{of or name}' has no text in the training split, so there are no words to learn.")
        unit = settings.get("unit", "subwords")
        if unit not in UNITS:
            raise DataError(f"Column '{name}' is cut into {unit!r}; it can be cut into {', '.join(UNITS)}.")
        given = {key: value for key, value in settings.items() if value is not None}
        least = 258 if unit == "subwords" else OWN + 1
        most = whole_setting(name, given, "vocabulary", usual_vocabulary(learned), (least, 100_000))
        tokenizer = fit_tokenizer(unit, learned, most)
        part = SO_FAR if of else str(settings.get("type", SOURCE))
        usual = 0 if "length" in given else _usual_length(tokenizer, learned, 0 if part == SOURCE else 1)
        return cls(name, tokenizer, whole_setting(name, given, "length", usual, (2, LONGEST)), part, of)

    def encode(self, raw: RawColumn) -> Array:
        texts = texts_of(self.of, raw)
        found = np.full((len(texts), *self.spec.shape), IGNORED if self.part == TARGET else PADDING, np.int32)
        for row, text in enumerate(texts):
            ids = self.ids(text)
            found[row, : len(ids)] = ids
        return found

    def encode_value(self, value: Any) -> Array:
        if not isinstance(value, str):
            raise DataError(f"'{self.spec.name}' takes a text, not {type(value).__name__}.")
        if not normalized(value):
            raise DataError(f"The text for '{self.spec.name}' is empty. Type a sentence.")
        found = np.full(self.spec.shape, IGNORED if self.part == TARGET else PADDING, np.int32)
        ids = self.ids(value)
        found[: len(ids)] = ids
        return found

    def ids(self, text: str) -> list[int]:
        """What the network reads or learns of a text, without padding."""
        plain, length = normalized(text), self.spec.shape[0]
        found = list(self.tokenizer.encode(plain)) if plain else []
        if self.part == TARGET and plain:
            found.append(self.boundary)
        if self.part == SO_FAR:
            found.insert(0, self.boundary)
        return found[:length]

    def text_with(self, ids: Sequence[int], words: Sequence[str]) -> str:
        """The text of ids with one of ``words``, of which there is one a token, in place of each unknown one."""
        parts: list[str] = []
        known: list[int] = []
        for token, word in zip(ids, words, strict=True):
            if token != UNKNOWN:
                known.append(token)
                continue
            parts += [self.tokenizer.decode(known), word]
            known = []
        return "".join([*parts, self.tokenizer.decode(known)]).strip()

    def count(self, text: str) -> int:
        """How many tokens a text has, cut or not."""
        plain = normalized(text)
        return (len(self.tokenizer.encode(plain)) if plain else 0) + (self.part != SOURCE)

    def text(self, ids: Sequence[int]) -> str:
        """The text of ids, without begin, end and padding."""
        return self.tokenizer.decode([each for each in ids if 0 <= each < self.boundary]).strip()

    def piece(self, token: int) -> str:
        """A token as a person reads it; empty for padding, ``■`` where a sentence begins or ends."""
        return "■" if token == self.boundary else self.tokenizer.pieces[token] if token > PADDING else ""

    def pieces_of(self, text: str) -> list[str]:
        """What each token that is read of a text stands for; an unknown word is itself."""
        if self.tokenizer.unit == "words":
            return cut(normalized(text))[: self.spec.shape[0]]
        return [self.piece(each) for each in self.ids(text) if each != self.boundary]

    def as_json(self) -> dict[str, Any]:
        return {
            "type": self.part,
            "name": self.spec.name,
            "of": self.of,
            "length": self.spec.shape[0],
            "tokenizer": self.tokenizer.as_json(),
        }

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> SentenceEncoder:
        tokenizer = read_tokenizer(value["tokenizer"])
        return cls(value["name"], tokenizer, int(value["length"]), str(value["type"]), str(value["of"]))


def normalized(text: str) -> str:
    """Composed characters and single spaces, one before the first word; empty where there is nothing else."""
    words = unicodedata.normalize("NFC", text[:LONGEST_TEXT]).replace("’", "'").split()
    return " " + " ".join(words) if words else ""


def usual_vocabulary(texts: Sequence[str]) -> int:
    """Tokens to tell apart, by how much text there is to learn them from."""
    characters = sum(map(len, texts))
    return 2000 if characters < 1e6 else 4000 if characters < 1e7 else 8000


def _usual_length(tokenizer: Tokenizer, texts: Sequence[str], more: int) -> int:
    lengths = sorted(len(tokenizer.encode(text)) + more for text in texts)
    most = lengths[min(len(lengths) - 1, math.ceil(len(lengths) * _HELD) - 1)]
    wanted = lengths[-1] if lengths[-1] <= _STRETCH * most else most  # all, where the longest is not far out
    return min(LONGEST, max(4, math.ceil(wanted / 4) * 4))
