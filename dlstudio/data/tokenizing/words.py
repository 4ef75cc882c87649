"""One token a word or sign, with the space before it; blank lines are tokens too, so that a text can be put together.

One pattern, without a library whose next version could split otherwise: a saved vocabulary fits for ever.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any

from dlstudio.data.tokenizing.tokenizer import OWN, PADDING, UNKNOWN

_CJK = "\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
_TOKEN = re.compile(rf"\n+| ?[{_CJK}]| ?(?:(?![{_CJK}])\w)+(?:['’](?:(?![{_CJK}])\w)+)*| ?[^\w\s]|[^\S\n]+")


def cut(text: str) -> list[str]:
    """Words and signs, each with the space before it; joined they are the text again."""
    return _TOKEN.findall(text)


class WordTokenizer:
    """Numbers the words of the training text, the commonest first; all others are one unknown word."""

    unit = "words"

    def __init__(self, words: Sequence[str]) -> None:
        self.words = tuple(words)
        self.pieces = ("", "\ufffd", *words)
        self._ids = {word: number for number, word in enumerate(words, OWN)}

    @classmethod
    def fit(cls, texts: Iterable[str], vocabulary: int) -> WordTokenizer:
        """A word has to occur twice, so that the network learns what an unknown one is like."""
        counts: Counter[str] = Counter()
        for text in texts:
            counts.update(cut(text))
        known = [word for word, count in counts.items() if count > 1] or list(counts)
        ordered = sorted(known, key=lambda word: (-counts[word], word))
        return cls(ordered[: max(1, vocabulary - OWN)])

    def encode(self, text: str) -> Sequence[int]:
        return [self._ids.get(word, UNKNOWN) for word in cut(text)]

    def decode(self, ids: Sequence[int]) -> str:
        return "".join(" \ufffd" if each == UNKNOWN else self.pieces[each] for each in ids if each != PADDING)

    def as_json(self) -> dict[str, Any]:
        return {"unit": self.unit, "words": list(self.words)}
