"""Named entities as tags: reads the usual schemes (IOB1, BIO, BIOES, BILOU) as BIO, and finds the spans they mean.

The spans are those of conlleval (Tjong Kim Sang & De Meulder 2003, CoNLL-2003), which seqeval counts as well.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

OUTSIDE = "O"
_TAG = re.compile(r"([BIESLUM])[-_](.+)", re.DOTALL)
_BEGINS = frozenset("BSU")
_ENDS = frozenset("ESLU")


@dataclass(frozen=True)
class Entity:
    """One entity: its type, and its tokens from ``start`` up to but not including ``end``."""

    type: str
    start: int
    end: int


def names_entities(tags: Collection[str]) -> bool:
    """Whether tags mark entities: each is ``O`` or begins with ``B-``, ``I-`` or another letter of a scheme."""
    return any(_TAG.fullmatch(tag) for tag in tags) and all(tag == OUTSIDE or _TAG.fullmatch(tag) for tag in tags)


def entity_types(tags: Iterable[str]) -> list[str]:
    """The types that occur, by the alphabet."""
    return sorted({match[2] for tag in tags if (match := _TAG.fullmatch(tag))})


def entity_spans(tags: Sequence[str]) -> list[Entity]:
    """The entities of one sentence in any of the schemes.

    ``B`` begins one; so does ``I`` after another type or after nothing, as in IOB1 and as conlleval counts it.
    """
    found: list[Entity] = []
    kind, start, ended = "", 0, True
    for place, tag in enumerate((*tags, OUTSIDE)):
        match = _TAG.fullmatch(tag)
        letter, now = (match[1], match[2]) if match else (OUTSIDE, "")
        if kind and (not now or now != kind or letter in _BEGINS or ended):
            found.append(Entity(kind, start, place))
            kind = ""
        if now and not kind:
            kind, start = now, place
        ended = letter in _ENDS
    return found


def to_bio(tags: Sequence[str]) -> list[str]:
    """The same entities as ``B-``, ``I-`` and ``O``."""
    found = [OUTSIDE] * len(tags)
    for entity in entity_spans(tags):
        found[entity.start] = f"B-{entity.type}"
        for place in range(entity.start + 1, entity.end):
            found[place] = f"I-{entity.type}"
    return found
