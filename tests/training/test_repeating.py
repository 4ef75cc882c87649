"""A run made once more: bit for bit the same, or told what is different."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from dlstudio.training.fitting import train
from dlstudio.training.runs import events as ev
from dlstudio.training.runs.repeating import differences, run_again
from dlstudio.training.runs.run_folder import RunFolder, create_run
from tests.training.tiny_projects import make_project, write_table

pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")


def told(run: RunFolder, kind: type[ev.Note] | type[ev.Warning_]) -> list[str]:
    return [event.message for event in ev.EventReader(run.events_file).read_new() if isinstance(event, kind)]


@pytest.fixture
def first(tmp_path: Path) -> RunFolder:
    run = create_run(tmp_path, make_project(tmp_path, epochs=2))
    assert train(run) == 0
    return run


def test_that_a_run_made_again_is_the_same_bit_for_bit(first: RunFolder) -> None:
    again = run_again(first)
    assert train(again) == 0
    assert told(again, ev.Note) == ["It is run 0001 again, bit for bit: 2 epochs and the last weights."]
    assert not told(again, ev.Warning_)
    assert again.record()["graph_digest"] == first.record()["graph_digest"]


def test_that_another_table_is_named_and_shows_in_the_values(first: RunFolder) -> None:
    write_table(first.project_folder / "table.csv", samples=301)
    again = run_again(first)
    assert train(again) == 0
    assert told(again, ev.Warning_) == ["This run repeats run 0001, but not all is as it was: the data has changed."]
    assert told(again, ev.Note) == ["It is not run 0001 again: the values differ from epoch 1 on."]


def test_that_a_shorter_run_is_compared_as_far_as_it_goes(first: RunFolder) -> None:
    frozen = first.record()["project"]
    frozen["training"]["epochs"] = 3
    first.amend(project=frozen)
    again = run_again(first)
    assert train(again) == 0
    assert told(again, ev.Note) == ["The first 2 epochs are those of run 0001, value by value."]


def test_that_each_difference_of_the_surroundings_is_named() -> None:
    before = {"versions": {"keras": "3.15.1", "numpy": "2.4"}, "device": {"name": "CPU A"}, "data_fingerprint": "a"}
    now = {"versions": {"keras": "3.15.2", "jax": "0.10"}, "device": {"name": "CPU B"}, "data_fingerprint": "a"}
    assert differences(now, before) == [
        "jax is 0.10 and was missing",
        "Keras is 3.15.2 and was 3.15.1",
        "NumPy is missing and was 2.4",
        "the device is CPU B and was CPU A",
    ]
    assert differences(before, before) == []


def test_that_a_run_knows_the_commit_of_its_project(tmp_path: Path) -> None:
    project = make_project(tmp_path)
    assert create_run(tmp_path, project).record()["commit"] == ""
    git = ["git", "-C", str(tmp_path), "-c", "user.name=A", "-c", "user.email=a@b"]
    for arguments in (["init", "-q"], ["add", "table.csv"], ["commit", "-qm", "Add a table"]):
        subprocess.run([*git, *arguments], check=True)
    commit = subprocess.run([*git, "rev-parse", "HEAD"], check=True, capture_output=True, text=True).stdout.strip()
    assert len(commit) == 40
    assert create_run(tmp_path, project).record()["commit"] == commit
