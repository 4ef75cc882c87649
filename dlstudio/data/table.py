"""What every data format reads a source into: columns of raw values with one row a sample, and what was wrong with it.

Raw means: as found, before encoding. Turning raw values into arrays for a network is the business of
:mod:`dlstudio.data.encoders`.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import numpy.typing as npt

from dlstudio.data.pictures.listed_pairs import ListedPairs
from dlstudio.data.tables.cells import is_missing, parse_number
from dlstudio.graph.problems import Severity

if TYPE_CHECKING:
    from dlstudio.data.series.windows import Timeline

Array = npt.NDArray[Any]
Rows = npt.NDArray[np.int64]

SPLITS = ("train", "validation", "test")
LISTED = 20  # how many rows an issue names; more help nobody
_MOST_BANDS = 16  # of arrays: more on the last axis is rather the width of something


class DataError(ValueError):
    """Data that cannot be read at all; the message is a sentence for the user."""


@dataclass(frozen=True)
class Choice:
    """A way to deal with an issue: what the link says, and the entry of ``DataSettings.options`` that it sets."""

    label: str
    option: str
    value: str


@dataclass(frozen=True)
class DataIssue:
    """Something in the data that is not as it should be; the rest of the data can be read.

    Attributes:
        kind: ``ragged``, ``unreadable``, ``missing``, ``not-a-number``, ``empty``, ``class``, ``header``, ``encoding``,
            ``outside``, ``type``, ``split`` or ``left-out``.
        message: Sentences: what and where, how many, what to do.
        severity: An ``error`` stops training until the user has said what to do; a ``warning`` does not; ``info`` is
            what the user chose.
        column: The column it concerns, or an empty string.
        count: How many rows or files.
        rows: The first of the rows concerned, where they are rows of the table.
        places: The first of the places, such as ``line 12`` or ``cats/7.png: not an image``.
        choices: What the user may choose to do.
    """

    kind: str
    message: str
    severity: Severity | Literal["info"] = "warning"
    column: str = ""
    count: int = 1
    rows: tuple[int, ...] = ()
    places: tuple[str, ...] = ()
    choices: tuple[Choice, ...] = ()

    def as_json(self) -> dict[str, Any]:
        return {
            "kind": self.kind,
            "message": self.message,
            "severity": self.severity,
            "column": self.column,
            "count": self.count,
            "rows": list(self.rows),
            "places": list(self.places),
            "choices": [{"label": c.label, "option": c.option, "value": c.value} for c in self.choices],
        }


class Cells:
    """A column of text cells, as a CSV holds them.

    Attributes:
        values: One cell a row, stripped of white space at the ends.
        decimal: The decimal separator of numbers, ``.`` or ``,``.
        known: Classes that are declared although no row may have them, such as empty class folders.
    """

    fits: tuple[str, ...] = ("number", "category", "text", "transcript", "sentence", "translation")

    def __init__(self, values: Sequence[str], decimal: str = ".", known: Sequence[str] = ()) -> None:
        self.values = values
        self.decimal = decimal
        self.known = tuple(known)

    def __len__(self) -> int:
        return len(self.values)

    @cached_property
    def labels(self) -> list[str | None]:
        """The cells, with None for a missing value."""
        return [None if is_missing(value) else value for value in self.values]

    @cached_property
    def numbers(self) -> npt.NDArray[np.float64]:
        """The cells as numbers of shape (rows, 1); NaN where a cell is missing or no number."""
        return np.array([parse_number(value, self.decimal) for value in self.values], np.float64).reshape(-1, 1)

    def texts(self) -> Sequence[str]:
        """The cells as they are."""
        return self.values

    def shown(self, row: int) -> Any:
        """The value for a person to read."""
        return self.values[row]


class Files:
    """A column of image files.

    Attributes:
        paths: One path a row, or None where the file is not to be read.
        names: What a person reads for each: the path relative to the source.
        faults: Rows whose file must not or cannot be opened, with the reason.
    """

    fits: tuple[str, ...] = ("image",)

    def __init__(
        self, paths: Sequence[Path | None], names: Sequence[str], faults: Mapping[int, str] | None = None
    ) -> None:
        self.paths = paths
        self.names = names
        self.faults = dict(faults or {})

    def __len__(self) -> int:
        return len(self.paths)

    def shown(self, row: int) -> Any:
        """The file's name."""
        return self.names[row]


class SoundFiles(Files):
    """A column of sound files."""

    fits: tuple[str, ...] = ("audio",)


class ClipFiles(Files):
    """A column of clips: files of animations or videos, or folders of numbered pictures."""

    fits: tuple[str, ...] = ("clip",)


def _is_many_banded(shape: tuple[int, ...], dtype: np.dtype[Any]) -> bool:
    """Whether arrays (height, width, channels) are likely images that no screen shows as they are.

    That is with two or more than four channels, or with four that are no bytes: those of bytes are red, green, blue and
    opacity.
    """
    channels = shape[-1]
    if channels in (1, 3) or (channels == 4 and dtype == np.uint8) or shape[0] in (1, 3):
        return False
    return 2 <= channels <= _MOST_BANDS and channels < min(shape[:2])


class Values:
    """A column of numbers held as one array, the first axis being the rows.

    Attributes:
        array: (rows, ...), of a boolean, integer or float dtype.
        lengths: How many steps of each series are real, the rest being padding; or None.
    """

    def __init__(self, array: Array, lengths: Array | None = None) -> None:
        self.array = array
        self.lengths = lengths if lengths is not None else padded_lengths(array)

    def __len__(self) -> int:
        return len(self.array)

    @property
    def fits(self) -> tuple[str, ...]:
        """The types this column can be read as, the likeliest first."""
        shape = self.array.shape[1:]
        if not shape or shape == (1,):
            return ("number", "category")
        if len(shape) == 1:
            return ("number", "series", "audio")
        if len(shape) == 2:
            return ("image", "series", "number") if self.array.dtype == np.uint8 else ("series", "image", "number")
        if len(shape) == 3 and _is_many_banded(shape, self.array.dtype):
            return ("bands", "number", "clip")
        if len(shape) == 3 and (shape[-1] in (1, 3, 4) or shape[0] in (1, 3)):
            return ("image", "number", "bands") if shape[-1] in (1, 3, 4) else ("image", "number")
        if len(shape) == 4 and (shape[-1] in (1, 3, 4) or shape[1] in (1, 3)):
            return ("clip", "number")
        return ("number", "clip") if len(shape) == 3 else ("number",)

    @cached_property
    def labels(self) -> list[str | None]:
        """Each value as a class name; whole numbers without a decimal point, None for NaN."""
        flat = self.array.reshape(len(self.array), -1)[:, 0] if len(self.array) else self.array.reshape(-1)
        return [_label(value) for value in flat.tolist()]

    @cached_property
    def numbers(self) -> npt.NDArray[np.float64]:
        """The values as (rows, values); NaN where a value is not finite."""
        from dlstudio.data.memory import require_memory  # which knows this module

        require_memory(8 * self.array.size, f"Reading {self.array.size:,} values as numbers")
        flat = self.array.reshape(len(self.array), int(np.prod(self.array.shape[1:]))).astype(np.float64)
        flat[~np.isfinite(flat)] = np.nan
        return flat

    def texts(self) -> Sequence[str]:
        """Each value as text."""
        return [label or "" for label in self.labels]

    def shown(self, row: int) -> Any:
        """A number, or for an array its shape in words."""
        value = self.array[row]
        if value.size == 1:
            number = float(value.reshape(-1)[0])
            return int(number) if number.is_integer() else number
        return "×".join(str(side) for side in value.shape)


class LazyRows:
    """A column too large to be held: its encoder has ``encode_rows`` and reads the rows that are asked for.

    Attributes:
        fits: The types this column can be read as, the likeliest first.
    """

    fits: tuple[str, ...] = ()

    def __len__(self) -> int:
        raise NotImplementedError

    def shown(self, row: int) -> Any:
        """The value for a person to read."""
        raise NotImplementedError


RawColumn = Cells | Files | Values | LazyRows


def _row(row: int) -> str:
    return f"row {row + 1}"


@dataclass(frozen=True)
class Table:
    """All samples of a source.

    Attributes:
        rows: How many samples there are.
        columns: By name, each with one value a row.
        folds: (rows,) int8: index into :data:`SPLITS` where the source says to which part a sample belongs, else -1.
            None where the source says nothing.
        issues: What could not be read, as far as reading found out.
        place: Where a row is in the source, in words such as ``line 12``.
        name: Name of the file in which the places are, where they need one.
        timeline: The series of which each row is a window, where that is so.
        groups: (rows,) int64: rows of one group go into one part together, such as those of a patient or the windows of
            a block of text; None where each row stands for itself.
        contents: (rows, kinds) float64: how much of each kind a row holds, such as pixels of each class, so that groups
            are split with a share of each; or None.
        pairs: Pairs of rows that the source lists as the same or different, where it does.
    """

    rows: int
    columns: Mapping[str, RawColumn]
    folds: npt.NDArray[np.int8] | None = None
    issues: tuple[DataIssue, ...] = ()
    place: Callable[[int], str] = field(default=_row)
    name: str = ""
    timeline: Timeline | None = None
    groups: npt.NDArray[np.int64] | None = None
    contents: Array | None = None
    pairs: ListedPairs | None = None

    def name_of(self, row: int) -> str:
        """What people and settings call a row: the name of its file, else where it is, such as ``line 12``."""
        files = next((column for column in self.columns.values() if isinstance(column, Files)), None)
        return files.names[row] if files is not None else self.place(row)


def padded_lengths(array: Array) -> Array | None:
    """How many steps of each series come before NaN fills up the rest; None where no series ends in NaN."""
    if array.ndim != 3 or array.dtype.kind != "f" or not array.size:
        return None
    real: Array = np.asarray(~np.isnan(array).all(axis=2))
    if real[:, -1].all():
        return None
    lengths: Array = array.shape[1] - np.argmax(real[:, ::-1], axis=1)
    return np.where(real.any(axis=1), lengths, 0)


def listed(places: Iterable[str], count: int) -> str:
    """The first three places and how many more there are: ``line 3, line 9, line 12 and 4 more``."""
    first = list(places)[:3]
    more = count - len(first)
    return ", ".join(first) + (f" and {more} more" if more > 0 else "")


def _label(value: object) -> str | None:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, float):
        if math.isnan(value):
            return None
        return str(int(value)) if value.is_integer() else repr(value)
    return str(value)
