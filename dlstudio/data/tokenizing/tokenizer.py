"""What every tokenizer offers, and which ones there are."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Protocol

from dlstudio.data.table import DataError

PADDING, UNKNOWN = 0, 1
OWN = 2
"""Ids below this are padding and unknown."""

UNITS = ("characters", "words", "subwords")


class Tokenizer(Protocol):
    """Text to token ids and back; learned from the training split, saved with the run.

    Attributes:
        unit: ``characters``, ``words`` or ``subwords``.
        pieces: The text of each id, the first two being padding and unknown; as long as the token has characters.
    """

    unit: str
    pieces: tuple[str, ...]

    def encode(self, text: str) -> Sequence[int]:
        """The ids of a text; its end may be cut in a word."""
        ...

    def decode(self, ids: Sequence[int]) -> str:
        """The text of ids."""
        ...

    def as_json(self) -> dict[str, Any]:
        """What :func:`read_tokenizer` needs."""
        ...


def fit_tokenizer(unit: str, texts: Iterable[str], vocabulary: int) -> Tokenizer:
    """Learns a tokenizer.

    Args:
        unit: One of :data:`UNITS`.
        texts: What to learn from.
        vocabulary: Ids at the most, padding and unknown included.

    Raises:
        DataError: There is no such unit.
    """
    from dlstudio.data.tokenizing.characters import CharacterTokenizer
    from dlstudio.data.tokenizing.words import WordTokenizer

    if unit == "characters":
        return CharacterTokenizer.fit(texts, vocabulary)
    if unit == "words":
        return WordTokenizer.fit(texts, vocabulary)
    if unit == "subwords":
        from dlstudio.data.tokenizing.subwords import SubwordTokenizer  # its library is loaded where it is wanted

        return SubwordTokenizer.fit(texts, vocabulary)
    raise DataError(f"Text is cut into {', '.join(UNITS)}, not into {unit!r}.")


def read_tokenizer(value: Mapping[str, Any]) -> Tokenizer:
    """The tokenizer from its JSON form.

    Raises:
        ValueError, KeyError, TypeError: It is damaged.
    """
    from dlstudio.data.tokenizing.characters import CharacterTokenizer
    from dlstudio.data.tokenizing.words import WordTokenizer

    unit = value["unit"]
    if unit == "characters":
        return CharacterTokenizer(value["characters"])
    if unit == "words":
        return WordTokenizer([str(each) for each in value["words"]])
    if unit == "subwords":
        from dlstudio.data.tokenizing.subwords import SubwordTokenizer

        return SubwordTokenizer(value["tokenizer"])
    raise ValueError(f"there is no unit {unit!r}")
