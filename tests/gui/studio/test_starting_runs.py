"""Training starts where nothing stands in its way, and says what does."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest
from pytestqt.qtbot import QtBot

from dlstudio.graph.initial_weights import InitialWeights
from dlstudio.graph.model import Graph
from dlstudio.graph.project import DataSettings
from dlstudio.graph.saving import load_project
from dlstudio.gui.studio import Studio
from dlstudio.locks import FolderLock
from dlstudio.training.runs.events import Event, Failed, Finished
from dlstudio.training.runs.run_folder import RunFolder
from dlstudio.training.sites.site import Machine, is_known
from dlstudio.workbench.document import Document
from dlstudio.workbench.due_twins import make_due_twin
from dlstudio.workbench.run_on import MACHINE, RunOn
from tests.gui.fake_engine import NO_FACTS, FakeEngine
from tests.gui.studio.opened import SPEC, messages_of, settle


def test_that_train_saves_and_starts_a_run(
    qtbot: QtBot, studio: Studio, engine: FakeEngine, launched: list[str]
) -> None:
    settle(qtbot, studio, engine)
    studio.change("Name", replace(studio.project, name="Trained"))
    assert studio.train()
    qtbot.waitUntil(lambda: [run.name for run in studio.runs] == ["0001"])
    qtbot.waitUntil(lambda: launched == ["0001"])
    assert studio.folder is not None
    assert load_project(studio.folder).name == "Trained"
    assert studio.current_run is not None
    assert studio.current_run.project.name == "Trained"
    assert studio.run_folder("0001") == RunFolder(studio.folder / "runs" / "0001")
    assert studio.run_folder("0002") is None


@pytest.mark.parametrize(
    ("spoil", "words"),
    [
        (lambda p: replace(p, graph=Graph()), "no network"),
        (lambda p: replace(p, data=DataSettings()), "no data"),
    ],
)
def test_that_train_says_what_is_missing(
    qtbot: QtBot, studio: Studio, engine: FakeEngine, spoil: Any, words: str
) -> None:
    said = messages_of(studio)
    studio.change("Spoil", spoil(studio.project))
    settle(qtbot, studio, engine)
    assert not studio.train()
    assert words in said[-1][1]
    assert studio.runs == []


def test_that_train_refuses_a_network_with_errors_but_not_with_warnings(
    qtbot: QtBot, studio: Studio, engine: FakeEngine, launched: list[str]
) -> None:
    said = messages_of(studio)
    problem = {"node": "dense", "message": "Too small.", "fix": None, "severity": "error"}
    engine.answers["infer"] = {**NO_FACTS, "problems": [problem]}
    settle(qtbot, studio, engine)
    assert not studio.train()
    assert "Too small." in said[-1][1]
    engine.answers["infer"] = {**NO_FACTS, "problems": [{**problem, "severity": "warning"}]}
    studio.apply("Set", [{"edit": "set", "node": "dense", "setting": "units", "value": 3}])
    settle(qtbot, studio, engine)
    assert studio.train()
    qtbot.waitUntil(lambda: launched == ["0001"])


def test_that_data_that_stops_training_is_among_the_problems(
    qtbot: QtBot, studio: Studio, engine: FakeEngine, launched: list[str]
) -> None:
    problem = {"node": None, "message": "Class 'b' has no samples.", "fix": None, "severity": "error"}
    minor = {**problem, "message": "Three texts are empty.", "severity": "warning"}
    engine.answers["describe_data"] = {"summary": {"problems": [minor, problem]}, "specs": {"age": SPEC.as_json()}}
    settle(qtbot, studio, engine)
    assert [problem.message for problem in studio.problems] == ["Class 'b' has no samples."]
    assert not studio.train()
    engine.answers["describe_data"] = {"summary": {"problems": [minor]}, "specs": {"age": SPEC.as_json()}}
    with qtbot.waitSignal(studio.factsChanged):
        studio.describe_data()
    assert studio.problems == []


def test_that_a_run_is_made_for_the_place_that_is_chosen(
    qtbot: QtBot, studio: Studio, engine: FakeEngine, launched: list[str]
) -> None:
    said = messages_of(studio)
    settle(qtbot, studio, engine)
    studio.choose_run_on(RunOn(MACHINE))
    assert not studio.train()
    assert "Say on which machine" in said[-1][1]
    studio.choose_run_on(RunOn(MACHINE, machine="me@fast:work"))
    assert studio.train()
    qtbot.waitUntil(lambda: launched == ["0001"])
    assert studio.folder is not None
    record = RunFolder(studio.folder / "runs" / "0001").record()
    assert record["site"] == {"kind": "ssh", "host": "me@fast", "folder": "work", "command": "dlstudio"}
    assert is_known(Machine("me@fast"))
    assert "fast" not in (studio.folder / "project.json").read_text()


def begin_with_weights(qtbot: QtBot, studio: Studio, engine: FakeEngine) -> RunFolder:
    """A run with given weights whose twin from scratch is wanted."""
    studio.change("Start", replace(studio.project, weights=InitialWeights("weights/start.npz", origin="run 0001 of a")))
    settle(qtbot, studio, engine)
    studio.also_from_scratch = True
    assert studio.train()
    qtbot.waitUntil(lambda: studio.awaited_twin == "0001")
    assert studio.folder is not None
    return RunFolder(studio.folder / "runs" / "0001")


def end(run: RunFolder, event: Event) -> None:
    run.events_file.write_text("".join(f"{json.dumps(each.as_json())}\n" for each in (replace(event, time=1.0),)))


def test_that_the_twin_from_scratch_starts_once_the_run_with_given_weights_has_finished(
    qtbot: QtBot, studio: Studio, engine: FakeEngine, launched: list[str]
) -> None:
    run = begin_with_weights(qtbot, studio, engine)
    assert launched == ["0001"]
    end(run, Finished(run="0001", metrics={"accuracy": 1.0}))
    qtbot.waitUntil(lambda: launched == ["0001", "0002"])
    twin = RunFolder(run.path.parent / "0002")
    assert twin.record()["twin"] == "0001"
    assert twin.project() == replace(run.project(), weights=None)
    qtbot.waitUntil(lambda: studio.current_run is not None and studio.current_run.name == "0002")
    assert studio.current_run is not None and studio.current_run.twin == "0001"
    assert studio.awaited_twin == ""
    assert run.record()["twin_due"] is None


def test_that_a_twin_is_trained_by_the_next_window_where_the_first_was_closed_before(
    qtbot: QtBot, studio: Studio, engine: FakeEngine, launched: list[str]
) -> None:
    run = begin_with_weights(qtbot, studio, engine)
    studio.close()
    end(run, Finished(run="0001", metrics={"accuracy": 1.0}))
    assert launched == ["0001"]
    second = Studio(Document.open(run.path.parents[1]), engine=engine, catalogue=studio.catalogue)
    try:
        qtbot.waitUntil(lambda: launched == ["0001", "0002"])
        twin = RunFolder(run.path.parent / "0002")
        assert twin.record()["twin"] == "0001"
        assert twin.project() == replace(run.project(), weights=None)
        end(twin, Finished(run="0002", metrics={"accuracy": 0.5}))
        qtbot.waitUntil(lambda: [each.status for each in second.runs] == ["finished", "finished"])
    finally:
        second.close()
    third = Studio(Document.open(run.path.parents[1]), engine=engine, catalogue=studio.catalogue)
    try:
        qtbot.waitUntil(lambda: len(third.runs) == 2)
        assert launched == ["0001", "0002"]  # it is made once
    finally:
        third.close()


def test_that_of_two_windows_one_makes_the_twin(qtbot: QtBot, studio: Studio, engine: FakeEngine) -> None:
    run = begin_with_weights(qtbot, studio, engine)
    studio.close()
    first = make_due_twin(run.path.parents[1], "0001")
    assert first is not None and first.name == "0002"
    assert make_due_twin(run.path.parents[1], "0001") is None
    run.amend(twin_due=first.project().as_json())  # a window that was killed before it could write that it is done
    assert make_due_twin(run.path.parents[1], "0001") is None
    lock = FolderLock(run.path.parent)
    assert lock.take()
    first.path.rename(run.path.parent / "gone")
    assert make_due_twin(run.path.parents[1], "0001") is None  # another one is at it
    lock.give_back()
    assert make_due_twin(run.path.parents[1], "0001") is not None


def test_that_a_damaged_twin_is_told_and_nothing_else_stops(
    qtbot: QtBot, studio: Studio, engine: FakeEngine, launched: list[str]
) -> None:
    said = messages_of(studio)
    run = begin_with_weights(qtbot, studio, engine)
    run.amend(twin_due={"graph": {"nodes": "none"}})
    end(run, Finished(run="0001", metrics={}))
    qtbot.waitUntil(lambda: bool(said))
    assert said[-1] == ("error", "The twin that run 0001 asks for cannot be read, so it is not trained.")
    assert launched == ["0001"]


def test_that_a_failed_run_has_no_twin(qtbot: QtBot, studio: Studio, engine: FakeEngine, launched: list[str]) -> None:
    said = messages_of(studio)
    run = begin_with_weights(qtbot, studio, engine)
    end(run, Failed(kind="nan", message="The loss became NaN."))
    qtbot.waitUntil(lambda: bool(said))
    assert said[-1] == ("warning", "Run 1 has failed, so its twin from scratch is not trained.")
    assert launched == ["0001"]
