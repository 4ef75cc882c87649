"""Words that were hidden in a text, told from those around: what a network is pre-trained with (Devlin et al. 2019)."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from dlstudio.graph.columns import ColumnSpec
from dlstudio.tasks.language_model import LanguageModel

if TYPE_CHECKING:
    from dlstudio.data.encoders.tokenized import Token

NAME = "masked-words"
_SHOWN = 5
_OWN = 3  # padding, unknown and the mask: never an answer


class MaskedWords(LanguageModel):
    """Token ids as truth where a word was hidden, one output a word of the vocabulary at each place, cross-entropy.

    Loss, accuracy and perplexity count the hidden places alone.
    """

    name = NAME
    title = "Masked words"
    baseline_title = "how common each word is"
    generates = False

    def suits(self, target: ColumnSpec) -> bool:
        """Hidden words."""
        return target.kind == "hidden"

    def predictions(self, outputs: np.ndarray, target: ColumnSpec, probabilities: bool) -> list[dict[str, Any]]:
        """``{"guesses": [[{"label", "confidence"}, ...], ...]}``: the five likeliest words at each place."""
        found = []
        for row in np.asarray(outputs):
            # One sample at a time: the probabilities of all words at all places of a batch would be large.
            chances = self.scores(row[np.newaxis], target, probabilities)[0]
            chances[:, :_OWN] = 0.0
            best = np.argsort(-chances, axis=-1, kind="stable")[:, :_SHOWN]
            found.append(
                {
                    "guesses": [
                        [{"label": target.classes[each], "confidence": float(place[each])} for each in words]
                        for place, words in zip(chances, best.tolist(), strict=True)
                    ]
                }
            )
        return found

    def of_tokens(self, prediction: Mapping[str, Any], tokens: Mapping[str, Sequence[Token]]) -> dict[str, Any]:
        """``{"value": the text with the likeliest word at each [mask], "hidden": [{"place", "guesses"}, ...]}``.

        ``scores`` are the guesses for the first one.
        """
        words = [token.text for token in next(iter(tokens.values()), ())]
        hidden = [place for place, word in enumerate(words) if word == "[mask]"]
        guesses = prediction["guesses"]
        told = [guesses[n][0]["label"] if n in hidden else word for n, word in enumerate(words)]
        first = guesses[hidden[0]] if hidden else []
        return {
            "value": " ".join(told),
            "hidden": [{"place": n, "guesses": guesses[n]} for n in hidden],
            "scores": {guess["label"]: guess["confidence"] for guess in first},
        }

    def evaluate(
        self, truth: np.ndarray, outputs: np.ndarray, target: ColumnSpec, probabilities: bool
    ) -> dict[str, float]:
        """``accuracy``, ``loss`` (nats a hidden word) and ``perplexity`` at the hidden places.

        Args:
            truth: (samples, places) token ids, -1 where nothing was hidden.
            outputs: (samples, places, vocabulary), or what :meth:`reduced` keeps.
        """
        known = np.asarray(truth) >= 0
        if not known.any():
            return {}
        kept = self.reduced(np.asarray(truth), np.asarray(outputs), target, probabilities)[known].astype(np.float64)
        return _measures(kept[:, 0], kept[:, 1])

    def baseline(self, train_truth: np.ndarray, test_truth: np.ndarray, target: ColumnSpec) -> dict[str, float]:
        """Each word as likely as it is common among the hidden words of the training split, plus one; it guesses the
        commonest one everywhere."""
        train, test = np.asarray(train_truth), np.asarray(test_truth)
        train, test = train[train >= 0], test[test >= 0]
        if not len(train) or not len(test):
            return {}
        counts = np.bincount(train, minlength=target.vocabulary_size) + 1.0
        counts[:_OWN] = 0.0
        losses = -np.log(np.maximum(counts[test], 1.0) / counts.sum())
        return _measures(losses, (test == int(counts.argmax())).astype(np.float64))


def _measures(losses: np.ndarray, hits: np.ndarray) -> dict[str, float]:
    mean = float(losses.mean())
    return {"accuracy": float(hits.mean()), "loss": mean, "perplexity": math.exp(min(mean, 700.0))}


TASK = MaskedWords()
