"""Sources as people have them, which need a second look to be read as what they are."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from dlstudio.data import archive, memory
from dlstudio.data.opening import guess_settings, open_table
from dlstudio.data.pictures.images import ImageError, probe
from dlstudio.data.preparing import prepare
from dlstudio.data.table import DataError
from tests.data.sources import csv_table, image_folder, npz_arrays, write_image


def test_that_semicolons_delimit_where_every_number_has_a_decimal_comma(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("x;y;z\n" + "\n".join(f"{n},5;{n % 7},25;{'ab'[n % 2]}" for n in range(40)))
    settings = guess_settings(path)
    assert settings.options["delimiter"] == ";" and settings.options["decimal"] == ","
    assert [name for name in settings.columns if name != "features"] == ["x", "y", "z"]
    assert open_table(settings, tmp_path).rows == 40


@pytest.mark.parametrize("end", ["", "\n"])
def test_that_a_quotation_mark_that_is_never_closed_is_told_with_its_line(end: str, tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("a,b\n1,x\n2," + '"y\n' + "\n".join(f"{n},x" for n in range(50)) + end)
    with pytest.raises(DataError, match=r"after line 2.*quotation mark"):
        guess_settings(path)


def test_that_quoted_line_breaks_and_stray_quotation_marks_are_text(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    rows = "\n".join(f'"He said ""{n}"",\nand left",{"ab"[n % 2]}' for n in range(30))
    path.write_text(f'text,label\n{rows}\nit is 5" long,a\n"both\nlines",b')
    table = open_table(guess_settings(path), tmp_path)
    assert table.rows == 32
    assert table.columns["text"].shown(30) == 'it is 5" long'  # type: ignore[index]
    assert table.columns["text"].shown(31) == "both\nlines"


@pytest.mark.parametrize("make", [csv_table, npz_arrays])
def test_that_a_folder_with_one_data_file_and_notes_is_that_file(make: object, tmp_path: Path) -> None:
    assert callable(make)
    file = make(tmp_path / "set")
    (tmp_path / "set" / "README.md").write_text("Where it is from.")
    settings = guess_settings(tmp_path / "set")
    assert settings == guess_settings(file)
    named = type(settings)("set", settings.format, settings.columns, settings.split, settings.options)
    assert open_table(named, tmp_path).rows == open_table(settings, tmp_path).rows


def test_that_a_folder_with_two_data_files_asks_which(tmp_path: Path) -> None:
    csv_table(tmp_path / "set")
    npz_arrays(tmp_path / "set")
    with pytest.raises(DataError, match=r"arrays\.npz, table\.csv"):
        guess_settings(tmp_path / "set")


def test_that_an_unrelated_table_beside_a_folder_is_not_its_labels(tmp_path: Path) -> None:
    for number in range(12):
        write_image(tmp_path / "cats" / "cat" / f"{number}.png", 10 * number)
    (tmp_path / "other.csv").write_text("x,y\n" + "\n".join(f"{n},{n % 5}" for n in range(60)))
    settings = guess_settings(tmp_path / "cats")
    assert "labels" not in settings.options
    assert set(settings.columns) == {"image", "label"}


def test_that_a_cut_picture_is_one_unreadable_image_and_no_more(tmp_path: Path) -> None:
    image_folder(tmp_path / "set")
    whole = io.BytesIO()
    noise = np.random.default_rng(0).integers(0, 255, (64, 64, 3), np.uint8)
    Image.fromarray(noise).save(whole, "PNG")
    cut = tmp_path / "set" / "cat" / "cut.png"
    cut.write_bytes(whole.getvalue()[:2000])
    with pytest.raises(ImageError, match="damaged"):
        probe(cut)
    (issue,) = prepare(guess_settings(tmp_path / "set"), tmp_path).issues
    assert issue.kind == "unreadable" and issue.count == 1 and "cut.png" in issue.message


def test_that_an_array_that_is_refused_is_named_where_nothing_is_left_to_read(tmp_path: Path) -> None:
    path = tmp_path / "a.npz"
    np.savez(path, x_train=np.array([{}] * 30, dtype=object), y_train=np.arange(30) % 2)
    with pytest.raises(DataError, match=r"'x_train': it holds Python objects, which are never unpickled"):
        guess_settings(path)


def test_that_one_hot_rows_are_classes(tmp_path: Path) -> None:
    codes = np.arange(60) % 3
    series = np.random.default_rng(0).normal(size=(60, 8, 2))
    np.savez(tmp_path / "a.npz", x=series, y=np.eye(3)[codes])
    data = prepare(guess_settings(tmp_path / "a.npz"), tmp_path)
    assert data.specs["y"].classes == ("0", "1", "2")
    assert data.encode("y", np.arange(60)).tolist() == codes.tolist()


def test_that_rows_of_several_marks_are_numbers_and_no_classes(tmp_path: Path) -> None:
    marks = (np.random.default_rng(0).random((60, 3)) > 0.4).astype(np.uint8)
    np.savez(tmp_path / "a.npz", x=np.random.default_rng(0).normal(size=(60, 8, 2)), y=marks)
    assert prepare(guess_settings(tmp_path / "a.npz"), tmp_path).specs["y"].kind == "number"


def test_that_a_bomb_is_refused_before_it_is_unpacked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archive, "BOMB_BYTES", 1 << 20)
    np.savez_compressed(tmp_path / "a.npz", x=np.zeros((10, 1 << 20), np.uint8), y=np.arange(10))
    with zipfile.ZipFile(tmp_path / "a.npz") as packed:
        assert sum(each.compress_size for each in packed.infolist()) < 1 << 20
    with pytest.raises(DataError, match="times its size"):
        guess_settings(tmp_path / "a.npz")


def test_that_more_than_the_free_memory_is_not_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    class Little:
        available = 100 << 20

    monkeypatch.setattr(memory.psutil, "virtual_memory", Little)
    memory.require_memory(70 << 20, "a.npz")
    with pytest.raises(DataError, match=r"a\.npz needs 0\.2 GiB of memory"):
        memory.require_memory(200 << 20, "a.npz")


def test_that_links_within_the_folder_are_read(tmp_path: Path) -> None:
    image_folder(tmp_path / "set")
    (tmp_path / "set" / "cat" / "again.png").symlink_to("0.png")
    assert open_table(guess_settings(tmp_path / "set"), tmp_path).rows == 41
