"""The views of language models: a text that is written piece by piece, and passages coloured by surprise."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QTextCursor

from dlstudio.gui.plots.token_text import ShownToken, TokenText, surprise_color
from dlstudio.gui.workspaces.inspect.asking import Subject
from dlstudio.gui.workspaces.inspect.generation_view import GenerationView
from dlstudio.gui.workspaces.inspect.hidden_words_view import HiddenWordsView
from dlstudio.gui.workspaces.inspect.surprise_view import SurpriseView

TOKENS = [
    {"text": "T", "probability": None, "alternatives": []},
    {"text": "h", "probability": 0.9, "alternatives": [["h", 0.9], ["o", 0.05]]},
    {"text": "\n", "probability": 0.001, "alternatives": [["e", 0.8], [" ", 0.1]]},
]


def piece(text: str, drawn: int) -> dict[str, Any]:
    tokens = [{"text": sign, "probability": 0.5, "alternatives": [[sign, 0.5]]} for sign in text]
    return {"kind": "continuation", "ids": [2, 3], "drawn": drawn, "text": text, "tokens": tokens}


def passage(place: int = 0) -> dict[str, Any]:
    return {"kind": "passage", "tokens": TOKENS, "place": place, "of": 2, "bits": 3.21, "where": "a.txt from byte 7"}


def shown(qtbot, view):
    qtbot.addWidget(view)
    view.resize(900, 600)
    view.show()
    view.turn_to(Subject("/runs/0001"))
    return view


def questions(studio, name: str) -> list[Any]:
    return [q for q in studio.asked if q.kind == "inspect" and q.payload["inspector"] == name]


def test_that_a_text_appears_piece_by_piece_until_it_is_long_enough(qtbot, studio):
    view = shown(qtbot, GenerationView(studio))
    view.prompt.setPlainText("To be")
    view.length.setValue(6)
    qtbot.mouseClick(view.write_button, Qt.MouseButton.LeftButton)
    (first,) = questions(studio, "generation")
    assert first.payload["options"]["prompt"] == "To be"
    assert view.write_button.text() == "Stop"
    first.then(piece(" or ", 4))
    assert view.text.written() == "To be or "
    second = questions(studio, "generation")[1]
    assert (second.payload["options"]["ids"], second.payload["options"]["drawn"]) == ([2, 3], 4)
    assert second.payload["options"]["count"] == 2
    second.then(piece("no", 6))
    assert view.text.written() == "To be or no"
    assert not view.writing and view.write_button.text() == "Write"
    assert len(questions(studio, "generation")) == 2


def test_that_stop_asks_for_no_more_and_drops_what_comes_late(qtbot, studio):
    view = shown(qtbot, GenerationView(studio))
    view.prompt.setPlainText("To be")
    view.write()
    (first,) = questions(studio, "generation")
    qtbot.mouseClick(view.write_button, Qt.MouseButton.LeftButton)
    first.then(piece("late", 4))
    assert view.text.written() == "To be"
    assert len(questions(studio, "generation")) == 1


def test_that_the_numbers_are_sent_as_they_are_set(qtbot, studio):
    view = shown(qtbot, GenerationView(studio))
    view.prompt.setPlainText("x")
    for field, value in ((view.temperature, 0.3), (view.top_k, 7), (view.top_p, 0.9), (view.seed, 42)):
        field.setValue(value)
    view.write()
    options = questions(studio, "generation")[0].payload["options"]
    assert [options[name] for name in ("temperature", "top_k", "top_p", "seed")] == [0.3, 7, 0.9, 42]


def test_that_an_empty_prompt_and_a_refusal_are_sentences(qtbot, studio):
    view = shown(qtbot, GenerationView(studio))
    view.write()
    assert "Type how the text begins" in view.trouble.text() and not view.trouble.isHidden()
    view.prompt.setPlainText("x")
    view.write()
    questions(studio, "generation")[0].failed("The run is gone.")
    assert view.trouble.text() == "✕ The run is gone."
    assert not view.writing


def test_that_the_begin_of_the_data_is_suggested_but_never_over_ones_own_words(qtbot, studio):
    view = shown(qtbot, GenerationView(studio))
    questions(studio, "surprise")[0].then(passage())
    assert view.prompt.toPlainText().startswith("Th")
    view.prompt.setPlainText("My own")
    view.turn_to(Subject("/runs/0002"))
    assert view.prompt.toPlainText() == "My own"
    assert len(questions(studio, "surprise")) == 1


def test_that_a_passage_is_shown_with_its_bits_and_the_next_is_asked_for(qtbot, studio):
    view = shown(qtbot, SurpriseView(studio))
    questions(studio, "surprise")[0].then(passage())
    assert view.count.text() == "passage 1 of 2 · 3.21 bits a token · a.txt from byte 7"
    assert view.text.written() == "Th\n"
    assert not view.back.isEnabled()
    qtbot.mouseClick(view.next, Qt.MouseButton.LeftButton)
    assert questions(studio, "surprise")[1].payload["options"] == {"place": 1, "sort": "row"}
    questions(studio, "surprise")[1].then(passage(1))
    assert view.back.isEnabled() and not view.next.isEnabled()


def test_that_hidden_words_are_shown_with_their_guesses(qtbot, studio):
    view = shown(qtbot, HiddenWordsView(studio))
    (question,) = questions(studio, "hidden-words")
    assert question.payload["options"] == {"place": 0, "sort": "row"}
    question.then(passage())
    assert view.count.text() == "passage 1 of 2 · 3.21 bits a hidden word · a.txt from byte 7"
    view.text.pointed.emit(1)
    assert view.detail.words.text() == "90.0 % likely · 0.2 bits of surprise"
    view.text.pointed.emit(0)
    assert view.detail.words.text() == "given, not foretold"


def test_that_pointing_at_a_token_names_it_and_what_was_likelier(qtbot, studio):
    view = shown(qtbot, SurpriseView(studio))
    questions(studio, "surprise")[0].then(passage())
    cursor = QTextCursor(view.text.document())
    cursor.setPosition(2)
    place = view.text.cursorRect(cursor).center() + QPoint(3, 0)
    qtbot.mouseMove(view.text.viewport(), place)
    view.text._move(place, view.text.mapToGlobal(place))
    assert view.detail.title.text() == "↵"
    assert view.detail.words.text() == "0.1 % likely · 10.0 bits of surprise"
    assert [bar.label for bar in view.detail.bars.bars] == ["e", "␣", "↵"]
    assert ShownToken.from_json(TOKENS[2]).said().startswith("↵ · 0.1 % · 10.0 bits")


def test_that_surprising_tokens_are_coloured_more_strongly(qtbot):
    assert surprise_color(0).alphaF() == 0
    assert surprise_color(2).alphaF() < surprise_color(8).alphaF() <= surprise_color(99).alphaF() < 1
    text = TokenText()
    qtbot.addWidget(text)
    text.add_tokens([ShownToken("🐢", 0.5), ShownToken("x", 0.001)])
    assert [text.token_at(place) for place in (0, 1, 2, 3)] == [0, 0, 1, -1]  # the turtle takes two places of Qt's
    cursor = QTextCursor(text.document())
    grounds = []
    for place in (2, 3):
        cursor.setPosition(place)
        grounds.append(cursor.charFormat().background().color().alphaF())
    assert grounds[1] > grounds[0] > 0
