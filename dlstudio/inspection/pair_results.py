"""What inspectors of embeddings give: the nearest samples of one, and how far pairs of samples lie apart."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from dlstudio.inspection.results import Message


@dataclass(frozen=True)
class Shown:
    """One sample as a person sees it.

    Attributes:
        place: Its place in the split.
        truth: Its class.
        name: Where it is in the source.
        array: What is drawn of it, as :class:`dlstudio.inspection.results.Sample` has it, or None.
        text: What stands for it where nothing is drawn.
    """

    place: int
    truth: str
    name: str
    array: np.ndarray | None
    text: str = ""


@dataclass(frozen=True)
class Neighbours:
    """The samples nearest to one.

    Attributes:
        title: Heading.
        sample_kind: How a sample is shown.
        asked: The sample.
        nearest: Others of the split, the nearest first.
        distances: 1 minus the cosine of the embeddings, 0 to 2, one a neighbour.
        wrong: Places of all samples whose nearest other is of another class.
        of: How many samples the split has.
    """

    title: str
    sample_kind: str
    asked: Shown
    nearest: Sequence[Shown]
    distances: Sequence[float]
    wrong: Sequence[int]
    of: int

    def as_message(self) -> Message:
        arrays: dict[str, np.ndarray] = {}
        return {
            "kind": "neighbours",
            "title": self.title,
            "sample_kind": self.sample_kind,
            "asked": item(self.asked, arrays),
            "nearest": [
                {**item(each, arrays), "distance": float(distance)}
                for each, distance in zip(self.nearest, self.distances, strict=True)
            ],
            "wrong": list(self.wrong),
            "of": self.of,
        }, arrays


@dataclass(frozen=True)
class PairDistances:
    """Distances of all pairs of a split, and the pairs that a threshold gets most wrong.

    Attributes:
        title: Heading.
        sample_kind: How a sample is shown.
        width: Of a bin; the first begins at 0.
        same, different: Pairs of one class and of two, int64 a bin.
        threshold: Where false accepts and false rejects are about equally frequent; the edge of a bin.
        scores: The verification scores of the split.
        worst: The same pairs that lie farthest apart and the different ones that lie nearest, ``(first, second,
            distance, same)`` each.
        listed: How many pairs the source lists for this split; 0 where it lists none and all pairs are meant.
    """

    title: str
    sample_kind: str
    width: float
    same: np.ndarray
    different: np.ndarray
    threshold: float
    scores: dict[str, float]
    worst: Sequence[tuple[Shown, Shown, float, bool]]
    listed: int = 0

    def as_message(self) -> Message:
        arrays: dict[str, np.ndarray] = {"same": self.same, "different": self.different}
        worst = [
            {"first": item(first, arrays), "second": item(second, arrays), "distance": distance, "same": same}
            for first, second, distance, same in self.worst
        ]
        return {
            "kind": "pair-distances",
            "title": self.title,
            "sample_kind": self.sample_kind,
            "width": self.width,
            "threshold": self.threshold,
            "scores": self.scores,
            "worst": worst,
            "listed": self.listed,
        }, arrays


def item(sample: Shown, arrays: dict[str, np.ndarray]) -> dict[str, Any]:
    """A sample's JSON form; its array joins ``arrays``."""
    name = ""
    if sample.array is not None:
        name = f"sample-{sample.place}"
        arrays[name] = sample.array
    return {
        "place": sample.place,
        "truth": sample.truth,
        "name": sample.name,
        "text": sample.text,
        "array": name or None,
    }
