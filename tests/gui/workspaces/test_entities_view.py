"""Entities in the Inspect workspace: spans in their sentences, filters, pages, and a sentence of one's own."""

from __future__ import annotations

from typing import Any

import pytest

from dlstudio.gui.plots.span_text import MarkedSpan, SpanText
from dlstudio.gui.workspaces.inspect.entities_view import PAGE, EntitiesView
from dlstudio.gui.workspaces.inspect.own_inputs import OwnText
from dlstudio.gui.workspaces.inspect.workspace import InspectWorkspace
from tests.gui.workspaces.answers import install_tagger, tagged
from tests.gui.workspaces.recorded import run_events
from tests.gui.workspaces.test_inspect import names, show


@pytest.fixture
def workspace(qtbot: Any, studio: Any) -> InspectWorkspace:
    install_tagger(studio)
    studio.add_run("0001", run_events(3))
    made = InspectWorkspace(studio)
    qtbot.addWidget(made)
    made.resize(1200, 760)
    made.show()
    qtbot.waitUntil(lambda: made.list.count() == 3)
    return made


def view_of(qtbot: Any, workspace: InspectWorkspace) -> EntitiesView:
    show(workspace, "entities")
    view = workspace.views["entities"]
    qtbot.waitUntil(lambda: bool(view.texts))
    return view


def test_that_a_tagger_is_shown_by_its_entities_and_its_f1(qtbot: Any, workspace: InspectWorkspace) -> None:
    assert names(workspace) == ["entities", "entity-types", "try"]
    view = view_of(qtbot, workspace)
    assert workspace.headline.text().startswith("84.0 % entity F1")
    assert "logistic regression" in workspace.baseline.text()
    text = view.texts[0]
    assert [(span.type, span.verdict) for span in text.predicted] == [("ORG", "right"), ("PER", "false alarm")]
    assert [(span.type, span.verdict) for span in text.truth] == [("ORG", "right"), ("LOC", "missed")]
    assert view.pages.currentIndex() == 0


def test_that_kinds_of_mistakes_are_counted_in_good_english(qtbot: Any, workspace: InspectWorkspace) -> None:
    view = view_of(qtbot, workspace)
    value = {"types": [], "items": [], "total": 0, "of": 0}
    view._arrived({**value, "counts": {"right": 4, "missed": 1, "false alarm": 6}})
    assert view.subtitle.text() == "spans of the split: 4 right, 1 missed, 6 false alarms"
    view._arrived({**value, "counts": {"false alarm": 1}})
    assert view.subtitle.text() == "spans of the split: 1 false alarm"


def test_that_pages_go_on_and_back(qtbot: Any, workspace: InspectWorkspace) -> None:
    view = view_of(qtbot, workspace)
    assert len(view.texts) == PAGE
    view.on.click()
    qtbot.waitUntil(lambda: len(view.texts) == 40 - PAGE)
    assert not view.on.isVisible()
    view.back.click()
    qtbot.waitUntil(lambda: len(view.texts) == PAGE)


def test_that_filters_are_asked_for_and_an_empty_page_says_so(qtbot: Any, workspace: InspectWorkspace) -> None:
    view = view_of(qtbot, workspace)
    view.type.setCurrentIndex(view.type.findData("PER"))
    view.mistakes.setCurrentIndex(view.mistakes.findData("missed"))
    qtbot.waitUntil(lambda: "No sentence passes" in view.state.text())
    view.mistakes.setCurrentIndex(0)
    qtbot.waitUntil(lambda: len(view.texts) == PAGE)


def test_that_types_have_a_table(qtbot: Any, workspace: InspectWorkspace) -> None:
    show(workspace, "entity-types")
    table = workspace.views["entity-types"].table
    qtbot.waitUntil(lambda: table.rowCount() == 2)
    assert table.item(0, 0).text() == "ORG"


def test_that_a_sentence_of_ones_own_shows_its_entities(qtbot: Any, workspace: InspectWorkspace) -> None:
    show(workspace, "try")
    view = workspace.views["try"]
    (editor,) = view.inputs.values()
    assert isinstance(editor, OwnText)
    editor.field.setPlainText("Acme Bank pays")
    editor.changed.emit()
    qtbot.waitUntil(lambda: view.label.text() == "1 entity")
    (text,) = view.findChildren(SpanText)
    assert text.words == ("Acme", "Bank", "pays")
    assert [span.type for span in text.predicted] == ["ORG"]


def test_that_a_narrow_text_wraps_and_no_word_leaves_it(qtbot: Any) -> None:
    item = tagged(0)
    text = SpanText()
    qtbot.addWidget(text)
    spans = [MarkedSpan.from_json(each) for each in item["predicted"]]
    text.set_text(item["tokens"] * 6, [], spans, ["LOC", "ORG", "PER"])
    assert text.heightForWidth(160) > text.heightForWidth(600)
    text.resize(160, text.heightForWidth(160))
    text.show()
    text.grab()
    assert all(box.right() <= 160 for box in text._boxes)
    middle = text._boxes[0].center()
    assert text.tip_at(middle.x(), middle.y()) == "predicted: ORG, 90.0 % sure (right)"
