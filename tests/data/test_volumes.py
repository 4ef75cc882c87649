"""Volumes with masks from arrays: their size, split, pictures, and what is said of broken ones."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from dlstudio.data.opening import guess_settings
from dlstudio.data.pictures.mask_values import volume_codes
from dlstudio.data.pictures.rasters import UNLABELLED, placed_volume
from dlstudio.data.pictures.volume_sizes import volume_size
from dlstudio.data.preparing import prepare
from dlstudio.data.splitting.name_groups import name_groups
from dlstudio.data.summary import thumbnails
from dlstudio.data.table import DataError


def volumes(count: int = 6, shape: tuple[int, ...] = (5, 12, 16)) -> np.ndarray:
    found = np.zeros((count, *shape), np.uint8)
    found[:, 1:4, 3:8, 4:9] = 1
    return found


def saved(path: Path, **arrays: np.ndarray) -> Path:
    np.savez(path, **arrays)
    return path


def test_that_volumes_and_masks_are_extended_together(tmp_path: Path) -> None:
    data = prepare(guess_settings(saved(tmp_path / "v.npz", volume=volumes() * 90, mask=volumes())), tmp_path)
    assert data.specs["image"].shape == (8, 16, 16, 1) and data.specs["mask"].shape == (8, 16, 16)
    image, mask = (data.encode(name, np.array([0]))[0] for name in ("image", "mask"))
    assert ((image[..., 0] == 1) == (mask == 1)).all()
    assert (mask == 1).sum() == 3 * 5 * 5
    assert (mask[0] == UNLABELLED).all()  # a slice that was added at the end


def test_that_channels_are_told_and_may_come_first(tmp_path: Path) -> None:
    image = np.stack([volumes() * 90, volumes() * 20], axis=2)
    assert image.shape == (6, 5, 2, 12, 16)
    data = prepare(guess_settings(saved(tmp_path / "v.npz", image=image, mask=volumes())), tmp_path)
    assert data.specs["image"].shape == (8, 16, 16, 2)


def test_that_two_volumes_are_still_read_slice_by_slice(tmp_path: Path) -> None:
    settings = guess_settings(saved(tmp_path / "v.npz", image=volumes(2) * 90, mask=volumes(2)))
    assert settings.columns["image"]["type"] == "bands"


def test_that_patients_stay_in_one_part(tmp_path: Path) -> None:
    patients = np.repeat(["a", "b", "c", "d", "e", "f"], 2)
    file = saved(tmp_path / "v.npz", image=volumes(12) * 90, mask=volumes(12), patient=patients)
    data = prepare(guess_settings(file), tmp_path)
    parts = [set(patients[rows]) for rows in data.rows.values()]
    assert sum(len(part) for part in parts) == 6 and len(set.union(*parts)) == 6


def test_that_the_middle_slice_with_its_classes_stands_for_a_volume(tmp_path: Path) -> None:
    settings = guess_settings(saved(tmp_path / "v.npz", image=volumes() * 90, mask=volumes()))
    image, mask = (thumbnails(settings, tmp_path, name, [2])[2] for name in ("image", "mask"))
    assert image.shape == mask.shape == (16, 16, 3)
    assert len(np.unique(image.reshape(-1, 3), axis=0)) == 2


def test_that_another_depth_is_scaled_evenly() -> None:
    ramp = np.broadcast_to(np.arange(8, dtype=np.float32)[:, None, None], (8, 4, 4))
    assert placed_volume(ramp, (4, 4, 4), "stretch", 0, nearest=False)[:, 0, 0].tolist() == [0.5, 2.5, 4.5, 6.5]
    assert placed_volume(ramp, (16, 4, 4), "stretch", 0, nearest=True).max() == 7


def test_that_large_volumes_get_a_size_that_a_small_machine_learns() -> None:
    assert volume_size((35, 117, 99)) == ((36, 120, 104), "extend")
    size, fit = volume_size((155, 240, 240))
    assert fit == "stretch" and np.prod(size) < 1.3 * (1 << 20)
    assert size[0] % 4 == size[1] % 8 == size[2] % 8 == 0


def test_that_a_whole_number_a_voxel_is_asked_for() -> None:
    assert volume_codes(np.ones((2, 3, 4, 1))).shape == (2, 3, 4)


@pytest.mark.parametrize(
    ("arrays", "said"),
    [
        ({"image": volumes(), "mask": volumes(5)}, "shape"),
        ({"image": volumes(), "mask": volumes(6, (5, 12, 20))}, "shape"),
        ({"image": volumes(), "mask": volumes() + 0.5}, "whole number"),
        ({"image": volumes(), "mask": volumes() * 0}, "two classes"),
        ({"image": volumes(6, (5, 4, 4)), "mask": volumes(6, (5, 4, 4))}, "8 pixels"),
        ({"image": volumes(6, (0, 12, 16)), "mask": volumes(6, (0, 12, 16))}, "empty"),
    ],
)
def test_that_arrays_that_do_not_fit_are_named(tmp_path: Path, arrays: dict[str, np.ndarray], said: str) -> None:
    with pytest.raises(DataError, match=said) as caught:
        guess_settings(saved(tmp_path / "broken.npz", **arrays))
    assert "broken.npz" in str(caught.value)


@pytest.mark.parametrize("size", [[8, 16], [8, 16, 0], "large", [4096, 4096, 4096]])
def test_that_a_size_that_makes_no_sense_is_named(tmp_path: Path, size: object) -> None:
    settings = guess_settings(saved(tmp_path / "v.npz", image=volumes() * 90, mask=volumes()))
    for name in ("image", "mask"):
        columns = {**settings.columns, name: {**settings.columns[name], "size": size}}
        if name == "mask" and size == [8, 16]:
            continue  # a mask of images
        with pytest.raises(DataError, match=name):
            prepare(replace(settings, columns=columns), tmp_path).encode(name, np.array([0]))


def test_that_patients_are_told_from_names_before_folders() -> None:
    names = ["a/sub-01_t1.nii", "a/sub-01_t2.nii", "b/sub-02_t1.nii", "b/sub-03_t1.nii", "b/sub-03_t2.nii"]
    found = name_groups(Path("/d"), [Path("/d") / name for name in names])
    assert found is not None and found.tolist() == [0, 0, 1, 2, 2]
