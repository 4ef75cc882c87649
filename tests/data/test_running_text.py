"""Running text: encodings, windows and blocks, tokenizers, and files that are broken."""

from __future__ import annotations

import json
import os
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from dlstudio.data.encoders.saved import load_encoders, save_encoders
from dlstudio.data.encoders.tokens import TokensEncoder
from dlstudio.data.formats import running_text
from dlstudio.data.opening import adopt_options, guess_settings
from dlstudio.data.preparing import PreparedData, prepare
from dlstudio.data.summary import summarize, table_rows
from dlstudio.data.table import DataError
from dlstudio.data.texts import text_windows
from dlstudio.data.texts.text_files import TextFile
from dlstudio.data.tokenizing.tokenizer import UNITS, fit_tokenizer, read_tokenizer
from dlstudio.places import SAMPLE_DATA

ENGLISH = "The owl and the pussy-cat went to sea\nin a beautiful pea-green boat.\n\n" * 60
GREEK = "Τον άνδρα μοι έννεπε, Μούσα, πολύτροπον,\nος μάλα πολλά πλάγχθη.\n" * 60
CHINESE = "床前明月光,疑是地上霜。舉頭望明月,低頭思故鄉。\n" * 120
TEXTS = {"English": ENGLISH, "Greek": GREEK, "Chinese": CHINESE}


def text_file(folder: Path, content: str | bytes = ENGLISH, name: str = "poem.txt") -> Path:
    path = folder / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def prepared(path: Path, **options: Any) -> PreparedData:
    return prepare(adopt_options(replace(guess_settings(path), options=options)), path.parent)


def tokens(data: PreparedData) -> TokensEncoder:
    encoder = data.encoders["text"]
    assert isinstance(encoder, TokensEncoder)
    return encoder


@pytest.mark.parametrize("unit", UNITS)
@pytest.mark.parametrize("language", TEXTS)
def test_that_each_token_is_followed_by_the_next(language: str, unit: str, tmp_path: Path) -> None:
    data = prepared(text_file(tmp_path, TEXTS[language]), unit=unit, length="16")
    read, following = data.encode("text", data.used_rows()), data.encode("next", data.used_rows())
    assert read.shape == following.shape == (len(data.used_rows()), 16)
    assert read.dtype == following.dtype == np.int32
    inside = following[:, :-1] >= 0
    assert (read[:, 1:][inside] == following[:, :-1][inside]).all()
    assert inside.mean() > 0.4  # a text that repeats itself has few subwords
    assert (read < data.specs["text"].vocabulary_size).all()


@pytest.mark.parametrize("language", TEXTS)
def test_that_windows_of_characters_put_together_are_the_text(language: str, tmp_path: Path) -> None:
    data = prepared(text_file(tmp_path, TEXTS[language]), length="20")
    if language == "English":
        parts = [str(data.raw("text", row)) for row in range(data.table.rows)]
        assert "".join(parts) == ENGLISH
    decode = tokens(data).tokenizer.decode
    for row in (0, 3, data.table.rows // 2):
        assert decode(data.encode("text", np.array([row]))[0].tolist()) in TEXTS[language]


@pytest.mark.parametrize("unit", UNITS)
@pytest.mark.parametrize("language", TEXTS)
def test_that_a_tokenizer_gives_back_the_text_also_after_saving(language: str, unit: str) -> None:
    text = TEXTS[language]
    tokenizer = fit_tokenizer(unit, [text], 600)
    again = read_tokenizer(json.loads(json.dumps(tokenizer.as_json())))
    assert tokenizer.decode(tokenizer.encode(text)) == text
    assert again.encode(text) == tokenizer.encode(text)
    assert again.pieces == tokenizer.pieces
    assert sum(len(again.pieces[each]) for each in again.encode(text)) == len(text)


def test_that_subwords_know_every_alphabet_that_was_not_in_the_training_text() -> None:
    tokenizer = fit_tokenizer("subwords", [ENGLISH], 400)
    assert tokenizer.decode(tokenizer.encode("żółw 龜 🐢")) == "żółw 龜 🐢"


def test_that_subwords_learned_twice_are_the_same() -> None:
    first, second = (fit_tokenizer("subwords", iter([ENGLISH, GREEK]), 500).as_json() for _ in range(2))
    assert first == second


def test_that_no_text_of_one_split_is_read_in_another(tmp_path: Path) -> None:
    content = "".join(f"{number:05d} " for number in range(4000))
    data = prepared(text_file(tmp_path, content), length="30")
    seen: dict[str, set[int]] = {}
    decode = tokens(data).tokenizer.decode
    for split, rows in data.rows.items():
        assert len(rows)
        whole = set()
        for row in rows:
            both = data.encode("text", np.array([row]))[0].tolist()
            both += [each for each in data.encode("next", np.array([row]))[0].tolist()[-1:] if each >= 0]
            text = decode(both)
            whole |= {int(word) for word in text.split(" ")[1:-1]}
        seen[split] = whole
    assert not seen["train"] & seen["test"]
    assert not seen["train"] & seen["validation"]
    assert not seen["test"] & seen["validation"]
    assert len(seen["train"]) > 2000


def test_that_a_rare_character_of_the_test_is_unknown_to_the_vocabulary(tmp_path: Path) -> None:
    path = text_file(tmp_path)
    settings = guess_settings(path)
    test = prepare(settings, tmp_path).rows["test"]
    begin = int(prepare(settings, tmp_path).table.place(int(test[0])).rpartition(" ")[2].replace(",", ""))
    path.write_text(ENGLISH[: begin + 3] + "Z" + ENGLISH[begin + 4 :])
    data = prepare(settings, tmp_path)
    assert "Z" not in tokens(data).tokenizer.pieces
    assert 1 in data.encode("text", data.rows["test"])
    assert 1 not in data.encode("text", data.rows["train"])


def test_that_files_named_after_splits_are_those_splits(tmp_path: Path) -> None:
    for name, sign in (("wiki.train", "a"), ("wiki.valid", "b"), ("wiki.test", "c")):
        text_file(tmp_path, f"{sign}{sign} " * 400, f"{name}.txt")
    data = prepared(tmp_path)
    assert {split: data.raw("text", int(rows[0]))[0] for split, rows in data.rows.items()} == {
        "train": "a",
        "validation": "b",
        "test": "c",
    }


def test_that_a_folder_of_texts_never_joins_the_end_of_one_with_the_begin_of_the_next(tmp_path: Path) -> None:
    text_file(tmp_path, "a" * 1000, "1.txt")
    text_file(tmp_path, "b" * 1000, "2.txt")
    text_file(tmp_path, "notes", "README.txt")
    data = prepared(tmp_path)
    for row in range(data.table.rows):
        assert len(set(str(data.raw("text", row)))) == 1
    assert len(data.table.columns["text"]) == data.table.rows


def test_that_a_mark_of_utf8_and_ends_of_lines_of_windows_are_no_part_of_the_text(tmp_path: Path) -> None:
    data = prepared(text_file(tmp_path, b"\xef\xbb\xbf" + ENGLISH.replace("\n", "\r\n").encode()))
    assert str(data.raw("text", 0)).startswith("The owl and")
    assert not {"\ufeff", "\r"} & set(tokens(data).tokenizer.pieces)


def test_that_latin_1_is_read_with_a_word_about_it(tmp_path: Path) -> None:
    text = "Où est le café où l'élève a bu son thé ?\n" * 60
    data = prepared(text_file(tmp_path, text.encode("latin-1")))
    (issue,) = data.issues
    assert issue.severity == "warning"
    assert "poem.txt (byte 1)" in issue.message and "Latin-1" in issue.message
    assert str(data.raw("text", 0)).startswith("Où est le café")


def test_that_an_encoding_that_was_chosen_is_not_questioned(tmp_path: Path) -> None:
    text = "Où est le café où l'élève a bu son thé ?\n" * 60
    assert prepared(text_file(tmp_path, text.encode("latin-1")), encoding="latin-1").issues == []


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", r"nothing|poem\.txt is empty"),
        (b"\xef\xbb\xbf", r"poem\.txt is empty"),
        (b"short", r"poem\.txt has only 5 characters"),
        (ENGLISH.encode("utf-16"), r"poem\.txt is encoded in UTF-16"),
        (ENGLISH.encode() * 20 + b"abc\0def" + ENGLISH.encode(), r"poem\.txt is no text: byte 84,003 is zero"),
        (os.urandom(4000), r"poem\.txt|nothing that can be read"),
    ],
    ids=["empty", "mark-only", "short", "utf-16", "zero", "random"],
)
def test_that_a_broken_file_is_a_sentence_that_names_it(content: bytes, said: str, tmp_path: Path) -> None:
    with pytest.raises(DataError, match=said):
        prepared(text_file(tmp_path, content))


def test_that_a_text_cut_within_a_character_is_read_up_to_there_with_a_word_about_it(tmp_path: Path) -> None:
    content = GREEK.rstrip(".\n").encode()[:-1]  # the last letter has two bytes
    data = prepared(text_file(tmp_path, content))
    (issue,) = data.issues
    assert f"poem.txt (byte {len(content) - 1:,} of {len(content):,})" in issue.message
    assert "cut in the middle of a character" in issue.message


def test_that_a_file_of_absurd_size_is_refused_before_it_is_read(tmp_path: Path) -> None:
    path = text_file(tmp_path)
    settings = guess_settings(path)
    with path.open("r+b") as file:
        file.truncate(1 << 40)  # a hole: no disk is that large
    with pytest.raises(DataError, match=r"poem\.txt has 1024 GiB, more than the 64"):
        prepare(settings, tmp_path)


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"unit": "syllables"}, "'syllables'; it can be cut into characters, words, subwords"),
        ({"length": "many"}, "has length 'many'; it has to be a whole number from 2"),
        ({"unit": "subwords", "vocabulary": "100"}, "has vocabulary 100; it has to be a whole number from 258"),
        ({"encoding": "klingon"}, "'klingon'; it has to be one of utf-8, latin-1"),
    ],
)
def test_that_a_setting_that_makes_no_sense_is_a_sentence(options: dict[str, str], said: str, tmp_path: Path) -> None:
    with pytest.raises(DataError, match=said):
        prepared(text_file(tmp_path), **options)


def test_that_a_folder_without_texts_and_one_of_pictures_with_captions_are_left_to_others(tmp_path: Path) -> None:
    (tmp_path / "one").mkdir()
    (tmp_path / "one" / "a.bin").write_bytes(b"\0\1")
    with pytest.raises(DataError):
        guess_settings(tmp_path / "one")
    (tmp_path / "two").mkdir()
    for number in range(3):
        (tmp_path / "two" / f"{number}.wav").write_bytes(b"RIFF")
    text_file(tmp_path / "two")
    assert not running_text.matches(tmp_path / "two")


def test_that_a_large_text_is_read_window_by_window(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = text_file(tmp_path, ENGLISH * 500)
    data = prepared(path)
    sizes: list[int] = []
    plain = text_windows._bytes

    def counted(file: TextFile, begin: int, end: int) -> bytes:
        sizes.append(end - begin)
        return plain(file, begin, end)

    monkeypatch.setattr(text_windows, "_bytes", counted)
    data.encode("text", data.rows["train"][-64:])
    data.encode("next", data.rows["train"][-64:])
    assert len(sizes) == 64  # both columns of a batch are read at once
    assert max(sizes) < 1000
    assert len(data.rows["train"]) > 12_000


def test_that_the_encoders_of_a_run_are_read_back_from_json(tmp_path: Path) -> None:
    data = prepared(text_file(tmp_path), unit="subwords")
    save_encoders(data.encoders, tmp_path)
    again = load_encoders(tmp_path)
    assert again.specs == data.specs
    assert again.encode_value("text", "The owl").tolist() == data.encode_value("text", "The owl").tolist()


def test_that_the_data_page_has_rows_of_text_to_show() -> None:
    source = SAMPLE_DATA / "alice" / "alice.txt"
    settings = guess_settings(source)
    summary = summarize(settings, source.parent).as_json()
    json.dumps(summary, allow_nan=False)
    assert summary["issues"] == []
    names, rows = table_rows(settings, source.parent, [0, 1])
    assert names == ["text", "next"]
    assert rows[0][0].startswith("[Alice's Adventures in Wonderland")
    assert rows[0][1] == rows[0][0][1:]
