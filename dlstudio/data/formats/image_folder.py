"""A folder of images: one sub-folder a class, also below train, validation and test; or a CSV that names each file."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np

from dlstudio.data.cell_columns import guess_columns, guess_split_column, raw_columns
from dlstudio.data.delimited import find_dialect, is_delimited, read_records
from dlstudio.data.guessing import DEFAULT_SPLIT, guess_decimal, guess_roles
from dlstudio.data.listing import find_named, folders_in, has_images, images_in, is_shown
from dlstudio.data.sizes import guess_image
from dlstudio.data.splits import FOLDED, fold_of
from dlstudio.data.table import SPLITS, Cells, DataError, DataIssue, Files, RawColumn, Table, listed
from dlstudio.graph.project import DataSettings

NAME = "image-folder"
TITLE = "Folder of images"

IMAGE, LABEL = "image", "label"


def matches(path: Path) -> bool:
    """Whether a folder holds images, directly or below."""
    return path.is_dir() and has_images(path, path, deep=True)


def guess(path: Path) -> DataSettings:
    """Size, channels, classes and split of the images.

    Raises:
        DataError: There are neither class folders nor a table of labels.
    """
    path = _descended(path)
    if _class_folders(path):
        table = _read_folders(path)
        image = table.columns[IMAGE]
        assert isinstance(image, Files)
        columns = {IMAGE: {**guess_image(image), "role": "input"}, LABEL: {"type": "category", "role": "target"}}
        split = {"by": "folder", **FOLDED} if table.folds is not None else dict(DEFAULT_SPLIT)
        return DataSettings(str(path), NAME, columns, split)
    labels = _labels_file(path)
    if labels is None:
        raise DataError(
            f"{path} holds images, but nothing says what they show. Put them into one sub-folder a class, or put a CSV "
            "with a column of file names beside them."
        )
    return _guess_labelled(path, labels)


def read(settings: DataSettings, source: Path) -> Table:
    """One row an image.

    Raises:
        DataError: The folder is not there, or holds no images.
    """
    if not source.is_dir():
        raise DataError(f"There is no folder {source}. Choose another one, or put it there.")
    source = _descended(source)
    labels = settings.options.get("labels")
    return _read_labelled(settings, source, str(labels)) if labels else _read_folders(source)


def _descended(path: Path) -> Path:
    """Down to where it begins: archives often unpack to a folder in a folder."""
    for _ in range(4):
        below = folders_in(path)
        tables = [each for each in path.iterdir() if is_delimited(each)]
        if len(below) != 1 or tables or has_images(path, path) or fold_of(below[0].name):
            break
        if has_images(below[0], path) and not folders_in(below[0]):
            break
        path = below[0]
    return path


def _class_folders(path: Path) -> list[tuple[str, str | None, Path]]:
    """(class, part or None, folder) of each class folder."""
    below = folders_in(path)
    parts = [each for each in below if fold_of(each.name)]
    if any(fold_of(each.name) == "train" and folders_in(each) for each in parts):
        return [(each.name, fold_of(part.name), each) for part in parts for each in folders_in(part)]
    return [(each.name, None, each) for each in below] if len(below) > 1 or not _labels_file(path) else []


def _read_folders(path: Path) -> Table:
    folders = _class_folders(path)
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
        found = images_in(folder, path)
        paths.extend(found)
        names.extend(each.relative_to(path).as_posix() for each in found)
        labels.extend([label] * len(found))
        folds.extend([SPLITS.index(part) if part else -1] * len(found))
    if links:
        message = f"Folders that are links out of {path.name} are not followed: {listed(links, len(links))}."
        issues.append(DataIssue("outside", message, count=len(links), places=tuple(links)))
    if not paths:
        raise DataError(f"There is no image in the sub-folders of {path}. Choose another folder.")
    columns: dict[str, RawColumn] = {
        IMAGE: Files(paths, names),
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


def _labels_file(path: Path) -> Path | None:
    """The table in or beside a folder that names images in it, or None."""
    for table in list(_tables(path))[:10]:
        try:
            if _file_column(table, path)[0]:
                return table
        except DataError:
            continue
    return None


def _file_column(table: Path, path: Path) -> tuple[str, dict[str, list[str]], Mapping[str, Any]]:
    dialect = find_dialect(table, {})
    cells = read_records(table, dialect, {}, 20_000).columns
    for name, values in cells.items():
        sample = values[:: max(1, len(values) // 40)]  # from all over the table: a counter begins at 0 as files do
        if len(set(sample)) <= len(sample) / 2:
            continue  # a few numbers, over and over, are no names of files, although 0.png may be there
        if len(find_named(sample, path).faults) <= len(sample) / 2:
            return name, cells, dialect.as_options()
    return "", cells, dialect.as_options()


def _guess_labelled(path: Path, labels: Path) -> DataSettings:
    name, cells, options = _file_column(labels, path)
    decimal = guess_decimal(cells)
    columns = guess_columns(cells, decimal)
    columns[name] = guess_image(find_named(cells[name], path))
    options = {"labels": labels.name if labels.parent == path else f"../{labels.name}", **options}
    if decimal != ".":
        options["decimal"] = decimal
    split: dict[str, Any] = dict(DEFAULT_SPLIT)
    by = guess_split_column(cells)
    if by:
        columns[by], split = {"type": "ignore"}, {"by": "column", "column": by, **FOLDED}
    return DataSettings(
        str(path), NAME, guess_roles(columns, raw_columns(cells, columns, options, path)), split, options
    )


def _read_labelled(settings: DataSettings, source: Path, labels: str) -> Table:
    table = source / labels
    if Path(labels).name not in (labels, labels.removeprefix("../")):
        raise DataError(f"The table of labels has to lie in the folder of images or beside it, not at {labels}.")
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
