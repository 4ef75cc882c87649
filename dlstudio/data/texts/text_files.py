"""Surveys files of running text: encoding, length and damage, read by pieces so that the size does not matter."""

from __future__ import annotations

import codecs
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from dlstudio.data.progress import report
from dlstudio.data.table import DataError
from dlstudio.data.texts.survey_memory import Survey, SurveyMemory

PIECE = 4 << 20
REMEMBERED_BYTES = 64 << 20  # of a file from that size on it is remembered how far it was read
MOST_BYTES = 64 << 30
"""A larger file is a mistake rather than a text."""

_UTF8_BOM = codecs.BOM_UTF8
_WIDE_BOMS = (codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE, codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
_SPECIAL = frozenset(range(32)) - {7, 8, 9, 10, 12, 13, 27}  # control characters that no text holds
ENCODINGS = {"utf-8": "utf-8", "latin-1": "cp1252"}
"""What the option ``encoding`` may say, and how Python calls it: Windows' superset of Latin-1 reads both."""


@dataclass(frozen=True)
class TextFile:
    """One file of text, as it will be read.

    Attributes:
        path: Where it lies.
        name: What a person reads for it.
        start: Bytes before the text: the mark of UTF-8, or 0.
        size: Bytes up to the end of the text.
        encoding: Python's name of the encoding.
        characters: How many characters the text has.
        damaged: Byte offset of the first place that is not of the encoding, or -1.
    """

    path: Path
    name: str
    start: int
    size: int
    encoding: str
    characters: int
    damaged: int = -1

    @property
    def bytes_per_character(self) -> float:
        """The mean, 1 for English."""
        return (self.size - self.start) / max(self.characters, 1)


def looks_like_text(path: Path) -> bool:
    """Whether the beginning of a file holds text of any encoding, rather than binary data."""
    try:
        with path.open("rb") as file:
            head = file.read(65536)
    except OSError:
        return False
    return head.startswith(_WIDE_BOMS) or not (set(head) & _SPECIAL)


def survey(path: Path, name: str, encoding: str = "") -> TextFile:
    """Reads a file once from begin to end and says how it is to be read. Takes a few megabytes of memory.

    Args:
        path: The file.
        name: What a person reads for it.
        encoding: ``utf-8`` or ``latin-1`` where the user has said; empty to find out.

    Raises:
        DataError: It is empty, binary, of absurd size, or of an encoding that is not read.
    """
    if encoding and encoding not in ENCODINGS:
        raise DataError(f"The encoding of the text is {encoding!r}; it has to be one of {', '.join(ENCODINGS)}.")
    try:
        size = path.stat().st_size
        if not size:
            raise DataError(f"{name} is empty: it holds no text.")
        if size > MOST_BYTES:
            raise DataError(
                f"{name} has {size / 2**30:.0f} GiB, more than the {MOST_BYTES >> 30} that are read as text."
            )
        with path.open("rb") as file:
            head = file.read(4)
        if head.startswith(_WIDE_BOMS):
            raise DataError(f"{name} is encoded in UTF-16 or UTF-32. Save it as UTF-8, and choose it again.")
        start = len(_UTF8_BOM) if head.startswith(_UTF8_BOM) else 0
        if size == start:
            raise DataError(f"{name} is empty: it holds no text.")
        characters, damaged = _read_through(path, name, start)
    except OSError as error:
        raise DataError(f"{name} cannot be read: {error.strerror or error}.") from error
    if encoding == "latin-1" or (damaged >= 0 and damaged < size - 3 and encoding != "utf-8"):
        return TextFile(path, name, 0, size, ENCODINGS["latin-1"], size, damaged)
    return TextFile(path, name, start, size, "utf-8", characters, damaged)


def _read_through(path: Path, name: str, start: int) -> tuple[int, int]:
    """Characters of the file read as UTF-8, and the offset of the first byte that is none or -1.

    A large file goes on where an earlier reading was stopped, and is not read again while it stays the same.
    """
    decoder = codecs.getincrementaldecoder("utf-8")("strict")
    size = path.stat().st_size
    memory = SurveyMemory(path) if size >= REMEMBERED_BYTES else None
    before = memory.read() if memory is not None else None
    characters, offset, damaged = 0, start, -1
    if before is not None:
        characters, offset, damaged = before.characters, before.offset, before.damaged
        decoder.setstate((before.held, 0))
    for piece in _pieces(path, offset):
        if b"\0" in piece:
            place = offset + piece.index(b"\0")
            raise DataError(
                f"{name} is no text: byte {place:,} is zero, as in binary files and UTF-16. Save it as UTF-8."
            )
        if damaged < 0:
            held = len(decoder.getstate()[0])
            try:
                characters += len(decoder.decode(piece))
            except UnicodeDecodeError as error:
                damaged = max(offset - held + error.start, start)
        if damaged >= 0:
            # Bytes that continue a character count for nothing; each other one begins one.
            characters += len(piece.decode("utf-8", "ignore"))
        offset += len(piece)
        if memory is not None:
            report("Reading text (MB)", offset >> 20, size >> 20)
            if offset % REMEMBERED_BYTES < PIECE or offset >= size:
                memory.write(Survey(offset, characters, damaged, decoder.getstate()[0] if damaged < 0 else b""))
    if damaged < 0 and decoder.getstate()[0]:
        damaged = offset - len(decoder.getstate()[0])
    return characters, damaged


def _pieces(path: Path, start: int) -> Iterator[bytes]:
    with path.open("rb") as file:
        file.seek(start)
        while piece := file.read(PIECE):
            yield piece
