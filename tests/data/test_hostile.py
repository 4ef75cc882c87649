"""Sources made to hurt: a sentence or an issue, never a crash, a hang, or code that runs."""

from __future__ import annotations

import io
import os
import struct
import zipfile
import zlib
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from dlstudio.data.opening import guess_settings, open_table
from dlstudio.data.preparing import prepare
from dlstudio.data.table import DataError
from dlstudio.data.tables import delimited
from dlstudio.graph.project import DataSettings
from tests.data.sources import csv_table, image_folder, npz_arrays


def npz_with(path: Path, **members: bytes) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(f"{name}.npy", content)
    return path


def npy(shape: tuple[int, ...], data: bytes = b"", descr: str = "'<f8'") -> bytes:
    header = f"{{'descr': {descr}, 'fortran_order': False, 'shape': {shape}, }}".encode().ljust(117) + b"\n"
    return b"\x93NUMPY\x01\x00" + struct.pack("<H", len(header)) + header + data


class Bomb:
    def __reduce__(self) -> tuple[Any, ...]:
        return os.system, ("touch /tmp/unpickled",)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"PK\x03\x04 broken",
        npy((10**12,)),
        npy((-5, 3)),
        npy((2,), b"12345678" * 9),
        b"\x93NUMPY\x09\x09junk",
        npy((3,), b"", "[('a','O')]"),
    ],
)
def test_that_a_hostile_array_is_a_sentence(content: bytes, tmp_path: Path) -> None:
    path = npz_with(tmp_path / "a.npz", x=content)
    with pytest.raises(DataError, match=r"a\.npz"):
        guess_settings(path)


def test_that_a_file_that_is_no_archive_is_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "a.npz").write_bytes(os.urandom(500))
    with pytest.raises(DataError, match="not a readable"):
        guess_settings(tmp_path / "a.npz")


def test_that_objects_are_never_unpickled_and_the_rest_is_read(tmp_path: Path) -> None:
    objects = io.BytesIO()
    np.save(objects, np.array([Bomb()] * 20, dtype=object), allow_pickle=True)
    good = io.BytesIO()
    np.save(good, np.arange(20.0))
    other = io.BytesIO()
    np.save(other, np.arange(20) % 2)
    path = npz_with(tmp_path / "a.npz", evil=objects.getvalue(), x=good.getvalue(), y=other.getvalue())
    data = prepare(guess_settings(path), tmp_path)
    assert not Path("/tmp/unpickled").exists()
    assert "evil" not in data.specs and "x" in data.specs
    assert any("Python objects" in issue.message for issue in data.issues)


def png_bomb(side: int) -> bytes:
    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    header = struct.pack(">IIBBBBB", side, side, 8, 0, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", header)
        + chunk(b"IDAT", zlib.compress(b"\0" * 1000))
        + chunk(b"IEND", b"")
    )


def test_that_image_bombs_pipes_and_broken_links_are_unreadable_images(tmp_path: Path) -> None:
    folder = image_folder(tmp_path / "s")
    (folder / "cat" / "bomb.png").write_bytes(png_bomb(50_000))
    (folder / "cat" / "large.png").write_bytes(png_bomb(12_000))
    os.mkfifo(folder / "cat" / "pipe.png")
    (folder / "cat" / "loop.png").symlink_to("loop.png")
    (issue,) = prepare(guess_settings(folder), tmp_path).issues
    assert issue.kind == "unreadable"
    assert "megapixels" in issue.message


def test_that_links_out_of_the_source_are_not_followed(tmp_path: Path) -> None:
    image_folder(tmp_path / "secret")
    folder = image_folder(tmp_path / "s", 5)
    (folder / "cat" / "stolen.png").symlink_to(tmp_path / "secret" / "cat" / "0.png")
    (folder / "far").symlink_to(tmp_path / "secret" / "cat")
    data = prepare(guess_settings(folder), tmp_path)
    assert data.table.rows == 10
    link = tmp_path / "link"
    link.symlink_to(folder)
    assert prepare(guess_settings(link), tmp_path).table.rows == 10


def test_that_a_table_cannot_name_images_outside_its_folder(tmp_path: Path) -> None:
    image_folder(tmp_path / "secret", 10)
    image_folder(tmp_path / "s" / "pictures", 10)
    inside = [f"pictures/cat/{n}.png,{n / 3}" for n in range(10)]
    lines = [
        "file,price",
        *inside,
        "../secret/cat/0.png,1.5",
        f"{tmp_path}/secret/cat/1.png,2.5",
        "pictures/none.png,3.5",
    ]
    (tmp_path / "s" / "t.csv").write_text("\n".join(lines))
    (issue,) = prepare(guess_settings(tmp_path / "s" / "t.csv"), tmp_path).issues
    assert issue.count == 3
    assert "outside the folder" in issue.message and "no such file" in issue.message


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\n\n",
        b"a,b\n",
        b"\x00\x01\x02" * 50,
        b'a,b\n1,"never closed\n' + b"x" * (5 << 20),
        b"," * 20_000 + b"\n1,2\n",
    ],
)
def test_that_a_hostile_table_is_a_sentence(content: bytes, tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_bytes(content)
    with pytest.raises(DataError, match=r"t\.csv"):
        prepare(guess_settings(tmp_path / "t.csv"), tmp_path)


def test_that_a_packed_table_that_unpacks_without_end_is_a_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import gzip

    monkeypatch.setattr(delimited, "MOST_BYTES", 1 << 20)
    (tmp_path / "t.csv.gz").write_bytes(gzip.compress(b"a,b\n" + b"1,2\n" * (1 << 20)))
    with pytest.raises(DataError, match="unpacks"):
        guess_settings(tmp_path / "t.csv.gz")


@pytest.mark.parametrize("cut", [1, 30, 200])
def test_that_a_truncated_source_is_a_sentence(cut: int, tmp_path: Path) -> None:
    import gzip

    path = tmp_path / "t.csv.gz"
    path.write_bytes(gzip.compress(csv_table(tmp_path).read_bytes())[:-cut])
    with pytest.raises(DataError):
        guess_settings(path)
    arrays = npz_arrays(tmp_path)
    arrays.write_bytes(arrays.read_bytes()[:-cut])
    with pytest.raises(DataError):
        guess_settings(arrays)


ODD: list[dict[str, Any]] = [
    {"type": "image", "size": "big"},
    {"type": "image", "size": [1e9, 1e9]},
    {"type": "image", "channels": [1]},
    {"type": "image", "fit": 7},
    {"type": "text", "length": 10**9},
    {"type": "text", "vocabulary": None},
    {"type": "category", "classes": 5},
    {"type": "category", "classes": [[1]]},
    {"type": ["x"]},
    {},
    {"from": 3},
    {"from": ["nothing"]},
    {"from": [["label"]]},
    {"from": ["label"], "type": "number"},
]


@pytest.mark.parametrize("odd", ODD, ids=[str(each) for each in ODD])
@pytest.mark.parametrize("name", ["label", "height"])
def test_that_odd_column_settings_end_in_a_sentence(odd: dict[str, Any], name: str, tmp_path: Path) -> None:
    settings = guess_settings(csv_table(tmp_path))
    broken = replace(settings, columns={**settings.columns, name: odd})
    prepare(broken, tmp_path)
    try:
        prepare(broken, tmp_path, [name])
    except DataError as error:
        assert str(error).endswith(".")


@pytest.mark.parametrize(
    "options",
    [
        {"delimiter": "long"},
        {"delimiter": 5},
        {"encoding": "klingon"},
        {"encoding": 7},
        {"header": "x"},
        {"decimal": 9},
    ],
)
def test_that_odd_options_end_in_a_sentence(options: dict[str, Any], tmp_path: Path) -> None:
    settings = guess_settings(csv_table(tmp_path))
    try:
        open_table(replace(settings, options={**settings.options, **options}), tmp_path)
    except DataError as error:
        assert str(error).endswith(".")


@pytest.mark.parametrize("settings", [DataSettings(), DataSettings("x\0y", "csv"), DataSettings(".", "magic")])
def test_that_settings_without_data_end_in_a_sentence(settings: DataSettings, tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"\.$"):
        open_table(settings, tmp_path)
