"""Questions with the answers found in their passages, beside the true ones, and the scores of each word."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from dlstudio.inspection.marked_texts import Span
from dlstudio.inspection.results import Message


@dataclass(frozen=True)
class AnsweredQuestion:
    """One question.

    Attributes:
        row: Its row in the data.
        place: Its place in the split.
        question: The question.
        tokens: The words of the passage, those that the network reads.
        truth: The true answer that was learnt; none where it lies behind those words.
        predicted: The answer found.
        answer: Its text.
        truths: The texts that are right.
        score: Probability of the answer found.
        f1, exact: How right it is, as SQuAD measures it.
        loss: How wrong the network is on it.
        scores: Probability of each word to be the first and the last one, float32 (tokens, 2).
        where: Where it is in the source.
    """

    row: int
    place: int
    question: str
    tokens: Sequence[str]
    truth: Sequence[Span]
    predicted: Sequence[Span]
    answer: str
    truths: Sequence[str]
    score: float
    f1: float
    exact: bool
    loss: float
    scores: np.ndarray
    where: str = ""


@dataclass(frozen=True)
class AnsweredQuestions:
    """A page of questions.

    Attributes:
        title: Heading.
        questions: Those of the page.
        total: How many pass the filter.
        offset: The first one's number among those.
        of: How many the split has.
        counts: How many of the whole split are ``right``, ``partly right`` and ``wrong``.
        metrics: Means over the split.
    """

    title: str
    questions: Sequence[AnsweredQuestion]
    total: int
    offset: int
    of: int
    counts: Mapping[str, int] = field(default_factory=dict)
    metrics: Mapping[str, float] = field(default_factory=dict)

    def as_message(self) -> Message:
        arrays: dict[str, np.ndarray] = {}
        items = []
        for each in self.questions:
            name = f"scores-{each.place}"
            arrays[name] = np.ascontiguousarray(each.scores, np.float32)
            items.append(
                {
                    "row": each.row,
                    "place": each.place,
                    "question": each.question,
                    "tokens": list(each.tokens),
                    "truth": [span.as_json() for span in each.truth],
                    "predicted": [span.as_json() for span in each.predicted],
                    "answer": each.answer,
                    "truths": list(each.truths),
                    "score": each.score,
                    "f1": each.f1,
                    "exact": each.exact,
                    "loss": each.loss,
                    "array": name,
                    "where": each.where,
                }
            )
        return {
            "kind": "answers",
            "title": self.title,
            "items": items,
            "total": self.total,
            "offset": self.offset,
            "of": self.of,
            "counts": dict(self.counts),
            "metrics": dict(self.metrics),
        }, arrays
