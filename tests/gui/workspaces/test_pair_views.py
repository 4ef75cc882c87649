"""The views of embeddings with invented answers: neighbours, the threshold between pairs, pictures of one's own."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from dlstudio.gui.workspaces.inspect.asking import Subject
from dlstudio.gui.workspaces.inspect.distances_view import DistancesView
from dlstudio.gui.workspaces.inspect.nearest_answer import NearestAnswer
from dlstudio.gui.workspaces.inspect.neighbours_view import NeighboursView

PEOPLE = ["ann", "ann", "bob", "bob"]


def sample(place: int) -> dict[str, Any]:
    return {"place": place, "truth": PEOPLE[place], "name": f"{place}.png", "text": "", "array": f"sample-{place}"}


def arrays() -> dict[str, Any]:
    return {f"sample-{place}": np.full((12, 10, 1), 40 * place, np.uint8) for place in range(4)}


def neighbours(payload: Any) -> dict[str, Any]:
    place = payload["options"]["place"]
    nearest = [{**sample(each), "distance": 0.1 * (each + 1)} for each in range(4) if each != place]
    answer = {"asked": sample(place), "nearest": nearest, "wrong": [2], "of": 4, "sample_kind": "image"}
    return {**answer, "arrays": arrays()}


def distances(_: Any) -> dict[str, Any]:
    pair = {"first": sample(0), "second": sample(2), "distance": 0.2, "same": False}
    counts = {"same": np.array([1, 1, 0, 0]), "different": np.array([0, 1, 1, 2])}
    scores = {"roc_auc": 0.9, "eer": 0.25, "tar_at_far_1": 0.5}
    answer = {"width": 0.5, "threshold": 0.5, "scores": scores, "worst": [pair], "sample_kind": "image"}
    return {**answer, "arrays": {**arrays(), **counts}}


def shown(qtbot, studio, kind: type, answer: Any):
    studio.answers["inspect"] = answer
    view = kind(studio)
    qtbot.addWidget(view)
    view.resize(900, 640)
    view.show()
    view.turn_to(Subject("/runs/0001"))
    qtbot.waitUntil(lambda: view.pages.currentIndex() == 0)
    return view


def test_that_others_are_framed_and_the_next_mistake_is_one_click_away(qtbot, studio):
    view = shown(qtbot, studio, NeighboursView, neighbours)
    assert view.name.text() == "ann"
    assert {card.row: card.frame for card in view.grid.loaded.values()} == {1: "", 2: "error", 3: "error"}
    view.next_wrong.click()
    qtbot.waitUntil(lambda: view.name.text() == "bob")
    assert "3 of 4" in view.where.text()


def test_that_a_neighbour_that_is_clicked_is_asked_about_next(qtbot, studio):
    view = shown(qtbot, studio, NeighboursView, neighbours)
    view.grid.choose(2)
    qtbot.waitUntil(lambda: "4 of 4" in view.where.text())


def test_that_the_threshold_says_what_it_costs(qtbot, studio):
    view = shown(qtbot, studio, DistancesView, distances)
    assert view.slider.value() == 1
    assert "False rejects: 1 of 2 pairs of one class (50.0 %)" in view.meaning.text()
    assert "False accepts: 0 of 4 pairs of two (0.0 %)" in view.meaning.text()
    view.slider.setValue(3)
    assert view.threshold.text() == "1.5"
    assert "False rejects: 0 of 2" in view.meaning.text()
    assert "False accepts: 2 of 4 pairs of two (50.0 %)" in view.meaning.text()


def test_that_a_pair_is_one_card_with_both_pictures(qtbot, studio):
    view = shown(qtbot, studio, DistancesView, distances)
    (card,) = view.pairs.loaded.values()
    assert card.picture is not None
    assert card.picture.width() > 20
    assert "ann: 0.png" in card.tip
    assert "bob: 2.png" in card.tip


def test_that_two_pictures_of_ones_own_are_compared(qtbot):
    answer = NearestAnswer()
    qtbot.addWidget(answer)
    near = [{"label": "ann", "distance": 0.25, "name": "0.png", "split": "train"}]
    answer.show_answer({"nearest": near, "embedding": [1.0, 0.0]})
    assert answer.bars.bars[0].parts[0][0] == pytest.approx(0.75)
    assert answer.compared.isHidden()
    answer.keep_given()
    answer.show_answer({"nearest": near, "embedding": [0.6, 0.8]})
    assert answer.compared.text() == "Distance to the one kept: 0.400"
    answer.forget()
    assert answer.compared.isHidden()
