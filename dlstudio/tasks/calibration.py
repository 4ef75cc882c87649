"""Whether a network is as often right as it is sure: reliability by bins of confidence, and the mean gap.

After Guo, Pleiss, Sun and Weinberger 2017, "On Calibration of Modern Neural Networks".
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

BINS = 10


@dataclass(frozen=True)
class Reliability:
    """Samples gathered by confidence in bins of equal width over [0, 1].

    Attributes:
        counts: Samples a bin, int64 (bins,).
        confidence: Mean confidence a bin, float64 (bins,); NaN where it is empty.
        accuracy: Share that is right a bin, float64 (bins,); NaN where it is empty.
    """

    counts: np.ndarray
    confidence: np.ndarray
    accuracy: np.ndarray

    @property
    def error(self) -> float:
        """Expected calibration error: the gap between confidence and accuracy, averaged over samples; 0 to 1."""
        total = int(self.counts.sum())
        if not total:
            return 0.0
        filled = self.counts > 0
        gaps = np.abs(self.confidence[filled] - self.accuracy[filled])
        return float((gaps * self.counts[filled]).sum() / total)


def reliability(confidence: np.ndarray, right: np.ndarray, bins: int = BINS) -> Reliability:
    """Gathers samples by confidence.

    Args:
        confidence: Probability of the predicted class, (samples,), 0 to 1.
        right: Whether the prediction is right, bool (samples,).
        bins: How many bins; a confidence on a border belongs to the bin above, 1 to the last.
    """
    values = np.asarray(confidence, np.float64)
    places = np.minimum((values * bins).astype(np.int64), bins - 1)
    counts = np.bincount(places, minlength=bins)
    whole = np.where(counts > 0, counts, 1)
    empty = counts == 0
    sure = np.bincount(places, values, bins) / whole
    correct = np.bincount(places, np.asarray(right, np.float64), bins) / whole
    return Reliability(counts, np.where(empty, np.nan, sure), np.where(empty, np.nan, correct))
