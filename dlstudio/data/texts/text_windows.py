"""Running text as samples: windows at fixed distances in the files, read when they are asked for, never all at once.

A row is a window of so many tokens; what is kept of it is nothing but arithmetic. Consecutive windows make blocks, and
no window reads beyond its block: a split that keeps blocks together lets nothing of the test leak into training.
"""

from __future__ import annotations

import codecs
import hashlib
import math
from collections.abc import Iterator, Sequence
from typing import Protocol

import numpy as np
import numpy.typing as npt

from dlstudio.data.table import Array, LazyRows, Rows
from dlstudio.data.texts.text_files import TextFile
from dlstudio.data.tokenizing.tokenizer import Tokenizer, fit_tokenizer

IGNORED = -1
BLOCKS = 60
"""Blocks that a short text is cut into; a longer one has more, of at most 64 windows."""
_BLOCK_WINDOWS = 64
_CHARACTERS_PER_TOKEN = {"characters": 1.0, "words": 4.0, "subwords": 3.0}
_FITTED_BYTES = 16 << 20
_JOINED_WINDOWS = 4096  # that are read at once
_WORD_REACH = 64  # characters within which a window that falls into a word looks for its end


class TextWindows:
    """Windows over one text or several.

    Attributes:
        files: The texts.
        unit: ``characters``, ``words`` or ``subwords``.
        length: Tokens a window.
        vocabulary: How many tokens are told apart at the most.
    """

    def __init__(self, files: Sequence[TextFile], unit: str, length: int, vocabulary: int) -> None:
        self.files = tuple(files)
        self.unit, self.length, self.vocabulary = unit, length, vocabulary
        self._strides = [
            max(1, round(length * _CHARACTERS_PER_TOKEN[unit] * file.bytes_per_character)) for file in self.files
        ]
        counts = [
            max(1, math.ceil((file.size - file.start) / stride - 0.1))
            for file, stride in zip(self.files, self._strides, strict=True)
        ]
        self._firsts = np.cumsum([0, *counts])
        self._block = min(max(int(self._firsts[-1]) // BLOCKS, 1), _BLOCK_WINDOWS)
        self._tokenizers: dict[bytes, Tokenizer] = {}
        self._last: tuple[bytes, Tokenizer, npt.NDArray[np.int32]] | None = None

    def __len__(self) -> int:
        return int(self._firsts[-1])

    @property
    def blocks(self) -> npt.NDArray[np.int64]:
        """The block of each window, (rows,); a block lies in one file."""
        found, before = [], 0
        for first, end in zip(self._firsts[:-1], self._firsts[1:], strict=True):
            each = np.arange(end - first) // self._block
            found.append(each + before)
            before += int(each[-1]) + 1
        return np.concatenate(found)

    def file_of(self, row: int) -> int:
        """The number of the file that a window lies in."""
        return int(np.searchsorted(self._firsts, row, side="right")) - 1

    def place(self, row: int) -> str:
        """``alice.txt from byte 12,800``."""
        index, begin, _ = self._span(row)
        return f"{self.files[index].name} from byte {begin:,}"

    def text(self, row: int) -> str:
        """About as many characters as the window has tokens for."""
        return self._read(row, math.ceil(self.length * _CHARACTERS_PER_TOKEN[self.unit]))[0]

    def ids(self, rows: Array, tokenizer: Tokenizer) -> npt.NDArray[np.int32]:
        """Token ids (rows, length + 1), int32; ``IGNORED`` fills what lies behind the end of a block."""
        wanted = np.ascontiguousarray(rows, np.int64)
        key = hashlib.blake2b(wanted.tobytes(), digest_size=16).digest()
        last = self._last  # input and target of a batch are asked for one after the other
        if last is not None and last[0] == key and last[1] is tokenizer:
            return last[2]
        found = np.full((len(wanted), self.length + 1), IGNORED, np.int32)
        for place, row in enumerate(wanted.tolist()):
            ids = self._row(row, tokenizer)
            found[place, : len(ids)] = ids
        self._last = (key, tokenizer, found)
        return found

    def tokenizer(self, train: Rows) -> Tokenizer:
        """The tokenizer learned from the windows given, or from at most 16 MiB of them, evenly spread."""
        rows = np.ascontiguousarray(train if len(train) else np.arange(len(self)), np.int64)
        key = hashlib.blake2b(rows.tobytes(), digest_size=16).digest()
        if key not in self._tokenizers:
            most = max(1, _FITTED_BYTES // max(self._strides))
            spread = rows if len(rows) <= most else _runs(rows, most)
            self._tokenizers[key] = fit_tokenizer(self.unit, self._texts(spread), self.vocabulary)
        return self._tokenizers[key]

    def _texts(self, rows: Rows) -> Iterator[str]:
        """The texts of windows; neighbours are joined, so that words between them stay whole."""
        breaks = np.flatnonzero(np.diff(rows) != 1) + 1
        for run in np.split(rows, breaks):
            first, last = int(run[0]), int(run[-1])
            while first <= last:  # a run may go from one file into the next
                index, begin, _ = self._span(first)
                end = min(last, int(self._firsts[index + 1]) - 1, first + _JOINED_WINDOWS - 1)
                file, stride = self.files[index], self._strides[index]
                stop = min(begin + (end - first + 1) * stride, file.size)
                yield _decoded(_bytes(file, begin, stop), file.encoding)
                first = end + 1

    def _row(self, row: int, tokenizer: Tokenizer) -> Sequence[int]:
        most = self.length + 1
        characters = math.ceil((most + 2) * _CHARACTERS_PER_TOKEN[self.unit])
        while True:
            text, whole = self._read(row, characters)
            ids = tokenizer.encode(text)
            # The last token may go on behind the end of what was read.
            if whole or len(ids) > most:
                return ids[:most]
            characters *= 2

    def _span(self, row: int) -> tuple[int, int, int]:
        """File, first byte of a window, and end of its block."""
        index = self.file_of(row)
        file, number = self.files[index], row - int(self._firsts[index])
        stride = self._strides[index]
        begin = file.start + number * stride
        last = int(self._firsts[index + 1] - self._firsts[index]) - 1
        end = (number // self._block + 1) * self._block
        return index, begin, file.size if end > last else min(file.size, file.start + end * stride)

    def _read(self, row: int, characters: int) -> tuple[str, bool]:
        """At most so many characters from a window's begin, and whether they reach the end of its block."""
        index, begin, end = self._span(row)
        file = self.files[index]
        reach = 0 if self.unit == "characters" or begin == file.start else _WORD_REACH
        wide = 1 if file.encoding != "utf-8" else 4 if file.bytes_per_character > 1.02 else 1
        stop = min(end, begin + (characters + reach) * wide + 4)
        text, whole = _decoded(_bytes(file, begin, stop), file.encoding), stop == end
        if reach:
            space = next((place for place, sign in enumerate(text[:reach]) if sign.isspace()), 0)
            text = text[space:]
        if whole and end < file.size and self.unit != "characters":
            cut = max(
                (place for place, sign in enumerate(text[-reach:] if reach else "") if sign.isspace()), default=-1
            )
            text = text[: len(text) - min(reach, len(text)) + cut] if cut >= 0 else text
        if len(text) > characters:
            return text[:characters], False
        return text, whole


def _runs(rows: Rows, most: int) -> Rows:
    """About ``most`` of the rows in stretches of neighbours, evenly spread: reading stretches is what is quick."""
    stretch = min(_BLOCK_WINDOWS, most)
    count = max(1, most // stretch)
    starts = np.linspace(0, len(rows) - stretch, count).astype(np.int64)
    return rows[np.unique(starts[:, None] + np.arange(stretch))]


class Windowed(Protocol):
    """Texts by row that are cut into tokens when they are asked for.

    Attributes:
        length: Tokens a row.
    """

    length: int

    def __len__(self) -> int: ...

    def text(self, row: int) -> str:
        """What a person reads of a row."""
        ...

    def ids(self, rows: Array, tokenizer: Tokenizer) -> npt.NDArray[np.int32]:
        """Token ids (rows, length + 1), int32; ``IGNORED`` fills what has no token."""
        ...

    def tokenizer(self, train: Rows) -> Tokenizer:
        """The tokenizer learned from the rows given."""
        ...


class TextColumn(LazyRows):
    """A column of windows over running text, or of whole texts: what is read, or what comes next.

    Attributes:
        windows: The windows, shared by both columns.
        ahead: 0 for the tokens of the window, 1 for those that follow each of them.
    """

    def __init__(self, windows: Windowed, ahead: int) -> None:
        self.windows = windows
        self.ahead = ahead
        self.fits = ("next-tokens",) if ahead else ("tokens",)

    def __len__(self) -> int:
        return len(self.windows)

    def shown(self, row: int) -> str:
        """The text of a window; for what comes next, the same without its first character."""
        return self.windows.text(row)[self.ahead :]


def _bytes(file: TextFile, begin: int, end: int) -> bytes:
    with file.path.open("rb") as opened:
        opened.seek(begin)
        return opened.read(max(0, end - begin))


def _decoded(content: bytes, encoding: str) -> str:
    if encoding == "utf-8":
        first = next((place for place, byte in enumerate(content[:4]) if byte & 0xC0 != 0x80), 0)
        text = codecs.getincrementaldecoder("utf-8")("replace").decode(content[first:])  # an unfinished end is left out
    else:
        text = content.decode(encoding, "replace")
    return text.replace("\r\n", "\n").replace("\r", "\n")
