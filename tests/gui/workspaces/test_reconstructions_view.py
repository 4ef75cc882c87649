"""The views of an autoencoder with invented answers: pairs and errors, thresholds in numbers, the map and its ways."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from dlstudio.gui.plots.axes import WholeTicks
from dlstudio.gui.plots.picture_pane import heat
from dlstudio.gui.workspaces.inspect.asking import Subject
from dlstudio.gui.workspaces.inspect.codes_view import STEPS, CodesView
from dlstudio.gui.workspaces.inspect.errors_view import ErrorsView
from dlstudio.gui.workspaces.inspect.growth_view import GrowthView
from dlstudio.gui.workspaces.inspect.reconstructions_view import ReconstructionsView
from dlstudio.gui.workspaces.inspect.restored_answer import RestoredAnswer, restored_words


def page(total: int = 3, kind: str = "image", judged: bool = True) -> dict[str, Any]:
    arrays, items = {}, []
    for place in range(total):
        shape = (6, 8, 1) if kind == "image" else (20, 3)
        read = np.full(shape, 100, np.uint8 if kind == "image" else np.float32)
        given = read.copy()
        given[..., -1] += place
        miss = np.full((6, 8), 0.1 * place, np.float32) if kind == "image" else (given - read)
        arrays |= {f"read-{place}": read, f"given-{place}": given, f"miss-{place}": miss}
        items.append(
            {
                **{"row": 40 + place, "place": place, "name": f"part{place}.png", "label": "bolt"},
                **{"anomalous": bool(place % 2) if judged else None, "error": 0.5 - place / 10},
            }
        )
    base = {"kind": "reconstructions", "sample_kind": kind, "items": items, "total": total, "offset": 0, "of": total}
    return {**base, "judged": judged, "arrays": arrays}


def opened(qtbot, view):
    qtbot.addWidget(view)
    view.resize(900, 640)
    view.show()
    view.turn_to(Subject("/runs/0001"))
    return view


def test_that_the_worst_picture_is_shown_with_its_error_and_kind(qtbot, studio):
    view = opened(qtbot, ReconstructionsView(studio))
    view._first_page(page())
    assert "part0.png" in view.where.text() and "normal" in view.where.text() and "0.5" in view.where.text()
    view.place.setValue(1)
    assert "anomaly" in view.where.text()
    assert view.pictures.isVisible() and not view.pair.isVisible()
    assert view.grid.loaded[1].frame == "error" and not view.grid.loaded[0].frame


def test_that_only_judged_samples_can_be_told_apart(qtbot, studio):
    view = opened(qtbot, ReconstructionsView(studio))
    view._first_page(page(judged=False))
    assert not view.which.isVisible()
    view._first_page(page())
    assert view.which.isVisible()
    view.which.setCurrentIndex(view.which.findData("anomalous"))
    assert studio.asked[-1].payload["options"]["which"] == "anomalous"


def test_that_a_series_opens_at_the_feature_that_differs_most(qtbot, studio):
    view = opened(qtbot, ReconstructionsView(studio))
    view._first_page(page(kind="series"))
    view.read.stepped.emit(1)
    assert view.shown["name"] == "part1.png"
    assert view.pair.isVisible() and view.pair.feature.currentText() == "3"
    assert view.pair._given.getData()[1][0] == 101


def test_that_a_page_without_samples_is_said(qtbot, studio):
    view = opened(qtbot, ReconstructionsView(studio))
    view._first_page(page(0))
    assert "no such samples" in view.state.text()


def test_that_errors_go_from_dark_to_bright():
    colours = heat(np.array([[0.0, 0.5, 9.0]]), 0.5).astype(int)
    assert colours.sum(axis=-1)[0, 0] < colours.sum(axis=-1)[0, 1] == colours.sum(axis=-1)[0, 2]


def scored(truth: list[int], threshold: float | None = 0.5) -> dict[str, Any]:
    areas = {"pr_auc": 0.75, "roc_auc": 0.8} if 1 in truth else {}
    arrays = {"scores": np.array([0.1, 0.2, 0.6, 0.9]), "truth": np.array(truth), "rows": np.arange(4)}
    normal = "label: fine" if 1 in truth else ""
    return {"threshold": threshold, "areas": areas, "normal": normal, "arrays": arrays}


def test_that_a_threshold_is_told_in_numbers_of_samples(qtbot, studio):
    view = opened(qtbot, ErrorsView(studio))
    view._arrived(scored([0, 1, 0, 1]))
    assert "1 of 2 anomalies are found (50.0 %), with 1 false alarm among 2 normal samples" in view.meaning.text()
    assert "5 % of the validation samples" in view.meaning.text() and not view.back.isVisible()
    view.plot.line.setValue(0.15)
    assert "2 of 2 anomalies" in view.meaning.text() and view.back.isVisible()
    view.back.click()
    assert view.plot.line.value() == pytest.approx(0.5)


def test_that_the_axis_of_a_count_has_no_halves(qtbot, studio):
    ticks = WholeTicks("left")
    assert [step for step, _ in ticks.tickSpacing(0, 2, 400)] == [1.0]
    assert all(step >= 1 for step, _ in ticks.tickSpacing(0, 40, 400))


def test_that_without_a_word_on_what_is_normal_samples_only_stand_out(qtbot, studio):
    view = opened(qtbot, ErrorsView(studio))
    view._arrived(scored([-1] * 4))
    assert "2 samples of 4 stand out" in view.meaning.text()
    assert "Data page" in view.hint.text()


def code_map(columns: tuple[str, ...] = ("label", "hall")) -> dict[str, Any]:
    rng = np.random.default_rng(0)
    arrays = {
        "points": rng.normal(size=(5, 2)).astype(np.float32),
        "rows": np.arange(5) + 10,
        "kinds": np.array([0, 1, 0, 1, -1], np.int16),
    }
    value = {"layer": "code", "values": 32, "shares": [0.3, 0.2], "classes": ["bolt", "nut"], "sample_kind": "image"}
    return {**value, "column": "label", "columns": list(columns), "arrays": arrays}


def test_that_two_clicks_ask_for_the_way_between_two_samples(qtbot, studio):
    view = opened(qtbot, CodesView(studio))
    view._arrived(code_map())
    assert studio.asked[-1].payload["options"]["draw"] > 0
    view._clicked(1)
    assert studio.asked[-1].payload["options"]["between"] == [11, 11]
    view._clicked(3)
    assert studio.asked[-1].payload["options"]["between"] == [11, 13]
    picture = np.zeros((9, 4, 4, 1), np.uint8)
    studio.asked[-1].then({"arrays": {"steps": picture, "ends": picture[:2]}})
    assert view.strip.count == 11
    assert "sample 12 to sample 14" in view.said.text()
    view._clicked(0)
    assert studio.asked[-1].payload["options"]["between"] == [13, 10]


@pytest.mark.parametrize("width", [700, 1300])
def test_that_a_way_shows_both_of_its_ends(qtbot, studio, width):
    view = opened(qtbot, CodesView(studio))
    view.resize(width, 640)
    view._arrived(code_map())
    view._show([(f"{place}", np.zeros((6, 6, 1), np.uint8)) for place in range(STEPS + 2)])
    qtbot.waitUntil(lambda: view.strip.viewport().width() > width - 100)
    first, last = view.strip._box(0), view.strip._box(STEPS + 1)
    assert last.top() == first.top() and last.right() <= view.strip.viewport().width()
    assert view.strip.verticalScrollBar().maximum() == 0


def test_that_points_are_coloured_by_a_chosen_column(qtbot, studio):
    view = opened(qtbot, CodesView(studio))
    view._arrived(code_map())
    assert "32 values a code" in view.subtitle.text() and "50 %" in view.subtitle.text()
    assert list(view.plot.legend.entries) == ["bolt", "nut"]
    view.column.setCurrentIndex(1)
    assert studio.asked[-1].payload["options"] == {"column": "hall"}
    view._arrived(code_map(()))
    assert not view.column.isVisible()


def test_that_an_own_picture_is_given_back_and_judged(qtbot):
    answer = RestoredAnswer()
    qtbot.addWidget(answer)
    answer.show_answer({"reconstruction": np.zeros((4, 6, 1)).tolist(), "error": 0.25})
    assert not answer.pane.isHidden() and answer.series.isHidden() and not answer.isHidden()
    answer.show_answer({"label": "cat"})
    assert answer.isHidden()
    assert restored_words({"error": 0.25})[0] == "error 0.25"
    assert restored_words({"error": 0.25, "threshold": 0.1, "anomalous": True})[0].startswith("anomaly")
    assert "0.3" in restored_words({"error": 0.25, "threshold": 0.3, "anomalous": False})[1]


def test_that_a_slider_goes_through_the_epochs(qtbot, studio):
    view = opened(qtbot, GrowthView(studio))
    arrays = {
        "epochs": np.array([1, 2, 5]),
        "rows": np.array([7, 9]),
        "read": np.zeros((2, 4, 4, 1), np.uint8),
        "given": np.zeros((3, 2, 4, 4, 1), np.uint8),
        "errors": np.array([[0.4, 0.2], [0.2, 0.1], [0.03, 0.01]]),
    }
    view._arrived({"sample_kind": "image", "arrays": arrays})
    assert "epoch 5" in view.where.text() and "0.02" in view.where.text()
    view.epoch.setValue(0)
    assert "epoch 1" in view.where.text() and "0.3" in view.where.text()
    assert view.read.count == view.given.count == 2


def test_that_samples_and_what_is_given_back_lie_close_together(qtbot, studio):
    view = opened(qtbot, GrowthView(studio))
    read, given = np.zeros((30, 4, 4, 1), np.uint8), np.zeros((1, 30, 4, 4, 1), np.uint8)
    arrays = {"epochs": np.array([1]), "rows": np.arange(30), "read": read, "given": given, "errors": np.zeros((1, 30))}
    for count, rows in ((3, 1), (30, 2)):
        few = {name: each[..., :count] if name in ("rows", "errors") else each for name, each in arrays.items()}
        few |= {"read": read[:count], "given": given[:, :count]}
        view._arrived({"sample_kind": "image", "arrays": few})
        qtbot.waitUntil(lambda rows=rows: view.read.height() < 160 * rows)
        assert view.given.y() - view.read.geometry().bottom() < 40
    assert view.read.verticalScrollBar().maximum() > 0  # what does not fit is still there
