"""The bridge of the window, with an engine that answers what the test says."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QCoreApplication, QEvent
from pytestqt.qtbot import QtBot

from dlstudio.catalogue.loading import load_catalogue
from dlstudio.engine.messages import EngineState
from dlstudio.graph.columns import ColumnSpec
from dlstudio.graph.edits import add_node, connect, move_nodes, set_settings
from dlstudio.graph.model import Graph, Node, Wire
from dlstudio.graph.project import DataSettings, Project
from dlstudio.graph.saving import load_project, save_project
from dlstudio.gui.studio import Studio
from dlstudio.training import launching
from dlstudio.training.run_folder import RunFolder
from dlstudio.workbench.document import Document
from tests.gui.fake_engine import NO_FACTS, FakeEngine, Refusal

SPEC = ColumnSpec("age", "number", (1,))
DATA = DataSettings("people.csv", "csv", {"age": {"type": "number"}}, {"train": 0.8, "seed": 7})


def _project(data: DataSettings = DATA) -> Project:
    graph = Graph()
    for node in (
        Node("age", "Input", {"column": "age"}),
        Node("dense", "keras.layers.Dense", {"units": 1}),
        Node("out", "Output", {"column": "age", "task": "regression"}),
    ):
        graph = add_node(graph, node)
    graph = connect(connect(graph, Wire("age", "dense")), Wire("dense", "out"))
    return Project("People", data, graph)


@pytest.fixture
def engine() -> FakeEngine:
    engine = FakeEngine()
    engine.answers["describe_data"] = {"summary": {"rows": 3}, "specs": {"age": SPEC.as_json()}}
    engine.hold("describe_data")  # until _settle: a test lays down its answers first
    return engine


@pytest.fixture(autouse=True)
def launched(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """No training process is started; what would have been stands in the list."""
    names: list[str] = []

    def launch(run: RunFolder, *, resume: bool = False) -> None:
        names.append(run.name)

    monkeypatch.setattr(launching, "launch", launch)
    monkeypatch.setattr(launching, "prepare_spare", lambda: None)
    return names


@pytest.fixture
def studio(qtbot: QtBot, engine: FakeEngine, tmp_path: Path) -> Iterator[Studio]:
    save_project(_project(), tmp_path / "people")
    studio = Studio(Document.open(tmp_path / "people"), engine=engine, catalogue=load_catalogue())
    yield studio
    studio.close()


def _said(studio: Studio) -> list[tuple[str, str]]:
    said: list[tuple[str, str]] = []
    studio.message.connect(lambda text, severity: said.append((severity, text)))
    return said


def _settle(qtbot: QtBot, studio: Studio, engine: FakeEngine) -> None:
    engine.release("describe_data")
    qtbot.waitUntil(lambda: studio.facts_are_current and not studio.describing)


def test_that_data_is_described_before_shapes_are_asked(qtbot: QtBot, studio: Studio, engine: FakeEngine) -> None:
    assert studio.describing
    _settle(qtbot, studio, engine)
    assert studio.summary == {"rows": 3}
    assert dict(studio.specs) == {"age": SPEC}
    assert [request.kind for request in engine.asked] == ["describe_data", "infer"]
    (payload,) = engine.payloads("infer")
    assert payload["specs"] == {"age": SPEC.as_json()}
    assert set(payload["graph"]["nodes"]) == {"age", "dense", "out"}


def test_that_a_change_is_told_and_asks_for_shapes_once_at_a_time(
    qtbot: QtBot, studio: Studio, engine: FakeEngine
) -> None:
    _settle(qtbot, studio, engine)
    engine.hold("infer")
    for units in (2, 3, 4):
        with qtbot.waitSignal(studio.projectChanged):
            graph = set_settings(studio.project.graph, "dense", {"units": units})
            studio.change("Set units", replace(studio.project, graph=graph))
    assert not studio.facts_are_current
    assert [p["graph"]["nodes"]["dense"]["settings"]["units"] for p in engine.payloads("infer")] == [1, 2]
    engine.release("infer")
    _settle(qtbot, studio, engine)
    assert [p["graph"]["nodes"]["dense"]["settings"]["units"] for p in engine.payloads("infer")] == [1, 2, 4]


def test_that_moving_a_node_asks_for_nothing(qtbot: QtBot, studio: Studio, engine: FakeEngine) -> None:
    _settle(qtbot, studio, engine)
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
    _settle(qtbot, studio, engine)
    facts = studio.layer_facts("dense")
    assert told
    assert facts is not None
    assert facts.parameters == 2
    assert studio.layer_facts("age") is None
    assert [problem.message for problem in studio.problems] == ["Too small."]


def test_that_problems_of_a_node_that_is_gone_are_gone(qtbot: QtBot, studio: Studio, engine: FakeEngine) -> None:
    problem = {"node": "dense", "message": "Too small.", "fix": None, "severity": "error"}
    engine.answers["infer"] = {**NO_FACTS, "problems": [problem]}
    _settle(qtbot, studio, engine)
    engine.hold("infer")
    studio.apply("Remove dense", [{"edit": "remove", "node": "dense"}])
    assert studio.problems == []


def test_that_without_shapes_the_structure_still_says_its_problems(
    qtbot: QtBot, studio: Studio, engine: FakeEngine
) -> None:
    engine.answers["infer"] = Refusal("The engine ended.")
    _settle(qtbot, studio, engine)
    studio.apply("Cut", [{"edit": "disconnect", "source": "age", "target": "dense"}])
    _settle(qtbot, studio, engine)
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
    _settle(qtbot, studio, engine)
    engine.hold("describe_data")
    engine.answers["describe_data"] = lambda payload: {"summary": {"of": payload["data"]["source"]}, "specs": {}}
    for source in ("a.csv", "b.csv"):
        data = replace(studio.project.data, source=source)
        studio.change("Data", replace(studio.project, data=data))
    engine.release("describe_data")
    _settle(qtbot, studio, engine)
    assert studio.summary == {"of": "b.csv"}


def test_that_undo_is_told_and_selection_follows_what_is_there(qtbot: QtBot, studio: Studio) -> None:
    studio.change(
        "Add", replace(studio.project, graph=add_node(studio.project.graph, Node("relu", "keras.layers.ReLU")))
    )
    studio.select(["relu", "dense", "nobody"])
    assert studio.selection == {"relu", "dense"}
    with qtbot.waitSignals([studio.projectChanged, studio.selectionChanged]):
        studio.undo()
    assert studio.selection == {"dense"}
    studio.redo()
    assert "relu" in studio.project.graph


def test_that_selecting_the_same_again_tells_nobody(qtbot: QtBot, studio: Studio) -> None:
    studio.select(["dense"])
    with qtbot.assertNotEmitted(studio.selectionChanged):
        studio.select(["dense"])


def test_that_a_fix_that_no_longer_fits_is_said(studio: Studio) -> None:
    said = _said(studio)
    assert not studio.apply("Fix", [{"edit": "set", "node": "gone", "setting": "units", "value": 1}])
    assert said[0][0] == "warning"


def test_that_save_writes_and_is_told(qtbot: QtBot, studio: Studio) -> None:
    studio.change("Name", replace(studio.project, name="Renamed"))
    assert not studio.saved
    with qtbot.waitSignal(studio.savedChanged):
        assert studio.save()
    assert studio.folder is not None
    assert load_project(studio.folder).name == "Renamed"
    assert studio.preferences.recent_projects == [studio.folder]


def test_that_a_project_without_a_folder_asks_for_one(qtbot: QtBot, engine: FakeEngine, tmp_path: Path) -> None:
    studio = Studio(engine=engine, catalogue=load_catalogue())
    with qtbot.waitSignal(studio.folderWanted):
        assert not studio.save()
    assert studio.save(tmp_path / "new")
    assert studio.folder == tmp_path / "new"
    studio.close()


def test_that_a_project_that_cannot_be_opened_leaves_the_open_one(studio: Studio, tmp_path: Path) -> None:
    said = _said(studio)
    (tmp_path / "broken").mkdir()
    (tmp_path / "broken" / "project.json").write_text("{")
    before = studio.document
    assert not studio.open_project(tmp_path / "broken")
    assert studio.document is before
    assert said[0][0] == "error"


def test_that_opening_another_project_forgets_the_one_before(
    qtbot: QtBot, studio: Studio, engine: FakeEngine, tmp_path: Path
) -> None:
    _settle(qtbot, studio, engine)
    studio.select(["dense"])
    save_project(Project("Other"), tmp_path / "other")
    engine.hold("infer")
    with qtbot.waitSignals([studio.documentOpened, studio.projectChanged]):
        assert studio.open_project(tmp_path / "other")
    assert (studio.project.name, studio.facts, studio.summary, studio.selection) == ("Other", None, None, frozenset())
    assert studio.preferences.recent_projects[0] == tmp_path / "other"


def test_that_a_second_window_is_told_that_it_reads_only(studio: Studio, engine: FakeEngine, tmp_path: Path) -> None:
    other = Studio(engine=FakeEngine(), catalogue=load_catalogue())
    said = _said(other)
    assert other.open_project(tmp_path / "people")
    assert said[0][0] == "warning"
    assert other.document.read_only
    other.close()


def test_that_opening_the_open_project_again_changes_nothing(qtbot: QtBot, studio: Studio, tmp_path: Path) -> None:
    before = studio.document
    with qtbot.waitSignal(studio.documentOpened):
        assert studio.open_project(tmp_path / "people" / "project.json")
    assert studio.document is before
    assert not studio.document.read_only


def test_that_data_guessed_for_a_project_closed_meanwhile_is_dropped(
    qtbot: QtBot, studio: Studio, engine: FakeEngine, tmp_path: Path
) -> None:
    _settle(qtbot, studio, engine)
    engine.hold("guess_data")
    engine.answers["guess_data"] = {"data": {**DATA.as_json(), "source": "other.csv"}}
    studio.set_data("/somewhere/other.csv")
    save_project(Project("Other"), tmp_path / "other")
    assert studio.open_project(tmp_path / "other")
    with qtbot.waitSignal(studio.replyArrived, check_params_cb=lambda _, value: "data" in value):
        engine.release("guess_data")
    assert studio.project == Project("Other")


def test_that_set_data_is_one_undo_step(qtbot: QtBot, studio: Studio, engine: FakeEngine) -> None:
    engine.answers["guess_data"] = {"data": {**DATA.as_json(), "source": "other.csv"}}
    done: list[bool] = []
    studio.set_data("/somewhere/other.csv", lambda: done.append(True))
    qtbot.waitUntil(lambda: bool(done))
    assert studio.project.data.source == "other.csv"
    studio.undo()
    assert studio.project.data == DATA


def test_that_a_new_project_is_fitted_saved_and_opened(
    qtbot: QtBot, studio: Studio, engine: FakeEngine, tmp_path: Path
) -> None:
    engine.answers["fit_template"] = lambda payload: {"project": replace(_project(), name=payload["name"]).as_json()}
    opened: list[Document] = []
    studio.new_project(tmp_path / "my_digits", "mlp", "/data/people.csv", opened.append)
    qtbot.waitUntil(lambda: bool(opened))
    assert studio.document is opened[0]
    assert studio.project.name == "My digits"
    assert load_project(tmp_path / "my_digits") == studio.project


def test_that_a_request_is_answered_or_refused_exactly_once(qtbot: QtBot, studio: Studio, engine: FakeEngine) -> None:
    heard: list[Any] = []
    _settle(qtbot, studio, engine)
    engine.answers.update(predict={"label": "7"}, inspect=Refusal("There is no run."))
    with qtbot.waitSignal(studio.replyArrived) as signal:
        number = studio.ask("predict", {}, heard.append, heard.append)
    assert signal.args == [number, {"label": "7"}]
    studio.ask("inspect", {}, heard.append, heard.append)
    qtbot.waitUntil(lambda: len(heard) == 2)
    assert heard == [{"label": "7"}, "There is no run."]


def test_that_a_refusal_nobody_takes_becomes_a_message(qtbot: QtBot, studio: Studio, engine: FakeEngine) -> None:
    engine.answers["predict"] = Refusal("There is no run.")
    with qtbot.waitSignal(studio.message) as signal:
        studio.ask("predict", {})
    assert signal.args == ["There is no run.", "error"]


def test_that_cancelled_and_superseded_requests_stay_silent(qtbot: QtBot, studio: Studio, engine: FakeEngine) -> None:
    heard: list[str] = []
    engine.hold("thumbnails")
    engine.answers["thumbnails"] = lambda payload: {"name": payload["name"]}
    cancelled = studio.ask("thumbnails", {"name": "cancelled"}, lambda value: heard.append(value["name"]))
    studio.cancel(cancelled)
    for name in ("older", "newer"):
        studio.ask("thumbnails", {"name": name}, lambda value: heard.append(value["name"]), replaces="gallery")
    engine.release("thumbnails")
    qtbot.waitUntil(lambda: bool(heard))
    assert heard == ["newer"]


def test_that_the_engine_state_is_told(qtbot: QtBot, studio: Studio, engine: FakeEngine) -> None:
    with qtbot.waitSignal(studio.engineChanged) as signal:
        engine.tell(EngineState("shapes", "ready"))
    assert (signal.args, studio.engine_state) == (["ready"], "ready")
    with qtbot.waitSignal(studio.message):
        engine.tell(EngineState("shapes", "failed", "The engine keeps ending."))


def test_that_the_engine_warms_up_by_itself(qtbot: QtBot, studio: Studio, engine: FakeEngine) -> None:
    qtbot.waitUntil(lambda: engine.warm)


def test_that_train_saves_and_starts_a_run(
    qtbot: QtBot, studio: Studio, engine: FakeEngine, launched: list[str]
) -> None:
    _settle(qtbot, studio, engine)
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
    said = _said(studio)
    studio.change("Spoil", spoil(studio.project))
    _settle(qtbot, studio, engine)
    assert not studio.train()
    assert words in said[-1][1]
    assert studio.runs == []


def test_that_train_refuses_a_network_with_errors_but_not_with_warnings(
    qtbot: QtBot, studio: Studio, engine: FakeEngine, launched: list[str]
) -> None:
    said = _said(studio)
    problem = {"node": "dense", "message": "Too small.", "fix": None, "severity": "error"}
    engine.answers["infer"] = {**NO_FACTS, "problems": [problem]}
    _settle(qtbot, studio, engine)
    assert not studio.train()
    assert "Too small." in said[-1][1]
    engine.answers["infer"] = {**NO_FACTS, "problems": [{**problem, "severity": "warning"}]}
    studio.apply("Set", [{"edit": "set", "node": "dense", "setting": "units", "value": 3}])
    _settle(qtbot, studio, engine)
    assert studio.train()
    qtbot.waitUntil(lambda: launched == ["0001"])


def test_that_data_that_stops_training_is_among_the_problems(
    qtbot: QtBot, studio: Studio, engine: FakeEngine, launched: list[str]
) -> None:
    problem = {"node": None, "message": "Class 'b' has no samples.", "fix": None, "severity": "error"}
    minor = {**problem, "message": "Three texts are empty.", "severity": "warning"}
    engine.answers["describe_data"] = {"summary": {"problems": [minor, problem]}, "specs": {"age": SPEC.as_json()}}
    _settle(qtbot, studio, engine)
    assert [problem.message for problem in studio.problems] == ["Class 'b' has no samples."]
    assert not studio.train()
    engine.answers["describe_data"] = {"summary": {"problems": [minor]}, "specs": {"age": SPEC.as_json()}}
    with qtbot.waitSignal(studio.factsChanged):
        studio.describe_data()
    assert studio.problems == []


def test_that_closing_ends_the_engine_and_tells_nobody_any_more(
    qtbot: QtBot, engine: FakeEngine, tmp_path: Path
) -> None:
    studio = Studio(engine=engine, catalogue=load_catalogue())
    heard: list[Any] = []
    engine.answers["predict"] = {}
    studio.ask("predict", {}, heard.append)
    studio.close()
    studio.close()
    QCoreApplication.sendPostedEvents(None, QEvent.Type.MetaCall.value)
    assert engine.closed
    assert heard == []


def test_that_the_bridge_needs_neither_keras_nor_numpy() -> None:
    program = "import sys, dlstudio.gui.studio; print({'keras', 'tensorflow', 'PIL', 'numpy'} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, check=True, text=True)
    assert done.stdout.strip() == "set()"
