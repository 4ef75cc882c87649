"""The list of runs in the window: notes, tags and pins are seen, and the menu does what it says."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtWidgets import QMenu

from dlstudio.gui.workspaces.train.run_actions import NoteDialog
from dlstudio.training.runs.run_marks import RunMarks
from tests.gui.workspaces.recorded import run_events


def menu_of(workspace, info, qtbot) -> dict:
    menu = QMenu()
    qtbot.addWidget(menu)
    workspace.runs.menuOpened.emit(menu, info)
    workspace.kept = menu
    return {action.text(): action for action in menu.actions() if action.text()}


def marked(studio, info, **marks):
    info = replace(info, marks=RunMarks(**marks))
    studio.runs = [info]
    studio.runsChanged.emit()
    return info


def test_that_pin_and_tags_stand_in_the_list(workspace, studio, qtbot):
    info = studio.add_run("0001", run_events(2))
    marked(studio, info, note="the first", tags=("baseline",), pinned=True)
    item = workspace.runs.topLevelItem(0)
    qtbot.waitUntil(lambda: item.text(0) == "★ run 1 · baseline")
    assert "the first" in item.toolTip(0)


def test_that_the_menu_marks_removes_and_brings_back(workspace, studio, qtbot):
    info = studio.add_run("0001", run_events(2))
    studio.removed = ["0007"]
    actions = menu_of(workspace, info, qtbot)
    actions["Pin"].trigger()
    actions["Remove"].trigger()
    actions["Bring back run 7"].trigger()
    assert studio.calls[-3:] == [
        ("mark_run", ("0001", RunMarks(pinned=True))),
        ("remove_run", "0001"),
        ("bring_back_run", "0007"),
    ]


def test_that_a_pinned_run_cannot_be_removed(workspace, studio, qtbot):
    info = marked(studio, studio.add_run("0001", run_events(2)), pinned=True)
    actions = menu_of(workspace, info, qtbot)
    assert not actions["Remove"].isEnabled()
    assert "Take the pin away" in actions


def test_that_a_note_keeps_the_pin(qtbot, studio):
    info = replace(studio.add_run("0001", run_events(1)), marks=RunMarks("old", ("a",), True))
    dialog = NoteDialog(info)
    qtbot.addWidget(dialog)
    assert (dialog.note.toPlainText(), dialog.tags.text()) == ("old", "a")
    dialog.note.setPlainText(" new \n")
    dialog.tags.setText("b, b, c")
    assert dialog.marks() == RunMarks("new", ("b", "c"), True)
