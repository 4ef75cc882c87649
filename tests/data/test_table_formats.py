"""JSON Lines, Parquet and folders of texts: what is read of good ones, and what broken ones say."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import numpy as np
import pyarrow
import pytest
from pyarrow import parquet

from dlstudio.data.formats import jsonl, text_folder
from dlstudio.data.formats import parquet as parquet_format
from dlstudio.data.opening import guess_settings, open_table
from dlstudio.data.preparing import prepare
from dlstudio.data.table import DataError
from tests.data.sources import csv_table, jsonl_table, parquet_table, write_image
from tests.data.sources import text_folder as make_texts


def complaint(path: Path) -> str:
    with pytest.raises(DataError) as caught:
        open_table(guess_settings(path), path.parent)
    return str(caught.value)


@pytest.mark.parametrize("maker", [jsonl_table, parquet_table])
def test_that_a_table_means_the_same_in_every_format(maker, tmp_path: Path) -> None:
    plain, other = guess_settings(csv_table(tmp_path / "a")), guess_settings(maker(tmp_path / "b"))
    assert other.columns == plain.columns
    first, second = prepare(plain, tmp_path), prepare(other, tmp_path)
    rows = np.arange(40)
    assert np.allclose(first.encode("features", rows), second.encode("features", rows))
    assert (first.encode("label", rows) == second.encode("label", rows)).all()


def test_that_missing_fields_and_values_are_missing_and_named_by_line(tmp_path: Path) -> None:
    path = tmp_path / "t.jsonl.gz"
    lines = [{"size": n, "label": "ab"[n % 2]} for n in range(20)]
    lines[3] = {"label": "b"}
    lines[5] = {"size": None, "label": "b", "late": 1}
    path.write_bytes(gzip.compress("\n".join(map(json.dumps, lines)).encode()))
    data = prepare(guess_settings(path), tmp_path)
    assert any("line 4, line 6" in issue.message for issue in data.issues)


BROKEN_LINES = {
    "truncated": (b'{"a": 1, "b": "x"}\n{"a": 2, "b', "Line 2 of t.jsonl is no JSON"),
    "wrong encoding": ('{"a": "é"}\n'.encode("latin-1"), "not UTF-8 text in line 1"),
    "no objects": (b"1\n2\n", "no line with a JSON object of plain values"),
    "empty": (b"\n\n", "no line with a JSON object"),
    "deep": (b'{"a": ' + b"[" * 100_000 + b"\n", "Line 1 of t.jsonl is no JSON"),
    "long number": (b'{"a": ' + b"9" * 5000 + b"}\n", "Line 1 of t.jsonl is no JSON"),
    "binary": (bytes(range(256)) * 4, "t.jsonl"),
}


@pytest.mark.parametrize("kind", BROKEN_LINES)
def test_that_broken_json_lines_name_file_and_line(kind: str, tmp_path: Path) -> None:
    content, said = BROKEN_LINES[kind]
    (tmp_path / "t.jsonl").write_bytes(content)
    assert said in complaint(tmp_path / "t.jsonl")


def test_that_a_line_of_absurd_length_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(jsonl, "MOST_LINE", 100)
    (tmp_path / "t.jsonl").write_text(json.dumps({"a": "x" * 200}), encoding="utf-8")
    assert "Line 1 of t.jsonl is longer" in complaint(tmp_path / "t.jsonl")


def test_that_lines_which_are_no_plain_objects_can_be_skipped(tmp_path: Path) -> None:
    path = jsonl_table(tmp_path)
    lines = path.read_text(encoding="utf-8").splitlines()
    lines[7:7] = ['{"height": {"m": 1}, "label": "y"}', "[1, 2]"]
    path.write_text("\n".join(lines), encoding="utf-8")
    table = open_table(guess_settings(path), tmp_path)
    (issue,) = table.issues
    assert table.rows == 40
    assert "line 8 has an object in 'height', line 9 holds a list" in issue.message
    assert issue.choices[0].option == "ragged"


def test_that_objects_with_lists_are_left_to_other_formats(tmp_path: Path) -> None:
    (tmp_path / "t.jsonl").write_text('{"tokens": ["a"], "tags": ["O"]}\n', encoding="utf-8")
    assert not jsonl.matches(tmp_path / "t.jsonl")


def broken_parquet(kind: str, path: Path) -> None:
    good = parquet_table(path.parent).read_bytes()
    content = {
        "truncated": good[: len(good) // 2],
        "empty": b"",
        "text": b"a,b\n1,2\n",
        "no end": good[:-8] + b"12345678",
        "damaged middle": good[:20] + bytes(len(good) // 3) + good[20 + len(good) // 3 :],
    }.get(kind)
    if content is not None:
        path.write_bytes(content)
    elif kind == "no rows":
        parquet.write_table(pyarrow.table({"a": pyarrow.array([], pyarrow.int64())}), path)
    else:
        parquet.write_table(pyarrow.table({"a": [[1], [2]], "b": [b"x", b"y"]}), path)


@pytest.mark.parametrize("kind", ["truncated", "empty", "text", "no end", "damaged middle", "no rows", "only lists"])
def test_that_broken_parquet_names_the_file(kind: str, tmp_path: Path) -> None:
    path = tmp_path / "broken.parquet"
    broken_parquet(kind, path)
    assert "broken.parquet" in complaint(path)


def test_that_a_parquet_of_absurd_size_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = parquet_table(tmp_path)
    settings = guess_settings(path)
    monkeypatch.setattr(parquet_format, "MOST_ROWS", 39)
    with pytest.raises(DataError, match="40 rows"):
        open_table(settings, tmp_path)
    monkeypatch.setattr(parquet_format, "MOST_ROWS", 40)
    monkeypatch.setattr(parquet_format, "MOST_BYTES", 10)
    with pytest.raises(DataError, match="unpacks to more"):
        open_table(settings, tmp_path)


def test_that_a_column_that_is_gone_from_a_parquet_is_named(tmp_path: Path) -> None:
    path = parquet_table(tmp_path)
    settings = guess_settings(path)
    parquet.write_table(parquet.read_table(path).drop(["weight"]), path)
    with pytest.raises(DataError, match="no column 'weight' any more"):
        open_table(settings, tmp_path)


def test_that_lists_in_a_parquet_are_left_out_with_a_word(tmp_path: Path) -> None:
    path = tmp_path / "t.parquet"
    parquet.write_table(pyarrow.table({"a": [1, 2, None] * 9, "l": [[1]] * 27, "label": ["x", "y", "x"] * 9}), path)
    table = open_table(guess_settings(path), tmp_path)
    assert "holds lists, objects or bytes in l" in table.issues[0].message
    assert np.isnan(table.columns["a"].numbers[2, 0])  # type: ignore[union-attr]


def test_that_text_folders_below_train_and_test_give_the_split(tmp_path: Path) -> None:
    for part in ("train", "test"):
        make_texts(tmp_path / "imdb" / part)
    settings = guess_settings(tmp_path / "imdb")
    data = prepare(settings, tmp_path)
    assert settings.split["by"] == "folder"
    assert len(data.rows["test"]) == 40
    assert data.specs["label"].classes == ("blame", "praise")
    assert "those that" in str(data.raw("text", 3))


BROKEN_TEXTS = {
    "latin": ("naïve café".encode("latin-1"), "read as Latin-1, byte 2"),
    "binary": (b"\x7fELF\0\0\0\0", "not a text"),
    "cut in a character": ("good é".encode()[:-1], "read as Latin-1, byte 5"),
    "empty": (b"", "is empty in 1 row"),
    "blank": (b" \n\t ", "is empty in 1 row"),
}


@pytest.mark.parametrize("kind", BROKEN_TEXTS)
def test_that_broken_text_files_are_named(kind: str, tmp_path: Path) -> None:
    content, said = BROKEN_TEXTS[kind]
    folder = make_texts(tmp_path / "texts")
    (folder / "praise" / "broken.txt").write_bytes(content)
    messages = [issue.message for issue in prepare(guess_settings(folder), tmp_path).issues]
    assert any(said in each and "praise/broken.txt" in each for each in messages), messages


def test_that_an_absurdly_long_text_is_cut_and_absurdly_many_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = make_texts(tmp_path / "texts")
    (folder / "praise" / "long.txt").write_text("é" * 500, encoding="utf-8")
    monkeypatch.setattr(text_folder, "MOST_BYTES", 101)
    settings = guess_settings(folder)
    table = open_table(settings, tmp_path)
    assert max(len(text) for text in table.columns["text"].texts()) == 50  # type: ignore[union-attr]
    monkeypatch.setattr(text_folder, "MOST_FILES", 10)
    with pytest.raises(DataError, match="more than 10 text files"):
        open_table(settings, tmp_path)


def test_that_links_out_of_a_text_folder_are_not_followed(tmp_path: Path) -> None:
    (tmp_path / "secret.txt").write_text("secret", encoding="utf-8")
    folder = make_texts(tmp_path / "texts")
    (folder / "praise" / "link.txt").symlink_to(tmp_path / "secret.txt")
    table = open_table(guess_settings(folder), tmp_path)
    assert table.rows == 40
    assert "praise/link.txt" in table.issues[0].message


def test_that_folders_with_images_or_a_single_class_are_no_text_folders(tmp_path: Path) -> None:
    make_texts(tmp_path / "mixed")
    write_image(tmp_path / "mixed" / "praise" / "a.png", 3)
    (tmp_path / "one" / "only").mkdir(parents=True)
    (tmp_path / "one" / "only" / "a.txt").write_text("x", encoding="utf-8")
    assert not text_folder.matches(tmp_path / "mixed")
    assert not text_folder.matches(tmp_path / "one")
