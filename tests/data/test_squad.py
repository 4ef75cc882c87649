"""Questions about passages: read from SQuAD files and JSON lines, mapped to words and back, split, refused."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from dlstudio.data.encoders.reading import FORMS, ReadingEncoder
from dlstudio.data.encoders.registry import READS
from dlstudio.data.encoders.span import IGNORED
from dlstudio.data.opening import guess_settings, open_table
from dlstudio.data.preparing import PreparedData, prepare
from dlstudio.data.table import DataError, Table
from dlstudio.graph.project import DataSettings
from tests.data.sources import squad_file


def question(context: str, answer: str, asked: str = "What is it?", **more: Any) -> dict[str, Any]:
    """A question with its answer where it first is."""
    return {"question": asked, "answers": [{"text": answer, "answer_start": context.index(answer)}], **more}


def squad(path: Path, *paragraphs: tuple[str, list[dict[str, Any]]]) -> Path:
    """Writes one article."""
    tree = {"data": [{"title": "t", "paragraphs": [{"context": c, "qas": qas} for c, qas in paragraphs]}]}
    path.write_text(json.dumps(tree), encoding="utf-8")
    return path


def read(path: Path) -> tuple[DataSettings, Table]:
    settings = guess_settings(path)
    return settings, open_table(settings, Path("/"))


def prepared(path: Path) -> PreparedData:
    return prepare(guess_settings(path), Path("/"))


def test_that_passage_and_question_are_read_and_the_answer_is_learnt(tmp_path: Path) -> None:
    settings, table = read(squad_file(tmp_path))
    assert settings.format == "squad"
    assert {name: column["role"] for name, column in settings.columns.items()} == {
        "passage": "input",
        "question": "input",
        "answer": "target",
    }
    assert table.rows == 40
    assert table.columns["passage"].shown(3) == "May Moss saw 1 birds in Rome."
    assert table.columns["answer"].shown(3) == "1"
    assert table.place(3) == "data[0].paragraphs[1].qas[1]"


def test_that_no_passage_is_in_two_parts(tmp_path: Path) -> None:
    data = prepared(squad_file(tmp_path, passages=40))
    passages = [{data.raw("passage", row) for row in rows.tolist()} for rows in data.rows.values()]
    assert all(passages)
    assert not (passages[0] & passages[1] or passages[0] & passages[2] or passages[1] & passages[2])


TEXTS = {
    "english": ("Rollo, a Viking, agreed.", "Viking", "Viking"),
    "glued to a sign": ("It cost $5.50, he said.", "5.50", "5.50"),
    "a part of a word": ("The 1990s ended.", "1990", "1990s"),
    "chinese": ("富士山高3776米。", "3776米", "3776米"),
    "russian": ("Волга впадает в Каспийское море.", "Каспийское море", "Каспийское море"),
    "arabic": ("عاصمة مصر هي القاهرة.", "القاهرة", "القاهرة"),
    "beyond the first plane": ("😀😀 Rome is old.", "Rome", "Rome"),
    "with combining marks": ("हिन्दी एक भाषा है", "भाषा", "भाषा"),
}


@pytest.mark.parametrize("name", TEXTS)
def test_that_an_answer_goes_to_words_and_back(name: str, tmp_path: Path) -> None:
    context, answer, found = TEXTS[name]
    _, table = read(squad(tmp_path / "q.json", (context, [question(context, answer)])))
    (reference,) = table.columns["answer"].references
    assert reference.passage.piece(*reference.spans[0]) == found
    assert reference.answers == (answer,)


def test_that_the_encoded_answer_is_first_word_last_word_and_number_of_words(tmp_path: Path) -> None:
    data = prepared(squad_file(tmp_path))
    assert data.specs["answer"].shape == (3,)
    assert data.encode("answer", np.array([0, 1])).tolist() == [[0, 1, 8], [3, 3, 8]]
    assert data.specs["answer"].places == data.specs["passage"].shape[0]


def test_that_an_answer_behind_the_words_that_are_read_is_counted_and_teaches_nothing(tmp_path: Path) -> None:
    long = " ".join(["word"] * 500) + " gold"
    short = "A gold coin."
    qas = [question(short, "gold")]
    path = squad(tmp_path / "q.json", (long, [question(long, "gold")]), *[(f"{short} {n}", qas) for n in range(30)])
    data = prepared(path)
    (issue,) = [each for each in data.issues if each.kind == "outside"]
    assert issue.message.startswith("1 answer lies behind the first 384 words")
    assert "the longest passage has 501" in issue.message
    assert issue.severity == "warning"
    assert data.encode("answer", np.array([0, 1])).tolist() == [[IGNORED, IGNORED, 384], [1, 1, 5]]


def test_that_passage_and_question_give_a_word_the_same_number_in_any_form_and_unseen(tmp_path: Path) -> None:
    data = prepared(squad_file(tmp_path))
    passage, asked = data.encoders["passage"], data.encoders["question"]
    assert isinstance(passage, ReadingEncoder)
    assert isinstance(asked, ReadingEncoder)
    one, two = passage.ids(["Birds", "zyx-97", "Rome"]), asked.ids(["birds", "ZYX-97", "Rome"])
    assert [each // len(FORMS) for each in one] == [each // len(FORMS) for each in two]
    assert one[:2] != two[:2]
    assert one[2] == two[2]
    assert len({each // len(FORMS) for each in one}) == 3
    assert min(one) > 0
    assert max(one) < passage.spec.vocabulary_size
    again = READS["reading"](passage.as_json())
    assert again.encode_value("Rome saw zyx-97").tolist() == passage.encode_value("Rome saw zyx-97").tolist()


def test_that_passages_and_questions_of_different_vocabularies_are_refused(tmp_path: Path) -> None:
    settings = guess_settings(squad_file(tmp_path))
    columns = {**settings.columns, "question": {**settings.columns["question"], "vocabulary": 20}}
    with pytest.raises(DataError, match="Give both the same vocabulary"):
        open_table(DataSettings(settings.source, settings.format, columns), Path("/"))


def test_that_the_length_of_the_passage_is_that_of_the_answer(tmp_path: Path) -> None:
    settings = guess_settings(squad_file(tmp_path))
    columns = {**settings.columns, "passage": {**settings.columns["passage"], "length": 3}}
    data = prepare(DataSettings(settings.source, settings.format, columns), Path("/"))
    assert data.specs["answer"].places == 3
    assert data.encode("answer", np.array([0, 1])).tolist() == [[0, 1, 3], [IGNORED, IGNORED, 3]]
    (issue,) = data.issues
    assert "20 answers lie behind the first 3 words" in issue.message


NONE = {"question": "Who ran?", "is_impossible": True, "answers": [], "plausible_answers": []}


def test_that_questions_without_an_answer_are_learnt_as_a_place_before_the_first_word(tmp_path: Path) -> None:
    contexts = [f"May saw {number} birds." for number in range(30)]
    plausible = {**NONE, "plausible_answers": [{"text": "May", "answer_start": 0}]}
    asked = [(each, [question(each, "birds", is_impossible=False), plausible]) for each in contexts]
    settings, table = read(squad(tmp_path / "q.json", *asked))
    assert settings.options == {"unanswerable": "learn"}
    assert table.rows == 60
    assert table.columns["answer"].shown(1) == "(no answer)"
    data = prepare(settings, Path("/"))
    assert data.specs["answer"].none
    assert data.encode("answer", np.array([0, 1])).tolist() == [[4, 4, 6], [0, 0, 6]]
    assert data.encode("passage", np.array([0]))[0, 5] > 0  # the place of its own leaves room for all words
    known, none = data.references("answer", np.array([0, 1]))
    assert (known.passage.piece(*known.spans[0]), none.passage.piece(*none.spans[0])) == ("birds", "")
    (issue,) = data.issues
    assert issue.severity == "info"
    assert issue.message.startswith("30 questions have no answer in the passage, which is learnt")
    again = READS["span"](data.encoders["answer"].as_json())
    assert again.spec.none


def test_that_questions_without_an_answer_may_be_left_out_and_are_counted(tmp_path: Path) -> None:
    context = "May saw birds."
    path = squad(tmp_path / "q.json", (context, [question(context, "May", is_impossible=False), NONE, NONE]))
    settings = guess_settings(path)
    table = open_table(DataSettings(settings.source, settings.format, settings.columns), Path("/"))
    assert table.rows == 1
    assert not table.columns["answer"].references[0].passage.may_lack
    (issue,) = table.issues
    assert issue.message.startswith("2 questions have no answer in the passage and are left out")
    assert issue.count == 2
    (choice,) = issue.choices
    assert (choice.option, choice.value) == ("unanswerable", "learn")


def test_that_json_lines_of_questions_are_read_alike(tmp_path: Path) -> None:
    context = "May saw birds."
    row = {
        "id": "1",
        "title": "t",
        "context": context,
        "question": "Who?",
        "answers": {"text": ["May"], "answer_start": [0]},
    }
    none = {**row, "answers": {"text": [], "answer_start": []}}
    (tmp_path / "q.jsonl").write_text("\n".join(json.dumps(each) for each in (row, none)), encoding="utf-8")
    settings, table = read(tmp_path / "q.jsonl")
    assert settings.format == "squad"
    assert table.rows == 2
    assert table.columns["answer"].references[1].answers == ("",)
    assert table.place(0) == "line 1"
    assert [issue.count for issue in table.issues] == [1]


def test_that_a_folder_of_train_and_dev_files_is_split_by_their_names(tmp_path: Path) -> None:
    for name, count in (("train-v1.1", 9), ("dev-v1.1", 3)):
        squad_file(tmp_path, count).rename(tmp_path / f"{name}.json")
    data = prepared(tmp_path)
    assert data.settings.split["by"] == "folder"
    assert len(data.rows["validation"]) == 6
    assert len(data.rows["train"]) + len(data.rows["test"]) == 18
    assert data.table.place(0).startswith("dev-v1.1.json, data[0]")


GOOD = json.dumps({"data": [{"paragraphs": [{"context": "a b", "qas": [question("a b", "b")]}]}]})

BROKEN: dict[str, tuple[Callable[[Path], object], str]] = {
    "truncated": (lambda p: p.write_text(GOOD[:-30]), r"q\.json is no JSON: line 1, column \d+.*was it cut off"),
    "another encoding": (
        lambda p: p.write_bytes(
            GOOD.replace("a b", "é b").encode("utf-8").replace(b"\\u00e9", b"\xe9").replace(b"\xc3\xa9", b"\xe9")
        ),
        r"q\.json is not in UTF-8: line 1 has the byte 0xE9",
    ),
    "no context": (
        lambda p: p.write_text(GOOD.replace('"context"', '"text"').replace("}]}]}", '}]}], "context": 1}')),
        r"q\.json, data\[0\]\.paragraphs\[0\] has no text 'context'",
    ),
    "no list of questions": (
        lambda p: p.write_text('{"data": [{"paragraphs": [{"context": "a", "qas": 3}]}]}'),
        r"q\.json, data\[0\]\.paragraphs\[0\] has no list 'qas'",
    ),
    "data that is no list": (
        lambda p: p.write_text('{"data": {"paragraphs": []}}'),
        r"q\.json has no list 'data'",
    ),
    "nothing to learn": (
        lambda p: p.write_text('{"data": [{"paragraphs": []}]}'),
        r"q\.json holds no question that can be used\.",
    ),
    "nested without end": (
        lambda p: p.write_text('{"data": [{"paragraphs": ' + "[" * 200_000),
        r"q\.json is no such file: it is nested too deeply",
    ),
}


@pytest.mark.parametrize("name", BROKEN)
def test_that_a_file_that_cannot_be_used_gets_a_sentence_with_its_place(name: str, tmp_path: Path) -> None:
    make, said = BROKEN[name]
    make(tmp_path / "q.json")
    with pytest.raises(DataError, match=said):
        read(tmp_path / "q.json")


def test_that_a_file_of_absurd_size_is_refused_before_it_is_read(tmp_path: Path) -> None:
    path = squad_file(tmp_path)
    with path.open("r+b") as file:
        file.truncate(3 << 30)
    with pytest.raises(DataError, match=r"questions\.json has 3,072 MiB; 512 MiB are the most"):
        read(path)


@pytest.mark.parametrize(
    ("entry", "said"),
    [
        (
            {"question": "Who?", "answers": [{"text": "Bob", "answer_start": 0}]},
            "the answer 'Bob' is not at character 0",
        ),
        (
            {"question": "Who?", "answers": [{"text": "May", "answer_start": -1}]},
            "the answer 'May' is not at character -1",
        ),
        (
            {"question": "Who?", "answers": [{"text": "May"}]},
            "no 'answers' with a text and a whole number answer_start",
        ),
        ({"question": "Who?", "answers": [{"text": "", "answer_start": 0}]}, "no 'answers' with a text"),
        ({"question": " ", "answers": [{"text": "May", "answer_start": 0}]}, "no text 'question'"),
        (7, "no text 'question'"),
        ({"question": "Who?", "is_impossible": "no", "answers": []}, "'is_impossible' is \"no\" and not true or false"),
        ({"question": "Who?", "is_impossible": False, "answers": []}, "it is said to be possible, but has no answer"),
        (
            {"question": "Who?", "is_impossible": True, "answers": [{"text": "May", "answer_start": 0}]},
            "it is said to be impossible, but has the answer 'May'",
        ),
    ],
)
def test_that_questions_that_cannot_be_used_are_named_and_may_be_left_out(
    entry: object, said: str, tmp_path: Path
) -> None:
    context = "May saw birds."
    settings, table = read(squad(tmp_path / "q.json", (context, [question(context, "May"), entry])))  # type: ignore[list-item]
    (issue,) = table.issues
    assert f"q.json, data[0].paragraphs[0].qas[1]: {said}" in issue.message
    assert issue.severity == "error"
    (choice,) = issue.choices
    chosen = DataSettings.from_json({**settings.as_json(), "options": {choice.option: choice.value}})
    left = open_table(chosen, Path("/"))
    assert left.rows == 1
    assert [each.severity for each in left.issues] == ["warning"]
