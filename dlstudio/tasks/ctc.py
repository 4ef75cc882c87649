"""Connectionist temporal classification in numpy: greedy decoding, and the loss of each sample.

Graves et al., Connectionist Temporal Classification (ICML 2006). Class 0 is the blank.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

BLANK = 0
_NEVER = -1e30  # the logarithm of nothing, such that sums of it stay finite


@dataclass(frozen=True)
class Spoken:
    """One class of a decoded sample: its index, and the first and last frame that say it."""

    index: int
    first: int
    last: int


def greedy(best: npt.NDArray[np.int64]) -> list[Spoken]:
    """What the likeliest classes of the frames, (frames,), say: repeats count once, blanks part equal neighbours."""
    found: list[Spoken] = []
    before = BLANK
    for frame, index in enumerate(best.tolist()):
        if index != BLANK:
            if index == before:
                found[-1] = Spoken(index, found[-1].first, frame)
            else:
                found.append(Spoken(index, frame, frame))
        before = index
    return found


def log_probabilities(logits: np.ndarray) -> npt.NDArray[np.float64]:
    """The logarithm of the softmax over the last axis, float64."""
    values = np.asarray(logits, np.float64)
    values = values - values.max(axis=-1, keepdims=True)
    return np.asarray(values - np.log(np.exp(values).sum(axis=-1, keepdims=True)))


def losses(labels: np.ndarray, log_probability: np.ndarray) -> npt.NDArray[np.float64]:
    """Negative logarithm of the probability of each sample's labels, (samples,), in nats.

    Where the labels are longer than the frames can say, the loss is infinite.

    Args:
        labels: Class indices (samples, characters), zeros at the end.
        log_probability: (samples, frames, classes).
    """
    samples, frames, _ = log_probability.shape
    labels = np.asarray(labels, np.int64)
    width = 2 * labels.shape[1] + 1
    path = np.zeros((samples, width), np.int64)
    path[:, 1::2] = labels  # a blank before, between and after the labels
    lengths = (labels != BLANK).sum(axis=1)
    skips = np.zeros((samples, width), bool)
    skips[:, 2:] = (path[:, 2:] != BLANK) & (path[:, 2:] != path[:, :-2])
    each = np.arange(samples)[:, None]
    alpha = np.full((samples, width), _NEVER)
    for frame in range(frames):
        said = log_probability[each, frame, path]
        if frame == 0:
            alpha[:, 0] = said[:, 0]
            if width > 1:
                alpha[:, 1] = said[:, 1]
            continue
        stay = alpha
        step = np.concatenate([np.full((samples, 1), _NEVER), alpha[:, :-1]], axis=1)
        skip = np.concatenate([np.full((samples, 2), _NEVER), alpha[:, :-2]], axis=1)[:, :width]
        skip = np.where(skips, skip, _NEVER)
        alpha = np.logaddexp(np.logaddexp(stay, step), skip) + said
    last = alpha[np.arange(samples), 2 * lengths]
    before = np.where(lengths > 0, alpha[np.arange(samples), np.maximum(2 * lengths - 1, 0)], _NEVER)
    total = -np.logaddexp(last, before)
    return np.asarray(np.where(total > -_NEVER / 2, np.inf, total))
