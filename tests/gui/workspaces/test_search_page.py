"""The page of searches: the form of a new one, and what one has found."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, Qt

from dlstudio.graph.project import Project
from dlstudio.gui import theme
from dlstudio.gui.workspaces.train.search.pictures import axes_of, lines_of
from dlstudio.gui.workspaces.train.workspace import TrainWorkspace
from dlstudio.search.folder import Plan
from dlstudio.search.ranges import Range
from dlstudio.search.trials import Results, Trial
from tests.training.tiny_projects import make_graph, table_settings

UNITS, RATE = "graph.nodes.hidden.settings.units", "training.optimizer.settings.learning_rate"
KIND = "training.optimizer"
PLAN = Plan(
    (
        Range(UNITS, 4, 64),
        Range(RATE, 1e-3, 0.1, log=True),
        Range(KIND, choices=("keras.optimizers.SGD", "keras.optimizers.Adam")),
    ),
    trials=6,
)
LEFT = Qt.MouseButton.LeftButton


def trial(number: int, state: str, units: int, score: float | None = None, **more) -> Trial:
    values = {UNITS: units, RATE: 0.01, KIND: "keras.optimizers.Adam"}
    return Trial(number, state, values, f"{number:04d}", score, 3, 3, units * 8, **more)


TRIALS = (
    trial(1, "finished", 8, 0.8),
    trial(2, "failed", 60, failure="out-of-memory", message="It took too much memory."),
    trial(3, "finished", 32, 0.95),
    trial(4, "pruned", 16, 0.5, message="Ended after epoch 3. Others were better by then."),
    trial(5, "finished", 60, 0.9),
)
RESULTS = Results("running", "", "val_accuracy", True, 6, TRIALS, {RATE: 0.75, UNITS: 0.25, KIND: 0.0})


@pytest.fixture
def page(qtbot, studio):
    studio.project = Project("Colours", table_settings(), make_graph(answer="colour"))
    workspace = TrainWorkspace(studio)
    qtbot.addWidget(workspace)
    workspace.resize(1200, 800)
    workspace.show()
    qtbot.mouseClick(workspace.search, LEFT)
    workspace.search_page.workspace = workspace
    return workspace.search_page


def test_that_without_a_search_the_form_is_shown_with_what_is_searched_most_often(page):
    assert page.pages.currentIndex() == 0
    assert [row.offer.path for row in page.form.rows] == [RATE, UNITS]
    assert not page.workspace.card.isVisible()


def test_that_the_form_starts_a_search_with_its_ranges(page, studio, qtbot):
    page.form.rows[1].text.setText("8..32:8")
    page.form.trials.setValue(12)
    page.form.epochs.setValue(5)
    qtbot.mouseClick(page.form.start, LEFT)
    (call,) = [each for each in studio.searches.calls if each[0] == "start"]
    assert call[1] == studio.project
    assert call[2].trials == 12 and call[2].epochs == 5 and call[2].pruning
    assert call[2].ranges[1] == Range(UNITS, 8, 32, step=8)


@pytest.mark.parametrize(("typed", "said"), [("9..1", "has to go up"), ("0..4", "'units'"), ("", "needs a range")])
def test_that_a_slip_is_said_below_its_row_and_nothing_can_be_started(page, typed, said):
    row = page.form.rows[1]
    row.text.setText(typed)
    assert row.fault.isVisible() and said in row.fault.text()
    assert not page.form.start.isEnabled()
    row.text.setText("8..32")
    assert not row.fault.isVisible()
    assert page.form.start.isEnabled()


def test_that_settings_are_added_and_removed(page):
    names = [page.form.add.itemText(index) for index in range(page.form.add.count())]
    index = names.index("dropout · rate")
    page.form.add.activated.emit(index)
    assert [row.offer.name for row in page.form.rows] == ["learning_rate", "units", "rate"]
    assert "dropout · rate" not in [page.form.add.itemText(index) for index in range(page.form.add.count())]
    for row in list(page.form.rows):
        row.removed.emit()
    assert not page.form.rows and not page.form.start.isEnabled()


def test_that_the_table_of_trials_follows_the_theme(page, studio):
    studio.searches.show(PLAN, RESULTS)
    try:
        theme.set_theme("light")
        assert page.table.topLevelItem(0).foreground(0).color().name() == theme.hex_color("text")
    finally:
        theme.set_theme("dark")
    assert page.table.topLevelItem(0).foreground(0).color().name() == theme.hex_color("text")


def test_that_trials_stand_in_the_table_with_state_and_score(page, studio):
    studio.searches.show(PLAN, RESULTS)
    assert page.pages.currentIndex() == 1
    rows = [page.table.topLevelItem(index) for index in range(page.table.topLevelItemCount())]
    assert [row.text(1) for row in rows] == ["✓ finished", "✕ failed", "✓ finished", "– ended early", "✓ finished"]
    assert [row.text(2) for row in rows] == ["80.0 %", "–", "95.0 %", "50.0 %", "90.0 %"]
    assert "5 of 6 trials" in page.where.text() and "1 failed" in page.where.text()
    assert "best validation accuracy 95.0 % (trial 3)" in page.where.text()


def test_that_the_table_sorts_by_number_not_by_text(page, studio):
    studio.searches.show(PLAN, RESULTS)
    page.table.sortByColumn(3, Qt.SortOrder.AscendingOrder)
    rows = [page.table.topLevelItem(index) for index in range(page.table.topLevelItemCount())]
    assert [int(row.text(0)) for row in rows] in ([1, 4, 3, 2, 5], [1, 4, 3, 5, 2])


def test_that_the_best_trial_is_chosen_and_another_can_be(page, studio):
    studio.searches.show(PLAN, RESULTS)
    assert page.trial.text() == "Trial 3."
    page.pictures.chosen.emit(2)
    assert page.trial.text() == "Trial 2. It took too much memory."
    assert page.table.currentItem().text(0) == "2"
    studio.searches.show(PLAN, RESULTS)  # another epoch of another trial
    assert page.trial.text().startswith("Trial 2.")


def test_that_a_line_is_chosen_by_a_click(page, studio, qtbot):
    studio.searches.show(PLAN, RESULTS)
    parallel = page.pictures.parallel
    line = next(each for each in parallel.lines if each.number == 5)
    first, second = parallel.points(line)[:2]
    at = (first * 0.7 + second * 0.3).toPoint()
    with qtbot.waitSignal(parallel.chosen) as chosen:
        qtbot.mouseClick(parallel, LEFT, pos=QPoint(at.x(), at.y()))
    assert chosen.args == [5]


def test_that_lines_end_where_a_trial_failed_and_the_best_is_the_brightest():
    axes, lines = axes_of(PLAN, RESULTS), {each.number: each for each in lines_of(PLAN, RESULTS)}
    assert [axis.name for axis in axes] == ["units", "learning_rate", "optimizer", "validation accuracy"]
    assert lines[2].failed and lines[2].values[-1] is None
    assert max(lines.values(), key=lambda each: each.rank).number == 3
    assert axes[-1].place(0.95) == 1 and axes[-1].place(0.5) == 0
    assert axes[1].place(0.01) == pytest.approx(0.5)
    loss = Results(goal="val_loss", higher=False, trials=TRIALS)
    assert axes_of(PLAN, loss)[-1].place(0.5) == 1  # the best is at the top


def test_that_few_whole_numbers_are_each_marked_once():
    plan = Plan((Range("graph.nodes.stage.settings.repeat", 1, 4), Range(UNITS, 8, 128, log=True)))
    repeat, units, _ = axes_of(plan, RESULTS)
    assert [text for _, text in repeat.marks()] == ["1", "2", "3", "4"]
    assert [text for _, text in units.marks()] == ["8", "16", "32", "64", "128"]


def test_that_the_front_and_the_shares_are_shown(page, studio):
    studio.searches.show(PLAN, RESULTS)
    assert {each.number for each in page.pictures.front.dots if each.front} == {1, 3}
    shares = [(bar.label, bar.value) for bar in page.pictures.importance.bars]
    assert shares == [("learning_rate", "75 %"), ("units", "25 %"), ("optimizer", "0 %")]


@pytest.mark.parametrize(
    ("status", "shown"),
    [
        ("running", {"pause", "stop"}),
        ("paused", {"resume", "stop"}),
        ("interrupted", {"go_on", "new"}),
        ("stopped", {"go_on", "new"}),
    ],
)
def test_that_the_buttons_are_those_that_help(page, studio, status, shown):
    studio.searches.show(PLAN, Results(status, "", "val_accuracy", True, 6, TRIALS))
    names = ("pause", "resume", "stop", "go_on", "new")
    assert {name for name in names if getattr(page, name).isVisible()} == shown


def test_that_the_buttons_steer_the_search(page, studio, qtbot):
    studio.searches.show(PLAN, RESULTS)
    qtbot.mouseClick(page.pause, LEFT)
    qtbot.mouseClick(page.stop, LEFT)
    studio.searches.show(PLAN, Results("stopped", "", "val_accuracy", True, 6, TRIALS))
    qtbot.mouseClick(page.go_on, LEFT)
    calls = [each for each in studio.searches.calls if each[0] != "watch"]
    assert calls == [("send", "0001", "pause"), ("send", "0001", "stop"), ("resume", "0001")]


def test_that_a_trial_gives_its_settings_or_becomes_a_project(page, studio, qtbot):
    studio.searches.show(PLAN, RESULTS)
    qtbot.mouseClick(page.use, LEFT)
    assert studio.changes == ["Use the settings of trial 3"] and studio.project.name == "trial 3"
    page.take_into(Path("/tmp/none/taken"))
    assert ("take", 3, Path("/tmp/none/taken")) in studio.searches.calls
    assert ("open_project", Path("/tmp/none/taken")) in studio.calls


def test_that_the_run_of_a_trial_is_shown_with_its_curves(page, studio, qtbot):
    studio.searches.show(PLAN, RESULTS)
    for number in (1, 3):
        studio.add_run(f"{number:04d}", [])
    assert page.workspace.pages.currentWidget() is page  # runs that come and go do not turn the page
    qtbot.mouseClick(page.show_run, LEFT)
    assert page.workspace.pages.currentIndex() == 1
    assert studio.current_run.name == "0003"


def test_that_a_run_that_is_started_meanwhile_is_shown(page, studio):
    studio.searches.show(PLAN, RESULTS)
    studio.add_run("0009", [])
    studio.choose_run("0009")
    assert page.workspace.pages.currentIndex() == 1


def test_that_the_window_of_searches_knows_neither_keras_nor_optuna():
    import subprocess
    import sys

    script = (
        "import sys; import dlstudio.gui.workspaces.train.search.page; "
        "assert not {'keras', 'tensorflow', 'optuna'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", script], check=True, timeout=120)
