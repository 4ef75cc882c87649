"""Windows of running text: token ids, and for each of them the one that comes next."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from dlstudio.data.table import Array, DataError, RawColumn, Rows
from dlstudio.data.texts.text_windows import IGNORED, TextColumn
from dlstudio.data.tokenizing.tokenizer import PADDING, Tokenizer, read_tokenizer
from dlstudio.graph.columns import ColumnSpec


class TokensEncoder:
    """Encodes a window as int32 (length,).

    With ``ahead`` 0 the tokens themselves, padded with 0; with ``ahead`` 1 the next token at each place, -1 where
    there is none. The spec's classes are the texts of the ids, so that a task can count characters.
    """

    def __init__(self, name: str, tokenizer: Tokenizer, length: int, ahead: int) -> None:
        self.tokenizer = tokenizer
        self.ahead = ahead
        kind, size = ("tokens" if ahead else "text"), len(tokenizer.pieces)
        self.spec = ColumnSpec(name, kind, (length,), "int32", tokenizer.pieces if ahead else (), size)  # type: ignore[arg-type]

    @property
    def type(self) -> str:
        """The column's type in the settings."""
        return "next-tokens" if self.ahead else "tokens"

    @classmethod
    def fit(cls, name: str, raw: RawColumn, train: Rows, _settings: Mapping[str, Any]) -> TokensEncoder:
        """The tokenizer is learned from the training split, once for both columns."""
        column = _windows_of(name, raw)
        return cls(name, column.windows.tokenizer(train), column.windows.length, column.ahead)

    def encode(self, raw: RawColumn) -> Array:
        return self.encode_rows(raw, np.arange(len(raw)))

    def encode_rows(self, raw: RawColumn, rows: Array) -> Array:
        """Some rows only: (n, length); nothing else is read."""
        ids = _windows_of(self.spec.name, raw).windows.ids(rows, self.tokenizer)
        if self.ahead:
            return ids[:, 1:]
        read = ids[:, :-1]
        return np.where(read == IGNORED, PADDING, read)

    def encode_value(self, value: Any) -> Array:
        if not isinstance(value, str):
            raise DataError(f"'{self.spec.name}' takes a text, not {type(value).__name__}.")
        ids = self.tokenizer.encode(value)
        if not ids:
            raise DataError(f"The text for '{self.spec.name}' is empty. Type some words to begin with.")
        length = self.spec.shape[0]
        found = np.zeros(self.spec.shape, np.int32)
        kept = ids[-length:]  # what comes next depends on the end
        found[: len(kept)] = kept
        return found

    def as_json(self) -> dict[str, Any]:
        return {
            "type": self.type,
            "name": self.spec.name,
            "length": self.spec.shape[0],
            "tokenizer": self.tokenizer.as_json(),
        }

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> TokensEncoder:
        ahead = 1 if value["type"] == "next-tokens" else 0
        return cls(value["name"], read_tokenizer(value["tokenizer"]), int(value["length"]), ahead)


def _windows_of(name: str, raw: RawColumn) -> TextColumn:
    if not isinstance(raw, TextColumn):
        raise DataError(f"Column '{name}' holds no running text; only text files can be read as tokens.")
    return raw
