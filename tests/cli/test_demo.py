"""The demo from shipped data to predictions, and the shipped data sets it and ``new`` draw on."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from dlstudio.cli import demo
from dlstudio.cli.samples import find_data
from dlstudio.places import is_sample, sample_names, sample_path
from tests.cli.conftest import Call


def test_that_the_headless_demo_trains_and_shows_predictions(call: Call, tmp_path: Path) -> None:
    answer = call("demo", "--headless", "--dir", tmp_path / "demo", "--epochs", 2)
    assert answer.status == 0, answer.err
    assert "epoch 2/2" in answer.out
    assert "Test accuracy" in answer.out
    assert answer.out.count(" read as ") >= 8
    assert (tmp_path / "demo" / "runs" / "0001" / "model.keras").is_file()


@pytest.mark.slow
def test_that_the_demo_reads_97_of_100_digits_well_within_three_minutes(call: Call, tmp_path: Path) -> None:
    answer = call("demo", "--headless", "--dir", tmp_path / "demo", "--json")
    assert answer.status == 0, answer.err
    result = answer.lines[-1]
    assert result["metrics"]["accuracy"] >= 0.97
    (finished,) = [event for event in answer.lines if event.get("event") == "finished"]
    assert finished["seconds"] < 120


def test_that_the_shown_predictions_are_of_different_classes_and_hold_the_hardest() -> None:
    truth = [place // 10 for place in range(100)]  # in the order of the classes, as folders are read
    losses = [0.0] * 100
    losses[13] = losses[57] = 9.0
    shown = demo._telling(truth, losses, wrong=set())
    assert {13, 57} <= set(shown)
    assert shown == sorted(shown)
    assert len({truth[place] for place in shown}) >= demo.SHOWN_PREDICTIONS
    assert len(shown) == demo.SHOWN_PREDICTIONS + demo.HARDEST
    assert demo._telling([], [], set()) == []


def test_that_a_mistake_is_shown_before_a_harder_sample_that_was_read_right() -> None:
    losses = [0.0, 3.0, 2.0, 1.0, 0.0]
    assert 3 in demo._telling([0, 0, 0, 0, 0], losses, wrong={3})


def test_that_a_project_on_a_shipped_set_is_whole_in_itself(call: Call, tmp_path: Path) -> None:
    assert call("new", tmp_path / "flowers", "--template", "mlp", "--data", "iris").status == 0
    project = json.loads((tmp_path / "flowers" / "project.json").read_text())
    assert not Path(project["data"]["source"]).is_absolute()
    (tmp_path / "flowers").rename(tmp_path / "moved")
    assert call("check", tmp_path / "moved").status == 0


def test_that_a_path_comes_before_a_shipped_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "iris").mkdir()
    monkeypatch.chdir(tmp_path)
    assert find_data("iris") == Path("iris")
    assert is_sample(find_data("wine"))


def test_that_shipped_sets_are_found_by_name_only() -> None:
    assert "digits" in sample_names()
    assert sample_path("../sample_data/digits") is None
    assert sample_path("") is None
