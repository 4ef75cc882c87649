"""Folders of images with masks: ``images/`` beside ``masks/``, also below ``train`` and ``test``, or ``a_mask.png``
beside ``a.png``. Image and mask belong together by name.

``classes.txt`` in the folder may name the classes: a line each, with the value in front (``3 road``) or in its order.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from dlstudio.data.listing import folders_in, has_images, images_in
from dlstudio.data.pictures.images import ImageError, probe, raw_values
from dlstudio.data.pictures.mask_table import IMAGE, MASK, SHARES, group_split, mask_columns, mask_contents
from dlstudio.data.pictures.mask_values import MaskClasses, guess_classes, mask_codes
from dlstudio.data.pictures.rasters import BandFiles, Fit, MaskFiles, step_size
from dlstudio.data.pictures.sizes import guess_image
from dlstudio.data.splitting.name_groups import name_groups
from dlstudio.data.splitting.splits import FOLDED, fold_of
from dlstudio.data.table import SPLITS, Array, DataError, DataIssue, Files, Table, listed
from dlstudio.graph.project import DataSettings

NAME = "mask-folder"
TITLE = "Folder of images and masks"
RANK = 0  # before folders of images, which it is one of

_IMAGES = frozenset({"image", "images", "img", "imgs", "input", "inputs", "photos", "jpegimages", "frames", "x"})
MASK_FOLDERS = frozenset(
    {
        *("mask", "masks", "label", "labels", "annotation", "annotations", "segmentation", "segmentations", "gt", "y"),
        *("ground_truth", "groundtruth", "segmentationclass", "trimaps", "target", "targets", "labelids"),
    }
)
MASK_SUFFIX = re.compile(r"[-_. ]?(?:mask|masks|seg|segmentation|label|labels|gt|annotation|trimap|groundtruth)$", re.I)
_IMAGE_SUFFIX = re.compile(r"[-_. ]?(?:image|img|leftimg8bit)$", re.I)
_PROBED = 5000
_LOOKED_AT = 60
_LARGEST_LIST = 1 << 20


@dataclass(frozen=True)
class _Place:
    """A folder of images and one of masks (the same where they lie side by side), and the part they are for."""

    images: Path
    masks: Path
    part: str | None


@dataclass(frozen=True)
class _Pairs:
    """One entry an image: its file, its mask or None, its part; and masks without an image."""

    images: list[Path]
    masks: list[Path | None]
    parts: list[str | None]
    orphans: list[Path]


def matches(path: Path) -> bool:
    """Whether a folder holds images and masks."""
    return path.is_dir() and bool(_places(_descended(path)))


def guess(path: Path) -> DataSettings:
    """Size, depth, classes and split.

    Raises:
        DataError: Names do not match, or the masks hold no classes.
    """
    path = _descended(path)
    pairs = _paired(path)
    both = [(image, mask) for image, mask in zip(pairs.images, pairs.masks, strict=True) if mask is not None]
    step = max(1, len(both) // _LOOKED_AT)
    classes = _classes(path, [mask for _, mask in both[::step]])
    kind, size, channels, fit = _form(path, [image for image, _ in both])
    if any(pairs.parts):
        split: dict[str, Any] = {"by": "folder", **FOLDED}
    else:
        split = group_split() if name_groups(path, pairs.images) is not None else dict(SHARES)
    return DataSettings(str(path), NAME, mask_columns(kind, size, channels, fit, classes), split)


def read(_settings: DataSettings, source: Path) -> Table:
    """One row an image.

    Raises:
        DataError: The folder is not there, or no names match.
    """
    if not source.is_dir():
        raise DataError(f"There is no folder {source}. Choose another one, or put it there.")
    path = _descended(source)
    pairs = _paired(path)
    names = [each.relative_to(path).as_posix() for each in pairs.images]
    faults = {row: "there is no mask of this name" for row, mask in enumerate(pairs.masks) if mask is None}
    for row, (image, mask) in enumerate(zip(pairs.images[:_PROBED], pairs.masks[:_PROBED], strict=True)):
        if mask is not None:
            fault = _other_size(image, mask)
            if fault:
                faults[row] = fault
    mask_names = [mask.relative_to(path).as_posix() if mask else "" for mask in pairs.masks]
    issues: list[DataIssue] = []
    if pairs.orphans:
        places = tuple(each.relative_to(path).as_posix() for each in pairs.orphans[:20])
        message = f"Masks without an image of their name are left out: {listed(places, len(pairs.orphans))}."
        issues.append(DataIssue("unpaired", message, "warning", MASK, len(pairs.orphans), places=places))
    folds = None
    if any(pairs.parts):
        folds = np.array([SPLITS.index(part) if part else -1 for part in pairs.parts], np.int8)
    groups = None if folds is not None else name_groups(path, pairs.images)
    masks = MaskFiles(pairs.masks, mask_names, faults)
    return Table(
        len(names),
        {IMAGE: BandFiles(list(pairs.images), names), MASK: masks},
        folds,
        tuple(issues),
        lambda row: names[row],
        groups=groups,
        contents=mask_contents(_small_masks(masks)) if groups is not None else None,
    )


def _descended(path: Path) -> Path:
    """Down to where it begins: archives often unpack to a folder in a folder."""
    for _ in range(4):
        below = folders_in(path)
        if len(below) != 1 or has_images(path, path) or fold_of(below[0].name):
            break
        path = below[0]
    return path


def _places(path: Path) -> list[_Place]:
    below = folders_in(path)
    images = [each for each in below if each.name.lower() in _IMAGES and has_images(each, path, deep=True)]
    masks = [each for each in below if each.name.lower() in MASK_FOLDERS and has_images(each, path, deep=True)]
    if images and masks:
        parts = [(each.name, fold_of(each.name)) for each in folders_in(images[0])]
        if any(part == "train" for _, part in parts):
            pairs = [(images[0] / name, masks[0] / name, part) for name, part in parts if part]
            return [_Place(image, mask, part) for image, mask, part in pairs if mask.is_dir()]
        return [_Place(images[0], masks[0], None)]
    found: list[_Place] = []
    for folder in below:
        part = fold_of(folder.name)
        if part:
            found += [_Place(place.images, place.masks, part) for place in _places(folder) if place.part is None]
    if any(place.part == "train" for place in found):
        return found
    return [_Place(path, path, None)] if _side_by_side(path) else []


def _side_by_side(path: Path) -> bool:
    """Whether at least half of the images have a mask beside them."""
    files = list(images_in(path, path))[:400] if has_images(path, path, deep=True) else []
    stems = {each.with_suffix("").as_posix().lower() for each in files}
    marked = [stem for stem in stems if MASK_SUFFIX.search(stem) and _bare(stem) in {_bare_image(s) for s in stems}]
    return bool(marked) and len(marked) >= (len(stems) - len(marked)) / 2


def _paired(path: Path) -> _Pairs:
    found = _Pairs([], [], [], [])
    for place in _places(path):
        if place.images == place.masks:
            files = images_in(place.images, path)
            masks = [each for each in files if MASK_SUFFIX.search(each.stem)]
            images = [each for each in files if not MASK_SUFFIX.search(each.stem)]
        else:
            images, masks = images_in(place.images, path), images_in(place.masks, path)
        images = sorted(images, key=_natural)
        exact = {_key(each, place.masks, each.stem.lower()): each for each in masks}
        bare = {_key(each, place.masks, _bare(each.stem.lower())): each for each in masks}
        used: set[Path] = set()
        for image in images:
            stem = image.stem.lower()
            keys = [_key(image, place.images, stem), _key(image, place.images, _bare_image(stem))]
            mask = next((names[key] for names in (exact, bare) for key in keys if key in names), None)
            found.images.append(image)
            found.masks.append(mask)
            found.parts.append(place.part)
            if mask is not None:
                used.add(mask)
        found.orphans.extend(each for each in masks if each not in used)
    if not any(found.masks):
        first = f": for example {found.images[0].name} and {found.orphans[0].name}" if found.orphans else ""
        raise DataError(
            f"No mask in {path} has the name of an image{first}. Give both the same name, or name the mask after its "
            "image with _mask at the end."
        )
    return found


def _natural(file: Path) -> list[tuple[int, str]]:
    """Names in which numbers count as numbers: slice 2 comes before slice 10."""
    pieces = re.split(r"(\d+)", file.as_posix().casefold())
    return [(int(each), "") if each.isdecimal() and len(each) < 19 else (-1, each) for each in pieces]


def _key(file: Path, home: Path, stem: str) -> str:
    return (file.parent.relative_to(home) / stem).as_posix().lower()


def _bare(stem: str) -> str:
    return MASK_SUFFIX.sub("", stem)


def _bare_image(stem: str) -> str:
    return _IMAGE_SUFFIX.sub("", stem)


def _other_size(image: Path, mask: Path) -> str:
    """What is wrong where image and mask have different sizes; unreadable ones are found when they are opened."""
    try:
        (height, width, _), (rows, columns, _) = probe(image), probe(mask)
    except ImageError:
        return ""
    if (height, width) == (rows, columns):
        return ""
    return f"the mask has {rows}×{columns} pixels, the image {height}×{width}"


def _form(path: Path, images: Sequence[Path]) -> tuple[str, tuple[int, int], int, Fit]:
    """Column type, size, channels and fit of the images."""
    shapes: list[tuple[int, int, int]] = []
    deep = False
    for image in images[:: max(1, len(images) // _LOOKED_AT)]:
        try:
            if len(shapes) < 8:
                deep = deep or raw_values(image).dtype != np.uint8
            shapes.append(probe(image))
        except ImageError:
            continue
    if not shapes:
        raise DataError(f"None of the images in {path} can be read.")
    channels = max(channels for _, _, channels in shapes)
    sizes = {(height, width) for height, width, _ in shapes}
    if len(sizes) == 1:
        size, fit = step_size(*next(iter(sizes)))
    else:
        found = guess_image(Files(list(images), [each.name for each in images]))["size"]
        size, fit = (max(16, round(found[0] / 16) * 16), max(16, round(found[1] / 16) * 16)), "stretch"
    if deep:
        return "bands", size, channels, fit
    return "image", size, channels, "stretch" if fit == "extend" else fit


def _classes(path: Path, masks: Sequence[Path]) -> MaskClasses:
    lossy = any(mask.suffix.lower() in (".jpg", ".jpeg") for mask in masks)

    def arrays() -> Iterator[Array]:
        for mask in masks:
            try:
                values = raw_values(mask)
                mask_codes(values)
            except ImageError:
                continue  # it is among the faults when the data is read
            yield values

    try:
        return guess_classes(arrays(), _class_names(path), lossy)
    except DataError as error:
        raise DataError(f"{path.name}: {error}") from error


def _class_names(path: Path) -> dict[int, str]:
    """What ``classes.txt`` or ``labels.txt`` says.

    Raises:
        DataError: It cannot be read.
    """
    for name in ("classes.txt", "labels.txt", "codes.txt", "class_names.txt"):
        file = path / name
        if not file.is_file():
            continue
        if file.stat().st_size > _LARGEST_LIST:
            raise DataError(f"{name} is larger than 1 MiB; it should hold one class a line.")
        try:
            lines = [line.strip() for line in file.read_text(encoding="utf-8-sig").splitlines()]
        except UnicodeDecodeError as error:
            raise DataError(f"{name} is no UTF-8 text (byte {error.start}). Save it as UTF-8.") from error
        found: dict[int, str] = {}
        for place, line in enumerate(each for each in lines if each and not each.startswith("#")):
            match = re.fullmatch(r"(\d+)\s*[:;,\t ]\s*(.+)", line)
            value, words = (int(match[1]), match[2].strip()) if match else (place, line)
            if value in found:
                raise DataError(f"{name} gives the value {value} to '{found[value]}' and to '{words}'.")
            found[value] = words
        return found
    return {}


def _small_masks(masks: MaskFiles) -> Iterator[Array]:
    """Each mask, thinned; an empty one where it cannot be read."""
    for row, path in enumerate(masks.paths):
        found: Array = np.zeros((0, 0), np.int64)
        if path is not None and row not in masks.faults:
            try:
                codes = mask_codes(raw_values(path))
                step = max(1, max(codes.shape) // 128)
                found = codes[::step, ::step]
            except ImageError:
                pass
        yield found
