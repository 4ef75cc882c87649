"""The Train workspace with recorded runs: what it says, what it lets hands do, and how often it redraws."""

from __future__ import annotations

import math
import time
from dataclasses import replace

import pytest
from PySide6.QtCore import QEvent, Qt
from PySide6.QtWidgets import QApplication

from dlstudio.graph.project import DataSettings, Project
from dlstudio.gui import theme
from dlstudio.gui.workspaces.train.units import training_unit
from dlstudio.training.runs import events as ev
from tests.gui.workspaces.recorded import run_events


def drawn(plot) -> tuple[list[float], list[float]]:
    """Positions and values of the training curve as it stands on the screen."""
    x, y = plot._drawn["training"].line.getData()
    return ([], []) if x is None else (list(x), list(y))


def test_that_an_empty_workspace_offers_one_button_that_trains(workspace, studio, qtbot):
    assert workspace.pages.currentIndex() == 0
    qtbot.mouseClick(workspace.empty.button, Qt.MouseButton.LeftButton)
    assert ("train", None) in studio.calls


def test_that_a_live_run_shows_where_it_is(workspace, studio):
    studio.add_run("0001", run_events(2, 20, planned=10, end="running"))
    assert workspace.pages.currentIndex() == 1
    assert workspace.progress.where.text() == "Epoch 2 of 10 · step 20 of 20"
    assert "640 samples/s" in workspace.progress.speed.text()
    assert "left" in workspace.progress.speed.text()
    assert workspace.progress.bar.value() == 200
    assert workspace.progress.pause.isVisible()
    assert not workspace.progress.go_on.isVisible()


def test_that_changing_numbers_leave_the_layout_where_it_is(workspace, studio):
    studio.add_run("0001", run_events(2, 20, planned=10, end="running"))
    workspace.resize(workspace.minimumSizeHint().width(), 760)  # no room to spare: a longer text would take some
    QApplication.processEvents()
    before = workspace.charts.loss.width()
    for text in ("", "Epoch 1 of 9", "Epoch 1,234 of 100,000 · step 1,234 of 100,000,000,000 · stopping …"):
        workspace.progress.where.setText(text)
        workspace.progress.speed.setText(text)
        QApplication.processEvents()
        assert workspace.charts.loss.width() == before


@pytest.mark.parametrize(("name", "call"), [("pause", "pause"), ("stop", "stop")])
def test_that_the_controls_steer_the_run(workspace, studio, qtbot, name, call):
    studio.add_run("0001", run_events(1, 20, planned=10, end="running"))
    qtbot.mouseClick(getattr(workspace.progress, name), Qt.MouseButton.LeftButton)
    assert (call, None) in studio.calls


def test_that_a_paused_run_can_be_resumed(workspace, studio, qtbot):
    studio.add_run("0001", [*run_events(1, 20, planned=10, end="running"), ev.Paused(time=1100.0)])
    assert workspace.progress.where.text().startswith("Paused")
    qtbot.mouseClick(workspace.progress.resume, Qt.MouseButton.LeftButton)
    assert ("resume", None) in studio.calls


def test_that_an_interrupted_run_offers_to_continue(workspace, studio, qtbot):
    events = [*run_events(2, 20, planned=10, end="running"), ev.Checkpoint(kind="last", epoch=2)]
    studio.add_run("0001", events, status="interrupted")
    qtbot.mouseClick(workspace.progress.go_on, Qt.MouseButton.LeftButton)
    assert ("continue", "0001") in studio.calls


def test_that_a_failed_run_says_why_beside_its_curves(workspace, studio):
    studio.add_run("0001", run_events(3, end="failed"))
    assert workspace.failure.isVisible()
    assert "Lower the learning rate" in workspace.failure.sentence.text()


def test_that_the_card_names_the_best_epoch_and_the_test_metrics(workspace, studio):
    studio.add_run("0001", run_events(4))
    assert workspace.card.title.text() == "Run 1"
    assert "best epoch 3" in workspace.card.state.text()
    assert workspace.card.test.isVisible()


def test_that_nothing_is_called_the_best_where_the_last_epoch_is_kept(workspace, studio):
    studio.add_run("0001", run_events(4))
    assert workspace.charts.loss._best_line.isVisible()
    started, *others = run_events(4)
    studio.add_run("0002", [replace(started, keep="last"), *others])
    assert "epoch 4" in workspace.card.state.text()
    assert "best" not in workspace.card.state.text()
    assert not workspace.charts.loss._best_line.isVisible()


def test_that_curves_show_training_and_validation(workspace, studio):
    studio.add_run("0001", run_events(3))
    assert list(workspace.charts.loss.curves) == ["batch", "training", "validation"]
    assert list(workspace.charts.below.curves) == ["batch", "training", "validation"]


def test_that_a_plot_without_values_says_so_and_writes_no_numbers_along_its_axes(workspace, studio, qtbot):
    studio.add_run("0001", [], status="running")
    plot = workspace.charts.loss
    assert plot.waiting.isVisible()
    assert not plot._plot.getAxis("left").style["showValues"]
    assert not workspace.charts.choice.isVisible()
    studio.add_run("0002", run_events(2))
    qtbot.waitUntil(lambda: not plot.waiting.isVisible())
    assert plot._plot.getAxis("left").style["showValues"]


def test_that_an_axis_with_a_unit_writes_the_values_themselves(workspace, studio, qtbot):
    studio.add_run("0001", run_events(3))
    plot = workspace.charts.loss
    plot.set_title("Mean absolute error", "std. dev.")
    qtbot.waitUntil(lambda: not plot.waiting.isVisible())
    assert plot._plot.getAxis("left").autoSIPrefixScale == 1.0


def test_that_the_recipe_has_more_room_than_the_runs(workspace, studio):
    recipe, runs = workspace._left.sizes()
    assert recipe > 3 * runs


def test_that_the_lower_plot_has_its_share_as_soon_as_it_has_a_metric(workspace, studio, qtbot):
    studio.add_run("0001", [], status="running")
    studio.add_run("0002", run_events(2))
    assert workspace.charts.below.isHidden(), "it comes in a turn of its own, since both plots are painted anew for it"
    qtbot.waitUntil(workspace.charts.below.isVisible)
    above, below = workspace.charts._plots.sizes()
    assert below > above / 2


def test_that_a_metric_with_a_long_name_keeps_no_window_wide(workspace, studio):
    studio.add_run("0001", run_events(3))
    charts = workspace.charts
    before = charts.minimumSizeHint().width()
    charts.choice.addItem("mean absolute percentage error of the median")
    QApplication.sendEvent(charts.choice, QEvent(QEvent.Type.StyleChange))  # as with another theme: it measures anew
    QApplication.processEvents()
    assert charts.minimumSizeHint().width() == before


def test_that_what_starts_is_said_in_full(workspace, studio, qtbot):
    studio.add_run("0001", [], status="starting")
    workspace.resize(1200, 800)
    where = workspace.progress.where
    qtbot.waitUntil(lambda: where.width() >= where.fontMetrics().horizontalAdvance(where.text()), timeout=5000)
    assert where.text() == "Starting: reading the data and building the network …"


def test_that_the_lists_of_runs_follow_the_theme(workspace, studio, qtbot):
    for name in ("0001", "0002"):
        studio.add_run(name, run_events(2))
        workspace.runs.compare(name)
    workspace.views.show_page(3)
    page = workspace.views.runs
    qtbot.waitUntil(lambda: page.table.topLevelItemCount() == 2)
    try:
        theme.set_theme("light")
        ink = theme.hex_color("text")
        assert workspace.runs.topLevelItem(0).foreground(0).color().name() == ink
        assert page.table.topLevelItem(0).foreground(0).color().name() == ink
    finally:
        theme.set_theme("dark")
    assert page.table.topLevelItem(0).foreground(0).color().name() == theme.hex_color("text")


def test_that_the_legend_tells_batches_from_epochs(workspace, studio):
    studio.add_run("0001", run_events(3))
    entries = workspace.charts.loss._legend.entries
    faint, full = (theme.contrast(entries[key].color, theme.color("panel")) for key in ("batch", "training"))
    assert faint < full
    assert (entries["batch"].dots, entries["training"].dots) == (False, True)


def test_that_errors_in_a_scaled_target_say_so():
    target = {"type": "number", "normalize": True, "role": "target"}
    project = Project("p", data=DataSettings(columns={"mass": target}))
    assert training_unit("val_mae", project) == "standard deviations"
    assert not training_unit("loss", project)
    plain = Project("p", data=DataSettings(columns={"mass": {**target, "normalize": False}}))
    assert not training_unit("mae", plain)


def test_that_a_ticked_run_is_compared(workspace, studio):
    studio.add_run("0001", run_events(3))
    studio.add_run("0002", run_events(4))
    workspace.runs.compare("0001")
    labels = [curve.label for curve in workspace.charts.loss.curves.values()]
    assert "run 1 validation" in labels
    workspace.runs.compare("0001", False)
    assert all("run 1" not in curve.label for curve in workspace.charts.loss.curves.values())


def test_that_a_click_on_a_run_shows_it(workspace, studio, qtbot):
    studio.add_run("0001", run_events(3))
    studio.add_run("0002", run_events(4))
    item = workspace.runs.topLevelItem(1)
    where = workspace.runs.visualItemRect(item).center()
    qtbot.mouseClick(workspace.runs.viewport(), Qt.MouseButton.LeftButton, pos=where)
    assert studio.current_run.name == "0001"
    assert workspace.card.title.text() == "Run 1"


def test_that_a_hundred_thousand_events_in_a_thousand_parts_make_one_redraw(workspace, studio, qtbot):
    events = run_events(1, 100_000, planned=1, end="running")
    studio.add_run("0001", events[:1])
    plot = workspace.charts.loss
    qtbot.waitUntil(lambda: plot.redraws > 0 and not plot._turns.waiting, timeout=5000)
    before = plot.redraws
    for at in range(1, 100_001, 100):
        studio.runEvents.emit("0001", events[at : at + 100])
    assert plot.redraws == before  # appended only; drawing waits for the timer
    qtbot.waitUntil(lambda: plot.redraws == before + 1 and not plot._turns.waiting, timeout=5000)
    assert len(workspace.record_of("0001").batches["loss"]) == 100_000
    assert 0 < len(plot._drawn["batch"].trend.getData()[0]) <= 2 * plot.width() + 4
    assert 0 < plot._drawn["batch"].area.path().elementCount() <= 2 * plot.width() + 8


def test_that_steady_events_redraw_at_most_thirty_times_a_second(workspace, studio, qtbot):
    events = run_events(1, 600, planned=1, end="running")
    studio.add_run("0001", events[:1])
    plot = workspace.charts.loss
    qtbot.waitUntil(lambda: plot.redraws > 0, timeout=5000)
    before, began = plot.redraws, time.monotonic()
    for at in range(1, 601, 3):
        studio.runEvents.emit("0001", events[at : at + 3])
        qtbot.wait(1)
    redraws = plot.redraws - before
    assert 1 <= redraws <= (time.monotonic() - began) * 30 + 2
    assert redraws < 200  # far fewer than the parts in which the events came


def test_that_hovering_names_the_value_of_each_curve(workspace, studio):
    studio.add_run("0001", run_events(3))
    workspace.charts.loss.point_to(40)
    values = {key: entry.value for key, entry in workspace.charts.loss._legend.entries.items()}
    assert values["validation"] == f"{workspace.record_of('0001').epochs['val_loss'].values[1]:.4g}"
    workspace.charts.loss.point_away()
    assert not any(entry.value for entry in workspace.charts.loss._legend.entries.values())


def test_that_log_scale_and_axis_change_what_is_drawn(workspace, studio, qtbot):
    studio.add_run("0001", run_events(3))
    plot = workspace.charts.loss
    workspace.charts.log.setChecked(True)
    workspace.charts.axis.setCurrentIndex(1)
    first = math.log10(plot.curves["training"].points.values[0])
    qtbot.waitUntil(lambda: drawn(plot)[1][:1] == [pytest.approx(first)], timeout=5000)
    assert drawn(plot)[0] == [1, 2, 3]


def test_that_the_learning_rate_and_speed_can_stand_below_the_loss(workspace, studio, qtbot):
    studio.add_run("0001", run_events(3))
    choice = workspace.charts.choice
    assert [choice.itemData(i) for i in range(choice.count())] == ["accuracy", "learning_rate", "speed"]
    choice.setCurrentIndex(1)
    assert workspace.charts.below._title.text() == "Learning rate"
    assert list(workspace.charts.below.curves["training"].points.values) == [0.05] * 3
    choice.setCurrentIndex(2)
    assert list(workspace.charts.below.curves["training"].points.values) == pytest.approx([640.0] * 3)


def test_that_curves_can_run_along_the_samples_seen(workspace, studio, qtbot):
    studio.add_run("0001", run_events(3, 20))
    workspace.charts.axis.setCurrentIndex(workspace.charts.axis.findData("samples"))
    points = workspace.charts.loss.curves["training"].points
    assert list(points.x("samples")) == [640.0, 1280.0, 1920.0]
    qtbot.waitUntil(lambda: list(drawn(workspace.charts.loss)[0]) == [640.0, 1280.0, 1920.0])
    assert workspace.charts.loss._best_line.value() == 1280.0


def test_that_the_first_steps_have_room_on_a_logarithmic_bottom_axis(workspace, studio, qtbot):
    studio.add_run("0001", run_events(3))
    plot = workspace.charts.loss
    workspace.charts.log_x.setChecked(True)
    qtbot.waitUntil(lambda: drawn(plot)[0] == pytest.approx([math.log10(step) for step in (20, 40, 60)]), timeout=5000)
    left, right = plot._view.viewRange()[0]
    assert left == pytest.approx(0, abs=0.1)  # the first batch
    assert right == pytest.approx(math.log10(60), abs=0.1)
    assert plot._best_line.value() == pytest.approx(math.log10(40))
    plot.point_to(40)
    assert plot._cross.value() == pytest.approx(math.log10(40))
    assert plot._plot.getAxis("bottom").tickStrings([1.0, 2.0], 1, 1) == ["10", "100"]


def test_that_smoothed_batches_lie_inside_the_envelope_of_what_is_hidden(workspace, studio, qtbot):
    studio.add_run("0001", run_events(3))
    plot = workspace.charts.loss
    batch = plot._drawn["batch"]
    qtbot.waitUntil(lambda: not batch.area.path().isEmpty(), timeout=5000)
    assert batch.line.getData()[0] is None or not len(batch.line.getData()[0])
    shape = batch.area.path().boundingRect()
    values = plot.curves["batch"].points.values
    assert (shape.top(), shape.bottom()) == pytest.approx((values.min(), values.max()))
    trend = batch.trend.getData()[1]
    assert trend.min() > values.min()
    assert plot._legend.entries["batch"].area
    workspace.charts.smoothing.setValue(0)
    qtbot.waitUntil(lambda: batch.area.path().isEmpty(), timeout=5000)
    assert list(batch.line.getData()[1]) == pytest.approx(list(values))
    assert not plot._legend.entries["batch"].area
