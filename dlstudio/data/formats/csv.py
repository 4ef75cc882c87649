"""CSV and TSV tables and those of numbers between blanks: one row a sample, columns typed by what their cells hold."""

from __future__ import annotations

from pathlib import Path

from dlstudio.data.table import Table
from dlstudio.data.tables.cell_columns import raw_columns
from dlstudio.data.tables.cell_tables import GUESSED_ROWS, guess_table
from dlstudio.data.tables.delimited import find_dialect, is_delimited, is_plain_table, read_records
from dlstudio.graph.project import DataSettings

NAME = "csv"
TITLE = "CSV or TSV table"


def matches(path: Path) -> bool:
    """Whether the file's name is that of a CSV or TSV, or it holds a table of numbers."""
    return path.is_file() and (is_delimited(path) or is_plain_table(path))


def guess(path: Path) -> DataSettings:
    """Dialect, types, target, joined features and split of a table.

    Raises:
        DataError: It cannot be read.
    """
    dialect = find_dialect(path, {})
    records = read_records(path, dialect, {}, GUESSED_ROWS)
    return guess_table(path, NAME, records.columns, dialect.as_options())


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
