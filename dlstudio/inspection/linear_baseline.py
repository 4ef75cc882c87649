"""The baseline that learns: a linear model on the same inputs, fitted to the training split alone.

Logistic regression for classes, ridge regression for numbers (scikit-learn, with its usual strength of regularization).
Texts are weighed word by word (TF-IDF), images and series value by value, categories one-hot. What it reaches says how
much of a network's result needs a network.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from dlstudio.data.table import Files, LazyRows
from dlstudio.data.tokens import tokenize
from dlstudio.inspection.trained import TrainedModel
from dlstudio.training.scoring import in_units
from dlstudio.training.targets import Target

MOST_CELLS = 1 << 23  # of the matrix that it learns from; beyond it a part of the samples has to do
MOST_VALUES = 2048  # a sample and column; of more every n-th is taken
MOST_WORDS = 20_000
MOST_TEXTS = 50_000
_LEAST = 1e-7
_TITLES = {"classification": "logistic regression", "regression": "linear regression"}


def linear_baseline(model: TrainedModel, target: Target, split: str) -> dict[str, Any] | None:
    """``{"name": "linear", "title", "metrics"}``, or None where there is no such model for the task or the split.

    Args:
        model: Whose inputs and targets are learnt.
        target: The Output.
        split: The samples that are asked for.
    """
    title = _TITLES.get(target.task.name)
    train, asked = model.rows("train"), model.rows(split)
    if title is None or not len(train) or not len(asked):
        return None
    part = _part(model, train)
    learned = model.data.encode(target.column.name, part)
    truth = model.data.encode(target.column.name, asked)
    seen, given, texts = _inputs(model, part, asked)
    if target.task.name == "classification":
        outputs = _probabilities(seen, learned, given, len(target.column.classes))
    else:
        outputs = _numbers(seen, learned, given)
    if outputs is None:
        return None
    column = target.column.name
    metrics = target.task.evaluate(
        in_units(model.network, column, truth), in_units(model.network, column, outputs), target.column, True
    )
    words = "TF-IDF and " if texts else ""
    share = f", learned from {len(part)} of {len(train)} samples" if len(part) < len(train) else ""
    return {"name": "linear", "title": f"{words}{title}{share}", "metrics": metrics}


def _part(model: TrainedModel, train: np.ndarray) -> np.ndarray:
    """The training rows, or as many of them, drawn with a fixed seed, as fit into the matrix."""
    kinds = {column: model.specs[column] for column in model.inputs.values()}
    width = sum(
        1 if spec.kind == "text" else min(int(np.prod(spec.shape, dtype=np.int64)), MOST_VALUES)
        for spec in kinds.values()
    )
    most = min(MOST_TEXTS, max(MOST_CELLS // max(width, 1), 1))
    if len(train) <= most:
        return train
    return np.sort(np.random.default_rng(7).choice(train, most, replace=False))


def _inputs(model: TrainedModel, train: np.ndarray, asked: np.ndarray) -> tuple[Any, Any, bool]:
    """What it learns from and what it is asked about, (rows, values) each, sparse where there are texts."""
    from scipy import sparse

    first: list[Any] = []
    second: list[Any] = []
    texts = False
    for column in dict.fromkeys(model.inputs.values()):
        raw = model.data.table.columns.get(column)
        if model.specs[column].kind == "text" and raw is not None and not isinstance(raw, Files | LazyRows):
            pair: tuple[Any, Any] = _words(raw.texts(), train, asked)
            texts = True
        else:
            pair = _standardized(_values(model, column, train), _values(model, column, asked))
        first.append(pair[0])
        second.append(pair[1])
    if texts:
        return sparse.hstack(first).tocsr(), sparse.hstack(second).tocsr(), True
    return np.concatenate(first, axis=1), np.concatenate(second, axis=1), False


def _words(texts: Any, train: np.ndarray, asked: np.ndarray) -> tuple[Any, Any]:
    from sklearn.feature_extraction.text import TfidfVectorizer

    counter = TfidfVectorizer(analyzer=tokenize, max_features=MOST_WORDS, sublinear_tf=True)
    return counter.fit_transform([texts[row] for row in train]), counter.transform([texts[row] for row in asked])


def _values(model: TrainedModel, column: str, rows: np.ndarray) -> np.ndarray:
    spec = model.specs[column]
    encoded = np.asarray(model.data.encode(column, rows))
    if spec.kind == "category":
        return np.asarray(encoded.reshape(-1, 1) == np.arange(len(spec.classes)), np.float32)
    flat = encoded.reshape(len(rows), -1)
    every = -(-flat.shape[1] // MOST_VALUES)
    return np.asarray(np.nan_to_num(flat[:, ::every].astype(np.float32), posinf=0.0, neginf=0.0))


def _standardized(train: np.ndarray, asked: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    mean, deviation = train.mean(axis=0), train.std(axis=0)
    scale = np.where(deviation > _LEAST, deviation, 1.0)
    return (train - mean) / scale, (asked - mean) / scale


def _probabilities(seen: Any, learned: np.ndarray, given: Any, classes: int) -> np.ndarray | None:
    import warnings

    from sklearn.linear_model import LogisticRegression

    present = np.unique(learned)
    if len(present) < 2:
        return None
    with warnings.catch_warnings():  # a model that has not settled after so many steps is as good a baseline
        warnings.simplefilter("ignore")
        found = LogisticRegression(max_iter=200, tol=1e-3).fit(seen, learned).predict_proba(given)
    outputs = np.zeros((given.shape[0], classes))
    outputs[:, present.astype(np.int64)] = found
    return outputs


def _numbers(seen: Any, learned: np.ndarray, given: Any) -> np.ndarray:
    from sklearn.linear_model import Ridge

    values = np.asarray(learned, np.float64).reshape(len(learned), -1)
    return np.asarray(Ridge(alpha=1.0).fit(seen, values).predict(given)).reshape(given.shape[0], -1)
