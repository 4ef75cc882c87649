"""Edits of the open project reach the panels, and the selection follows."""

from __future__ import annotations

from dataclasses import replace

from pytestqt.qtbot import QtBot

from dlstudio.graph.edits import add_node
from dlstudio.graph.model import Node
from dlstudio.gui.studio import Studio
from tests.gui.studio.opened import messages_of


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
    said = messages_of(studio)
    assert not studio.apply("Fix", [{"edit": "set", "node": "gone", "setting": "units", "value": 1}])
    assert said[0][0] == "warning"
