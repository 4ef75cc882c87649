"""From an autoencoder to a classifier of few labels, in the real window: two runs, one plot, and the gain."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QFileDialog
from pytestqt.qtbot import QtBot

from dlstudio.cli.making import make_project
from dlstudio.graph.project import Project
from dlstudio.graph.saving import save_project
from dlstudio.gui.application import dress
from dlstudio.gui.frame import Frame
from dlstudio.gui.studio import Studio
from dlstudio.gui.workspaces.train.workspace import TrainWorkspace
from dlstudio.training.fitting import train
from dlstudio.training.runs.run_folder import create_run
from dlstudio.workbench.document import Document
from dlstudio.workbench.preferences import Preferences

KERAS_STARTS = 120_000  # milliseconds; some seconds on a quiet machine
LEFT = Qt.MouseButton.LeftButton


def short(project: Project, epochs: int) -> Project:
    return replace(project, training=replace(project.training, epochs=epochs, batch_size=64))


@pytest.fixture
def pretrained(tmp_path: Path) -> Path:
    """An autoencoder of the digits after one epoch."""
    made = make_project(tmp_path / "autoencoder", "autoencoder", "digits")
    run = create_run(made.folder, short(made.project, 1))
    assert train(run) == 0, run.info().message
    return made.folder


@pytest.fixture
def frame(qtbot: QtBot, own_settings: Path, tmp_path: Path) -> Iterator[Frame]:
    """The window with a classifier of the digits that has twenty labels of each class."""
    made = make_project(tmp_path / "classifier", "cnn", "digits", labelled=20)
    save_project(short(made.project, 3), made.folder)
    application = QApplication.instance()
    assert isinstance(application, QApplication)
    dress(application, "dark")
    studio = Studio(Document.open(made.folder), preferences=Preferences(own_settings))
    window = Frame(studio)
    qtbot.addWidget(window, before_close_func=lambda w: setattr(w, "_closing", True))
    window.resize(1440, 900)
    window.show()
    yield window
    studio.close()


@pytest.mark.slow
@pytest.mark.timeout(400)
def test_that_a_person_sees_what_pretraining_gains(
    qtbot: QtBot, frame: Frame, pretrained: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    studio = frame.studio
    QTest.keyClick(frame, Qt.Key.Key_3, Qt.KeyboardModifier.ControlModifier)
    qtbot.waitUntil(lambda: frame.workspace == "train")
    workspace = frame.workspaces["train"]
    assert isinstance(workspace, TrainWorkspace)

    # Start from the autoencoder: its convolutions fit.
    monkeypatch.setattr(QFileDialog, "getExistingDirectory", lambda *_: str(pretrained))
    source = workspace.form.start.source
    index = source.findText("another project …")
    source.setCurrentIndex(index)
    source.activated.emit(index)
    qtbot.waitUntil(lambda: studio.project.weights is not None, timeout=KERAS_STARTS)
    assert workspace.form.start.said.text() == "2 layers begin with given weights: conv_1, conv_2."

    # Its twin from scratch comes after it, by one tick.
    workspace.form.start.twin.click()
    qtbot.waitUntil(lambda: studio.facts_are_current and not studio.describing, timeout=KERAS_STARTS)
    QTest.mouseClick(frame.top.train, LEFT)
    ended = ["finished", "finished"]
    qtbot.waitUntil(lambda: [run.status for run in studio.runs] == ended, timeout=2 * KERAS_STARTS)
    started, scratch = studio.runs
    assert scratch.twin == started.name
    assert (started.epoch, scratch.epoch, started.samples, scratch.samples) == (3, 3, 200, 200)
    assert started.project.weights is not None and scratch.project.weights is None

    # Both curves, each named by what it began with, and the sentence.
    qtbot.waitUntil(workspace.gain.isVisible)
    labels = [entry.label for entry in workspace.charts.below._legend.entries.values()]
    assert "validation, from scratch" in labels
    assert "validation, started from run 0001 of autoencoder" in labels
    said = workspace.gain.text()
    assert said.startswith("Accuracy, started from run 0001 of autoencoder and from scratch: ")
    gain = started.metrics["accuracy"] - scratch.metrics["accuracy"]  # type: ignore[operator]
    word = "no difference" if not gain else f"a {'gain' if gain > 0 else 'loss'} of {100 * abs(gain):.1f} points"
    assert f"{word} on test." in said
