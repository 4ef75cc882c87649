"""Answers are measured as SQuAD does, the likeliest span is found, the sliding window answers by overlap."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from dlstudio.data.encoders.tokenized import split_words
from dlstudio.data.texts.passages import NO_ANSWER, Passage, Reference
from dlstudio.graph.columns import ColumnSpec
from dlstudio.tasks.answers import LONGEST_ANSWER, answer_f1, best_spans, exact_match, normalized, place_probabilities
from dlstudio.tasks.sliding_window import common_words, sliding_window_answer
from dlstudio.tasks.span import TASK

TARGET = ColumnSpec("answer", "span", (3,), "int32", places=6)


def reference(passage: str, question: str, *answers: str) -> Reference:
    made = Passage(passage, tuple(split_words(passage)))
    spans = tuple(made.span(passage.index(each), passage.index(each) + len(each)) for each in answers)
    return Reference(question, made, answers, spans)


def test_that_case_punctuation_articles_and_space_do_not_count() -> None:
    assert normalized(" The  U.S. and an Army,  a-hem ") == "us and army ahem"
    assert exact_match("The Normans.", ["normans"]) == 1
    assert exact_match("Norman", ["normans", "the norman"]) == 1
    assert exact_match("anthem", ["them"]) == 0


def test_that_f1_is_that_of_bags_of_words_and_the_best_over_the_truths() -> None:
    # 2 of 3 given words are right, 2 of 4 right words are given: 2 · 2 / (3 + 4).
    assert answer_f1("first 10th half", ["10th half of century"]) == pytest.approx(4 / 7)
    assert answer_f1("first 10th half", ["nothing", "10th half of century", "half"]) == pytest.approx(4 / 7)
    assert answer_f1("half half", ["half"]) == pytest.approx(2 / 3)
    assert answer_f1("", ["half"]) == 0
    assert answer_f1("the", ["half"]) == 0


def test_that_the_likeliest_span_ends_where_it_begins_or_later_and_not_too_far() -> None:
    scores = np.full((1, 6, 2), -5.0)
    scores[0, 4, 0] = scores[0, 0, 1] = 9.0  # would end before it begins
    scores[0, 1, 0] = scores[0, 2, 1] = 8.0
    first, last, sure = best_spans(place_probabilities(scores, np.array([6]), False))
    assert (first[0], last[0]) == (1, 2)
    assert 0 < sure[0] < 1
    long = np.full((1, 80, 2), -50.0)
    long[0, 0, 0] = long[0, 79, 1] = 0.0
    first, last, _ = best_spans(place_probabilities(long, np.array([80]), False))
    assert last[0] - first[0] < LONGEST_ANSWER


def test_that_where_there_is_no_answer_none_is_right_and_nothing_else() -> None:
    for measure in (exact_match, answer_f1):  # as the script of SQuAD 2.0: evaluate-v2.0.py
        assert measure("", [""]) == 1
        assert measure("half", [""]) == 0
        assert measure("", ["half"]) == 0
        assert measure("the", [""]) == 1  # nothing is left of it
        assert measure("half", ["", "half"]) == 1


def lacking(passage: str, question: str, *answers: str) -> Reference:
    """The same with the place of no answer; no answer where none is given."""
    known = reference(passage, question, *answers)
    made = Passage(passage, (NO_ANSWER, *known.passage.words))
    spans = tuple((span[0] + 1, span[1] + 1) for span in known.spans if span)
    return Reference(question, made, answers or ("",), spans or ((0, 0),))


def test_that_the_place_of_no_answer_begins_no_other_span() -> None:
    scores = np.full((1, 6, 2), -9.0)
    scores[0, 0, 0] = scores[0, 2, 1] = 9.0
    scores[0, 0, 1] = 5.0
    assert [each[0] for each in best_spans(place_probabilities(scores, np.array([6]), False), True)[:2]] == [0, 0]
    assert [each[0] for each in best_spans(place_probabilities(scores, np.array([6]), False))[:2]] == [0, 2]


def test_that_questions_with_and_without_an_answer_are_measured_apart() -> None:
    passage = "Rollo led the Normans here"
    references = [lacking(passage, "Who?", "Normans"), lacking(passage, "When?"), lacking(passage, "Why?")]
    outputs = np.full((3, 7, 2), -9.0)
    outputs[0, 4] = outputs[1, 0] = outputs[2, 5] = 9.0
    truth = np.array([[4, 4, 6], [0, 0, 6], [0, 0, 6]])
    target = replace(TARGET, places=7, none=True)
    found = TASK.evaluate_texts(references, truth, outputs, target, False)
    assert found["f1"] == found["exact_match"] == found["span_exact"] == pytest.approx(2 / 3)
    assert (found["has_answer_f1"], found["no_answer_f1"]) == (1, 0.5)
    assert [each["text"] for each in TASK.answers(references, outputs, False)] == ["Normans", "", "here"]
    never = TASK.baseline_from_texts(references, references)
    assert never == {"f1": 2 / 3, "exact_match": 2 / 3, "has_answer_f1": 0, "no_answer_f1": 1}


def test_that_padding_has_no_probability_and_is_never_answered() -> None:
    scores = np.zeros((2, 6, 2))
    scores[:, 4] = 50.0
    chances = place_probabilities(scores, np.array([4, 6]), False)
    assert chances.sum(axis=1) == pytest.approx(np.ones((2, 2)))
    assert chances[0, 4:].max() == 0
    first, last, _ = best_spans(chances)
    assert last[0] < 4
    assert (first[1], last[1]) == (4, 4)


def test_that_probabilities_are_taken_as_they_are() -> None:
    logits = np.random.default_rng(1).normal(size=(3, 6, 2))
    words = np.array([6, 4, 1])
    shares = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    assert place_probabilities(shares, words, True) == pytest.approx(place_probabilities(logits, words, False))


def test_that_answers_are_judged_by_their_text_against_every_truth() -> None:
    passage = "Rollo led the Normans here"
    references = [reference(passage, "Who?", "Normans", "the Normans"), reference(passage, "Where?", "here")]
    outputs = np.full((2, 6, 2), -9.0)
    outputs[0, 2, 0] = outputs[0, 3, 1] = outputs[1, 3, 0] = outputs[1, 4, 1] = 9.0
    truth = np.array([[3, 3, 5], [4, 4, 5]])
    found = TASK.evaluate_texts(references, truth, outputs, TARGET, False)
    assert found["exact_match"] == 0.5
    assert found["f1"] == pytest.approx((1 + 2 / 3) / 2)
    assert found["span_exact"] == 0
    assert [each["text"] for each in TASK.answers(references, outputs, False)] == ["the Normans", "Normans here"]


def test_that_an_answer_beyond_what_is_read_costs_no_loss_but_is_wrong() -> None:
    truth = np.array([[-1, -1, 6], [0, 0, 6]])
    outputs = np.zeros((2, 6, 2))
    outputs[:, 0] = 40.0
    found = TASK.evaluate(truth, outputs, TARGET, False)
    assert found["loss"] == pytest.approx(0, abs=1e-6)
    assert found["span_exact"] == 0.5
    assert TASK.sample_losses(truth, outputs, TARGET, False)[0] == 0


def test_that_the_sliding_window_answers_from_the_sentence_that_shares_most_with_the_question() -> None:
    text = "The river Wem is long. Anna Berg founded the town of Lund in 1240. It is cold."
    train = [reference("the a in of is it and was the", "?", "the")]
    common = common_words(train)
    assert "the" in common
    asked = reference(text, "When was the town of Lund founded?", "1240")
    answer = sliding_window_answer(asked, common)
    assert answer in text
    assert answer in ("Anna Berg", "1240")
    assert TASK.baseline_from_texts(train, [asked])["exact_match"] in (0.0, 1.0)


@pytest.mark.parametrize("text", ["!", "the", "Ja.", "今日は雨。", "a " * 5000])
def test_that_the_sliding_window_answers_whatever_the_passage(text: str) -> None:
    asked = Reference("Who? 谁?", Passage(text, tuple(split_words(text))), ("x",), (None,))
    assert sliding_window_answer(asked, frozenset(["a", "the"])) in text
