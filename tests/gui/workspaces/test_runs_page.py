"""The table of runs in the window: it sorts, filters, groups, compares and removes."""

from __future__ import annotations

from dataclasses import replace

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest

from dlstudio.graph.project import ObjectSettings, TrainingSettings
from dlstudio.gui.workspaces.train.workspace import TrainWorkspace
from dlstudio.training.runs import events as ev
from dlstudio.training.runs.run_marks import RunMarks

ADAM = ObjectSettings("keras.optimizers.Adam", {"learning_rate": 0.001})


def add(studio, name: str, best: float | None, marks: RunMarks | None = None, **training) -> None:
    before = studio.project
    studio.project = replace(before, training=TrainingSettings(**training))
    events: list[ev.Event] = [ev.Started(time=1.0, epochs=2, steps_per_epoch=10, samples=100, batch_size=32)]
    if best is not None:
        events.append(ev.Epoch(time=2.0, epoch=1, values={"loss": best, "val_loss": best, "val_accuracy": 1 - best}))
        events.append(ev.Finished(time=3.0, run=name, metrics={"accuracy": 1 - best}, epoch=1, best_epoch=1))
    else:
        events.append(ev.Failed(time=2.0, kind="nan", message="The loss became NaN."))
    studio.add_run(name, events)
    studio.project = before
    if marks:
        studio.runs = [replace(run, marks=marks) if run.name == name else run for run in studio.runs]
        studio.runsChanged.emit()


@pytest.fixture
def workspace(qtbot, studio):
    made = TrainWorkspace(studio)
    qtbot.addWidget(made)
    made.resize(1300, 800)
    made.show()
    add(studio, "0001", 0.3, RunMarks("", ("baseline",)), seed=1)
    add(studio, "0002", 0.5, RunMarks("", ("baseline",)), seed=2)
    add(studio, "0003", 0.1, RunMarks("Slow at first", ("small",), True), optimizer=ADAM)
    add(studio, "0004", None, optimizer=ObjectSettings("keras.optimizers.SGD", {"learning_rate": 5.0}))
    qtbot.mouseClick(made.views.tabs[3], Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: made.views.runs.table.names() != [])
    return made


@pytest.fixture
def table(workspace):
    return workspace.views.runs.table


def heading(table, title: str) -> QPoint:
    header = table.header()
    column = next(c for c in range(table.columnCount()) if table.headerItem().text(c) == title)
    table.scrollToItem(table.topLevelItem(0))
    table.horizontalScrollBar().setValue(header.sectionPosition(column))
    return QPoint(header.sectionViewportPosition(column) + 20, header.height() // 2)


def click_heading(qtbot, table, title: str) -> None:
    qtbot.mouseClick(table.header().viewport(), Qt.MouseButton.LeftButton, pos=heading(table, title))


def row(table, name: str):
    return table._rows[name]


def test_that_the_table_shows_values_settings_tags_and_notes(table):
    titles = [table.headerItem().text(column) for column in range(table.columnCount())]
    assert titles[:5] == ["Run", "State", "Epochs", "Validation loss", "Validation accuracy"]
    cells = dict(zip(titles, [row(table, "0003").text(column) for column in range(table.columnCount())], strict=True))
    assert cells["Run"] == "★ run 3"
    assert (cells["Validation accuracy"], cells["Test accuracy"]) == ("90.0 %", "90.0 %")
    assert (cells["Optimizer"], cells["Rate"], cells["Tags"], cells["Note"]) == (
        "Adam",
        "0.001",
        "small",
        "Slow at first",
    )
    assert row(table, "0004").text(1) == "✕ failed"


def test_that_a_click_on_any_heading_sorts_with_pins_above_and_gaps_below(qtbot, table):
    assert table.names() == ["0003", "0004", "0002", "0001"]  # the latest first, below what is pinned
    click_heading(qtbot, table, "Validation loss")
    assert table.names() == ["0003", "0001", "0002", "0004"]
    click_heading(qtbot, table, "Validation loss")
    assert table.names() == ["0003", "0002", "0001", "0004"]
    for title in [table.headerItem().text(column) for column in range(table.columnCount())]:
        click_heading(qtbot, table, title)
        assert table.names()[0] == "0003"
        assert sorted(table.names()) == ["0001", "0002", "0003", "0004"]


def test_that_words_states_and_tags_filter(qtbot, workspace, table):
    page = workspace.views.runs
    QTest.keyClicks(page.words, "tag:baseline")
    assert table.names() == ["0002", "0001"]
    assert page.found.text() == "2 of 4"
    page.words.setText("nothing like this")
    assert table.names() == []
    assert page.nothing.isVisible()
    page.words.clear()
    page.state.setCurrentIndex(page.state.findData("failed"))
    assert table.names() == ["0004"]
    page.state.setCurrentIndex(0)
    page.tag.setCurrentIndex(page.tag.findData("small"))
    assert table.names() == ["0003"]


def test_that_seeds_are_grouped_with_mean_and_deviation(qtbot, workspace, table):
    page = workspace.views.runs
    qtbot.mouseClick(page.grouped, Qt.MouseButton.LeftButton, pos=QPoint(8, page.grouped.height() // 2))
    group = row(table, "0001").parent()
    assert group is not None and group is row(table, "0002").parent()
    assert group.text(0) == "2 seeds"
    assert group.text(3) == "0.4 ± 0.1414"
    assert group.text(4) == "60.0 % ± 14.1 points"
    group.setSelected(True)
    assert sorted(table.selected()) == ["0001", "0002"]
    page.grouped.setChecked(False)
    assert row(table, "0001").parent() is None


def test_that_ticks_lay_curves_over_each_other_and_tell_what_differs(qtbot, workspace, studio, table):
    studio.choose_run("0001")
    row(table, "0003").setCheckState(0, Qt.CheckState.Checked)
    assert workspace.runs.compared() == ["0003"]
    assert any("run 3" in curve.label for curve in workspace.charts.loss.curves.values())
    page = workspace.views.runs
    told = {
        page.differences.topLevelItem(place).text(0): [page.differences.topLevelItem(place).text(c) for c in (1, 2)]
        for place in range(page.differences.topLevelItemCount())
    }
    assert told["Seed"] == ["1", "7"]
    assert told["Optimizer · type"] == ["SGD", "Adam"]
    qtbot.waitUntil(lambda: page.open_both.height() > 10, timeout=3000)  # it has been laid out
    with qtbot.waitSignal(studio.comparisonWanted, timeout=3000) as asked:
        qtbot.mouseClick(page.open_both, Qt.MouseButton.LeftButton)
    assert asked.args == ["0001", "0003"]
    workspace.runs.compare("0004")  # a tick in the list stands in the table as well
    assert row(table, "0004").checkState(0) == Qt.CheckState.Checked
    assert not page.open_both.isVisible()


def test_that_a_double_click_shows_the_curves_of_a_run(qtbot, workspace, studio, table):
    place = table.visualItemRect(row(table, "0002")).center()
    qtbot.mouseClick(table.viewport(), Qt.MouseButton.LeftButton, pos=QPoint(60, place.y()))
    assert studio.current_run.name == "0002"
    assert workspace.views.pages.currentIndex() == 3
    qtbot.mouseDClick(table.viewport(), Qt.MouseButton.LeftButton, pos=QPoint(60, place.y()))
    assert workspace.views.pages.currentIndex() == 0


def test_that_removed_runs_come_back_with_one_click(qtbot, workspace, studio, table):
    told = []
    studio.message.connect(lambda text, _: told.append(text))
    table.clearSelection()
    for name in ("0002", "0003", "0004"):
        row(table, name).setSelected(True)
    qtbot.keyClick(table, Qt.Key.Key_Delete)
    assert [call for call in studio.calls if call[0] == "remove_run"] == [
        ("remove_run", "0002"),
        ("remove_run", "0004"),
    ]
    assert told == ["Run 3 is pinned. Take the pin away first."]
    bar = workspace.run_actions.removal
    assert bar.isVisible() and bar.said.text() == "2 runs removed"
    qtbot.mouseClick(bar.undo, Qt.MouseButton.LeftButton)
    assert studio.calls[-2:] == [("bring_back_run", "0002"), ("bring_back_run", "0004")]
    assert not bar.isVisible()


def test_that_rows_are_written_again_only_where_something_changed(workspace, studio, table):
    item = row(table, "0001")
    item.setText(1, "untouched")
    studio.runsChanged.emit()
    workspace.views.runs.refresh()
    assert row(table, "0001") is item
    assert item.text(1) == "untouched"
