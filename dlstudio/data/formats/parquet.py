"""Parquet tables: one row a sample, read through a memory map by pyarrow; numbers, texts, dates and categories."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from dlstudio.data.memory import require_memory
from dlstudio.data.table import DataError, DataIssue, RawColumn, Table, Values, listed
from dlstudio.data.tables.arrow_values import (
    MOST_BYTES,
    MOST_COLUMNS,
    MOST_ROWS,
    cell,
    guarded,
    is_plain,
    refuse_doubled,
)
from dlstudio.data.tables.cell_columns import raw_columns
from dlstudio.data.tables.cell_tables import GUESSED_ROWS, guess_table
from dlstudio.graph.project import DataSettings

NAME = "parquet"
TITLE = "Parquet table"


def matches(path: Path) -> bool:
    """Whether a file is called Parquet, or begins as one."""
    if not path.is_file():
        return False
    if path.name.lower().endswith((".parquet", ".pq")):
        return True
    try:
        with path.open("rb") as file:
            return file.read(4) == b"PAR1"
    except OSError:
        return False


def guess(path: Path) -> DataSettings:
    """Types, target, joined features and split of a table.

    Raises:
        DataError: It cannot be read.
    """
    file = _opened(path)
    names, _ = _flat_columns(path, file)
    batch = guarded(path, "Parquet", lambda: next(iter(file.iter_batches(GUESSED_ROWS, columns=names)), None))
    if batch is None:
        raise DataError(f"{path.name} has no row.")
    return guess_table(path, NAME, {name: _cells(batch.column(name)) for name in names}, {})


def read(settings: DataSettings, source: Path) -> Table:
    """All rows of the columns that are not ignored.

    Raises:
        DataError: It cannot be read; the sentence names the file and the column.
    """
    file = _opened(source)
    names, nested = _flat_columns(source, file)
    by = settings.split.get("column")
    wanted = [name for name in names if settings.columns.get(name, {}).get("type") != "ignore" or name == by]
    missing = [name for name in settings.columns if name not in names and "from" not in settings.columns[name]]
    if missing:
        raise DataError(f"{source.name} has no column '{missing[0]}' any more. It has: {', '.join(names[:20])}.")
    _require_memory(source, file, wanted)
    found: dict[str, RawColumn] = {}
    for name in wanted:
        column = guarded(source, "Parquet", partial(_column, file, name), name)
        if settings.columns.get(name, {}).get("type") == "number" and _is_number(column.type):
            found[name] = Values(guarded(source, "Parquet", partial(_numbers, column), name))
        else:
            cells = {name: guarded(source, "Parquet", partial(_cells, column), name)}
            found |= raw_columns(cells, settings.columns, settings.options, source.parent)
    issues: tuple[DataIssue, ...] = ()
    if nested:
        message = (
            f"{source.name} holds lists, objects or bytes in {listed(nested, len(nested))}; these "
            "columns are left out. Spread them over columns of their own to use them."
        )
        issues = (DataIssue("type", message, count=len(nested), places=tuple(nested)),)
    return Table(file.metadata.num_rows, found, issues=issues, name=source.name)


def _opened(path: Path) -> Any:
    """The file, its sizes checked before anything is unpacked."""
    from pyarrow import parquet

    if not path.is_file():
        raise DataError(f"There is no file {path}. Choose another one, or put it there.")
    if not path.stat().st_size:
        raise DataError(f"{path.name} is empty.")
    file = guarded(path, "Parquet", lambda: parquet.ParquetFile(path, memory_map=True))
    content = file.metadata
    if content.num_columns > MOST_COLUMNS:
        raise DataError(f"{path.name} has {content.num_columns:,} columns; {MOST_COLUMNS:,} are the most.")
    if not content.num_rows:
        raise DataError(f"{path.name} has no row.")
    if content.num_rows > MOST_ROWS:
        raise DataError(f"{path.name} has {content.num_rows:,} rows; {MOST_ROWS:,} are the most. Split it into parts.")
    return file


def _flat_columns(path: Path, file: Any) -> tuple[list[str], list[str]]:
    """Names of the columns with plain values, and of those with lists, objects or bytes."""
    from pyarrow import types

    flat: list[str] = []
    nested: list[str] = []
    for field in guarded(path, "Parquet", lambda: file.schema_arrow):
        kind = field.type.value_type if types.is_dictionary(field.type) else field.type
        (flat if is_plain(kind) else nested).append(field.name)
    if not flat:
        raise DataError(f"{path.name} has no column with plain values, only lists, objects or bytes.")
    refuse_doubled(path.name, flat)
    return flat, nested


def _require_memory(path: Path, file: Any, names: list[str]) -> None:
    content = file.metadata
    size = 0
    for group in range(content.num_row_groups):
        row_group = content.row_group(group)
        for place in range(row_group.num_columns):
            column = row_group.column(place)
            if column.path_in_schema in names:
                size += max(column.total_uncompressed_size, 0)
    if size > MOST_BYTES:
        raise DataError(f"{path.name} unpacks to more than {MOST_BYTES >> 30} GiB. Ignore columns, or split it up.")
    require_memory(2 * size, f"Reading {path.name}")


def _column(file: Any, name: str) -> Any:
    return file.read(columns=[name]).column(0)


def _is_number(kind: Any) -> bool:
    from pyarrow import types

    return bool(types.is_integer(kind) or types.is_floating(kind) or types.is_boolean(kind) or types.is_decimal(kind))


def _numbers(column: Any) -> np.ndarray:
    """float64 (rows, 1), NaN where a value is missing."""
    import pyarrow

    return np.asarray(column.cast(pyarrow.float64()).to_numpy(zero_copy_only=False), np.float64).reshape(-1, 1)


def _cells(column: Any) -> list[str]:
    """The values as they would stand in a text table; empty where one is missing."""
    return [cell(value) for value in column.to_pylist()]
