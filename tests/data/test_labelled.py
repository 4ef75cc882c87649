"""Few labels: how many of the training samples are learnt, and what is still known of the others."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from dlstudio.data.opening import guess_settings
from dlstudio.data.preparing import PreparedData, prepare
from dlstudio.data.splitting.labelled import labelled_rows
from dlstudio.data.table import DataError
from dlstudio.data.texts.masked_settings import with_masked
from dlstudio.data.texts.next_word_settings import with_next_words
from dlstudio.graph.project import DataSettings
from tests.data.test_masking import reviews


def few(settings: DataSettings, labelled: Any) -> DataSettings:
    return replace(settings, split={**settings.split, "labelled": labelled})


def pair(folder: Path, labelled: int = 4) -> tuple[PreparedData, PreparedData]:
    settings = guess_settings(reviews(folder, 100))
    return prepare(settings, folder), prepare(few(settings, labelled), folder)


def test_that_so_many_samples_of_each_class_are_learnt_and_the_other_parts_stay(tmp_path: Path) -> None:
    whole, data = pair(tmp_path)
    labels = data.table.columns["label"].labels  # type: ignore[union-attr]
    assert Counter(labels[row] for row in data.rows["train"]) == {"up": 4, "down": 4}
    assert set(data.rows["train"]) < set(whole.rows["train"])
    for part in ("validation", "test"):
        np.testing.assert_array_equal(data.rows[part], whole.rows[part])
    assert [issue.message for issue in data.issues if issue.kind == "labelled"] == [
        "8 of the 80 training samples are learnt, as the split says; the labels of the others are left aside."
    ]


def test_that_words_of_unlabelled_texts_are_known(tmp_path: Path) -> None:
    whole, data = pair(tmp_path)
    assert data.specs["text"] == whole.specs["text"]
    assert data.encoders.by_column["text"].words == whole.encoders.by_column["text"].words  # type: ignore[union-attr]


def test_that_fewer_are_among_those_of_more_and_a_seed_chooses_others() -> None:
    labels = [str(row % 3) for row in range(90)]
    settings = DataSettings("d", "csv", {"label": {"type": "category", "role": "target"}}, {"seed": 7})
    found = [labelled_rows(few(settings, count), np.arange(90), labels).tolist() for count in (5, 10, 1000)]
    assert [len(rows) for rows in found] == [15, 30, 90]
    assert set(found[0]) < set(found[1])
    other = replace(settings, split={"seed": 8})
    assert labelled_rows(few(other, 5), np.arange(90), labels).tolist() != found[0]


def test_that_without_classes_it_is_so_many_samples_in_all() -> None:
    settings = DataSettings("d", "csv", {"price": {"type": "number", "role": "target"}}, {"labelled": 12})
    assert len(labelled_rows(settings, np.arange(90), None)) == 12


def test_that_what_needs_no_labels_is_learnt_from_all_samples(tmp_path: Path) -> None:
    settings = few(guess_settings(reviews(tmp_path, 100)), 4)
    for made in (with_masked(settings), with_next_words(settings)):
        assert made is not None
        data = prepare(made, tmp_path)
        assert len(data.rows["train"]) == 80 * (data.table.rows // 100)


@pytest.mark.parametrize("wrong", [0, -3, 2.5, "ten", True])
def test_that_no_such_number_is_a_sentence(wrong: object, tmp_path: Path) -> None:
    with pytest.raises(DataError, match="whole number from 1"):
        prepare(few(guess_settings(reviews(tmp_path)), wrong), tmp_path)
