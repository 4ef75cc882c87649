"""NumPy archives with masks: images (n, height, width[, bands]) with a class for each pixel, also one map or volumes.

A map (height, width[, bands]) with labels (height, width) is cut into tiles; volumes are read slice by slice.
Neighbours that are much alike stay in one part of the split.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from dlstudio.data.archive import Header, read_arrays, read_headers
from dlstudio.data.formats.npz import stem_and_part
from dlstudio.data.pictures.images import ImageError
from dlstudio.data.pictures.map_tiles import tile_side, tiles
from dlstudio.data.pictures.mask_table import (
    IMAGE,
    MASK,
    SHARES,
    are_slices,
    group_split,
    mask_columns,
    mask_contents,
    slice_blocks,
)
from dlstudio.data.pictures.mask_values import MaskClasses, guess_classes, mask_codes
from dlstudio.data.pictures.rasters import BandArrays, MaskArrays, step_size
from dlstudio.data.splitting.name_groups import numbered
from dlstudio.data.splitting.splits import FOLDED
from dlstudio.data.table import SPLITS, Array, DataError, Rows, Table
from dlstudio.graph.project import DataSettings

NAME = "mask-arrays"
TITLE = "NumPy arrays of images and masks (.npz)"
RANK = 0  # before other arrays, which these are some of

_IMAGES = (
    "image",
    "images",
    "img",
    "imgs",
    "scene",
    "raster",
    "bands",
    "volume",
    "volumes",
    "scan",
    "scans",
    "picture",
)
_MASKS = ("mask", "masks", "segmentation", "segmentations", "annotation", "annotations", "landcover", "land_cover")
_MAYBE_IMAGES = ("x", "data", "input", "inputs")
_MAYBE_MASKS = ("label", "labels", "y", "target", "targets", "instance", "instances", "gt", "truth")
_GROUPS = ("patient", "patients", "subject", "subjects", "group", "groups", "case", "cases", "site", "scan_id")
_SHORTEST = 8
_LOOKED_AT = 200


@dataclass(frozen=True)
class Pair:
    """Names of an image and of a mask array in one part, and how they lie."""

    image: str
    mask: str
    first: bool  # whether the bands come first


@dataclass(frozen=True)
class _Content:
    """Images (n, height, width, bands), masks (n, height, width), and what is known of the rows."""

    images: Array
    masks: Array
    groups: Rows | None
    folds: Array | None
    places: list[str] | None


def matches(path: Path) -> bool:
    """Whether an .npz file holds an image array and a mask array that belongs to it, or is meant to."""
    headers = npz_headers(path)
    return bool(array_pairs(headers)) or _meant(headers) is not None


def guess(path: Path) -> DataSettings:
    """Size, bands, classes and split.

    Raises:
        DataError: It cannot be read, or image and mask do not fit together.
    """
    headers, _ = read_headers(path)
    pairs = checked_pairs(path, headers)
    options: dict[str, Any] = {}
    first = headers[next(iter(pairs.values())).mask].shape
    if len(first) == 2:
        options["tile"] = tile_side(first[0], first[1])
    content = _content(path, headers, pairs, options)
    classes = mask_classes(path, headers, content.masks)
    height, width = content.masks.shape[1:3]
    size, fit = step_size(height, width)
    columns = mask_columns("bands", size, content.images.shape[-1], fit, classes)
    if content.folds is not None:
        split: Mapping[str, Any] = {"by": "folder", **FOLDED}
    else:
        split = group_split() if content.groups is not None else dict(SHARES)
    return DataSettings(str(path), NAME, columns, split, options)


def read(settings: DataSettings, source: Path) -> Table:
    """One row an image, a tile or a slice.

    Raises:
        DataError: It cannot be read.
    """
    headers, _ = read_headers(source)
    content = _content(source, headers, checked_pairs(source, headers), settings.options)
    places = content.places
    images = content.images
    return Table(
        len(images),
        {IMAGE: BandArrays(images), MASK: MaskArrays(content.masks)},
        content.folds,
        place=(lambda row: places[row]) if places else (lambda row: f"image {row + 1}"),
        name=source.name,
        groups=content.groups,
        contents=mask_contents(content.masks) if content.groups is not None else None,
    )


def npz_headers(path: Path) -> Mapping[str, Header]:
    """The arrays of an .npz file by name; none where it is no such file or cannot be read."""
    if not (path.is_file() and path.suffix.lower() == ".npz"):
        return {}
    try:
        return read_headers(path)[0]
    except DataError:
        return {}


def array_pairs(headers: Mapping[str, Header]) -> dict[str, Pair]:
    """The pair of each part, an empty name where there are no parts."""
    stems: dict[str, dict[str, str]] = {}
    for name in headers:
        stem, part = stem_and_part(name)
        stems.setdefault(part or "", {})[stem.lower()] = name
    found: dict[str, Pair] = {}
    for part, names in stems.items():
        for mask_name in (*_MASKS, *_MAYBE_MASKS):
            for image_name in (*_IMAGES, *_MAYBE_IMAGES):
                if part in found or mask_name not in names or image_name not in names:
                    continue
                image, mask = headers[names[image_name]], headers[names[mask_name]]
                sure = mask_name in _MASKS or image_name in _IMAGES
                first = _fits(image, mask, sure)
                if first is not None:
                    found[part] = Pair(image.name, mask.name, first)
    if "train" in found:
        found.pop("", None)
        return {part: found[part] for part in SPLITS if part in found}
    return {"": found[""]} if "" in found else {}


def _fits(image: Header, mask: Header, sure: bool) -> bool | None:
    """Whether the bands come first, or None where the two do not belong together."""
    places = mask.shape
    if not (2 if sure else 3) <= len(places) <= 4 or min(places[-2:], default=0) < _SHORTEST:
        return None
    if mask.dtype.kind not in "biu" or image.dtype.kind not in "biuf":
        return None
    if image.shape == places or image.shape[:-1] == places:
        return False
    if len(image.shape) == len(places) + 1 and (*image.shape[: len(places) - 2], *image.shape[-2:]) == places:
        return True
    return None


def _meant(headers: Mapping[str, Header]) -> tuple[Header, Header] | None:
    """An image and a mask by name that do not fit together."""
    image = next((h for n, h in headers.items() if n.lower() in _IMAGES and len(h.shape) >= 2), None)
    mask = next((h for n, h in headers.items() if n.lower() in _MASKS), None)
    return (image, mask) if image and mask else None


def checked_pairs(path: Path, headers: Mapping[str, Header]) -> dict[str, Pair]:
    """As :func:`array_pairs`.

    Raises:
        DataError: There are none.
    """
    pairs = array_pairs(headers)
    if pairs:
        return pairs
    meant = _meant(headers)
    if meant is None:
        raise DataError(
            f"{path.name} has no array of images with a mask of the same height and width. Save image and mask."
        )
    image, mask = meant
    if mask.dtype.kind not in "biu":
        raise DataError(
            f"The mask '{mask.name}' of {path.name} holds {mask.dtype} values; a mask holds one whole number a pixel, "
            "its class."
        )
    raise DataError(
        f"In {path.name} the image '{image.name}' has the shape {image.shape} and the mask '{mask.name}' {mask.shape}. "
        f"Both need the same number of images, and {_SHORTEST} pixels of height and width at least; bands come last."
    )


def _content(
    path: Path, headers: Mapping[str, Header], pairs: Mapping[str, Pair], options: Mapping[str, Any]
) -> _Content:
    parts = [_of_pair(path, headers, pair, options) for pair in pairs.values()]
    if len(parts) == 1:
        return parts[0]
    shapes = {(*part.images.shape[1:],) for part in parts}
    if len(shapes) > 1:
        raise DataError(f"The parts of {path.name} hold images of different shapes: {', '.join(map(str, shapes))}.")
    folds = [np.full(len(part.images), SPLITS.index(name), np.int8) for name, part in zip(pairs, parts, strict=True)]
    images, masks = np.concatenate([p.images for p in parts]), np.concatenate([p.masks for p in parts])
    return _Content(images, masks, None, np.concatenate(folds), None)


def _of_pair(path: Path, headers: Mapping[str, Header], pair: Pair, options: Mapping[str, Any]) -> _Content:
    arrays = read_arrays(path, [pair.image, pair.mask])
    image, mask = arrays[pair.image], arrays[pair.mask]
    if pair.first:
        image = np.moveaxis(image, -3, -1)
    elif image.ndim == mask.ndim:
        image = image[..., np.newaxis]
    if not mask.size:
        raise DataError(f"The arrays '{pair.image}' and '{pair.mask}' of {path.name} are empty.")
    if mask.ndim == 2:
        side = options.get("tile", tile_side(*mask.shape))
        if isinstance(side, bool) or not isinstance(side, int):
            raise DataError(f"The side of the tiles is {side!r}; it has to be a whole number of pixels.")
        pictures, masks, blocks, places = tiles(image, mask, side)
        return _Content(pictures, masks, blocks, None, places)
    if mask.ndim == 4:
        volumes, depth = mask.shape[:2]
        places = [f"volume {v + 1}, slice {s + 1}" for v in range(volumes) for s in range(depth)]
        groups = np.repeat(np.arange(volumes), depth)
        if volumes < 3:
            groups = np.concatenate([slice_blocks(depth) + 1000 * v for v in range(volumes)])
        return _Content(image.reshape(-1, *image.shape[2:]), mask.reshape(-1, *mask.shape[2:]), groups, None, places)
    named = named_groups(path, headers, len(mask))
    if named is not None:
        return _Content(image, mask, named, None, None)
    if are_slices(image):
        places = [f"slice {row + 1}" for row in range(len(mask))]
        return _Content(image, mask, slice_blocks(len(mask)), None, places)
    return _Content(image, mask, None, None, None)


def named_groups(path: Path, headers: Mapping[str, Header], rows: int) -> Rows | None:
    """The group of each row by an array that is named like patients or sites, (rows,) int64; None without one."""
    for name, header in headers.items():
        if name.lower() in _GROUPS and header.shape == (rows,) and header.dtype.kind in "iuSU":
            return numbered([str(each) for each in read_arrays(path, [name])[name].tolist()])
    return None


def mask_classes(path: Path, headers: Mapping[str, Header], masks: Array) -> MaskClasses:
    """What the values of masks (n, height, width) mean, with the names that the file has for them.

    Raises:
        DataError: They are no masks, or have no two classes.
    """
    rows = np.unique(np.linspace(0, len(masks) - 1, min(len(masks), _LOOKED_AT)).astype(int))
    try:
        names: list[str] = []
        for name, header in headers.items():
            if (
                len(header.shape) == 1
                and header.dtype.kind in "SU"
                and header.rows >= 2
                and name.lower() not in _GROUPS
            ):
                values = read_arrays(path, [name])[name]
                found = np.char.decode(values, "utf-8", "replace") if values.dtype.kind == "S" else values
                if header.rows > int(max(mask_codes(masks[row]).max() for row in rows)):
                    names = [str(each) for each in found.tolist()]
        return guess_classes((masks[row] for row in rows), names)
    except (ImageError, DataError) as error:
        raise DataError(f"{path.name}: {str(error).rstrip('.')}.") from error
