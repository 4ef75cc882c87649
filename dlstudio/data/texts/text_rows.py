"""Texts of a table as samples of a language model: each row is one text, whose next word is told at each place.

The counterpart of :mod:`dlstudio.data.texts.text_windows`, which cuts running text of files.
"""

from __future__ import annotations

import hashlib
from dataclasses import replace

import numpy as np
import numpy.typing as npt

from dlstudio.data.encoders.encoder import whole_setting
from dlstudio.data.guessing import VOCABULARY
from dlstudio.data.table import Array, Cells, DataError, Rows, Table
from dlstudio.data.texts.next_word_settings import NEXT
from dlstudio.data.texts.text_windows import IGNORED, TextColumn
from dlstudio.data.tokenizing.tokenizer import UNITS, Tokenizer, fit_tokenizer
from dlstudio.graph.project import DataSettings

_LENGTHS = {"characters": 256, "words": 64, "subwords": 96}


class TextRows:
    """The texts of a column, read from their first token on.

    Attributes:
        unit: ``characters``, ``words`` or ``subwords``.
        length: Tokens a text; longer ones are cut.
        vocabulary: How many tokens are told apart at the most.
    """

    def __init__(self, texts: list[str], unit: str, length: int, vocabulary: int) -> None:
        self._texts = texts
        self.unit, self.length, self.vocabulary = unit, length, vocabulary
        self._tokenizers: dict[bytes, Tokenizer] = {}

    def __len__(self) -> int:
        return len(self._texts)

    def text(self, row: int) -> str:
        """The whole text of a row."""
        return self._texts[row]

    def ids(self, rows: Array, tokenizer: Tokenizer) -> npt.NDArray[np.int32]:
        """Token ids (rows, length + 1), int32; ``IGNORED`` fills what lies behind the end of a text."""
        found = np.full((len(rows), self.length + 1), IGNORED, np.int32)
        for place, row in enumerate(np.asarray(rows).tolist()):
            ids = tokenizer.encode(self._texts[row])[: self.length + 1]
            found[place, : len(ids)] = ids
        return found

    def tokenizer(self, train: Rows) -> Tokenizer:
        """The tokenizer learned from the rows given, once for both columns."""
        rows = np.ascontiguousarray(train if len(train) else np.arange(len(self)), np.int64)
        key = hashlib.blake2b(rows.tobytes(), digest_size=16).digest()
        if key not in self._tokenizers:
            texts = (self._texts[row] for row in rows.tolist())
            self._tokenizers[key] = fit_tokenizer(self.unit, texts, self.vocabulary)
        return self._tokenizers[key]


def next_word_table(table: Table, settings: DataSettings) -> Table:
    """The same rows, with the columns that a language model reads and learns.

    Raises:
        DataError: The column that is read is missing or holds no texts, or a setting makes no sense.
    """
    name, column = next((each, c) for each, c in settings.columns.items() if c.get("type") == NEXT)
    of = str(column.get("of", ""))
    raw, read = table.columns.get(of), settings.columns.get(of, {})
    if not isinstance(raw, Cells):
        raise DataError(f"Column '{name}' tells the next word of '{of}', which is no column of texts.")
    unit = read.get("unit", "words")
    if unit not in UNITS:
        raise DataError(f"The text is to be cut into {unit!r}; it can be cut into {', '.join(UNITS)}.")
    length = whole_setting(of, read, "length", _LENGTHS[unit], (2, 8192))
    usual = VOCABULARY if unit == "words" else 1000
    vocabulary = whole_setting(of, read, "vocabulary", usual, (258 if unit == "subwords" else 3, 200_000))
    rows = TextRows(list(raw.texts()), unit, length, vocabulary)
    return replace(table, columns={**table.columns, of: TextColumn(rows, 0), name: TextColumn(rows, 1)})
