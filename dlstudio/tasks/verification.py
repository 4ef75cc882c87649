"""Embeddings that are compared by distance, tested on classes that were not trained on: face verification and alike.

The network gives a vector; samples of one class lie near each other. Its classes in training only teach it what makes a
difference, so validation and test hold other classes (the split by group, the group being the class).
"""

from __future__ import annotations

from typing import Any

import numpy as np

from dlstudio.data.pictures.listed_pairs import ListedPairs
from dlstudio.graph.columns import ColumnSpec
from dlstudio.tasks.eigenfaces import eigenface_embeddings
from dlstudio.tasks.pair_scores import (
    chance_scores,
    embedding_scores,
    nearest_others,
    pairs_listed,
    unit_vectors,
    verification_scores,
)

NAME = "verification"
USUAL_WIDTH = 64


class Verification:
    """Class indices as truth, one embedding a sample as output; supervised contrastive loss.

    Attributes:
        unseen_classes: Classes may be missing from the training split.
        grouped: Batches hold several samples of a class.
        embeds: Outputs are compared with each other.
    """

    name = NAME
    title = "Verification"
    monitor = "val_auc"
    baseline_title = "distances that say nothing"
    learned_baseline_title = "eigenfaces: principal components of the training inputs"
    unseen_classes = True
    grouped = True
    embeds = True

    def suits(self, target: ColumnSpec) -> bool:
        """Any category."""
        return target.kind == "category"

    def units(self, target: ColumnSpec) -> int:
        """A usual width; any other will do."""
        return USUAL_WIDTH

    def output_shape(self, target: ColumnSpec) -> tuple[int | None, ...]:
        """One vector of any length."""
        return (None,)

    def loss(self, target: ColumnSpec, probabilities: bool) -> dict[str, Any]:
        """Supervised contrastive loss within a batch (Khosla et al. 2020)."""
        return {"type": "dlstudio.SupervisedContrastive", "settings": {}}

    def metrics(self, target: ColumnSpec, probabilities: bool) -> list[dict[str, Any]]:
        """Area under the ROC curve of a batch's pairs."""
        return [{"type": "dlstudio.PairAUC", "name": "auc", "settings": {}}]

    def embeddings(self, outputs: np.ndarray, target: ColumnSpec) -> np.ndarray:
        """The vectors that are compared, of length 1, float32 (samples, values)."""
        return unit_vectors(outputs)

    def scores(self, outputs: np.ndarray, target: ColumnSpec, probabilities: bool) -> np.ndarray:
        """The embeddings."""
        return self.embeddings(outputs, target)

    def predictions(self, outputs: np.ndarray, target: ColumnSpec, probabilities: bool) -> list[dict[str, Any]]:
        """``{"value": [...]}``: the embedding of each sample."""
        return [{"value": row.tolist()} for row in self.embeddings(np.asarray(outputs), target)]

    def evaluate(
        self, truth: np.ndarray, outputs: np.ndarray, target: ColumnSpec, probabilities: bool
    ) -> dict[str, float]:
        """``roc_auc``, ``eer``, ``tar_at_far_1``, ``rank_1``; see :mod:`dlstudio.tasks.pair_scores`."""
        return embedding_scores(self.embeddings(outputs, target), truth) if len(truth) else {}

    def evaluate_pairs(self, pairs: ListedPairs, outputs: np.ndarray, target: ColumnSpec) -> dict[str, float]:
        """``roc_auc``, ``eer`` and ``tar_at_far_1`` of the listed pairs alone."""
        found = pairs_listed(self.embeddings(outputs, target), pairs)
        return verification_scores(found.distances, found.same)

    def sample_losses(
        self, truth: np.ndarray, outputs: np.ndarray, target: ColumnSpec, probabilities: bool
    ) -> np.ndarray:
        """By how much the nearest sample of another class is nearer (in cosine) than the nearest of its own; else 0."""
        same, other = nearest_others(self.embeddings(outputs, target), truth)
        known = np.isfinite(same) & np.isfinite(other)
        return np.where(known, np.maximum(np.where(known, other - same, 0.0), 0.0), 0.0)

    def baseline(self, train_truth: np.ndarray, test_truth: np.ndarray, target: ColumnSpec) -> dict[str, float]:
        """What guessing gives."""
        return chance_scores(test_truth) if len(test_truth) else {}

    def learned_baseline(
        self, train: tuple[np.ndarray, np.ndarray], test: tuple[np.ndarray, np.ndarray], target: ColumnSpec
    ) -> dict[str, float]:
        """Eigenfaces of the training split.

        Args:
            train, test: Encoded input (n, ...) and truth (n,) of a split.
            target: The target column.
        """
        found = eigenface_embeddings(train[0], test[0])
        return embedding_scores(found, test[1]) if found.shape[1] else {}

    def learned_on_pairs(
        self, pairs: ListedPairs, train: np.ndarray, test: np.ndarray, target: ColumnSpec
    ) -> dict[str, float]:
        """Eigenfaces on the listed pairs."""
        embedded = eigenface_embeddings(train, test)
        if not embedded.shape[1]:
            return {}
        found = pairs_listed(embedded, pairs)
        return verification_scores(found.distances, found.same)


TASK = Verification()
