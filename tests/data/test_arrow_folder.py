"""Data sets as Hugging Face ``datasets`` saves them, good and broken; written here with pyarrow as the library does."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow
import pytest
from PIL import Image

from dlstudio.data.opening import guess_settings
from dlstudio.data.preparing import prepare
from dlstudio.data.table import DataError

LABEL = {"names": ["bad", "good"], "_type": "ClassLabel"}
TEXT = {"dtype": "string", "_type": "Value"}


def part(folder: Path, columns: dict[str, list[Any]], features: dict[str, Any]) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    table = pyarrow.table(columns)
    file = str(folder / "data-00000-of-00001.arrow")
    with pyarrow.OSFile(file, "wb") as sink, pyarrow.ipc.new_stream(sink, table.schema) as writer:
        writer.write_table(table, max_chunksize=7)
    (folder / "state.json").write_text(json.dumps({"_data_files": [{"filename": "data-00000-of-00001.arrow"}]}))
    (folder / "dataset_info.json").write_text(json.dumps({"features": features}))
    return folder


def texts(folder: Path, rows: int = 40) -> Path:
    said = [f"film number {row} is {'fine' if row % 2 else 'poor'}" for row in range(rows)]
    columns = {"text": said, "label": [row % 2 for row in range(rows)], "scores": [[1.0]] * rows}
    return part(folder, columns, {"text": TEXT, "label": LABEL, "scores": {"feature": TEXT, "_type": "List"}})


def parted(folder: Path, names: tuple[str, ...] = ("train", "test")) -> Path:
    for name in names:
        texts(folder / name, 40 if name == "train" else 10)
    (folder / "dataset_dict.json").write_text(json.dumps({"splits": list(names)}))
    return folder


def pictures(folder: Path, rows: int = 30) -> Path:
    found = []
    for row in range(rows):
        stream = io.BytesIO()
        Image.new("L", (8, 6), 200 if row % 2 else 20).save(stream, "PNG")
        found.append({"bytes": stream.getvalue(), "path": None})
    columns = {"image": found, "label": [row % 2 for row in range(rows)]}
    return part(folder, columns, {"image": {"_type": "Image"}, "label": LABEL})


def test_that_texts_keep_the_names_of_their_classes(tmp_path: Path) -> None:
    settings = guess_settings(texts(tmp_path / "films"))
    assert settings.format == "arrow-folder"
    assert {name: column["type"] for name, column in settings.columns.items()} == {"text": "text", "label": "category"}
    assert (settings.columns["text"]["role"], settings.columns["label"]["role"]) == ("input", "target")
    data = prepare(settings, tmp_path)
    assert data.specs["label"].classes == ("bad", "good")
    assert data.table.rows == 40
    assert data.raw("text", 3) == "film number 3 is fine"
    assert any("scores" in issue.message for issue in data.issues)


def test_that_parts_are_the_splits(tmp_path: Path) -> None:
    settings = guess_settings(parted(tmp_path / "films", ("train", "test", "unsupervised")))
    data = prepare(settings, tmp_path)
    assert settings.split["by"] == "folder"
    assert len(data.rows["test"]) == 10
    assert len(data.rows["train"]) + len(data.rows["validation"]) == 40
    assert any("unsupervised" in issue.message for issue in data.issues)


def test_that_pictures_inside_are_images(tmp_path: Path) -> None:
    settings = guess_settings(pictures(tmp_path / "squares"))
    assert settings.columns["image"] == {"type": "image", "size": [6, 8], "channels": 1, "role": "input"}
    assert settings.columns["label"]["role"] == "target"
    data = prepare(settings, tmp_path)
    pixels = data.encode("image", np.array([0, 1]))
    assert pixels.shape == (2, 6, 8, 1)
    np.testing.assert_allclose(pixels[:, 0, 0, 0], [20 / 255, 200 / 255], atol=1e-6)


def cut(folder: Path) -> None:
    file = folder / "train" / "data-00000-of-00001.arrow"
    file.write_bytes(file.read_bytes()[:300])


def no_arrow(folder: Path) -> None:
    (folder / "train" / "data-00000-of-00001.arrow").write_bytes(b"PK\x03\x04 not an arrow file")


def no_file(folder: Path) -> None:
    (folder / "test" / "data-00000-of-00001.arrow").unlink()


def no_part(folder: Path) -> None:
    (folder / "test" / "state.json").unlink()


def no_json(folder: Path) -> None:
    (folder / "dataset_dict.json").write_bytes(b'{"splits": ["train"')


def wrong_encoding(folder: Path) -> None:
    (folder / "train" / "state.json").write_bytes(b"\xff\xfe{}")


def outside(folder: Path) -> None:
    (folder / "train" / "state.json").write_text(json.dumps({"_data_files": [{"filename": "../../secret.arrow"}]}))


def other_columns(folder: Path) -> None:
    part(folder / "test", {"words": ["a"], "label": [0]}, {})


def huge(folder: Path) -> None:
    with (folder / "dataset_dict.json").open("wb") as file:
        file.truncate(1 << 30)


def empty(folder: Path) -> None:
    part(folder / "train", {"text": pyarrow.array([], pyarrow.string()), "label": pyarrow.array([], "int64")}, {})


@pytest.mark.parametrize(
    ("broken", "words"),
    [
        (cut, r"data-00000-of-00001\.arrow cannot be read as Arrow"),
        (no_arrow, r"data-00000-of-00001\.arrow cannot be read as Arrow"),
        (no_file, r"There is no file data-00000-of-00001\.arrow in test"),
        (no_part, r"The part test of films has no state\.json"),
        (no_json, r"dataset_dict\.json in films cannot be read"),
        (wrong_encoding, r"state\.json in train cannot be read"),
        (outside, "names a file outside of itself"),
        (other_columns, "have different columns: text, label"),
        (huge, r"dataset_dict\.json in films is larger than 16 MB"),
        (empty, "train has no row"),
    ],
    ids=lambda value: getattr(value, "__name__", ""),
)
def test_that_broken_data_sets_are_named(broken: Callable[[Path], None], words: str, tmp_path: Path) -> None:
    folder = parted(tmp_path / "films")
    broken(folder)
    with pytest.raises(DataError, match=words):
        guess_settings(folder)


def test_that_a_column_that_is_gone_is_named(tmp_path: Path) -> None:
    settings = guess_settings(texts(tmp_path / "films"))
    columns = {**settings.columns, "stars": {"type": "number"}}
    with pytest.raises(DataError, match="no column 'stars' any more"):
        prepare(replace(settings, columns=columns), tmp_path)
