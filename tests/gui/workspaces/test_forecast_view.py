"""The view of forecasts with invented answers: slider, band, the time after the end, and the form of windows."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from dlstudio.data.series.clock import Clock
from dlstudio.gui.workspaces.data.series_form import SeriesForm
from dlstudio.gui.workspaces.data.split_form import SplitForm
from dlstudio.gui.workspaces.inspect.asking import Subject
from dlstudio.gui.workspaces.inspect.forecast_view import ForecastView


def answer() -> dict[str, Any]:
    series = np.sin(np.arange(40) / 3).astype(np.float32)
    origins = np.arange(24, 36)
    middle = np.stack([np.full(4, float(origin)) for origin in origins])
    quantiles = np.stack([middle - 1, middle, middle + 1], axis=-1).astype(np.float32)
    return {
        "kind": "forecast",
        "column": "load",
        "clock": Clock("months", 1960 * 12.0, 1.0).as_json(),
        "first": 0,
        "naive": ["naive", "seasonal naive"],
        "ends": [-1.0, 2.0],
        "bias": 0.5,
        "metrics": {"mae": 1.5, "mase": 0.75, "smape": 4.25, "coverage": 0.81},
        "arrays": {
            "series": series,
            "origins": origins,
            "quantiles": quantiles,
            "residuals": np.array([1.0, 3.0, 2.0], np.float32),
            "ahead": np.full((4, 3), 7.0, np.float32),
            "naive/naive": middle,
            "naive/seasonal naive": middle,
            "error/forecast": np.ones(4, np.float32),
            "error/naive": np.full(4, 2.0, np.float32),
            "error/seasonal naive": np.full(4, 3.0, np.float32),
        },
    }


@pytest.fixture
def view(qtbot, studio, monkeypatch):
    made = ForecastView(studio)
    monkeypatch.setattr(made.asker, "inspect", lambda name, options, then, failed: then(answer()))
    qtbot.addWidget(made)
    made.resize(1000, 700)
    made.show()
    made.turn_to(Subject("runs/0001"))
    return made


def test_that_metrics_and_real_times_are_shown(view):
    assert "MASE 0.75" in view.subtitle.text()
    assert "81.0 %" in view.subtitle.text()
    assert view.when.text() == "1962-07"
    assert view.plot.times.tickStrings([24.0, 30.0], 1, 6) == ["1962-01", "1962-07"]
    assert "too high" in view.left_over.text()


def test_that_the_slider_moves_the_origin(view):
    view.slider.setValue(0)
    assert view.when.text() == "1962-01"
    x, y = view.plot.curves["forecast"].getData()
    assert x.tolist() == [24, 25, 26, 27]
    assert y.tolist() == [24.0] * 4
    view.slider.setValue(11)
    assert view.plot.curves["forecast"].getData()[0].tolist() == [35, 36, 37, 38]


def test_that_the_button_shows_the_time_after_the_end(view):
    view.ahead.setChecked(True)
    assert view.when.text() == "1963-05"
    x, y = view.plot.curves["forecast"].getData()
    assert x.tolist() == [40, 41, 42, 43]
    assert y.tolist() == [7.0] * 4
    assert not view.slider.isEnabled()
    assert "naive" not in view.plot.legend.entries
    view.ahead.setChecked(False)
    assert view.slider.isEnabled()


def test_that_errors_of_all_forecasts_are_drawn_by_step(view):
    assert view.errors.curves["seasonal naive"].getData()[1].tolist() == [3.0] * 4


def test_that_the_form_of_windows_names_the_option_that_changed(qtbot):
    form = SeriesForm()
    qtbot.addWidget(form)
    form.show_options({"time": "date", "context": "24", "horizon": 12, "season": 7, "stride": 1}, ["date", "no"])
    assert (form.time.currentText(), form.steps["context"].value(), form.gaps.currentData()) == ("date", 24, "hold")
    heard = []
    form.changed.connect(lambda option, value: heard.append((option, value)))
    form.steps["horizon"].setValue(30)
    form.gaps.setCurrentIndex(1)
    form.gaps.activated.emit(1)
    assert heard == [("horizon", 30), ("gaps", "line")]


def test_that_a_split_by_time_keeps_to_it_when_a_share_changes(qtbot):
    form = SplitForm()
    qtbot.addWidget(form)
    form.show_split({"by": "time", "train": 0.65, "validation": 0.15, "test": 0.2}, [])
    heard = []
    form.changed.connect(heard.append)
    form.test.setValue(10)
    assert heard == [{"by": "time", "train": 0.75, "validation": 0.15, "test": 0.1}]
    assert form.seed.isHidden()
