"""What the studio knows of graph and data: asked for when it matters, dropped when it no longer holds."""

from __future__ import annotations

from dataclasses import replace

from pytestqt.qtbot import QtBot

from dlstudio.graph.edits import move_nodes, set_settings
from dlstudio.gui.studio import Studio
from tests.gui.fake_engine import NO_FACTS, FakeEngine, Refusal
from tests.gui.studio.opened import SPEC, settle


def test_that_data_is_described_before_shapes_are_asked(qtbot: QtBot, studio: Studio, engine: FakeEngine) -> None:
    assert studio.describing
    settle(qtbot, studio, engine)
    assert studio.summary == {"rows": 3}
    assert dict(studio.specs) == {"age": SPEC}
    assert [request.kind for request in engine.asked] == ["describe_data", "infer"]
    (payload,) = engine.payloads("infer")
    assert payload["specs"] == {"age": SPEC.as_json()}
    assert set(payload["graph"]["nodes"]) == {"age", "dense", "out"}


def test_that_a_change_is_told_and_asks_for_shapes_once_at_a_time(
    qtbot: QtBot, studio: Studio, engine: FakeEngine
) -> None:
    settle(qtbot, studio, engine)
    engine.hold("infer")
    for units in (2, 3, 4):
        with qtbot.waitSignal(studio.projectChanged):
            graph = set_settings(studio.project.graph, "dense", {"units": units})
            studio.change("Set units", replace(studio.project, graph=graph))
    assert not studio.facts_are_current
    assert [p["graph"]["nodes"]["dense"]["settings"]["units"] for p in engine.payloads("infer")] == [1, 2]
    engine.release("infer")
    settle(qtbot, studio, engine)
    assert [p["graph"]["nodes"]["dense"]["settings"]["units"] for p in engine.payloads("infer")] == [1, 2, 4]


def test_that_moving_a_node_asks_for_nothing(qtbot: QtBot, studio: Studio, engine: FakeEngine) -> None:
    settle(qtbot, studio, engine)
    before = len(engine.asked)
    studio.change("Move", replace(studio.project, graph=move_nodes(studio.project.graph, {"dense": (9, 9)})))
    assert len(engine.asked) == before
    assert studio.facts_are_current


def test_that_facts_reach_the_panels(qtbot: QtBot, studio: Studio, engine: FakeEngine) -> None:
    engine.answers["infer"] = {
        **NO_FACTS,
        "layers": {"dense": {"output_shapes": {"outputs": [1]}, "dtype": "float32", "parameters": 2}},
        "problems": [{"node": "dense", "message": "Too small.", "fix": None, "severity": "error"}],
    }
    told: list[bool] = []
    studio.factsChanged.connect(lambda: told.append(True))
    settle(qtbot, studio, engine)
    facts = studio.layer_facts("dense")
    assert told
    assert facts is not None
    assert facts.parameters == 2
    assert studio.layer_facts("age") is None
    assert [problem.message for problem in studio.problems] == ["Too small."]


def test_that_problems_of_a_node_that_is_gone_are_gone(qtbot: QtBot, studio: Studio, engine: FakeEngine) -> None:
    problem = {"node": "dense", "message": "Too small.", "fix": None, "severity": "error"}
    engine.answers["infer"] = {**NO_FACTS, "problems": [problem]}
    settle(qtbot, studio, engine)
    engine.hold("infer")
    studio.apply("Remove dense", [{"edit": "remove", "node": "dense"}])
    assert studio.problems == []


def test_that_without_shapes_the_structure_still_says_its_problems(
    qtbot: QtBot, studio: Studio, engine: FakeEngine
) -> None:
    engine.answers["infer"] = Refusal("The engine ended.")
    settle(qtbot, studio, engine)
    studio.apply("Cut", [{"edit": "disconnect", "source": "age", "target": "dense"}])
    settle(qtbot, studio, engine)
    messages = " ".join(problem.message for problem in studio.problems)
    assert "Nothing feeds 'dense'" in messages
    assert "The engine ended." in messages


def test_that_data_that_cannot_be_read_says_why(qtbot: QtBot, studio: Studio, engine: FakeEngine) -> None:
    engine.answers["describe_data"] = Refusal("There is no file people.csv.")
    engine.release("describe_data")
    qtbot.waitUntil(lambda: not studio.describing)
    assert studio.summary_error == "There is no file people.csv."
    assert "There is no file people.csv." in [problem.message for problem in studio.problems]
    assert studio.summary is None


def test_that_an_answer_about_data_chosen_before_is_dropped(qtbot: QtBot, studio: Studio, engine: FakeEngine) -> None:
    settle(qtbot, studio, engine)
    engine.hold("describe_data")
    engine.answers["describe_data"] = lambda payload: {"summary": {"of": payload["data"]["source"]}, "specs": {}}
    for source in ("a.csv", "b.csv"):
        data = replace(studio.project.data, source=source)
        studio.change("Data", replace(studio.project, data=data))
    engine.release("describe_data")
    settle(qtbot, studio, engine)
    assert studio.summary == {"of": "b.csv"}
