"""Texts in other alphabets and units, from the file to a continuation, by the commands a user has."""

from __future__ import annotations

from pathlib import Path

import pytest

from dlstudio.graph.saving import load_project
from tests.cli.conftest import Call
from tests.cli.test_unseen_data import from_data_to_model

RUSSIAN = "У лукоморья дуб зелёный; златая цепь на дубе том.\n" * 40


@pytest.mark.parametrize(
    ("template", "unit"), [("char-lstm", "characters"), pytest.param("gpt", "subwords", marks=pytest.mark.slow)]
)
def test_that_a_text_in_another_alphabet_is_learned_and_continued(
    call: Call, tmp_path: Path, template: str, unit: str
) -> None:
    (tmp_path / "сказка.txt").write_text(RUSSIAN, encoding="utf-8")
    data, folder = tmp_path / "сказка.txt", tmp_path / "project"
    made = call(
        *("new", folder, "--template", template, "--data", data, "--option", f"unit={unit}"),
        *("--option", "length=24", "--json"),
    )
    assert made.status == 0, made.err
    assert call("check", folder, "--json").status == 0
    assert call("train", folder, "--epochs", 1, "--json").status == 0
    metrics = call("evaluate", folder, "--json").json["metrics"]
    assert set(metrics) == {"loss", "perplexity", "bits_per_character", "accuracy"}
    words = ("predict", folder, "дуб", "--length", 12, "--seed", 3, "--json")
    first, second = call(*words), call(*words)
    assert first.status == 0, first.err
    (answer,) = first.json
    assert answer["input"] == "дуб"
    assert answer["output"]["value"]
    assert first.out == second.out


def test_that_a_folder_of_texts_is_learned(call: Call, tmp_path: Path) -> None:
    (tmp_path / "books").mkdir()
    for number in range(3):
        (tmp_path / "books" / f"{number}.txt").write_text(f"chapter {number}: once upon a time\n" * 30)
    metrics = from_data_to_model(call, tmp_path / "project", "char-lstm", tmp_path / "books")
    assert float(str(metrics["perplexity"])) > 1


def test_that_a_broken_text_is_a_sentence(call: Call, tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_bytes("words".encode("utf-16") * 50)
    made = call("new", tmp_path / "project", "--template", "gpt", "--data", tmp_path / "a.txt")
    assert made.status != 0
    assert "a.txt is encoded in UTF-16" in made.err
    assert not (tmp_path / "project").exists()


def test_that_a_template_for_subwords_cuts_a_text_into_them_unless_told_otherwise(call: Call, tmp_path: Path) -> None:
    (tmp_path / "story.txt").write_text("once upon a time there was a king\n" * 60)

    def made(folder: str, *words: object) -> tuple[object, int]:
        answer = call("new", tmp_path / folder, "--template", "subword-lstm", "--data", tmp_path / "story.txt", *words)
        assert answer.status == 0, answer.err
        project = load_project(tmp_path / folder)
        return project.data.columns["text"]["unit"], project.graph["embedding"].settings["input_dim"]

    unit, tokens = made("usual")
    assert unit == "subwords"
    assert tokens > 256
    unit, tokens = made("told", "--option", "unit=characters")
    assert unit == "characters"
    assert tokens < 40
