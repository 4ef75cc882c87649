"""Virtual columns: several number and category columns of a table as one vector."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from dlstudio.data.encoders.category import CategoryEncoder
from dlstudio.data.encoders.number import NumberEncoder
from dlstudio.data.table import Array, DataError, RawColumn, Rows
from dlstudio.graph.columns import ColumnSpec

Part = NumberEncoder | CategoryEncoder


class JoinedEncoder:
    """Joins standardized numbers and one-hot categories as float32 (values,), in the order of its parts.

    A missing or unknown category is all zeros.
    """

    type = "joined"

    def __init__(self, name: str, parts: Sequence[Part]) -> None:
        self.parts = tuple(parts)
        width = sum(_width(part) for part in self.parts)
        self.spec = ColumnSpec(name, "number", (width,))

    @classmethod
    def fit(
        cls, name: str, raws: Mapping[str, RawColumn], train: Rows, settings: Mapping[str, Mapping[str, Any]]
    ) -> JoinedEncoder:
        """Fits one part a column; ``settings`` are those of the columns joined."""
        parts: list[Part] = []
        for part, raw in raws.items():
            if settings[part].get("type") == "category":
                parts.append(CategoryEncoder.fit(part, raw, train, settings[part]))
            else:
                parts.append(NumberEncoder.fit(part, raw, train, settings[part]))
        return cls(name, parts)

    @property
    def value_names(self) -> tuple[str, ...]:
        """What each value of the vector is: ``age``, ``sex = female``."""
        names: list[str] = []
        for part in self.parts:
            if isinstance(part, CategoryEncoder):
                names.extend(f"{part.spec.name} = {label}" for label in part.spec.classes)
            elif len(part.mean) == 1:
                names.append(part.spec.name)
            else:
                names.extend(f"{part.spec.name} {number}" for number in range(1, len(part.mean) + 1))
        return tuple(names)

    def encode_parts(self, raws: Mapping[str, RawColumn]) -> Array:
        """(rows, values) from the raw columns by name."""
        return np.concatenate([_vectors(part, part.encode(raws[part.spec.name])) for part in self.parts], axis=1)

    def encode_value(self, value: Any) -> Array:
        if isinstance(value, Mapping):
            missing = [part.spec.name for part in self.parts if part.spec.name not in value]
            if missing:
                raise DataError(f"'{self.spec.name}' also needs a value for {', '.join(missing)}.")
            given = [value[part.spec.name] for part in self.parts]
        elif isinstance(value, list | tuple | np.ndarray) and len(value) == len(self.parts):
            given = list(value)
        else:
            names = ", ".join(part.spec.name for part in self.parts)
            raise DataError(f"'{self.spec.name}' takes {len(self.parts)} values: {names}.")
        encoded = [
            _vectors(part, part.encode_value(each)[np.newaxis]) for part, each in zip(self.parts, given, strict=True)
        ]
        found: Array = np.concatenate(encoded, axis=1)[0]
        return found

    def as_json(self) -> dict[str, Any]:
        return {"type": self.type, "name": self.spec.name, "parts": [part.as_json() for part in self.parts]}

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> JoinedEncoder:
        kinds: dict[str, type[Part]] = {"number": NumberEncoder, "category": CategoryEncoder}
        return cls(value["name"], [kinds[part["type"]].from_json(part) for part in value["parts"]])


def _width(part: Part) -> int:
    return len(part.spec.classes) if isinstance(part, CategoryEncoder) else len(part.mean)


def _vectors(part: Part, encoded: Array) -> Array:
    if not isinstance(part, CategoryEncoder):
        return encoded
    hot: Array = (encoded[:, np.newaxis] == np.arange(len(part.spec.classes))).astype(np.float32)
    return hot
