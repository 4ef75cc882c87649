"""JSON Lines tables: one JSON object a line, one row a sample, its fields plain values; also packed with gzip.

Objects that hold lists are sequences, which other formats read.
"""

from __future__ import annotations

import gzip
import json
import zlib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from dlstudio.data.table import LISTED, Choice, DataError, DataIssue, Table, listed
from dlstudio.data.tables.cell_columns import raw_columns
from dlstudio.data.tables.cell_tables import GUESSED_ROWS, guess_table
from dlstudio.graph.problems import Severity
from dlstudio.graph.project import DataSettings

NAME = "jsonl"
TITLE = "JSON Lines table"

SUFFIXES = (".jsonl", ".ndjson", ".jsonl.gz", ".ndjson.gz")
MOST_BYTES = 4 << 30
MOST_LINE = 4 << 20  # bytes
MOST_COLUMNS = 10_000


def matches(path: Path) -> bool:
    """Whether a file is called JSON Lines and does not begin with an object that holds a list."""
    if not (path.is_file() and path.name.lower().endswith(SUFFIXES)):
        return False
    try:
        _, first = next(_objects(path))
    except (DataError, StopIteration, OSError):
        return True  # reading it says what is wrong
    return not isinstance(first, dict) or not any(isinstance(value, list) for value in first.values())


def guess(path: Path) -> DataSettings:
    """Types, target, joined features and split of a table.

    Raises:
        DataError: It cannot be read.
    """
    cells, _, _ = _read_cells(path, {}, GUESSED_ROWS)
    return guess_table(path, NAME, cells, {})


def read(settings: DataSettings, source: Path) -> Table:
    """All rows of the table.

    Raises:
        DataError: It cannot be read; the sentence names file and line.
    """
    cells, lines, issues = _read_cells(source, settings.options, None)
    columns = raw_columns(cells, settings.columns, settings.options, source.parent)
    return Table(len(lines), columns, issues=issues, place=lambda row: f"line {lines[row]}", name=source.name)


def _read_cells(
    path: Path, options: Mapping[str, Any], most_rows: int | None
) -> tuple[dict[str, list[str]], list[int], tuple[DataIssue, ...]]:
    """One cell a row and field, empty where an object lacks it; the line of each row; objects without a field."""
    cells: dict[str, list[str]] = {}
    lines: list[int] = []
    odd: list[str] = []
    for line, found in _objects(path):
        if not isinstance(found, dict):
            odd.append(f"line {line} holds {_kind(found)}")
            continue
        value = _with_languages(found)
        nested = [name for name, each in value.items() if isinstance(each, list | dict)]
        if nested:
            odd.append(f"line {line} has {_kind(value[nested[0]])} in '{nested[0][:40]}'")
            continue
        for name in value:
            if name not in cells:
                if len(cells) >= MOST_COLUMNS:
                    raise DataError(
                        f"{path.name} names more than {MOST_COLUMNS} fields by line {line}; that is no table."
                    )
                cells[name] = [""] * len(lines)
        for name, column in cells.items():
            column.append(_cell(value.get(name)))
        lines.append(line)
        if most_rows is not None and len(lines) >= most_rows:
            break
    if not lines or not cells:
        said = f" {odd[0].capitalize()}." if odd else ""
        raise DataError(f"{path.name} has no line with a JSON object of plain values.{said} Check the file.")
    return cells, lines, (_odd(path, odd, options),) if odd else ()


def _objects(path: Path) -> Iterator[tuple[int, Any]]:
    """Number and JSON value of each line that is not blank.

    Raises:
        DataError: A line is no JSON, is absurdly long, or is no UTF-8.
    """
    line = total = 0
    try:
        with gzip.open(path, "rb") if path.name.lower().endswith(".gz") else path.open("rb") as file:
            while raw := file.readline(MOST_LINE + 1):
                line += 1
                total += len(raw)
                if len(raw) > MOST_LINE:
                    raise DataError(f"Line {line} of {path.name} is longer than {MOST_LINE >> 20} MiB. Split it up.")
                if total > MOST_BYTES:
                    raise DataError(f"{path.name} holds more than {MOST_BYTES >> 30} GiB. Split it into parts.")
                text = raw.decode("utf-8-sig" if line == 1 else "utf-8").strip()
                if text:
                    yield line, json.loads(text)
    except UnicodeDecodeError as error:
        raise DataError(f"{path.name} is not UTF-8 text in line {line}. Save it as UTF-8.") from error
    except (ValueError, RecursionError) as error:
        if isinstance(error, DataError):
            raise
        said = getattr(error, "msg", "") or "it is nested too deeply or holds an absurd number"
        raise DataError(f"Line {line} of {path.name} is no JSON: {said}. Each line has to be one object.") from error
    except (OSError, EOFError, zlib.error) as error:
        raise DataError(f"{path.name} cannot be read after line {line}: {error}.") from error


def _with_languages(value: dict[str, Any]) -> dict[str, Any]:
    """``{"translation": {"en": …, "fr": …}}``, as data sets of translations have it, with the languages as fields."""
    languages = value.get("translation")
    if not isinstance(languages, dict):
        return value
    return {**{name: each for name, each in value.items() if name != "translation"}, **languages}


def _odd(path: Path, places: list[str], options: Mapping[str, Any]) -> DataIssue:
    count = len(places)
    skipped = options.get("ragged") == "skip"
    message = (
        f"{path.name}: {listed(places, count)}, where an object of plain values is expected. "
        f"{'These lines are skipped, as chosen.' if skipped else 'Mend the file, or skip these lines.'}"
    )
    severity: Severity = "warning" if skipped else "error"
    choices = () if skipped else (Choice("Skip these lines", "ragged", "skip"),)
    return DataIssue("ragged", message, severity, "", count, (), tuple(places[:LISTED]), choices)


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    return str(value).strip()


def _kind(value: Any) -> str:
    if isinstance(value, dict):
        return "an object"
    return "a list" if isinstance(value, list) else f"only {str(value)[:40]!r}"
