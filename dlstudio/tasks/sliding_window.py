"""A reader that learns next to nothing: words of the question counted in a window that slides over the passage.

The baseline of Richardson, Burges, Renshaw 2013 (*MCTest*), as Rajpurkar et al. 2016 (*SQuAD*, section 5) use it:
candidates in the sentences that share most single words and pairs with the question; among them the one whose words,
together with the question's, fill a window best, rare words counting more. Candidates there are the phrases of a
parser; here, where none is at hand for every language, they are the runs between the commonest words and signs.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from itertools import pairwise

from dlstudio.data.encoders.tokenized import split_words
from dlstudio.data.texts.passages import Reference

COMMON = 60
"""So many of the commonest words of the training passages are no part of a candidate."""

_ENDS = frozenset(".!?\u3002\uff01\uff1f\u061f\u0964")
_LONGEST = 8


def common_words(references: Sequence[Reference]) -> frozenset[str]:
    """The commonest words of passages, in lower case; each passage is counted once."""
    counts: Counter[str] = Counter()
    for passage in {id(each.passage): each.passage for each in references}.values():
        counts.update(word.text.lower() for word in passage.words if word.text[0].isalnum())
    return frozenset(word for word, _ in counts.most_common(COMMON))


def sliding_window_answer(reference: Reference, common: frozenset[str]) -> str:
    """The answer to one question; empty where the passage has no word."""
    words = [word.text.lower() for word in reference.passage.words]
    asked = [word.text.lower() for word in split_words(reference.question) if word.text[0].isalnum()]
    candidates = _candidates(words, common, frozenset(asked))
    if not candidates:
        return reference.passage.piece(0, 0)
    sentences = _sentences(words)
    overlaps = [_overlap(words, sentences[first], (first, last), asked) for first, last in candidates]
    most = max(overlaps)
    counts = Counter(words)
    weights = {word: math.log(1.0 + 1.0 / count) for word, count in counts.items()}
    kept = [each for each, overlap in zip(candidates, overlaps, strict=True) if overlap == most]
    best = max(kept, key=lambda span: _window_score(words, span, asked, weights))
    return reference.passage.piece(*best)


def _candidates(words: Sequence[str], common: frozenset[str], asked: frozenset[str]) -> list[tuple[int, int]]:
    """First and last word of each run without common words, signs and words of the question."""
    found: list[tuple[int, int]] = []
    start = -1
    for place, word in enumerate([*words, "."]):
        inside = word[0].isalnum() and word not in common and word not in asked
        if inside and start < 0:
            start = place
        elif start >= 0 and (not inside or place - start >= _LONGEST):
            found.append((start, place - 1))
            start = place if inside else -1
    return found


def _sentences(words: Sequence[str]) -> list[tuple[int, int]]:
    """For each word, from where to where its sentence goes."""
    found: list[tuple[int, int]] = []
    start = 0
    for place, word in enumerate(words):
        if word in _ENDS or place == len(words) - 1:
            found += [(start, place + 1)] * (place + 1 - start)
            start = place + 1
    return found


def _overlap(words: Sequence[str], sentence: tuple[int, int], span: tuple[int, int], asked: Sequence[str]) -> int:
    """How many different words and pairs of the question are in the sentence, the candidate itself left out."""
    rest = [*words[sentence[0] : span[0]], "", *words[span[1] + 1 : sentence[1]]]
    pairs = set(pairwise(rest))
    return len(set(asked) & set(rest)) + len(set(pairwise(asked)) & pairs)


def _window_score(
    words: Sequence[str], span: tuple[int, int], asked: Sequence[str], weights: dict[str, float]
) -> float:
    """The best sum of weights of the words that a window of as many words holds, among windows over the candidate."""
    wanted = {*asked, *words[span[0] : span[1] + 1]}
    size = len(wanted)
    values = [weights[word] if word in wanted else 0.0 for word in words]
    starts = range(max(0, span[1] + 1 - size), min(span[0], max(len(words) - size, 0)) + 1)
    return max((sum(values[start : start + size]) for start in starts), default=0.0)
