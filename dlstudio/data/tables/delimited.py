"""Reads CSV and TSV files and tables of numbers between blanks, also packed: encoding, delimiter, header, ragged rows.

It knows cells, not types: what a column means is guessed in :mod:`dlstudio.data.guessing`.
"""

from __future__ import annotations

import csv
import gzip
import io
import zlib
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from dlstudio.data.table import LISTED, Choice, DataError, DataIssue, listed
from dlstudio.data.tables.cells import is_missing, is_number
from dlstudio.graph.problems import Severity

SUFFIXES = (".csv", ".tsv", ".csv.gz", ".tsv.gz")
MOST_BYTES = 4 << 30
MOST_COLUMNS = 10_000
MOST_FIELD = 4 << 20
_SNIFFED_BYTES = 1 << 18
_SNIFFED_ROWS = 200
_DELIMITERS = (",", ";", "\t", "|")
BLANKS = " "
"""The delimiter of a table whose cells stand between any number of blanks."""
_PLAIN_SUFFIXES = (".data", ".dat", ".txt")
_FEWEST_ROWS = 3


@dataclass(frozen=True)
class Dialect:
    """How a table is written down: ``delimiter``, ``header`` (whether the first line names columns), ``encoding``.

    The delimiter ``" "`` stands for any number of blanks, those at the ends of a line aside.
    """

    delimiter: str = ","
    header: bool = True
    encoding: str = "utf-8"

    def as_options(self) -> dict[str, Any]:
        return {"delimiter": self.delimiter, "header": self.header, "encoding": self.encoding}


@dataclass(frozen=True)
class Records:
    """The cells of a table by column.

    Attributes:
        columns: Column name → one stripped cell a row.
        lines: The line in the file where each row ends, from 1.
        issues: Ragged rows, doubled names, and so on.
    """

    columns: dict[str, list[str]]
    lines: list[int]
    issues: tuple[DataIssue, ...]


def is_delimited(path: Path) -> bool:
    """Whether the file's name is that of a CSV or TSV file."""
    return path.name.lower().endswith(SUFFIXES)


def is_plain_table(path: Path) -> bool:
    """Whether a ``.data``, ``.dat`` or ``.txt`` file begins with rows of one width, most of whose cells are numbers.

    Only its head is read: a text may have gigabytes.
    """
    name = path.name.lower().removesuffix(".gz")
    if not name.endswith(_PLAIN_SUFFIXES):
        return False
    try:
        text = _head(path).decode("utf-8", errors="replace")
    except DataError:
        return False
    rows = _sample(text, _delimiter(text))
    return "\0" not in text and len(rows) >= _FEWEST_ROWS and _is_numeric(rows)


def find_dialect(path: Path, options: Mapping[str, Any]) -> Dialect:
    """The dialect that the options name, sniffed where they are silent.

    Raises:
        DataError: No such file, not text, or options that make no sense.
    """
    head = _head(path)
    encoding = options.get("encoding") or _encoding(path, head)
    text = _decoded(path, head, encoding)
    delimiter = options.get("delimiter") or _delimiter(text)
    if not isinstance(delimiter, str) or len(delimiter) != 1 or delimiter in '\r\n"':
        raise DataError(f"The delimiter of {path.name} has to be one character such as ',' or ';', not {delimiter!r}.")
    header = options.get("header")
    if header is None:
        header = _has_header(_sample(text, delimiter))
    return Dialect(delimiter, bool(header), encoding)


def read_records(path: Path, dialect: Dialect, options: Mapping[str, Any], most_rows: int | None = None) -> Records:
    """Reads a table. Ragged rows are left out and become an issue.

    Args:
        path: The file.
        dialect: How it is written down.
        options: ``ragged`` is ``skip`` where the user agreed to leave ragged rows out, ``stop`` to refuse them.
        most_rows: Read no more than this; None for all.

    Raises:
        DataError: It cannot be read at all; the sentence names file and line.
    """
    rows: list[list[str]] = []
    lines: list[int] = []
    ragged: list[tuple[int, int]] = []
    names: list[str] = []
    issues: list[DataIssue] = []
    for line, cells in _rows(path, dialect):
        if not names:
            if len(cells) > MOST_COLUMNS:
                raise DataError(f"{path.name} has {len(cells)} columns; {MOST_COLUMNS} are the most that can be read.")
            names = _names(path, cells, dialect.header, issues)
            if dialect.header:
                continue
        if len(cells) != len(names):
            ragged.append((line, len(cells)))
            continue
        rows.append([cell.strip() for cell in cells])
        lines.append(line)
        if most_rows is not None and len(rows) >= most_rows:
            break
    if not rows:
        raise DataError(f"{path.name} has no complete row under its header. Check the file and its delimiter.")
    if ragged:
        issues.append(ragged_issue(path, ragged, len(names), options.get("ragged")))
    if dialect.encoding == "latin-1":
        message = f"{path.name} is not UTF-8; it is read as Latin-1. Check that letters with accents look right."
        issues.append(DataIssue("encoding", message))
    columns = {name: list(cells) for name, cells in zip(names, zip(*rows, strict=True), strict=True)}
    return Records(columns, lines, tuple(issues))


def ragged_issue(path: Path, ragged: list[tuple[int, int]], width: int, chosen: object) -> DataIssue:
    """Rows of another width, (line, cells) each, as an issue; a DataError where the option chosen is ``stop``."""
    places = [f"line {line} has {found}" for line, found in ragged[:LISTED]]
    many = len(ragged) > 1
    message = (
        f"{path.name} has {len(ragged)} ragged row{'s' if many else ''}: {listed(places, len(ragged))} values where "
        f"the table has {width} columns. Mend the file, or skip {'them' if many else 'it'}."
    )
    if chosen == "stop":
        raise DataError(message)
    skipped = chosen == "skip"
    choices = () if skipped else (Choice("Skip ragged rows", "ragged", "skip"),)
    severity: Severity = "warning" if skipped else "error"
    return DataIssue("ragged", message, severity, "", len(ragged), (), tuple(places), choices)


def _names(path: Path, cells: list[str], header: bool, issues: list[DataIssue]) -> list[str]:
    if not header:
        return [f"column_{number}" for number in range(1, len(cells) + 1)]
    names: list[str] = []
    doubled: list[str] = []
    for number, cell in enumerate(cells, 1):
        wanted = cell.strip()[:80] or f"column_{number}"
        name, copy = wanted, 2
        while name in names:
            name, copy = f"{wanted}_{copy}", copy + 1
        if name != wanted:
            doubled.append(wanted)
        names.append(name)
    if doubled:
        message = (
            f"The header of {path.name} names '{doubled[0]}' more than once; the later one is called "
            f"'{doubled[0]}_2'. Give each column a name of its own."
        )
        issues.append(
            DataIssue("header", message, count=len(doubled), column=doubled[0], places=tuple(doubled[:LISTED]))
        )
    return names


def _rows(path: Path, dialect: Dialect) -> Iterator[tuple[int, list[str]]]:
    csv.field_size_limit(MOST_FIELD)
    line = 0
    try:
        with _opened(path) as binary:
            text = io.TextIOWrapper(io.BufferedReader(_Bounded(binary, path)), encoding=dialect.encoding, newline="")
            source = _Lines(_lines(text, dialect.delimiter))
            reader = _reader(source, dialect.delimiter)
            record: list[str] = []
            for cells in reader:
                record, source.taken = source.taken, []
                if _is_open(record, dialect.delimiter):  # it has swallowed the rest of the file
                    raise csv.Error("a quotation mark is opened there and the file ends before it is closed")
                line = reader.line_num
                if cells and (len(cells) > 1 or cells[0].strip()):
                    yield line, cells
    except csv.Error as error:
        raise DataError(
            f"{path.name} cannot be read after line {line}: {error}. Look for a quotation mark that is never closed."
        ) from error
    except UnicodeDecodeError as error:
        raise DataError(
            f"{path.name} is not {dialect.encoding} text after line {line}. Save it as UTF-8, or set its encoding."
        ) from error
    except (OSError, EOFError, zlib.error, LookupError) as error:
        raise DataError(f"{path.name} cannot be read: {error}.") from error


def _reader(lines: Iterable[str], delimiter: str, *, strict: bool = False) -> Any:
    return csv.reader(lines, delimiter=delimiter, skipinitialspace=delimiter == BLANKS, strict=strict)


def _lines(text: Iterable[str], delimiter: str) -> Iterator[str]:
    """The lines as they are; of a table of blanks without those at the ends, and with blanks for tabs."""
    if delimiter != BLANKS:
        yield from text
        return
    for line in text:
        body = line.rstrip("\r\n")
        yield body.replace("\t", BLANKS).strip(BLANKS) + line[len(body) :]


class _Lines:
    """Passes lines on and keeps those that the reader took for the record in hand."""

    def __init__(self, text: Iterator[str]) -> None:
        self._text = text
        self.taken: list[str] = []

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        line = next(self._text)
        self.taken.append(line)
        return line


def _is_open(record: list[str], delimiter: str) -> bool:
    """Whether a record ends inside quotation marks; such a one spans lines, or is the last of the file."""
    if len(record) == 1 and record[0].endswith(("\n", "\r")):
        return False
    try:
        list(_reader(record, delimiter, strict=True))
    except csv.Error as error:
        return "unexpected end" in str(error)
    return False


class _Bounded(io.RawIOBase):
    """Passes bytes on until there are absurdly many: a small .gz may unpack without end."""

    def __init__(self, source: Any, path: Path) -> None:
        self._source = source
        self._path = path
        self._left = MOST_BYTES

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        data = self._source.read(len(buffer))
        self._left -= len(data)
        if self._left < 0:
            raise DataError(f"{self._path.name} unpacks to more than {MOST_BYTES >> 30} GiB. Split it into parts.")
        buffer[: len(data)] = data
        return len(data)


def _opened(path: Path) -> Any:
    if not path.is_file():
        raise DataError(f"There is no file {path}. Choose another one, or put it there.")
    return gzip.open(path, "rb") if path.name.lower().endswith(".gz") else path.open("rb")


def _head(path: Path) -> bytes:
    try:
        with _opened(path) as file:
            head = bytes(file.read(_SNIFFED_BYTES))
    except (OSError, EOFError, zlib.error) as error:
        raise DataError(f"{path.name} cannot be read: {error}.") from error
    if not head.strip():
        raise DataError(f"{path.name} is empty.")
    return head


def _encoding(path: Path, head: bytes) -> str:
    if head.startswith(b"\xef\xbb\xbf"):
        return "utf-8-sig"
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        return "utf-16"
    if b"\0" in head:
        raise DataError(
            f"{path.name} is not a text file: it holds zero bytes. Choose a CSV, TSV, image folder or .npz."
        )
    # A bad byte may stand anywhere, so the whole file is looked at before UTF-8 is believed.
    try:
        with _opened(path) as file:
            text = io.TextIOWrapper(io.BufferedReader(_Bounded(file, path)), encoding="utf-8", newline="")
            while text.read(1 << 20):
                pass
    except UnicodeDecodeError:
        return "latin-1"
    except (OSError, EOFError, zlib.error) as error:
        raise DataError(f"{path.name} cannot be read: {error}.") from error
    return "utf-8"


def _decoded(path: Path, head: bytes, encoding: object) -> str:
    try:
        return head.decode(str(encoding), errors="replace")
    except LookupError as error:
        raise DataError(f"{path.name} is to be read as '{encoding}', which is no encoding. Try utf-8.") from error


def _sample(text: str, delimiter: str) -> list[list[str]]:
    csv.field_size_limit(MOST_FIELD)
    found: list[list[str]] = []
    try:
        for cells in _reader(_lines(io.StringIO(text, newline=""), delimiter), delimiter):
            if cells and (len(cells) > 1 or cells[0].strip()):
                found.append(cells)
            if len(found) > _SNIFFED_ROWS:
                break
    except csv.Error:
        pass
    return found[:-1] if 1 < len(found) <= _SNIFFED_ROWS and len(text) >= _SNIFFED_BYTES // 4 else found


def _delimiter(text: str) -> str:
    """The delimiter under which most rows, the first among them, have the same width; of equals the more columns.

    The first row tells decimal commas from delimiting ones: names of columns hold no numbers.
    """
    best, best_score = ",", (0.0, False, 0)
    for delimiter in _DELIMITERS:
        rows = _sample(text, delimiter)
        if not rows:
            continue
        width, count = Counter(len(cells) for cells in rows).most_common(1)[0]
        score = (round(count / len(rows), 1), len(rows[0]) == width, width)
        if width > 1 and score > best_score:
            best, best_score = delimiter, score
    if best_score[2] <= 1 and _is_numeric(_sample(text, BLANKS)):
        return BLANKS
    return best


def _is_numeric(rows: list[list[str]]) -> bool:
    """Whether rows are of one width, of two cells or more, and most cells below the first row are numbers."""
    if len(rows) < 2 or len(rows[0]) < 2 or any(len(cells) != len(rows[0]) for cells in rows):
        return False
    below = [cell for cells in rows[1:] for cell in cells]
    return sum(is_number(cell.strip()) or is_missing(cell) for cell in below) > len(below) / 2


def _has_header(rows: list[list[str]]) -> bool:
    """Whether the first row names columns: it holds no number or sentence, and nothing that the rows below repeat."""
    if len(rows) < 2:
        return True
    first = [cell.strip() for cell in rows[0]]
    below = [[cell.strip() for cell in row] for row in rows[1:] if len(row) == len(first)]
    if any(is_number(cell) for cell in first) or all(is_missing(cell) for cell in first):
        return False
    if any(len(cell) > 60 or cell.endswith((".", "!", "?", "。")) for cell in first):
        return False
    columns = list(zip(*below, strict=True))
    if any(sum(is_number(cell) for cell in column) > len(column) / 2 for column in columns):
        return True
    repeated = sum(cell in column for cell, column in zip(first, columns, strict=False))
    return repeated < max(1, len(first) / 2)
