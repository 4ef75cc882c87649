"""Folders of medical scans with masks: NIfTI files, or a folder of DICOM slices for each series.

Images and masks belong together by name, in folders such as ``images`` and ``labels`` or as ``a.nii.gz`` beside
``a_seg.nii.gz``; in a folder of its own a single image belongs to the single mask. What the names say of patients
keeps their scans in one part of the split.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from dlstudio.data.formats.mask_folder import MASK_FOLDERS, MASK_SUFFIX
from dlstudio.data.pictures.images import ImageError
from dlstudio.data.pictures.mask_table import IMAGE, MASK, SHARES, group_split, mask_columns
from dlstudio.data.pictures.mask_values import guess_classes
from dlstudio.data.pictures.rasters import ScanFiles, ScanMasks
from dlstudio.data.pictures.scans import is_dicom, is_nifti, read_scan, scan_name
from dlstudio.data.pictures.volume_sizes import volume_size
from dlstudio.data.splitting.name_groups import name_groups
from dlstudio.data.table import DataError, DataIssue, Table, listed
from dlstudio.graph.project import DataSettings

NAME = "scan-folder"
TITLE = "Folder of scans with masks (NIfTI, DICOM)"
RANK = 0
_MOST_ENTRIES = 50_000
_LOOKED_AT = 12
_FOLDER = re.compile(r"^(label|mask|seg|annotation|gt|groundtruth)", re.I)
_WHOLE = frozenset({"seg", "mask", "label", "labels", "segmentation", "gt"})
_CHANNEL = re.compile(r"_0000$")


@dataclass
class _Pairs:
    images: list[Path] = field(default_factory=list)
    masks: list[Path | None] = field(default_factory=list)
    orphans: list[Path] = field(default_factory=list)


def matches(path: Path) -> bool:
    """Whether a folder holds NIfTI or DICOM files."""
    return path.is_dir() and next(_scans(path), None) is not None


def guess(path: Path) -> DataSettings:
    """Size, channels, classes and split.

    Raises:
        DataError: There are no pairs, none can be read, or the masks hold no classes.
    """
    pairs = _paired(path)
    both = [(image, mask) for image, mask in zip(pairs.images, pairs.masks, strict=True) if mask is not None]
    shapes, channels, planes = [], [], []
    faults: list[str] = []
    for image, mask in both[:: max(1, len(both) // _LOOKED_AT)]:
        try:
            values, labels = read_scan(image), read_scan(mask)
        except ImageError as fault:
            faults.append(f"{image.name} with {mask.name}: {fault}")
            continue
        shapes.append(labels.shape[:3])
        channels.append(values.shape[3] if values.ndim == 4 else 1)
        planes.append(labels.reshape(len(labels), -1))
    if not shapes:
        raise DataError(f"No scan in {path} can be used. {faults[0]}.")
    size, fit = volume_size([int(np.median([shape[axis] for shape in shapes])) for axis in range(3)])
    try:
        classes = guess_classes(planes)
    except (ImageError, DataError) as fault:
        raise DataError(f"The masks of {path.name} cannot be used: {str(fault).rstrip('.')}.") from fault
    split = group_split() if name_groups(path, pairs.images) is not None else dict(SHARES)
    return DataSettings(str(path), NAME, mask_columns("volume", size, max(channels), fit, classes), split)


def read(_settings: DataSettings, source: Path) -> Table:
    """One row a scan.

    Raises:
        DataError: The folder is not there, or no names match.
    """
    if not source.is_dir():
        raise DataError(f"There is no folder {source}. Choose another one, or put it there.")
    pairs = _paired(source)
    names = [each.relative_to(source).as_posix() for each in pairs.images]
    mask_names = [each.relative_to(source).as_posix() if each else "" for each in pairs.masks]
    faults = {row: "there is no mask of this name" for row, mask in enumerate(pairs.masks) if mask is None}
    issues: list[DataIssue] = []
    if pairs.orphans:
        places = tuple(each.relative_to(source).as_posix() for each in pairs.orphans[:20])
        message = f"Masks without a scan of their name are left out: {listed(places, len(pairs.orphans))}."
        issues.append(DataIssue("unpaired", message, "warning", MASK, len(pairs.orphans), places=places))
    return Table(
        len(names),
        {IMAGE: ScanFiles(list(pairs.images), names), MASK: ScanMasks(pairs.masks, mask_names, faults)},
        None,
        tuple(issues),
        lambda row: names[row],
        groups=name_groups(source, pairs.images),
    )


def _scans(path: Path) -> Iterator[Path]:
    """NIfTI files, and folders with DICOM slices; links are not followed."""
    seen = 0
    for folder, below, files in os.walk(path):
        below[:] = sorted(each for each in below if not each.startswith("."))
        slices = False
        for name in sorted(files):
            seen += 1
            if seen > _MOST_ENTRIES:
                return
            file = Path(folder) / name
            if is_nifti(file):
                yield file
            elif not slices and is_dicom(file):
                slices = True
                yield file.parent


def _paired(path: Path) -> _Pairs:
    images: dict[str, list[Path]] = {}
    masks: dict[str, list[Path]] = {}
    for scan in _scans(path):
        above = [part.lower() for part in scan.relative_to(path).parts[:-1]]
        name = scan_name(scan).lower()
        marked = bool(MASK_SUFFIX.search(name)) or name in _WHOLE
        if marked or any(part in MASK_FOLDERS or _FOLDER.match(part) for part in above):
            masks.setdefault(MASK_SUFFIX.sub("", name), []).append(scan)
        else:
            images.setdefault(_CHANNEL.sub("", name), []).append(scan)
    found = _Pairs()
    used: set[Path] = set()
    beside: dict[Path, list[Path]] = {}
    for scans in masks.values():
        for scan in scans:
            beside.setdefault(scan.parent, []).append(scan)
    alone: dict[Path, int] = {}
    for scans in images.values():
        for scan in scans:
            alone[scan.parent] = alone.get(scan.parent, 0) + 1
    for name, scans in images.items():
        for scan in scans:
            fitting = masks.get(name, [])
            near = [each for each in fitting if each.parent == scan.parent] or (fitting if len(scans) == 1 else [])
            if not near and alone[scan.parent] == 1 and len(beside.get(scan.parent, ())) == 1:
                near = beside[scan.parent]
            found.images.append(scan)
            found.masks.append(near[0] if near else None)
            used.update(near[:1])
    found.orphans = [scan for scans in masks.values() for scan in scans if scan not in used]
    if not any(found.masks):
        first = found.images[0].name if found.images else "none"
        raise DataError(
            f"No mask in {path} has the name of a scan (the first scan: {first}). Put masks of the same names in a "
            "folder labels, or name them after their scan with _seg at the end."
        )
    return found
