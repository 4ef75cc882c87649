"""What the inspector of boxes gives: images with true and found boxes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from dlstudio.inspection.results import Message

if TYPE_CHECKING:
    import numpy as np


@dataclass(frozen=True)
class BoxSample:
    """One image.

    Attributes:
        row: Its row in the data.
        place: Its place in the split.
        name: Where it is in the source.
        picture: uint8 (height, width, 1 or 3), as the network sees it.
        truth: float32 (boxes, 5): class, left, top, right, bottom in pixels of the picture.
        found: float32 (boxes, 6): the same and the score; best first.
        hits, misses, false_alarms: How many there are at the thresholds asked for.
    """

    row: int
    place: int
    name: str
    picture: np.ndarray
    truth: np.ndarray
    found: np.ndarray
    hits: int
    misses: int
    false_alarms: int


@dataclass(frozen=True)
class BoxPage:
    """A page of images with boxes.

    Attributes:
        title: Heading.
        samples: Those of the page.
        total: How many pass the filter.
        offset: The first one's number among those.
        of: How many the split has.
        classes: Class names in index order.
        confidence: Score from which on a box counts as found.
        overlap: Least intersection over union of a hit.
        counts: Hits, misses and false alarms of all that pass the filter.
    """

    title: str
    samples: Sequence[BoxSample]
    total: int
    offset: int
    of: int
    classes: Sequence[str]
    confidence: float
    overlap: float
    counts: tuple[int, int, int]

    def as_message(self) -> Message:
        arrays: dict[str, np.ndarray] = {}
        items = []
        for sample in self.samples:
            for name in ("picture", "truth", "found"):
                arrays[f"{name}-{sample.place}"] = getattr(sample, name)
            items.append(
                {
                    "row": sample.row,
                    "place": sample.place,
                    "name": sample.name,
                    "hits": sample.hits,
                    "misses": sample.misses,
                    "false_alarms": sample.false_alarms,
                }
            )
        return {
            "kind": "boxes",
            "title": self.title,
            "items": items,
            "total": self.total,
            "offset": self.offset,
            "of": self.of,
            "classes": list(self.classes),
            "confidence": self.confidence,
            "overlap": self.overlap,
            "counts": list(self.counts),
        }, arrays


@dataclass(frozen=True)
class BoxCurves:
    """Precision and recall as the confidence falls.

    Attributes:
        title: Heading.
        name: The class; empty for all boxes together.
        classes: Class names in index order.
        averages: Average precision of each class; None for one without a true box.
        mean: Their mean, or None.
        overlap: Least intersection over union of a hit.
        boxes: How many true ones the curve is about.
        scores: Of what is found, falling, float64 (found,).
        hits: Whether each is a hit, bool (found,).
        interpolated: Precision at 101 levels of recall from 0 to 1; its mean is the average precision.
    """

    title: str
    name: str
    classes: Sequence[str]
    averages: Sequence[float | None]
    mean: float | None
    overlap: float
    boxes: int
    scores: np.ndarray
    hits: np.ndarray
    interpolated: np.ndarray

    def as_message(self) -> Message:
        return {
            "kind": "box-curves",
            "title": self.title,
            "name": self.name,
            "classes": list(self.classes),
            "averages": list(self.averages),
            "mean": self.mean,
            "overlap": self.overlap,
            "boxes": self.boxes,
        }, {
            "scores": self.scores.astype("float32"),
            "hits": self.hits.astype("uint8"),
            "interpolated": self.interpolated.astype("float32"),
        }
