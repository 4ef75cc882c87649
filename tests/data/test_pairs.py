"""Lists of pairs of images: how they are written, whom they say is the same, what the test judges, broken ones."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from dlstudio.data.opening import guess_settings
from dlstudio.data.pictures.listed_pairs import ListedPairs
from dlstudio.data.pictures.pair_lines import is_pair_list
from dlstudio.data.preparing import prepare
from dlstudio.data.table import DataError
from dlstudio.tasks.pair_scores import pairs_listed
from dlstudio.tasks.verification import TASK
from tests.data.sources import image_pairs, write_image


def test_that_listed_people_are_tested_and_the_others_learnt(tmp_path: Path) -> None:
    for source in (image_pairs(tmp_path / "faces"), tmp_path / "faces" / "pairs.csv"):
        settings = guess_settings(source)
        assert settings.format == "image-pairs"
        data = prepare(settings, tmp_path)
        assert {name: len(rows) for name, rows in data.rows.items()}["test"] == 24
        names = np.array([data.raw("label", row) for row in range(data.table.rows)])
        parts = [set(names[rows]) for rows in data.rows.values()]
        assert not (parts[0] & parts[1] | parts[0] & parts[2] | parts[1] & parts[2])
        told = data.pairs(data.rows["test"])
        assert told is not None and (len(told), int(told.same.sum())) == (12, 6)
        assert data.pairs(data.rows["train"]) is None
        first = data.table.name_of(int(data.rows["test"][told.first[0]]))
        assert first == "person00/0.png"
        assert "12 pairs of pairs.csv (6 the same) are what the test judges" in data.issues[0].message


def test_that_lists_of_lfw_are_read(tmp_path: Path) -> None:
    for person in ("Ann_Lee", "Bob_Ray", "Cy_Fox", "Di_Oz", "Ed_Po", "Flo_Yu"):
        for number in range(1, 4):
            write_image(tmp_path / "lfw" / person / f"{person}_{number:04d}.png", 40 * number)
    lines = ["Ann_Lee\t1\t3", "Ann_Lee\t2\tBob_Ray\t1"]
    (tmp_path / "lfw" / "pairs.txt").write_text("1\t2\n" + "\n".join(lines))
    data = prepare(guess_settings(tmp_path / "lfw"), tmp_path)
    told = data.pairs(data.rows["test"])
    assert told is not None and told.same.tolist() == [True, False]
    (tmp_path / "lfw" / "pairs.txt").rename(tmp_path / "lfw" / "pairs.csv")
    (tmp_path / "lfw" / "pairs.csv").write_text("name,imagenum1,imagenum2,\nAnn_Lee,1,3,\nAnn_Lee,2,Bob_Ray,1\n")
    data = prepare(guess_settings(tmp_path / "lfw"), tmp_path)
    assert data.pairs(data.rows["test"]).same.tolist() == [True, False]


def test_that_pairs_join_people_where_no_folder_names_them(tmp_path: Path) -> None:
    for number in range(24):
        write_image(tmp_path / "images" / f"{number}.png", 10 * number)
    lines = [f"{number}.png;{number + 1}.png;same" for number in range(0, 24, 2)]
    lines += [f"{a}.png;{b}.png;different" for a in range(0, 24, 2) for b in range(a + 2, 24, 2)]
    (tmp_path / "images" / "list.csv").write_text("a;b;answer\n" + "\n".join(lines))
    settings = guess_settings(tmp_path / "images")
    assert settings.split["by"] == "group"
    data = prepare(settings, tmp_path)
    assert len(data.specs["label"].classes) == 12
    rows = {data.table.name_of(row): data.raw("label", row) for row in range(24)}
    assert rows["6.png"] == rows["7.png"] != rows["8.png"]
    told = data.pairs(data.rows["test"])
    assert told is not None and (len(told), int(told.same.sum())) == (4 + 6, 4)  # of four people


def test_that_only_listed_pairs_are_judged() -> None:
    vectors = np.array([[1, 0], [1, 0.1], [0, 1], [1, 0]], np.float32)
    pairs = ListedPairs(np.array([0, 0]), np.array([1, 2]), np.array([True, False]))
    assert pairs_listed(vectors, pairs).distances == pytest.approx([0.005, 1.0], abs=1e-3)
    assert TASK.evaluate_pairs(pairs, vectors, None)["roc_auc"] == 1.0  # the fourth, which lies wrongly, is in no pair


def test_that_other_tables_are_no_lists_of_pairs(tmp_path: Path) -> None:
    table = tmp_path / "stereo.csv"
    table.write_text("left,right,defect\n" + "\n".join(f"{n}.png,{n}r.png,{n % 2}" for n in range(9)))
    assert not is_pair_list(table)
    table.write_text("name,a,b\n" + "\n".join(f"x{n},{n},{n + 1}.5" for n in range(9)))
    assert not is_pair_list(table)


def empty(file: Path) -> None:
    file.write_text("first,second,same\n\n")


def cut(file: Path) -> None:
    file.write_text(file.read_text()[:-4] + "\n")


def wrong_encoding(file: Path) -> None:
    file.write_bytes(file.read_bytes() + "pérson/0.png,b.png,1\n".encode("latin-1"))


def no_answer(file: Path) -> None:
    file.write_text("\n".join(line.rpartition(",")[0] for line in file.read_text().splitlines()))


def other_images(file: Path) -> None:
    file.write_text(file.read_text().replace("person", "people/someone"))


def doubtful(file: Path) -> None:
    file.write_text(file.read_text().replace("0.png,person00/1.png,1", "0.png,person00/1.png,perhaps"))


def all_same(file: Path) -> None:
    file.write_text("\n".join(line for line in file.read_text().splitlines() if not line.endswith(",0")))


def absurd(file: Path) -> None:
    with file.open("r+b") as stream:
        stream.truncate(1 << 30)


@pytest.mark.parametrize(
    ("broken", "words"),
    [
        (cut, r"Line 13 of pairs\.csv has no two images and an answer"),
        (wrong_encoding, r"pairs\.csv is not UTF-8 at byte 4\d\d"),
        (no_answer, r"pairs\.csv has two columns of images, but none that says whether both show the same"),
        (other_images, "none of their images lies in faces"),
        (doubtful, r"Line 2 of pairs\.csv says 'perhaps'"),
        (all_same, r"pairs\.csv lists no pair that is different"),
        (absurd, r"pairs\.csv has 1,024 MB"),
    ],
    ids=lambda value: getattr(value, "__name__", ""),
)
def test_that_broken_lists_are_named(broken: Callable[[Path], None], words: str, tmp_path: Path) -> None:
    folder = image_pairs(tmp_path / "faces")
    broken(folder / "pairs.csv")
    for source in (folder, folder / "pairs.csv"):
        with pytest.raises(DataError, match=words):
            guess_settings(source)


def test_that_missing_images_and_contradictions_are_told(tmp_path: Path) -> None:
    folder = image_pairs(tmp_path / "faces")
    (folder / "person05" / "1.png").unlink()
    with (folder / "pairs.csv").open("a") as file:
        file.write("person00/0.png,person01/0.png,1\n")
    issues = prepare(guess_settings(folder), tmp_path).issues
    found = {issue.kind: issue.message for issue in issues}
    assert "1 of the 13 pairs of pairs.csv name an image that is not there" in found["missing"]
    assert "1 of the 12 pairs of pairs.csv contradict the folders" in found["conflict"]
