"""Verification learned by telling the training classes apart with an angular margin: ArcFace (Deng et al. 2019).

The Output gets the embedding with a cosine for each class behind it, joined in one vector: what is trained are the
cosines with the classes' own directions, what is compared afterwards are the embeddings.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from dlstudio.graph.columns import ColumnSpec
from dlstudio.tasks.verification import USUAL_WIDTH, Verification

NAME = "verification-arcface"


class ArcFaceVerification(Verification):
    """Embedding and cosines as output; cross-entropy of the cosines with an additive angular margin."""

    name = NAME
    title = "Verification (ArcFace)"
    grouped = False

    def units(self, target: ColumnSpec) -> int:
        """A usual width of the embedding and one cosine a class."""
        return USUAL_WIDTH + len(target.classes)

    def least_units(self, target: ColumnSpec) -> int:
        """Two values to compare and one cosine a class."""
        return 2 + len(target.classes)

    def loss(self, target: ColumnSpec, probabilities: bool) -> dict[str, Any]:
        """ArcFace on the last ``classes`` values."""
        return {"type": "dlstudio.ArcFace", "settings": {"classes": len(target.classes)}}

    def metrics(self, target: ColumnSpec, probabilities: bool) -> list[dict[str, Any]]:
        """Area under the ROC curve of a batch's pairs, by the embeddings alone."""
        return [{"type": "dlstudio.PairAUC", "name": "auc", "settings": {"without": len(target.classes)}}]

    def embeddings(self, outputs: np.ndarray, target: ColumnSpec) -> np.ndarray:
        """What stands before the cosines, of length 1."""
        return super().embeddings(np.asarray(outputs)[:, : -len(target.classes)], target)


TASK = ArcFaceVerification()
