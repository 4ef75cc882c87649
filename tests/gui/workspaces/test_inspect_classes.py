"""The views of classes, tables and texts with invented answers."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QPainter, QPicture

from dlstudio.gui.workspaces.inspect.asking import Subject
from dlstudio.gui.workspaces.inspect.calibration_view import CalibrationView
from dlstudio.gui.workspaces.inspect.confused_view import ConfusedView
from dlstudio.gui.workspaces.inspect.importance_view import ImportanceView
from dlstudio.gui.workspaces.inspect.threshold_view import ThresholdView
from dlstudio.gui.workspaces.inspect.words_view import WordsView, coloured, strongest
from dlstudio.gui.workspaces.inspect.workspace import _beside, _first_named
from dlstudio.inspection.inspectors.thresholds import curves
from tests.gui.workspaces.answers import install

WORDS = {
    "pieces": ["Dull", ", but ", "<b>fine</b>"],
    "weights": [-0.31, None, 0.12],
    "known": [True, True, False],
    "about": "good",
    "prediction": {"label": "bad", "confidence": 0.7, "scores": {"bad": 0.7, "good": 0.3}},
    "truth": "good",
    "share": True,
    "left_out": 3,
}


def shown(qtbot, studio, widget, answers: dict[str, Any]):
    """The widget, seen, with answers by the name of the inspector; a callable gets the options."""
    install(studio, "digits")
    usual = studio.answers["inspect"]

    def inspect(payload):
        found = answers.get(payload["inspector"])
        if found is None:
            return usual(payload)
        return found(payload["options"]) if callable(found) else found

    studio.answers["inspect"] = inspect
    qtbot.addWidget(widget)
    widget.resize(1000, 700)
    widget.turn_to(Subject("run", "test"))
    widget.show()
    return widget


def curve_answer(options: dict[str, Any]) -> dict[str, Any]:
    scores, positive = np.array([0.9, 0.8, 0.6, 0.4, 0.2]), np.array([True, False, True, True, False])
    message, arrays = curves("", options.get("class", "cat"), ("cat", "dog"), scores, positive).as_message()
    return {**message, "arrays": arrays}


def test_that_the_slider_says_what_a_threshold_means(qtbot, studio):
    view = shown(qtbot, studio, ThresholdView(studio), {"thresholds": curve_answer})
    assert "area under ROC 0.667" in view.subtitle.text()
    view.slider.setValue(600)
    assert view.meaning.text().startswith(
        "Finds 2 of 3 samples (66.7 %), misses 1; 1 false alarm among 2 others (50.0 %)"
    )
    assert "66.7 % of the alarms are right" in view.meaning.text()
    view.slider.setValue(1000)
    assert "Finds 0 of 3" in view.meaning.text()
    assert "none is believed" in view.meaning.text()
    view.slider.setValue(0)
    assert "misses 0; 2 false alarms among 2 others (100.0 %)" in view.meaning.text()


def test_that_another_class_is_asked_for_and_a_class_without_samples_gets_a_sentence(qtbot, studio):
    asked = []

    def answer(options):
        asked.append(options)
        if options.get("class") == "dog":
            message, arrays = curves("", "dog", ("cat", "dog"), np.array([0.1]), np.array([False])).as_message()
            return {**message, "arrays": arrays}
        return curve_answer(options)

    view = shown(qtbot, studio, ThresholdView(studio), {"thresholds": answer})
    view.chosen.setCurrentText("dog")
    assert asked == [{}, {"class": "dog"}]
    assert "no sample of “dog”" in view.state.text()


def test_that_a_confused_pair_opens_its_samples(qtbot, studio):
    rows = [["6", "8", 4, 0.2], ["1", "7", 1, 0.05]]
    view = shown(qtbot, studio, ConfusedView(studio), {"confused": {"rows": rows}})
    assert [bar.label for bar in view.pairs.bars.bars] == ["6 → 8", "1 → 7"]
    assert view.pairs.bars.bars[0].value == "4 · 20 %"
    view.pairs.bars.clicked.emit("6 → 8")
    assert view.samples.title.text() == "6 → 8"
    assert (view.samples.truth.currentData(), view.samples.prediction.currentData()) == ("6", "8")
    assert not view.samples.wrong.isChecked()


def test_that_no_mistakes_are_said_in_words(qtbot, studio):
    view = shown(qtbot, studio, ConfusedView(studio), {"confused": {"rows": []}})
    assert "every prediction of this split is right" in view.pairs.state.text()


CALIBRATION = {
    "error": 0.2,
    "accuracy": 0.7,
    "confidence": 0.9,
    "counts": [0] * 8 + [2, 8],
    "bin_confidence": [None] * 8 + [0.85, 0.92],
    "bin_accuracy": [None] * 8 + [0.5, 0.75],
}


def test_that_calibration_says_whether_the_network_is_too_sure(qtbot, studio):
    view = shown(qtbot, studio, CalibrationView(studio), {"calibration": CALIBRATION})
    assert view.verdict.text() == "Too sure: 90.0 % sure on average, 70.0 % right."
    assert "calibration error 20.0 %" in view.subtitle.text()
    assert "10 samples" in view.subtitle.text()


def test_that_both_ends_of_an_axis_of_shares_are_written_and_counts_stand_below_their_bars(qtbot, studio):
    view = shown(qtbot, studio, CalibrationView(studio), {"calibration": CALIBRATION})
    view.resize(420, 500)
    qtbot.waitUntil(lambda: view.plot.width() < 420)
    view.plot.grab()
    axis = view.plot.plot.getAxis("bottom")
    picture = QPicture()
    painter = QPainter(picture)
    texts = [text for _, _, text in axis.generateDrawSpecs(painter)[2]]
    painter.end()
    assert {"0 %", "100 %"} <= set(texts)
    low, high = view.plot.span()
    assert 20 < low < high < view.plot.width()
    assert view.counts._span == pytest.approx((low, high), abs=1)


def test_that_importance_shows_points_or_the_units_of_the_data(qtbot, studio):
    answer = {
        "metric": "accuracy",
        "reference": 0.8,
        "samples": 100,
        "repeats": 5,
        "columns": ["sex", "age"],
        "drops": [0.25, -0.002],
        "spreads": [0.01, 0.004],
    }
    view = shown(qtbot, studio, ImportanceView(studio), {"importance": answer})
    assert [bar.value for bar in view.bars.bars] == ["25.0 ± 1.0", "−0.2 ± 0.4"]
    assert view.bars.bars[1].parts[0][0] == 0
    assert view.subtitle.text().startswith("loss of accuracy points")
    view._arrived({**answer, "metric": "rmse"})
    assert view.subtitle.text().startswith("rise of RMSE")


def test_that_words_are_coloured_and_marks_in_them_are_no_markup(qtbot, studio):
    view = shown(qtbot, studio, WordsView(studio), {"words": WORDS})
    assert view.words.text.toPlainText() == "Dull, but <b>fine</b>"
    assert view.words.verdict.text() == "Predicted: bad (70.0 % sure) · truth: good"
    assert [bar.value for bar in view.words.bars.bars] == ["−31.0", "+12.0"]
    assert view.words.heading.text() == "strongest words, in points of the probability"
    assert "3 words behind the end are not read" in view.words.more.text()


def test_that_a_text_of_ones_own_is_weighed_on_enter_and_a_sample_takes_its_place(qtbot, studio):
    asked = []

    def answer(options):
        asked.append(options)
        return WORDS

    view = shown(qtbot, studio, WordsView(studio), {"words": answer})
    qtbot.keyClicks(view.words.own, "so so")
    qtbot.keyClick(view.words.own, Qt.Key.Key_Return)
    assert asked[-1] == {"text": "so so"}
    sample = next(iter(view.samples._samples.values()))
    view.samples.sampleOpened.emit(sample)
    assert asked[-1] == {"row": sample.row}
    assert view.words.own.text() == ""


def test_that_the_weights_of_a_word_that_returns_are_added() -> None:
    assert strongest(["So", " ", "so", " ", "bad"], [0.1, None, 0.2, None, -0.5]) == [
        ("bad", -0.5),
        ("so", pytest.approx(0.3)),
    ]
    assert "&lt;b&gt;" in coloured(["<b>"], [0.5], [True])


def test_that_every_baseline_stands_in_the_headline() -> None:
    baselines = [
        {"title": "always the commonest class", "metrics": {"accuracy": 0.1}},
        {"title": "logistic regression", "metrics": {"accuracy": 0.9, "loss": 0.4}},
    ]
    assert _beside(["accuracy", "loss"], baselines) == (
        "baseline (always the commonest class):\u00a010.0\u00a0% accuracy; "
        "logistic regression:\u00a090.0\u00a0% accuracy\u00a0· loss\u00a00.4"
    )
    assert _beside(["accuracy"], [{"title": None, "metrics": {}}]) == ""


def test_that_the_headline_names_what_a_run_is_judged_by() -> None:
    assert _first_named(["loss", "accuracy", "macro_f1", "top_5_accuracy"])[:2] == ["accuracy", "top_5_accuracy"]
    assert _first_named(["precision", "recall", "f1", "map_50", "map_50_95"])[:2] == ["map_50_95", "map_50"]
    assert _first_named(["loss", "exact_match", "f1"])[:2] == ["f1", "exact_match"]
    assert _first_named(["price_mae", "colour_accuracy"])[:2] == ["colour_accuracy", "price_mae"]
    assert _first_named(["odd"]) == ["odd"]
