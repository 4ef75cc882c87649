"""Runs on disk in the real window: two networks side by side from the table, and a removal that is taken back."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from PySide6.QtCore import Qt

from dlstudio.graph.project import TrainingSettings
from dlstudio.training import launching
from dlstudio.training.runs import events as ev
from dlstudio.training.runs.run_folder import create_run
from dlstudio.training.runs.run_marks import RunMarks, write_marks
from tests.gui.window import digits
from tests.gui.workspaces.recorded import run_events

LEFT = Qt.MouseButton.LeftButton


@pytest.fixture
def frame(open_frame, monkeypatch, tmp_path, qtbot):
    monkeypatch.setattr(launching, "prepare_spare", lambda *_: None)
    frame = open_frame(digits())
    folder = frame.studio.folder
    for seed in (1, 2, 3):
        run = create_run(folder, replace(digits(), training=TrainingSettings(seed=seed, batch_size=8 * seed)))
        events: list[ev.Event] = run_events(2)
        run.events_file.write_text("".join(f"{json.dumps(event.as_json())}\n" for event in events))
    write_marks(run.path, RunMarks("kept", ("best",), True))
    frame.resize(1280, 800)
    frame.show_workspace("train")
    qtbot.waitUntil(lambda: len(frame.studio.runs) == 3)
    train = frame.workspaces["train"]
    qtbot.mouseClick(train.views.tabs[3], LEFT)
    qtbot.waitUntil(lambda: train.views.runs.table.names() == ["0003", "0002", "0001"])
    return frame


def test_that_two_ticked_runs_are_compared_side_by_side(frame, qtbot):
    page = frame.workspaces["train"].views.runs
    page.table._rows["0001"].setCheckState(0, Qt.CheckState.Checked)
    qtbot.waitUntil(lambda: page.open_both.isVisible() and page.open_both.height() > 10)
    qtbot.mouseClick(page.open_both, LEFT)
    assert frame.pages.currentWidget() is frame.compare
    assert [side.choice.currentText() for side in (frame.compare.old, frame.compare.new)] == ["Run 1", "Run 3"]
    assert "2 settings of training or data differ" in frame.compare.summary.text()


def test_that_a_removed_run_is_gone_from_disk_until_it_is_taken_back(frame, qtbot):
    train = frame.workspaces["train"]
    table, runs = train.views.runs.table, frame.studio.folder / "runs"
    for name in ("0002", "0003"):
        table._rows[name].setSelected(True)
    qtbot.keyClick(table, Qt.Key.Key_Delete)
    qtbot.waitUntil(lambda: table.names() == ["0003", "0001"])  # the third one is pinned
    assert not (runs / "0002").exists()
    bar = train.run_actions.removal
    assert bar.said.text() == "Run 2 removed"
    qtbot.mouseClick(bar.undo, LEFT)
    qtbot.waitUntil(lambda: table.names() == ["0003", "0002", "0001"])
    assert (runs / "0002" / "run.json").is_file()


def test_that_notes_and_tags_filter_the_runs_of_the_disk(frame, qtbot):
    page = frame.workspaces["train"].views.runs
    page.words.setText("tag:best kept")
    assert page.table.names() == ["0003"]
    page.words.setText("-is:pinned")
    assert page.table.names() == ["0002", "0001"]
