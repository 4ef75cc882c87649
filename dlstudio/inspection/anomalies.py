"""Anomalies: samples that a network trained on normal ones gives back badly.

The score of a sample is its reconstruction error (mean squared). Average precision (the area under the curve of
precision over recall, as scikit-learn sums it) and the area under the ROC curve say how well scores tell anomalies
from normal samples; neither needs a threshold. The threshold that is drawn is the 95th percentile of the scores of
the validation part, which holds normal samples only: about one in twenty of them is a false alarm.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from dlstudio.data.splitting.normal import ANOMALOUS, Normal, kinds_of_rows, normal_of
from dlstudio.data.table import DataError
from dlstudio.inspection.failures import InspectionError
from dlstudio.inspection.trained import TrainedModel
from dlstudio.training.targets import Target

QUANTILE = 0.95


def normal_choice(model: TrainedModel) -> Normal | None:
    """What the run's project says is normal."""
    try:
        return normal_of(model.network.project.data)
    except DataError as error:
        raise InspectionError(str(error)) from None


def anomalous(model: TrainedModel, rows: np.ndarray) -> npt.NDArray[np.bool_] | None:
    """Which rows of the data are anomalies, (rows,) bool; None where nothing says so."""
    normal = normal_choice(model)
    if normal is None:
        return None
    try:
        return np.asarray(kinds_of_rows(normal, model.data.table)[rows] == ANOMALOUS)
    except DataError as error:
        raise InspectionError(str(error)) from None


def separation(truth: npt.NDArray[np.bool_] | None, scores: np.ndarray) -> dict[str, float]:
    """``pr_auc`` and ``roc_auc`` of scores, higher meaning stranger; empty where only one kind is there.

    Args:
        truth: True for an anomaly, (samples,).
        scores: (samples,).
    """
    if truth is None or not truth.any() or truth.all():
        return {}
    from sklearn.metrics import average_precision_score, roc_auc_score

    return {
        "pr_auc": float(average_precision_score(truth, scores)),
        "roc_auc": float(roc_auc_score(truth, scores)),
    }


def threshold_of(scores: np.ndarray) -> float | None:
    """The 95th percentile of the scores of normal samples; None where there are none."""
    return float(np.quantile(scores, QUANTILE)) if len(scores) else None


def judged(model: TrainedModel, target: Target, error: float) -> dict[str, Any]:
    """``threshold`` and ``anomalous`` of one reconstruction error; empty where nothing is said to be normal.

    Raises:
        InspectionError: The data, whose validation part gives the threshold, is gone.
    """
    if normal_choice(model) is None:
        return {}
    threshold = threshold_of(model.predict_rows("validation", target).losses)
    return {} if threshold is None else {"threshold": threshold, "anomalous": error > threshold}
