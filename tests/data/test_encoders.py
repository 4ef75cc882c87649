"""Encoders: fitted on the training split, saved, loaded without the data, and the same afterwards."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from dlstudio.data import fingerprint as fingerprints
from dlstudio.data.encoders.bands import BandsEncoder, row_values
from dlstudio.data.encoders.mask import MaskEncoder
from dlstudio.data.encoders.saved import load_encoders, save_encoders
from dlstudio.data.fingerprint import fingerprint
from dlstudio.data.opening import guess_settings
from dlstudio.data.preparing import PreparedData, prepare
from dlstudio.data.table import DataError, Files, Values
from dlstudio.data.texts.passages import ReadWords
from dlstudio.data.texts.token_columns import Tags, Tokens
from dlstudio.data.texts.tokens import tokenize
from dlstudio.graph.project import DataSettings
from tests.data.sources import csv_table, image_folder


def as_given(data: PreparedData, name: str, row: int) -> Any:
    """The value as a user gives it, where that is not what a person looks at."""
    raw = data.table.columns.get(name)
    if isinstance(raw, Tokens) and not isinstance(raw, ReadWords):
        return raw.tokens[row]
    if isinstance(raw, Tags):
        return raw.tags[row]
    if isinstance(raw, Files | Values) and isinstance(data.encoders[name], BandsEncoder | MaskEncoder):
        return row_values(raw, row)
    if data.specs[name].kind == "boxes":
        boxes = data.encode(name, np.array([row]))[0]
        names = data.specs[name].classes
        return [{"class": names[int(box[0])], "box": box[1:].tolist()} for box in boxes if box[0] >= 0]
    return data.raw(name, row)


def test_that_loaded_encoders_encode_as_the_fitted_ones(source: tuple[str, Path], tmp_path: Path) -> None:
    data = prepare(guess_settings(source[1]), Path("/"))
    save_encoders(data.encoders, tmp_path)
    loaded = load_encoders(tmp_path)
    assert loaded.specs == data.specs
    for name, spec in data.specs.items():
        if data.settings.columns[name]["type"] in ("forecast", "next-tokens", "span"):
            continue  # what comes next, or is to be found, is never given
        value = as_given(data, name, 3)
        encoded = loaded.encode_value(name, value)
        assert encoded.shape == spec.shape and encoded.dtype == np.dtype(spec.dtype)
        assert encoded == pytest.approx(data.encode(name, np.array([3]))[0], abs=1e-6)


def test_that_numbers_are_standardized_on_the_training_split_and_come_back(tmp_path: Path) -> None:
    data = prepare(guess_settings(csv_table(tmp_path)), tmp_path)
    train = data.encode("height", data.rows["train"])
    assert train.mean() == pytest.approx(0, abs=1e-6)
    assert train.std() == pytest.approx(1, abs=1e-5)
    rows = data.used_rows()
    assert data.decode_number("height", data.encode("height", rows))[:, 0] == pytest.approx(
        rows.astype(float), abs=1e-4
    )


def test_that_a_joined_column_is_numbers_and_one_hot_categories(tmp_path: Path) -> None:
    data = prepare(guess_settings(csv_table(tmp_path)), tmp_path)
    assert data.specs["features"].shape == (4,)
    by_name = data.encode_value("features", {"weight": 1.5, "height": 3, "colour": "blue"})
    assert by_name[2:].tolist() == [1, 0]
    assert by_name == pytest.approx(data.encode("features", np.array([3]))[0], abs=1e-6)
    with pytest.raises(DataError, match="weight"):
        data.encode_value("features", {"height": 3, "colour": "blue"})


def test_that_words_unknown_in_training_are_one_and_padding_is_zero(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_text("\n".join(["text,label", *(f"the cat sat on mat {n},{'xy'[n % 2]}" for n in range(40))]))
    data = prepare(guess_settings(path), tmp_path)
    encoded = data.encode_value("text", "The zebra SAT").tolist()
    assert encoded[1] == 1 and encoded[3:] == [0] * 5
    assert min(encoded[0], encoded[2]) >= 2
    assert data.specs["text"].vocabulary_size > max(encoded)
    with pytest.raises(DataError, match="empty"):
        data.encode_value("text", "  ")


def test_that_texts_are_split_into_words_signs_and_cjk_characters() -> None:
    assert tokenize("Don’t panic! 3.5 深度学习 naïve_x") == [
        *("don't", "panic", "!", "3", ".", "5", "深", "度", "学", "习", "naïve", "_", "x")
    ]


@pytest.mark.parametrize("value", [{}, None, "no such file.png", b"no image", np.zeros((2, 2, 7))])
def test_that_a_value_that_is_no_image_gets_a_sentence(value: object, tmp_path: Path) -> None:
    data = prepare(guess_settings(image_folder(tmp_path / "s")), tmp_path)
    with pytest.raises(DataError, match=r"'image'"):
        data.encode_value("image", value)


@pytest.mark.parametrize(
    "content", ["", "{", "[]", '{"columns": [{"type": "evil"}]}', '{"columns": [{"type": "text"}]}', "[" * 5000]
)
def test_that_damaged_encoders_get_a_sentence(content: str, tmp_path: Path) -> None:
    (tmp_path / "encoders.json").write_text(content)
    with pytest.raises(DataError, match="damaged"):
        load_encoders(tmp_path)


def test_that_images_beyond_the_cache_are_decoded_to_the_same(tmp_path: Path) -> None:
    from dlstudio.data.opening import open_table
    from dlstudio.data.pictures.image_store import ImageStore

    settings = guess_settings(image_folder(tmp_path / "s"))
    column = open_table(settings, tmp_path).columns["image"]
    rows = np.array([39, 0, 20, 0, 5])
    whole = ImageStore(column, (8, 8), 1).encode(rows)
    for cache in (0, 64 * 10):
        assert (ImageStore(column, (8, 8), 1, cache_bytes=cache).encode(rows) == whole).all()


def test_that_the_fingerprint_follows_the_content_and_not_the_place(source: tuple[str, Path]) -> None:
    settings, path = guess_settings(source[1]), source[1]
    before = fingerprint(settings, Path("/"))
    moved = path.rename(path.with_name("moved" + path.suffix))
    names = {"source": str(moved)}
    from dataclasses import replace

    if moved.is_dir():
        assert fingerprint(replace(settings, **names), Path("/")) == before
        next(each for each in sorted(moved.rglob("*")) if each.is_file()).write_bytes(b"changed")
    else:
        moved.write_bytes(moved.read_bytes() + b"\n")
    assert fingerprint(replace(settings, **names), Path("/")) != before


def test_that_changed_files_are_read_anew(tmp_path: Path) -> None:
    path = csv_table(tmp_path)
    settings = guess_settings(path)
    before = prepare(settings, tmp_path)
    assert prepare(settings, tmp_path) is before
    path.write_text(path.read_text() + "50,25,red,yes\n")
    assert prepare(settings, tmp_path).table.rows == before.table.rows + 1


def test_of_very_many_files_each_still_counts_for_the_fingerprint(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fingerprints, "READ_FILES", 5)
    for number in range(23):
        (tmp_path / "many" / "class").mkdir(parents=True, exist_ok=True)
        (tmp_path / "many" / "class" / f"{number}.png").write_bytes(b"same size " + bytes([number]))
    settings = DataSettings("many", "image-folder")
    before = fingerprint(settings, tmp_path)
    assert fingerprint(settings, tmp_path) == before
    changed = tmp_path / "many" / "class" / "11.png"
    changed.write_bytes(b"same size " + bytes([99]))
    os.utime(changed, ns=(1, 1))
    assert fingerprint(settings, tmp_path) != before
