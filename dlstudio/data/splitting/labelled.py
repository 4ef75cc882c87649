"""Few labels: of the training part only some samples of each class are learnt, as if nobody had labelled the rest.

``DataSettings.split["labelled"]`` is how many of each class, or in all where what is learnt has no classes. Validation
and test stay whole. What is read is known of every training sample, so vocabularies and scales still come from all of
them; only what is learnt comes from the labelled ones. A network that learns what it reads (hidden words, the next
word, a picture given back) needs no labels and has all samples.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import numpy as np

from dlstudio.data.splitting.split_settings import LABELLED
from dlstudio.data.splitting.splits import FOLDED
from dlstudio.data.table import DataError, DataIssue, Rows
from dlstudio.graph.project import DataSettings

_UNLABELLED = ("hidden", "next-tokens", "forecast")


def labelled_of(settings: DataSettings) -> int | None:
    """How many samples of each class are learnt; None where all are.

    Raises:
        DataError: It is no whole number from 1.
    """
    value = settings.split.get(LABELLED)
    if value is None or not any(
        column.get("role") == "target" and column.get("type") not in _UNLABELLED for column in settings.columns.values()
    ):
        return None
    if isinstance(value, bool) or not isinstance(value, int) or value < 1:
        raise DataError(f"'{LABELLED}' of the split is {value!r}; it has to be a whole number from 1, or be left out.")
    return value


def labelled_rows(settings: DataSettings, train: Rows, labels: Sequence[str | None] | None) -> Rows:
    """The rows of the training part that are learnt, ascending; of a seed, fewer are among those of more.

    Args:
        settings: Those of the data.
        train: Rows of the training part.
        labels: The class of each row of the table; None where there are no classes.

    Raises:
        DataError: See :func:`labelled_of`.
    """
    count = labelled_of(settings)
    if count is None:
        return train
    seed = settings.split.get("seed")
    seed = seed if isinstance(seed, int) and seed >= 0 else FOLDED["seed"]
    taken: Counter[str | None] = Counter()
    found = []
    for row in np.random.Generator(np.random.PCG64([seed, 1])).permutation(train).tolist():
        label = labels[row] if labels is not None else None
        if (label is not None or labels is None) and taken[label] < count:
            taken[label] += 1
            found.append(row)
    return np.sort(np.array(found, np.int64))


def labelled_issue(settings: DataSettings, train: Rows, learnt: Rows) -> tuple[DataIssue, ...]:
    """What a person is told of it."""
    if labelled_of(settings) is None:
        return ()
    message = (
        f"{len(learnt):,} of the {len(train):,} training samples are learnt, as the split says; the labels of the "
        "others are left aside."
    )
    return (DataIssue(LABELLED, message, "info", count=len(learnt)),)
