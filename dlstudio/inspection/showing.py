"""Encoded images and series in a form for people, and the columns of classes that samples may be told apart by."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from dlstudio.data.table import Cells, Values
from dlstudio.inspection.anomalies import normal_choice
from dlstudio.inspection.failures import InspectionError
from dlstudio.inspection.trained import TrainedModel

MOST_CLASSES = 40


def for_people(model: TrainedModel, column: str, encoded: np.ndarray) -> np.ndarray:
    """One sample: an image uint8 (height, width, 1 or 3), a series float32 (time, features) as it is."""
    if model.specs[column].kind != "image":
        return np.ascontiguousarray(encoded, np.float32)
    encoder: Any = model.network.encoders[column]
    if hasattr(encoder, "picture"):
        return np.ascontiguousarray(encoder.picture(encoded))
    return np.ascontiguousarray(np.clip(encoded * 255 + 0.5, 0, 255).astype(np.uint8))


def class_columns(model: TrainedModel) -> list[str]:
    """Columns with few classes, that which says what is normal first."""
    normal = normal_choice(model)
    found = [normal.column] if normal else []
    for name, settings in model.network.project.data.columns.items():
        raw = model.data.table.columns.get(name)
        if name in found or settings.get("type") != "category" or not isinstance(raw, Cells | Values):
            continue
        if len({label for label in raw.labels if label is not None}) <= MOST_CLASSES:
            found.append(name)
    return found


def labels_of(model: TrainedModel, options: Mapping[str, Any]) -> tuple[str, list[str | None]]:
    """The column that was asked for, or the first, and the label of every row of the data; empty where there is none.

    Raises:
        InspectionError: There is no such column.
    """
    columns = class_columns(model)
    wanted = str(options.get("column") or (columns[0] if columns else ""))
    if not wanted:
        return "", [None] * model.data.table.rows
    if wanted not in columns:
        raise InspectionError(f"'{wanted}' is no column of few classes. There are: {', '.join(columns) or 'none'}.")
    raw: Any = model.data.table.columns[wanted]
    return wanted, list(raw.labels)
