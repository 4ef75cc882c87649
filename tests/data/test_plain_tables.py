"""Tables of numbers as science keeps them: between blanks, under any of the usual endings."""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest

from dlstudio.data.opening import guess_settings, open_table
from dlstudio.data.table import DataError
from dlstudio.graph.project import DataSettings

ROWS = ["  1.5   20\tred ", "-2     3e1  blue", "0.25 40 red", " 7 50   blue"] * 5


def written(file: Path, lines: list[str]) -> Path:
    text = "\n".join(lines) + "\n"
    file.write_bytes(gzip.compress(text.encode()) if file.suffix == ".gz" else text.encode())
    return file


def cells(settings: DataSettings, folder: Path) -> dict[str, list[str]]:
    columns = open_table(settings, folder).columns
    return {name: [str(each) for each in getattr(column, "labels", ())] for name, column in columns.items()}


@pytest.mark.parametrize("name", ["a.csv", "a.csv.gz", "a.dat", "a.data", "a.txt", "a.data.gz"])
@pytest.mark.parametrize("header", [True, False])
def test_that_any_number_of_blanks_stands_between_cells(tmp_path: Path, name: str, header: bool) -> None:
    file = written(tmp_path / name, [*([" length  width colour"] if header else []), *ROWS])
    settings = guess_settings(file)
    names = ["length", "width", "colour"] if header else ["column_1", "column_2", "column_3"]
    assert settings.format == "csv" and settings.options["delimiter"] == " "
    assert [settings.columns[each]["type"] for each in names] == ["number", "number", "category"]
    assert settings.columns[names[2]]["role"] == "target"
    assert cells(settings, tmp_path)[names[2]][:3] == ["red", "blue", "red"]


def test_that_commas_in_such_a_file_go_before_blanks(tmp_path: Path) -> None:
    lines = ["5.1, 3.5, Iris-setosa", "6.4, 3.1, Iris-versicolor"] * 6
    settings = guess_settings(written(tmp_path / "iris.data", lines))
    assert settings.options["delimiter"] == "," and list(settings.columns) == [
        "column_1",
        "column_2",
        "column_3",
        "features",
    ]


@pytest.mark.parametrize("line", ["Alice was beginning to get very tired", "In 1815 there were 12 of them"])
def test_that_sentences_are_no_table(tmp_path: Path, line: str) -> None:
    lines = [f"{line}{' indeed' * (i % 3)}." for i in range(400)]
    assert guess_settings(written(tmp_path / "alice.txt", lines)).format == "running-text"


def test_that_a_row_of_another_width_is_named(tmp_path: Path) -> None:
    file = written(tmp_path / "a.csv", ["1 2 3"] * 20)
    settings = guess_settings(file)
    written(file, [*["1 2 3"] * 6, "4 5", *["1 2 3"] * 6])
    (issue,) = open_table(settings, tmp_path).issues
    assert issue.severity == "error" and issue.places == ("line 7 has 2",)


def test_that_bytes_that_are_no_text_are_no_table(tmp_path: Path) -> None:
    (tmp_path / "a.dat").write_bytes(bytes(range(256)) * 10)
    with pytest.raises(DataError, match=r"a\.dat is nothing that can be read"):
        guess_settings(tmp_path / "a.dat")
