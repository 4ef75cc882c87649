"""Where a run is to be computed, said in the terminal."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from dlstudio.cli import sites, train
from dlstudio.graph.saving import save_project
from dlstudio.training.runs import events as ev
from dlstudio.training.runs.run_folder import list_runs
from tests.cli.conftest import Call
from tests.training.tiny_projects import make_project


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project whose runs are made, but not trained."""
    monkeypatch.setenv("DLSTUDIO_CONFIG", str(tmp_path / "config"))
    monkeypatch.setattr(sites, "lacking", lambda site: "")
    monkeypatch.setattr(train, "train_and_follow", lambda run, *_, **__: ev.Finished(run=run.name, epoch=1))
    folder = tmp_path / "tiny"
    save_project(make_project(folder), folder)
    return folder


def site_of_last(project: Path) -> Any:
    return list_runs(project)[-1].record().get("site")


def test_that_a_run_is_made_for_the_place_that_is_named(call: Call, project: Path) -> None:
    assert call("train", project, "--cluster", "local", "--workers", 3).status == 0
    assert site_of_last(project) == {"kind": "cluster", "address": "local", "workers": 3}
    assert list_runs(project)[-1].project().training.backend == "jax"
    assert call("train", project, "--on", "me@fast:work", "--remote-command", "nice dlstudio").status == 0
    expected = {"kind": "ssh", "host": "me@fast", "folder": "work", "command": "nice dlstudio"}
    assert site_of_last(project) == expected
    assert call("train", project, "--again", "0002").status == 0
    assert site_of_last(project) == expected
    assert call("train", project, "--on", "here").status == 0
    assert site_of_last(project) is None


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["--cluster", "local", "--on", "fast"], "two places to train"),
        (["--workers", "2"], "--workers is about a cluster"),
        (["--remote-command", "x"], "--remote-command is about another machine"),
        (["--cluster", "local", "--backend", "torch"], "A cluster trains with JAX"),
        (["--cluster", "nowhere"], "no address of a Ray cluster"),
        (["--on", "-oProxyCommand=x"], "no name of a machine"),
        (["--again", "0001", "--on", "fast"], "leave the other options out"),
    ],
)
def test_that_options_that_make_no_sense_are_told(call: Call, project: Path, words: list[str], sentence: str) -> None:
    if words[0] == "--on":
        words = [f"--on={words[1]}"]
    answer = call("train", project, *words)
    assert answer.status == 1
    assert sentence in answer.err
    assert not list_runs(project)


def test_that_ray_that_is_not_installed_is_told_before_a_run_is_made(
    call: Call, project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sites, "lacking", lambda site: "Ray is not installed here.")
    assert "Ray is not installed here" in call("train", project, "--cluster", "local").err
    assert not list_runs(project)
