"""The answer to a question as a span of words of a passage: its first and its last word.

The network scores every word twice, as first and as last one; the loss is the mean of the two cross-entropies over the
words that there are (Wang and Jiang 2016, the boundary model; Seo et al. 2017). Answers are judged as SQuAD does.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from dlstudio.data.encoders.span import IGNORED
from dlstudio.graph.columns import ColumnSpec
from dlstudio.tasks.answers import answer_f1, best_spans, exact_match, place_probabilities

if TYPE_CHECKING:
    from dlstudio.data.texts.passages import Reference

NAME = "span"
_TRIED = 400  # questions of the training part on which the baselines are compared
_SMALLEST = 1e-7  # as Keras clips probabilities


class SpanFinding:
    """First word, last word and number of words (3,) as truth, scores (places, 2) from the network."""

    name = NAME
    title = "Answers in a passage"
    monitor = "val_span_f1"
    baseline_title = "sliding window over the passage: most words in common with the question; or never an answer"

    def suits(self, target: ColumnSpec) -> bool:
        """Spans."""
        return target.kind == "span"

    def units(self, target: ColumnSpec) -> int:
        """Two a word: to be the first and to be the last one."""
        return 2

    def output_shape(self, target: ColumnSpec) -> tuple[int | None, ...]:
        """(places, 2)."""
        return (target.places or None, 2)

    def loss(self, target: ColumnSpec, probabilities: bool) -> dict[str, Any]:
        """The mean of the cross-entropies of first and last word."""
        return {"type": "dlstudio.SpanCrossEntropy", "settings": {"from_logits": not probabilities}}

    def metrics(self, target: ColumnSpec, probabilities: bool) -> list[dict[str, Any]]:
        """F1 of the places of the likeliest span, in every batch."""
        return [{"type": "dlstudio.SpanOverlap", "name": "span_f1", "settings": {}}]

    def scores(self, outputs: np.ndarray, target: ColumnSpec, probabilities: bool) -> np.ndarray:
        """Probability of each place to be the first and the last word, (samples, places, 2), float64.

        Nothing is known of padding here; see :func:`dlstudio.tasks.answers.place_probabilities`.
        """
        return place_probabilities(outputs, np.full(len(outputs), np.shape(outputs)[1]), probabilities)

    def predictions(self, outputs: np.ndarray, target: ColumnSpec, probabilities: bool) -> list[dict[str, Any]]:
        """``{"first", "last", "score"}``: the likeliest span, both words included, as if no place were padding."""
        first, last, score = best_spans(self.scores(outputs, target, probabilities), target.none)
        return [
            {"first": int(a), "last": int(b), "score": float(each)}
            for a, b, each in zip(first, last, score, strict=True)
        ]

    def evaluate(
        self, truth: np.ndarray, outputs: np.ndarray, target: ColumnSpec, probabilities: bool
    ) -> dict[str, float]:
        """``loss``, over the answers within what is read, and ``span_exact``: first and last word right, of all."""
        truth = np.asarray(truth, np.int64)
        if not len(truth):
            return {}
        known = truth[:, 0] != IGNORED
        losses = self.sample_losses(truth, outputs, target, probabilities)
        first, last, _ = best_spans(place_probabilities(outputs, truth[:, 2], probabilities), target.none)
        exact = float(((first == truth[:, 0]) & (last == truth[:, 1])).mean())
        return {**({"loss": float(losses[known].mean())} if known.any() else {}), "span_exact": exact}

    def evaluate_texts(
        self,
        references: Sequence[Reference],
        truth: np.ndarray,
        outputs: np.ndarray,
        target: ColumnSpec,
        probabilities: bool,
    ) -> dict[str, float]:
        """``f1`` and ``exact_match`` of the answers' texts against all right ones, then what :meth:`evaluate` says."""
        if not len(references):
            return {}
        given = self.answers(references, outputs, probabilities)
        return {
            **text_metrics([each["text"] for each in given], references),
            **self.evaluate(truth, outputs, target, probabilities),
        }

    def answers(
        self, references: Sequence[Reference], outputs: np.ndarray, probabilities: bool
    ) -> list[dict[str, Any]]:
        """``{"text", "first", "last", "score"}`` of each sample, the words counted in its passage.

        The text is empty where the answer is that there is none.
        """
        words = np.array([len(each.passage.words) for each in references])
        none = bool(references) and references[0].passage.may_lack
        spans = best_spans(place_probabilities(outputs, words, probabilities), none)
        return [
            {
                "text": reference.passage.piece(int(first), int(last)),
                "first": int(first),
                "last": int(last),
                "score": float(score),
            }
            for reference, first, last, score in zip(references, *spans, strict=True)
        ]

    def sample_losses(
        self, truth: np.ndarray, outputs: np.ndarray, target: ColumnSpec, probabilities: bool
    ) -> np.ndarray:
        """Mean cross-entropy of first and last word in nats, (samples,); 0 where the answer is beyond what is read."""
        truth = np.asarray(truth, np.int64)
        chances = place_probabilities(outputs, truth[:, 2], probabilities)
        rows = np.arange(len(truth))
        wanted = np.maximum(truth[:, :2], 0)
        right = np.stack([chances[rows, wanted[:, end], end] for end in (0, 1)], axis=-1)
        losses = -np.log(np.clip(right, _SMALLEST, 1.0)).mean(axis=-1)
        return np.asarray(np.where(truth[:, 0] == IGNORED, 0.0, losses))

    def baseline(self, train_truth: np.ndarray, test_truth: np.ndarray, target: ColumnSpec) -> dict[str, float]:
        """Always the place that answers have most often; see :meth:`baseline_from_texts`."""
        known = np.asarray(train_truth, np.int64)
        known = known[known[:, 0] != IGNORED]
        if not len(known) or not len(test_truth):
            return {}
        spans, counts = np.unique(known[:, :2], axis=0, return_counts=True)
        exact = (np.asarray(test_truth)[:, :2] == spans[counts.argmax()]).all(axis=1)
        return {"span_exact": float(exact.mean())}

    def baseline_from_texts(self, train: Sequence[Reference], test: Sequence[Reference]) -> dict[str, float]:
        """``f1`` and ``exact_match`` of the sliding window; the commonest words are those of the training passages.

        Where questions may have no answer, never to answer is what is compared with, if that is right more often than
        the window on the training part.
        """
        from dlstudio.tasks.sliding_window import common_words, sliding_window_answer

        if not len(test):
            return {}
        common = common_words(train)
        some = train[:: -(-len(train) // _TRIED)] if len(train) else []
        never = np.mean([not any(each.answers) for each in some]) if some else 0.0
        if never and never > text_metrics([sliding_window_answer(each, common) for each in some], some)["f1"]:
            return text_metrics([""] * len(test), test)
        return text_metrics([sliding_window_answer(each, common) for each in test], test)


def text_metrics(given: Sequence[str], references: Sequence[Reference]) -> dict[str, float]:
    """``f1`` and ``exact_match``, means over all questions.

    Where some have no answer, also ``has_answer_f1`` of the others and ``no_answer_f1`` of these (the share of them
    that are not answered), as the script of SQuAD 2.0 gives them.
    """
    pairs = list(zip(given, references, strict=True))
    f1 = np.array([answer_f1(text, each.answers) for text, each in pairs])
    exact = np.array([exact_match(text, each.answers) for text, each in pairs])
    found = {"f1": float(f1.mean()), "exact_match": float(exact.mean())}
    lacking = np.array([not any(each.answers) for each in references])
    if lacking.any():
        found |= {"has_answer_f1": float(f1[~lacking].mean())} if not lacking.all() else {}
        found["no_answer_f1"] = float(f1[lacking].mean())
    return found


TASK = SpanFinding()
