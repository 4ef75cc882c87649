"""Boxes in a CSV: one line a box with the picture's file, its edges and its class, pictures beside it.

Columns are found by their names (``image, xmin, ymin, xmax, ymax, label`` and the like; ``x, y, width, height`` too),
or in the order ``file, x1, y1, x2, y2, class`` without a header. A line with a file and nothing else is a picture
without objects. Edges that are all within 0 and 1 are shares of the sides.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from dlstudio.data.listing import find_named, is_image_name, is_shown
from dlstudio.data.pictures.box_table import Picture, WrittenBox, box_settings, box_table
from dlstudio.data.splitting.splits import fold_of
from dlstudio.data.table import DataError, DataIssue, Table
from dlstudio.data.tables.cells import is_missing, parse_number
from dlstudio.data.tables.delimited import Records, find_dialect, is_delimited, read_records
from dlstudio.graph.project import DataSettings

NAME = "boxes-csv"
TITLE = "Boxes in a CSV"
RANK = 0.5  # before plain tables and folders of images

_FILE = ("image", "image_path", "filename", "file_name", "file", "path", "image_id", "img", "image_name", "imageid")
_LABEL = ("label", "class", "class_name", "category", "name", "labelname", "species", "object")
_PART = ("split", "set", "subset", "part", "fold")
_CORNERS = (
    ("xmin", "ymin", "xmax", "ymax"),
    ("x_min", "y_min", "x_max", "y_max"),
    ("left", "top", "right", "bottom"),
    ("x1", "y1", "x2", "y2"),
)
_SIDES = (("x", "y", "width", "height"), ("x", "y", "w", "h"), ("left", "top", "width", "height"))
_HEAD_ROWS = 50


@dataclass(frozen=True)
class _Columns:
    """Which column is what; ``sides`` where the last two edges are width and height."""

    file: str
    edges: tuple[str, str, str, str]
    label: str
    part: str
    sides: bool


def matches(path: Path) -> bool:
    """Whether it is such a table, or a folder with one."""
    return bool(_tables(path))


def guess(path: Path) -> DataSettings:
    """Size, classes and split.

    Raises:
        DataError: A table is damaged, or names no picture that is there.
    """
    pictures, _ = _read(path)
    return box_settings(path, NAME, pictures)


def read(_settings: DataSettings, source: Path) -> Table:
    """One row a picture.

    Raises:
        DataError: A table is damaged; the sentence names file and line.
    """
    pictures, issues = _read(source)
    return box_table(source, pictures, (), issues)


def _tables(path: Path) -> list[Path]:
    if path.is_file():
        return [path] if is_delimited(path) and _recognized(path) else []
    if not path.is_dir():
        return []
    tables = sorted(each for each in path.iterdir() if is_shown(each.name) and is_delimited(each) and each.is_file())
    return [each for each in tables[:20] if _recognized(each)]


def _recognized(path: Path) -> bool:
    try:
        dialect = find_dialect(path, {})
        records = read_records(path, dialect, {"ragged": "skip"}, _HEAD_ROWS)
    except DataError:
        return False
    return _columns(records) is not None or bool(_missing(records))


def _missing(records: Records) -> str:
    """The one edge that a table with files and three edges lacks, or empty."""
    names = [name.strip().lower().replace(" ", "_") for name in records.columns]
    if not any(each in names for each in _FILE):
        return ""
    lacking = [[each for each in kind if each not in names] for kind in _CORNERS]
    return next((each[0] for each in lacking if len(each) == 1), "")


def _columns(records: Records) -> _Columns | None:
    names = {name.strip().lower().replace(" ", "_"): name for name in reversed(records.columns)}

    def of(wanted: Sequence[str]) -> str:
        return next((names[each] for each in wanted if each in names), "")

    for sides, kinds in ((False, _CORNERS), (True, _SIDES)):
        for kind in kinds:
            if all(each in names for each in kind):
                file, label = of(_FILE), of(_LABEL)
                a, b, c, d = (names[each] for each in kind)
                return _Columns(file, (a, b, c, d), label, of(_PART), sides) if file else None
    plain = list(records.columns)
    if len(plain) == 6 and plain[0] == "column_1":
        files = records.columns[plain[0]]
        edges = [cell for name in plain[1:5] for cell in records.columns[name] if not is_missing(cell)]
        if all(map(is_image_name, files)) and edges and not any(math.isnan(parse_number(cell)) for cell in edges):
            return _Columns(plain[0], (plain[1], plain[2], plain[3], plain[4]), plain[5], "", False)
    return None


def _read(source: Path) -> tuple[list[Picture], list[DataIssue]]:
    tables = _tables(source)
    if not tables:
        raise DataError(f"{source} holds no table of boxes with a column of files and columns such as xmin to ymax.")
    found: dict[str, Picture] = {}
    issues: list[DataIssue] = []
    for table in tables:
        dialect = find_dialect(table, {})
        records = read_records(table, dialect, {})
        issues += records.issues
        columns = _columns(records)
        if columns is None:
            lacking = _missing(records) or "xmin"
            raise DataError(f"{table.name} has no column '{lacking}'. A box needs four edges; name a column for each.")
        part = fold_of(table.stem.split("_")[0]) if len(tables) > 1 else None
        for name, box, said in _lines(table, records, columns):
            picture = found.setdefault(name, Picture(None, name, [], said or part))
            if picture.part != (said or part):
                raise DataError(
                    f"{name} is in the part '{picture.part}' and in '{said or part}' of {table.name}. Keep it in one."
                )
            if box is not None:
                picture.boxes.append(box)
    home = source if source.is_dir() else source.parent
    files = find_named(list(found), home)
    for row, picture in enumerate(found.values()):
        picture.path = files.paths[row]
        picture.fault = files.faults.get(row, "")
    return list(found.values()), issues


def _lines(table: Path, records: Records, columns: _Columns) -> Iterator[tuple[str, WrittenBox | None, str | None]]:
    cells = [records.columns[name] for name in columns.edges]
    numbers = [[parse_number(cell) for cell in column] for column in cells]
    known = [number for column in numbers for number in column if not math.isnan(number)]
    relative = bool(known) and 0 < max(known) <= 1 and min(known) >= 0
    labels: Any = records.columns[columns.label] if columns.label else None
    parts: Any = records.columns[columns.part] if columns.part else None
    for row, line in enumerate(records.lines):
        name, part = records.columns[columns.file][row], fold_of(parts[row]) if parts else None
        if not name:
            raise DataError(f"{table.name}, line {line}: no file is named in '{columns.file}'.")
        if all(is_missing(column[row]) for column in cells):
            yield name, None, part
            continue
        edges = [column[row] for column in numbers]
        for edge, column, given in zip(edges, columns.edges, cells, strict=True):
            if math.isnan(edge):
                raise DataError(
                    f"{table.name}, line {line}: '{given[row][:40]}' in '{column}' is no number. Mend the line, or "
                    "leave all four empty for a picture without objects."
                )
        label = labels[row] if labels is not None else "object"
        if not label:
            raise DataError(f"{table.name}, line {line}: the box has no class in '{columns.label}'. Name it.")
        a, b, c, d = edges
        whole = (a, b, a + c, b + d) if columns.sides else (a, b, c, d)
        yield name, WrittenBox(label, whole, f"line {line}", relative), part
