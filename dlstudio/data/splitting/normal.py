"""Which samples are normal, as a column of classes says, so that a network learns those alone and is tested on all.

``DataSettings.options["normal"]`` is ``{"column": NAME, "classes": [...]}``: the classes that are normal; every other
one is an anomaly. Training and validation keep the normal samples; their anomalies are moved to the test part. A
sample without a class is in no part, since nobody knows what it is.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from dlstudio.data.series.windows import Windows
from dlstudio.data.table import Cells, DataError, DataIssue, Rows, Table, Values, listed
from dlstudio.graph.columns import BOTH
from dlstudio.graph.project import DataSettings

OPTION = "normal"
UNKNOWN, NORMAL, ANOMALOUS = -1, 0, 1


@dataclass(frozen=True)
class Normal:
    """What is normal.

    Attributes:
        column: The column that says it.
        classes: Its classes that are normal.
    """

    column: str
    classes: tuple[str, ...]

    def as_json(self) -> dict[str, Any]:
        return {"column": self.column, "classes": list(self.classes)}


def normal_of(settings: DataSettings) -> Normal | None:
    """What the settings say; None where they say nothing, or nothing is reconstructed.

    Raises:
        DataError: They make no sense.
    """
    value = settings.options.get(OPTION)
    if not value or not any(column.get("role") == BOTH for column in settings.columns.values()):
        return None
    classes = value.get("classes") if isinstance(value, Mapping) else None
    if (
        not isinstance(value, Mapping)
        or not isinstance(value.get("column"), str)
        or not isinstance(classes, list | tuple)
    ):
        raise DataError(
            "The option 'normal' of the data has to name a column and its normal classes, such as "
            '{"column": "label", "classes": ["fine"]}.'
        )
    return Normal(value["column"], tuple(str(each) for each in classes))


def kinds_of_rows(normal: Normal, table: Table) -> npt.NDArray[np.int8]:
    """For each row of the table 0 where it is normal, 1 where it is an anomaly, -1 where it has no class.

    Raises:
        DataError: There is no such column, or none of its classes is normal, or all are.
    """
    raw = table.columns.get(normal.column)
    if not isinstance(raw, Cells | Values) or isinstance(raw, Windows) or "category" not in raw.fits:
        raise DataError(
            f"The column '{normal.column}' is to say which samples are normal, but the data has no such column of "
            "classes."
        )
    labels = raw.labels
    there = {label for label in labels if label is not None}
    missing = [each for each in normal.classes if each not in there]
    if missing:
        known = listed(sorted(there), len(there))
        raise DataError(f"The column '{normal.column}' has no class '{missing[0]}' to be normal. It has: {known}.")
    if not normal.classes:
        raise DataError(f"No class of '{normal.column}' is chosen as normal. Choose at least one on the Data page.")
    if len(there) == len(set(normal.classes)):
        raise DataError(
            f"All classes of '{normal.column}' are chosen as normal. Leave out at least one: the anomalies."
        )
    chosen = set(normal.classes)
    return np.array([UNKNOWN if label is None else int(label not in chosen) for label in labels], np.int8)


def only_normal(
    settings: DataSettings, table: Table, parts: Mapping[str, Rows]
) -> tuple[dict[str, Rows], tuple[DataIssue, ...]]:
    """The parts with normal samples alone in training and validation, and what became of the others, in words.

    Raises:
        DataError: As :func:`normal_of` and :func:`kinds_of_rows`.
    """
    normal = normal_of(settings)
    if normal is None:
        return dict(parts), ()
    kinds = kinds_of_rows(normal, table)
    found = {part: rows[kinds[rows] == NORMAL] for part, rows in parts.items()}
    moved = np.concatenate([rows[kinds[rows] == ANOMALOUS] for part, rows in parts.items() if part != "test"])
    test = parts["test"]
    found["test"] = np.sort(np.concatenate([test[kinds[test] != UNKNOWN], moved]))
    names = listed(normal.classes, len(normal.classes))
    issues = [
        DataIssue(
            "normal",
            f"Training and validation hold normal samples only ('{normal.column}': {names}); {len(moved):,} anomalies "
            "of theirs are tested instead.",
            "info",
            normal.column,
            len(moved),
        )
    ]
    unknown = np.flatnonzero(kinds == UNKNOWN)
    if len(unknown):
        issues.append(
            DataIssue(
                "normal",
                f"{len(unknown):,} samples without a class in '{normal.column}' are in no part.",
                "warning",
                normal.column,
                len(unknown),
                tuple(unknown[:20].tolist()),
                tuple(table.name_of(row) for row in unknown[:20].tolist()),
            )
        )
    return found, tuple(issues)
