"""What the formats of Arrow's tables share: bounds, values as text, and errors as sentences."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, TypeVar

from dlstudio.data.table import DataError

MOST_BYTES = 8 << 30
MOST_ROWS = 50_000_000
MOST_COLUMNS = 10_000

T = TypeVar("T")


def is_plain(kind: Any) -> bool:
    """Whether values of an Arrow type are neither lists, objects nor bytes."""
    from pyarrow import types

    return not (types.is_nested(kind) or types.is_binary(kind) or types.is_large_binary(kind))


def refuse_doubled(name: str, columns: Sequence[str]) -> None:
    """Makes sure that each column has a name of its own.

    Raises:
        DataError: Two of ``name`` are called alike.
    """
    if len(set(columns)) < len(columns):
        doubled = next(column for column in columns if list(columns).count(column) > 1)
        raise DataError(f"{name} names the column '{doubled}' twice. Give each column a name of its own.")


def cell(value: Any) -> str:
    """A value as it would stand in a text table; empty where it is missing."""
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    return str(value).strip()


def guarded(path: Path, form: str, work: Callable[[], T], column: str = "") -> T:
    """What ``work`` gives.

    Args:
        path: What is read.
        form: What it should be: ``Parquet``.
        work: Reads.
        column: The column that is read, where it is one.

    Raises:
        DataError: It cannot be read.
    """
    import pyarrow

    try:
        return work()
    except DataError:
        raise
    except (pyarrow.ArrowException, OSError, ValueError, UnicodeDecodeError) as error:
        where = f" in the column '{column}'" if column else ""
        said = str(error).splitlines()[0][:200] if str(error) else type(error).__name__
        raise DataError(
            f"{path.name} cannot be read as {form}{where}: {said.rstrip('.')}. Copy it again, or write it anew."
        ) from error
