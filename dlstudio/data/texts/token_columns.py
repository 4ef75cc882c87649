"""Raw columns of texts that come cut into tokens, and of one tag a token: what CoNLL files and their like hold."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from dlstudio.data.table import Cells
from dlstudio.data.texts.entities import entity_spans, names_entities

Sentences = Sequence[Sequence[str]]
_MOST_SHOWN = 12  # entities of one row


class Tokens(Cells):
    """Texts as the source cuts them into tokens.

    Attributes:
        tokens: The tokens of each row, as the source writes them.
    """

    fits: tuple[str, ...] = ("text",)

    def __init__(self, tokens: Sentences) -> None:
        super().__init__([" ".join(row) for row in tokens])
        self.tokens = tokens


class Tags(Cells):
    """One tag a token.

    Attributes:
        tags: The tags of each row; entities by ``B-``, ``I-`` and ``O``.
        tokens: The tokens that they belong to, to be shown with them.
    """

    fits: tuple[str, ...] = ("tags",)

    def __init__(self, tags: Sentences, tokens: Sentences) -> None:
        super().__init__([" ".join(row) for row in tags])
        self.tags = tags
        self.tokens = tokens
        self.entities = names_entities({tag for row in tags for tag in row})

    def shown(self, row: int) -> Any:
        """The entities in words: ``Acme Bank (ORG), Delaware (LOC)``; other tags as they are."""
        if not self.entities:
            return self.values[row]
        spans = entity_spans(self.tags[row])
        words = [f"{' '.join(self.tokens[row][s.start : s.end])} ({s.type})" for s in spans[:_MOST_SHOWN]]
        return ", ".join(words) + (" …" if len(spans) > _MOST_SHOWN else "") if words else "–"
