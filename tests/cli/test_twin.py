"""``dlstudio train --start-from X --also-from-scratch``: two runs, and what the start gained."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from dlstudio.training import launching
from dlstudio.training.fitting import train
from dlstudio.training.runs.run_folder import RunFolder
from tests.cli.conftest import Call


class _Ended:
    alive = False


@pytest.fixture(autouse=True)
def in_this_process(monkeypatch: pytest.MonkeyPatch) -> None:
    """Runs are trained in the process of the test, which has imported Keras already."""

    def launch(run: RunFolder, *, resume: bool = False) -> _Ended:
        train(run, resume=resume)
        return _Ended()

    monkeypatch.setattr("dlstudio.cli.following.launch", launch)
    monkeypatch.setattr(launching, "launch", launch)


@pytest.fixture
def project(call: Call, make_table: Callable[..., Path], tmp_path: Path) -> Path:
    folder = tmp_path / "p"
    assert call("new", folder, "--template", "mlp", "--data", make_table()).status == 0
    assert call("train", folder, "--epochs", 2, "--json").status == 0
    return folder


def test_that_two_runs_differ_in_the_weights_alone_and_the_gain_is_told(call: Call, project: Path) -> None:
    answer = call("train", project, "--epochs", 1, "--start-from", 1, "--lora", 2, "--also-from-scratch", "--json")
    assert answer.status == 0, answer.err
    started, scratch = (RunFolder(project / "runs" / name).info() for name in ("0002", "0003"))
    last = json.loads(answer.out.splitlines()[-1])
    assert (last["event"], last["runs"], last["metric"]) == ("compared", ["0002", "0003"], "accuracy")
    assert last["metrics"] == [dict(started.metrics), dict(scratch.metrics)]
    assert last["gain"]["test"] == pytest.approx(started.metrics["accuracy"] - scratch.metrics["accuracy"])  # type: ignore[operator]
    assert scratch.twin == "0002"
    assert scratch.project.weights is None and started.project.weights is not None
    assert [node.settings.get("trainable") for node in scratch.project.graph].count(False) == 0  # none is kept
    assert started.project.training.lora and not scratch.project.training.lora
    compared = call("compare", project, project, "--runs", 2, 3)
    assert compared.status == 0 and "test accuracy" in compared.out


def test_that_people_get_a_sentence(call: Call, project: Path) -> None:
    answer = call("train", project, "--epochs", 1, "--start-from", 1, "--also-from-scratch")
    assert "Accuracy, started from run 0001 and from scratch:" in answer.out.replace("\n", " ")
    assert "dlstudio compare" in answer.out


def test_that_there_have_to_be_weights_to_compare_with(call: Call, project: Path) -> None:
    answer = call("train", project, "--also-from-scratch")
    assert answer.status == 1 and "--start-from" in answer.err
    answer = call("train", project, "--resume", 1, "--also-from-scratch")
    assert answer.status == 1 and "--resume" in answer.err
