"""What holds for every format, and what each guesses."""

from __future__ import annotations

import gzip
import json
import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from dlstudio.data.opening import formats, guess_settings, open_table
from dlstudio.data.preparing import prepare
from dlstudio.data.summary import summarize, table_rows, thumbnails
from dlstudio.data.table import DataError
from dlstudio.graph.project import DataSettings
from tests.data.sources import MAKERS, image_folder, write_image


def test_that_every_format_is_tested_here() -> None:
    assert set(formats()) - {"arrow-folder"} == set(MAKERS)


def test_that_a_format_recognizes_its_own_source_and_no_other(source: tuple[str, Path]) -> None:
    name, path = source
    assert next(each for each, module in formats().items() if module.matches(path)) == name
    assert not any(module.matches(path.parent / "gone") for module in formats().values())


def test_that_a_guess_prepares_and_survives_json(source: tuple[str, Path]) -> None:
    guessed = guess_settings(source[1])
    settings = DataSettings.from_json(json.loads(json.dumps(guessed.as_json())))
    data = prepare(settings, Path("/"))
    assert not [issue for issue in data.issues if issue.severity != "info"]
    assert {column.get("role") for column in settings.columns.values()} >= {"input", "target"}
    for name, spec in data.specs.items():
        encoded = data.encode(name, data.rows["train"][:5])
        assert encoded.shape == (5, *spec.shape)
        assert encoded.dtype == np.dtype(spec.dtype)
        assert np.isfinite(encoded).all()


def test_that_a_source_inside_the_project_moves_with_it(source: tuple[str, Path], tmp_path: Path) -> None:
    settings = replace(guess_settings(source[1]), source=source[1].relative_to(tmp_path).as_posix())
    before = open_table(settings, tmp_path).rows
    moved = tmp_path / "elsewhere"
    shutil.copytree(tmp_path / "source", moved / "source")
    assert open_table(settings, moved).rows == before


def test_that_the_summary_is_json_and_counts_what_is_there(source: tuple[str, Path]) -> None:
    settings = guess_settings(source[1])
    value = json.loads(json.dumps(summarize(settings, Path("/")).as_json(), allow_nan=False))
    assert value["rows"] >= sum(value["splits"].values()) >= 40
    assert value["rows"] == sum(value["splits"].values()) or settings.split.get("by") == "time"
    (target,) = [each for each in value["columns"] if each["role"] == "target"]
    for split, total in value["splits"].items():
        if target["counts"]:  # of classes; tags have none of a whole sample
            assert sum(target["counts"][split].values()) == total
        assert len(value["samples"][split]) == total
    names, rows = table_rows(settings, Path("/"), value["samples"]["train"][:3])
    assert all(len(row) == len(names) for row in json.loads(json.dumps(rows)))


def test_that_a_source_that_is_gone_gets_a_sentence(source: tuple[str, Path]) -> None:
    settings = guess_settings(source[1])
    source[1].rename(source[1].with_name("gone"))
    with pytest.raises(DataError, match="not there"):
        prepare(settings, Path("/"))
    with pytest.raises(DataError, match="no file or folder"):
        guess_settings(source[1])


def test_that_class_folders_below_train_and_test_give_the_split(tmp_path: Path) -> None:
    image_folder(tmp_path / "train")
    image_folder(tmp_path / "test", 5)
    settings = guess_settings(tmp_path)
    rows = prepare(settings, tmp_path).rows
    assert settings.split["by"] == "folder"
    assert {name: len(part) for name, part in rows.items()} == {"train": 36, "validation": 4, "test": 10}


def test_that_a_table_beside_the_images_names_and_labels_them(tmp_path: Path) -> None:
    for number in range(30):
        write_image(tmp_path / "images" / f"{number}.png", number)
    lines = [f"{n},{'even' if n % 2 == 0 else 'odd'}" for n in range(30)]  # without the ending, as competitions do
    (tmp_path / "labels.csv").write_text("\n".join(["id,kind", *lines]))
    for path in (tmp_path, tmp_path / "images"):
        settings = guess_settings(path)
        data = prepare(settings, tmp_path)
        assert (settings.format, data.specs["id"].kind, data.specs["kind"].classes) == (
            "image-folder",
            "image",
            ("even", "odd"),
        )
        assert not data.issues
        assert data.raw("id", 7)[0, 0, 0] == 7


def test_that_a_column_of_image_paths_is_read_from_beside_the_table(tmp_path: Path) -> None:
    image_folder(tmp_path / "pictures", 10)
    paths = sorted((tmp_path / "pictures").rglob("*.png"))
    lines = [f"{path.relative_to(tmp_path)},{n / 3}" for n, path in enumerate(paths)]
    (tmp_path / "t.csv").write_text("\n".join(["file,price", *lines]))
    settings = guess_settings(tmp_path / "t.csv")
    assert settings.columns["file"]["type"] == "image"
    assert settings.columns["price"] == {"type": "number", "normalize": True, "role": "target"}
    assert prepare(settings, tmp_path).encode("file", np.array([0])).shape == (1, 8, 8, 1)


@pytest.mark.parametrize(
    ("name", "size", "mode", "wanted"),
    [
        ("small", (28, 28), "L", [28, 28, 1]),
        ("photo", (640, 480), "RGB", [96, 128, 3]),
        ("square", (300, 300), "RGB", [96, 96, 3]),
    ],
)
def test_that_the_size_of_images_is_guessed(
    tmp_path: Path, name: str, size: tuple[int, int], mode: str, wanted: list[int]
) -> None:
    from PIL import Image

    for label in "ab":
        (tmp_path / label).mkdir()
        Image.new(mode, size).save(tmp_path / label / f"{name}.png")
    column = guess_settings(tmp_path).columns["image"]
    assert [*column["size"], column["channels"]] == wanted


@pytest.mark.parametrize(
    ("text", "options"),
    [
        ("a;b\n1,5;x\n2,5;y\n3,5;x\n", {"delimiter": ";", "header": True, "decimal": ","}),
        ("1.5\t2\n3\t4\n5\t6\n", {"delimiter": "\t", "header": False}),
        ("a|b\n1|2\n3|4\n", {"delimiter": "|", "header": True}),
    ],
)
def test_that_delimiter_header_and_decimal_comma_are_found(
    tmp_path: Path, text: str, options: dict[str, object]
) -> None:
    (tmp_path / "t.csv").write_text(text)
    found = guess_settings(tmp_path / "t.csv").options
    assert options.items() <= found.items()


def test_that_bytes_order_marks_latin_and_gzip_are_read(tmp_path: Path) -> None:
    text = "name,label\ncafé au lait noir,a\nthé vert très chaud,b\n" * 1 + "eau,a\nlait,b\n"
    (tmp_path / "bom.csv").write_bytes(b"\xef\xbb\xbf" + text.encode())
    (tmp_path / "latin.csv").write_bytes(text.encode("latin-1"))
    (tmp_path / "packed.csv.gz").write_bytes(gzip.compress(text.encode()))
    for name in ("bom.csv", "latin.csv", "packed.csv.gz"):
        table = open_table(guess_settings(tmp_path / name), tmp_path)
        assert list(table.columns) == ["name", "label"]
        assert table.columns["name"].shown(0) == "café au lait noir"
        assert [issue.kind for issue in table.issues] == (["encoding"] if name == "latin.csv" else [])


def test_that_arrays_become_the_columns_their_shape_and_type_mean(tmp_path: Path) -> None:
    n = 30
    np.savez(
        tmp_path / "a.npz",
        picture=np.zeros((n, 12, 10, 3), np.uint8),
        walk=np.zeros((n, 50, 6), np.float32),
        body=np.random.default_rng(0).normal(size=(n, 4)),
        label=np.arange(n) % 3,
        names=np.array(["ant", "bee", "cow"]),
    )
    settings = guess_settings(tmp_path / "a.npz")
    specs = prepare(settings, tmp_path).specs
    assert {name: (spec.kind, spec.shape) for name, spec in specs.items()} == {
        "picture": ("image", (12, 10, 3)),
        "walk": ("series", (50, 6)),
        "body": ("number", (4,)),
        "label": ("category", ()),
    }
    assert specs["label"].classes == ("ant", "bee", "cow")


def test_that_the_user_may_overrule_the_type_of_an_array(tmp_path: Path) -> None:
    np.savez(tmp_path / "a.npz", x=np.random.default_rng(0).random((30, 8, 8)).astype("f4"), y=np.arange(30) % 2)
    settings = guess_settings(tmp_path / "a.npz")
    assert settings.columns["x"]["type"] == "series"
    image = {"type": "image", "size": [8, 8], "channels": 1, "role": "input"}
    data = prepare(replace(settings, columns={**settings.columns, "x": image}), tmp_path)
    encoded = data.encode("x", np.arange(30))
    assert encoded.shape == (30, 8, 8, 1)
    assert 0 <= encoded.min() < encoded.max() <= 1


def test_that_padding_of_series_is_zeros_and_left_out_of_the_mean(tmp_path: Path) -> None:
    x = np.full((20, 10, 1), 5.0, np.float32)
    x[:, 3] = 7.0
    x[:, 4:] = np.nan
    np.savez(tmp_path / "a.npz", x=x, y=np.arange(20) % 2)
    data = prepare(guess_settings(tmp_path / "a.npz"), tmp_path)
    encoded = data.encode("x", np.array([0]))[0, :, 0]
    assert not data.issues
    assert encoded[4:].tolist() == [0] * 6
    assert encoded[:4].mean() == pytest.approx(0, abs=1e-6)


def test_that_thumbnails_are_small_colour_images_of_readable_rows(tmp_path: Path) -> None:
    image_folder(tmp_path / "s")
    (tmp_path / "s" / "cat" / "0.png").write_bytes(b"no image")
    settings = guess_settings(tmp_path / "s")
    found = thumbnails(settings, tmp_path, "image", [0, 1, 2, 999], 4)
    assert sorted(found) == [1, 2]
    assert all(each.shape == (4, 4, 3) and each.dtype == np.uint8 for each in found.values())
