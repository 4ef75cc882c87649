"""Results about translations: texts side by side, and one of them with what its tokens look at."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from dlstudio.inspection.results import Message


@dataclass(frozen=True)
class TranslatedText:
    """One sentence.

    Attributes:
        row: Its row in the data.
        source: What is translated.
        truth: The translation that the data has.
        written: What the network writes.
        score: How close that is to the truth, chrF from 0 to 100.
        loss: Mean cross-entropy a token of the truth, in nats.
        where: Where it is in the source of the data, such as ``line 12``.
    """

    row: int
    source: str
    truth: str
    written: str
    score: float
    loss: float
    where: str = ""

    def as_json(self) -> dict[str, Any]:
        return dict(vars(self))


@dataclass(frozen=True)
class Translations:
    """Some sentences of a split with their translations.

    Attributes:
        title: Heading.
        items: In the order asked for.
        total: How many sentences the split has.
        exact: How many of them are written without a difference.
        languages: Names of the columns of the sentences and of their translations.
    """

    title: str
    items: Sequence[TranslatedText]
    total: int
    exact: int
    languages: tuple[str, str]

    def as_message(self) -> Message:
        return {
            "kind": "translations",
            "title": self.title,
            "items": [each.as_json() for each in self.items],
            "total": self.total,
            "exact": self.exact,
            "languages": list(self.languages),
        }, {}


@dataclass(frozen=True)
class Candidate:
    """A translation among those that a beam search found: its text and the mean probability of its tokens."""

    text: str
    confidence: float
    ended: bool

    def as_json(self) -> dict[str, Any]:
        return dict(vars(self))


@dataclass(frozen=True)
class Aligned:
    """One sentence with its translation and what each token of it looks at.

    Attributes:
        title: Heading.
        source: The sentence.
        truth: Its translation in the data, or empty for a sentence of one's own.
        candidates: What the network wrote, the best first.
        read: Tokens of the sentence.
        written: Tokens of the best translation, the end of the sentence included.
        layers: Names of the layers that look at the sentence; none where the network has no attention to it.
        weights: (layers, written, read) float32: the share of each token that is read, mean of the heads.
    """

    title: str
    source: str
    truth: str
    candidates: Sequence[Candidate]
    read: Sequence[str]
    written: Sequence[str]
    layers: Sequence[str]
    weights: np.ndarray

    def as_message(self) -> Message:
        return {
            "kind": "aligned",
            "title": self.title,
            "source": self.source,
            "truth": self.truth,
            "candidates": [each.as_json() for each in self.candidates],
            "read": list(self.read),
            "written": list(self.written),
            "layers": list(self.layers),
        }, {"weights": np.ascontiguousarray(self.weights, np.float32)}
