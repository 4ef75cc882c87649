"""How far made samples are from real ones: measures of two sets, of which no member belongs to one of the other."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

MOST = 1000  # samples of each set that are compared; of more they are taken evenly


def told_apart(real: np.ndarray, made: np.ndarray) -> float:
    """Share of samples that their nearest neighbour, itself left out, assigns to the right set.

    Lopez-Paz and Oquab 2017, *Revisiting Classifier Two-Sample Tests*: 0.5 where the sets cannot be told apart, 1 where
    every sample is nearest to one of its own set, less than 0.5 where the made ones are copies of the real ones.

    Args:
        real, made: (samples, ...); as many of each are compared, :data:`MOST` at most.
    """
    count = min(len(real), len(made), MOST)
    both = np.concatenate([_flat(real, count), _flat(made, count)])
    distances = _squares(both, both)
    np.fill_diagonal(distances, np.inf)
    is_made = np.arange(2 * count) >= count
    return float(np.mean(is_made[distances.argmin(axis=1)] == is_made))


def energy_distance(real: np.ndarray, made: np.ndarray) -> float:
    """Twice the mean distance between the sets less the mean distances within each; 0 for the same distribution.

    Székely and Rizzo 2013, *Energy statistics*; without bias, so it may fall below 0. The distance of two samples is
    the root of their mean squared difference.

    Args:
        real, made: (samples, ...), two of each at least.
    """
    first, second = _flat(real, MOST), _flat(made, MOST)
    scale = np.sqrt(max(first.shape[1], 1))

    def within(values: np.ndarray) -> float:
        return float(np.sqrt(_squares(values, values)).sum()) / max(len(values) * (len(values) - 1), 1)

    between = float(np.sqrt(_squares(first, second)).mean())
    return float((2 * between - within(first) - within(second)) / scale)


def nearest(asked: np.ndarray, known: np.ndarray) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.float64]]:
    """The place among ``known`` of the sample nearest to each of ``asked``, and the root mean squared difference."""
    first = np.asarray(asked, np.float64).reshape(len(asked), -1)
    best = np.full(len(first), np.inf)
    place = np.zeros(len(first), np.int64)
    for start in range(0, len(known), MOST):
        part = np.asarray(known[start : start + MOST], np.float64).reshape(-1, first.shape[1])
        squares = _squares(first, part)
        found = squares.argmin(axis=1)
        closest = squares[np.arange(len(first)), found]
        place = np.where(closest < best, found + start, place)
        best = np.minimum(closest, best)
    return place, np.sqrt(best / max(first.shape[1], 1))


def _flat(samples: np.ndarray, most: int) -> npt.NDArray[np.float64]:
    kept = min(len(samples), most, MOST)
    places = np.linspace(0, len(samples) - 1, kept).astype(np.int64)
    found: npt.NDArray[np.float64] = np.asarray(samples[places], np.float64).reshape(kept, -1)
    return found


def _squares(first: np.ndarray, second: np.ndarray) -> npt.NDArray[np.float64]:
    """Squared Euclidean distances, (first, second); equal samples are exactly 0 apart."""
    own, other = np.einsum("ij,ij->i", first, first), np.einsum("ij,ij->i", second, second)
    found: npt.NDArray[np.float64] = own[:, None] + other[None] - 2 * first @ second.T
    found[found < 1e-9 * (own[:, None] + other[None])] = 0.0  # what rounding leaves of equal ones
    return found
