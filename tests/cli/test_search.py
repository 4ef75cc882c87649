"""``dlstudio search``: a thread plays the search's process, and its trials train without Keras."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Any

import pytest

from dlstudio.cli import search as command
from dlstudio.graph.saving import load_project, save_project
from dlstudio.search import launching
from dlstudio.search.folder import SearchFolder, list_searches
from dlstudio.training.runs.run_folder import RunFolder
from tests.cli.conftest import Call
from tests.search.scripted import UNITS, Trainer, fail
from tests.training.tiny_projects import make_project

pytest.importorskip("optuna")

RATE = "training.learning_rate=1e-3..1e-1:log"


class Thread:
    """Stands for the process of a search."""

    def __init__(self, search: SearchFolder, trainer: Trainer) -> None:
        self._thread = threading.Thread(target=self._work, args=(search, trainer))
        self._thread.start()

    def _work(self, search: SearchFolder, trainer: Trainer) -> None:
        trainer.search(search).go()

    def poll(self) -> int | None:
        return None if self._thread.is_alive() else 0


@pytest.fixture
def trainer(monkeypatch: pytest.MonkeyPatch) -> Trainer:
    made = Trainer()
    monkeypatch.setattr(command, "launch_search", lambda search: Thread(search, made))
    # A thread is no main thread, so it hears no signals; and no process of ours works on the folder.
    return made


@pytest.fixture
def project(tmp_path: Path) -> Path:
    folder = tmp_path / "tiny"
    save_project(make_project(folder), folder)
    return folder


def begin(call: Call, project: Path, *more: object) -> Any:
    return call("search", project, "--range", RATE, "--range", f"{UNITS}=4..64", "--goal", "val_loss", *more)


def test_that_trials_are_told_as_they_end_and_the_best_is_named(call: Call, project: Path, trainer: Trainer) -> None:
    trainer.parts[2] = fail("out-of-memory")
    answer = begin(call, project, "--trials", 5)
    assert answer.status == 0, answer.err
    lines = answer.out.splitlines()
    assert sum("trial " in line and "/5" in line for line in lines) == 5
    assert any("✕ trial 2/5" in line and "It failed: out-of-memory." in line for line in lines)
    assert "5 of 5 trials (4 finished, 1 failed)" in answer.out
    assert "Importance: " in answer.out and "--take" in lines[-1]


def test_that_json_has_a_line_for_each_trial_and_the_best_in_the_last(
    call: Call, project: Path, trainer: Trainer
) -> None:
    answer = begin(call, project, "--trials", 4, "--json")
    *trials, end = answer.lines
    assert [each["number"] for each in trials] == [1, 2, 3, 4]
    assert all(each["event"] == "trial" and each["state"] == "finished" for each in trials)
    assert end["event"] == "finished" and end["search"] == "0001"
    assert end["best"]["score"] == min(each["score"] for each in trials)
    shown = call("search", project, "--results", "--json").json
    assert len(shown["trials"]) == 4 and shown["best"] == end["best"]


def test_that_a_search_goes_on_with_more_trials(call: Call, project: Path, trainer: Trainer) -> None:
    begin(call, project, "--trials", 2)
    refused = call("search", project, "--resume")
    assert refused.status == 1 and "has done all its 2 trials" in refused.err
    assert call("search", project, "--resume", "--trials", 4).status == 0
    assert trainer.launched == [(1, False), (2, False), (3, False), (4, False)]
    assert len(list_searches(project)) == 1


def test_that_a_trial_becomes_a_project_with_its_run(
    call: Call, project: Path, trainer: Trainer, tmp_path: Path
) -> None:
    begin(call, project, "--trials", 3)
    target = tmp_path / "best"
    assert call("search", project, "--take", 2, target).status == 0
    taken = load_project(target)
    run = RunFolder(project / "runs" / "0002")
    assert taken.graph == run.project().graph and taken.training == run.project().training
    assert taken.data.source == str((project / "table.csv").resolve())
    assert RunFolder(target / "runs" / "0001").info().status == "finished"
    again = call("search", project, "--take", 1, target)
    assert again.status == 1 and "already is a project" in again.err
    missing = call("search", project, "--take", 9, tmp_path / "other")
    assert missing.status == 1 and "There are: 1, 2, 3" in missing.err


@pytest.mark.parametrize(
    ("words", "part"),
    [
        (("--range", "training.batch_size"), "NAME=VALUES"),
        (("--range", "training.batchsize=1..9"), "Did you mean 'batch_size'?"),
        ((), "needs a range"),
        (("--range", RATE, "--memory", "0"), "above 0"),
        (("--range", RATE, "--goal", "accuracy"), "such as val_loss"),
        (("--resume",), "no search yet"),
        (("--results", "7"), "no search 7"),
        (("--resume", "--range", RATE), "cannot be used with --resume"),
    ],
)
def test_that_a_slip_makes_no_search(
    call: Call, project: Path, trainer: Trainer, words: tuple[str, ...], part: str
) -> None:
    answer = call("search", project, *words)
    assert answer.status == 1 and part in answer.err
    assert not (project / "searches").exists()


def test_that_without_optuna_a_sentence_says_what_to_install(
    call: Call, project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(launching, "find_spec", lambda _: None)
    answer = begin(call, project)
    assert answer.status == 1 and "pip install optuna" in answer.err
