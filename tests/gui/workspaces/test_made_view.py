"""The view of made samples with invented answers: captions, the way between two, other noise; one's own number."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from dlstudio.gui.workspaces.inspect.asking import Subject
from dlstudio.gui.workspaces.inspect.growth_view import GrowthView
from dlstudio.gui.workspaces.inspect.made_view import COUNT, MadeView
from dlstudio.gui.workspaces.inspect.own_noise import OwnNoise
from dlstudio.gui.workspaces.inspect.restored_answer import RestoredAnswer, restored_words


def answer(first: int = 1, count: int = 4, usual: float | None = 0.125) -> dict[str, Any]:
    pictures = np.zeros((count, 4, 4, 1), np.uint8)
    arrays = {
        "made": pictures,
        "nearest": pictures,
        "realness": np.linspace(0.2, 0.8, count).astype(np.float32),
        "distances": np.full(count, 0.25, np.float32),
        "rows": np.arange(count) + 30,
    }
    numbers = list(range(first, first + count))
    return {"kind": "made", "numbers": numbers, "usual": usual, "compared": 1437, "arrays": arrays}


@pytest.fixture
def view(qtbot, studio):
    made = MadeView(studio)
    qtbot.addWidget(made)
    made.resize(900, 640)
    made.show()
    made.turn_to(Subject("/runs/0001"))
    return made


def asked(studio) -> dict[str, Any]:
    return studio.asked[-1].payload["options"]


def test_that_made_samples_say_how_real_they_look_and_how_near_a_real_one_is(view, studio):
    assert asked(studio) == {"from": 1, "count": COUNT}
    view._arrived(answer())
    assert view.made.loaded[0].caption[0][0] == "20 %"
    assert view.nearest.loaded[0].caption[0][0] == "0.25" and view.nearest.loaded[0].tip == "sample 31"
    assert "0.125" in view.nearest_words.text() and "437" in view.nearest_words.text()
    view._arrived(answer(usual=None))
    assert "usually" not in view.nearest_words.text()


def test_that_two_clicks_ask_for_the_way_between_two(view, studio):
    view._arrived(answer(first=11))
    assert asked(studio)["between"] == [11, 12]  # something to look at before anything is clicked
    view._clicked(3)
    assert view.made.loaded[3].frame
    view._clicked(1)
    assert asked(studio)["between"] == [14, 12]
    studio.asked[-1].then({"arrays": {"steps": np.zeros((9, 4, 4, 1), np.uint8)}})
    assert view.strip.count == 9 and "14 to 12" in view.said.text()
    view._clicked(2)
    assert asked(studio)["between"] == [12, 13]
    assert [place for place, card in view.made.loaded.items() if card.frame] == [1, 2]


def test_that_other_noise_is_asked_for_and_the_first_found_again(view, studio):
    view._arrived(answer())
    assert not view.back.isEnabled()
    view.more.click()
    assert asked(studio)["from"] == 1 + COUNT
    view._arrived(answer(first=1 + COUNT))
    assert view.back.isEnabled()
    view.back.click()
    assert asked(studio)["from"] == 1


def test_that_growth_of_made_samples_shows_no_error(qtbot, studio):
    view = GrowthView(studio)
    qtbot.addWidget(view)
    arrays = {
        "epochs": np.array([1, 4]),
        "rows": np.arange(3),
        "read": np.zeros((3, 4, 4, 1), np.uint8),
        "given": np.zeros((2, 3, 4, 4, 1), np.uint8),
        "errors": np.zeros((2, 3), np.float32),
    }
    view._arrived({"sample_kind": "image", "made": True, "arrays": arrays})
    assert view.words[1].text().startswith("Made") and view.where.text() == "after epoch 4"
    view._arrived({"sample_kind": "image", "arrays": arrays})
    assert view.words[1].text().startswith("Given back") and "error" in view.where.text()


def test_that_ones_own_number_makes_a_picture(qtbot):
    own = OwnNoise()
    qtbot.addWidget(own)
    with qtbot.waitSignal(own.changed):
        own.number.stepUp()
    assert own.value() == 2
    shown = RestoredAnswer()
    qtbot.addWidget(shown)
    said = {"made": np.zeros((4, 4, 1)).tolist(), "realness": 0.354}
    shown.show_answer(said)
    assert not shown.pane.isHidden() and shown.pane.title == "Made"
    assert restored_words(said)[0] == "looks real by 35.4 %"
