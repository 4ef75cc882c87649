"""One token a character, as it is: capitals, spaces and ends of lines too."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np

from dlstudio.data.tokenizing.tokenizer import OWN, PADDING, UNKNOWN

_PLANES = 0x110000


class CharacterTokenizer:
    """Numbers the characters of the training text, the commonest first."""

    unit = "characters"

    def __init__(self, characters: str) -> None:
        self.characters = characters
        self.pieces = ("", "\ufffd", *characters)
        codes = np.frombuffer(characters.encode("utf-32-le", "surrogatepass"), np.uint32)
        self._ids = np.full(_PLANES, UNKNOWN, np.int32)
        self._ids[codes] = np.arange(OWN, OWN + len(codes))

    @classmethod
    def fit(cls, texts: Iterable[str], vocabulary: int) -> CharacterTokenizer:
        """The commonest characters; of equals the lower code first."""
        counts: Counter[str] = Counter()
        for text in texts:
            counts.update(text)
        counts.pop("\ufffd", None)
        ordered = sorted(counts, key=lambda sign: (-counts[sign], sign))
        return cls("".join(ordered[: max(1, vocabulary - OWN)]))

    def encode(self, text: str) -> Sequence[int]:
        codes = np.frombuffer(text.encode("utf-32-le", "surrogatepass"), np.uint32)
        return self._ids[codes].tolist()  # type: ignore[no-any-return]

    def decode(self, ids: Sequence[int]) -> str:
        return "".join(self.pieces[each] for each in ids if each != PADDING)

    def as_json(self) -> dict[str, Any]:
        return {"unit": self.unit, "characters": self.characters}
