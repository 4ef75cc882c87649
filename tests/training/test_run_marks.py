"""Notes, tags and pins of runs, and runs that are removed and come back."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from dlstudio.training.runs.run_folder import RunError, RunFolder, create_run, list_runs
from dlstudio.training.runs.run_marks import FILE, RunMarks, read_marks, tags_of, write_marks
from dlstudio.training.runs.run_removal import bring_back, remove_run, removed_runs
from tests.training.tiny_projects import make_project


@pytest.fixture
def runs(tmp_path: Path) -> list[RunFolder]:
    project = make_project(tmp_path)
    return [create_run(tmp_path, project) for _ in range(3)]


def names(folder: Path) -> list[str]:
    return [run.name for run in list_runs(folder)]


def test_that_marks_are_read_as_they_were_written(runs: list[RunFolder]) -> None:
    marks = RunMarks("Größer = besser?\nZweite Zeile", ("baseline", "small"), True)
    write_marks(runs[0].path, marks)
    assert read_marks(runs[0].path) == marks
    assert runs[0].info().marks == marks
    assert json.loads(json.dumps(runs[0].info().as_json()))["marks"]["tags"] == ["baseline", "small"]
    assert runs[1].info().marks == RunMarks()


@pytest.mark.parametrize("content", ["", "[]", '{"tags": 3, "note": null, "pinned": "yes"}', '{"note": "' + "x" * 9999])
def test_that_damaged_marks_are_no_reason_to_lose_a_run(runs: list[RunFolder], content: str) -> None:
    (runs[0].path / FILE).write_text(content)
    assert read_marks(runs[0].path).pinned is False
    assert runs[0].info().name == "0001"


def test_that_tags_are_words_between_commas_each_once() -> None:
    assert tags_of(" baseline, small model ,,baseline") == ("baseline", "small model")


def test_that_a_removed_run_comes_back_as_it_was(runs: list[RunFolder], tmp_path: Path) -> None:
    before = runs[1].record()
    remove_run(runs[1])
    assert names(tmp_path) == ["0001", "0003"] and removed_runs(tmp_path) == ["0002"]
    bring_back(tmp_path, "0002")
    assert names(tmp_path) == ["0001", "0002", "0003"] and removed_runs(tmp_path) == []
    assert runs[1].record() == before


def test_that_no_new_run_takes_the_number_of_a_removed_one(runs: list[RunFolder], tmp_path: Path) -> None:
    remove_run(runs[2])
    assert create_run(tmp_path, make_project(tmp_path)).name == "0004"


def test_that_pinned_and_live_runs_stay(runs: list[RunFolder], monkeypatch: pytest.MonkeyPatch) -> None:
    write_marks(runs[0].path, RunMarks(pinned=True))
    with pytest.raises(RunError, match="pinned"):
        remove_run(runs[0])
    monkeypatch.setattr(RunFolder, "lives", lambda self: True)
    with pytest.raises(RunError, match="being trained"):
        remove_run(runs[1])


def test_that_a_run_that_cannot_come_back_says_why(runs: list[RunFolder], tmp_path: Path) -> None:
    with pytest.raises(RunError, match="another run of that name"):
        bring_back(tmp_path, "0001")
    with pytest.raises(RunError, match="could not be brought back"):
        bring_back(tmp_path, "0009")
