"""The bar that asks before a network's own code runs."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from dlstudio.graph.model import Graph, Node
from dlstudio.graph.project import Project
from dlstudio.gui.studio import Studio
from dlstudio.gui.workspaces.design.code_bar import CodeBar
from dlstudio.workbench.document import Document
from tests.gui.fake_engine import FakeEngine

CUSTOM = {"mine": Node("mine", "Custom", {"file": "layers/my.py", "class": "Mine"})}


@pytest.fixture
def studio(qtbot: Any, tmp_path: Path) -> Any:
    (tmp_path / "layers").mkdir()
    (tmp_path / "layers" / "my.py").write_text("x = '<b>1</b>'\n")
    project = Project(graph=Graph(CUSTOM))
    made = Studio(Document(project, tmp_path), engine=FakeEngine())
    yield made
    made.close()


@pytest.fixture
def bar(qtbot: Any, studio: Any) -> CodeBar:
    made = CodeBar(studio)
    qtbot.addWidget(made)
    made.resize(700, 38)
    return made


def test_that_opening_asks_and_one_click_allows(bar: CodeBar, studio: Any) -> None:
    assert not bar.isHidden()
    assert "layers/my.py" in bar.note.text()
    QTest.mouseClick(bar.allow, Qt.MouseButton.LeftButton)
    assert bar.isHidden()
    assert len(studio.own_code.request["digests"]) == 1


def test_that_a_changed_file_asks_again_when_one_comes_back(bar: CodeBar, studio: Any, tmp_path: Path) -> None:
    studio.allow_code(studio.own_code.pending)
    (tmp_path / "layers" / "my.py").write_text("x = 2\n")
    bar._back_in_the_window(Qt.ApplicationState.ApplicationActive)
    assert not bar.isHidden()


def test_that_the_code_can_be_read_before_it_is_allowed(bar: CodeBar, studio: Any) -> None:
    QTest.mouseClick(bar.show_code, Qt.MouseButton.LeftButton)
    assert bar.sheet is not None
    assert "x = '<b>1</b>'" in bar.sheet.text.toPlainText()
    assert bar.sheet.text.isReadOnly()
    bar.sheet.reject()
    assert not bar.isHidden()


def test_that_only_what_was_read_is_allowed(bar: CodeBar, studio: Any, tmp_path: Path) -> None:
    QTest.mouseClick(bar.show_code, Qt.MouseButton.LeftButton)
    (tmp_path / "layers" / "my.py").write_text("x = 'another'\n")
    bar._back_in_the_window(Qt.ApplicationState.ApplicationActive)
    assert bar.sheet is not None
    bar.sheet._allow(studio)
    assert not bar.isHidden()
    assert len(studio.own_code.pending) == 1


def test_that_a_network_without_code_is_not_asked_about(bar: CodeBar, studio: Any) -> None:
    studio.change_graph("Delete", Graph())
    assert bar.isHidden()
    assert studio.own_code.request is None


def test_that_the_engine_gets_the_permission_with_the_question_about_shapes(qtbot: Any, tmp_path: Path) -> None:
    (tmp_path / "layers").mkdir()
    (tmp_path / "layers" / "my.py").write_text("x = 1\n")
    engine = FakeEngine()
    studio = Studio(Document(Project(graph=Graph(CUSTOM)), tmp_path), engine=engine)

    def sent() -> list[Any]:
        return [asked.payload["code"]["digests"] for asked in engine.asked if asked.kind == "infer"]

    qtbot.waitUntil(lambda: studio.facts_are_current)
    assert sent() == [[]]
    studio.allow_code(studio.own_code.pending)
    qtbot.waitUntil(lambda: len(sent()) == 2)
    assert len(sent()[1]) == 1
    studio.close()
