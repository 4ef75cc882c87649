"""Categories: class names to indices."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from dlstudio.data.guessing import MOST_CLASSES
from dlstudio.data.table import Array, DataError, Files, LazyRows, RawColumn, Rows
from dlstudio.data.tables.cells import parse_number
from dlstudio.graph.columns import ColumnSpec


class CategoryEncoder:
    """Encodes a class name as its index, int32 of shape (); -1 for a missing value or an unknown class."""

    type = "category"

    def __init__(self, name: str, classes: Sequence[str], usual: int = 0) -> None:
        self.spec = ColumnSpec(name, "category", (), "int32", tuple(classes))
        self.usual = usual
        self._index = {label: index for index, label in enumerate(classes)}

    @classmethod
    def fit(cls, name: str, raw: RawColumn, train: Rows, settings: Mapping[str, Any]) -> CategoryEncoder:
        """Classes are those of all rows, also of the test split, unless the settings list them."""
        chosen = settings.get("classes")
        if chosen is not None and not (isinstance(chosen, list | tuple) and chosen):
            raise DataError(f"Column '{name}' has classes {chosen!r}; it has to be a list of names.")
        classes = [str(label) for label in chosen] if chosen else class_names(raw)
        if not classes:
            raise DataError(f"Column '{name}' has no value at all, so it has no classes.")
        if len(classes) > MOST_CLASSES:
            raise DataError(
                f"Column '{name}' has {len(classes)} different values, too many for a category. Read it as text or "
                "number, or ignore it."
            )
        encoder = cls(name, classes)
        codes = encoder.encode(raw)
        codes = codes[train] if len(train) else codes
        codes = codes[codes >= 0]
        encoder.usual = int(np.bincount(codes).argmax()) if len(codes) else 0
        return encoder

    def encode(self, raw: RawColumn) -> Array:
        index = self._index
        return np.array(
            [-1 if label is None else index.get(label, -1) for label in labels_of(self.spec.name, raw)], np.int32
        )

    def encode_value(self, value: Any) -> Array:
        if str(value) not in self._index:
            raise DataError(
                f"'{value}' is none of the classes of '{self.spec.name}': {', '.join(self.spec.classes[:20])}."
            )
        return np.asarray(self._index[str(value)], np.int32)

    def as_json(self) -> dict[str, Any]:
        return {"type": self.type, "name": self.spec.name, "classes": list(self.spec.classes), "usual": self.usual}

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> CategoryEncoder:
        return cls(value["name"], value["classes"], value["usual"])


def labels_of(name: str, raw: RawColumn) -> list[str | None]:
    """The class names of a column, None where a value is missing.

    Raises:
        DataError: The column holds images or whole arrays.
    """
    if isinstance(raw, Files | LazyRows) or "category" not in raw.fits:
        raise DataError(f"Column '{name}' holds {_held(raw)} and cannot be read as category.")
    return raw.labels


def class_names(raw: RawColumn) -> list[str]:
    """All classes: whole numbers by size, then names by the alphabet."""
    found = {label for label in labels_of("", raw) if label is not None} | set(getattr(raw, "known", ()))
    numbers = {label: parse_number(label) for label in found}
    if not any(math.isnan(number) for number in numbers.values()):
        return sorted(found, key=lambda label: (numbers[label], label))
    return sorted(found, key=lambda label: (label.casefold(), label))


def _held(raw: RawColumn) -> str:
    return "images" if isinstance(raw, Files) else "arrays"
