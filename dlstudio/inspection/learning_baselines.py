"""The baselines that learn: a linear model of the same inputs, and of tables trees; fitted to the training split alone.

Logistic regression for classes, ridge regression for numbers (scikit-learn, with its usual strength of regularization);
gradient boosting of trees over histograms (Ke et al. 2017, "LightGBM", in scikit-learn's form, as it comes).
Texts are weighed word by word (TF-IDF), images and series value by value, categories one-hot. What it reaches says how
much of a network's result needs a network. Of clips a second one reads the middle frame alone: what it reaches needs no
motion (single-frame baseline, Karpathy et al. 2014, "Large-scale Video Classification").
"""

from __future__ import annotations

from typing import Any

import numpy as np

from dlstudio.data.table import Files, LazyRows
from dlstudio.data.texts.tokens import tokenize
from dlstudio.inspection.trained import TrainedModel
from dlstudio.training.scoring import in_units
from dlstudio.training.targets import Target

MOST_CELLS = 1 << 23  # of the matrix that it learns from; beyond it a part of the samples has to do
MOST_VALUES = 2048  # a sample and column; of more every n-th is taken
MOST_WORDS = 20_000
MOST_TEXTS = 50_000
_LEAST = 1e-7
_CLIPS = 64
_TREES_FROM = 40  # training samples: below that their leaves (of 20 at least) tell nothing apart
_TITLES = {"classification": "logistic regression", "regression": "linear regression"}


def learning_baselines(model: TrainedModel, target: Target, split: str) -> list[dict[str, Any]]:
    """``{"name": "linear", "trees" or "frame", "title", "metrics"}`` for each model that suits the task and the split.

    Args:
        model: Whose inputs and targets are learnt.
        target: The Output.
        split: The samples that are asked for.
    """
    title = _TITLES.get(target.task.name)
    train, asked = model.rows("train"), model.rows(split)
    if title is None or not len(train) or not len(asked):
        return []
    part = _part(model, train)
    learned = model.data.encode(target.column.name, part)
    truth = model.data.encode(target.column.name, asked)
    seen, given, texts = _inputs(model, part, asked)
    words = "TF-IDF and " if texts else ""
    share = f", learned from {len(part)} of {len(train)} samples" if len(part) < len(train) else ""
    titles = {"linear": f"{words}{title}{share}"}
    single = target.task.name == "classification" or int(np.prod(target.column.shape)) <= 1  # trees learn one number
    if _is_table(model) and single and len(part) >= _TREES_FROM:
        titles["trees"] = f"gradient boosting{share}"
    if any(model.specs[column].kind == "video" for column in model.inputs.values()):
        titles = {"frame": f"{words}{title} of the middle frame{share}", **titles}
    column, found = target.column.name, []
    every = (seen, given)
    for name, each in titles.items():
        estimator = _estimator(name, target.task.name)
        seen, given = _inputs(model, part, asked, single_frame=True)[:2] if name == "frame" else every
        if target.task.name == "classification":
            outputs = _probabilities(estimator, seen, learned, given, len(target.column.classes))
        else:
            outputs = _numbers(estimator, seen, learned, given)
        if outputs is not None:
            metrics = target.task.evaluate(
                in_units(model.network, column, truth), in_units(model.network, column, outputs), target.column, True
            )
            found.append({"name": name, "title": each, "metrics": metrics})
    return found


def _is_table(model: TrainedModel) -> bool:
    """Whether all that is read are numbers and categories, one or a row of them a sample."""
    specs = [model.specs[column] for column in model.inputs.values()]
    return all(spec.kind in ("number", "category") and len(spec.shape) <= 1 for spec in specs)


def _estimator(name: str, task: str) -> Any:
    if name == "trees":
        from sklearn.ensemble import HistGradientBoostingClassifier, HistGradientBoostingRegressor

        return (HistGradientBoostingClassifier if task == "classification" else HistGradientBoostingRegressor)(
            random_state=7
        )
    from sklearn.linear_model import LogisticRegression, Ridge

    return LogisticRegression(max_iter=200, tol=1e-3) if task == "classification" else Ridge(alpha=1.0)


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


def _inputs(
    model: TrainedModel, train: np.ndarray, asked: np.ndarray, single_frame: bool = False
) -> tuple[Any, Any, bool]:
    """What it learns from and what it is asked about, (rows, values) each, sparse where there are texts.

    Of clips all frames count, or with ``single_frame`` the middle one.
    """
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
            pair = _standardized(*(_values(model, column, rows, single_frame) for rows in (train, asked)))
        first.append(pair[0])
        second.append(pair[1])
    if texts:
        return sparse.hstack(first).tocsr(), sparse.hstack(second).tocsr(), True
    return np.concatenate(first, axis=1), np.concatenate(second, axis=1), False


def _words(texts: Any, train: np.ndarray, asked: np.ndarray) -> tuple[Any, Any]:
    from sklearn.feature_extraction.text import TfidfVectorizer

    counter = TfidfVectorizer(analyzer=tokenize, max_features=MOST_WORDS, sublinear_tf=True)
    return counter.fit_transform([texts[row] for row in train]), counter.transform([texts[row] for row in asked])


def _values(model: TrainedModel, column: str, rows: np.ndarray, single_frame: bool) -> np.ndarray:
    spec = model.specs[column]
    if spec.kind == "video":
        return _of_clips(model, column, rows, single_frame)
    encoded = np.asarray(model.data.encode(column, rows))
    if spec.kind == "category":
        return np.asarray(encoded.reshape(-1, 1) == np.arange(len(spec.classes)), np.float32)
    flat = encoded.reshape(len(rows), -1)
    every = -(-flat.shape[1] // MOST_VALUES)
    return np.asarray(np.nan_to_num(flat[:, ::every].astype(np.float32), posinf=0.0, neginf=0.0))


def _of_clips(model: TrainedModel, column: str, rows: np.ndarray, single_frame: bool) -> np.ndarray:
    """Values of the middle frame, or of all, thinned; some clips at a time, as all of them may be large."""
    found = []
    for begin in range(0, len(rows), _CLIPS):
        encoded = np.asarray(model.data.encode(column, rows[begin : begin + _CLIPS]), np.float32)
        if single_frame:
            encoded = encoded[:, encoded.shape[1] // 2]
        flat = encoded.reshape(len(encoded), -1)
        found.append(flat[:, :: -(-flat.shape[1] // MOST_VALUES)].copy())
    return np.concatenate(found)


def _standardized(train: np.ndarray, asked: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    mean, deviation = train.mean(axis=0), train.std(axis=0)
    scale = np.where(deviation > _LEAST, deviation, 1.0)
    return (train - mean) / scale, (asked - mean) / scale


def _probabilities(estimator: Any, seen: Any, learned: np.ndarray, given: Any, classes: int) -> np.ndarray | None:
    import warnings

    present = np.unique(learned)
    if len(present) < 2:
        return None
    with warnings.catch_warnings():  # a model that has not settled after so many steps is as good a baseline
        warnings.simplefilter("ignore")
        found = estimator.fit(seen, learned).predict_proba(given)
    outputs = np.zeros((given.shape[0], classes))
    outputs[:, present.astype(np.int64)] = found
    return outputs


def _numbers(estimator: Any, seen: Any, learned: np.ndarray, given: Any) -> np.ndarray | None:
    values = np.asarray(learned, np.float64).reshape(len(learned), -1)
    if values.shape[1] == 1:
        values = values[:, 0]
    return np.asarray(estimator.fit(seen, values).predict(given)).reshape(given.shape[0], -1)
