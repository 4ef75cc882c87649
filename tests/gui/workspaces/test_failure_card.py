"""A run that broke, in the window: what is said and what a click does about it."""

from __future__ import annotations

from dataclasses import replace

import pytest
from PySide6.QtCore import Qt

from dlstudio.graph.project import ObjectSettings
from dlstudio.gui.workspaces.train.workspace import TrainWorkspace
from dlstudio.training.runs import events as ev
from tests.gui.workspaces.recorded import run_events


def broken(cause: str = "weights", *, saved: bool = True) -> list[ev.Event]:
    """A run of three epochs of ten whose loss became NaN in the fourth."""
    events = run_events(3, planned=10, end="running")
    if saved:
        events.append(ev.Checkpoint(kind="last", epoch=3))
    message = "The loss became NaN in epoch 4 at step 2 of 20. The first values are weights of the layer 'dense'."
    return [*events, ev.Failed(kind="nan", message=message, epoch=4, step=2, layer="dense", cause=cause)]


@pytest.fixture
def workspace(qtbot, studio):
    optimizer = ObjectSettings("keras.optimizers.SGD", {"learning_rate": 0.5})
    studio.project = replace(studio.project, training=replace(studio.project.training, optimizer=optimizer))
    made = TrainWorkspace(studio)
    qtbot.addWidget(made)
    made.resize(1200, 760)
    made.show()
    return made


def test_that_a_broken_run_says_which_layer_and_offers_three_ways_on(workspace, studio):
    studio.add_run("0001", broken())
    card = workspace.failure
    assert "layer 'dense'" in card.sentence.text()
    assert card.slow.isVisible() and card.slow.text() == "Lower the rate to 0.05"
    assert card.clip.isVisible()
    assert card.go_on.isVisible() and card.go_on.text() == "Continue from epoch 3, calmer"


def test_that_the_remedies_are_undoable_edits_of_the_recipe(workspace, studio, qtbot):
    studio.add_run("0001", broken())
    card = workspace.failure
    qtbot.mouseClick(card.slow, Qt.MouseButton.LeftButton)
    assert studio.project.training.optimizer.settings["learning_rate"] == 0.05
    assert not card.slow.isVisible()
    qtbot.mouseClick(card.clip, Qt.MouseButton.LeftButton)
    assert studio.project.training.optimizer.settings["clipnorm"] == 1.0
    assert not card.clip.isVisible()
    assert studio.changes[-2:] == ["Lower the learning rate", "Clip the gradients"]


def test_that_the_run_goes_on_from_its_last_good_checkpoint(workspace, studio, qtbot):
    studio.add_run("0001", broken())
    qtbot.mouseClick(workspace.failure.go_on, Qt.MouseButton.LeftButton)
    assert ("continue_calmer", "0001") in studio.calls


def test_that_nothing_is_offered_that_cannot_help(workspace, studio):
    studio.add_run("0001", broken(saved=False))
    assert not workspace.failure.go_on.isVisible()
    studio.add_run("0002", broken("input"))
    studio.choose_run("0002")
    card = workspace.failure
    assert not (card.slow.isVisible() or card.clip.isVisible() or card.go_on.isVisible())


def test_that_a_run_out_of_memory_offers_smaller_batches_of_the_same_step(workspace, studio, qtbot):
    studio.project = replace(studio.project, training=replace(studio.project.training, batch_size=64))
    studio.add_run("0001", [*run_events(1, end="running"), ev.Failed(kind="out-of-memory", message="Too much.")])
    card = workspace.failure
    assert card.halve.isVisible() and card.halve.text() == "32 samples a batch, 2 batches a step"
    assert not (card.slow.isVisible() or card.clip.isVisible() or card.go_on.isVisible())
    qtbot.mouseClick(card.halve, Qt.MouseButton.LeftButton)
    training = studio.project.training
    assert (training.batch_size, training.optimizer.settings["gradient_accumulation_steps"]) == (32, 2)
    assert not card.halve.isVisible()  # until a run with these is out of memory, too
