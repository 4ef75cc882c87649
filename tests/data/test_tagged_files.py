"""CoNLL files and JSON lines of tagged text: schemes, columns, parts of long sentences, and broken files."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from dlstudio.data.encoders.tags import IGNORED
from dlstudio.data.encoders.tokenized import TokenizedTextEncoder, split_words
from dlstudio.data.opening import guess_settings, open_table
from dlstudio.data.preparing import PreparedData, prepare
from dlstudio.data.summary import table_rows
from dlstudio.data.table import DataError, Table
from dlstudio.data.texts.entities import Entity, entity_spans, names_entities, to_bio
from dlstudio.graph.project import DataSettings

GOOD = (
    "-DOCSTART- -X- O O\n\nAcme NNP I-NP B-ORG\nBank NNP I-NP I-ORG\npaid VBD I-VP O\n\nAnn NNP I-NP B-PER\n. . O O\n"
)


def written(path: Path, text: str | bytes) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def read(path: Path) -> tuple[DataSettings, Table]:
    settings = guess_settings(path)
    return settings, open_table(settings, Path("/"))


def test_that_the_last_column_of_entities_is_learnt_and_the_document_marks_are_passed_over(tmp_path: Path) -> None:
    settings, table = read(written(tmp_path / "a.conll", GOOD))
    assert table.rows == 2
    assert table.columns["text"].tokens == [["Acme", "Bank", "paid"], ["Ann", "."]]
    assert table.columns["tags"].tags == [["B-ORG", "I-ORG", "O"], ["B-PER", "O"]]
    assert {name: column.get("role") for name, column in settings.columns.items()} == {
        "text": "input",
        "column 2": None,
        "column 3": None,
        "tags": "target",
    }
    assert table.place(0) == "line 3"


@pytest.mark.parametrize(
    ("tags", "wanted"),
    [
        (["I-ORG", "I-ORG", "O", "I-PER", "B-PER"], ["B-ORG", "I-ORG", "O", "B-PER", "B-PER"]),  # IOB1
        (["B-ORG", "E-ORG", "O", "S-PER", "S-PER"], ["B-ORG", "I-ORG", "O", "B-PER", "B-PER"]),  # BIOES
        (["B-ORG", "L-ORG", "U-PER", "O", "O"], ["B-ORG", "I-ORG", "B-PER", "O", "O"]),  # BILOU
        (["B-ORG", "I-PER", "O", "O", "I-ORG"], ["B-ORG", "B-PER", "O", "O", "B-ORG"]),
    ],
)
def test_that_all_schemes_are_read_as_one(tags: list[str], wanted: list[str]) -> None:
    assert to_bio(tags) == wanted
    assert to_bio(wanted) == wanted


def test_that_spans_are_those_that_seqeval_counts() -> None:
    from seqeval.metrics.sequence_labeling import get_entities

    random = np.random.default_rng(3)
    names = ["O", "B-A", "I-A", "B-B", "I-B"]
    for _ in range(300):
        tags = [names[each] for each in random.integers(0, len(names), 9)]
        assert [(e.type, e.start, e.end - 1) for e in entity_spans(tags)] == get_entities(tags)
    assert entity_spans(["O", "B-A"]) == [Entity("A", 1, 2)]
    assert not names_entities(["NN", "VB", "O"])


def test_that_files_named_train_and_test_give_the_split(tmp_path: Path) -> None:
    written(tmp_path / "d" / "eng.train.txt", "Ann B-PER\nran O\n\n" * 30)
    written(tmp_path / "d" / "eng.testb.txt", "Bob B-PER\nsat O\n\n" * 7)
    settings, table = read(tmp_path / "d")
    data = prepare(settings, Path("/"))
    assert settings.split["by"] == "folder"
    assert {name: len(rows) for name, rows in data.rows.items()} == {"train": 27, "validation": 3, "test": 7}
    assert table.place(1) == "eng.testb.txt, line 4"


def test_that_words_may_stand_behind_a_count_and_parts_of_speech_are_tags(tmp_path: Path) -> None:
    lines = "# text = Die Katze\n1\tDie\tdie\tDET\n2\tKatze\tKatze\tNOUN\n2.1\tx\t_\t_\n\n" * 4
    _, table = read(written(tmp_path / "de.conllu", lines))
    assert table.columns["text"].tokens[0] == ["Die", "Katze"]
    assert table.columns["tags"].tags[0] == ["DET", "NOUN"]


def test_that_a_long_sentence_is_cut_into_parts_but_no_entity_is(tmp_path: Path) -> None:
    tags = ["O"] * 60 + ["B-ORG"] + ["I-ORG"] * 10 + ["O"] * 30
    path = written(tmp_path / "a.conll", "\n".join(f"w{n}\t{tag}" for n, tag in enumerate(tags)) + "\n")
    settings, table = read(path)
    assert settings.columns["tags"]["length"] == 64
    parts = table.columns["tags"].tags
    assert [tag for part in parts for tag in part] == tags
    assert max(map(len, parts)) <= 64
    assert sum(len(entity_spans(part)) for part in parts) == 1


def prepared(path: Path) -> PreparedData:
    return prepare(guess_settings(path), Path("/"))


def test_that_tags_are_aligned_with_the_tokens_and_padding_is_ignored(tmp_path: Path) -> None:
    data = prepared(written(tmp_path / "a.conll", GOOD * 20))
    spec = data.specs["tags"]
    assert spec.classes == ("O", "B-ORG", "I-ORG", "B-PER", "I-PER")
    assert spec.shape == data.specs["text"].shape == (8,)
    assert data.encode("tags", np.array([0]))[0].tolist() == [1, 2, 0, *[IGNORED] * 5]
    assert ((data.encode("text", np.arange(4)) == 0) == (data.encode("tags", np.arange(4)) == IGNORED)).all()
    assert table_rows(data.settings, Path("/"), [0])[1][0][-1] == "Acme Bank (ORG)"


def test_that_a_word_never_seen_is_known_by_its_form(tmp_path: Path) -> None:
    data = prepared(written(tmp_path / "a.conll", "Ann B-PER\nran O\n1999 O\nZork B-PER\n77 O\n\n" + GOOD * 3))
    encoder = data.encoders["text"]
    assert isinstance(encoder, TokenizedTextEncoder)
    ids = encoder.encode_value(["Fred", "Olaf", "12", "Ann"])
    assert ids[0] == ids[1] > 1
    assert len({ids[0], ids[2], ids[3]}) == 3
    assert [token.text for token in encoder.tokens_of("Ann's bank, U.S. 5%")] == [
        "Ann's",
        "bank",
        ",",
        "U.S",
        ".",
        "5",
        "%",
    ]
    again = TokenizedTextEncoder.from_json(json.loads(json.dumps(encoder.as_json())))
    assert again.encode_value("Acme Bank").tolist() == encoder.encode_value("Acme Bank").tolist()


def test_that_tokens_know_their_characters() -> None:
    text = "Größe: 5 €, 東京!"
    assert [text[t.start : t.end] for t in split_words(text)] == ["Größe", ":", "5", "€", ",", "東", "京", "!"]


def lines(*values: object) -> str:
    return "\n".join(json.dumps(value) for value in values)


@pytest.mark.parametrize(
    "value",
    [
        {"tokens": ["Acme", "Bank", "pays"], "ner_tags": ["B-ORG", "I-ORG", "O"]},
        {"text": "Acme Bank pays", "entities": [{"start": 0, "end": 9, "label": "ORG"}]},
        {"text": "Acme Bank pays", "label": [[0, 9, "ORG"]]},
    ],
)
def test_that_json_lines_with_tags_or_entities_are_read_alike(value: dict[str, object], tmp_path: Path) -> None:
    settings, table = read(written(tmp_path / "a.jsonl", lines(*[value] * 5)))
    assert settings.format == "entity-jsonl"
    assert table.columns["text"].tokens[0] == ["Acme", "Bank", "pays"]
    assert table.columns["tags"].tags[0] == ["B-ORG", "I-ORG", "O"]


BROKEN: dict[str, tuple[str, Callable[[Path], object], str]] = {
    "empty": ("a.conll", lambda p: written(p, ""), r"a\.conll is empty"),
    "one column": ("a.conll", lambda p: written(p, "Ann\nran\n"), r"a\.conll has no column of tags: line 1 holds"),
    "encoding": ("a.conll", lambda p: written(p, b"Ann O\nJos\xe9 O\n"), r"a\.conll is not in UTF-8: line 2 .*0xE9"),
    "zero bytes": ("a.conll", lambda p: written(p, b"Ann O\nran\0 O\n"), r"a\.conll is no text: line 2"),
    "absurd line": (
        "a.conll",
        lambda p: written(p, "a" * 200_000 + " O\n"),
        r"Line 1 of a\.conll has 200,002 characters",
    ),
    "no JSON": ("a.jsonl", lambda p: written(p, lines({"tokens": [], "tags": []})), r"a\.jsonl holds no sentence"),
}


@pytest.mark.parametrize("name", BROKEN)
def test_that_a_file_that_cannot_be_used_gets_a_sentence_with_its_place(name: str, tmp_path: Path) -> None:
    file, make, said = BROKEN[name]
    make(tmp_path / file)
    with pytest.raises(DataError, match=said):
        read(tmp_path / file)


def test_that_files_of_one_set_with_other_columns_are_refused_by_name(tmp_path: Path) -> None:
    written(tmp_path / "train.conll", "Ann NNP B-PER\n\n" * 9)
    written(tmp_path / "test.conll", "Ann B-PER\n\n" * 9)
    with pytest.raises(DataError, match=r"train\.conll has the columns .*, but test\.conll has text, column 2"):
        read(tmp_path)


@pytest.mark.parametrize(
    ("file", "text", "said"),
    [
        ("a.conll", "Ann B-PER\nran O\n\nBob B-PER\nsat\n", "a.conll, line 5: 1 column instead of 2"),
        (
            "a.jsonl",
            lines({"tokens": ["a"], "tags": ["O"]}) + '\n{"tokens": ["a", "b"',
            "a.jsonl, line 2: no JSON object",
        ),
        (
            "a.jsonl",
            lines({"tokens": ["a"], "tags": ["O"]}, {"tokens": ["a", "b"], "tags": ["O"]}),
            "a.jsonl, line 2: 2 tokens but 1 tags",
        ),
        (
            "a.jsonl",
            lines({"text": "Ann", "entities": []}, {"text": "Ann", "entities": [[0, 99, "PER"]]}),
            "line 2: an entity that is not within its text",
        ),
        ("a.jsonl", lines({"tokens": ["a"], "tags": ["O"]}, {"words": 3}), "line 2: no 'tokens' with 'tags'"),
    ],
)
def test_that_lines_that_cannot_be_used_are_named_and_may_be_left_out(
    file: str, text: str, said: str, tmp_path: Path
) -> None:
    settings, table = read(written(tmp_path / file, text))
    (issue,) = table.issues
    assert said in issue.message
    assert issue.severity == "error"
    (choice,) = issue.choices
    chosen = DataSettings.from_json(
        {**settings.as_json(), "options": {**settings.options, choice.option: choice.value}}
    )
    (left,) = open_table(chosen, Path("/")).issues
    assert left.severity == "warning"


def test_that_a_test_file_with_tags_that_are_not_taught_is_pointed_out(tmp_path: Path) -> None:
    written(tmp_path / "train.conll", "Ann B-PER\nran O\n\n" * 9)
    written(tmp_path / "test.conll", "Rome B-LOC\nran O\n\n" * 9)
    _, table = read(tmp_path)
    assert [issue.message for issue in table.issues] == [
        "test.conll has tags that train.conll does not teach: 'B-LOC'."
    ]


def test_that_a_file_of_absurd_size_is_refused_before_it_is_read(tmp_path: Path) -> None:
    with (tmp_path / "a.conll").open("wb") as file:
        file.truncate(3 << 30)
    with pytest.raises(DataError, match=r"a\.conll has 3\.0 GiB; 1 GiB is the most"):
        read(tmp_path / "a.conll")
