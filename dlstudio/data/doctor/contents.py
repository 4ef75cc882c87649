"""What a sample feeds the network with, as a digest, so that exact copies are found."""

from __future__ import annotations

import hashlib
from pathlib import Path

import numpy as np

from dlstudio.data.pictures.images import ImageError
from dlstudio.data.preparing import PreparedData
from dlstudio.data.series.windows import Windows
from dlstudio.data.table import Cells, ClipFiles, Files, RawColumn, Rows, Values
from dlstudio.data.video.clips import frame_files
from dlstudio.graph.columns import INPUT_ROLES
from dlstudio.graph.project import DataSettings

_LONG = 80  # characters of a row that are a text, which nobody writes twice by chance
_CHANCE = 1e-3  # how often a row of a table may be expected twice by chance to be worth a word when it is


def contents(settings: DataSettings, data: PreparedData, rows: Rows) -> dict[int, bytes]:
    """What each row feeds the network with, as a digest; rows that cannot be told apart surely are left out."""
    table = data.table
    names = [name for name in settings.columns if name in table.columns and name in _inputs(settings, data)]
    columns = [table.columns[name] for name in names]
    if not columns or not all(isinstance(column, Files | Values | Cells) for column in columns):
        return {}
    if any(isinstance(column, Windows) for column in columns):
        return {}  # windows overlap, which is no fault
    if all(isinstance(column, Cells) or _is_flat(column) for column in columns):
        return _table_contents(settings, data, rows)
    found: dict[int, bytes] = {}
    for row in rows.tolist():
        digest = hashlib.blake2b(digest_size=16)
        for column in columns:
            digest.update(_digest(column, row))
        found[row] = digest.digest()
    return found


def _is_flat(column: RawColumn) -> bool:
    return isinstance(column, Values) and column.array.ndim <= 2 and column.array[:1].size <= 1


def _inputs(settings: DataSettings, data: PreparedData) -> set[str]:
    """The columns with the role of an input, and those that such a one is joined from."""
    found: set[str] = set()
    for name, column in settings.columns.items():
        if column.get("role") in INPUT_ROLES and name in data.specs:
            found |= {name, *(str(each) for each in column.get("from", ()))}
    return found


def _table_contents(settings: DataSettings, data: PreparedData, rows: Rows) -> dict[int, bytes]:
    """Rows of cells: only those that hardly come twice by chance, as short or rounded rows do.

    How often a row is to be expected is what the frequencies of its cells say, were the columns independent.
    """
    roles = {name: column.get("role") for name, column in settings.columns.items()}
    others = [column for name, column in data.table.columns.items() if roles.get(name) != "target"]
    cells = [
        [" ".join(text.split()) for text in column.texts()] for column in others if isinstance(column, Cells | Values)
    ]
    kept = rows.tolist()
    chance = np.full(len(kept), np.log(max(len(kept), 1)))
    for column in cells:
        _, index, counts = np.unique([column[row] for row in kept], return_inverse=True, return_counts=True)
        chance += np.log(counts[index] / len(kept))
    return {
        row: "\x1f".join(column[row] for column in cells).encode()
        for row, expected in zip(kept, chance.tolist(), strict=True)
        if expected < np.log(_CHANCE) or sum(len(column[row]) for column in cells) > _LONG
    }


def _digest(column: RawColumn, row: int) -> bytes:
    if isinstance(column, Files):
        return file_digest(column, row)
    if isinstance(column, Values):
        return hashlib.blake2b(np.ascontiguousarray(column.array[row]).tobytes(), digest_size=16).digest()
    if isinstance(column, Cells):
        return column.values[row].encode()
    raise TypeError(f"rows of {type(column).__name__} have no digest")


def file_size(raw: Files, row: int) -> int:
    """Bytes of a row's file; 0 where there is none."""
    try:
        return sum(file.stat().st_size for file in _files_of(raw, row))
    except OSError:
        return 0


def file_digest(raw: Files, row: int) -> bytes:
    """A digest of a row's file; one of its own where it cannot be read."""
    digest = hashlib.blake2b(digest_size=16)
    try:
        files = _files_of(raw, row)
        for file in files:
            digest.update(file.read_bytes())
    except OSError:
        files = []
    return digest.digest() if files else f"unreadable {row}".encode()


def _files_of(raw: Files, row: int) -> list[Path]:
    """The file of a row, or the frames of a clip that is a folder."""
    path = raw.paths[row]
    if path is None:
        return []
    try:
        return frame_files(path) if isinstance(raw, ClipFiles) and path.is_dir() else [path]
    except ImageError:
        return []
