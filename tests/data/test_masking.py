"""Masked texts: what is hidden is a pure function of the row, and the split is that of the texts themselves."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from dlstudio.data.encoders.masked import MASK, MaskedEncoder, masked
from dlstudio.data.encoders.saved import Encoders, load_encoders, save_encoders
from dlstudio.data.opening import guess_settings
from dlstudio.data.preparing import PreparedData, prepare
from dlstudio.data.table import DataError
from dlstudio.data.texts.masked_settings import with_masked
from dlstudio.graph.project import DataSettings
from dlstudio.templates.library import TemplateError
from dlstudio.templates.making import fit_to_data
from tests.data.sources import conll_file, csv_table, running_text


def reviews(folder: Path, rows: int = 60) -> Path:
    path = folder / "reviews.csv"
    lines = [
        f"The film number {n} is a {'good' if n % 2 else 'dull'} one,{'up' if n % 2 else 'down'}" for n in range(rows)
    ]
    path.write_text("\n".join(["text,label", *lines]) + "\n", encoding="utf-8")
    return path


def masked_settings(path: Path, **changes: Any) -> DataSettings:
    settings = with_masked(guess_settings(path))
    assert settings is not None
    return replace(settings, columns={**settings.columns, "masked": {**settings.columns["masked"], **changes}})


def read(data: PreparedData, rows: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    return data.encode("masked", rows), data.encode("hidden", rows)


def test_that_fifteen_of_a_hundred_known_words_are_hidden_most_behind_the_mask() -> None:
    ids = np.arange(3, 1003, dtype=np.int32)
    ids[::10] = 1
    ids[900:] = 0
    counts = np.zeros(3)
    for row in range(200):
        given, hidden = masked(ids, row, 7, 5000)
        chosen = hidden >= 0
        assert chosen.sum() == round(0.15 * 810)
        assert (ids[chosen] > 2).all() and (hidden[chosen] == ids[chosen]).all()
        assert (given[~chosen] == ids[~chosen]).all()
        counts += [(given[chosen] == 2).sum(), ((given != 2) & (given != ids)).sum(), (given == ids)[chosen].sum()]
    assert counts / counts.sum() == pytest.approx([0.8, 0.1, 0.1], abs=0.01)


def test_that_what_is_hidden_depends_on_the_row_and_the_seed_alone(tmp_path: Path) -> None:
    settings = masked_settings(reviews(tmp_path))
    data = prepare(settings, tmp_path)
    rows = np.array([7, 3, 12, 3])
    first, again = read(data, rows), read(prepare(replace(settings), tmp_path), rows[::-1])
    assert all((a == b[::-1]).all() for a, b in zip(first, again, strict=True))
    other = prepare(masked_settings(reviews(tmp_path), seed=8), tmp_path)
    assert (read(other, np.arange(60))[1] != read(data, np.arange(60))[1]).any()


def test_that_each_text_has_its_maskings_in_one_part_and_that_of_the_plain_split(tmp_path: Path) -> None:
    path = reviews(tmp_path)
    plain, data = prepare(guess_settings(path), tmp_path), prepare(masked_settings(path, maskings=3), tmp_path)
    assert data.table.rows == 180
    for part, rows in data.rows.items():
        assert sorted(set((rows // 3).tolist())) == plain.rows[part].tolist()
        assert len(rows) == 3 * len(plain.rows[part])
    assert data.table.columns["label"].shown(7) == plain.table.columns["label"].shown(2)
    given, hidden = read(data, np.arange(180))
    whole = np.where(hidden >= 0, hidden, given).reshape(60, 3, -1)
    assert (whole == whole[:, :1]).all()
    assert (hidden.reshape(60, 3, -1)[:, 0] != hidden.reshape(60, 3, -1)[:, 1]).any()


def test_that_the_words_are_numbered_as_those_of_a_plain_text_behind_the_mask(tmp_path: Path) -> None:
    path = reviews(tmp_path)
    plain, data = prepare(guess_settings(path), tmp_path), prepare(masked_settings(path), tmp_path)
    words = data.encoders.by_column["masked"].words  # type: ignore[union-attr]
    assert words == (MASK, *plain.encoders.by_column["text"].words)  # type: ignore[union-attr]
    assert (
        data.specs["hidden"].vocabulary_size
        == data.specs["masked"].vocabulary_size
        == plain.specs["text"].vocabulary_size + 1
    )


def test_that_running_text_is_masked_by_windows_of_words(tmp_path: Path) -> None:
    settings = with_masked(guess_settings(running_text(tmp_path)))
    assert settings is not None
    data = prepare(settings, tmp_path)
    given, hidden = read(data, data.rows["train"])
    assert given.shape == hidden.shape == (len(data.rows["train"]), 64)
    assert (hidden >= 0).any(axis=1).all()
    assert "story.txt" in data.table.place(0) and "masking 1" in data.table.place(0)
    blocks = {part: set(np.unique(rows // 5).tolist()) for part, rows in data.rows.items()}
    assert not blocks["train"] & blocks["test"]


def test_that_a_saved_encoder_says_the_same(tmp_path: Path) -> None:
    data = prepare(masked_settings(reviews(tmp_path)), tmp_path)
    for name in ("masked", "hidden"):
        encoder = data.encoders.by_column[name]
        other = MaskedEncoder.from_json(encoder.as_json())
        raw = data.table.columns[name]
        assert (other.encode_rows(raw, np.arange(9)) == encoder.encode_rows(raw, np.arange(9))).all()  # type: ignore[union-attr]
        assert other.spec == encoder.spec


def test_that_a_user_hides_words_by_typing_the_mask(tmp_path: Path) -> None:
    encoders: Encoders = prepare(masked_settings(reviews(tmp_path)), tmp_path).encoders
    encoder = encoders.by_column["masked"]
    assert isinstance(encoder, MaskedEncoder)
    ids = encoders.encode_value("masked", "The film is a [MASK] one")
    assert (ids == 2).nonzero()[0].tolist() == [4]
    tokens = encoder.tokens_of("The film is a [MASK] one")
    assert [token.text for token in tokens] == ["the", "film", "is", "a", "[mask]", "one"]
    assert "The film is a [MASK] one"[tokens[4].start : tokens[4].end] == "[MASK]"
    with pytest.raises(DataError, match="is empty"):
        encoders.encode_value("masked", "  ")


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"of": "nothing"}, "hides words of 'nothing', but the data has no such column"),
        ({"maskings": 0}, "maskings"),
        ({"maskings": "many"}, "maskings"),
        ({"seed": -1}, "seed"),
        ({"length": 10**9}, "length"),
        ({"balance": "mood"}, "balanced by 'mood', but there is no such column"),
    ],
)
def test_that_settings_that_make_no_sense_are_sentences(tmp_path: Path, changes: dict[str, Any], said: str) -> None:
    with pytest.raises(DataError, match=said):
        prepare(masked_settings(reviews(tmp_path), **changes), tmp_path, ["masked", "hidden"])


def test_that_a_column_that_was_not_made_of_a_text_is_refused(tmp_path: Path) -> None:
    settings = guess_settings(reviews(tmp_path))
    odd = replace(settings, columns={**settings.columns, "label": {"type": "hidden", "role": "target"}})
    with pytest.raises(DataError, match="holds no masked texts"):
        prepare(odd, tmp_path, ["label"])


def test_that_a_table_without_texts_cannot_be_masked(tmp_path: Path) -> None:
    settings = guess_settings(csv_table(tmp_path))
    assert with_masked(settings) is None
    with pytest.raises(TemplateError, match="bert-small"):
        fit_to_data(tmp_path / "project", "bert-small", settings, "No text")


def test_that_texts_in_tokens_keep_them_numbered_as_a_taggers(tmp_path: Path) -> None:
    source = conll_file(tmp_path)
    settings = with_masked(guess_settings(source))
    assert settings is not None
    plain, data = prepare(guess_settings(source), tmp_path), prepare(settings, tmp_path)
    tagger, encoder = plain.encoders.by_column["text"], data.encoders.by_column["masked"]
    assert encoder.words == (MASK, *tagger.words)  # type: ignore[union-attr]
    row = int(data.rows["train"][0])
    ids, hidden = read(data, np.array([row]))
    known = np.where(hidden >= 0, hidden, ids)[0]
    expected = plain.encode("text", np.array([row // 5]))[0]
    np.testing.assert_array_equal(known[known > 2] - 1, expected[known > 2])
    save_encoders(data.encoders, tmp_path)
    again, text = load_encoders(tmp_path)["masked"], "Acme [mask] Delaware"
    np.testing.assert_array_equal(again.encode_value(text), encoder.encode_value(text))
