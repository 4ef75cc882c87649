"""Texts with spans marked in them, the true ones and the predicted ones: what taggers and readers of passages give."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from dlstudio.inspection.results import Message

Verdict = Literal["right", "missed", "false alarm", "wrong type", "wrong bounds"]


@dataclass(frozen=True)
class Span:
    """Some tokens of a text.

    Attributes:
        type: What they are said to be.
        start: The first token.
        end: The token behind the last.
        verdict: How truth and prediction agree on it.
        confidence: Of a predicted one, 0 to 1; None for a true one.
    """

    type: str
    start: int
    end: int
    verdict: Verdict
    confidence: float | None = None

    def as_json(self) -> dict[str, object]:
        return {
            "type": self.type,
            "start": self.start,
            "end": self.end,
            "verdict": self.verdict,
            "confidence": self.confidence,
        }


@dataclass(frozen=True)
class MarkedText:
    """One text.

    Attributes:
        row: Its row in the data.
        place: Its place in the split.
        tokens: Its tokens, those that the network reads.
        truth, predicted: The spans, in the order of the text.
        loss: How wrong the network is on it.
        where: Where it is in the source, such as ``line 12``.
    """

    row: int
    place: int
    tokens: Sequence[str]
    truth: Sequence[Span]
    predicted: Sequence[Span]
    loss: float
    where: str = ""


@dataclass(frozen=True)
class MarkedTexts:
    """A page of texts.

    Attributes:
        title: Heading.
        texts: Those of the page.
        total: How many pass the filter.
        offset: The first one's number among those.
        of: How many the split has.
        types: What spans can be.
        counts: How many spans of the whole split have each verdict; right ones counted once.
    """

    title: str
    texts: Sequence[MarkedText]
    total: int
    offset: int
    of: int
    types: Sequence[str]
    counts: Mapping[str, int] = field(default_factory=dict)

    def as_message(self) -> Message:
        items = [
            {
                "row": text.row,
                "place": text.place,
                "tokens": list(text.tokens),
                "truth": [span.as_json() for span in text.truth],
                "predicted": [span.as_json() for span in text.predicted],
                "loss": text.loss,
                "where": text.where,
            }
            for text in self.texts
        ]
        return {
            "kind": "marked-texts",
            "title": self.title,
            "items": items,
            "total": self.total,
            "offset": self.offset,
            "of": self.of,
            "types": list(self.types),
            "counts": dict(self.counts),
        }, {}


def judged(
    truth: Sequence[tuple[str, int, int]], predicted: Sequence[tuple[str, int, int]]
) -> tuple[list[Verdict], list[Verdict]]:
    """The verdict on each true and on each predicted span, (type, start, end) each.

    Right is what both have alike; else what shares its bounds has the wrong type, what touches a span of the other side
    has wrong bounds, and what touches nothing is missed or a false alarm.
    """
    return [_verdict(span, predicted, "missed") for span in truth], [
        _verdict(span, truth, "false alarm") for span in predicted
    ]


def _verdict(span: tuple[str, int, int], others: Sequence[tuple[str, int, int]], alone: Verdict) -> Verdict:
    touching = [other for other in others if other[1] < span[2] and other[2] > span[1]]
    if span in touching:
        return "right"
    if any(other[1:] == span[1:] for other in touching):
        return "wrong type"
    return "wrong bounds" if touching else alone
