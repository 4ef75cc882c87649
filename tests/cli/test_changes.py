"""``--set NAME=VALUE``: what it can change and how it answers slips."""

from __future__ import annotations

import pytest

from dlstudio.cli.changes import changed
from dlstudio.cli.command import CommandError
from dlstudio.graph.model import Graph, Node
from dlstudio.graph.project import Project
from dlstudio.graph.saving import ProjectError

PROJECT = Project(
    graph=Graph({"dense": Node("dense", "keras.layers.Dense", {"units": 8}), "relu": Node("relu", "keras.layers.ReLU")})
)


def test_that_training_settings_are_changed_and_the_project_given_is_not() -> None:
    new = changed(PROJECT, ["training.batch_size=32", "training.learning_rate=0.001"])
    assert new.training.batch_size == 32
    assert new.training.optimizer.settings["learning_rate"] == 0.001
    assert new.training.optimizer.settings["momentum"] == 0.9
    assert PROJECT.training.batch_size == 64


def test_that_an_optimizer_is_named_in_short() -> None:
    new = changed(PROJECT, ["training.optimizer=Adam", "training.optimizer.settings.learning_rate=0.002"])
    assert new.training.optimizer.type == "keras.optimizers.Adam"
    assert dict(new.training.optimizer.settings) == {"learning_rate": 0.002}


def test_that_settings_of_layers_are_changed_even_where_none_is_stored() -> None:
    new = changed(PROJECT, ["graph.nodes.dense.settings.units=16", "graph.nodes.relu.settings.max_value=6"])
    assert new.graph["dense"].settings["units"] == 16
    assert new.graph["relu"].settings["max_value"] == 6


def test_that_early_stopping_can_be_switched_off() -> None:
    assert changed(PROJECT, ["training.early_stopping=null"]).training.early_stopping is None


@pytest.mark.parametrize(
    ("change", "part"),
    [
        ("training.batchsize=3", "Did you mean 'batch_size'?"),
        ("graph.nodes.dens.settings.units=3", "Did you mean 'dense'?"),
        ("epochs=3", "name a section"),
        ("training.epochs", "NAME=VALUE"),
        ("training.epochs.deeper=1", "holds no named entries"),
    ],
)
def test_that_a_slip_is_answered_with_what_was_meant(change: str, part: str) -> None:
    with pytest.raises(CommandError) as caught:
        changed(PROJECT, [change])
    assert part in str(caught.value)


def test_that_a_value_of_the_wrong_kind_is_refused() -> None:
    with pytest.raises(ProjectError, match="batch_size"):
        changed(PROJECT, ["training.batch_size=many"])
