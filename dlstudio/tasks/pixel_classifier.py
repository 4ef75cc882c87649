"""A classifier that sees one pixel and nothing around it: logistic regression on its values and their squares.

What a network of convolutions has to beat: it says how much the colour, band or grey value alone tells.
"""

from __future__ import annotations

import numpy as np

_MOST_PIXELS = 20_000
_STEPS = 400
_RATE = 0.1
_DECAY = 1e-4


class PixelClassifier:
    """Fitted by Adam (Kingma and Ba 2015) on all chosen pixels at once; the same data give the same answer."""

    def __init__(self, classes: int) -> None:
        self._classes = classes
        self._mean: np.ndarray = np.zeros(0)
        self._spread: np.ndarray = np.zeros(0)
        self._weights: np.ndarray = np.zeros((0, classes))

    def fit(self, images: np.ndarray, masks: np.ndarray) -> PixelClassifier:
        """Learns from up to 20 000 labelled pixels, evenly over the images.

        Args:
            images: (n, ..., bands) float.
            masks: (n, ...) class indices; negative ones are unlabelled.
        """
        values, truth = images.reshape(-1, images.shape[-1]), masks.reshape(-1)
        places = np.flatnonzero(truth >= 0)
        places = np.random.default_rng(0).choice(places, min(len(places), _MOST_PIXELS), replace=False)
        features, wanted = _features(values[places]), truth[places].astype(np.int64)
        self._mean, self._spread = features.mean(axis=0), features.std(axis=0) + 1e-9
        x = self._input(values[places])
        target = np.eye(self._classes)[wanted]
        weights = np.zeros((x.shape[1], self._classes))
        first, second = np.zeros_like(weights), np.zeros_like(weights)
        for step in range(1, _STEPS + 1):
            gradient = x.T @ (_softmax(x @ weights) - target) / len(x) + _DECAY * weights
            first, second = 0.9 * first + 0.1 * gradient, 0.999 * second + 0.001 * gradient**2
            weights -= _RATE * (first / (1 - 0.9**step)) / (np.sqrt(second / (1 - 0.999**step)) + 1e-8)
        self._weights = weights
        return self

    def predict(self, image: np.ndarray) -> np.ndarray:
        """Class indices (...) of an image (..., bands)."""
        flat = image.reshape(-1, image.shape[-1])
        return np.asarray((self._input(flat) @ self._weights).argmax(axis=1).reshape(image.shape[:-1]))

    def _input(self, values: np.ndarray) -> np.ndarray:
        scaled = (_features(values) - self._mean) / self._spread
        return np.concatenate([scaled, np.ones((len(scaled), 1))], axis=1)


def _features(values: np.ndarray) -> np.ndarray:
    plain = np.asarray(values, np.float64)
    return np.concatenate([plain, plain**2], axis=1)


def _softmax(values: np.ndarray) -> np.ndarray:
    shifted = np.exp(values - values.max(axis=1, keepdims=True))
    return np.asarray(shifted / shifted.sum(axis=1, keepdims=True))
