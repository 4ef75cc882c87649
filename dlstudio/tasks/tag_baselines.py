"""Simple taggers to compare with: each word's commonest tag, and a logistic regression on a word and its neighbours.

They read the same token ids as the network, so a word that the training split does not know is known by its form.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from dlstudio.data.encoders.tags import IGNORED

NEIGHBOURS = (-2, -1, 0, 1, 2)
_MOST_TOKENS = 300_000  # learned from; more take longer than a baseline should


def by_commonest_tag(words: np.ndarray, tags: np.ndarray, asked: np.ndarray) -> np.ndarray:
    """The tag that each word has most often in training; the commonest of all for a word that is not there.

    Args:
        words: Token ids of the training split, int (samples, tokens).
        tags: Their class indices, (samples, tokens), ``IGNORED`` where there is no token.
        asked: Token ids to tag, (samples, tokens).

    Returns:
        Class indices, int64, in the shape of ``asked``.
    """
    known = tags != IGNORED
    classes = int(tags[known].max()) + 1
    size = int(max(words.max(initial=0), asked.max(initial=0))) + 1
    counts = np.zeros((size, classes), np.int64)
    np.add.at(counts, (words[known].astype(np.int64), tags[known].astype(np.int64)), 1)
    best = counts.argmax(axis=1)
    best[counts.sum(axis=1) == 0] = counts.sum(axis=0).argmax()
    return np.asarray(best[asked.astype(np.int64)])


def by_logistic_regression(words: np.ndarray, tags: np.ndarray, asked: np.ndarray) -> np.ndarray:
    """Multinomial logistic regression on the one-hot words at -2 ... +2 of each token; arguments as above."""
    from sklearn.linear_model import LogisticRegression

    known = tags != IGNORED
    size = int(max(words.max(initial=0), asked.max(initial=0))) + 1
    truth = tags[known][:_MOST_TOKENS].astype(np.int64)
    if len(np.unique(truth)) < 2:
        return np.full(asked.shape, truth[0] if len(truth) else 0, np.int64)
    model = LogisticRegression(C=10.0, max_iter=200, tol=1e-3)
    model.fit(_features(words, size, known)[: len(truth)], truth)
    chosen = np.asarray(model.predict(_features(asked, size, np.ones(asked.shape, bool))), np.int64)
    return chosen.reshape(asked.shape)


def _features(words: np.ndarray, size: int, wanted: np.ndarray) -> Any:
    """One-hot words around each token wanted, a sparse matrix (tokens, neighbours × size)."""
    from scipy.sparse import csr_matrix

    reach = max(NEIGHBOURS)
    padded = np.pad(words.astype(np.int64), ((0, 0), (reach, reach)))
    length = words.shape[1]
    columns = np.stack(
        [padded[:, reach + step : reach + step + length] + place * size for place, step in enumerate(NEIGHBOURS)],
        axis=-1,
    )[wanted]
    rows = len(columns)
    ones = np.ones(columns.size, np.float64)
    ends = np.arange(rows + 1) * len(NEIGHBOURS)
    return csr_matrix((ones, columns.reshape(-1), ends), shape=(rows, len(NEIGHBOURS) * size))
