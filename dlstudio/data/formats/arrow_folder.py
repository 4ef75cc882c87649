"""Folders that Hugging Face ``datasets`` writes with ``save_to_disk``: Arrow files, mapped into memory by pyarrow.

One data set is a folder with ``state.json`` and ``dataset_info.json``; several parts are folders below one with
``dataset_dict.json``. Classes keep their names; pictures that lie inside are put into files of the cache when first
read. Neither the library nor any code of a data set is used.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from dlstudio.data.arrow_values import MOST_BYTES, MOST_COLUMNS, MOST_ROWS, cell, guarded, is_plain, refuse_doubled
from dlstudio.data.cell_columns import raw_columns
from dlstudio.data.cell_tables import GUESSED_ROWS, guess_table
from dlstudio.data.memory import require_memory
from dlstudio.data.progress import report
from dlstudio.data.sizes import guess_image
from dlstudio.data.splits import FOLDED, fold_of
from dlstudio.data.table import SPLITS, Cells, DataError, DataIssue, Files, RawColumn, Table, listed
from dlstudio.graph.project import DataSettings
from dlstudio.places import cache_folder

NAME = "arrow-folder"
TITLE = "Data set of Hugging Face (save_to_disk)"
RANK = 0

INFO, STATE, PARTS = "dataset_info.json", "state.json", "dataset_dict.json"
_MOST_JSON = 16 << 20
_MOST_PICTURE = 64 << 20
_ENDINGS = {b"\x89PNG": ".png", b"\xff\xd8\xff": ".jpg", b"GIF8": ".gif", b"RIFF": ".webp", b"BM": ".bmp"}
_REPORTED = 500


@dataclass(frozen=True)
class _Part:
    """One part.

    Attributes:
        fold: ``train``, ``validation`` or ``test``, or empty where the folder holds one part only.
        folder: Where its files lie.
        table: Its rows, mapped into memory.
        classes: Names of the classes of the columns that have them.
        pictures: Columns of pictures.
    """

    fold: str
    folder: Path
    table: Any
    classes: Mapping[str, list[str]]
    pictures: tuple[str, ...]


def matches(path: Path) -> bool:
    """Whether a folder holds what ``save_to_disk`` writes."""
    return path.is_dir() and any((path / name).is_file() for name in (STATE, PARTS))


def guess(path: Path) -> DataSettings:
    """Types, target and split of the data set.

    Raises:
        DataError: It cannot be read.
    """
    parts, _ = _parts(path)
    first = parts[0]
    names = _usable(first)
    cells = {name: _cells(first, name, GUESSED_ROWS) for name in names if name not in first.pictures}
    settings = guess_table(path, NAME, cells, {}) if cells else DataSettings(str(path), NAME)
    columns = {name: dict(column) for name, column in settings.columns.items()}
    for name in first.classes:
        if name in columns:
            columns[name] = {"type": "category", "role": "target"}
    if first.classes:
        for name, column in columns.items():
            if name not in first.classes and column.get("role") == "target":
                del column["role"]
    for name in first.pictures:
        columns[name] = {**guess_image(_pictures(first, name, 200)), "role": "input"}
    if first.pictures:
        for name, column in columns.items():
            if name not in first.pictures and column.get("role") == "input":
                del column["role"]
    split = {"by": "folder", **FOLDED} if first.fold else settings.split
    return replace(settings, columns=columns, split=split)


def read(settings: DataSettings, source: Path) -> Table:
    """All rows of the columns that are not ignored, part by part.

    Raises:
        DataError: It cannot be read; the sentence names the file and the column.
    """
    if not source.is_dir():
        raise DataError(f"There is no folder {source}. Choose another one, or put it there.")
    parts, left_out = _parts(source)
    usable = _usable(parts[0])
    missing = [name for name in settings.columns if name not in usable and "from" not in settings.columns[name]]
    if missing:
        raise DataError(f"{source.name} has no column '{missing[0]}' any more. It has: {', '.join(usable[:20])}.")
    rows = sum(part.table.num_rows for part in parts)
    found: dict[str, RawColumn] = {}
    for name in usable:
        if settings.columns.get(name, {}).get("type") == "ignore":
            continue
        if name in parts[0].pictures:
            each = [_pictures(part, name) for part in parts]
            paths = [path for files in each for path in files.paths]
            names = [shown for files in each for shown in files.names]
            faults = {row: "there is no picture" for row, path in enumerate(paths) if path is None}
            found[name] = Files(paths, names, faults)
        else:
            cells = [cell for part in parts for cell in _cells(part, name)]
            classes = parts[0].classes.get(name)
            found |= (
                {name: Cells(cells, known=classes)}
                if classes
                else raw_columns({name: cells}, settings.columns, settings.options, source)
            )
    folds = None
    if parts[0].fold:
        folds = np.concatenate([np.full(part.table.num_rows, SPLITS.index(part.fold), np.int8) for part in parts])
    nested = [name for name in parts[0].table.column_names if name not in usable]
    issues = []
    if nested:
        message = f"{source.name} holds lists or objects in {listed(nested, len(nested))}; these columns are left out."
        issues.append(DataIssue("type", message, count=len(nested), places=tuple(nested)))
    if left_out:
        message = (
            f"The parts {listed(left_out, len(left_out))} of {source.name} are neither for training nor for validation "
            "or test; they are left out."
        )
        issues.append(DataIssue("parts", message, count=len(left_out), places=tuple(left_out)))
    return Table(rows, found, folds, tuple(issues), name=source.name)


def _parts(path: Path) -> tuple[list[_Part], list[str]]:
    """The parts that there are, and the names of those that are left out."""
    if (path / STATE).is_file():
        return [_part(path, "")], []
    value = _json(path / PARTS)
    names = value.get("splits")
    if not isinstance(names, list) or not names or not all(isinstance(name, str) for name in names):
        raise DataError(f"{PARTS} of {path.name} names no parts ('splits'). Write the data set anew.")
    wanted = {name: fold_of(name) for name in names}
    if "train" not in wanted.values():
        raise DataError(f"{path.name} has no part for training; it has: {listed(names, len(names))}.")
    parts = [_part(_inside(path, name), fold) for name, fold in wanted.items() if fold]
    parts.sort(key=lambda part: SPLITS.index(part.fold))
    for part in parts[1:]:
        if part.table.column_names != parts[0].table.column_names:
            raise DataError(
                f"The parts {parts[0].folder.name} and {part.folder.name} of {path.name} have different columns: "
                f"{', '.join(parts[0].table.column_names[:10])} and {', '.join(part.table.column_names[:10])}."
            )
    return parts, [name for name, fold in wanted.items() if not fold]


def _part(folder: Path, fold: str) -> _Part:
    import pyarrow

    if not (folder / STATE).is_file():
        raise DataError(
            f"The part {folder.name} of {folder.parent.name} has no {STATE}. Copy the whole data set again."
        )
    listed_files = _json(folder / STATE).get("_data_files")
    files = [each.get("filename") for each in listed_files or () if isinstance(each, dict)]
    if not files or not all(isinstance(name, str) for name in files):
        raise DataError(f"{STATE} in {folder.name} names no data files. Write the data set anew.")
    paths = [_inside(folder, str(name)) for name in files]
    size = sum(path.stat().st_size for path in paths if path.is_file())
    if size > MOST_BYTES:
        raise DataError(f"{folder.name} holds more than {MOST_BYTES >> 30} GiB. Save a part of it.")
    tables = [_table(path) for path in paths]
    table = guarded(paths[0], "Arrow", lambda: pyarrow.concat_tables(tables))
    if not table.num_rows:
        raise DataError(f"{folder.name} has no row.")
    if table.num_rows > MOST_ROWS or table.num_columns > MOST_COLUMNS:
        raise DataError(
            f"{folder.name} has {table.num_rows:,} rows and {table.num_columns:,} columns; that is too many."
        )
    refuse_doubled(folder.name, table.column_names)
    features = _json(folder / INFO).get("features") if (folder / INFO).is_file() else None
    features = features if isinstance(features, dict) else {}
    classes = {}
    pictures = []
    for name in table.column_names:
        feature = features.get(name)
        kind = feature.get("_type") if isinstance(feature, dict) else None
        names = feature.get("names") if isinstance(feature, dict) else None
        if kind == "ClassLabel" and isinstance(names, list) and pyarrow.types.is_integer(table.schema.field(name).type):
            classes[name] = [str(each) for each in names]
        elif kind == "Image":
            pictures.append(name)
    return _Part(fold, folder, table, classes, tuple(pictures))


def _table(path: Path) -> Any:
    import pyarrow

    if not path.is_file():
        raise DataError(f"There is no file {path.name} in {path.parent.name}. Copy the whole data set again.")

    def opened() -> Any:
        source = pyarrow.memory_map(str(path))
        try:
            return pyarrow.ipc.open_stream(source).read_all()
        except pyarrow.ArrowInvalid:
            source.seek(0)
            return pyarrow.ipc.open_file(source).read_all()

    return guarded(path, "Arrow", opened)


def _usable(part: _Part) -> list[str]:
    """Columns of plain values and of pictures."""
    names = [field.name for field in part.table.schema if is_plain(field.type) or field.name in part.pictures]
    if not names:
        raise DataError(f"{part.folder.name} has no column with plain values or pictures.")
    return names


def _cells(part: _Part, name: str, most: int | None = None) -> list[str]:
    column = part.table.column(name)
    column = column if most is None else column.slice(0, most)
    require_memory(4 * column.nbytes, f"Reading {part.folder.name}")
    values = guarded(part.folder, "Arrow", column.to_pylist, name)
    classes = part.classes.get(name)
    if classes is None:
        return [cell(value) for value in values]
    return [classes[value] if value is not None and 0 <= value < len(classes) else "" for value in values]


def _pictures(part: _Part, name: str, most: int | None = None) -> Files:
    """Files of a column's pictures, written where they are not there yet."""
    column = part.table.column(name)
    column = column if most is None else column.slice(0, most)
    mark = f"{part.folder.resolve()}\0{name}\0{(part.folder / STATE).stat().st_mtime_ns}\0{part.table.num_rows}"
    home = cache_folder() / "pictures" / hashlib.sha256(mark.encode("utf-8", "surrogatepass")).hexdigest()[:24]
    paths: list[Path | None] = []
    names: list[str] = []
    for row, value in enumerate(_each(part, column, name)):
        content = value.get("bytes") if isinstance(value, dict) else value
        named = value.get("path") if isinstance(value, dict) else None
        names.append(f"{part.fold or part.folder.name}/{Path(str(named)).name if named else row}")
        paths.append(_written(home, row, content) if isinstance(content, bytes) else None)
        if most is None and row % _REPORTED == 0:
            report("Unpacking pictures", row, len(column))
    return Files(paths, names)


def _each(part: _Part, column: Any, name: str) -> Iterator[Any]:
    for chunk in column.chunks:
        for begin in range(0, len(chunk), _REPORTED):
            yield from guarded(part.folder, "Arrow", chunk.slice(begin, _REPORTED).to_pylist, name)


def _written(home: Path, row: int, content: bytes) -> Path | None:
    if not content or len(content) > _MOST_PICTURE:
        return None
    ending = next((ending for begin, ending in _ENDINGS.items() if content.startswith(begin)), ".img")
    path = home / f"{row // 1000:05d}" / f"{row:08d}{ending}"
    if not path.is_file() or path.stat().st_size != len(content):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)  # half of it, after a crash, is seen by its size
    return path


def _inside(folder: Path, name: str) -> Path:
    path = folder / name
    if Path(name).name != name or path.is_symlink():
        raise DataError(f"{folder.name} names a file outside of itself ({name[:60]}); such data sets are not opened.")
    return path


def _json(file: Path) -> dict[str, Any]:
    if file.is_file() and file.stat().st_size > _MOST_JSON:
        raise DataError(f"{file.name} in {file.parent.name} is larger than {_MOST_JSON >> 20} MB.")
    try:
        value = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError) as error:
        said = str(error).splitlines()[0][:120]
        raise DataError(f"{file.name} in {file.parent.name} cannot be read: {said}. Write the data set anew.") from None
    if not isinstance(value, dict):
        raise DataError(f"{file.name} in {file.parent.name} holds no object. Write the data set anew.")
    return value
