"""Images with masks: arrays, maps, slices and folders are recognised, split without leaks, and broken ones named."""

from __future__ import annotations

import zipfile
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from dlstudio.data.encoders.saved import Encoders, load_encoders, save_encoders
from dlstudio.data.opening import guess_settings
from dlstudio.data.preparing import PreparedData, prepare
from dlstudio.data.summary import summarize, thumbnails
from dlstudio.data.table import DataError

RNG = np.random.default_rng(5)


def opened(path: Path) -> PreparedData:
    return prepare(guess_settings(path), path.parent)


def saved(path: Path, **arrays: np.ndarray) -> Path:
    np.savez(path, **arrays)
    return path


def blobs(rows: int, height: int = 16, width: int = 16) -> np.ndarray:
    masks = np.zeros((rows, height, width), np.uint8)
    for row, mask in enumerate(masks):
        mask[2 + row % 5 : 8 + row % 5, 3:9] = 1
    return masks


def folder(home: Path, rows: int = 12, mode: type[np.generic] = np.uint8, scale: int = 255) -> Path:
    for row, mask in enumerate(blobs(rows)):
        for kind, values in (("images", mask * 90 + RNG.integers(0, 40, mask.shape)), ("masks", mask * scale)):
            (home / kind).mkdir(parents=True, exist_ok=True)
            Image.fromarray(np.ascontiguousarray(values, mode)).save(home / kind / f"cell{row}.png")
    return home


def test_that_a_folder_of_images_and_masks_is_recognised(tmp_path: Path) -> None:
    data = opened(folder(tmp_path / "cells"))
    assert data.settings.format == "mask-folder"
    assert (data.specs["image"].shape, data.specs["mask"].shape) == ((16, 16, 1), (16, 16))
    assert data.specs["mask"].classes == ("background", "object")
    assert (data.encode("mask", np.array([3])) == blobs(12)[3:4]).all()
    assert data.issues == []


def test_that_sixteen_bits_are_kept_and_scaled_by_the_training_split(tmp_path: Path) -> None:
    data = opened(folder(tmp_path / "cells", mode=np.uint16, scale=7))
    images = data.encode("image", data.rows["train"])
    assert data.settings.columns["image"]["type"] == "bands"
    assert images.max() > 0.9
    assert images.min() < 0.1


def test_that_masks_beside_their_images_are_recognised_and_patients_stay_together(tmp_path: Path) -> None:
    for patient in range(6):
        home = tmp_path / "scans" / f"patient{patient}"
        home.mkdir(parents=True)
        for row, mask in enumerate(blobs(4)):
            Image.fromarray(mask * 100).save(home / f"slice{row}.png")
            Image.fromarray(mask).save(home / f"slice{row}_mask.png")
    data = opened(tmp_path / "scans")
    assert data.table.rows == 24
    assert data.settings.split["by"] == "group"
    parts = [{data.table.place(int(row)).split("/")[0] for row in rows} for rows in data.rows.values()]
    assert all(parts)
    assert not parts[0] & parts[1] | parts[0] & parts[2] | parts[1] & parts[2]


def test_that_colours_are_classes_and_a_list_names_values(tmp_path: Path) -> None:
    home = folder(tmp_path / "streets")
    for file in (home / "masks").iterdir():
        values = np.asarray(Image.open(file)) // 255
        Image.fromarray(np.array([[0, 0, 0], [128, 64, 128]], np.uint8)[values]).save(file)
    assert opened(home).specs["mask"].classes == ("background", "#804080")
    (home / "classes.txt").write_text(f"0 sky\n{0x804080} road\n", encoding="utf-8")
    assert opened(home).specs["mask"].classes == ("sky", "road")


def test_that_a_map_is_cut_into_tiles_and_blocks_do_not_share_parts(tmp_path: Path) -> None:
    labels = np.kron(RNG.integers(0, 3, (25, 30)), np.ones((8, 8), int)).astype(np.uint8)
    image = np.repeat(labels[..., None] * 20, 5, axis=-1) + RNG.integers(0, 9, (*labels.shape, 5)).astype(np.uint8)
    data = opened(
        saved(tmp_path / "map.npz", image=image, landcover=labels, names=np.array(["void", "forest", "water"]))
    )
    assert data.specs["image"].shape == (32, 32, 5)
    assert data.specs["mask"].classes == ("forest", "water")
    groups = data.table.groups
    assert groups is not None
    parts = [set(groups[rows].tolist()) for rows in data.rows.values()]
    assert all(parts)
    assert not parts[0] & parts[1] | parts[0] & parts[2] | parts[1] & parts[2]
    known = data.encode("mask", data.used_rows())
    assert (known == -1).any()  # what was void, and what lies beyond the map
    assert set(np.unique(known).tolist()) == {-1, 0, 1}


def test_that_slices_of_a_volume_are_split_in_blocks_and_single_images_are_not(tmp_path: Path) -> None:
    ramp = np.linspace(0, 1, 28)[:, None, None] * np.arange(24)[None, :, None] * np.ones((1, 1, 20))
    masks = (ramp > 8).astype(np.uint8)
    data = opened(saved(tmp_path / "volume.npz", image=(ramp * 100).astype(np.int16), mask=masks))
    assert data.settings.split["by"] == "group"
    assert data.specs["image"].shape == (24, 24, 1)
    apart = saved(tmp_path / "apart.npz", image=RNG.integers(0, 255, (28, 24, 20)).astype(np.uint8), mask=masks)
    assert "by" not in opened(apart).settings.split


def test_that_arrays_in_parts_keep_them(tmp_path: Path) -> None:
    x, y = RNG.random((10, 16, 16, 4)).astype(np.float32), blobs(10)
    data = opened(saved(tmp_path / "parts.npz", x_train=x, y_train=y, x_test=x[:4], y_test=y[:4]))
    assert data.settings.format == "mask-arrays"
    assert len(data.rows["test"]) == 4
    assert data.specs["image"].shape == (16, 16, 4)


def test_that_arrays_without_masks_are_left_to_others(tmp_path: Path) -> None:
    x = RNG.integers(0, 255, (30, 12, 12)).astype(np.uint8)
    one_hot = np.eye(10, dtype=np.uint8)[np.arange(30) % 10]
    assert guess_settings(saved(tmp_path / "a.npz", x=x, y=np.arange(30) % 3)).format == "npz"
    assert guess_settings(saved(tmp_path / "b.npz", x=x, y=one_hot)).format == "npz"


def test_that_encoders_are_the_same_after_they_were_saved(tmp_path: Path) -> None:
    data = opened(folder(tmp_path / "cells", mode=np.uint16, scale=7))
    save_encoders(data.encoders, tmp_path)
    again = load_encoders(tmp_path)
    assert isinstance(again, Encoders)
    file = tmp_path / "cells" / "images" / "cell4.png"
    assert (again.encode_value("image", file) == data.encode("image", np.array([4]))[0]).all()
    mask = tmp_path / "cells" / "masks" / "cell4.png"
    assert (again.encode_value("mask", str(mask)) == data.encode("mask", np.array([4]))[0]).all()


def test_that_other_bands_get_a_sentence(tmp_path: Path) -> None:
    data = opened(saved(tmp_path / "bands.npz", image=RNG.random((12, 16, 16, 6)), mask=blobs(12)))
    with pytest.raises(DataError, match="6"):
        data.encode_value("image", np.zeros((16, 16, 2)))


def test_that_the_data_page_shows_classes_over_images(tmp_path: Path) -> None:
    home = folder(tmp_path / "cells")
    settings = guess_settings(home)
    assert summarize(settings, tmp_path).rows == 12
    picture = thumbnails(settings, tmp_path, "image", [0])[0]
    assert picture.shape == (16, 16, 3)
    assert (picture[3, 4] != picture[3, 4, 0]).any()  # a colour where the object is
    assert (picture[0, 0] == picture[0, 0, 0]).all()


# Broken sources


def truncated(home: Path) -> Path:
    file = home / "masks" / "cell3.png"
    file.write_bytes(file.read_bytes()[:40])
    return home


def renamed(home: Path) -> Path:
    (home / "masks" / "cell3.png").rename(home / "masks" / "elsewhere.png")
    return home


def resized(home: Path) -> Path:
    Image.new("L", (9, 9)).save(home / "masks" / "cell3.png")
    return home


def no_image(home: Path) -> Path:
    (home / "images" / "cell3.png").write_text("not an image", encoding="utf-8")
    return home


def enormous(home: Path) -> Path:
    Image.new("1", (12_000, 12_000)).save(home / "images" / "cell3.png")
    return home


@pytest.mark.parametrize(
    ("spoil", "place"),
    [
        (truncated, "masks/cell3.png: "),
        (renamed, "cell3.png (there is no mask of this name)"),
        (resized, "cell3.png (the mask has 9×9 pixels, the image 16×16)"),
        (no_image, "cell3.png (not an image)"),
        (enormous, "cell3.png (more than 89 megapixels)"),
    ],
)
def test_that_a_broken_file_in_a_folder_is_named_and_can_be_skipped(tmp_path: Path, spoil: object, place: str) -> None:
    assert callable(spoil)
    home = spoil(folder(tmp_path / "cells"))
    settings = guess_settings(home)
    data = prepare(settings, tmp_path)
    faults = [issue for issue in data.issues if issue.severity == "error"]
    assert faults
    assert all(place in fault.message for fault in faults), [each.message for each in faults]
    assert len(data.used_rows()) == 11


def test_that_names_that_never_match_are_said(tmp_path: Path) -> None:
    home = folder(tmp_path / "cells")
    for place, file in enumerate(sorted((home / "masks").iterdir())):
        file.rename(file.with_name(f"other{place}x.png"))
    with pytest.raises(DataError, match=r"No mask in .* has the name of an image"):
        guess_settings(home)


def test_that_class_names_in_another_encoding_are_refused_by_name(tmp_path: Path) -> None:
    home = folder(tmp_path / "cells")
    (home / "classes.txt").write_bytes("0 Straße\n1 Fluß\n".encode("latin-1"))
    with pytest.raises(DataError, match=r"classes\.txt is no UTF-8 text"):
        guess_settings(home)


def test_that_one_class_is_not_enough(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="two classes at least"):
        guess_settings(folder(tmp_path / "cells", scale=0))


def test_that_blurred_masks_are_refused(tmp_path: Path) -> None:
    home = folder(tmp_path / "cells")
    for file in list((home / "masks").iterdir()):
        Image.open(file).save(file.with_suffix(".jpg"), quality=30)
        file.unlink()
    with pytest.raises(DataError, match="Save them as PNG"):
        guess_settings(home)


@pytest.mark.parametrize(
    ("arrays", "said"),
    [
        ({"image": np.zeros((12, 16, 16)), "mask": np.zeros((11, 16, 16), int)}, "shape"),
        ({"image": np.zeros((12, 16, 16)), "mask": np.zeros((12, 20, 16), int)}, "shape"),
        ({"image": np.zeros((12, 16, 16)), "mask": np.zeros((12, 16, 16)) + 0.5}, "whole number"),
        ({"image": np.zeros((12, 16, 16)), "mask": np.zeros((12, 16, 16), int)}, "two classes"),
        ({"image": np.zeros((0, 16, 16)), "mask": np.zeros((0, 16, 16), int)}, "empty"),
        ({"image": np.zeros((12, 3, 3)), "mask": np.zeros((12, 3, 3), int)}, "8 pixels"),
    ],
)
def test_that_arrays_that_do_not_fit_are_named(tmp_path: Path, arrays: dict[str, np.ndarray], said: str) -> None:
    with pytest.raises(DataError, match=said) as caught:
        guess_settings(saved(tmp_path / "broken.npz", **arrays))
    assert "broken.npz" in str(caught.value)


def test_that_a_truncated_or_swollen_archive_is_refused(tmp_path: Path) -> None:
    file = saved(tmp_path / "cut.npz", image=np.zeros((12, 16, 16)), mask=blobs(12))
    file.write_bytes(file.read_bytes()[:900])
    with pytest.raises(DataError, match=r"cut\.npz"):
        guess_settings(file)
    bomb = tmp_path / "bomb.npz"
    with zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in ("image.npy", "mask.npy"):
            with archive.open(name, "w", force_zip64=True) as out:
                np.lib.format.write_array_header_1_0(
                    out, {"descr": "|u1", "fortran_order": False, "shape": (600, 1024, 1024)}
                )
                for _ in range(600):
                    out.write(bytes(1 << 20))
    with pytest.raises(DataError, match=r"bomb\.npz"):
        guess_settings(bomb)
