"""Opening Keras models in the window: as a project of its own, into the open one, dropped, refused, given up."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QMimeData, QPointF, Qt, QUrl
from PySide6.QtGui import QDropEvent
from PySide6.QtWidgets import QPushButton

from dlstudio.graph.initial_weights import InitialWeights
from dlstudio.graph.model import Graph, Node, Wire
from dlstudio.graph.project import DataSettings, Project, graph_as_json
from dlstudio.graph.saving import load_project, save_project
from dlstudio.gui.frame import Frame
from dlstudio.gui.studio import Studio
from dlstudio.workbench.document import Document
from dlstudio.workbench.preferences import Preferences, config_folder
from tests.gui.fake_engine import FakeEngine, Refusal


class Answers:
    """Answers the questions of the window as told."""

    def __init__(self) -> None:
        self.unsaved, self.model, self.file = "discard", "new", None
        self.asked: list[str] = []

    def about_unsaved(self, name: str) -> str:
        self.asked.append("unsaved")
        return self.unsaved

    def about_model(self, model: str, project: str) -> str:
        self.asked.append(f"{model} {project}")
        return self.model

    def about_training(self, run: str) -> str:
        return "keep"

    def model_to_open(self, start: Path) -> Path | None:
        return self.file


def network(parts: int = 2) -> Graph:
    """Parts of three layers in a row."""
    nodes, last = {"entry": Node("entry", "Input", {"shape": [8]})}, "entry"
    wires = []
    for number in range(1, parts + 1):
        for name, kind, settings in (
            (f"part{number}_dense", "Dense", {"units": 8}),
            (f"part{number}_norm", "BatchNormalization", {}),
            (f"part{number}_act", "ReLU", {}),
        ):
            nodes[name] = Node(name, f"keras.layers.{kind}", settings)
            wires.append(Wire(last, name))
            last = name
    nodes["answer"] = Node("answer", "Output")
    return Graph(nodes, (*wires, Wire(last, "answer")))


def imported(graph: Graph) -> Any:
    def answer(payload: Mapping[str, Any]) -> dict[str, Any]:
        file = Path(payload["folder"]) / "weights" / "initial.npz"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(b"")
        return {
            "graph": graph_as_json(graph),
            "parameters": 1,
            "names": {},
            "notes": [],
            "weights": InitialWeights().as_json(),
        }

    return answer


@pytest.fixture
def window(qtbot, tmp_path, monkeypatch):
    """A frame, its engine and its answers; with a project open where one is given."""
    monkeypatch.setenv("DLSTUDIO_CONFIG", str(tmp_path / "config"))
    made: list[Frame] = []

    def build(project: Project | None = None) -> tuple[Frame, FakeEngine, Answers]:
        document = None
        if project is not None:
            save_project(project, tmp_path / "project")
            document = Document.open(tmp_path / "project")
        engine, answers = FakeEngine(), Answers()
        preferences = Preferences(config_folder())
        preferences.set("projects_folder", str(tmp_path / "projects"))
        frame = Frame(Studio(document, engine=engine, preferences=preferences), answers)
        qtbot.addWidget(frame)
        frame.show()
        made.append(frame)
        return frame, engine, answers

    yield build
    for frame in made:
        frame.studio.close()


def drop(frame: Frame, file: Path) -> None:
    content = QMimeData()
    content.setUrls([QUrl.fromLocalFile(str(file))])
    buttons, keys = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    frame.dropEvent(QDropEvent(QPointF(20, 20), Qt.DropAction.CopyAction, content, buttons, keys))


def messages(frame: Frame) -> list[str]:
    told: list[str] = []
    frame.studio.message.connect(lambda text, _: told.append(text))
    return told


def test_that_a_dropped_model_becomes_a_project_of_its_own(window, qtbot, tmp_path: Path) -> None:
    frame, engine, _ = window()
    engine.answers["import_model"] = imported(network())
    drop(frame, tmp_path / "my_net.keras")
    qtbot.waitUntil(lambda: frame.studio.folder == (tmp_path / "projects" / "my_net").resolve())
    project = load_project(tmp_path / "projects" / "my_net")
    assert project.name == "my net"
    assert project.weights == InitialWeights()
    assert frame.workspace == "design"
    assert set(frame.studio.graph.nodes) == set(network().nodes)


def test_that_the_start_page_offers_models(window, qtbot, tmp_path: Path) -> None:
    frame, engine, answers = window()
    answers.file = tmp_path / "net.keras"
    (button,) = [each for each in frame.start.findChildren(QPushButton) if each.text().startswith("Open a Keras")]
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    assert [payload["path"] for payload in engine.payloads("import_model")] == [str(tmp_path / "net.keras")]


def test_that_a_model_may_replace_the_network_as_one_undo_step(window, qtbot, tmp_path: Path) -> None:
    before = Project("Mine", DataSettings("data", "csv", {"a": {"type": "number"}}), network(1))
    frame, engine, answers = window(before)
    answers.model = "here"
    engine.answers["import_model"] = imported(network(3))
    drop(frame, tmp_path / "net.keras")
    qtbot.waitUntil(lambda: len(frame.studio.project.graph) == 11)
    assert engine.payloads("import_model")[-1]["columns"] == ["a"]
    assert frame.studio.project.data == before.data
    assert frame.studio.project.weights == InitialWeights()
    frame.studio.undo()
    assert frame.studio.project == before


def test_that_thinking_better_of_it_does_nothing(window, tmp_path: Path) -> None:
    frame, engine, answers = window(Project("Mine", graph=network(1)))
    answers.model = "cancel"
    drop(frame, tmp_path / "net.keras")
    assert engine.payloads("import_model") == []


def test_that_a_refused_model_is_told_and_leaves_no_folder(window, qtbot, tmp_path: Path) -> None:
    frame, engine, _ = window()
    engine.answers["import_model"] = Refusal("'drop' is a Lambda, which cannot be drawn.")
    told = messages(frame)
    drop(frame, tmp_path / "net.keras")
    qtbot.waitUntil(lambda: told == ["'drop' is a Lambda, which cannot be drawn."])
    assert not (tmp_path / "projects").exists()
    assert frame.banner.isHidden()


def test_that_an_import_can_be_given_up(window, qtbot, tmp_path: Path) -> None:
    frame, engine, _ = window()
    engine.answers["import_model"] = imported(network())
    engine.hold("import_model")
    drop(frame, tmp_path / "net.keras")
    assert "Importing net.keras" in frame.banner.text.text()
    qtbot.mouseClick(frame.banner.buttons[0], Qt.MouseButton.LeftButton)
    engine.release("import_model")
    qtbot.wait(1)
    assert frame.studio.folder is None
    assert not frame.models.working


def test_that_repeated_structure_is_offered_and_grouped_as_one_undo_step(window, qtbot, tmp_path: Path) -> None:
    frame, engine, _ = window()
    engine.answers["import_model"] = imported(network(3))
    drop(frame, tmp_path / "net.keras")
    qtbot.waitUntil(lambda: frame.banner.isVisible() and "repeat" in frame.banner.text.text())
    assert "3 times" in frame.banner.text.text()
    before = frame.studio.project
    qtbot.mouseClick(frame.banner.buttons[0], Qt.MouseButton.LeftButton)
    after = frame.studio.project
    assert len(after.graph) == 5
    assert len(after.blocks) == 1
    assert after.weights is not None
    assert after.weights.named("part2/dense") == "part2_dense"
    frame.studio.undo()
    assert frame.studio.project == before


def test_that_the_command_groups_an_open_network(window) -> None:
    frame, _, _ = window(Project("Mine", graph=network(4)))
    frame.give("design.group_repeated")
    assert [node.block for node in frame.studio.graph if node.block] == ["Part"] * 4


def test_that_nothing_to_group_is_told(window) -> None:
    frame, _, _ = window(Project("Mine", graph=replace(network(1))))
    told = messages(frame)
    frame.give("design.group_repeated")
    assert told == ["No part of this network occurs twice with one way in and one way out."]


def test_that_unsaved_edits_are_asked_about_and_the_model_waits(window, qtbot, tmp_path: Path) -> None:
    frame, engine, answers = window(Project("Mine", graph=network(1)))
    frame.studio.change("Rename", replace(frame.studio.project, name="Changed"))
    answers.unsaved = "cancel"
    engine.answers["import_model"] = imported(network())
    told = messages(frame)
    drop(frame, tmp_path / "net.keras")
    qtbot.waitUntil(lambda: bool(told))
    assert frame.studio.project.name == "Changed"
    assert json.loads((tmp_path / "projects" / "net" / "project.json").read_text())["name"] == "net"
    assert "recent projects" in told[0]
