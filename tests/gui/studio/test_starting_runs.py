"""Training starts where nothing stands in its way, and says what does."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from pytestqt.qtbot import QtBot

from dlstudio.graph.model import Graph
from dlstudio.graph.project import DataSettings
from dlstudio.graph.saving import load_project
from dlstudio.gui.studio import Studio
from dlstudio.training.run_folder import RunFolder
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
