"""Boxes as Pascal VOC has them: an XML file a picture, in ``Annotations`` beside ``JPEGImages``, or beside the picture.

``ImageSets/Main/train.txt`` and the like, or folders ``train``, ``valid`` and ``test``, say to which part a picture
belongs. The first pixel of a picture is 1, and the last of a box belongs to it (Everingham et al. 2010, *The Pascal
Visual Object Classes Challenge*): ``xmin`` 1 is the left edge.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from pathlib import Path
from xml.etree import ElementTree

from dlstudio.data.listing import folders_in, images_in, is_shown
from dlstudio.data.pictures.box_table import Picture, WrittenBox, box_settings, box_table
from dlstudio.data.splitting.splits import fold_of
from dlstudio.data.table import DataError, DataIssue, Table, listed
from dlstudio.data.tables.cells import parse_number
from dlstudio.data.written import read_text
from dlstudio.graph.project import DataSettings

NAME = "boxes-voc"
TITLE = "Boxes in Pascal VOC XML"
RANK = 0.5  # before folders of images, after masks

_DEPTH = 4
_MOST_FILES = 1_000_000
_EDGES = ("xmin", "ymin", "xmax", "ymax")


def matches(path: Path) -> bool:
    """Whether a folder holds pictures and XML files that begin as VOC's do."""
    if not path.is_dir():
        return False
    first = next(_xml_files(path, _DEPTH), None)
    try:
        return first is not None and b"<annotation" in first.read_bytes()[:4096] and bool(images_in(path, path))
    except (OSError, DataError):
        return False


def guess(path: Path) -> DataSettings:
    """Size, classes and split.

    Raises:
        DataError: A file is damaged, or no picture has one.
    """
    pictures, _ = _read(path)
    return box_settings(path, NAME, pictures)


def read(_settings: DataSettings, source: Path) -> Table:
    """One row a picture that has an XML file; one without objects is a picture without boxes.

    Raises:
        DataError: A file is damaged; the sentence names it and the object.
    """
    if not source.is_dir():
        raise DataError(f"There is no folder {source}. Choose another one, or put it there.")
    pictures, issues = _read(source)
    return box_table(source, pictures, (), issues)


def _xml_files(folder: Path, depth: int) -> Iterator[Path]:
    below: list[Path] = []
    for each in sorted(folder.iterdir()):
        if not is_shown(each.name) or each.is_symlink():
            continue
        if each.is_dir():
            below.append(each)
        elif each.suffix.lower() == ".xml":
            yield each
    for each in below if depth else ():
        yield from _xml_files(each, depth - 1)


def _read(source: Path) -> tuple[list[Picture], list[DataIssue]]:
    images = images_in(source, source)
    by_stem: dict[str, list[Path]] = {}
    for image in images:
        by_stem.setdefault(image.stem.lower(), []).append(image)
    sets = _sets(source)
    pictures, used = [], set[Path]()
    for number, file in enumerate(_xml_files(source, _DEPTH)):
        if number >= _MOST_FILES:
            raise DataError(f"There are more than {_MOST_FILES:,} XML files in {source}. Choose a smaller folder.")
        name = file.relative_to(source).as_posix()
        declared, boxes = _annotation(file, name)
        path = _picture_of(file, by_stem.get(file.stem.lower(), []))
        shown = path.relative_to(source).as_posix() if path else name
        parts = [fold_of(each) for each in file.relative_to(source).parts[:-1]]
        part = sets.get(file.stem) or next((each for each in parts if each), None)
        pictures.append(Picture(path, shown, boxes, part, declared, "" if path else "there is no picture of this name"))
        if path is not None:
            used.add(path)
    if not used:
        raise DataError(
            f"No XML file in {source} has the name of a picture. Give both the same name, such as 7.xml and 7.jpg."
        )
    left = [image.relative_to(source).as_posix() for image in images if image not in used]
    issues = []
    if left:
        message = f"Pictures without an XML file are left out: {listed(left, len(left))}."
        issues.append(DataIssue("unpaired", message, "warning", "boxes", len(left), places=tuple(left[:20])))
    return pictures, issues


def _picture_of(file: Path, candidates: list[Path]) -> Path | None:
    """Of pictures with the file's name the one whose folder is nearest to it."""
    own = file.parent.parts

    def away(image: Path) -> int:
        same = 0
        for a, b in zip(own, image.parent.parts, strict=False):
            if a != b:
                break
            same += 1
        return len(own) + len(image.parent.parts) - 2 * same

    return min(candidates, key=away, default=None)


def _sets(source: Path) -> dict[str, str]:
    """Part of each picture by the lists in ``ImageSets/Main``."""
    for folder in (source, *folders_in(source)):
        main = folder / "ImageSets" / "Main"
        if not main.is_dir():
            continue
        found: dict[str, str] = {}
        for part in ("train", "val", "test"):
            file = main / f"{part}.txt"
            if file.is_file():
                for line in read_text(file, f"ImageSets/Main/{part}.txt").splitlines():
                    name = line.split()[0] if line.split() else ""
                    found.setdefault(name, fold_of(part) or "")
        return found
    return {}


def _annotation(file: Path, name: str) -> tuple[tuple[int, int] | None, list[WrittenBox]]:
    """Declared height and width, and the boxes."""
    text = read_text(file, name)
    if "<!ENTITY" in text or "<!DOCTYPE" in text:
        raise DataError(f"{name} declares entities, which annotations have no need of; it is not read.")
    try:
        root = ElementTree.fromstring(text)
    except ElementTree.ParseError as error:
        line, column = error.position
        raise DataError(
            f"{name} is no complete XML (line {line}, column {column + 1}). Write it again, or get it anew."
        ) from error
    except ValueError as error:
        raise DataError(f"{name} cannot be read as XML: {error}.") from error
    sides = [parse_number(root.findtext(f"size/{side}") or "") for side in ("height", "width")]
    declared = None if any(math.isnan(side) or side < 1 for side in sides) else (int(sides[0]), int(sides[1]))
    boxes = []
    for number, entry in enumerate(root.iter("object"), 1):
        place = f"object {number}"
        label = (entry.findtext("name") or "").strip()
        if not label:
            raise DataError(f"{name}, {place}: there is no <name>. Give the object its class.")
        edges = [parse_number(entry.findtext(f"bndbox/{edge}") or "") for edge in _EDGES]
        if any(math.isnan(edge) for edge in edges):
            missing = next(key for key, edge in zip(_EDGES, edges, strict=True) if math.isnan(edge))
            raise DataError(f"{name}, {place}: <{missing}> of <bndbox> is missing or no number.")
        left, top, right, bottom = edges
        boxes.append(WrittenBox(label, (left - 1, top - 1, right, bottom), place))
    return declared, boxes
