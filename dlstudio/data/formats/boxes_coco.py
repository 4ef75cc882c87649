"""Boxes as COCO has them: JSON with ``images``, ``annotations`` and ``categories``, pictures in folders beside it.

Several files such as ``instances_train.json`` and ``instances_val.json``, or one in each of ``train`` and ``valid``,
say to which part their pictures belong. A ``bbox`` is left, top, width, height in pixels (Lin et al. 2014, *Microsoft
COCO*).
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from dlstudio.data.listing import find_named, folders_in, is_shown
from dlstudio.data.pictures.box_table import Picture, WrittenBox, box_settings, box_table
from dlstudio.data.splitting.splits import fold_of
from dlstudio.data.table import DataError, DataIssue, Table
from dlstudio.data.written import finite_number, read_json
from dlstudio.graph.project import DataSettings

NAME = "boxes-coco"
TITLE = "Boxes in COCO JSON"
RANK = 0.5  # before folders of images and tables, after masks

_HEAD = 1 << 18
_DEPTH = 2
_MOST_FILES = 40
_KEYS = (b'"images"', b'"annotations"', b'"categories"')


def matches(path: Path) -> bool:
    """Whether it is a COCO file, or a folder with one."""
    return bool(_files(path))


def guess(path: Path) -> DataSettings:
    """Size, classes and split.

    Raises:
        DataError: A file is damaged, or names no picture that is there.
    """
    pictures, _, _ = _read(path)
    return box_settings(path, NAME, pictures)


def read(_settings: DataSettings, source: Path) -> Table:
    """One row a picture, also those without boxes.

    Raises:
        DataError: A file is damaged; the sentence names it and the entry.
    """
    pictures, classes, issues = _read(source)
    return box_table(source, pictures, classes, issues)


def _files(path: Path) -> list[Path]:
    if path.is_file():
        return [path] if _is_coco(path) else []
    return [each for each in _json_files(path, _DEPTH) if _is_coco(each)][:_MOST_FILES] if path.is_dir() else []


def _json_files(folder: Path, depth: int) -> Iterator[Path]:
    try:
        found = [each for each in folder.iterdir() if each.suffix.lower() == ".json"]
        below = folders_in(folder) if depth else []
    except OSError:
        return
    yield from sorted(each for each in found if each.is_file() and not each.name.startswith("."))[:_MOST_FILES]
    for each in below:
        if not each.is_symlink():
            yield from _json_files(each, depth - 1)


def _is_coco(path: Path) -> bool:
    """By two of its keys: near the beginning, or near the end, where annotations fill the middle."""
    if path.suffix.lower() != ".json" or not (is_shown(path.name) or "coco" in path.name.lower()):
        return False
    try:
        with path.open("rb") as file:
            text = file.read(_HEAD)
            if path.stat().st_size > 2 * _HEAD:
                file.seek(-_HEAD, 2)
                text += file.read(_HEAD)
    except OSError:
        return False
    return sum(key in text for key in _KEYS) >= 2


def _part(path: Path, root: Path) -> str | None:
    """The part that the names of a file and of its folders below the source tell."""
    inside = path.relative_to(root).with_suffix("").as_posix() if path.is_relative_to(root) else path.stem
    words = [re.sub(r"\d+$", "", word) for word in re.split(r"[^A-Za-z0-9]+", inside)]
    return next((part for part in map(fold_of, reversed(words)) if part), None)


def _read(source: Path) -> tuple[list[Picture], list[str], list[DataIssue]]:
    root = source if source.is_dir() else source.parent
    files = _files(source)
    if not files:
        raise DataError(f"{source} holds no COCO file: JSON with images, annotations and categories.")
    pictures: list[Picture] = []
    classes: list[str] = []
    crowds = 0
    for file in files:
        name = file.relative_to(root).as_posix()
        content = read_json(file, name)
        found, names, groups = _pictures(content, name, file, root, _part(file, root) if len(files) > 1 else None)
        pictures += found
        classes += [each for each in names if each not in classes]
        crowds += groups
    issues = []
    if crowds:
        message = f"{crowds} annotations mark crowds rather than single objects (iscrowd) and are left out."
        issues.append(DataIssue("class", message, "warning", "boxes", crowds))
    return pictures, classes, issues


def _pictures(
    content: Any, name: str, file: Path, root: Path, part: str | None
) -> tuple[list[Picture], list[str], int]:
    images, annotations, categories = (_entries(content, key, name) for key in ("images", "annotations", "categories"))
    labels: dict[Any, str] = {}
    for place, entry in enumerate(categories):
        label = entry.get("name")
        if not isinstance(label, str) or not label.strip():
            raise DataError(f"{name}: categories[{place}] has no 'name'. Give each category one.")
        labels[_key(entry, "id", f"{name}: categories[{place}]")] = label.strip()
    found: dict[Any, Picture] = {}
    for place, entry in enumerate(images):
        file_name = entry.get("file_name")
        if not isinstance(file_name, str) or not file_name:
            raise DataError(f"{name}: images[{place}] has no 'file_name'.")
        key = _key(entry, "id", f"{name}: images[{place}]")
        if key in found:
            raise DataError(f"{name}: images[{place}] has the id {key!r}, which another picture has, too.")
        sides = [finite_number(entry.get(side)) for side in ("height", "width")]
        declared = None if any(math.isnan(side) or side < 1 for side in sides) else (int(sides[0]), int(sides[1]))
        found[key] = Picture(None, file_name, [], part, declared)
    crowds = 0
    for place, entry in enumerate(annotations):
        where = f"{name}: annotations[{place}]"
        if entry.get("iscrowd") == 1:
            crowds += 1
            continue
        picture, label = found.get(_key(entry, "image_id", where)), labels.get(_key(entry, "category_id", where))
        if picture is None:
            raise DataError(f"{where} belongs to the picture {entry['image_id']!r}, which is not among the images.")
        if label is None:
            raise DataError(f"{where} has the category {entry['category_id']!r}, which is not among the categories.")
        picture.boxes.append(WrittenBox(label, _edges(entry.get("bbox"), where), f"annotations[{place}]"))
    _find(found, file, root, part)
    return list(found.values()), [label for label in labels.values() if _used(label, found)], crowds


def _used(label: str, found: Mapping[Any, Picture]) -> bool:
    """Whether a class has a box: exporters add an empty one above all others."""
    return any(box.label == label for picture in found.values() for box in picture.boxes)


def _entries(content: Any, key: str, name: str) -> list[dict[str, Any]]:
    value = content.get(key) if isinstance(content, dict) else None
    if not isinstance(value, list):
        raise DataError(f"{name} has no list '{key}'; a COCO file has images, annotations and categories.")
    for place, entry in enumerate(value):
        if not isinstance(entry, dict):
            raise DataError(f"{name}: {key}[{place}] is no object.")
    return value


def _key(entry: Mapping[str, Any], field: str, where: str) -> Any:
    value = entry.get(field)
    if isinstance(value, bool) or not isinstance(value, int | str):
        raise DataError(f"{where} has no '{field}'.")
    return value


def _edges(box: Any, where: str) -> tuple[float, float, float, float]:
    values = [finite_number(each) for each in box] if isinstance(box, list) else []
    if len(values) != 4 or any(math.isnan(each) for each in values):
        raise DataError(f"{where} has the bbox {str(box)[:60]}; it has to be [left, top, width, height] in pixels.")
    left, top, width, height = values
    return left, top, left + width, top + height


def _find(found: Mapping[Any, Picture], file: Path, root: Path, part: str | None) -> None:
    """Where the pictures are: beside the file, in a folder of its part, in ``images``, or anywhere below the source."""
    homes = [file.parent]
    nearby = [
        each for base in dict.fromkeys((root, file.parent.parent, root / "images")) for each in _below(base, root)
    ]
    homes += [each for each in nearby if part and fold_of(re.sub(r"\d+$", "", each.name)) == part]
    homes += [each for each in nearby if each.name.lower() in ("images", "jpegimages")]
    left = list(found.values())
    for home in dict.fromkeys((*homes, root)):
        files = find_named([picture.name for picture in left], home) if home == root else None
        rest = []
        for place, picture in enumerate(left):
            path = files.paths[place] if files is not None else _inside(home, picture.name, root)
            if path is None:
                rest.append(picture)
                picture.fault = (files.faults.get(place) or "") if files is not None else "there is no such file"
            else:
                picture.path, picture.fault = path, ""
        left = rest


def _below(folder: Path, root: Path) -> list[Path]:
    return folders_in(folder) if folder.is_dir() and folder.is_relative_to(root) else []


def _inside(home: Path, name: str, root: Path) -> Path | None:
    if "\0" in name or len(name) > 1024:
        return None
    try:
        path = (home / name.replace("\\", "/")).resolve()
        return path if path.is_file() and path.is_relative_to(root.resolve()) else None
    except (OSError, RuntimeError, ValueError):
        return None
