"""Answers in the Inspect workspace: passages with marks and scores, filters, pages, and a passage of one's own."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from PySide6.QtWidgets import QLabel

from dlstudio.gui.plots.answer_text import AnswerText
from dlstudio.gui.plots.span_text import MarkedSpan
from dlstudio.gui.workspaces.inspect.answers_view import PAGE, AnswersView
from dlstudio.gui.workspaces.inspect.asking import Subject
from dlstudio.gui.workspaces.inspect.workspace import InspectWorkspace
from tests.gui.workspaces.answers import READ_WORDS, install_reader
from tests.gui.workspaces.recorded import run_events
from tests.gui.workspaces.test_inspect import names, show


@pytest.fixture
def workspace(qtbot: Any, studio: Any) -> InspectWorkspace:
    install_reader(studio)
    studio.add_run("0001", run_events(3))
    made = InspectWorkspace(studio)
    qtbot.addWidget(made)
    made.resize(1200, 760)
    made.show()
    qtbot.waitUntil(lambda: made.list.count() == 2)
    return made


def view_of(qtbot: Any, workspace: InspectWorkspace) -> AnswersView:
    show(workspace, "answers")
    view = workspace.views["answers"]
    qtbot.waitUntil(lambda: bool(view.texts))
    return view


def test_that_a_reader_is_shown_by_its_answers_and_its_f1(qtbot: Any, workspace: InspectWorkspace) -> None:
    assert names(workspace) == ["answers", "try"]
    view = view_of(qtbot, workspace)
    assert workspace.headline.text().startswith("36.0 % F1")
    assert "sliding window" in workspace.baseline.text()
    text = view.texts[0]
    assert text.words == tuple(READ_WORDS)
    assert [(span.start, span.end) for span in text.predicted] == [(3, 4)]
    assert [(span.start, span.end) for span in text.truth] == [(2, 4)]
    assert text.scores.shape == (6, 2)
    assert not view.texts[3].truth


def test_that_pages_go_on_and_back(qtbot: Any, workspace: InspectWorkspace) -> None:
    view = view_of(qtbot, workspace)
    assert len(view.texts) == PAGE
    for wanted in (PAGE, 20 - 2 * PAGE):
        view.on.click()
        qtbot.waitUntil(lambda wanted=wanted: len(view.texts) == wanted and view._offset > 0)
    assert not view.on.isVisible()


def test_that_an_empty_page_says_so(qtbot: Any, workspace: InspectWorkspace) -> None:
    view = view_of(qtbot, workspace)
    view.shown.setCurrentIndex(view.shown.findData("right"))
    qtbot.waitUntil(lambda: "No question passes" in view.state.text())
    view.shown.setCurrentIndex(0)
    qtbot.waitUntil(lambda: len(view.texts) == PAGE)


def test_that_a_passage_and_a_question_of_ones_own_show_the_answer(qtbot: Any, workspace: InspectWorkspace) -> None:
    show(workspace, "try")
    view = workspace.views["try"]
    assert list(view.inputs) == ["passage", "question"]
    view.inputs["passage"].field.setPlainText("May saw 12 birds")
    view.inputs["passage"].changed.emit()
    assert view.label.text() == "–"
    view.inputs["question"].field.setPlainText("Who saw what?")
    view.inputs["question"].changed.emit()
    qtbot.waitUntil(lambda: view.label.text() == "saw")
    assert view.sure.text() == "50.0 % sure"
    (text,) = view.findChildren(AnswerText)
    assert text.words == ("May", "saw", "12", "birds")
    assert [(span.start, span.end) for span in text.predicted] == [(1, 2)]


def test_that_the_bars_of_a_word_are_taller_the_likelier_it_is_and_its_tip_says_how_likely(qtbot: Any) -> None:
    text = AnswerText()
    qtbot.addWidget(text)
    text.set_text(READ_WORDS, [], [MarkedSpan("answer", 3, 4, "right", 0.5)])
    text.set_scores(np.array([[0.0, 0.0], [0.1, 0.0], [0.3, 0.0], [0.6, 1.0], [0.0, 0.0], [0.0, 0.0]]))
    text.resize(500, text.heightForWidth(500))
    text.show()
    picture = text.grab().toImage()
    scale = picture.width() / text.width()
    tall = []
    for word in (1, 2, 3):
        box = text._boxes[word]
        x = round((box.left() + 2) * scale)
        rows = range(round((text._base(box) - 15) * scale), round(text._base(box) * scale) - 1)
        wanted = text.color_of(0).rgb()
        tall.append(sum(picture.pixel(x, y) == wanted for y in rows))
    assert tall[0] < tall[1] < tall[2]
    middle = text._boxes[3].center()
    tip = text.tip_at(middle.x(), middle.y())
    assert "begins here: 60.0 %, ends here: 100.0 %" in tip
    assert "predicted: answer" in tip


def test_that_no_answer_is_said_in_words_and_measured_apart(qtbot: Any, studio: Any) -> None:
    words = ["∅", "May", "saw", "birds", "."]
    base = {"place": 0, "row": 0, "where": "", "f1": 1.0, "loss": 0.1, "score": 0.9, "array": "s", "exact": True}
    right = {"type": "answer", "start": 0, "end": 1, "verdict": "right"}
    item = {**base, "question": "Who ran?", "tokens": words, "answer": "", "truths": [""]}
    item |= {"truth": [right], "predicted": [right]}
    metrics = {"f1": 0.75, "exact_match": 0.7, "has_answer_f1": 0.5, "no_answer_f1": 1.0}
    scores = np.array([[0.9, 0.9], [0.05, 0], [0, 0], [0.05, 0.1], [0, 0]], np.float32)
    value = {"items": [item], "total": 1, "offset": 0, "of": 1, "counts": {"right": 1}, "metrics": metrics}
    studio.answers["inspect"] = lambda _: {**value, "arrays": {"s": scores}}
    view = AnswersView(studio)
    qtbot.addWidget(view)
    view.resize(760, 420)
    view.show()
    view.turn_to(Subject("/runs/0001"))
    qtbot.waitUntil(lambda: bool(view.texts))
    said = [each.text() for each in view.findChildren(QLabel)]
    assert "found no answer (90.0 %) · right: no answer" in said
    assert list(view.legend.entries) == ["begins there", "ends there"]
    assert "mean F1 75.0 % · of those with an answer 50.0 % · of those without 100.0 %" in view.subtitle.text()
    assert view.texts[0].predicted[0].end == 1
