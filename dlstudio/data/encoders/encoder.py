"""What every encoder offers, and the checked reading of a column's settings."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol

from dlstudio.data.pictures.images import Fitting
from dlstudio.data.table import Array, DataError, RawColumn, Rows
from dlstudio.graph.columns import ColumnSpec


class Encoder(Protocol):
    """Turns raw values of one column into arrays; fitted on the training split and saved with the run."""

    @property
    def spec(self) -> ColumnSpec:
        """Shape, dtype, classes and so on of what it makes."""
        ...

    def encode(self, raw: RawColumn) -> Array:
        """All rows of a column: (rows, *spec.shape)."""
        ...

    def encode_value(self, value: Any) -> Array:
        """One value that a user gives: spec.shape.

        Raises:
            DataError: The value does not suit the column.
        """
        ...

    def as_json(self) -> dict[str, Any]:
        """What :func:`dlstudio.data.encoders.registry.encoder_from_json` needs to make it again."""
        ...


def whole_setting(name: str, settings: Mapping[str, Any], key: str, default: int, bounds: tuple[int, int]) -> int:
    """A whole number among a column's settings.

    Raises:
        DataError: It is not one, or out of bounds.
    """
    value, (low, high) = settings.get(key, default), bounds
    if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
        raise DataError(f"Column '{name}' has {key} {value!r}; it has to be a whole number from {low} to {high}.")
    return value


def size_setting(name: str, settings: Mapping[str, Any]) -> tuple[tuple[int, int], int]:
    """``size`` (height, width) and ``channels`` of an image column.

    Raises:
        DataError: One of them makes no sense.
    """
    size = settings.get("size", (96, 96))
    if not isinstance(size, list | tuple) or len(size) != 2:
        raise DataError(f"Column '{name}' has size {size!r}; it has to be [height, width] in pixels, such as [96, 96].")
    height, width = (whole_setting(name, {"size": side}, "size", 96, (1, 2048)) for side in size)
    channels = settings.get("channels", 3)
    if channels not in (1, 3):
        raise DataError(f"Column '{name}' has channels {channels!r}; it has to be 1 (grey) or 3 (colour).")
    return (height, width), int(channels)


def fit_setting(name: str, settings: Mapping[str, Any], usual: Fitting = "crop") -> Fitting:
    """``fit``: how pictures of another ratio of the sides are dealt with.

    Raises:
        DataError: It is none that there is.
    """
    fit = settings.get("fit", usual)
    if fit not in ("crop", "stretch", "pad"):
        raise DataError(f"Column '{name}' has fit {fit!r}; it has to be crop, stretch or pad.")
    found: Fitting = fit
    return found


def train_part(array: Array, train: Rows) -> Array:
    """The rows of the training split, or all where it is empty."""
    return array[train] if len(train) else array
