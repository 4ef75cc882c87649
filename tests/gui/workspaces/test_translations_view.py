"""Translations in the Inspect workspace: texts side by side, what one of them looks at, and a sentence of one's own."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from PySide6.QtCore import QPointF

from dlstudio.graph.project import DataSettings
from dlstudio.gui.plots.attention_map import AttentionMap
from dlstudio.gui.workspaces.inspect.translations_view import PAGE, TranslationsView
from dlstudio.gui.workspaces.inspect.workspace import InspectWorkspace
from tests.gui.workspaces.answers import install_translator
from tests.gui.workspaces.recorded import run_events
from tests.gui.workspaces.test_inspect import names, show

COLUMNS = {
    "en": {"type": "sentence", "role": "input"},
    "fr": {"type": "translation", "role": "target"},
    "fr so far": {"type": "so-far", "from": ["fr"], "role": "input"},
}


def made(qtbot: Any, studio: Any, layers: int = 2) -> InspectWorkspace:
    install_translator(studio, layers=layers)
    studio.project = replace(studio.project, data=DataSettings("news", "parallel-text", COLUMNS))
    studio.add_run("0001", run_events(3))
    workspace = InspectWorkspace(studio)
    qtbot.addWidget(workspace)
    workspace.resize(1300, 800)
    workspace.show()
    qtbot.waitUntil(lambda: workspace.list.count() == 2)
    return workspace


def view_of(qtbot: Any, workspace: InspectWorkspace) -> TranslationsView:
    show(workspace, "translations")
    view = workspace.views["translations"]
    qtbot.waitUntil(lambda: view.sentences.table.rowCount() > 0 and bool(view.alignment.written.text()))
    return view


def test_that_bleu_stands_beside_the_baseline_and_texts_beside_each_other(qtbot: Any, studio: Any) -> None:
    workspace = made(qtbot, studio)
    assert names(workspace) == ["translations", "try"]
    view = view_of(qtbot, workspace)
    assert workspace.headline.text() == "BLEU 18.25 · chrF 41.5"
    assert "the source itself" in workspace.baseline.text()
    table = view.sentences.table
    assert [table.horizontalHeaderItem(c).text() for c in range(4)] == ["en", "fr (truth)", "fr (network)", "chrF"]
    assert table.item(1, 0).text() == "The cat sees 1 birds."
    assert table.item(1, 2).text() == "Le chat voit 1 chiens."
    assert "24 without a difference" in view.sentences.count.text()


def test_that_pages_and_orders_are_asked_for(qtbot: Any, studio: Any) -> None:
    view = view_of(qtbot, made(qtbot, studio))
    assert view.sentences.table.rowCount() == PAGE
    view.sentences.on.click()
    qtbot.waitUntil(lambda: view.sentences.table.rowCount() == 70 - PAGE)
    view.sentences.sort.setCurrentIndex(1)
    qtbot.waitUntil(lambda: view.sentences.table.rowCount() == PAGE)
    sorts = [q.payload["options"].get("sort") for q in studio.asked if q.kind == "inspect"]
    assert "score" in sorts
    assert "-score" in sorts


def test_that_a_chosen_sentence_shows_what_it_looks_at_in_each_layer(qtbot: Any, studio: Any) -> None:
    view = view_of(qtbot, made(qtbot, studio))
    one = view.alignment
    assert one.written.text() == "Le chat."
    assert one.truth.text() == "truth: Le chat."
    assert one.layer.count() == 2
    assert one.layer.currentIndex() == 1
    assert "Le at The" in one.map.accessibleName()
    assert one.map.described(1, 1) == "“chat” looks at “cat” with 80.0 %"
    one.layer.setCurrentIndex(0)
    assert one.map.described(1, 1) == "“chat” looks at “cat” with 50.0 %"


def test_that_a_sentence_of_ones_own_is_searched_with_the_beam_chosen(qtbot: Any, studio: Any) -> None:
    view = view_of(qtbot, made(qtbot, studio))
    one = view.alignment
    one.own.setText("A dog.")
    one.beam.setValue(3)
    one.own.returnPressed.emit()
    qtbot.waitUntil(lambda: one.source.text() == "A dog.")
    assert not one.truth.isVisible()
    assert len(one.candidates.bars) == 3


def test_that_a_network_without_attention_says_so(qtbot: Any, studio: Any) -> None:
    view = view_of(qtbot, made(qtbot, studio, layers=0))
    assert view.alignment.none.isVisible()
    assert not view.alignment.area.isVisible()


def test_that_try_your_own_asks_for_the_sentence_alone(qtbot: Any, studio: Any) -> None:
    workspace = made(qtbot, studio)
    show(workspace, "try")
    view = workspace.views["try"]
    assert list(view.inputs) == ["en"]
    view.inputs["en"].field.setPlainText("a bird")
    view.inputs["en"].changed.emit()
    qtbot.waitUntil(lambda: view.label.text() == "traduit : a bird")
    assert view.sure.text().startswith("80.0 % sure of a token on average")
    assert [bar.label for bar in view.bars.bars] == ["autrement"]


def test_that_a_cell_of_the_map_is_found_under_the_pointer(qtbot: Any) -> None:
    grid = AttentionMap()
    qtbot.addWidget(grid)
    grid.resize(500, 400)
    grid.set_weights(["le", "chat"], ["the", "cat", "."], np.array([[0.7, 0.2, 0.1], [0.1, 0.8, 0.1]]))
    assert grid.cell_at(grid.cell_rect(1, 2).center()) == (1, 2)
    assert grid.cell_at(QPointF(0, 0)) is None
    picture = grid.grab().toImage()
    strong, weak = (picture.pixelColor(grid.cell_rect(1, at).center().toPoint()) for at in (1, 0))
    assert strong != weak
    grid.set_weights([], [], np.zeros((0, 0)))
    grid.grab()


@pytest.mark.parametrize("beam", [1, 16])
def test_that_the_beam_goes_from_greedy_to_sixteen(qtbot: Any, studio: Any, beam: int) -> None:
    one = view_of(qtbot, made(qtbot, studio)).alignment
    one.beam.setValue(beam)
    assert one.beam.value() == beam
