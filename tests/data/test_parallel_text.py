"""Sentences with their translations: files of two languages, tables, what is guessed, encoded and refused."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from dlstudio.data.encoders.saved import load_encoders, save_encoders
from dlstudio.data.encoders.sentence import SentenceEncoder
from dlstudio.data.formats import parallel_text
from dlstudio.data.opening import adopt_options, guess_settings, open_table
from dlstudio.data.preparing import prepare
from dlstudio.data.table import DataError, Table
from dlstudio.data.texts.language_pairs import language_pair, lengths_go_together, turned_round, usual_unit, with_so_far
from dlstudio.graph.project import DataSettings
from tests.data.sources import parallel_text as made_pair

GREEK = [
    "η γάτα κοιμάται",
    "ο σκύλος τρέχει γρήγορα",
    "το πουλί πετάει πάνω από το σπίτι",
    "η θάλασσα είναι μπλε σήμερα",
]
RUSSIAN = ["кошка спит", "собака бежит быстро", "птица летит над домом", "море сегодня синее и тихое"]


def written(path: Path, content: str | bytes) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def lines(sentences: list[str], times: int = 10) -> str:
    return "".join(f"{each} {n}\n" for n in range(times) for each in sentences)


def opened(path: Path) -> tuple[DataSettings, Table]:
    settings = guess_settings(path)
    return settings, open_table(settings, Path("/"))


def types(settings: DataSettings) -> dict[str, tuple[object, object]]:
    return {name: (column["type"], column.get("role")) for name, column in settings.columns.items()}


def test_that_two_files_are_paired_line_by_line(tmp_path: Path) -> None:
    written(tmp_path / "d" / "news.el", lines(GREEK))
    written(tmp_path / "d" / "news.ru", lines(RUSSIAN))
    settings, table = opened(tmp_path / "d")
    assert types(settings) == {
        "el": ("sentence", "input"),
        "ru": ("translation", "target"),
        "ru so far": ("so-far", "input"),
    }
    assert table.rows == 40
    assert (table.columns["el"].shown(1), table.columns["ru"].shown(1)) == (f"{GREEK[1]} 0", f"{RUSSIAN[1]} 0")
    assert table.place(3) == "line 4"


@pytest.mark.parametrize(
    "names", [("en.txt", "fr.txt"), ("a.en.txt", "a.fr.txt"), ("a_en.txt", "a_fr.txt"), ("english.txt", "french.txt")]
)
def test_that_files_are_paired_by_the_language_in_their_names(names: tuple[str, str], tmp_path: Path) -> None:
    for name in names:
        written(tmp_path / "d" / name, lines(GREEK))
    assert guess_settings(tmp_path / "d").format == "parallel-text"


def test_that_one_file_of_a_pair_finds_the_other(tmp_path: Path) -> None:
    written(tmp_path / "news.ru", lines(RUSSIAN))
    path = written(tmp_path / "news.el", lines(GREEK))
    settings, table = opened(path)
    assert list(table.columns) == ["el", "ru"]
    assert settings.source == str(path)


def test_that_files_named_train_and_test_give_the_split(tmp_path: Path) -> None:
    for part, times in (("train", 10), ("valid", 2), ("test", 3)):
        written(tmp_path / "d" / f"{part}.el", lines(GREEK, times))
        written(tmp_path / "d" / f"{part}.ru", lines(RUSSIAN, times))
    settings = guess_settings(tmp_path / "d")
    data = prepare(settings, Path("/"))
    assert {name: len(rows) for name, rows in data.rows.items()} == {"train": 40, "validation": 8, "test": 12}
    assert data.table.place(0) == "test.el line 1"


def test_that_a_table_of_tabs_keeps_quotation_marks_and_credits(tmp_path: Path) -> None:
    credit = "CC-BY 2.0 (France) Attribution: tatoeba.org #1 (CK) & #2 (X)"
    rows = "".join(
        f'"{a}," {n}.\t« {b} » {n}\t{credit}\n' for n in range(5) for a, b in zip(GREEK, RUSSIAN, strict=True)
    )
    settings, table = opened(written(tmp_path / "ell-rus.tsv", rows))
    assert types(settings) == {
        "ell": ("sentence", "input"),
        "rus": ("translation", "target"),
        "rus so far": ("so-far", "input"),
        "attribution": ("ignore", None),
    }
    assert table.columns["ell"].shown(0) == f'"{GREEK[0]}," 0.'
    assert table.columns["attribution"].shown(0) == credit
    same, _ = opened(written(tmp_path / "rus.txt", rows))
    assert list(same.columns)[:2] == ["source", "rus"]


@pytest.mark.parametrize("head", ["en,fr", "source,target", "English,French"])
def test_that_a_table_with_named_languages_is_translated(head: str, tmp_path: Path) -> None:
    rows = "".join(f"{a} {n},{b} {n}\n" for n in range(5) for a, b in zip(GREEK, RUSSIAN, strict=True))
    settings, _ = opened(written(tmp_path / "t.csv", f"{head}\n{rows}"))
    first, second = head.split(",")
    assert settings.format == "csv"
    assert types(settings)[second] == ("translation", "target")
    assert types(settings)[first] == ("sentence", "input")


def test_that_json_lines_of_translations_are_opened(tmp_path: Path) -> None:
    pairs = [
        {"translation": {"el": f"{a} {n}", "ru": f"{b} {n}"}}
        for n in range(9)
        for a, b in zip(GREEK, RUSSIAN, strict=True)
    ]
    settings, table = opened(written(tmp_path / "t.jsonl", "\n".join(map(json.dumps, pairs))))
    assert settings.format == "jsonl"
    assert types(settings)["ru"] == ("translation", "target")
    assert table.columns["el"].shown(1) == f"{GREEK[1]} 0"


def test_that_languages_change_places_and_what_is_written_so_far_follows(tmp_path: Path) -> None:
    found = guess_settings(made_pair(tmp_path / "d"))
    turned = turned_round(found.columns, "en")
    assert list(turned) == ["en", "fr", "en so far"]
    assert (turned["en"]["type"], turned["fr"]["role"]) == ("translation", "input")
    data = prepare(DataSettings(found.source, found.format, turned, found.split), Path("/"))
    assert (data.specs["en"].kind, data.specs["en so far"].of) == ("translation", "en")
    assert with_so_far(turned) == turned
    assert list(with_so_far({**turned, "en": {"type": "text"}})) == ["en", "fr"]
    assert list(with_so_far({"en": turned["en"]})) == ["en", "en so far"]


def test_that_few_sentences_are_cut_into_words_and_texts_without_spaces_into_subwords() -> None:
    assert usual_unit(GREEK, RUSSIAN) == "words"
    assert usual_unit(GREEK * 6000, RUSSIAN * 6000) == "subwords"
    assert usual_unit(GREEK, ["今日は天気がとてもいいので、公園まで散歩に行きました。"] * 4) == "subwords"


def test_that_all_sentences_fit_unless_one_is_far_out(tmp_path: Path) -> None:
    path = made_pair(tmp_path / "d")
    assert prepare(guess_settings(path), Path("/")).specs["en"].shape == (8,)
    for name in ("news.en", "news.fr"):
        written(path / name, (path / name).read_text() * 5 + "word " * 90 + "\n")
    assert prepare(guess_settings(path), Path("/")).specs["en"].shape == (8,)


def test_that_reviews_and_questions_are_no_translations() -> None:
    random = np.random.default_rng(2)
    questions = ["what is that " * int(n) for n in random.integers(1, 9, 60)]
    answers = ["because of " * int(n) for n in random.integers(1, 9, 60)]
    assert not lengths_go_together(questions, answers)
    text = {"type": "text"}
    assert language_pair({"question": text, "answer": text}, {"question": questions, "answer": answers}) is None
    labelled = {"text": text, "label": {"type": "category"}}
    assert language_pair(labelled, {"text": questions, "label": ["good", "bad"] * 30}) is None


def test_that_what_is_written_so_far_is_the_translation_moved_by_one(tmp_path: Path) -> None:
    found = guess_settings(made_pair(tmp_path / "d"))
    whole = DataSettings(found.source, found.format, found.columns, found.split, {"unit": "subwords"})
    data = prepare(adopt_options(whole), Path("/"))
    rows = np.arange(5)
    truth, so_far, source = (data.encode(name, rows) for name in ("fr", "fr so far", "en"))
    encoder = data.encoders["fr"]
    assert isinstance(encoder, SentenceEncoder)
    assert (so_far[:, 0] == encoder.boundary).all()
    for row in rows:
        known = truth[row] >= 0
        assert truth[row][known][-1] == encoder.boundary
        assert (so_far[row][1:][known[:-1]][: known.sum() - 1] == truth[row][: known.sum() - 1]).all()
        assert (so_far[row][known.sum() :] == 0).all()
        assert encoder.text(truth[row]) == data.raw("fr", int(row))
    assert (source >= 0).all()
    assert data.specs["fr"].kind == "translation"
    assert data.specs["fr so far"].vocabulary_size == data.specs["fr"].vocabulary_size == encoder.boundary + 1


@pytest.mark.parametrize("unit", ["subwords", "words", "characters"])
def test_that_every_alphabet_comes_back_and_encoders_are_saved(unit: str, tmp_path: Path) -> None:
    written(tmp_path / "d" / "news.el", lines(GREEK))
    written(tmp_path / "d" / "news.ru", lines(RUSSIAN))
    found = guess_settings(tmp_path / "d")
    settings = adopt_options(DataSettings(found.source, found.format, found.columns, found.split, {"unit": unit}))
    data = prepare(settings, Path("/"))
    row = int(data.rows["train"][0])
    encoder = data.encoders["ru"]
    assert encoder.text(data.encode("ru", np.array([row]))[0]) == data.raw("ru", row)
    save_encoders(data.encoders, tmp_path)
    again = load_encoders(tmp_path)
    assert (again.encode_value("el", GREEK[0]) == data.encode_value("el", GREEK[0])).all()
    assert again.specs == data.specs


def test_that_the_vocabulary_is_of_the_training_part_alone(tmp_path: Path) -> None:
    for part, extra in (("train", ""), ("test", "неслыханно\n")):
        written(tmp_path / "d" / f"{part}.el", lines(GREEK) + ("ανήκουστο\n" if extra else ""))
        written(tmp_path / "d" / f"{part}.ru", lines(RUSSIAN) + extra)
    found = guess_settings(tmp_path / "d")
    columns = {**found.columns, "ru": {**found.columns["ru"], "unit": "words"}}
    data = prepare(DataSettings(found.source, found.format, columns, found.split), Path("/"))
    assert not any("неслыханно" in piece for piece in data.encoders["ru"].tokenizer.pieces)


BROKEN = {
    "fewer lines": ({"a.en": "one\ntwo\n", "a.fr": "un\n"}, r"a\.en has 2 lines and a\.fr has 1"),
    "no partner": ({"a.en": "one\n", "a.fr": "un\n", "b.en": "two\n"}, r"b\.en has no translation.*'fr'"),
    "three languages": ({"a.en": "one\n", "a.fr": "un\n", "a.de": "eins\n"}, r"texts in 3 languages \(de, en, fr\)"),
    "wrong encoding": ({"a.en": b"one\ncaf\xe9\n", "a.fr": "un\ndeux\n"}, r"a\.en is not in UTF-8: line 2"),
    "cut in a letter": ({"a.en": "one\ncafé\n".encode()[:-2], "a.fr": "un\ndeux"}, r"a\.en is not in UTF-8: line 2"),
    "binary": ({"a.en": b"one\0two\n", "a.fr": "un\n"}, r"a\.en is no text: line 1"),
    "empty": ({"a.en": "\n\n", "a.fr": "\n\n"}, "holds no sentence with a translation"),
    "absurd line": ({"a.en": "x" * 100_001 + "\n", "a.fr": "un\n"}, r"Line 1 of a\.en has 100,001 characters"),
}


@pytest.mark.parametrize("kind", BROKEN)
def test_that_broken_files_name_file_and_place(kind: str, tmp_path: Path) -> None:
    files, said = BROKEN[kind]
    for name, content in files.items():
        written(tmp_path / "d" / name, content)
    with pytest.raises(DataError, match=said):
        guess_settings(tmp_path / "d")


def test_that_absurdly_many_pairs_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parallel_text, "MOST_PAIRS", 30)
    with pytest.raises(DataError, match="holds 40 pairs; 30 are the most"):
        guess_settings(made_pair(tmp_path / "d"))


def test_that_a_partner_that_went_away_is_missed(tmp_path: Path) -> None:
    written(tmp_path / "news.ru", lines(RUSSIAN))
    settings = guess_settings(written(tmp_path / "news.el", lines(GREEK)))
    (tmp_path / "news.ru").unlink()
    with pytest.raises(DataError, match=r"news\.el has no translation beside it"):
        open_table(settings, Path("/"))


def test_that_ragged_rows_and_empty_sides_are_named(tmp_path: Path) -> None:
    rows = [f"{a} {n}\t{b} {n}" for n in range(8) for a, b in zip(GREEK, RUSSIAN, strict=True)]
    rows[5], rows[9] = "no tab here", "only this\t"
    settings = guess_settings(written(tmp_path / "a.tsv", "\n".join(rows)))
    data = prepare(settings, Path("/"))
    said = {issue.kind: issue.message for issue in data.issues}
    assert "line 6 has 1 values" in said["ragged"]
    assert "empty in 1 row: line 10 (a.tsv)" in said["empty"]


def test_that_a_column_that_is_no_translation_has_nothing_so_far(tmp_path: Path) -> None:
    found = guess_settings(made_pair(tmp_path / "d"))
    columns = {**found.columns, "fr so far": {"type": "so-far", "from": ["en"]}}
    with pytest.raises(DataError, match="has to be made from one column of the type translation"):
        prepare(DataSettings(found.source, found.format, columns, found.split), Path("/"), ["fr so far"])


def test_that_unknown_words_take_the_words_given_for_them(tmp_path: Path) -> None:
    written(tmp_path / "d" / "news.el", lines(GREEK))
    written(tmp_path / "d" / "news.ru", lines(RUSSIAN))
    encoder = prepare(guess_settings(tmp_path / "d"), Path("/")).encoders["ru"]
    assert isinstance(encoder, SentenceEncoder)
    ids = [each for each in encoder.ids("кошка неслыханно спит") if each != encoder.boundary]
    assert encoder.text_with(ids, [" α", " βήτα", " γ"]) == "кошка βήτα спит"
    assert encoder.text_with(ids, ["", "", ""]) == "кошка спит"
    assert encoder.pieces_of("кошка неслыханно") == [" кошка", " неслыханно"]
