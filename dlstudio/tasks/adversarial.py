"""Making samples like those of the data: a generator makes them, a discriminator tells them from real ones.

Both players are in one drawing, and one loss teaches both (Goodfellow et al. 2014, *Generative Adversarial Nets*; the
generator by the non-saturating loss). The Output gets what was made and two verdicts behind it, as one vector: the
discriminator's logit of the real sample and that of the made one. So whoever looks at a run has the samples at hand.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from dlstudio.graph.columns import ColumnSpec
from dlstudio.tasks.two_samples import MOST, energy_distance, told_apart

NAME = "adversarial"
VERDICTS = 2
_SEED = 7


class Adversarial:
    """Truth (samples, height, width, channels) of images in 0 to 1; network (samples, values + 2)."""

    name = NAME
    title = "Generation by two players"
    monitor = "val_energy"
    baseline_title = "a normal distribution fitted to the training samples"

    def suits(self, target: ColumnSpec) -> bool:
        """Images."""
        return target.kind == "image"

    def units(self, target: ColumnSpec) -> int:
        """All values of a sample, and two verdicts."""
        return int(np.prod(target.shape)) + VERDICTS

    def output_shape(self, target: ColumnSpec) -> tuple[int | None, ...]:
        """One vector."""
        return (self.units(target),)

    def loss(self, target: ColumnSpec, probabilities: bool) -> dict[str, Any]:
        """Binary cross-entropy of both verdicts."""
        return {"type": "dlstudio.AdversarialLoss", "settings": {}}

    def metrics(self, target: ColumnSpec, probabilities: bool) -> list[dict[str, Any]]:
        """How far what was made is from what is real, and how often the discriminator is right (0.5: it guesses)."""
        return [
            {"type": "dlstudio.EnergyDistance", "name": "energy", "settings": {}},
            {"type": "dlstudio.RightVerdicts", "name": "verdicts", "settings": {}},
        ]

    def made(self, outputs: np.ndarray, target: ColumnSpec) -> np.ndarray:
        """The samples that were made, (samples, *target.shape) float32, cut off at black and white."""
        values = np.asarray(outputs, np.float32)[:, :-VERDICTS]
        return np.clip(values.reshape(len(values), *target.shape), 0.0, 1.0)

    def verdicts(self, outputs: np.ndarray) -> np.ndarray:
        """How sure the discriminator is that the sample read and that made are real, (samples, 2), 0 to 1."""
        logits = np.clip(np.asarray(outputs, np.float64)[:, -VERDICTS:], -500.0, 500.0)
        return np.asarray(1.0 / (1.0 + np.exp(-logits)))

    def scores(self, outputs: np.ndarray, target: ColumnSpec, probabilities: bool) -> np.ndarray:
        """What was made."""
        return self.made(outputs, target)

    def predictions(self, outputs: np.ndarray, target: ColumnSpec, probabilities: bool) -> list[dict[str, Any]]:
        """``{"made": nested lists of target.shape, "realness": 0 to 1}``, the latter by the discriminator."""
        made = np.round(self.made(outputs, target).astype(np.float64), 4)
        sure = self.verdicts(outputs)[:, 1]
        return [{"made": each.tolist(), "realness": float(by)} for each, by in zip(made, sure, strict=True)]

    def evaluate(
        self, truth: np.ndarray, outputs: np.ndarray, target: ColumnSpec, probabilities: bool
    ) -> dict[str, float]:
        """``told_apart`` (0.5 is ideal) and ``energy`` (0 is ideal) of what was made beside what is real."""
        return compared(truth, self.made(outputs, target)) if len(truth) else {}

    def sample_losses(
        self, truth: np.ndarray, outputs: np.ndarray, target: ColumnSpec, probabilities: bool
    ) -> np.ndarray:
        """The discriminator's cross-entropy of a sample and of the made one beside it, (samples,)."""
        logits = np.asarray(outputs, np.float64)[:, -VERDICTS:]
        return np.asarray(np.logaddexp(0.0, -logits[:, 0]) + np.logaddexp(0.0, logits[:, 1]))

    def baseline(self, train_truth: np.ndarray, test_truth: np.ndarray, target: ColumnSpec) -> dict[str, float]:
        """Samples drawn from the normal distribution that fits those of the training split."""
        if not len(train_truth) or not len(test_truth):
            return {}
        return compared(test_truth, drawn_like(train_truth, len(test_truth)))

    def floor(self, train_truth: np.ndarray, test_truth: np.ndarray) -> Mapping[str, float]:
        """The same figures for real samples of the training split: what cannot be beaten."""
        if len(train_truth) < 2 or not len(test_truth):
            return {}
        random = np.random.default_rng(_SEED)
        return compared(test_truth, train_truth[random.permutation(len(train_truth))[: len(test_truth)]])


def compared(real: np.ndarray, made: np.ndarray) -> dict[str, float]:
    """Both measures of two sets of samples, (samples, ...) each."""
    return {"told_apart": told_apart(real, made), "energy": energy_distance(real, made)}


def drawn_like(known: np.ndarray, count: int) -> np.ndarray:
    """``count`` samples of the normal distribution with mean and covariance of ``known``, cut off at 0 and 1.

    Drawn as sums of the known samples with normal weights, which needs no matrix of values by values.

    Args:
        known: (samples, ...); of many a part is used.
        count: How many, at most :data:`~dlstudio.tasks.two_samples.MOST`.

    Returns:
        float32 (count, ...).
    """
    used = known[np.linspace(0, len(known) - 1, min(len(known), 4 * MOST)).astype(np.int64)]
    flat = np.asarray(used, np.float64).reshape(len(used), -1)
    mean = flat.mean(axis=0)
    weights = np.random.default_rng(_SEED).standard_normal((min(count, MOST), len(flat)))
    drawn = mean + weights @ (flat - mean) / np.sqrt(max(len(flat) - 1, 1))
    return np.asarray(np.clip(drawn, 0.0, 1.0), np.float32).reshape(-1, *known.shape[1:])


TASK = Adversarial()
