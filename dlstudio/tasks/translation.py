"""A sentence in another language, written token by token: what an encoder with a decoder learns."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from dlstudio.graph.columns import ColumnSpec
from dlstudio.tasks import dictionary, text_scores
from dlstudio.tasks.informed import Pairs, SimpleAnswer
from dlstudio.tasks.language_model import LanguageModel

NAME = "translation"
_TAUGHT = ("loss", "perplexity", "accuracy")


class Translation(LanguageModel):
    """Token ids as truth, one output a token of the vocabulary at each place, cross-entropy.

    What the network gives beside the true tokens before each place is judged as that of a language model; the texts
    that it writes by itself are judged as texts.
    """

    name = NAME
    title = "Translation"
    baseline_title = "the source itself"
    generates = False

    def suits(self, target: ColumnSpec) -> bool:
        """A translation."""
        return target.kind == "translation"

    def evaluate(
        self, truth: np.ndarray, outputs: np.ndarray, target: ColumnSpec, probabilities: bool
    ) -> dict[str, float]:
        """``loss`` (nats a token), ``perplexity`` and ``accuracy`` beside the true tokens before each place.

        Args:
            truth: (samples, places) token ids, -1 for padding.
            outputs: (samples, places, vocabulary), or what ``reduced`` keeps.
        """
        found = super().evaluate(truth, outputs, target, probabilities)
        return {name: found[name] for name in _TAUGHT if name in found}

    def baseline(self, train_truth: np.ndarray, test_truth: np.ndarray, target: ColumnSpec) -> dict[str, float]:
        """None for single tokens: the baselines are whole texts, see :meth:`simple_answers`."""
        return {}

    def of_texts(self, truth: Sequence[str], given: Sequence[str]) -> dict[str, float]:
        """``bleu`` and ``chrf`` of all texts together, 0 to 100, and ``exact``, the share without difference."""
        return text_scores.corpus_scores(truth, given)

    def each_text(self, truth: Sequence[str], given: Sequence[str]) -> np.ndarray:
        """chrF of each text, 0 to 100, (texts,) float64."""
        return text_scores.each_chrf(truth, given)

    def simple_answers(self, train: Pairs, asked: Pairs) -> list[SimpleAnswer]:
        """The source as it is, and each of its words by a dictionary that is learned from the training pairs."""
        copied = list(asked.sources)
        found = [SimpleAnswer("simplest", self.baseline_title, self.of_texts(asked.targets, copied))]
        if train.sources:
            learned = dictionary.learn(train.sources, train.targets)
            given = [learned.translate(text) for text in asked.sources]
            title = "word for word by a learned dictionary (IBM model 1)"
            found.append(SimpleAnswer("dictionary", title, self.of_texts(asked.targets, given)))
        return found


TASK = Translation()
