"""What an autoencoder is measured against: the mean of the training samples, and PCA with as many numbers a sample."""

from __future__ import annotations

from typing import Any

import numpy as np

from dlstudio.inspection.anomalies import anomalous, separation
from dlstudio.inspection.codes import halves_of, principal
from dlstudio.inspection.failures import InspectionError
from dlstudio.inspection.learning_baselines import MOST_CELLS
from dlstudio.inspection.trained import TrainedModel
from dlstudio.tasks.reconstruction import NAME, sample_errors
from dlstudio.training.runs.event_log import finite
from dlstudio.training.targets import Target


def separating(model: TrainedModel, split: str) -> dict[str, float]:
    """``pr_auc`` and ``roc_auc`` of the reconstruction errors of a split; empty where nothing says what is normal."""
    target = _only(model)
    truth = anomalous(model, model.rows(split)) if target is not None else None
    return separation(truth, model.predict_rows(split, target).losses) if truth is not None else {}


def simple_reconstructions(model: TrainedModel, split: str) -> list[dict[str, Any]]:
    """``[{"name", "title", "metrics"}]`` of PCA; the mean of the training samples gives ``simplest`` its separation.

    Both learn from the training split alone. Empty where the network's only task is another one.
    """
    target = _only(model)
    if target is None or not len(model.rows("train")):
        return []
    train = _training(model, target)
    asked = model.truth(split, target)
    truth = anomalous(model, model.rows(split))
    flat = train.reshape(len(train), -1)
    mean = train.mean(axis=0, dtype=np.float64)
    found = [
        {
            "name": "simplest",
            "title": "",
            "metrics": separation(truth, sample_errors(asked, np.broadcast_to(mean, asked.shape))),
        }
    ]
    try:
        values = halves_of(model, target).values
    except InspectionError:
        return found  # without a narrow place there is nothing to compare by
    fitted = principal(flat, values)
    given = _given(asked, lambda part: fitted.inverse_transform(fitted.transform(part)))
    metrics = target.task.evaluate(asked, given, target.column, False)
    share = f", learned from {len(train)} samples" if len(train) < len(model.rows("train")) else ""
    count = fitted.n_components_
    title = f"PCA with {count} component{'s' * (count != 1)}{share}"
    return [
        *found,
        {"name": "pca", "title": title, "metrics": finite(metrics | separation(truth, sample_errors(asked, given)))},
    ]


def _only(model: TrainedModel) -> Target | None:
    target = model.targets[0]
    return target if len(model.targets) == 1 and target.task.name == NAME else None


def _training(model: TrainedModel, target: Target) -> np.ndarray:
    """Training samples, float32; of very many as many as fit, drawn with a fixed seed."""
    rows = model.rows("train")
    most = max(MOST_CELLS // max(int(np.prod(target.column.shape)), 1), 2)
    if len(rows) > most:
        rows = np.sort(np.random.default_rng(7).choice(rows, most, replace=False))
    return np.asarray(model.data.encode(target.column.name, rows), np.float32)


def _given(asked: np.ndarray, restore: Any, chunk: int = 512) -> np.ndarray:
    found = np.empty_like(asked, dtype=np.float32)
    for start in range(0, len(asked), chunk):
        part = asked[start : start + chunk].reshape(len(asked[start : start + chunk]), -1)
        found[start : start + chunk] = np.asarray(restore(part)).reshape(asked[start : start + chunk].shape)
    return found
