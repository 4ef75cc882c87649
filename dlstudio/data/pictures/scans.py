"""Reads medical scans as volumes: NIfTI files by nibabel, folders of DICOM slices by pydicom.

Both packages are the optional extra ``medical``. A volume is (depth, height, width[, channels]): depth from the feet to
the head, height from the front to the back and width from the right of the person to the left, as far as the file says
how the person lay.
"""

from __future__ import annotations

import importlib
import math
from pathlib import Path
from typing import Any

import numpy as np

from dlstudio.data.pictures.images import ImageError
from dlstudio.data.table import Array

MOST_VOXELS = 1 << 28
MOST_SLICES = 4096
_LARGEST_FILE = 1 << 30
_LARGEST_SLICE = 64 << 20
_MOST_CHANNELS = 16
_NIFTI = (".nii", ".nii.gz")
_DICOM = (".dcm", ".ima")
_NEEDS = "pip install 'dlstudio[medical]'"


def is_nifti(path: Path) -> bool:
    """Whether a name is that of a NIfTI file."""
    return path.name.lower().endswith(_NIFTI)


def is_dicom(path: Path) -> bool:
    """Whether a file is a DICOM slice: by its name, or without an extension by its first bytes."""
    if path.suffix.lower() in _DICOM:
        return True
    if path.suffix:
        return False
    try:
        with path.open("rb") as file:
            return file.read(132)[128:] == b"DICM"
    except OSError:
        return False


def scan_name(path: Path) -> str:
    """The name of a scan without the ending of its file."""
    name = path.name
    for ending in (*_NIFTI[::-1], *_DICOM):
        if name.lower().endswith(ending):
            return name[: -len(ending)]
    return name


def read_scan(path: Path) -> Array:
    """The values of a NIfTI file or of a folder with the slices of one DICOM series.

    Raises:
        ImageError: It is none, is broken or too large, or the package that reads it is missing.
    """
    return read_series(path) if path.is_dir() else read_nifti(path)


def read_nifti(path: Path) -> Array:
    """(depth, height, width[, channels]), float32 or a whole-number type.

    Raises:
        ImageError: It cannot be read.
    """
    nibabel = _package("nibabel", "NIfTI files")
    try:
        if path.stat().st_size > _LARGEST_FILE:
            raise ImageError(f"the file is larger than {_LARGEST_FILE >> 20} MiB")
        image = nibabel.load(path)
        shape = tuple(int(each) for each in image.shape)
        while len(shape) > 3 and shape[-1] == 1:
            shape = shape[:-1]
        _check_size(shape)
        image = nibabel.as_closest_canonical(image)
        values = np.asanyarray(image.dataobj).reshape(image.shape[: len(shape)])
    except ImageError:
        raise
    except Exception as error:
        raise ImageError(f"it is no NIfTI file that can be read: {_first_line(error)}") from error
    if values.dtype.kind not in "biuf":
        raise ImageError(f"its voxels are {values.dtype}, not numbers")
    return np.ascontiguousarray(np.swapaxes(values, 0, 2)[:, ::-1, ::-1])


def read_series(folder: Path) -> Array:
    """(depth, height, width[, channels]) of the DICOM slices in a folder, in the order in which they lie in space.

    Slices lie along the normal of their plane (DICOM PS3.3, C.7.6.2.1.1); without positions they are in the order of
    their instance numbers. Values are rescaled as the files say (C.11.1), float32, or whole numbers where they say
    nothing.

    Raises:
        ImageError: There is no slice, one cannot be read, or they are of several series or sizes.
    """
    pydicom = _package("pydicom", "DICOM files")
    files = sorted(each for each in folder.iterdir() if each.is_file() and is_dicom(each))
    if not 0 < len(files) <= MOST_SLICES:
        raise ImageError(f"it holds {len(files)} DICOM files; 1 to {MOST_SLICES} make a series")
    found: list[tuple[float, int, Array]] = []
    series: set[str] = set()
    voxels = 0
    for number, file in enumerate(files):
        try:
            if file.stat().st_size > _LARGEST_SLICE:
                raise ImageError(f"{file.name} is larger than {_LARGEST_SLICE >> 20} MiB")
            slice_ = pydicom.dcmread(file)
            frames = max(1, int(slice_.get("NumberOfFrames") or 1))
            shape = (frames, int(slice_.Rows), int(slice_.Columns))
            voxels += math.prod(shape)
            if voxels > MOST_VOXELS:
                raise ImageError(f"it has more than {MOST_VOXELS} voxels")
            values = _rescaled(slice_, np.asarray(slice_.pixel_array))
            place = _along(slice_)
        except ImageError:
            raise
        except Exception as error:
            raise ImageError(f"{file.name} is no DICOM slice that can be read: {_first_line(error)}") from error
        series.add(str(slice_.get("SeriesInstanceUID", "")))
        planes = values if frames > 1 else values[np.newaxis]
        order = place if place is not None else float(slice_.get("InstanceNumber") or number)
        found += [(order, number + frame, plane) for frame, plane in enumerate(planes)]
    if len(series) > 1:
        raise ImageError(f"it holds {len(series)} series; give each a folder of its own")
    shapes = {plane.shape for _, _, plane in found}
    if len(shapes) > 1:
        raise ImageError(f"its slices are of different sizes: {', '.join(str(each) for each in sorted(shapes))}")
    return np.stack([plane for _, _, plane in sorted(found, key=lambda each: each[:2])])


def _rescaled(slice_: Any, values: Array) -> Array:
    slope, intercept = float(slice_.get("RescaleSlope", 1) or 1), float(slice_.get("RescaleIntercept", 0) or 0)
    return values if (slope, intercept) == (1.0, 0.0) else (values * slope + intercept).astype(np.float32)


def _along(slice_: Any) -> float | None:
    """How far along the normal of its plane a slice lies, in millimetres; the head is on the larger side."""
    position, directions = slice_.get("ImagePositionPatient"), slice_.get("ImageOrientationPatient")
    if not position or not directions or len(position) != 3 or len(directions) != 6:
        return None
    row, column = np.asarray(directions[:3], float), np.asarray(directions[3:], float)
    return float(np.cross(row, column) @ np.asarray(position, float))


def _check_size(shape: tuple[int, ...]) -> None:
    if not 3 <= len(shape) <= 4 or 0 in shape:
        raise ImageError(f"it has the shape {shape}; a volume has three axes, and channels last")
    if len(shape) == 4 and shape[3] > _MOST_CHANNELS:
        raise ImageError(f"it has {shape[3]} volumes one after the other; up to {_MOST_CHANNELS} are read as channels")
    if math.prod(shape) > MOST_VOXELS:
        raise ImageError(f"it has {math.prod(shape)} voxels; {MOST_VOXELS} are the most")


def _package(name: str, what: str) -> Any:
    try:
        return importlib.import_module(name)
    except ImportError as error:
        raise ImageError(f"{what} are read by {name}, which is not installed. Install it: {_NEEDS}") from error


def _first_line(error: Exception) -> str:
    return (str(error).strip().splitlines() or [type(error).__name__])[0].rstrip(".")
