"""Inputs of one's own with invented answers: what an answer says, and what stands there when an input is no input."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from dlstudio.graph.project import Project
from dlstudio.gui.workspaces.inspect.asking import Subject
from dlstudio.gui.workspaces.inspect.try_own import InputInfo, TryOwn


@pytest.fixture
def own(qtbot, studio) -> TryOwn:
    made = TryOwn(studio)
    qtbot.addWidget(made)
    made.resize(1000, 700)
    made.show()
    made.turn_to(Subject("/runs/0001"))
    return made


def test_that_a_forecast_continues_the_series_that_was_given(own, studio, tmp_path):
    forecast = {"forecast": [7.0, 8.0], "low": [6.0, 6.5], "high": [9.0, 10.0]}
    studio.answers["predict"] = lambda payload: {**forecast, "arrays": {}}
    own.set_inputs((InputInfo("past", "load", "series", (4, 1)),), Project())
    np.save(tmp_path / "own.npy", np.arange(4, dtype=np.float32))
    own.inputs["load"].open(str(tmp_path / "own.npy"))
    assert own.label.text() == "next: 7"
    assert "from 6 to 9" in own.sure.text() and "2 steps ahead" in own.sure.text()
    curves = own.forecast_answer.plot.curves
    assert curves["truth"].getData()[1].tolist() == [0, 1, 2, 3]
    assert [each.tolist() for each in curves["forecast"].getData()] == [[4, 5], [7, 8]]
    assert own.forecast_answer.isVisible()
    own.inputs["load"].problem.emit("No series.")
    assert not own.forecast_answer.isVisible()


def test_that_pad_and_picture_stand_below_each_other_where_it_is_narrow(own, qtbot):
    own.set_inputs((InputInfo("image", "image", "image", (28, 28, 3)),), Project())
    editor = own.inputs["image"]
    place = editor.shown.parentWidget()
    qtbot.waitUntil(lambda: place.x() > 0 and place.y() == 0)
    own.resize(700, 700)
    qtbot.waitUntil(lambda: place.x() == 0 and place.y() > editor.pad.height())
    assert editor.height() >= place.geometry().bottom()


def test_that_an_image_that_no_screen_shows_is_given_as_a_file(own, studio):
    studio.answers["predict"] = lambda payload: {"label": "forest", "confidence": 0.8, "scores": {"forest": 0.8}}
    own.set_inputs((InputInfo("image", "tile", "image", (32, 32, 6)),), Project())
    own.inputs["tile"].open("/data/tile.npy")
    assert studio.waiting("predict").payload["value"] == "/data/tile.npy"
    assert own.label.text() == "forest"


def test_that_a_text_without_a_hidden_word_is_told_how_to_hide_one(own, studio):
    hidden: list[Any] = []
    studio.answers["predict"] = lambda payload: {"value": "a good film", "hidden": hidden, "scores": {}}
    own.set_inputs((InputInfo("masked", "masked", "text", (32,)),), Project())
    own.inputs["masked"].field.setPlainText("a good film")
    own.inputs["masked"].changed.emit()
    assert "Write [mask]" in own.sure.text()
    hidden += [{"place": 1, "guesses": []}]
    own.inputs["masked"].changed.emit()
    assert own.sure.text() == "likeliest words for [mask]"


def test_that_an_answer_says_what_it_is_of(own, studio):
    infos = (InputInfo("age", "age", "number", (1,)),)
    studio.answers["predict"] = lambda payload: {"value": 2.5}
    own.set_inputs(infos, Project(), {"column": "fare", "task": "regression"})
    own.inputs["age"].fields["age"].setText("29")
    own.inputs["age"].changed.emit()
    assert own.sure.text() == "predicted fare"
    studio.answers["predict"] = lambda payload: {"label": "e", "confidence": 0.25, "scores": {"e": 0.25}}
    own.set_inputs(infos, Project(), {"column": "next", "task": "language-model"})
    assert own.sure.text() == "comes next, 25.0 % sure"


def test_that_a_field_that_holds_no_number_is_said_until_it_holds_one(own, studio):
    answered: list[Any] = []
    studio.answers["predict"] = lambda payload: answered.append(payload) or {"value": 2.5}
    own.set_inputs((InputInfo("age", "age", "number", (1,)),), Project())
    field = own.inputs["age"].fields["age"]
    field.setText("old")
    own.inputs["age"].changed.emit()
    assert "“old” in age is no number" in own.sure.text() and not answered
    field.setText("29")
    own.inputs["age"].changed.emit()
    assert own.label.text() == "2.5" and own.sure.text() == "predicted value"
    field.clear()
    own.inputs["age"].changed.emit()
    assert own.sure.text() == "Nothing given yet."
