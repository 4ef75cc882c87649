"""Windows and Design workspaces with an engine that answers what the test says."""

from __future__ import annotations

from collections.abc import Generator

import pytest
from PySide6.QtCore import QCoreApplication, QEvent
from PySide6.QtWidgets import QApplication

from dlstudio.graph.model import Graph
from dlstudio.graph.project import Project
from dlstudio.graph.saving import save_project
from dlstudio.gui.application import dress
from dlstudio.gui.frame import Frame
from dlstudio.gui.studio import Studio
from dlstudio.gui.workspaces.design.workspace import DesignWorkspace
from dlstudio.workbench.document import Document
from dlstudio.workbench.preferences import Preferences
from tests.block_projects import resnet_graph
from tests.gui.fake_engine import FakeEngine
from tests.gui.window import SPECS, Answers


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_teardown() -> Generator[None]:
    """Takes the widgets of a test down at once: Qt keeps them for the next event loop, which then stands still."""
    yield
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)


@pytest.fixture
def open_frame(qtbot, tmp_path, monkeypatch):
    monkeypatch.setenv("DLSTUDIO_CONFIG", str(tmp_path / "config"))
    made: list[Frame] = []

    def build(project: Project | None = None, **answers):
        engine = FakeEngine()
        engine.answers["describe_data"] = {"summary": {"rows": 10}, "specs": SPECS}
        engine.answers.update(answers)
        document = None
        if project is not None:
            save_project(project, tmp_path / "project")
            document = Document.open(tmp_path / "project")
        studio = Studio(document, engine=engine, preferences=Preferences(tmp_path / "config"))
        frame = Frame(studio, Answers())
        frame.engine = engine
        qtbot.addWidget(frame, before_close_func=lambda f: setattr(f, "_closing", True))
        frame.show()
        qtbot.waitExposed(frame)
        made.append(frame)
        return frame

    dress(QApplication.instance(), "dark")
    yield build
    for frame in made:
        frame.studio.close()


class LiveRun:
    name, status = "0012", "running"


@pytest.fixture
def training(monkeypatch):
    """A run that is training; gives what the studio was told when it closed."""
    told = []
    monkeypatch.setattr(Studio, "live_run", property(lambda studio: LiveRun()))
    close = Studio.close

    def closed(studio, stop_training=False):
        told.append(stop_training)
        close(studio)

    monkeypatch.setattr(Studio, "close", closed)
    return told


@pytest.fixture
def open_design(qtbot):
    studios = []

    def build(graph: Graph, **answers) -> DesignWorkspace:
        dress(QApplication.instance(), "dark")
        engine = FakeEngine()
        engine.answers.update(answers)
        studio = Studio(Document(Project("Clothes", graph=graph)), engine=engine)
        studios.append(studio)
        design = DesignWorkspace(studio)
        design.studio = studio
        design.engine = engine
        design.messages = []
        studio.message.connect(lambda text, _: design.messages.append(text))
        design.wanted.connect(lambda command: design.do(command) if command.startswith("design.") else None)
        qtbot.addWidget(design)
        design.resize(1300, 820)
        design.show()
        qtbot.waitExposed(design)
        design.activateWindow()
        return design

    yield build
    for studio in studios:
        studio.close()


@pytest.fixture
def design(open_design):
    return open_design(resnet_graph())
