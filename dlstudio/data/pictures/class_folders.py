"""Folders of files of one sort, of which something says what each shows: its folder, or a table beside them.

What the formats of images and clips have in common; what differs is in :class:`Sort`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from dlstudio.data.guessing import DEFAULT_SPLIT, guess_decimal, guess_roles
from dlstudio.data.listing import folders_in, is_shown
from dlstudio.data.splitting.splits import FOLDED, fold_of
from dlstudio.data.table import SPLITS, Cells, DataError, DataIssue, Files, RawColumn, Table, listed
from dlstudio.data.tables.cell_columns import guess_columns, guess_split_column, raw_columns
from dlstudio.data.tables.delimited import find_dialect, is_delimited, read_records
from dlstudio.graph.project import DataSettings

LABEL = "label"


@dataclass(frozen=True)
class Sort:
    """A sort of files.

    Attributes:
        column: What the column is called, also one of its files: ``image``.
        files: The raw column of such files.
        has: Whether at least one lies directly in a folder, given the root of all.
        inside: Those in a class folder and the folders below, in order, given the root of all.
        named: Those that a table names, relative to a folder.
        guess: Settings that suit them, without a role.
        holds_one: Whether a folder is one such thing, and no folder of them.
    """

    column: str
    files: Callable[[Sequence[Path | None], Sequence[str]], Files]
    has: Callable[[Path, Path], bool]
    inside: Callable[[Path, Path], list[Path]]
    named: Callable[[Sequence[str], Path], Files]
    guess: Callable[[Files], dict[str, Any]]
    holds_one: Callable[[Path], bool] = lambda _: False


def guess(sort: Sort, path: Path, name: str) -> DataSettings:
    """Settings of a folder: sizes, classes and split.

    Args:
        sort: What lies in it.
        path: The folder.
        name: The name of the format.

    Raises:
        DataError: There are neither class folders nor a table of labels.
    """
    path = descended(sort, path)
    if class_folders(sort, path):
        table = _read_folders(sort, path)
        files = table.columns[sort.column]
        assert isinstance(files, Files)
        columns = {sort.column: {**sort.guess(files), "role": "input"}, LABEL: {"type": "category", "role": "target"}}
        split = {"by": "folder", **FOLDED} if table.folds is not None else dict(DEFAULT_SPLIT)
        return DataSettings(str(path), name, columns, split)
    labels = labels_file(sort, path)
    if labels is None:
        raise DataError(
            f"{path} holds {sort.column}s, but nothing says what they show. Put them into one sub-folder a class, or "
            "put a CSV with a column of file names beside them."
        )
    return _guess_labelled(sort, path, labels, name)


def read(sort: Sort, settings: DataSettings, source: Path) -> Table:
    """One row a file.

    Raises:
        DataError: The folder is not there, or holds none.
    """
    if not source.is_dir():
        raise DataError(f"There is no folder {source}. Choose another one, or put it there.")
    source = descended(sort, source)
    labels = settings.options.get("labels")
    return _read_labelled(settings, source, str(labels)) if labels else _read_folders(sort, source)


def descended(sort: Sort, path: Path) -> Path:
    """Down to where it begins: archives often unpack to a folder in a folder."""
    for _ in range(4):
        below = folders_in(path)
        tables = [each for each in path.iterdir() if is_delimited(each)]
        if len(below) != 1 or tables or sort.has(path, path) or fold_of(below[0].name):
            break
        if sort.has(below[0], path) and not folders_in(below[0]):
            break
        path = below[0]
    return path


def class_folders(sort: Sort, path: Path) -> list[tuple[str, str | None, Path]]:
    """(class, part or None, folder) of each class folder."""
    below = [each for each in folders_in(path) if not sort.holds_one(each)]
    parts = [each for each in below if fold_of(each.name)]
    if any(fold_of(each.name) == "train" and folders_in(each) for each in parts):
        return [(each.name, fold_of(part.name), each) for part in parts for each in folders_in(part)]
    return [(each.name, None, each) for each in below] if len(below) > 1 or not labels_file(sort, path) else []


def _read_folders(sort: Sort, path: Path) -> Table:
    folders = class_folders(sort, path)
    paths: list[Path | None] = []
    names: list[str] = []
    labels: list[str] = []
    folds: list[int] = []
    issues: list[DataIssue] = []
    links: list[str] = []
    for label, part, folder in folders:
        if folder.is_symlink() and not folder.resolve().is_relative_to(path.resolve()):
            links.append(label)
            continue
        found = sort.inside(folder, path)
        paths.extend(found)
        names.extend(each.relative_to(path).as_posix() for each in found)
        labels.extend([label] * len(found))
        folds.extend([SPLITS.index(part) if part else -1] * len(found))
    if links:
        message = f"Folders that are links out of {path.name} are not followed: {listed(links, len(links))}."
        issues.append(DataIssue("outside", message, count=len(links), places=tuple(links)))
    if not paths:
        raise DataError(f"There is no {sort.column} in the sub-folders of {path}. Choose another folder.")
    columns: dict[str, RawColumn] = {
        sort.column: sort.files(paths, names),
        LABEL: Cells(labels, known=tuple(dict.fromkeys(label for label, _, _ in folders if label not in links))),
    }
    parted = any(part for _, part, _ in folders)
    return Table(
        len(paths), columns, np.array(folds, np.int8) if parted else None, tuple(issues), lambda row: names[row]
    )


def _tables(path: Path) -> Iterator[Path]:
    inside = sorted(each for each in path.iterdir() if is_shown(each.name) and is_delimited(each) and each.is_file())
    yield from inside
    if not inside:
        yield from sorted(each for each in path.parent.iterdir() if is_delimited(each) and each.is_file())


def labels_file(sort: Sort, path: Path) -> Path | None:
    """The table in or beside a folder that names files in it, or None."""
    for table in list(_tables(path))[:10]:
        try:
            if _file_column(sort, table, path)[0]:
                return table
        except DataError:
            continue
    return None


def _file_column(sort: Sort, table: Path, path: Path) -> tuple[str, dict[str, list[str]], Mapping[str, Any]]:
    dialect = find_dialect(table, {})
    cells = read_records(table, dialect, {}, 20_000).columns
    for name, values in cells.items():
        sample = values[:: max(1, len(values) // 40)]  # from all over the table: a counter begins at 0 as files do
        if len(set(sample)) <= len(sample) / 2:
            continue  # a few numbers, over and over, are no names of files, although 0.png may be there
        if len(sort.named(sample, path).faults) <= len(sample) / 2:
            return name, cells, dialect.as_options()
    return "", cells, dialect.as_options()


def _guess_labelled(sort: Sort, path: Path, labels: Path, format_name: str) -> DataSettings:
    name, cells, options = _file_column(sort, labels, path)
    decimal = guess_decimal(cells)
    columns = guess_columns(cells, decimal)
    columns[name] = sort.guess(sort.named(cells[name], path))
    options = {"labels": labels.name if labels.parent == path else f"../{labels.name}", **options}
    if decimal != ".":
        options["decimal"] = decimal
    split: dict[str, Any] = dict(DEFAULT_SPLIT)
    by = guess_split_column(cells)
    if by:
        columns[by], split = {"type": "ignore"}, {"by": "column", "column": by, **FOLDED}
    return DataSettings(
        str(path), format_name, guess_roles(columns, raw_columns(cells, columns, options, path)), split, options
    )


def _read_labelled(settings: DataSettings, source: Path, labels: str) -> Table:
    table = source / labels
    if Path(labels).name not in (labels, labels.removeprefix("../")):
        raise DataError(f"The table of labels has to lie in the folder of files or beside it, not at {labels}.")
    dialect = find_dialect(table, settings.options)
    records = read_records(table, dialect, settings.options)
    columns = raw_columns(records.columns, settings.columns, settings.options, source)
    return Table(
        len(records.lines),
        columns,
        issues=records.issues,
        place=lambda row: f"line {records.lines[row]}",
        name=table.name,
    )
