"""What the formats of boxes share: from pictures with what was written about them to a checked table.

Each format module says which pictures there are and which boxes; here pictures are measured, boxes cut at their edges,
and what cannot be true is left out and said.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np

from dlstudio.data.pictures.box_rows import BoxRows, RawBox
from dlstudio.data.pictures.images import ImageError, probe
from dlstudio.data.pictures.mask_table import SHARES, group_split
from dlstudio.data.splitting.name_groups import name_groups
from dlstudio.data.splitting.splits import FOLDED
from dlstudio.data.table import LISTED, SPLITS, DataError, DataIssue, Files, Table, listed
from dlstudio.graph.project import DataSettings

IMAGE, BOXES = "image", "boxes"
MOST_BOXES = 5_000_000
_PROBED = 200
_STEP = 32
_LONGEST = 256


@dataclass(frozen=True)
class WrittenBox:
    """A box as an annotation file has it.

    Attributes:
        label: Its class.
        edges: Left, top, right, bottom; in pixels, or as shares of the picture's sides where ``relative``.
        place: Where it is written, such as ``line 12``.
        relative: Whether the edges are shares.
    """

    label: str
    edges: tuple[float, float, float, float]
    place: str
    relative: bool = False


@dataclass
class Picture:
    """One picture with its boxes.

    Attributes:
        path: The file; None where there is none.
        name: What a person reads: the path relative to the source.
        boxes: What is written about it.
        part: ``train``, ``validation``, ``test``, or None where nothing says so.
        declared: Height and width that the annotations give, or None.
        fault: Why it cannot be used, or empty.
    """

    path: Path | None
    name: str
    boxes: list[WrittenBox] = field(default_factory=list)
    part: str | None = None
    declared: tuple[int, int] | None = None
    fault: str = ""


def box_settings(
    source: Path, name: str, pictures: Sequence[Picture], options: Mapping[str, Any] | None = None
) -> DataSettings:
    """Settings of a source: one size for images and boxes, and a split.

    Args:
        source: Folder or file.
        name: Of the format.
        pictures: All of them.
        options: What the format wants to remember.

    Raises:
        DataError: No picture can be read, or there is not a single box.
    """
    if not any(picture.boxes for picture in pictures):
        raise DataError(f"{source.name} holds pictures but not a single box. Mark the objects first.")
    size, channels, fit = _form(source, pictures)
    placed = {"size": list(size), "fit": fit}
    columns: dict[str, dict[str, Any]] = {
        IMAGE: {"type": "image", **placed, "channels": channels, "role": "input"},
        BOXES: {"type": "boxes", **placed, "role": "target"},
    }
    if any(picture.part == "train" for picture in pictures):
        split: dict[str, Any] = {"by": "folder", **FOLDED}
    else:
        split = dict(SHARES) if _groups(source, pictures) is None else group_split()
    return DataSettings(str(source), name, columns, split, dict(options or {}))


def box_table(
    source: Path, pictures: Sequence[Picture], classes: Iterable[str], issues: Sequence[DataIssue] = ()
) -> Table:
    """One row a picture; boxes in pixels, cut at the edges.

    Args:
        source: Folder or file.
        pictures: All of them, in order.
        classes: Class names in the order that the source gives; those that only boxes name follow by the alphabet.
        issues: What the format has found.

    Raises:
        DataError: There is no picture, or there are absurdly many boxes.
    """
    if not pictures:
        raise DataError(f"{source.name} names no picture. Choose another source.")
    total = sum(len(picture.boxes) for picture in pictures)
    if total > MOST_BOXES:
        raise DataError(f"{source.name} holds {total:,} boxes; {MOST_BOXES:,} are the most that can be read.")
    found = list(issues)
    sizes = np.zeros((len(pictures), 2), np.int64)
    rows: list[list[RawBox]] = []
    outside: list[str] = []
    faults: dict[int, str] = {}
    for row, picture in enumerate(pictures):
        fault = picture.fault
        if not fault and picture.path is not None:
            try:
                height, width, _ = probe(picture.path)
                sizes[row] = height, width
                fault = _other_size(picture, height, width)
            except ImageError as error:
                fault = str(error)
        if fault:
            faults[row] = fault
            rows.append([])
            continue
        kept = [_checked(box, picture, sizes[row].tolist(), outside) for box in picture.boxes]
        rows.append([box for box in kept if box is not None])
    if outside:
        message = (
            f"{len(outside)} box{'es have' if len(outside) > 1 else ' has'} no area inside the picture and "
            f"{'are' if len(outside) > 1 else 'is'} left out: {listed(outside, len(outside))}."
        )
        found.append(DataIssue("outside", message, "warning", BOXES, len(outside), places=tuple(outside[:LISTED])))
    known = list(dict.fromkeys(classes))
    known += sorted({box.label for boxes in rows for box in boxes} - set(known))
    names = [picture.name for picture in pictures]
    parted = any(picture.part == "train" for picture in pictures)
    folds = np.array([SPLITS.index(p.part) if p.part else -1 for p in pictures], np.int8) if parted else None
    groups = None if parted else _groups(source, pictures)
    index = {label: place for place, label in enumerate(known)}
    contents = None
    if groups is not None:
        contents = np.zeros((len(rows), len(known)))
        for row, boxes in enumerate(rows):
            for box in boxes:
                contents[row, index[box.label]] += 1
    return Table(
        len(rows),
        {IMAGE: Files([picture.path for picture in pictures], names, faults), BOXES: BoxRows(rows, sizes, known)},
        folds,
        tuple(found),
        lambda row: names[row],
        groups=groups,
        contents=contents,
    )


def _checked(box: WrittenBox, picture: Picture, size: Sequence[int], outside: list[str]) -> RawBox | None:
    height, width = size
    left, top, right, bottom = box.edges
    if box.relative:
        left, top, right, bottom = left * width, top * height, right * width, bottom * height
    cut = (max(left, 0.0), max(top, 0.0), min(right, float(width)), min(bottom, float(height)))
    if cut[2] - cut[0] <= 0 or cut[3] - cut[1] <= 0:
        outside.append(f"{picture.name}, {box.place}")
        return None
    return RawBox(box.label, cut)


def _other_size(picture: Picture, height: int, width: int) -> str:
    if picture.declared is None or picture.declared == (height, width):
        return ""
    tall, wide = picture.declared
    return f"its boxes are for a picture of {wide}×{tall} pixels, but it has {width}×{height}"


def _groups(source: Path, pictures: Sequence[Picture]) -> Any:
    home = source if source.is_dir() else source.parent
    paths = [picture.path or home / picture.name for picture in pictures]
    home = home.resolve()
    paths = [path.resolve() for path in paths]
    if not all(path.is_relative_to(home) for path in paths):
        return None
    return name_groups(home, paths)


def _form(source: Path, pictures: Sequence[Picture]) -> tuple[tuple[int, int], int, str]:
    """Size in multiples of 32 with a longer side of 256 at the most, channels, and how pictures get there."""
    readable = [picture.path for picture in pictures if picture.path is not None and not picture.fault]
    sizes: list[tuple[int, int, int]] = []
    for path in readable[:: max(1, len(readable) // _PROBED)]:
        try:
            sizes.append(probe(path))
        except ImageError:
            continue
    if not sizes:
        missing = next((picture.name for picture in pictures), "")
        raise DataError(f"None of the pictures of {source.name} can be read; the first is {missing}. Put them there.")
    channels = max(channels for _, _, channels in sizes)
    ratios = [width / height for height, width, _ in sizes]
    alike = max(ratios) <= 1.1 * min(ratios)
    ratio = median(ratios) if alike else 1.0
    longest = min(_LONGEST, median(max(height, width) for height, width, _ in sizes))
    wide, tall = (longest, longest / ratio) if ratio >= 1 else (longest * ratio, longest)
    size = (_multiple(tall), _multiple(wide))
    return size, channels, "stretch" if alike else "pad"


def _multiple(side: float) -> int:
    return max(_STEP, round(side / _STEP) * _STEP)
