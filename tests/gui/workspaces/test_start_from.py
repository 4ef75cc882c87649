"""Fine-tuning by hand: what the network begins with, which layers are kept, and how fast they learn."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from dlstudio.graph.fine_tuning import Learning
from dlstudio.graph.initial_weights import InitialWeights
from dlstudio.graph.model import Graph, Node, Wire
from dlstudio.graph.project import Project, TrainingSettings
from dlstudio.gui.workspaces.train.layer_learning import LayerLearning
from dlstudio.gui.workspaces.train.settings import TrainingForm
from dlstudio.gui.workspaces.train.start_from import StartFrom
from tests.gui.workspaces.recorded import run_events

FILE = "weights/start-1.npz"


@pytest.fixture
def start(qtbot, studio, tmp_path: Path) -> StartFrom:
    nodes = [
        Node("hidden", "keras.layers.Dense", {"units": 4}),
        Node("logits", "keras.layers.Dense", {"units": 2}),
    ]
    studio.project = Project("Mine", graph=Graph({n.id: n for n in nodes}, (Wire("hidden", "logits"),)))
    studio.folder = tmp_path
    (tmp_path / "weights").mkdir()
    np.savez(tmp_path / FILE, **{"hidden/0/kernel": np.zeros((3, 4)), "hidden/1/bias": np.zeros(4)})
    form = TrainingForm(studio)
    qtbot.addWidget(form)
    form.show()
    return form.start


def choose(start: StartFrom, text: str) -> None:
    index = start.source.findText(text)
    assert index >= 0, [start.source.itemText(i) for i in range(start.source.count())]
    start.source.setCurrentIndex(index)
    start.source.activated.emit(index)


def answer(studio) -> None:
    found = {"origin": "run 0001", "weights": {"file": FILE, "origin": "run 0001"}, "matched": [], "fresh": ["logits"]}
    studio.waiting("start_from").then(found)


def test_that_a_trained_run_can_be_started_from_in_one_step(start, studio):
    studio.add_run("0001", run_events(2))
    choose(start, "run 1")
    assert start.said.text() == "matching the layers …"
    assert not start.source.isEnabled()
    assert studio.waiting("start_from").payload["source"] == "0001"
    answer(studio)
    assert studio.changes == ["Start from run 0001"]
    assert start.said.text() == "1 layer begins with given weights: hidden."
    assert start.source.currentText() == "run 0001"
    studio.undo()
    assert start.source.currentText() == "nothing"
    assert not start._more.isVisible()


def test_that_keeping_layers_and_their_rate_are_undoable_edits(start, studio):
    studio.add_run("0001", run_events(2))
    choose(start, "run 1")
    answer(studio)
    start.kept.click()
    assert studio.graph["hidden"].settings["trainable"] is False
    assert "trainable" not in studio.graph["logits"].settings
    assert not start.rate.isEnabled()
    start.kept.click()
    assert "trainable" not in studio.graph["hidden"].settings
    start.rate.setValue(0.1)
    assert dict(studio.project.training.rates) == {"hidden": 0.1}
    start.rate.setValue(1.0)
    assert dict(studio.project.training.rates) == {}


def test_that_a_failure_is_said_and_changes_nothing(start, studio, qtbot):
    studio.add_run("0001", run_events(2))
    choose(start, "run 1")
    with qtbot.waitSignal(studio.message) as told:
        studio.waiting("start_from").failed("No layer of this network fits.")
    assert told.args == ["No layer of this network fits.", "error"]
    assert studio.changes == []
    assert start.source.isEnabled()
    assert start.source.currentText() == "nothing"


def test_that_an_unsaved_project_is_asked_to_be_saved_first(start, studio, qtbot):
    studio.add_run("0001", run_events(2))
    studio.folder = None
    with qtbot.waitSignal(studio.message) as told:
        choose(start, "run 1")
    assert "Save the project first" in told.args[0]


def test_that_weights_that_fit_no_layer_are_told(start, studio):
    studio.change("Weights", replace(studio.project, weights=InitialWeights("weights/gone.npz")))
    assert start.said.text() == (
        "No layer of this network has weights in weights/gone.npz; all begin with random ones."
    )


def test_that_each_layer_can_learn_in_its_own_way(qtbot):
    nodes = {
        "x": Node("x", "Input", {"shape": [8]}),
        "norm": Node("norm", "keras.layers.LayerNormalization"),
        "dense": Node("dense", "keras.layers.Dense", {"units": 8}),
        "y": Node("y", "Output"),
    }
    graph = Graph(nodes, (Wire("x", "norm"), Wire("norm", "dense"), Wire("dense", "y")))
    project = Project(graph=graph, training=TrainingSettings(rates={"dense": 0.5}))
    dialog = LayerLearning(project, ["norm", "dense"])
    qtbot.addWidget(dialog)
    assert dialog.changed() == project
    how, amount = dialog._rows["norm"]
    assert [how.itemData(i) for i in range(how.count())] == ["usual", "rate", "kept"]  # no LoRA for what has no kernel
    how, amount = dialog._rows["dense"]
    assert (how.currentData(), amount.value(), amount.isEnabled()) == ("rate", 0.5, True)
    how.setCurrentIndex(how.findData("lora"))
    how.activated.emit(how.currentIndex())
    amount.setValue(2)
    dialog.choose("norm", Learning("kept"))
    changed = dialog.changed()
    assert (changed.training.lora, changed.training.rates) == ({"dense": 2}, {})
    assert changed.graph["norm"].settings["trainable"] is False


def test_that_a_twin_from_scratch_is_offered_where_weights_are_given(start, studio):
    studio.add_run("0001", run_events(2))
    assert not start.twin.isVisible()
    choose(start, "run 1")
    answer(studio)
    assert start.twin.isVisible()
    start.twin.click()
    assert studio.also_from_scratch
    assert studio.changes == ["Start from run 0001"]  # it is about the next training, not about the project
