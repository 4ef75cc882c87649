"""Guesses the settings of a table whose cells are texts, whatever file they come from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from dlstudio.data.guessing import DEFAULT_SPLIT, guess_decimal, guess_roles
from dlstudio.data.pictures.sizes import guess_image
from dlstudio.data.splitting.splits import FOLDED
from dlstudio.data.table import Files
from dlstudio.data.tables.cell_columns import guess_columns, guess_split_column, raw_columns
from dlstudio.graph.project import DataSettings

GUESSED_ROWS = 20_000


def guess_table(
    path: Path, format_name: str, cells: Mapping[str, Sequence[str]], options: Mapping[str, Any]
) -> DataSettings:
    """Types, target, joined features and split of a table.

    Args:
        path: The file; paths of images in cells are relative to its folder.
        format_name: Name of the format that reads it.
        cells: Name → one cell a row; the first 20,000 rows are enough.
        options: What the format has found out already; the decimal comma is added where there is one.
    """
    decimal = guess_decimal(cells)
    columns = guess_columns(cells, decimal)
    found: dict[str, Any] = dict(options)
    if decimal != ".":
        found["decimal"] = decimal
    split: dict[str, Any] = dict(DEFAULT_SPLIT)
    by = guess_split_column(cells)
    if by is not None:
        split = {"by": "column", "column": by, **FOLDED}
        columns[by] = {"type": "ignore"}
    raw = raw_columns(cells, columns, found, path.parent)
    for name, column in raw.items():
        if isinstance(column, Files):
            columns[name] = guess_image(column)
    return DataSettings(str(path), format_name, guess_roles(columns, raw), split, found)
