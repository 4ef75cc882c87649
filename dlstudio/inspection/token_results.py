"""Results about single tokens of a text: what a language model wrote, and how it judges a passage."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from dlstudio.inspection.results import Message


@dataclass(frozen=True)
class Token:
    """A token in a text.

    Attributes:
        text: What it stands for.
        probability: What the network gave it, 0 to 1; None where nothing came before it.
        alternatives: The likeliest tokens at this place with their probabilities, the likeliest first.
    """

    text: str
    probability: float | None
    alternatives: Sequence[tuple[str, float]] = ()

    def as_json(self) -> dict[str, Any]:
        return {
            "text": self.text,
            "probability": self.probability,
            "alternatives": [list(a) for a in self.alternatives],
        }


@dataclass(frozen=True)
class Passage:
    """A passage of the data with the probability of each token.

    Attributes:
        title: Heading.
        tokens: In order.
        place: The passage's number among ``of``.
        of: How many passages the split has.
        bits: Mean surprise a token, in bits.
        where: Where it is in the data, in words.
    """

    title: str
    tokens: Sequence[Token]
    place: int
    of: int
    bits: float
    where: str = ""

    def as_message(self) -> Message:
        return {
            "kind": "passage",
            "title": self.title,
            "tokens": [token.as_json() for token in self.tokens],
            "place": self.place,
            "of": self.of,
            "bits": self.bits,
            "where": self.where,
        }, {}


@dataclass(frozen=True)
class Continuation:
    """Some tokens that a language model wrote.

    Attributes:
        title: Heading.
        ids: Prompt and all tokens so far, to go on from.
        drawn: How many tokens have been drawn so far.
        text: What was written now.
        tokens: The same, token by token.
    """

    title: str
    ids: Sequence[int]
    drawn: int
    text: str
    tokens: Sequence[Token]

    def as_message(self) -> Message:
        return {
            "kind": "continuation",
            "title": self.title,
            "ids": list(self.ids),
            "drawn": self.drawn,
            "text": self.text,
            "tokens": [token.as_json() for token in self.tokens],
        }, {}
