"""Texts of a table as samples of a language model: each is continued word by word, and stays in its part."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from dlstudio.data.encoders.saved import load_encoders, save_encoders
from dlstudio.data.opening import guess_settings
from dlstudio.data.preparing import prepare
from dlstudio.data.table import DataError
from dlstudio.data.texts.next_word_settings import with_next_words
from dlstudio.graph.project import DataSettings
from dlstudio.templates.making import fit_to_data
from tests.data.test_masking import reviews


def next_words(folder: Path) -> DataSettings:
    settings = with_next_words(guess_settings(reviews(folder, 100)))
    assert settings is not None
    return settings


def test_that_the_next_word_is_learnt_at_each_place_and_padding_nowhere(tmp_path: Path) -> None:
    data = prepare(next_words(tmp_path), tmp_path)
    read, learnt = (data.encode(name, np.array([3])) for name in ("text", "next"))
    words = data.specs["next"].classes
    texts = [words[each] for each in read[0] if each]
    assert texts == ["The", " film", " number", "\ufffd", " is", " a", " good", " one"]
    assert [words[each] for each in learnt[0] if each >= 0] == texts[1:]
    assert data.raw("text", 3) == "The film number 3 is a good one"


def test_that_the_parts_are_those_of_a_classifier_of_the_same_texts(tmp_path: Path) -> None:
    plain, data = prepare(guess_settings(reviews(tmp_path, 100)), tmp_path), prepare(next_words(tmp_path), tmp_path)
    for part in ("train", "validation", "test"):
        np.testing.assert_array_equal(data.rows[part], plain.rows[part])


def test_that_saved_encoders_give_the_same_ids(tmp_path: Path) -> None:
    data = prepare(next_words(tmp_path), tmp_path)
    save_encoders(data.encoders, tmp_path)
    again = load_encoders(tmp_path)
    for name in ("text", "next"):
        np.testing.assert_array_equal(again[name].encode(data.table.columns[name]), data.encode(name, np.arange(100)))


@pytest.mark.parametrize(("template", "unit"), [("char-lstm", "words"), ("subword-lstm", "subwords")])
def test_that_a_language_model_is_fitted_to_a_table_of_texts(template: str, unit: str, tmp_path: Path) -> None:
    project, data = fit_to_data(tmp_path / "p", template, guess_settings(reviews(tmp_path, 100)), "p")
    assert project.data.columns["text"]["unit"] == unit
    assert [node.settings["task"] for node in project.graph.of_type("Output")] == ["language-model"]
    assert len(data.rows["train"]) == 80


def test_that_a_column_that_is_no_text_is_named(tmp_path: Path) -> None:
    settings = next_words(tmp_path)
    columns = {**settings.columns, "next": {**settings.columns["next"], "of": "picture"}}
    with pytest.raises(DataError, match="next word of 'picture'"):
        prepare(replace(settings, columns=columns), tmp_path)
