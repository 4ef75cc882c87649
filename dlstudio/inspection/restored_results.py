"""What the inspectors of reconstructions give: pairs of what was read and given back, maps of codes, error scores."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from dlstudio.inspection.results import Message

if TYPE_CHECKING:
    import numpy as np


@dataclass(frozen=True)
class Restored:
    """One sample.

    Attributes:
        row: Its row in the data.
        place: Its place in the split.
        name: Where it is in the source.
        label: Its class in the column that tells samples apart, or empty.
        anomalous: Whether it is an anomaly; None where nothing says so.
        error: Mean squared error.
        read, given: An image uint8 (height, width, 1 or 3), or a series float32 (time, features).
        miss: Root mean squared error of each pixel float32 (height, width), or the difference float32 (time, features).
    """

    row: int
    place: int
    name: str
    label: str
    anomalous: bool | None
    error: float
    read: np.ndarray
    given: np.ndarray
    miss: np.ndarray


@dataclass(frozen=True)
class RestoredPage:
    """A page of samples.

    Attributes:
        title: Heading.
        sample_kind: ``image`` or ``series``.
        samples: Those of the page.
        total: How many pass the filter.
        offset: The first one's number among those.
        of: How many the split has.
        judged: Whether the data says which samples are anomalies.
    """

    title: str
    sample_kind: str
    samples: Sequence[Restored]
    total: int
    offset: int
    of: int
    judged: bool

    def as_message(self) -> Message:
        arrays: dict[str, np.ndarray] = {}
        items = []
        for sample in self.samples:
            for name in ("read", "given", "miss"):
                arrays[f"{name}-{sample.place}"] = getattr(sample, name)
            items.append(
                {
                    "row": sample.row,
                    "place": sample.place,
                    "name": sample.name,
                    "label": sample.label,
                    "anomalous": sample.anomalous,
                    "error": sample.error,
                }
            )
        return {
            "kind": "reconstructions",
            "title": self.title,
            "sample_kind": self.sample_kind,
            "items": items,
            "total": self.total,
            "offset": self.offset,
            "of": self.of,
            "judged": self.judged,
        }, arrays


@dataclass(frozen=True)
class CodeMap:
    """Codes of samples in the plane.

    Attributes:
        title: Heading.
        layer: The layer that gives the code.
        values: Numbers a code.
        points: float32 (samples, 2): the two first principal components.
        shares: How much of the codes' variance each of them holds, 0 to 1.
        rows: Row of each sample, int64.
        kinds: Class index of each sample, int16; -1 where it has none.
        classes: Their names.
        column: The column of those classes, or empty.
        columns: Those that may be chosen.
        sample_kind: ``image`` or ``series``.
    """

    title: str
    layer: str
    values: int
    points: np.ndarray
    shares: tuple[float, float]
    rows: np.ndarray
    kinds: np.ndarray
    classes: Sequence[str]
    column: str
    columns: Sequence[str]
    sample_kind: str

    def as_message(self) -> Message:
        return {
            "kind": "codes",
            "title": self.title,
            "layer": self.layer,
            "values": self.values,
            "shares": list(self.shares),
            "classes": list(self.classes),
            "column": self.column,
            "columns": list(self.columns),
            "sample_kind": self.sample_kind,
        }, {"points": self.points, "rows": self.rows, "kinds": self.kinds}


@dataclass(frozen=True)
class Steps:
    """What the second half of a network makes of codes from one sample to another, or of codes that were drawn.

    Attributes:
        title: Heading.
        sample_kind: ``image`` or ``series``.
        steps: uint8 (steps, height, width, 1 or 3), or float32 (steps, time, features).
        ends: What was read of the two samples, likewise (2, ...); empty where codes were drawn.
    """

    title: str
    sample_kind: str
    steps: np.ndarray
    ends: np.ndarray

    def as_message(self) -> Message:
        return (
            {"kind": "steps", "title": self.title, "sample_kind": self.sample_kind},
            {"steps": self.steps, "ends": self.ends},
        )


@dataclass(frozen=True)
class ErrorScores:
    """The reconstruction error of every sample of a split.

    Attributes:
        title: Heading.
        scores: float32 (samples,).
        rows: Row of each, int64.
        truth: int8 (samples,): 1 for an anomaly, 0 for a normal sample; -1 where nothing says so.
        threshold: The 95th percentile of the validation part's errors; None where it is empty.
        areas: ``pr_auc`` and ``roc_auc``, where both kinds of samples are there.
        normal: What is normal, in words, or empty.
    """

    title: str
    scores: np.ndarray
    rows: np.ndarray
    truth: np.ndarray
    threshold: float | None
    areas: dict[str, float]
    normal: str

    def as_message(self) -> Message:
        return {
            "kind": "errors",
            "title": self.title,
            "threshold": self.threshold,
            "areas": self.areas,
            "normal": self.normal,
        }, {"scores": self.scores, "rows": self.rows, "truth": self.truth}


@dataclass(frozen=True)
class Grown:
    """What a network gave back of a few samples, or made of noise, after its epochs.

    Attributes:
        title: Heading.
        sample_kind: ``image`` or ``series``.
        epochs: int32 (n,), ascending.
        rows: Row of each sample, int64.
        read: uint8 (samples, height, width, 1 or 3), or float32 (samples, time, features).
        given: The same after each epoch, (n, samples, ...).
        errors: Mean squared error float32 (n, samples).
        made: Whether the samples were made of noise: then they are not to equal what was read.
    """

    title: str
    sample_kind: str
    epochs: np.ndarray
    rows: np.ndarray
    read: np.ndarray
    given: np.ndarray
    errors: np.ndarray
    made: bool = False

    def as_message(self) -> Message:
        return {"kind": "growth", "title": self.title, "sample_kind": self.sample_kind, "made": self.made}, {
            "epochs": self.epochs,
            "rows": self.rows,
            "read": self.read,
            "given": self.given,
            "errors": self.errors,
        }
