"""The table of what templates reach: kept results, times of a busy machine, ranges over seeds."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import pytest

from dlstudio.cli import measuring
from dlstudio.cli.command import CommandError
from dlstudio.cli.measuring import Result, measured_rows

DATA = ("penguins", "penguin-weights", "wine")


@pytest.fixture
def measured(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, int]]:
    """What was trained, without the training: the measures say which seed it was."""
    done: list[tuple[str, int]] = []

    def train(template: str, bar: measuring.Bar, seed: int, folder: Path) -> Result:
        done.append((bar.data, seed))
        return Result(seed, 2.0 * seed if seed < 3 else None, {bar.metric: seed / 10}, {bar.metric: 0.05})

    monkeypatch.setattr(measuring, "train", train)
    return done


def test_that_a_table_which_was_stopped_goes_on_where_it_was(tmp_path: Path, measured: list[tuple[str, int]]) -> None:
    file = tmp_path / "results.jsonl"
    rows = measured_rows(["mlp"], [1, 2], file)
    first = [next(rows) for _ in range(3)]  # the two lines of the head, and one of the table
    rows.close()
    assert measured == [("penguins", 1), ("penguins", 2)]
    assert first[-1] == "| mlp | penguins | 1-2 | 2-4 | accuracy 0.100-0.200 | 0.050 | 0.97 |"

    assert [*measured_rows(["mlp"], [1, 2, 3], file)][2] == (
        "| mlp | penguins | 1-3 | 2-4 | accuracy 0.100-0.300 | 0.050 | 0.97 |"
    )
    assert measured[2:] == [("penguins", 3), *((data, seed) for data in DATA[1:] for seed in (1, 2, 3))]


def test_that_results_of_another_recipe_do_not_count(
    tmp_path: Path, measured: list[tuple[str, int]], monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "results.jsonl"
    list(measured_rows(["mlp"], [1], file))
    template = measuring.find_template("mlp")
    content = {**template.content, "training": {**template.content["training"], "epochs": 3}}
    monkeypatch.setattr(measuring, "find_template", lambda _: replace(template, content=content))
    list(measured_rows(["mlp"], [1], file))
    assert measured == [(data, 1) for data in DATA] * 2


def test_that_no_time_is_told_where_the_machine_was_busy(measured: list[tuple[str, int]]) -> None:
    assert [*measured_rows(["mlp"], [3])][2] == "| mlp | penguins | 3 | – | accuracy 0.300 | 0.050 | 0.97 |"


def test_that_a_file_of_something_else_is_refused(tmp_path: Path, measured: list[tuple[str, int]]) -> None:
    file = tmp_path / "notes.txt"
    file.write_text(json.dumps({"of": "x", "epochs": 1}) + "\n")
    with pytest.raises(CommandError, match=r"notes.txt, line 1, is no result of a measurement"):
        list(measured_rows(["mlp"], [1], file))
    assert not measured and file.read_text().count("\n") == 1


def test_that_the_work_of_others_is_told() -> None:
    other = subprocess.Popen([sys.executable, "-c", "while True: pass"])
    try:
        others, end = measuring._Others(), time.monotonic() + 60
        while others.taken() < 0.5:  # seconds of processor
            assert time.monotonic() < end
    finally:
        other.kill()
        other.wait()
