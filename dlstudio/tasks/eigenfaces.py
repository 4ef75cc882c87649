"""Eigenfaces: principal components of the training pictures as the embedding (Turk and Pentland 1991).

The same works on any input of fixed size. What a learned embedding has to beat: it says how far plain likeness goes.
"""

from __future__ import annotations

import numpy as np

MOST_COMPONENTS = 64
MOST_CELLS = 1 << 24  # values that the components are computed from; of more samples a part has to do
MOST_VALUES = 16_384  # a sample; of more every n-th is taken


def eigenface_embeddings(train: np.ndarray, asked: np.ndarray) -> np.ndarray:
    """Whitened coordinates on the first principal components of the training inputs.

    Their cosines compare; each component counts alike, which does better on faces than plain distances.

    Args:
        train, asked: Encoded inputs (samples, ...) of two splits.

    Returns:
        float32 (asked samples, components); no components where there is nothing to learn from.
    """
    seen, given = _flat(train), _flat(asked)
    most = max(MOST_CELLS // max(seen.shape[1], 1), 2)
    if len(seen) > most:
        seen = seen[np.linspace(0, len(seen) - 1, most).astype(np.int64)]
    count = min(MOST_COMPONENTS, len(seen) - 1, seen.shape[1])
    if count < 1 or not len(given) or bool((seen == seen[0]).all()):
        return np.zeros((len(given), 0), np.float32)
    from sklearn.decomposition import PCA

    fitted = PCA(count, whiten=True, svd_solver="randomized", random_state=0).fit(seen)
    return np.asarray(np.nan_to_num(fitted.transform(given)), np.float32)


def _flat(values: np.ndarray) -> np.ndarray:
    flat = np.asarray(values).reshape(len(values), -1)
    every = -(-flat.shape[1] // MOST_VALUES)
    return np.nan_to_num(flat[:, ::every].astype(np.float32), posinf=0.0, neginf=0.0)
