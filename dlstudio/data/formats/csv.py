"""CSV and TSV tables, also packed with gzip: one row a sample, columns typed by what their cells hold."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from dlstudio.data.cell_columns import guess_columns, guess_split_column, raw_columns
from dlstudio.data.delimited import find_dialect, is_delimited, read_records
from dlstudio.data.guessing import DEFAULT_SPLIT, guess_decimal, guess_roles
from dlstudio.data.sizes import guess_image
from dlstudio.data.splits import FOLDED
from dlstudio.data.table import Files, Table
from dlstudio.graph.project import DataSettings

NAME = "csv"
TITLE = "CSV or TSV table"

_GUESSED_ROWS = 20_000


def matches(path: Path) -> bool:
    """Whether the file's name is that of a CSV or TSV."""
    return path.is_file() and is_delimited(path)


def guess(path: Path) -> DataSettings:
    """Dialect, types, target, joined features and split of a table.

    Raises:
        DataError: It cannot be read.
    """
    dialect = find_dialect(path, {})
    records = read_records(path, dialect, {}, _GUESSED_ROWS)
    decimal = guess_decimal(records.columns)
    columns = guess_columns(records.columns, decimal)
    options: dict[str, Any] = dialect.as_options()
    if decimal != ".":
        options["decimal"] = decimal
    split: dict[str, Any] = dict(DEFAULT_SPLIT)
    by = guess_split_column(records.columns)
    if by is not None:
        split = {"by": "column", "column": by, **FOLDED}
        columns[by] = {"type": "ignore"}
    raw = raw_columns(records.columns, columns, options, path.parent)
    for name, column in raw.items():
        if isinstance(column, Files):
            columns[name] = guess_image(column)
    return DataSettings(str(path), NAME, guess_roles(columns, raw), split, options)


def read(settings: DataSettings, source: Path) -> Table:
    """All rows of the table.

    Raises:
        DataError: It cannot be read; the sentence names file and line.
    """
    dialect = find_dialect(source, settings.options)
    records = read_records(source, dialect, settings.options)
    columns = raw_columns(records.columns, settings.columns, settings.options, source.parent)
    return Table(
        len(records.lines),
        columns,
        issues=records.issues,
        place=lambda row: f"line {records.lines[row]}",
        name=source.name,
    )
