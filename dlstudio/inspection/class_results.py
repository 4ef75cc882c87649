"""What inspectors of classes give: pairs that are confused, curves over a threshold, reliability, weights of words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from dlstudio.inspection.results import Message


@dataclass(frozen=True)
class ThresholdCurves:
    """How one class is told from all others as the probability from which on it is believed goes from 1 to 0.

    Attributes:
        title: Heading.
        name: The class.
        classes: All of them.
        positives, negatives: Samples that are of the class and that are not.
        thresholds: Every probability given, falling, the first infinite (nothing is believed), float64 (n,).
        hits: Samples of the class at or above each threshold, int64 (n,).
        alarms: Samples of others at or above it, int64 (n,).
        auc: Area under the ROC curve, None where one side has no sample.
        average_precision: Precision averaged over the steps of recall, None without samples of the class.
    """

    title: str
    name: str
    classes: Sequence[str]
    positives: int
    negatives: int
    thresholds: np.ndarray
    hits: np.ndarray
    alarms: np.ndarray
    auc: float | None
    average_precision: float | None

    def as_message(self) -> Message:
        return {
            "kind": "threshold-curves",
            "title": self.title,
            "name": self.name,
            "classes": list(self.classes),
            "positives": self.positives,
            "negatives": self.negatives,
            "auc": self.auc,
            "average_precision": self.average_precision,
        }, {"thresholds": self.thresholds, "hits": self.hits, "alarms": self.alarms}


@dataclass(frozen=True)
class Calibration:
    """Confidence against the share that is right, in bins of equal width over [0, 1].

    Attributes:
        title: Heading.
        error: Expected calibration error, 0 to 1.
        accuracy, confidence: Of all samples, means.
        counts: Samples a bin.
        bin_confidence, bin_accuracy: Means a bin; None where it is empty.
    """

    title: str
    error: float
    accuracy: float
    confidence: float
    counts: Sequence[int]
    bin_confidence: Sequence[float | None]
    bin_accuracy: Sequence[float | None]

    def as_message(self) -> Message:
        return {
            "kind": "calibration",
            "title": self.title,
            "error": self.error,
            "accuracy": self.accuracy,
            "confidence": self.confidence,
            "counts": list(self.counts),
            "bin_confidence": list(self.bin_confidence),
            "bin_accuracy": list(self.bin_accuracy),
        }, {}


@dataclass(frozen=True)
class Importance:
    """How much worse the metric gets when a column's values are dealt out to other samples.

    Attributes:
        title: Heading.
        metric: The metric that is watched: ``accuracy`` or ``rmse``.
        reference: Its value with all columns as they are, in the units of the data.
        samples: How many samples were looked at.
        repeats: How often each column was dealt out.
        columns: Names, the most important first.
        drops: By how much the metric gets worse, mean over the repeats; below 0 where it gets better.
        spreads: Standard deviation over the repeats.
    """

    title: str
    metric: str
    reference: float
    samples: int
    repeats: int
    columns: Sequence[str]
    drops: Sequence[float]
    spreads: Sequence[float]

    def as_message(self) -> Message:
        return {
            "kind": "importance",
            "title": self.title,
            "metric": self.metric,
            "reference": self.reference,
            "samples": self.samples,
            "repeats": self.repeats,
            "columns": list(self.columns),
            "drops": list(self.drops),
            "spreads": list(self.spreads),
        }, {}


@dataclass(frozen=True)
class WordWeights:
    """A text with what each word does for a prediction: how the output changes where the word is unknown.

    Attributes:
        title: Heading.
        pieces: The text's pieces in order; words and what stands between them, together the text as far as it is read.
        weights: What a piece adds: its probability, or value in the data's units, with the word minus without; None
            for what stands between words.
        known: Whether a piece is a word of the vocabulary.
        about: What the weights are about: the class, or the column's name.
        prediction: The prediction's JSON form.
        truth: Class name or number; None for a text of one's own.
        share: Whether the weights are parts of a probability.
        left_out: How many words the network does not read because the text is too long.
    """

    title: str
    pieces: Sequence[str]
    weights: Sequence[float | None]
    known: Sequence[bool]
    about: str
    prediction: dict[str, Any]
    truth: Any
    share: bool
    left_out: int

    def as_message(self) -> Message:
        return {
            "kind": "word-weights",
            "title": self.title,
            "pieces": list(self.pieces),
            "weights": list(self.weights),
            "known": list(self.known),
            "about": self.about,
            "prediction": self.prediction,
            "truth": self.truth,
            "share": self.share,
            "left_out": self.left_out,
        }, {}
