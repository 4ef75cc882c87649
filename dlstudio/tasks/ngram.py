"""An n-gram model of token ids: the simple language model that a network has to beat.

Probabilities of all orders are interpolated as Witten and Bell (1991, The zero-frequency problem) do, method C: a
context that was followed by many different tokens leaves much to the shorter one.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

ORDER = 5
MOST_TOKENS = 4_000_000
"""Tokens that are counted at the most: more take memory and help a little."""

_MIX = np.uint64(0x9E3779B97F4A7C15)

Hashes = npt.NDArray[np.uint64]


class _Counts:
    """Counts of one order: how often each context was seen, with how many different tokens, and its commonest one."""

    def __init__(self, contexts: Hashes, tokens: npt.NDArray[np.int64]) -> None:
        pairs, first, counts = np.unique(_mixed(contexts, tokens), return_index=True, return_counts=True)
        self.pairs, self.pair_counts = pairs, counts
        of_pair, follower = contexts[first], tokens[first]
        # By context; within it the commonest follower last.
        order = np.lexsort((-follower, counts, of_pair))
        sorted_contexts = of_pair[order]
        self.contexts, begins, self.kinds = np.unique(sorted_contexts, return_index=True, return_counts=True)
        self.totals = np.add.reduceat(counts[order], begins) if len(begins) else np.zeros(0, np.int64)
        self.commonest = follower[order][begins + self.kinds - 1] if len(begins) else np.zeros(0, np.int64)


class NGram:
    """Learns from windows of token ids (windows, places), -1 for padding; contexts do not reach beyond a window."""

    def __init__(self, windows: npt.NDArray[np.int32], vocabulary: int, order: int = ORDER) -> None:
        self._vocabulary = vocabulary
        self._orders = []
        for length in range(order):
            contexts, tokens, known = _contexts(windows, length)
            self._orders.append(_Counts(contexts[known], tokens[known]))

    def judge(self, windows: npt.NDArray[np.int32]) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
        """Loss in nats and whether the likeliest token is right, at each place that is no padding, in order.

        The likeliest token is the commonest one after the longest context that was seen.
        """
        kept = windows >= 0
        chances = np.full(windows.shape, 1.0 / self._vocabulary)
        chosen = np.zeros(windows.shape, np.int64)
        for length, counts in enumerate(self._orders):
            if not len(counts.contexts):
                break  # the windows are shorter
            contexts, tokens, known = _contexts(windows, length)
            place, seen = _found(counts.contexts, contexts)
            seen &= known
            pair, with_token = _found(counts.pairs, _mixed(contexts, tokens))
            hits = np.where(with_token & seen, counts.pair_counts[pair], 0)
            total, kinds = counts.totals[place], counts.kinds[place]
            chances = np.where(seen, (hits + kinds * chances) / np.maximum(total + kinds, 1), chances)
            chosen = np.where(seen, counts.commonest[place], chosen)
        return -np.log(chances[kept]), (chosen == windows)[kept].astype(np.float64)


def _contexts(
    windows: npt.NDArray[np.int32], length: int
) -> tuple[Hashes, npt.NDArray[np.int64], npt.NDArray[np.bool_]]:
    """Hash of the ``length`` tokens before each place, the token there, and whether both are inside the window."""
    ids = windows.astype(np.int64)
    hashes = np.zeros(windows.shape, np.uint64)
    for back in range(length, 0, -1):
        before = np.zeros_like(ids)
        before[:, back:] = ids[:, :-back] if back else ids
        hashes = _mixed(hashes, before)
    known = ids >= 0
    known[:, :length] = False
    return hashes, ids, known


def _mixed(hashes: Hashes, tokens: npt.NDArray[np.int64]) -> Hashes:
    """One 64-bit number for a number and a token (SplitMix64); two pairs share one so seldom that it does not count."""
    with np.errstate(over="ignore"):
        mixed = (hashes + (tokens + 2).astype(np.uint64)) * _MIX
        mixed = (mixed ^ (mixed >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        mixed = (mixed ^ (mixed >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
        return np.asarray(mixed ^ (mixed >> np.uint64(31)))


def _found(known: Hashes, wanted: Hashes) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.bool_]]:
    """Place of each wanted number among the sorted known ones, and whether it is there."""
    if not len(known):
        return np.zeros(wanted.shape, np.int64), np.zeros(wanted.shape, bool)
    place = np.minimum(np.searchsorted(known, wanted), len(known) - 1)
    return place, known[place] == wanted
