"""Fuzzy matching of a few typed letters against names: ``mxp`` finds ``MaxPooling2D``. No Qt."""

from __future__ import annotations

from collections.abc import Iterable


def score(query: str, text: str) -> float:
    """How well letters match a name: 0 not at all, higher is better.

    The letters have to come in order. A whole name beats its beginning, a beginning beats word starts, and those beat
    letters inside words; a shorter name wins among equals.
    """
    wanted, low = query.lower().replace(" ", ""), text.lower()
    if not wanted:
        return 1.0
    if low == wanted:
        return 100.0
    packed = low.replace(" ", "").replace("_", "")
    shortness = 1.0 / (1 + len(text))
    if packed.startswith(wanted):
        return 60.0 + shortness
    if wanted in packed:
        return 40.0 + shortness
    total, place, previous = 0.0, 0, -2
    for letter in wanted:
        found = _best(text, low, letter, place)
        if found < 0:
            return 0.0
        start = found == 0 or not text[found - 1].isalnum() or (text[found].isupper() and not text[found - 1].isupper())
        total += 3.0 if start else 2.0 if found == previous + 1 else 0.4
        previous, place = found, found + 1
    quality = total / (3.0 * len(wanted))
    return 20.0 * quality + shortness if quality > 0.35 else 0.0


def best_score(query: str, names: Iterable[str]) -> float:
    """The best score among several names of one thing; every name but the first counts a little less."""
    return max((score(query, name) - (0.5 if index else 0.0) for index, name in enumerate(names)), default=0.0)


def _best(text: str, low: str, letter: str, place: int) -> int:
    """The next place of a letter, preferring a word start a little further on to one inside a word."""
    first = low.find(letter, place)
    if first <= place:
        return first
    for index in range(first, len(text)):
        if low[index] == letter and (text[index].isupper() or not text[index - 1].isalnum()):
            return index
    return first
