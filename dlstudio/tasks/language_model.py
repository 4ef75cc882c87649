"""The next token at each place of a text: what a language model learns."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from dlstudio.graph.columns import ColumnSpec
from dlstudio.tasks.ngram import MOST_TOKENS, NGram

NAME = "language-model"
IGNORED = -1
"""Marks the places of the truth that are padding."""

_KEPT = 2  # numbers that are kept of each place: the loss, and whether the likeliest token is the right one
_SMALLEST = 1e-7
_SHOWN = 5


class LanguageModel:
    """Token ids as truth, one output a token of the vocabulary at each place, cross-entropy."""

    name = NAME
    title = "Language model"
    monitor = "val_loss"
    baseline_title = "5-gram counts"
    baseline_samples = 20_000
    generates = True

    def suits(self, target: ColumnSpec) -> bool:
        """Tokens to be predicted."""
        return target.kind == "tokens"

    def units(self, target: ColumnSpec) -> int:
        """One a token of the vocabulary."""
        return target.vocabulary_size

    def output_shape(self, target: ColumnSpec) -> tuple[int | None, ...]:
        """A vector for each place."""
        return (*target.shape, self.units(target))

    def loss(self, target: ColumnSpec, probabilities: bool) -> dict[str, Any]:
        """Cross-entropy over the places that are no padding."""
        settings = {"from_logits": not probabilities, "ignore_class": IGNORED}
        return {"type": "keras.losses.SparseCategoricalCrossentropy", "settings": settings}

    def metrics(self, target: ColumnSpec, probabilities: bool) -> list[dict[str, Any]]:
        """Share of the places whose likeliest token is the right one."""
        return [{"type": "dlstudio.MaskedAccuracy", "name": "accuracy", "settings": {}}]

    def scores(self, outputs: np.ndarray, target: ColumnSpec, probabilities: bool) -> np.ndarray:
        """Probabilities by token, (samples, places, vocabulary), float64."""
        values = np.asarray(outputs, np.float64)
        if probabilities:
            return values
        exponentials = np.exp(values - values.max(axis=-1, keepdims=True))
        return np.asarray(exponentials / exponentials.sum(axis=-1, keepdims=True))

    def reduced(self, truth: np.ndarray, outputs: np.ndarray, target: ColumnSpec, probabilities: bool) -> np.ndarray:
        """What is kept of a batch, because all probabilities of a split would not fit in memory.

        Args:
            truth: (samples, places) token ids, -1 for padding.
            outputs: (samples, places, vocabulary).

        Returns:
            (samples, places, 2) float32: the cross-entropy in nats, and 1 where the likeliest token is the right one;
            0 at padding.
        """
        if outputs.shape[-1] == _KEPT:
            return outputs
        values = np.asarray(outputs, np.float32)
        known = truth >= 0
        safe = np.where(known, truth, 0)[..., np.newaxis]
        right = np.take_along_axis(values, safe, axis=-1)[..., 0]
        if probabilities:
            losses = -np.log(np.clip(right, _SMALLEST, 1.0))
        else:
            highest = values.max(axis=-1)
            losses = highest + np.log(np.exp(values - highest[..., np.newaxis]).sum(axis=-1)) - right
        hits = values.argmax(axis=-1) == safe[..., 0]
        return np.stack([np.where(known, losses, 0.0), np.where(known, hits, 0.0)], axis=-1).astype(np.float32)

    def predictions(self, outputs: np.ndarray, target: ColumnSpec, probabilities: bool) -> list[dict[str, Any]]:
        """The likeliest tokens after the last place: ``{"label", "confidence", "scores": {token: probability}}``."""
        found = []
        for row in self.scores(np.asarray(outputs)[:, -1], target, probabilities):
            best = np.argsort(-row)[:_SHOWN]
            scores = {self.piece(target, int(each)): float(row[each]) for each in best}
            found.append(
                {"label": self.piece(target, int(best[0])), "confidence": float(row[best[0]]), "scores": scores}
            )
        return found

    def piece(self, target: ColumnSpec, token: int) -> str:
        """A token as a person reads it; ends of lines and spaces are made visible."""
        text = target.classes[token] if token < len(target.classes) else ""
        return text.replace("\n", "⏎").replace(" ", "␣") or "∅"

    def evaluate(
        self, truth: np.ndarray, outputs: np.ndarray, target: ColumnSpec, probabilities: bool
    ) -> dict[str, float]:
        """``loss`` (nats a token), ``perplexity``, ``bits_per_character`` and ``accuracy``; padding counts for nothing.

        Bits per character are comparable between units of text (characters, subwords); the perplexity is one of tokens.

        Args:
            truth: (samples, places) token ids, -1 for padding.
            outputs: (samples, places, vocabulary), or what :meth:`reduced` keeps.
        """
        known = np.asarray(truth) >= 0
        if not known.any():
            return {}
        kept = self.reduced(np.asarray(truth), np.asarray(outputs), target, probabilities)[known].astype(np.float64)
        return _measures(kept[:, 0], kept[:, 1], np.asarray(truth)[known], target)

    def sample_losses(
        self, truth: np.ndarray, outputs: np.ndarray, target: ColumnSpec, probabilities: bool
    ) -> np.ndarray:
        """Mean cross-entropy a token of each sample in nats, (samples,)."""
        known = np.asarray(truth) >= 0
        kept = self.reduced(np.asarray(truth), np.asarray(outputs), target, probabilities)
        return np.asarray(kept[..., 0].astype(np.float64).sum(axis=-1) / np.maximum(known.sum(axis=-1), 1))

    def baseline(self, train_truth: np.ndarray, test_truth: np.ndarray, target: ColumnSpec) -> dict[str, float]:
        """An n-gram model of the training split, up to 5 tokens, interpolated; see :mod:`dlstudio.tasks.ngram`."""
        train, test = np.asarray(train_truth), np.asarray(test_truth)
        if not (train >= 0).any() or not (test >= 0).any():
            return {}
        train = train[: max(1, MOST_TOKENS // max(train.shape[1], 1))]
        model = NGram(train, target.vocabulary_size)
        losses, hits = model.judge(test)
        return _measures(losses, hits, test[test >= 0], target)


def _measures(losses: np.ndarray, hits: np.ndarray, truth: np.ndarray, target: ColumnSpec) -> dict[str, float]:
    mean = float(losses.mean())
    found = {"loss": mean, "perplexity": math.exp(min(mean, 700.0))}
    lengths = np.array([len(each) for each in target.classes] or [1] * target.vocabulary_size)
    characters = int(lengths[truth].sum())
    if characters:
        found["bits_per_character"] = float(losses.sum()) / math.log(2) / characters
    return found | {"accuracy": float(hits.mean())}


TASK = LanguageModel()
