"""What inspectors give: plain values that cross process boundaries, a JSON object and arrays beside it.

Every result's object has ``kind``, which says how it is drawn, and ``title``. Arrays travel apart, by name.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal, Protocol

from dlstudio.graph.columns import ColumnKind as SampleKind

if TYPE_CHECKING:
    import numpy as np

Message = tuple[dict[str, Any], "dict[str, np.ndarray]"]
CellKind = Literal["text", "count", "share", "number"]


class Result(Protocol):
    """Anything an inspector may return."""

    def as_message(self) -> Message:
        """The JSON object and the arrays it names."""
        ...


@dataclass(frozen=True)
class Table:
    """Rows under named columns.

    Attributes:
        title: Heading.
        columns: Name and kind of each column: ``text``, ``count`` (whole numbers), ``share`` (0 to 1), ``number``.
        rows: One value for each column; None where there is none.
    """

    title: str
    columns: Sequence[tuple[str, CellKind]]
    rows: Sequence[Sequence[Any]]

    def as_message(self) -> Message:
        columns = [{"name": name, "kind": kind} for name, kind in self.columns]
        return {"kind": "table", "title": self.title, "columns": columns, "rows": [list(row) for row in self.rows]}, {}


@dataclass(frozen=True)
class Heatmap:
    """Counts under two sets of names.

    Attributes:
        title: Heading.
        row_label, column_label: What the rows and the columns are: ``truth``, ``prediction``.
        rows, columns: Their names.
        values: ``values[row][column]``, whole numbers.
        filters: How a cell's samples are asked for: the gallery's option for the row's and for the column's name.
    """

    title: str
    row_label: str
    column_label: str
    rows: Sequence[str]
    columns: Sequence[str]
    values: Sequence[Sequence[int]]
    filters: tuple[str, str] = ("truth", "prediction")

    def as_message(self) -> Message:
        return {
            "kind": "heatmap",
            "title": self.title,
            "row_label": self.row_label,
            "column_label": self.column_label,
            "rows": list(self.rows),
            "columns": list(self.columns),
            "values": [list(row) for row in self.values],
            "filters": list(self.filters),
        }, {}


@dataclass(frozen=True)
class Sample:
    """One sample with what was predicted for it.

    Attributes:
        row: Its row in the data.
        place: Its place in the split.
        truth: Class name, or the number in the data's units.
        prediction: The same, as predicted.
        correct: Whether they agree; None where that makes no sense.
        confidence: Of the prediction, 0 to 1; None for numbers.
        loss: How wrong it is; the higher, the worse.
        scores: The highest scores by class, highest first.
        text: What stands for the sample where it is no picture.
        array: What to draw: an image or a spectrogram, uint8 (height, width, 3 or 1), or a series, float32 (time,
            features).
        file: The file it came from, where it is a file.
    """

    row: int
    place: int
    truth: Any
    prediction: Any
    correct: bool | None
    confidence: float | None
    loss: float
    scores: Mapping[str, float] = field(default_factory=dict)
    text: str = ""
    array: np.ndarray | None = None
    file: str = ""


@dataclass(frozen=True)
class Gallery:
    """A page of samples.

    Attributes:
        title: Heading.
        sample_kind: How a sample is shown: ``image``, ``audio``, ``text``, ``series``, ``number``.
        samples: Those of the page.
        total: How many pass the filter.
        offset: The first one's number among those.
        of: How many the split has.
        classes: Names that truth and prediction may be filtered by; empty for numbers.
    """

    title: str
    sample_kind: SampleKind
    samples: Sequence[Sample]
    total: int
    offset: int
    of: int
    classes: Sequence[str] = ()

    def as_message(self) -> Message:
        arrays: dict[str, np.ndarray] = {}
        items = []
        for sample in self.samples:
            name = ""
            if sample.array is not None:
                name = f"sample-{sample.place}"
                arrays[name] = sample.array
            items.append(
                {
                    "row": sample.row,
                    "place": sample.place,
                    "truth": sample.truth,
                    "prediction": sample.prediction,
                    "correct": sample.correct,
                    "confidence": sample.confidence,
                    "loss": sample.loss,
                    "scores": dict(sample.scores),
                    "text": sample.text,
                    "file": sample.file,
                    "array": name or None,
                }
            )
        return {
            "kind": "gallery",
            "title": self.title,
            "sample_kind": self.sample_kind,
            "items": items,
            "total": self.total,
            "offset": self.offset,
            "of": self.of,
            "classes": list(self.classes),
        }, arrays


@dataclass(frozen=True)
class Scatter:
    """Points; ``x`` and ``y`` are float32 arrays, ``rows`` the data row of each point.

    Attributes:
        title: Heading.
        x_label, y_label: Axes, with units.
        diagonal: Whether the line y = x means *right*.
        level: Whether the line y = 0 means *right*.
    """

    title: str
    x_label: str
    y_label: str
    x: np.ndarray
    y: np.ndarray
    rows: np.ndarray
    diagonal: bool = False
    level: bool = False

    def as_message(self) -> Message:
        return {
            "kind": "scatter",
            "title": self.title,
            "x_label": self.x_label,
            "y_label": self.y_label,
            "diagonal": self.diagonal,
            "level": self.level,
            "points": len(self.x),
        }, {"x": self.x, "y": self.y, "rows": self.rows}


@dataclass(frozen=True)
class Bars:
    """Values under names."""

    title: str
    value_label: str
    labels: Sequence[str]
    values: Sequence[float]

    def as_message(self) -> Message:
        return {
            "kind": "bars",
            "title": self.title,
            "value_label": self.value_label,
            "labels": list(self.labels),
            "values": list(self.values),
        }, {}


@dataclass(frozen=True)
class Text:
    """A paragraph of plain text."""

    title: str
    text: str

    def as_message(self) -> Message:
        return {"kind": "text", "title": self.title, "text": self.text}, {}
