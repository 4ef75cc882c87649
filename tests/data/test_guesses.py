"""What the columns of a table or an archive are taken for, where nobody has said."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from dlstudio.data.opening import guess_settings

PASSENGERS = "PassengerId,Name,Embarked on,Sex,Age,Pclass,Fare,Survived\n"


def read_by(columns: dict[str, Any]) -> tuple[str, dict[str, Any]]:
    """The column that a network reads."""
    ((name, settings),) = ((n, s) for n, s in columns.items() if s.get("role") == "input")
    return name, dict(settings)


def table(folder: Path, remark: str) -> dict[str, Any]:
    rows = (
        f'{i},"{remark} {i}",{i % 28 + 1:02d}.{i % 12 + 1:02d}.1912,{"male" if i % 3 else "female"},{20 + i % 40}.5,'
        f"{1 + i % 3},{7 + i / 10:.2f},{i % 2}\n"
        for i in range(60)
    )
    (folder / "passengers.csv").write_text(PASSENGERS + "".join(rows), encoding="utf-8")
    return {name: dict(each) for name, each in guess_settings(folder / "passengers.csv").columns.items()}


def test_that_names_and_dates_beside_many_columns_are_not_read(tmp_path: Path) -> None:
    columns = table(tmp_path, "Heath, Mr. John Thomas")
    _, joined = read_by(columns)
    assert joined["from"] == ["Sex", "Age", "Pclass", "Fare"]
    assert columns["Embarked on"]["type"] == columns["PassengerId"]["type"] == "ignore"
    assert columns["Name"]["type"] == "text" and columns["Survived"]["role"] == "target"


def test_that_long_texts_are_read_even_beside_many_columns(tmp_path: Path) -> None:
    columns = table(tmp_path, "She said that the sea was calm and that nobody had seen any ice until that evening")
    assert read_by(columns)[0] == "Name"


@pytest.mark.parametrize(
    ("shape", "dtype", "kind", "channels"),
    [
        ((12, 14, 2), np.uint8, "bands", 2),
        ((12, 14, 5), np.uint16, "bands", 5),
        ((12, 14, 4), np.float32, "bands", 4),
        ((12, 14, 4), np.uint8, "image", 3),  # the fourth is opacity
        ((12, 14, 3), np.float32, "image", 3),
        ((3, 12, 14), np.float32, "image", 3),
        ((8, 24, 24), np.float32, "number", None),  # frames or slices
    ],
)
def test_that_arrays_of_any_number_of_channels_are_images(
    shape: tuple[int, ...], dtype: type, kind: str, channels: int | None, tmp_path: Path
) -> None:
    rng = np.random.default_rng(0)
    x = rng.integers(0, 200, (40, *shape)).astype(dtype)
    np.savez(tmp_path / "data.npz", x=x, y=np.arange(40) % 2)
    name, settings = read_by({n: dict(s) for n, s in guess_settings(tmp_path / "data.npz").columns.items()})
    assert (name, settings["type"], settings.get("channels")) == ("x", kind, channels)


@pytest.mark.parametrize("distinct", [5, 15])
@pytest.mark.parametrize("sentence", ["この映画は本当に{}回も見た。", "I have seen this film {} times!"])
def test_that_sentences_that_come_again_are_texts_unless_they_are_a_few_answers(
    tmp_path: Path, sentence: str, distinct: int
) -> None:
    lines = [f"{sentence.format(i % distinct)},{'good' if i % 2 else 'bad'}" for i in range(120)]
    (tmp_path / "films.csv").write_text("\n".join(["review,label", *lines]), encoding="utf-8")
    columns = guess_settings(tmp_path / "films.csv").columns
    assert columns["review"]["type"] == ("text" if distinct == 15 else "category")
