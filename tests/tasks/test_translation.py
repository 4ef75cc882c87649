"""Translations as a task: what sacrebleu counts, what padding costs, and the dictionary that a network has to beat."""

from __future__ import annotations

import numpy as np
import pytest

from dlstudio.graph.columns import ColumnSpec
from dlstudio.tasks import dictionary
from dlstudio.tasks.informed import Pairs, WritesTexts
from dlstudio.tasks.registry import get_task
from dlstudio.tasks.text_scores import bleu_tokenizer, corpus_scores, each_chrf

TARGET = ColumnSpec("fr", "translation", (4,), "int32", ("", "?", "a", "b", ""), 5)


def test_that_scores_are_those_of_sacrebleu() -> None:
    import sacrebleu

    truth = ["Nous ne referons plus jamais ça.", "Tom est parti.", "« Qui est-ce ? »"]
    given = ["Nous ne le referons jamais.", "Tom est parti.", "Qui est-ce ?"]
    found = corpus_scores(truth, given)
    assert found["bleu"] == pytest.approx(sacrebleu.corpus_bleu(given, [truth]).score)
    assert found["chrf"] == pytest.approx(sacrebleu.corpus_chrf(given, [truth]).score)
    assert found["exact"] == pytest.approx(1 / 3)
    single = [sacrebleu.sentence_chrf(b, [a]).score for a, b in zip(truth, given, strict=True)]
    assert each_chrf(truth, given) == pytest.approx(single)
    assert corpus_scores([], []) == {}


def test_that_spaces_and_apostrophes_of_another_kind_are_no_difference() -> None:
    assert corpus_scores(["l’eau est\u202fbleue !"], ["l'eau est bleue !"])["exact"] == 1.0


def test_that_texts_without_spaces_are_scored_by_characters() -> None:
    assert bleu_tokenizer(["今日は天気がいい。"]) == "char"
    assert bleu_tokenizer(["Сегодня хорошая погода."]) == "13a"
    assert corpus_scores(["今日は天気がいい"], ["今日は天気が悪い"])["bleu"] > 30


def test_that_padding_counts_nowhere() -> None:
    task = get_task("translation")
    truth = np.array([[2, 3, 4, -1], [3, 4, -1, -1]])
    outputs = np.random.default_rng(1).normal(size=(2, 4, 5))
    other = outputs.copy()
    other[truth < 0] += 9
    assert task.evaluate(truth, outputs, TARGET, False) == task.evaluate(truth, other, TARGET, False)
    assert set(task.evaluate(truth, outputs, TARGET, False)) == {"loss", "perplexity", "accuracy"}
    same = task.sample_losses(truth, outputs, TARGET, False)
    assert same == pytest.approx(task.sample_losses(truth, other, TARGET, False))


def test_that_a_dictionary_is_learned_from_pairs_of_any_alphabet() -> None:
    words = {"η": "the", "γάτα": "cat", "σκύλος": "dog", "τρέχει": "runs", "κοιμάται": "sleeps", "μεγάλη": "big"}
    random = np.random.default_rng(4)
    sources, targets = [], []
    for _ in range(200):
        chosen = list(random.permutation(list(words)))[: random.integers(2, 5)]
        sources.append(" ".join(chosen).capitalize() + ".")
        targets.append(" ".join(words[each] for each in chosen).capitalize() + ".")
    learned = dictionary.learn(sources, targets)
    assert learned.translate("Η γάτα κοιμάται.") == "The cat sleeps."
    assert learned.translate("η ζέβρα τρέχει") == "the ζέβρα runs"
    assert dictionary.learn([], []).translate("as it is") == "as it is"


def test_that_baselines_learn_from_the_training_pairs_alone() -> None:
    task = get_task("translation")
    assert isinstance(task, WritesTexts)
    train = Pairs(["ja gut", "ja", "gut gut"] * 20, ["yes good", "yes", "good good"] * 20)
    copied, looked_up = task.simple_answers(train, Pairs(["gut ja", "neu"], ["good yes", "new"]))
    assert (copied.name, looked_up.name) == ("simplest", "dictionary")
    assert copied.metrics["exact"] == 0.0
    assert looked_up.metrics["exact"] == 0.5
    assert looked_up.metrics["chrf"] > copied.metrics["chrf"]
    assert [each.name for each in task.simple_answers(Pairs([], []), Pairs(["a"], ["b"]))] == ["simplest"]
