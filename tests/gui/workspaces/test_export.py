from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication

from dlstudio.graph.model import Graph, Node
from dlstudio.graph.project import Project
from dlstudio.graph.saving import save_project
from dlstudio.gui.application import dress
from dlstudio.gui.studio import Studio
from dlstudio.gui.workspaces.export.workspace import ExportWorkspace, copy_atomically
from dlstudio.training.runs.run_folder import create_run
from dlstudio.workbench.document import Document
from tests.gui.fake_engine import FakeEngine


class Chooser:
    def __init__(self, target: Path) -> None:
        self.target = target

    def copy_to(self, name, start):
        self.name = name
        return self.target


@pytest.fixture
def workspace(qtbot, tmp_path):
    dress(QApplication.instance(), "dark")
    folder = tmp_path / "project"
    save_project(Project("My Digits"), folder)
    run = create_run(folder, Project("My Digits"), device="cpu")
    (run.path / "model.keras").write_bytes(b"weights")
    studio = Studio(Document.open(folder), engine=FakeEngine())
    shown = ExportWorkspace(studio)
    shown.questions = Chooser(tmp_path / "copy")
    qtbot.addWidget(shown)
    shown.resize(1000, 700)
    shown.show()
    qtbot.waitUntil(lambda: shown.model_file() is not None)
    yield shown
    studio.close()


def test_that_the_best_model_can_be_copied(qtbot, workspace, tmp_path):
    qtbot.mouseClick(workspace.save_copy, Qt.MouseButton.LeftButton)
    assert (tmp_path / "copy.keras").read_bytes() == b"weights"
    assert workspace.questions.name == "my-digits.keras"


def test_that_a_copy_that_fails_leaves_what_was_there(qtbot, workspace, tmp_path):
    workspace.questions.target = tmp_path / "nowhere" / "model.keras"
    with qtbot.waitSignal(workspace._studio.message) as told:
        qtbot.mouseClick(workspace.save_copy, Qt.MouseButton.LeftButton)
    assert told.args[1] == "error"
    assert not (tmp_path / "nowhere").exists()


def test_that_the_python_to_load_it_is_copied(qtbot, workspace):
    qtbot.mouseClick(workspace.copy, Qt.MouseButton.LeftButton)
    text = QApplication.clipboard().text()
    compile(text, "snippet", "exec")
    assert str(workspace.model_file()) in text


def test_that_a_copy_takes_the_code_of_its_run_along(qtbot, workspace, tmp_path):
    code = {"own": Node("own", "Custom", {"file": "layers/own.py", "class": "Scale"})}
    run = create_run(tmp_path / "project", Project("Mine", graph=Graph(code)), device="cpu")
    (run.path / "model.keras").write_bytes(b"scaled")
    (run.path / "code" / "layers").mkdir(parents=True)
    (run.path / "code" / "layers" / "own.py").write_text("# Scale")
    qtbot.waitUntil(lambda: run.path.name in [each.name for each in workspace._studio.runs])
    workspace._studio.choose_run(run.path.name)
    text = workspace.snippet.toPlainText()
    compile(text, "snippet", "exec")
    assert f"sys.path.insert(0, {str(run.path / 'code')!r})" in text
    assert "custom_objects={'layers.own>Scale': Scale}" in text
    (tmp_path / "layers").mkdir()
    (tmp_path / "layers" / "own.py").write_text("# another")
    with qtbot.waitSignal(workspace._studio.message) as told:
        qtbot.mouseClick(workspace.save_copy, Qt.MouseButton.LeftButton)
    assert told.args[1] == "error"
    assert not (tmp_path / "copy.keras").exists()
    (tmp_path / "layers" / "own.py").unlink()
    with qtbot.waitSignal(workspace._studio.message) as told:
        qtbot.mouseClick(workspace.save_copy, Qt.MouseButton.LeftButton)
    assert "needs layers/own.py, which lies beside it" in told.args[0]
    assert (tmp_path / "layers" / "own.py").read_text() == "# Scale"
    assert (tmp_path / "copy.keras").read_bytes() == b"scaled"


def test_that_an_interrupted_copy_leaves_no_half_file(tmp_path, monkeypatch):
    source, target = tmp_path / "a.keras", tmp_path / "b.keras"
    source.write_bytes(b"new")
    target.write_bytes(b"old")

    def full(_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(OSError, match="No space"):
        copy_atomically(source, target)
    assert target.read_bytes() == b"old"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.keras", "b.keras"]


def test_that_without_a_run_the_one_button_is_train(qtbot, tmp_path):
    studio = Studio(engine=FakeEngine())
    shown = ExportWorkspace(studio)
    qtbot.addWidget(shown)
    assert shown.pages.currentIndex() == 0
    with qtbot.waitSignal(shown.wanted) as asked:
        shown.pages.widget(0).button.click()
    assert asked.args == ["train.start"]
    studio.close()
