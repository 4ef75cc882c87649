"""What ``predict`` makes of its INPUT words."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from dlstudio.cli.command import CommandError
from dlstudio.cli.values import read_inputs
from dlstudio.data.table import DataError
from dlstudio.graph.columns import ColumnSpec
from tests.data.sources import frames, write_frames, write_gif

CLIP = ColumnSpec("clip", "video", (4, 8, 8, 3))
IMAGE = ColumnSpec("photo", "image", (8, 8, 1))
TEXT = ColumnSpec("text", "text", (10,), "int32", (), 50)
NUMBERS = ColumnSpec("features", "number", (2,))
SERIES = ColumnSpec("signal", "series", (3, 2))


def test_that_a_folder_of_images_gives_each_image(tmp_path: Path) -> None:
    for name in ("b.png", "a.jpg", "notes.txt"):
        (tmp_path / name).touch()
    assert [Path(name).name for name, _ in read_inputs([str(tmp_path)], [IMAGE])] == ["a.jpg", "b.png"]


def test_that_clips_come_as_files_as_folders_of_frames_and_as_folders_of_clips(tmp_path: Path) -> None:
    gif = write_gif(tmp_path / "films" / "b.gif", frames(20))
    film = write_frames(tmp_path / "films" / "a", frames(20))
    for word, found in ((gif, [gif]), (film, [film]), (tmp_path / "films", [film, gif])):
        assert [value for _, value in read_inputs([str(word)], [CLIP])] == found
    (tmp_path / "empty").mkdir()
    with pytest.raises(CommandError, match="There is no clip in the folder"):
        read_inputs([str(tmp_path / "empty")], [CLIP])
    with pytest.raises(CommandError, match=r"There is no file gone\.mp4"):
        read_inputs(["gone.mp4"], [CLIP])


def test_that_a_sentence_is_itself_and_a_table_gives_its_column(tmp_path: Path) -> None:
    table = tmp_path / "new.csv"
    table.write_text('text,other\n"One, two",1\nThree,2\n')
    assert [value for _, value in read_inputs(["Hello there", str(table)], [TEXT])] == [
        "Hello there",
        "One, two",
        "Three",
    ]


def test_that_numbers_come_as_json_or_as_a_table(tmp_path: Path) -> None:
    table = tmp_path / "new.tsv"
    table.write_text("age\tsex\n3\tmale\n")
    values = [value for _, value in read_inputs(["[1, 2.5]", '{"age": 3}', "7", str(table)], [NUMBERS])]
    assert values == [[1, 2.5], {"age": 3}, [7], {"age": "3", "sex": "male"}]


def test_that_series_come_as_npy_csv_or_json(tmp_path: Path) -> None:
    array, table = tmp_path / "a.npy", tmp_path / "a.csv"
    np.save(array, np.ones((3, 2)))
    table.write_text("x,y\n1,2\n3,4\n")
    values = [np.asarray(value) for _, value in read_inputs([str(array), str(table), "[[1, 2]]"], [SERIES])]
    assert [value.shape for value in values] == [(3, 2), (2, 2), (1, 2)]


def test_that_tables_are_read_with_the_delimiter_encoding_and_decimals_that_they_have(tmp_path: Path) -> None:
    table = tmp_path / "new.csv"
    table.write_bytes("größe;art\n6,5;süß\n7,25;herb\n".encode("latin-1"))
    values = [value for _, value in read_inputs([str(table)], [NUMBERS])]
    assert values == [{"größe": "6.5", "art": "süß"}, {"größe": "7.25", "art": "herb"}]
    table.write_bytes("\ufeffx;y\n1,5;2\n3;4,5\n".encode())
    assert read_inputs([str(table)], [SERIES])[0][1] == [[1.5, 2.0], [3.0, 4.5]]


@pytest.mark.parametrize("content", [b"", b"x,y\n", b"1,2\n3,abc\n", b"1,2\n3\n", b"\0\0\xff"])
def test_that_a_series_that_cannot_be_read_is_a_sentence(content: bytes, tmp_path: Path) -> None:
    table = tmp_path / "steps.csv"
    table.write_bytes(content)
    with pytest.raises((CommandError, DataError), match=r"steps\.csv"):
        read_inputs([str(table)], [SERIES])


def test_that_a_pickled_array_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "a.npy"
    np.save(file, np.array([{"a": 1}], dtype=object), allow_pickle=True)
    with pytest.raises(CommandError, match=r"a\.npy is not an array"):
        read_inputs([str(file)], [SERIES])


@pytest.mark.parametrize(
    ("word", "spec", "part"),
    [
        ("missing.png", IMAGE, "There is no file missing.png"),
        ("hello", NUMBERS, "cannot be read as numbers"),
        ("missing.npy", SERIES, "There is no file missing.npy"),
        ("missing.csv", NUMBERS, "There is no such file"),
    ],
)
def test_that_what_cannot_be_read_is_a_sentence(word: str, spec: ColumnSpec, part: str) -> None:
    with pytest.raises(CommandError) as caught:
        read_inputs([word], [spec])
    assert part in str(caught.value)


def test_that_a_ragged_table_is_named_with_its_line(tmp_path: Path) -> None:
    table = tmp_path / "new.csv"
    table.write_text("age,sex\n3,male\n4\n")
    with pytest.raises(DataError, match="line 3"):
        read_inputs([str(table)], [NUMBERS])


def test_that_a_folder_is_a_series_of_slices_or_gives_each_nifti_file(tmp_path: Path) -> None:
    volume = ColumnSpec("scan", "volume", (4, 8, 8, 1))
    assert read_inputs([str(tmp_path)], [volume]) == [(str(tmp_path), tmp_path)]
    for name in ("b.nii.gz", "a.nii", "notes.txt"):
        (tmp_path / name).touch()
    assert [value.name for _, value in read_inputs([str(tmp_path)], [volume])] == ["a.nii", "b.nii.gz"]
    with pytest.raises(CommandError, match="NIfTI"):
        read_inputs([str(tmp_path / "gone")], [volume])
