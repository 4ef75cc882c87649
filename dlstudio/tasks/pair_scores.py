"""How well distances between embeddings tell same from different: verification and identification.

Verification asks of each pair of samples whether both are of one class, such as one person; identification asks for the
class of the nearest other sample. Curves are scikit-learn's.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from dlstudio.data.pictures.listed_pairs import ListedPairs

FALSE_ACCEPTS = 0.01
MOST_SAMPLES = 2000  # whose pairs are counted: two million
_BLOCK = 512


@dataclass(frozen=True)
class Pairs:
    """Pairs of samples: each once, or those that are listed.

    Attributes:
        first, second: Places of both, int64 (pairs,).
        distances: 1 minus the cosine of their embeddings, 0 to 2, float32 (pairs,).
        same: Whether both are of one class, bool (pairs,).
    """

    first: np.ndarray
    second: np.ndarray
    distances: np.ndarray
    same: np.ndarray


def unit_vectors(values: np.ndarray) -> np.ndarray:
    """Rows of length 1, float32 (samples, values); a row of zeros stays one."""
    plain = np.asarray(values, np.float32)
    return np.asarray(plain / np.maximum(np.linalg.norm(plain, axis=-1, keepdims=True), 1e-12))


def pairs_of(embeddings: np.ndarray, truth: np.ndarray) -> Pairs:
    """All pairs of up to ``MOST_SAMPLES`` samples, which are spread evenly over more.

    Args:
        embeddings: (samples, values).
        truth: Class index of each sample, (samples,).
    """
    places = np.arange(len(truth))
    if len(places) > MOST_SAMPLES:
        places = np.linspace(0, len(truth) - 1, MOST_SAMPLES).astype(np.int64)
    units, classes = unit_vectors(embeddings)[places], np.asarray(truth)[places]
    first, second = np.triu_indices(len(places), 1)
    distances = (1.0 - np.clip(units @ units.T, -1.0, 1.0))[first, second]
    return Pairs(places[first], places[second], distances.astype(np.float32), classes[first] == classes[second])


def pairs_listed(embeddings: np.ndarray, pairs: ListedPairs) -> Pairs:
    """The pairs that a source lists, with their distances; same or different is what the list says.

    Args:
        embeddings: (samples, values).
        pairs: Places in them.
    """
    units = unit_vectors(embeddings)
    cosines = np.einsum("pv,pv->p", units[pairs.first], units[pairs.second])
    distances = (1.0 - np.clip(cosines, -1.0, 1.0)).astype(np.float32)
    return Pairs(pairs.first, pairs.second, distances, pairs.same)


def verification_scores(distances: np.ndarray, same: np.ndarray) -> dict[str, float]:
    """``roc_auc``, ``eer`` and ``tar_at_far_1``: of pairs; empty where all are same or all are different.

    ``eer`` is the share of errors at the threshold where false accepts and false rejects are equally frequent (between
    two thresholds on the straight line), ``tar_at_far_1`` the share of same pairs that are accepted where 1 % of the
    different ones are at most.

    Args:
        distances: Of each pair; the smaller, the likelier the same. (pairs,)
        same: Whether a pair is of one class, bool (pairs,).
    """
    if not same.any() or same.all():
        return {}
    from sklearn.metrics import auc, roc_curve

    false, true, _ = roc_curve(same, -distances)
    gap = (1.0 - true) - false  # falls from 1 to -1
    place = int(np.argmax(gap <= 0))
    step = gap[place - 1] - gap[place] if place else 0.0
    share = gap[place - 1] / step if step else 1.0
    eer = false[place - 1] + share * (false[place] - false[place - 1]) if place else false[0]
    accepted = true[false <= FALSE_ACCEPTS]
    return {"roc_auc": float(auc(false, true)), "eer": float(eer), "tar_at_far_1": float(accepted.max(initial=0.0))}


def nearest_others(embeddings: np.ndarray, truth: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Cosine of each sample with its nearest other of the same class, and with its nearest of another class.

    Args:
        embeddings: (samples, values).
        truth: Class indices, (samples,).

    Returns:
        Two float32 (samples,); -inf where there is no such sample.
    """
    units, classes = unit_vectors(embeddings), np.asarray(truth)
    same, other = np.full((2, len(classes)), -np.inf, np.float32)
    for start in range(0, len(classes), _BLOCK):
        rows = np.arange(start, min(start + _BLOCK, len(classes)))
        cosines = units[rows] @ units.T
        alike = classes[rows, None] == classes
        other[rows] = np.where(alike, -np.inf, cosines).max(axis=1)
        alike[np.arange(len(rows)), rows] = False
        same[rows] = np.where(alike, cosines, -np.inf).max(axis=1)
    return same, other


def embedding_scores(embeddings: np.ndarray, truth: np.ndarray) -> dict[str, float]:
    """The verification scores of all pairs, and ``rank_1``.

    ``rank_1`` is the share of samples whose nearest other sample of the split is of their class, among those of whose
    class there is another.

    Args:
        embeddings: (samples, values).
        truth: Class indices, (samples,).
    """
    if len(truth) < 2:
        return {}
    pairs = pairs_of(embeddings, truth)
    found = verification_scores(pairs.distances, pairs.same)
    same, other = nearest_others(embeddings, truth)
    known = np.isfinite(same)
    if known.any():
        found["rank_1"] = float((same > other)[known].mean())
    return found


def chance_scores(truth: np.ndarray) -> dict[str, float]:
    """The same scores where distances say nothing; ``rank_1`` is then the chance to meet one's own class."""
    classes, counts = np.unique(np.asarray(truth), return_counts=True)
    many = counts[counts > 1].astype(np.float64)
    if len(classes) < 2 or not len(many):
        return {}
    rank = float((many * (many - 1)).sum() / (many.sum() * (counts.sum() - 1)))
    return {"roc_auc": 0.5, "eer": 0.5, "tar_at_far_1": FALSE_ACCEPTS, "rank_1": rank}
