"""The Inspect workspace with invented answers: galleries, matrix, table, scatter and inputs of one's own."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QGuiApplication, QImage
from PySide6.QtTest import QTest

from dlstudio.gui.workspaces.inspect.drawing_pad import DrawingPad
from dlstudio.gui.workspaces.inspect.framing import Framing, framing_of
from dlstudio.gui.workspaces.inspect.own_image import OwnImage
from dlstudio.gui.workspaces.inspect.own_inputs import OwnNumbers, OwnSeries
from dlstudio.gui.workspaces.inspect.pictures import read_image, to_array, to_image
from dlstudio.gui.workspaces.inspect.predictions import _cell
from dlstudio.gui.workspaces.inspect.scatter_view import figures
from dlstudio.gui.workspaces.inspect.workspace import InspectWorkspace
from tests.gui.workspaces.answers import install
from tests.gui.workspaces.recorded import run_events


def opened(qtbot, studio, kind="digits", runs=1) -> InspectWorkspace:
    install(studio, kind)
    for number in range(1, runs + 1):
        studio.add_run(f"{number:04d}", run_events(3))
    made = InspectWorkspace(studio)
    qtbot.addWidget(made)
    made.resize(1200, 760)
    made.show()
    return made


def show(workspace: InspectWorkspace, name: str) -> None:
    for row in range(workspace.list.count()):
        if workspace.list.item(row).data(Qt.ItemDataRole.UserRole) == name:
            workspace.list.setCurrentRow(row)
            return
    raise AssertionError(f"no view {name}")


def names(workspace: InspectWorkspace) -> list[str]:
    return [workspace.list.item(i).data(Qt.ItemDataRole.UserRole) for i in range(workspace.list.count())]


def test_that_without_a_trained_run_one_button_trains(qtbot, studio):
    workspace = InspectWorkspace(studio)
    qtbot.addWidget(workspace)
    workspace.show()
    assert workspace.whole.currentWidget() is workspace.empty
    qtbot.mouseClick(workspace.empty.button, Qt.MouseButton.LeftButton)
    assert ("train", None) in studio.calls
    assert not studio.asked  # nothing to ask an engine about


def test_that_a_hidden_workspace_loads_no_network(qtbot, studio):
    studio.add_run("0001", run_events(3))
    workspace = InspectWorkspace(studio)
    qtbot.addWidget(workspace)
    assert not studio.asked


def test_that_metrics_stand_beside_the_baseline(qtbot, studio):
    workspace = opened(qtbot, studio)
    assert workspace.headline.text() == "98.4 % accuracy · loss 0.31"
    assert workspace.baseline.text() == "baseline (always the commonest class):\u00a010.1\u00a0% accuracy"


def test_that_the_baseline_goes_below_the_metrics_where_it_is_narrow(qtbot, studio):
    workspace = opened(qtbot, studio)
    assert workspace.baseline.x() > workspace.headline.x()
    workspace.resize(1024, 612)
    qtbot.waitUntil(lambda: workspace.baseline.x() == workspace.headline.x())
    assert workspace.baseline.y() > workspace.headline.y()


def test_that_only_views_that_fit_are_listed(qtbot, studio):
    assert names(opened(qtbot, studio)) == ["gallery", "confusion", "classes", "try"]


def test_that_a_regression_gets_a_scatter_with_its_errors(qtbot, studio):
    workspace = opened(qtbot, studio, "regression")
    assert names(workspace) == ["gallery", "scatter", "try"]
    show(workspace, "scatter")
    view = workspace.views["scatter"]
    assert "mean absolute error" in view.subtitle.text()
    assert "R²" in view.subtitle.text()
    view.plot.pointClicked.emit(3)
    assert workspace.detail.title.text() == "Sample 1"
    assert figures([1.0, 2.0, 3.0], [1.0, 2.0, 3.0]) == "mean absolute error 0 · R² 1.000"
    assert figures([], []) == "no samples"


def test_that_the_gallery_loads_pages_as_they_come_into_view(qtbot, studio):
    grid = opened(qtbot, studio).views["gallery"].grid
    assert grid.count == 400
    qtbot.waitUntil(lambda: len(grid.loaded) >= 48)
    assert len(grid.loaded) < 200
    grid.verticalScrollBar().setValue(grid.verticalScrollBar().maximum())
    qtbot.waitUntil(lambda: 399 in grid.loaded)
    assert len(grid.loaded) < 300


def test_that_the_first_sample_stands_at_the_right_when_predictions_arrive(qtbot, studio):
    workspace = opened(qtbot, studio)
    assert workspace.views["gallery"].grid.current is not None
    assert workspace.detail.title.text().startswith("Sample ")
    assert workspace.detail.hint.isHidden()


def test_that_cards_are_as_wide_as_long_class_names_need():
    short, long = _cell("image", ["0", "1"]), _cell("image", ["Ankle boot", "Sneaker"])
    assert long.width() > short.width()
    assert long.width() == long.height()
    assert _cell("series", ["standing", "badminton"]).width() > _cell("series", ["standing", "badminton"]).height()


def test_that_cards_of_texts_are_as_high_as_the_longest_needs():
    row, review = "sex male, age 29", 30 * "a rather long review "
    assert _cell("number", [], [row]).height() < 60
    assert _cell("text", [], [row, review]) == _cell("text", [], [review])
    assert _cell("text", [], [row, review]).height() == 96


def test_that_a_wrong_prediction_is_framed_and_opens_with_its_scores(qtbot, studio):
    workspace = opened(qtbot, studio)
    grid = workspace.views["gallery"].grid
    first = grid.loaded[0]
    assert first.frame == "error"
    assert [text for text, _ in first.caption][1] == " → "
    qtbot.mouseClick(grid.viewport(), Qt.MouseButton.LeftButton, pos=grid._box(0).center().toPoint())
    assert workspace.detail.verdict.text().startswith("✕")
    assert workspace.detail.picture.isVisible()
    tokens = {bar.parts[0][1] for bar in workspace.detail.bars.bars}
    assert tokens == {"error", "ok"}


def test_that_filters_and_order_reach_the_inspector(qtbot, studio):
    view = opened(qtbot, studio).views["gallery"]
    view.wrong.setChecked(True)
    view.truth.setCurrentIndex(view.truth.findData("4"))
    view.sort.setCurrentIndex(view.sort.findData("confidence"))
    options = studio.waiting("inspect").payload["options"]
    assert options["wrong"] is True
    assert options["truth"] == "4"
    assert options["sort"] == "confidence"
    assert all(card.frame == "error" for card in view.grid.loaded.values())


def test_that_a_cell_of_the_matrix_opens_its_samples(qtbot, studio):
    workspace = opened(qtbot, studio)
    show(workspace, "confusion")
    view = workspace.views["confusion"]
    assert view.samples.title.text() == "Worst mistakes"
    grid = view.matrix.grid
    qtbot.mouseClick(grid, Qt.MouseButton.LeftButton, pos=grid.cell_rect(4, 4).center().toPoint())
    options = studio.waiting("inspect").payload["options"]
    assert (options["truth"], options["prediction"]) == ("4", "4")
    assert view.samples.title.text() == "4 → 4"
    assert view.samples.grid.count == view.matrix._value["values"][4][4]


def test_that_the_table_sorts_and_keeps_the_mean_last(qtbot, studio):
    workspace = opened(qtbot, studio)
    show(workspace, "classes")
    view = workspace.views["classes"]
    view._sort(5)
    shown = [view.table.item(row, 5).text() for row in range(view.table.rowCount())]
    shares = [float(text.split()[0]) for text in shown[:-1]]
    assert shares == sorted(shares)
    assert view.table.item(view.table.rowCount() - 1, 0).text() == "mean"
    view._sort(5)
    assert float(view.table.item(0, 5).text().split()[0]) == shares[-1]


def test_that_a_failure_is_a_sentence_in_its_place(qtbot, studio):
    install(studio)
    del studio.answers["inspect"]
    studio.add_run("0001", run_events(3))
    workspace = InspectWorkspace(studio)
    qtbot.addWidget(workspace)
    workspace.show()
    studio.waiting("inspect").failed("Run 0001 has no model yet.")
    assert "no model yet" in workspace.baseline.text()
    question = next(q for q in reversed(studio.asked) if q.payload.get("inspector") == "gallery")
    question.failed("The data is gone.")
    assert workspace.views["gallery"].state.text() == "✕ The data is gone."


def test_that_an_answer_about_the_split_before_is_dropped(qtbot, studio):
    install(studio)
    evaluate = studio.answers.pop("evaluate")
    studio.add_run("0001", run_events(3))
    workspace = InspectWorkspace(studio)
    qtbot.addWidget(workspace)
    workspace.show()
    late = studio.waiting("evaluate")
    workspace.split.setCurrentIndex(1)
    now = studio.waiting("evaluate")
    assert now.payload["split"] == "validation"
    now.then({"metrics": {"accuracy": 0.5}, "baseline": {}})
    late.then(evaluate(late.payload))
    assert workspace.headline.text() == "50.0 % accuracy"


def test_that_a_drawing_is_judged(qtbot, studio):
    workspace = opened(qtbot, studio)
    show(workspace, "try")
    pad = workspace.views["try"].inputs["image"].pad
    QTest.mousePress(pad, Qt.MouseButton.LeftButton, pos=QPoint(60, 60))
    QTest.mouseMove(pad, QPoint(200, 60))
    QTest.mouseRelease(pad, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: workspace.views["try"].label.text() == "9")
    value = studio.waiting("predict").payload["arrays"]["value"]
    assert value.shape == (280, 280, 3)
    assert value.dtype == np.uint8
    assert workspace.views["try"].sure.text() == "93.0 % sure"
    workspace.views["try"].inputs["image"].clear()
    assert workspace.views["try"].label.text() == "–"


def test_that_a_drawing_is_moved_to_the_middle(qtbot):
    pad = DrawingPad()
    qtbot.addWidget(pad)
    pad.show()
    QTest.mousePress(pad, Qt.MouseButton.LeftButton, pos=QPoint(30, 30))
    QTest.mouseMove(pad, QPoint(30, 80))
    QTest.mouseRelease(pad, Qt.MouseButton.LeftButton)
    ink = pad.pixels(Framing())[:, :, 0].astype(float)
    rows, columns = np.nonzero(ink > 100)
    assert abs(rows.mean() - 140) < 6
    assert abs(columns.mean() - 140) < 6
    assert 190 < rows.max() - rows.min() < 210


def test_that_the_framing_of_the_samples_is_found():
    full, small = np.zeros((8, 8), np.uint8), np.full((28, 28, 1), 255, np.uint8)
    full[:, 2:6] = 200
    small[4:24, 10:15] = 0
    assert framing_of([full]) == Framing(1.0, False)
    assert framing_of([small]) == Framing(20 / 28, True)
    assert framing_of([np.zeros((8, 8))]) == Framing()


def test_that_a_sentence_is_judged_with_enter_and_after_a_pause(qtbot, studio):
    workspace = opened(qtbot, studio, "text")
    show(workspace, "try")
    field = workspace.views["try"].inputs["text"].field
    QTest.keyClicks(field, "good film")
    QTest.keyClick(field, Qt.Key.Key_Return)
    assert studio.waiting("predict").payload["value"] == "good film"
    QTest.keyClicks(field, " indeed")
    qtbot.waitUntil(lambda: studio.waiting("predict").payload["value"] == "good film indeed")
    assert workspace.views["try"].label.text() == "negative"


def test_that_a_pasted_or_dropped_image_is_judged(qtbot, tmp_path):
    own = OwnImage(3)
    qtbot.addWidget(own)
    image = QImage(10, 8, QImage.Format.Format_RGB32)
    image.fill(Qt.GlobalColor.red)
    QGuiApplication.clipboard().setImage(image)
    with qtbot.waitSignal(own.changed):
        own.paste()
    assert own.value().shape == (8, 10, 3)
    assert tuple(own.value()[0, 0]) == (255, 0, 0)
    own.invert.setChecked(True)
    assert tuple(own.value()[0, 0]) == (0, 255, 255)
    broken = tmp_path / "no.png"
    broken.write_text("not an image")
    content = QMimeData()
    content.setUrls([QUrl.fromLocalFile(str(broken))])
    with qtbot.waitSignal(own.problem) as said:
        own.open(str(broken))
    assert "cannot be read as an image" in said.args[0]


def test_that_numbers_are_asked_for_by_name():
    own = OwnNumbers(["age", "sex"], {"sex": ["female", "male"]}, 3)
    own.fill({"age": 29.0, "sex": "male"})
    assert own.value() == {"age": 29.0, "sex": "male"}
    own.fields["age"].setText("old")
    said: list[str] = []
    own.problem.connect(said.append)
    assert own.value() is None
    assert "is no number" in said[0]


def test_that_a_vector_has_to_have_its_length():
    own = OwnNumbers([], {}, 3)
    own.fields[""].setText("1, 2 3")
    assert own.value() == [1.0, 2.0, 3.0]
    said: list[str] = []
    own.problem.connect(said.append)
    own.fields[""].setText("1, 2")
    assert own.value() is None
    assert said == ["The network takes 3 numbers; there are 2."]


def test_that_a_series_is_read_from_a_file(tmp_path):
    own = OwnSeries(2)
    file = tmp_path / "one.csv"
    file.write_text("x,y\n1,2\n3,4\n")
    own.open(str(file))
    assert own.value().tolist() == [[1.0, 2.0], [3.0, 4.0]]
    said: list[str] = []
    own.problem.connect(said.append)
    file.write_text("1\n2\n")
    own.open(str(file))
    assert "2 columns" in said[0]
    file.write_text("month,x,y\n1949-01,1,2\n1949-02,3,4\n")
    own.open(str(file))
    assert own.value().tolist() == [[1.0, 2.0], [3.0, 4.0]]


@pytest.mark.parametrize("shape", [(5, 7), (5, 7, 1), (5, 7, 3)])
def test_that_pictures_survive_the_way_through_qt(qapp, shape):
    pixels = np.random.default_rng(1).integers(0, 255, shape).astype(np.uint8)
    back = to_array(to_image(pixels))
    assert np.array_equal(back, np.broadcast_to(pixels.reshape(5, 7, -1), (5, 7, 3)))


def test_that_a_missing_image_is_a_sentence(qapp):
    with pytest.raises(ValueError, match="cannot be read as an image"):
        read_image("/nowhere/at/all.png")


def test_that_labels_of_many_long_classes_are_elided_not_cut(qtbot, qapp):
    from dlstudio.gui.plots.confusion import ConfusionGrid

    grid = ConfusionGrid()
    qtbot.addWidget(grid)
    grid.set_matrix([f"a rather long class name {i}" for i in range(30)], np.eye(30, dtype=int))
    grid.resize(700, 700)
    last = grid.cell_rect(29, 29)
    assert last.right() <= 700
    assert last.bottom() <= 700
    assert grid.cell_at(QPointF(last.center())) == (29, 29)
    assert grid.cell_rect(0, 0).left() > 100  # room for the names
