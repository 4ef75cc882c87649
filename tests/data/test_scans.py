"""Scans of other programs: real NIfTI and DICOM files, folders of them, and broken ones."""

from __future__ import annotations

import gzip
import importlib
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import nibabel
import numpy as np
import pydicom
import pytest

from dlstudio.data.opening import guess_settings
from dlstudio.data.pictures.images import ImageError
from dlstudio.data.pictures.scans import read_nifti, read_scan, read_series
from dlstudio.data.preparing import prepare
from dlstudio.data.summary import thumbnails
from dlstudio.data.table import DataError
from tests.data.sources import scan_folder

NIFTI = Path(nibabel.__file__).parent / "tests" / "data"
DICOM = Path(pydicom.__file__).parent / "data" / "test_files"


def test_that_a_real_nifti_file_comes_with_depth_first_and_the_front_up() -> None:
    values = read_nifti(NIFTI / "anatomical.nii")
    image = nibabel.as_closest_canonical(nibabel.load(NIFTI / "anatomical.nii"))
    right, front, up = image.shape
    assert values.shape == (up, front, right)
    assert values[3, 0, 0] == np.asanyarray(image.dataobj)[-1, -1, 3]


def test_that_volumes_one_after_the_other_are_channels() -> None:
    assert read_nifti(NIFTI / "example4d.nii.gz").shape == (24, 96, 128, 2)


def series(folder: Path, count: int = 3) -> Path:
    """Slices made of a real one, whose names tell another order than their places."""
    folder.mkdir(parents=True)
    for number in range(count):
        slice_ = pydicom.dcmread(DICOM / "MR_small.dcm")
        slice_.ImageOrientationPatient = [1, 0, 0, 0, 1, 0]
        slice_.ImagePositionPatient = [0, 0, 5.0 * number]
        slice_.InstanceNumber = number + 1
        slice_.PixelData = np.full((64, 64), 100 + number, np.int16).tobytes()
        slice_.save_as(folder / f"{count - number}.dcm")
    return folder


def test_that_dicom_slices_come_in_the_order_of_their_places(tmp_path: Path) -> None:
    assert read_series(series(tmp_path / "a"))[:, 0, 0].tolist() == [100, 101, 102]


def test_that_a_real_ct_slice_is_in_hounsfield_units(tmp_path: Path) -> None:
    shutil.copy(DICOM / "CT_small.dcm", tmp_path)
    raw = pydicom.dcmread(DICOM / "CT_small.dcm")
    assert (read_series(tmp_path)[0] == raw.pixel_array - 1024.0).all()


def cut(path: Path) -> None:
    path.write_bytes((NIFTI / "anatomical.nii").read_bytes()[:9000])


def no_scan(path: Path) -> None:
    path.write_text("no scan at all")


def huge(path: Path) -> None:
    header = bytearray((NIFTI / "anatomical.nii").read_bytes()[:352])
    header[40:48] = np.array([3, 30000, 30000, 30000], ">i2").tobytes()
    path.write_bytes(bytes(header))


def flat(path: Path) -> None:
    nibabel.save(nibabel.Nifti1Image(np.zeros((8, 8), np.int16), np.eye(4)), path)


def complex_numbers(path: Path) -> None:
    nibabel.save(nibabel.Nifti1Image(np.zeros((8, 8, 8), np.complex64), np.eye(4)), path)


def torn_gzip(path: Path) -> None:
    packed = gzip.compress((NIFTI / "anatomical.nii").read_bytes())
    path.with_suffix(".nii.gz").write_bytes(packed[: len(packed) // 2])


@pytest.mark.parametrize(
    ("write", "said"),
    [
        (cut, "cannot? ?be read|can be read"),
        (no_scan, "no NIfTI file that can be read"),
        (huge, "voxels"),
        (flat, "three axes"),
        (complex_numbers, "not numbers"),
        (torn_gzip, "no NIfTI file that can be read"),
    ],
)
def test_that_a_broken_nifti_file_gets_a_sentence(tmp_path: Path, write: Callable[[Path], None], said: str) -> None:
    write(tmp_path / "broken.nii")
    with pytest.raises(ImageError, match=said):
        read_scan(next(tmp_path.iterdir()))


def changed(folder: Path, change: Callable[[Any], None]) -> None:
    slice_ = pydicom.dcmread(folder / "2.dcm")
    change(slice_)
    slice_.save_as(folder / "2.dcm")


def other_series(folder: Path) -> None:
    changed(folder, lambda each: setattr(each, "SeriesInstanceUID", "1.2.3"))


def other_size(folder: Path) -> None:
    def smaller(each: Any) -> None:
        each.Rows, each.PixelData = 32, np.zeros((32, 64), np.int16).tobytes()

    changed(folder, smaller)


def absurd(folder: Path) -> None:
    changed(folder, lambda each: setattr(each, "NumberOfFrames", 10_000_000))


def torn(folder: Path) -> None:
    shutil.copy(DICOM / "MR_truncated.dcm", folder / "2.dcm")


def no_pixels(folder: Path) -> None:
    shutil.copy(DICOM / "rtplan.dcm", folder / "2.dcm")


def text(folder: Path) -> None:
    (folder / "2.dcm").write_text("no slice")


def emptied(folder: Path) -> None:
    for file in folder.iterdir():
        file.unlink()


@pytest.mark.parametrize(
    ("harm", "said"),
    [
        (other_series, "2 series"),
        (other_size, "different sizes"),
        (absurd, "voxels"),
        (torn, r"2\.dcm"),
        (no_pixels, r"2\.dcm"),
        (text, r"2\.dcm"),
        (emptied, "0 DICOM files"),
    ],
)
def test_that_a_broken_series_gets_a_sentence(tmp_path: Path, harm: Callable[[Path], None], said: str) -> None:
    folder = series(tmp_path / "a")
    harm(folder)
    with pytest.raises(ImageError, match=said):
        read_scan(folder)


@pytest.mark.parametrize(("name", "scan"), [("nibabel", NIFTI / "anatomical.nii"), ("pydicom", DICOM)])
def test_that_a_missing_package_is_named_with_its_command(
    monkeypatch: pytest.MonkeyPatch, name: str, scan: Path
) -> None:
    def missing(asked: str) -> Any:
        raise ImportError(asked)

    monkeypatch.setattr(importlib, "import_module", missing)
    with pytest.raises(ImageError, match=rf"{name}, which is not installed. Install it: pip install"):
        read_scan(scan)


def test_that_a_folder_of_scans_is_split_by_patients(tmp_path: Path) -> None:
    settings = guess_settings(scan_folder(tmp_path / "scans"))
    data = prepare(settings, tmp_path)
    assert settings.split["by"] == "group"
    parts = [{row // 2 for row in rows.tolist()} for rows in data.rows.values()]
    assert not parts[0] & parts[1] and not parts[0] & parts[2] and not parts[1] & parts[2]
    assert data.specs["image"].shape == (4, 16, 16, 1) and data.specs["mask"].shape == (4, 16, 16)
    image, mask = (data.encode(name, np.array([3]))[0] for name in ("image", "mask"))
    assert ((image[..., 0] > 0.5) == (mask == 1)).all()
    assert thumbnails(settings, tmp_path, "image", [3])[3].shape == (16, 16, 3)


def test_that_a_dicom_series_belongs_to_the_mask_of_its_name(tmp_path: Path) -> None:
    for number in range(4):
        series(tmp_path / "images" / f"scan{number}")
        folder = series(tmp_path / "labels" / f"scan{number}")
        for place, file in enumerate(sorted(folder.iterdir())):
            slice_ = pydicom.dcmread(file)
            slice_.PixelData = np.eye(64, dtype=np.int16).tobytes() if place else bytes(64 * 64 * 2)
            slice_.save_as(file)
    data = prepare(guess_settings(tmp_path), tmp_path)
    assert data.specs["image"].shape == (3, 64, 64, 1)
    assert data.encode("mask", np.array([0])).sum() == 2 * 64


def test_that_scans_without_masks_of_their_name_are_told(tmp_path: Path) -> None:
    scan_folder(tmp_path)
    for number, file in enumerate(sorted((tmp_path / "labels").iterdir())):
        file.rename(file.with_name(f"other{number}.nii.gz"))
    with pytest.raises(DataError, match="has the name of a scan"):
        guess_settings(tmp_path)
