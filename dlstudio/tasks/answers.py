"""How right an answer is, as SQuAD measures it, and the best span of two rows of scores.

Definitions of Rajpurkar et al. 2016, *SQuAD: 100,000+ Questions for Machine Comprehension of Text*, section 6.1: both
texts in lower case, without punctuation, articles and superfluous space; exact match, and F1 of the words as bags; of
several right answers the one that fits best. Where there is no answer, to give none is right (Rajpurkar, Jia, Liang
2018, *Know What You Don't Know: Unanswerable Questions for SQuAD*, and its evaluation script).
"""

from __future__ import annotations

import re
import string
from collections import Counter
from collections.abc import Sequence

import numpy as np

LONGEST_ANSWER = 30
"""Words that an answer may have; of the longer spans none is considered."""

_ARTICLES = re.compile(r"\b(a|an|the)\b")
_PUNCTUATION = str.maketrans("", "", string.punctuation)


def normalized(text: str) -> str:
    """Lower case, no ASCII punctuation, no English articles, single spaces."""
    return " ".join(_ARTICLES.sub(" ", text.lower().translate(_PUNCTUATION)).split())


def exact_match(given: str, truths: Sequence[str]) -> float:
    """1 where an answer equals one of the right ones, else 0; where nothing is right, 1 for an empty answer."""
    return float(any(normalized(given) == normalized(truth) for truth in _told(truths)))


def answer_f1(given: str, truths: Sequence[str]) -> float:
    """The highest F1 of an answer's words against those of a right one, 0 to 1."""
    return max((_f1(normalized(given).split(), normalized(truth).split()) for truth in _told(truths)), default=0.0)


def _told(truths: Sequence[str]) -> Sequence[str]:
    """The right answers that say something; one empty text, which is no answer, where none does."""
    return [truth for truth in truths if normalized(truth)] or [""]


def _f1(given: Sequence[str], truth: Sequence[str]) -> float:
    if not given or not truth:  # no answer is right where there is none, and nowhere else
        return float(given == truth)
    both = sum((Counter(given) & Counter(truth)).values())
    return 2.0 * both / (len(given) + len(truth)) if both else 0.0


def place_probabilities(outputs: np.ndarray, words: np.ndarray, probabilities: bool) -> np.ndarray:
    """The probability of each word to be the first and to be the last of the answer.

    Args:
        outputs: Scores, (samples, places, 2).
        words: How many of the places are words, int (samples,); what lies behind is padding.
        probabilities: Whether the scores are probabilities already.

    Returns:
        (samples, places, 2), float64; each column of a sample adds up to 1, padding is 0.
    """
    values = np.asarray(outputs, np.float64)
    there = (np.arange(values.shape[1])[np.newaxis, :] < np.maximum(words, 1)[:, np.newaxis])[..., np.newaxis]
    if probabilities:
        chances = np.where(there, np.clip(values, 1e-12, None), 0.0)
    else:
        kept = np.where(there, values, -np.inf)
        chances = np.exp(kept - kept.max(axis=1, keepdims=True))
    return np.asarray(chances / chances.sum(axis=1, keepdims=True))


def best_spans(chances: np.ndarray, none: bool = False) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """The likeliest first and last word of each sample, the last not before the first and not too far behind it.

    Args:
        chances: As :func:`place_probabilities` gives them.
        none: Whether the first place stands for no answer: then it begins no span but its own.

    Returns:
        First and last word, int64 (samples,), and the product of their probabilities, float64 (samples,).
    """
    samples, places, _ = chances.shape
    first, last = np.zeros(samples, np.int64), np.zeros(samples, np.int64)
    best = np.full(samples, -1.0)
    for step in range(min(LONGEST_ANSWER, places)):
        products = chances[:, : places - step, 0] * chances[:, step:, 1]
        if none and step:
            products[:, 0] = -1.0
        where = products.argmax(axis=1)
        found = products[np.arange(samples), where]
        better = found > best
        first, last = np.where(better, where, first), np.where(better, where + step, last)
        best = np.where(better, found, best)
    return first, last, best
