"""A dictionary learned from sentences and their translations: the simple translator that a network has to beat.

IBM model 1 (Brown et al. 1993, "The mathematics of statistical machine translation"): every word of a translation
comes from some word of its source, or from none; which one is found by expectation maximization.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from dlstudio.data.tokenizing.words import cut

ROUNDS = 6
MOST_PAIRS = 20_000
"""Pairs that are learned from at the most, the first ones."""
_LONGEST = 60  # words of a sentence that are learned from


@dataclass(frozen=True)
class Dictionary:
    """The likeliest translation of each word.

    Attributes:
        words: By the word in lower case, without the space before it; a translation has its space.
    """

    words: Mapping[str, str]

    def translate(self, text: str) -> str:
        """Word for word in the order of the source; unknown words are copied, and a first capital is kept."""
        found = "".join(self.words.get(_key(word), word) for word in cut(" " + " ".join(text.split()))).strip()
        begins_high = text.lstrip()[:1].isupper()
        return found[:1].upper() + found[1:] if begins_high else found


def learn(sources: Sequence[str], targets: Sequence[str]) -> Dictionary:
    """The dictionary of pairs of sentences.

    Args:
        sources: Sentences.
        targets: Their translations, as many.
    """
    names: dict[str, int] = {"": 0}  # no word at all, from which anything may come
    others: dict[str, int] = {}
    forms: dict[str, Counter[str]] = {}
    first, second, sentence = [], [], []
    for number, (source, target) in enumerate(zip(sources[:MOST_PAIRS], targets[:MOST_PAIRS], strict=False)):
        read = [_key(word) for word in cut(" " + " ".join(source.split()))][:_LONGEST]
        for place, word in enumerate(cut(" " + " ".join(target.split()))[:_LONGEST]):
            key = _key(word)
            if place:  # the first word is written high whatever it is
                forms.setdefault(key, Counter())[word] += 1
            other = others.setdefault(key, len(others))
            for name in ("", *dict.fromkeys(read)):
                first.append(names.setdefault(name, len(names)))
                second.append(other)
                sentence.append(number * _LONGEST + place)
    if not first:
        return Dictionary({})
    chances, pairs = _maximized(np.array(first), np.array(second), np.array(sentence), len(others))
    order = np.lexsort((pairs[:, 1], -chances, pairs[:, 0]))
    best = pairs[order][np.unique(pairs[order][:, 0], return_index=True)[1]]
    source_words, target_words = list(names), list(others)
    written = {
        source_words[a]: forms.get(word, Counter({f" {word}": 1})).most_common(1)[0][0]
        for a, b in best.tolist()
        if (word := target_words[b]) and a
    }
    return Dictionary(written)


def _maximized(first: np.ndarray, second: np.ndarray, places: np.ndarray, width: int) -> tuple[np.ndarray, np.ndarray]:
    """Chance of each target word given each source word that it was seen with, (pairs,), and the pairs (pairs, 2).

    Args:
        first, second: Source and target word of each link that may be, (links,).
        places: Which word of which sentence the link explains, (links,).
        width: How many target words there are.
    """
    codes, links = np.unique(first.astype(np.int64) * width + second, return_inverse=True)
    pairs = np.stack([codes // width, codes % width], axis=1)
    _, places = np.unique(places, return_inverse=True)
    chances = np.full(len(codes), 1.0 / width)
    for _ in range(ROUNDS):
        shares = chances[links]
        shares /= np.bincount(places, shares)[places]
        counts = np.bincount(links, shares, len(codes))
        chances = counts / np.bincount(pairs[:, 0], counts)[pairs[:, 0]]
    return chances, pairs


def _key(word: str) -> str:
    return word.strip().lower()
