"""Tagging: entity and token metrics against values counted by hand, baselines, answers about own texts."""

from __future__ import annotations

import numpy as np
import pytest

from dlstudio.data.encoders.tags import IGNORED
from dlstudio.data.encoders.tokenized import Token
from dlstudio.graph.columns import ColumnSpec
from dlstudio.tasks.informed import Seen
from dlstudio.tasks.registry import suited_task
from dlstudio.tasks.tagging import TASK, tag_metrics

TAGS = ColumnSpec("tags", "tags", (5,), "int32", ("O", "B-ORG", "I-ORG", "B-PER", "I-PER"))
TRUTH = np.array([[1, 2, 0, 3, IGNORED], [0, 3, 4, 0, 1]])


def logits(chosen: np.ndarray, sure: float = 9.0) -> np.ndarray:
    return sure * np.eye(5)[np.where(chosen < 0, 0, chosen)]


def test_that_it_is_the_task_of_tags() -> None:
    assert suited_task(TAGS) == "tagging"
    assert TASK.output_shape(TAGS) == (5, 5)


def test_that_an_entity_counts_only_as_a_whole() -> None:
    # Of four true entities the first and the last are right; the PER of two words is cut short; one is missed.
    chosen = np.array([[1, 2, 0, 0, 3], [0, 3, 0, 0, 1]])
    found = tag_metrics(TRUTH, chosen, TAGS)
    assert found["entity_precision"] == pytest.approx(2 / 3)
    assert found["entity_recall"] == pytest.approx(2 / 4)
    assert found["entity_f1"] == pytest.approx(4 / 7)
    assert found["token_accuracy"] == pytest.approx(7 / 9)


def test_that_padding_changes_nothing() -> None:
    chosen = logits(np.where(TRUTH < 0, 3, TRUTH))
    found = TASK.evaluate(TRUTH, chosen, TAGS, False)
    assert found["entity_f1"] == found["token_accuracy"] == 1.0
    assert found["loss"] == pytest.approx(np.log(1 + 4 * np.exp(-9.0)), rel=1e-3)
    assert TASK.sample_losses(TRUTH, chosen, TAGS, False) == pytest.approx([found["loss"]] * 2, rel=1e-3)


def test_that_tags_without_entities_are_measured_by_macro_f1() -> None:
    spec = ColumnSpec("pos", "tags", (2,), "int32", ("NOUN", "VERB"))
    found = tag_metrics(np.array([[0, 1], [0, -1]]), np.array([[0, 0], [0, 1]]), spec)
    assert found == pytest.approx({"token_accuracy": 2 / 3, "macro_f1": (0.8 + 0) / 2})


def test_that_the_baselines_learn_words_and_neighbours_from_training_alone() -> None:
    random = np.random.default_rng(1)
    words = random.integers(2, 12, (60, 5))
    truth = np.where(words == 5, 3, 0)  # word 5 is a person
    truth[:, 1:] = np.where(words[:, :-1] == 7, 1, truth[:, 1:])  # and what follows word 7 an organization
    train, test = Seen({"text": words[:40]}, truth[:40]), Seen({"text": words[40:]}, truth[40:])
    found = TASK.baseline_from_inputs(train, test, TAGS)
    assert found["entity_f1"] > 0.9
    assert found["entity_f1"] == found["logistic_regression_entity_f1"] > found["commonest_tag_entity_f1"] > 0.3
    flipped = TASK.baseline_from_inputs(train, Seen(test.inputs, np.zeros_like(test.truth)), TAGS)
    assert flipped["entity_f1"] == 0.0


def test_that_an_answer_names_the_entities_with_their_words() -> None:
    text = "Acme Bank pays Ann"
    tokens = [Token(word, text.index(word), text.index(word) + len(word)) for word in text.split()]
    (given,) = TASK.predictions(logits(TRUTH[:1]), TAGS, False)
    said = TASK.of_tokens(given, {"text": tokens})
    assert said["value"] == "Acme Bank (ORG), Ann (PER)"
    assert [(each["start"], each["end"]) for each in said["entities"]] == [(0, 2), (3, 4)]
    assert said["tags"] == ["B-ORG", "I-ORG", "O", "B-PER"]
    assert TASK.of_tokens({"tags": ["O"], "confidence": [1.0]}, {"text": tokens[:1]})["value"] == "no entities"
