"""Parts the samples into training, validation and test: by a seed, by folders or arrays, by a column,
or so that all samples of a group (a speaker, a patient) fall into the same part.

The same rows always fall into the same part, on every machine: NumPy's PCG64 stream is fixed by its definition.
"""

from __future__ import annotations

import contextlib
import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import PurePosixPath
from typing import Any

import numpy as np
import numpy.typing as npt

from dlstudio.data.table import SPLITS, Cells, DataError, Files, RawColumn, Rows, Table, Values

FOLDED = {"seed": 7}
BY_TIME: dict[str, Any] = {"by": "time", "train": 0.65, "validation": 0.15, "test": 0.2}
_SHUFFLES = 100
_NUMBERED = re.compile(r"(.*?\D)[_\-. ]?\d+")
_PART = 0.1  # of the training samples, for a part that the source does not have

_FOLDS = {
    **dict.fromkeys(("train", "training", "tr"), "train"),
    **dict.fromkeys(("validation", "val", "valid", "dev", "validate"), "validation"),
    **dict.fromkeys(("test", "testing", "te", "eval", "holdout"), "test"),
}


def fold_of(name: str) -> str | None:
    """``train``, ``validation`` or ``test`` where a folder, array or cell names one of them: ``Val`` is validation."""
    return _FOLDS.get(name.strip().lower())


def split_rows(settings: Mapping[str, Any], table: Table, labels: Sequence[str | None] | None) -> dict[str, Rows]:
    """Row numbers by part, each ascending.

    Args:
        settings: ``DataSettings.split``. Parts that folders or a column do not give are cut from the training part.
        table: The samples.
        labels: The class of each row, so that each part gets its share of each; None where there are no classes.

    Raises:
        DataError: The settings make no sense for this data.
    """
    by = settings.get("by")
    if by not in (None, "folder", "column", "group", "time"):
        raise DataError(f"The split is by {by!r}; it has to be by folder, column, group, time, or by shares.")
    if by == "time":
        return _by_time(settings, table)
    if by is None:
        return _by_shares(settings, np.arange(table.rows), labels, table.groups)
    if by == "group":
        return _by_group(settings, table)
    folds = _column_folds(settings, table) if by == "column" else table.folds
    if folds is None:
        raise DataError(
            "The split is by folder, but the data has no train and test folders or arrays. Split by shares."
        )
    found = {name: np.flatnonzero(folds == index) for index, name in enumerate(SPLITS)}
    missing = [name for name in ("validation", "test") if not len(found[name])]
    if missing and len(found["train"]):
        shares: dict[str, Any] = {"seed": settings.get("seed", FOLDED["seed"]), "validation": 0.0, "test": 0.0}
        shares.update({name: settings.get(name, _PART) for name in missing})
        shares["train"] = 1.0 - _share(shares, "validation") - _share(shares, "test")
        found.update(
            {
                k: v
                for k, v in _by_shares(shares, found["train"], labels, table.groups).items()
                if k == "train" or k in missing
            }
        )
    return found


def _by_shares(
    settings: Mapping[str, Any],
    rows: Rows,
    labels: Sequence[str | None] | None,
    groups: npt.NDArray[np.int64] | None = None,
) -> dict[str, Rows]:
    if groups is not None:
        names, members = np.unique(groups[rows], return_inverse=True)
        chosen = _by_shares(settings, np.arange(len(names)), None)
        part_of = np.full(len(names), -1, np.int8)
        for index, part in enumerate(SPLITS):
            part_of[chosen[part]] = index
        parts = part_of[members]
        return {part: rows[parts == index] for index, part in enumerate(SPLITS)}
    validation, test = _share(settings, "validation"), _share(settings, "test")
    train = _share({"train": 1.0 - validation - test, **settings}, "train")
    if train + validation + test > 1.0 + 1e-6:
        raise DataError(f"The shares of the split add up to {train + validation + test:.2f}; they may be 1 at most.")
    seed = settings.get("seed", FOLDED["seed"])
    if isinstance(seed, bool) or not isinstance(seed, int) or seed < 0:
        raise DataError(f"The seed of the split is {seed!r}; it has to be a whole number from 0.")
    shuffled = np.random.Generator(np.random.PCG64(seed)).permutation(rows)
    parts = np.full(len(rows), -1, np.int8)
    rest_validation = rest_test = rest_train = 0.0
    for places in _groups(shuffled, labels):
        size = len(places)
        rest_validation, n_validation = _cut(rest_validation + size * validation)
        rest_test, n_test = _cut(rest_test + size * test)
        rest_train, n_train = _cut(rest_train + size * train)
        if train + validation + test > 1.0 - 1e-6:
            n_train = size - n_validation - n_test
        if n_train < 1 <= size and train > 0:
            # A class has to be trained on before it can be tested.
            n_train, n_validation, n_test = (
                1,
                min(n_validation, size - 1),
                min(n_test, size - 1 - min(n_validation, size - 1)),
            )
        parts[places[:n_train]] = 0
        parts[places[n_train : n_train + n_validation]] = 1
        parts[places[n_train + n_validation : n_train + n_validation + n_test]] = 2
    return {name: np.sort(shuffled[parts == index]) for index, name in enumerate(SPLITS)}


def _by_group(settings: Mapping[str, Any], table: Table) -> dict[str, Rows]:
    """Whole groups in a shuffled order; of some such orders the one in which each part holds its share of each kind."""
    seed = settings.get("seed", FOLDED["seed"])
    if isinstance(seed, bool) or not isinstance(seed, int) or seed < 0:
        raise DataError(f"The seed of the split is {seed!r}; it has to be a whole number from 0.")
    shares = {part: _share({part: _PART, **settings}, part) for part in ("test", "validation")}
    groups = _told_groups(settings, table)
    if groups is None:
        raise DataError(
            "The split is by group, but the data tells no groups, such as patients. Name the column that tells them, "
            "or split by shares."
        )
    names, index, sizes = np.unique(groups, return_inverse=True, return_counts=True)
    generator = np.random.Generator(np.random.PCG64(seed))
    found = _dealt(generator.permutation(len(names)).tolist(), sizes, shares, table.rows)
    if table.contents is not None:
        held = np.zeros((len(names), table.contents.shape[1]))
        np.add.at(held, index, table.contents)
        others = (generator.permutation(len(names)).tolist() for _ in range(_SHUFFLES))
        deals = [found, *(_dealt(order, sizes, shares, table.rows) for order in others)]
        found = min(deals, key=lambda deal: _unevenness(deal, held))
    return {part: np.flatnonzero(np.isin(index, chosen)) for part, chosen in found.items()}


def _told_groups(settings: Mapping[str, Any], table: Table) -> npt.NDArray[np.int64] | None:
    if settings.get("column"):
        return _column_groups(str(settings["column"]), table)
    if not settings.get("names"):
        return table.groups
    files = next((column for column in table.columns.values() if isinstance(column, Files)), None)
    return name_groups(files.names) if files is not None else None


def name_groups(names: Sequence[str]) -> npt.NDArray[np.int64] | None:
    """The group of each file: what its name says before its last number; None where that says nothing.

    ``cats/anna_03_slice7.png`` and ``cats/anna_03_slice12.png`` are of one group. Most names have to end in a number,
    and have something that tells groups apart before it.
    """
    found = [_NUMBERED.fullmatch(PurePosixPath(name).stem) for name in names]
    if sum(match is not None for match in found) < 0.9 * len(names):
        return None
    prefixes = [
        f"{PurePosixPath(name).parent}/{match.group(1) if match else name}"
        for name, match in zip(names, found, strict=True)
    ]
    groups, index = np.unique(prefixes, return_inverse=True)
    return np.asarray(index, np.int64) if 1 < len(groups) < len(names) else None


def day_numbers(column: RawColumn) -> npt.NDArray[np.float64] | None:
    """When each row was taken: days as numbers, (rows,) float64 with NaN where unknown; None where it is no time.

    Numbers count as they are; texts are read as ISO dates and times.
    """
    if isinstance(column, Values):
        return column.numbers[:, 0] if column.array.reshape(len(column), -1).shape[1] == 1 else None
    if not isinstance(column, Cells):
        return None
    numbers = column.numbers[:, 0]
    if np.isfinite(numbers).mean() > 0.9:
        return numbers
    days = np.full(len(column), np.nan)
    for row, label in enumerate(column.labels):
        if label is None:
            continue
        with contextlib.suppress(ValueError):
            moment = datetime.fromisoformat(label)
            days[row] = moment.toordinal() + (moment.hour * 3600 + moment.minute * 60 + moment.second) / 86400
    return days if np.isfinite(days).mean() > 0.5 else None


def _column_groups(name: str, table: Table) -> npt.NDArray[np.int64]:
    """The group of each row: a number for each word of a column."""
    column = table.columns.get(name)
    if column is None or not hasattr(column, "labels"):
        raise DataError(f"The split is by the groups of '{name}', but there is no such column of words.")
    names, index = np.unique([label or "" for label in column.labels], return_inverse=True)
    if len(names) < 2:
        raise DataError(f"The split is by the groups of '{name}', but there is only one. Split by shares.")
    return np.asarray(index, np.int64)


def _dealt(
    order: list[int], sizes: npt.NDArray[np.int64], shares: Mapping[str, float], rows: int
) -> dict[str, list[int]]:
    """Groups into the test until it has its share, then validation; at least one each, and one left to learn from."""
    left = list(order)
    found: dict[str, list[int]] = {"train": [], "validation": [], "test": []}
    for part, share in shares.items():
        taken = 0
        while len(left) > 1 and share > 0 and (not taken or taken + sizes[left[0]] / 2 <= share * rows):
            group = left.pop(0)
            found[part].append(group)
            taken += int(sizes[group])
    found["train"] = left
    return found


def _unevenness(deal: Mapping[str, list[int]], held: npt.NDArray[np.float64]) -> float:
    """How far the parts are from holding the same share of each kind; a kind that is missing from one counts most."""
    whole = held.sum(axis=0)
    known = whole > 0
    usual = whole[known] / max(whole.sum(), 1.0)
    found = 0.0
    for groups in deal.values():
        part = held[groups].sum(axis=0)[known] if groups else np.zeros(int(known.sum()))
        share = part / max(part.sum(), 1.0)
        found += float(np.abs(np.minimum(share / usual, 2.0) - 1.0).sum() + 2.0 * (part == 0).sum())
    return found


def _by_time(settings: Mapping[str, Any], table: Table) -> dict[str, Rows]:
    """Training first, then validation, then test.

    What a window learns lies wholly in its part, so that no value is learnt in one part and tested in another. Its past
    may reach back into the part before, as it is known when one forecasts; with ``apart`` it may not.
    """
    line = table.timeline
    if line is None:
        return _by_order(settings, table)
    validation, test = _share(settings, "validation"), _share(settings, "test")
    if validation + test >= 1.0:
        raise DataError(
            f"The shares of validation and test add up to {validation + test:.2f}; nothing is left to learn."
        )
    ends = (round(line.steps * (1.0 - validation - test)), round(line.steps * (1.0 - test)), line.steps)
    first = line.origins - (line.context if settings.get("apart") else 0)
    begin, parts = 0, {}
    for name, end in zip(SPLITS, ends, strict=True):
        low = first if begin else line.origins
        parts[name] = np.flatnonzero((low >= begin) & (line.origins + line.horizon <= end))
        begin = end
    return parts


def _by_order(settings: Mapping[str, Any], table: Table) -> dict[str, Rows]:
    """By a column of times: the oldest are trained on; rows of one time stay together, those without are in none."""
    column = table.columns.get(str(settings.get("column", "")))
    days = day_numbers(column) if column is not None else None
    if days is None:
        raise DataError(
            "The split is by time, but the data is no series over time, and no column with dates or times is named. "
            "Split by shares."
        )
    known = np.flatnonzero(np.isfinite(days))
    order = known[np.argsort(days[known], kind="stable")]
    test, validation = _share(settings, "test"), _share(settings, "validation")
    ends = []
    for share in (1.0 - validation - test, 1.0 - test):
        end = min(max(round(len(order) * share), 0), len(order))
        ends.append(int(np.searchsorted(days[order], days[order[end]], "left")) if 0 < end < len(order) else end)
    parts = np.split(order, ends)
    return {name: np.sort(rows) for name, rows in zip(SPLITS, parts, strict=True)}


def _groups(shuffled: Rows, labels: Sequence[str | None] | None) -> list[npt.NDArray[np.int64]]:
    """Places in the shuffled rows: one group a class where classes have several rows each, else one of all."""
    if labels is None:
        return [np.arange(len(shuffled))]
    groups: dict[str | None, list[int]] = {}
    for place, row in enumerate(shuffled.tolist()):
        groups.setdefault(labels[row], []).append(place)
    if len(groups) > len(shuffled) / 2:
        return [np.arange(len(shuffled))]
    return [
        np.array(groups[label], np.int64) for label in sorted(groups, key=lambda label: (label is None, label or ""))
    ]


def _cut(wanted: float) -> tuple[float, int]:
    """What is carried over to the next class, and how many rows to take now; the sums stay true to the shares."""
    taken = max(0, int(np.floor(wanted + 0.5)))
    return wanted - taken, taken


def _share(settings: Mapping[str, Any], name: str) -> float:
    value = settings.get(name, 0.0)
    if isinstance(value, bool) or not isinstance(value, int | float) or not -1e-9 <= value <= 1:
        raise DataError(f"The share of '{name}' in the split is {value!r}; it has to be a number from 0 to 1.")
    return max(0.0, float(value))


def _column_folds(settings: Mapping[str, Any], table: Table) -> npt.NDArray[np.int8]:
    name = settings.get("column")
    column = table.columns.get(str(name))
    if column is None or not hasattr(column, "labels"):
        raise DataError(f"The split is by column '{name}', but there is no such column of words.")
    folds = [fold_of(label or "") for label in column.labels]
    if "train" not in folds:
        raise DataError(f"The split is by column '{name}', but none of its cells says train.")
    return np.array([SPLITS.index(fold) if fold else -1 for fold in folds], np.int8)
