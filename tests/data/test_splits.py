"""Splits: the same everywhere, true to their shares, balanced over classes."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from dlstudio.data.splitting.splits import fold_of, split_rows
from dlstudio.data.table import Cells, DataError, Table

SHARES = {"train": 0.8, "validation": 0.1, "test": 0.1, "seed": 7}


def table(rows: int, folds: list[int] | None = None) -> Table:
    given = None if folds is None else np.array(folds, np.int8)
    return Table(rows, {"part": Cells(["train", "val", "test", "other"] * (rows // 4))}, given)


def test_that_a_split_is_the_same_on_every_machine() -> None:
    rows = split_rows({**SHARES, "train": 0.5, "validation": 0.25, "test": 0.25}, table(12), None)
    # Written down once: PCG64's stream is fixed, so a change here changes the split of every project.
    assert {name: part.tolist() for name, part in rows.items()} == {
        "train": [0, 1, 3, 4, 6, 10],
        "validation": [2, 7, 8],
        "test": [5, 9, 11],
    }


@pytest.mark.parametrize("rows", [10, 97, 1797])
def test_that_every_row_is_in_one_part_and_parts_have_their_shares(rows: int) -> None:
    labels = [str(n % 10) for n in range(rows)] if rows > 50 else None
    found = split_rows(SHARES, table(rows), labels)
    assert sorted(np.concatenate(list(found.values())).tolist()) == list(range(rows))
    assert len(found["test"]) == pytest.approx(rows * 0.1, abs=1)
    assert len(found["validation"]) == pytest.approx(rows * 0.1, abs=1)


def test_that_each_part_gets_its_share_of_each_class() -> None:
    labels = ["rare"] * 20 + ["common"] * 180
    found = split_rows(SHARES, table(200), labels)
    for part, wanted in (("train", 16), ("validation", 2), ("test", 2)):
        assert sum(labels[row] == "rare" for row in found[part]) == wanted


def test_that_a_class_with_a_single_sample_is_trained_on() -> None:
    labels = ["only", *["other"] * 99]
    assert 0 in split_rows(SHARES, table(100), labels)["train"]


def test_that_another_seed_gives_another_split() -> None:
    one, two = (split_rows({**SHARES, "seed": seed}, table(100), None)["test"] for seed in (1, 2))
    assert one.tolist() != two.tolist()


def test_that_missing_parts_are_cut_from_the_training_folders_only() -> None:
    found = split_rows({"by": "folder", "seed": 7}, table(100, [0] * 60 + [2] * 40), None)
    assert found["test"].tolist() == list(range(60, 100))
    assert len(found["validation"]) == 6
    assert sorted([*found["train"], *found["validation"]]) == list(range(60))


def test_that_a_column_may_say_the_part() -> None:
    found = split_rows({"by": "column", "column": "part"}, table(8), None)
    assert {name: rows.tolist() for name, rows in found.items()} == {
        "train": [0, 4],
        "validation": [1, 5],
        "test": [2, 6],
    }


@pytest.mark.parametrize(
    "settings",
    [
        {"train": 0.9, "test": 0.5},
        {"train": "most"},
        {"test": -1},
        {"seed": "x"},
        {"by": "moon"},
        {"by": "folder"},
        {"by": "column"},
    ],
)
def test_that_settings_without_sense_get_a_sentence(settings: dict[str, Any]) -> None:
    with pytest.raises(DataError, match=r"\.$"):
        split_rows({**settings}, table(8), None)


def test_that_parts_go_by_many_names() -> None:
    assert [fold_of(name) for name in ("Train", "VAL", "valid", "testing", "cats")] == [
        "train",
        "validation",
        "validation",
        "test",
        None,
    ]


def test_that_groups_are_those_that_a_column_names_or_else_those_of_the_data() -> None:
    speakers = Cells([f"speaker {row % 8}" for row in range(80)])
    grouped = Table(80, {"speaker": speakers}, groups=np.arange(80) // 10)
    for split, groups in (({"by": "group", "column": "speaker"}, np.arange(80) % 8), ({"by": "group"}, grouped.groups)):
        parts = split_rows({**split, "validation": 0.15, "test": 0.15}, grouped, None)
        assert sorted(np.concatenate(list(parts.values())).tolist()) == list(range(80))
        assert {name: len(rows) for name, rows in parts.items()} == {"train": 60, "validation": 10, "test": 10}
        assert all(len(set(np.asarray(groups)[rows].tolist())) == len(rows) // 10 for rows in parts.values())
    with pytest.raises(DataError, match="tells no groups"):
        split_rows({"by": "group"}, Table(80, {"speaker": speakers}), None)
