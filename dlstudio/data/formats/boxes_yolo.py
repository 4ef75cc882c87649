"""Boxes as YOLO has them: a text file a picture with lines ``class x y width height`` in shares of the sides.

The text files lie in ``labels`` beside ``images`` (also within ``train``, ``valid`` and ``test``, or with these below),
or beside the pictures. ``data.yaml``, ``classes.txt`` or ``obj.names`` may name the classes. A picture without a text
file, or with an empty one, has no objects. A line with more numbers is a polygon, of which the box around it is taken.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from dlstudio.data.listing import folders_in, has_images, images_in, is_shown
from dlstudio.data.pictures.box_table import Picture, WrittenBox, box_settings, box_table
from dlstudio.data.splitting.splits import fold_of
from dlstudio.data.table import DataError, DataIssue, Table, listed
from dlstudio.data.tables.cells import parse_number
from dlstudio.data.written import read_text
from dlstudio.graph.project import DataSettings

NAME = "boxes-yolo"
TITLE = "Boxes in YOLO text files"
RANK = 0.5  # before folders of images, after masks

_NAME_FILES = ("classes.txt", "obj.names", "classes.names", "_classes.txt", "predefined_classes.txt")
_NO_LABELS = frozenset((*_NAME_FILES, "train.txt", "val.txt", "valid.txt", "test.txt", "readme.txt", "license.txt"))
_HIGHEST = 10_000
_LOOKED_AT = 20
_SLACK = 0.01  # by which a written share may lie outside: rounding


@dataclass(frozen=True)
class _Place:
    """A folder of pictures and one of text files (the same where they lie side by side), and the part they are for."""

    images: Path
    labels: Path
    part: str | None


def matches(path: Path) -> bool:
    """Whether a folder holds pictures with such text files."""
    return path.is_dir() and bool(_places(_descended(path)))


def guess(path: Path) -> DataSettings:
    """Size, classes and split.

    Raises:
        DataError: A file is damaged, or no picture is there.
    """
    path = _descended(path)
    pictures, _, _ = _read(path)
    return box_settings(path, NAME, pictures)


def read(_settings: DataSettings, source: Path) -> Table:
    """One row a picture.

    Raises:
        DataError: A file is damaged; the sentence names it and the line.
    """
    if not source.is_dir():
        raise DataError(f"There is no folder {source}. Choose another one, or put it there.")
    source = _descended(source)
    pictures, names, issues = _read(source)
    return box_table(source, pictures, names, issues)


def _descended(path: Path) -> Path:
    """Down to where it begins: archives often unpack to a folder in a folder."""
    for _ in range(4):
        below = folders_in(path)
        if len(below) != 1 or has_images(path, path) or fold_of(below[0].name) or below[0].name.lower() == "images":
            break
        path = below[0]
    return path


def _places(path: Path) -> list[_Place]:
    below = {each.name.lower(): each for each in folders_in(path)}
    images, labels = below.get("images"), below.get("labels")
    if images is not None and labels is not None:
        if not _label_files(labels) or not has_images(images, path, deep=True) or has_images(labels, path, deep=True):
            return []
        parts = [(each, fold_of(re.sub(r"\d+$", "", each.name))) for each in folders_in(images)]
        if any(part == "train" for _, part in parts):
            return [_Place(each, labels / each.name, part) for each, part in parts if part]
        return [_Place(images, labels, None)]
    found: list[_Place] = []
    for folder in below.values():
        part = fold_of(folder.name)
        if part:
            found += [_Place(place.images, place.labels, part) for place in _places(folder) if place.part is None]
    if any(place.part == "train" for place in found):
        return found
    return [_Place(path, path, None)] if _side_by_side(path) else []


def _label_files(folder: Path, deep: bool = True) -> list[Path]:
    files = folder.rglob("*.txt") if deep else folder.glob("*.txt")
    return sorted(each for each in files if is_shown(each.name) and each.name.lower() not in _NO_LABELS)


def _side_by_side(path: Path) -> bool:
    """Whether text files beside pictures have their names and begin with five numbers."""
    if not has_images(path, path):
        return False
    stems = {each.stem for each in images_in(path, path, deep=False)}
    files = [each for each in _label_files(path, deep=False) if each.stem in stems][:_LOOKED_AT]
    for file in files:
        try:
            with file.open(encoding="utf-8-sig") as opened:
                words = opened.readline(1 << 12).split()
        except (OSError, UnicodeDecodeError):
            continue
        if words:
            return len(words) >= 5 and not any(math.isnan(parse_number(word)) for word in words[:5])
    return False


def _read(path: Path) -> tuple[list[Picture], list[str], list[DataIssue]]:
    places = _places(path)
    if not places:
        raise DataError(f"{path} holds no pictures in 'images' with text files of boxes in 'labels'.")
    names = _class_names(path)
    pictures: list[Picture] = []
    orphans: list[str] = []
    highest = -1
    for place in places:
        files = {_key(each, place.labels): each for each in _label_files(place.labels)} if place.labels.is_dir() else {}
        for image in images_in(place.images, path):
            file = files.pop(_key(image, place.images), None)
            picture = Picture(image, image.relative_to(path).as_posix(), part=place.part)
            if file is not None:
                for index, edges, line in _lines(file, file.relative_to(path).as_posix()):
                    highest = max(highest, index)
                    label = names[index] if index < len(names) else f"class {index}"
                    picture.boxes.append(WrittenBox(label, edges, f"line {line}", relative=True))
            pictures.append(picture)
        orphans += [each.relative_to(path).as_posix() for each in files.values()]
    if names and highest >= len(names):
        raise DataError(
            f"The text files use the class {highest}, but only {len(names)} classes are named: 0 to {len(names) - 1}. "
            "Name all of them, in their order."
        )
    if orphans and not any(picture.boxes for picture in pictures):
        raise DataError(
            f"No text file in {path} has the name of a picture: for example {orphans[0]} and {pictures[0].name}. "
            "Give both the same name."
        )
    issues = []
    if orphans:
        message = f"Text files without a picture of their name are left out: {listed(orphans, len(orphans))}."
        issues.append(DataIssue("unpaired", message, "warning", "boxes", len(orphans), places=tuple(orphans[:20])))
    return pictures, names or [f"class {index}" for index in range(highest + 1)], issues


def _key(file: Path, home: Path) -> str:
    return file.relative_to(home).with_suffix("").as_posix().lower()


def _lines(file: Path, name: str) -> list[tuple[int, tuple[float, float, float, float], int]]:
    """Class, edges as shares of the sides, and line of each box of a file."""
    found = []
    for number, line in enumerate(read_text(file, name).splitlines(), 1):
        words = line.split()
        if not words:
            continue
        if len(words) < 5 or (len(words) > 5 and (len(words) < 7 or len(words) % 2 == 0)):
            raise DataError(
                f"{name}, line {number}: there are {len(words)} values; a box has five: class, x, y, width, height."
            )
        values = [parse_number(word) for word in words]
        if any(math.isnan(value) for value in values):
            raise DataError(f"{name}, line {number}: '{line.strip()[:60]}' holds something that is no number.")
        index = values[0]
        if not index.is_integer() or not 0 <= index < _HIGHEST:
            raise DataError(f"{name}, line {number}: the class is {words[0]}; it has to be a whole number from 0 on.")
        edges = _edges(values[1:])
        if min(edges) < -_SLACK or max(edges) > 1 + _SLACK:
            raise DataError(
                f"{name}, line {number}: the box reaches beyond the picture. Its numbers have to be shares of the "
                "picture's sides, from 0 to 1, not pixels."
            )
        found.append((int(index), edges, number))
    return found


def _edges(values: Sequence[float]) -> tuple[float, float, float, float]:
    if len(values) == 4:
        x, y, width, height = values
        return x - width / 2, y - height / 2, x + width / 2, y + height / 2
    return min(values[::2]), min(values[1::2]), max(values[::2]), max(values[1::2])


def _class_names(path: Path) -> list[str]:
    """The names of the classes in their order; empty where nothing names them.

    Raises:
        DataError: A file of names is damaged.
    """
    for folder in (path, path / "labels"):
        if not folder.is_dir():
            continue
        for file in sorted(folder.glob("*.y*ml")):
            names = _yaml_names(file)
            if names:
                return names
        for name in _NAME_FILES:
            if (folder / name).is_file():
                lines = [line.strip() for line in read_text(folder / name, name).splitlines()]
                return _unique([line for line in lines if line], name)
    return []


def _yaml_names(file: Path) -> list[str]:
    import yaml  # only who reads such a file waits for it

    try:
        content: Any = yaml.safe_load(read_text(file, file.name))
    except (yaml.YAMLError, RecursionError, ValueError) as error:
        mark = getattr(error, "problem_mark", None)
        where = f" (line {mark.line + 1})" if mark is not None else ""
        raise DataError(f"{file.name} is no YAML{where}. Mend it, or name the classes in classes.txt.") from error
    names = content.get("names") if isinstance(content, Mapping) else None
    if isinstance(names, Mapping):
        if set(names) != set(range(len(names))):
            raise DataError(f"{file.name} numbers its names {list(names)[:8]}; they have to count from 0 without gaps.")
        names = [names[index] for index in range(len(names))]
    if not isinstance(names, list):
        return []
    return _unique([str(name) for name in names], file.name)


def _unique(names: list[str], file: str) -> list[str]:
    twice = [name for name, count in Counter(names).items() if count > 1]
    if twice:
        raise DataError(f"{file} names the class '{twice[0]}' twice. Give each class a name of its own.")
    return names
