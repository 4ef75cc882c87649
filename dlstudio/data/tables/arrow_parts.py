"""Data sets of Arrow rows in parts (train, test ...): what the forms that Hugging Face writes have in common.

Each part is read column by column through pyarrow. Classes keep their names; pictures that lie inside are put into
files of the cache when first read. Which files there are and which features their columns have, the formats find out.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from dlstudio.data.memory import require_memory
from dlstudio.data.pictures.sizes import guess_image
from dlstudio.data.progress import report
from dlstudio.data.splitting.splits import FOLDED
from dlstudio.data.table import SPLITS, Cells, DataError, DataIssue, Files, RawColumn, Table, listed
from dlstudio.data.tables.arrow_values import MOST_COLUMNS, MOST_ROWS, cell, guarded, is_plain, refuse_doubled
from dlstudio.data.tables.cell_columns import raw_columns
from dlstudio.data.tables.cell_tables import GUESSED_ROWS, guess_table
from dlstudio.graph.project import DataSettings
from dlstudio.places import cache_folder

_MOST_JSON = 16 << 20
_MOST_PICTURE = 64 << 20
_ENDINGS = {b"\x89PNG": ".png", b"\xff\xd8\xff": ".jpg", b"GIF8": ".gif", b"RIFF": ".webp", b"BM": ".bmp"}
_REPORTED = 500


@dataclass(frozen=True)
class Part:
    """One part.

    Attributes:
        fold: ``train``, ``validation`` or ``test``, or empty where there are no parts.
        name: What sentences call it.
        form: ``Arrow``, ``Parquet``, ``CSV`` or ``JSON``.
        rows: A ``pyarrow.dataset.Dataset``; nothing of it is in memory.
        count: How many rows.
        classes: Names of the classes of the columns that have them.
        pictures: Columns of pictures.
        mark: Changes with the files.
    """

    fold: str
    name: str
    form: str
    rows: Any
    count: int
    classes: Mapping[str, list[str]]
    pictures: tuple[str, ...]
    mark: str


def make_part(
    fold: str, name: str, rows: Any, files: Sequence[Path], *, form: str, features: Mapping[str, Any]
) -> Part:
    """A part whose sizes are checked.

    Args:
        fold: See :class:`Part`.
        name: See :class:`Part`.
        rows: A ``pyarrow.dataset.Dataset``.
        files: What the rows are read from.
        form: See :class:`Part`.
        features: As ``datasets`` writes them: name → ``{"_type": "ClassLabel", "names": [...]}`` or ``Image``.

    Raises:
        DataError: There is no row, or absurdly much.
    """
    from pyarrow import types

    count = guarded(files[0], form, rows.count_rows)
    names = rows.schema.names
    if not count:
        raise DataError(f"{name} has no row.")
    if count > MOST_ROWS or len(names) > MOST_COLUMNS:
        raise DataError(f"{name} has {count:,} rows and {len(names):,} columns; that is too many.")
    refuse_doubled(name, names)
    classes: dict[str, list[str]] = {}
    pictures: list[str] = []
    for field in rows.schema:
        feature = features.get(field.name)
        kind = feature.get("_type") if isinstance(feature, dict) else None
        known = feature.get("names") if isinstance(feature, dict) else None
        if kind == "ClassLabel" and isinstance(known, list) and types.is_integer(field.type):
            classes[field.name] = [str(each) for each in known]
        elif kind == "Image" or (kind is None and _may_be_picture(rows, field)):
            pictures.append(field.name)
    stamps = [f"{file.resolve()}\0{file.stat().st_mtime_ns}\0{file.stat().st_size}" for file in files]
    return Part(fold, name, form, rows, count, classes, tuple(pictures), "\0".join(stamps))


def require_parts(name: str, parts: Sequence[Part]) -> list[Part]:
    """The parts in the order train, validation, test.

    Raises:
        DataError: None is for training, or they have different columns.
    """
    if not any(part.fold in ("train", "") for part in parts):
        found = listed([part.name for part in parts], len(parts))
        raise DataError(f"{name} has no part for training{f'; it has: {found}' if parts else ''}.")
    ordered = sorted(parts, key=lambda part: SPLITS.index(part.fold) if part.fold else 0)
    first = ordered[0]
    for part in ordered[1:]:
        if set(part.rows.schema.names) != set(first.rows.schema.names):
            raise DataError(
                f"The parts {first.name} and {part.name} of {name} have different columns: "
                f"{', '.join(first.rows.schema.names[:10])} and {', '.join(part.rows.schema.names[:10])}. "
                "Give them the same columns, or open the files of one part alone."
            )
    return ordered


def guess_parts(path: Path, format_name: str, parts: Sequence[Part]) -> DataSettings:
    """Types, target and split.

    Raises:
        DataError: They cannot be read.
    """
    first = parts[0]
    cells = {name: _cells(first, name, GUESSED_ROWS) for name in _usable(first) if name not in first.pictures}
    settings = guess_table(path, format_name, cells, {}) if cells else DataSettings(str(path), format_name)
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


def read_parts(settings: DataSettings, source: Path, parts: Sequence[Part], left_out: Sequence[str]) -> Table:
    """All rows of the columns that are not ignored, part by part.

    Args:
        settings: The project's.
        source: The folder.
        parts: In their order.
        left_out: Names of parts that are for nothing.

    Raises:
        DataError: They cannot be read; the sentence names the file and the column.
    """
    usable = _usable(parts[0])
    missing = [name for name in settings.columns if name not in usable and "from" not in settings.columns[name]]
    if missing:
        raise DataError(f"{source.name} has no column '{missing[0]}' any more. It has: {', '.join(usable[:20])}.")
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
            cells = [value for part in parts for value in _cells(part, name)]
            classes = parts[0].classes.get(name)
            found |= (
                {name: Cells(cells, known=classes)}
                if classes
                else raw_columns({name: cells}, settings.columns, settings.options, source)
            )
    folds = None
    if parts[0].fold:
        folds = np.concatenate([np.full(part.count, SPLITS.index(part.fold), np.int8) for part in parts])
    nested = [name for name in parts[0].rows.schema.names if name not in usable]
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
    return Table(sum(part.count for part in parts), found, folds, tuple(issues), name=source.name)


def read_json(file: Path) -> dict[str, Any]:
    """The object in a small file.

    Raises:
        DataError: It cannot be read, or is none.
    """
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


def _may_be_picture(rows: Any, field: Any) -> bool:
    """Whether a column holds pictures though nothing says so: objects of bytes and path, bytes as pictures begin."""
    from pyarrow import types

    if not types.is_struct(field.type) or {each.name for each in field.type} != {"bytes", "path"}:
        return False
    values = rows.head(1, columns=[field.name]).column(0).to_pylist()
    content = values[0].get("bytes") if values and isinstance(values[0], dict) else None
    return isinstance(content, bytes) and any(content.startswith(begin) for begin in _ENDINGS if begin != b"RIFF")


def _usable(part: Part) -> list[str]:
    """Columns of plain values and of pictures."""
    from pyarrow import types

    def plain(kind: Any) -> bool:
        return is_plain(kind.value_type if types.is_dictionary(kind) else kind)

    names = [field.name for field in part.rows.schema if plain(field.type) or field.name in part.pictures]
    if not names:
        raise DataError(f"{part.name} has no column with plain values or pictures.")
    return names


def _cells(part: Part, name: str, most: int | None = None) -> list[str]:
    def load() -> Any:
        table = part.rows.to_table(columns=[name]) if most is None else part.rows.head(most, columns=[name])
        return table.column(0)

    column = guarded(Path(part.name), part.form, load, name)
    require_memory(4 * column.nbytes, f"Reading {part.name}")
    values = guarded(Path(part.name), part.form, column.to_pylist, name)
    classes = part.classes.get(name)
    if classes is None:
        return [cell(value) for value in values]
    return [classes[value] if value is not None and 0 <= value < len(classes) else "" for value in values]


def _pictures(part: Part, name: str, most: int | None = None) -> Files:
    """Files of a column's pictures, written where they are not there yet."""
    mark = f"{part.mark}\0{name}"
    home = cache_folder() / "pictures" / hashlib.sha256(mark.encode("utf-8", "surrogatepass")).hexdigest()[:24]
    paths: list[Path | None] = []
    names: list[str] = []
    for row, value in enumerate(_each(part, name, most)):
        content = value.get("bytes") if isinstance(value, dict) else value
        named = value.get("path") if isinstance(value, dict) else None
        names.append(f"{part.fold or part.name}/{Path(str(named)).name if named else row}")
        paths.append(_written(home, row, content) if isinstance(content, bytes) else None)
        if most is None and row % _REPORTED == 0:
            report("Unpacking pictures", row, part.count)
    return Files(paths, names)


def _each(part: Part, name: str, most: int | None) -> Iterator[Any]:
    if most is not None:
        head = guarded(Path(part.name), part.form, lambda: part.rows.head(most, columns=[name]), name)
        yield from guarded(Path(part.name), part.form, head.column(0).to_pylist, name)
        return
    batches = part.rows.scanner(columns=[name], batch_size=_REPORTED, batch_readahead=1, fragment_readahead=1)
    running = iter(batches.to_batches())
    while (batch := guarded(Path(part.name), part.form, lambda: next(running, None), name)) is not None:
        yield from guarded(Path(part.name), part.form, batch.column(0).to_pylist, name)


def _written(home: Path, row: int, content: bytes) -> Path | None:
    if not content or len(content) > _MOST_PICTURE:
        return None
    ending = next((ending for begin, ending in _ENDINGS.items() if content.startswith(begin)), ".img")
    path = home / f"{row // 1000:05d}" / f"{row:08d}{ending}"
    if not path.is_file() or path.stat().st_size != len(content):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)  # half of it, after a crash, is seen by its size
    return path
