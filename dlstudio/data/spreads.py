"""How the values of a column spread: histograms of numbers, of the lengths of texts and of the lengths of series."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from dlstudio.data.pictures.box_rows import BoxRows
from dlstudio.data.series.windows import Windows
from dlstudio.data.table import Files, LazyRows, RawColumn, Rows, Values
from dlstudio.data.texts.token_columns import Tokens
from dlstudio.data.texts.tokens import tokenize
from dlstudio.graph.columns import ColumnSpec

BINS = 24
_MOST_TEXTS = 20_000
_MOST_LABELS = 6
_MOST_HISTOGRAMS = 4  # of a column of several numbers; more are a wall of charts


@dataclass(frozen=True)
class Spread:
    """How often values fall into each of equal ranges from ``low`` to ``high``.

    Attributes:
        counts: One a range.
        low: Where the first range begins.
        high: Where the last range ends.
        unit: What is counted, such as ``tokens``, or empty.
        title: What it is about where a column has several.
        note: Mean and deviation, in words.
    """

    counts: tuple[int, ...]
    low: float
    high: float
    unit: str = ""
    title: str = ""
    note: str = ""

    def as_json(self) -> dict[str, Any]:
        return {**asdict(self), "counts": list(self.counts)}


def column_spreads(
    spec: ColumnSpec, raw: RawColumn, rows: Rows, tokens: Callable[[str], int] | None = None
) -> tuple[Spread, ...]:
    """Histograms of the rows given; none for images and categories. ``tokens`` says how many tokens a text has."""
    if isinstance(raw, BoxRows) and len(rows):
        return _of_boxes(raw, rows)
    if isinstance(raw, Files | LazyRows) or not len(rows):
        return ()
    if isinstance(raw, Windows):
        values = raw.timeline.values[:, raw.columns[0]]
        return (_histogram(values, "", "all values"),) if spec.kind == "forecast" else ()
    if isinstance(raw, Tokens):
        sizes = np.array([len(raw.tokens[row]) for row in rows.tolist()], np.float64)
        return (_histogram(sizes, "tokens", "length"),)
    if spec.kind in ("text", "translation"):
        texts = raw.texts()
        step = max(1, len(rows) // _MOST_TEXTS)
        lengths = np.array([(tokens or _words)(texts[row]) for row in rows[::step].tolist()], np.float64)
        cut = int((lengths > spec.shape[0]).sum())
        note = f"; {cut / len(lengths):.0%} are longer than {spec.shape[0]} and are cut" if cut else ""
        return (_histogram(lengths, "tokens", "length", note),)
    if spec.kind == "number":
        numbers = raw.numbers[rows]
        count = numbers.shape[1]
        titles = [""] if count == 1 else [str(number) for number in range(1, count + 1)]
        return tuple(_histogram(numbers[:, i], "", titles[i]) for i in range(min(count, _MOST_HISTOGRAMS)))
    if spec.kind == "series" and isinstance(raw, Values) and raw.lengths is not None:
        return (_histogram(np.asarray(raw.lengths, np.float64)[rows], "steps", "length"),)
    return ()


def _of_boxes(raw: BoxRows, rows: Rows) -> tuple[Spread, ...]:
    """How many boxes an image has, and how large they are: the longer side against that of the image."""
    boxes = [raw.boxes[row] for row in rows.tolist()]
    counts = np.array([len(each) for each in boxes], np.float64)
    sides = [
        max(box.edges[2] - box.edges[0], box.edges[3] - box.edges[1]) / max(1, int(raw.sizes[row].max()))
        for row, each in zip(rows.tolist(), boxes, strict=True)
        for box in each
    ]
    labels = Counter(box.label for each in boxes for box in each)
    most = ", ".join(f"{count} {label}" for label, count in labels.most_common(_MOST_LABELS))
    more = f" and {len(labels) - _MOST_LABELS} classes more" if len(labels) > _MOST_LABELS else ""
    return (
        _histogram(counts, "boxes", "boxes an image", f"; {most}{more}" if most else ""),
        _histogram(np.array(sides, np.float64), "", "longer side, of the image's"),
    )


def _words(text: str) -> int:
    return len(tokenize(text))


def _histogram(values: npt.NDArray[np.float64], unit: str, title: str, more: str = "") -> Spread:
    values = values[np.isfinite(values)]
    if not len(values):
        return Spread((), 0.0, 0.0, unit, title, "no values")
    low, high = float(values.min()), float(values.max())
    if low == high:
        low, high = low - 0.5, high + 0.5
    counts, _ = np.histogram(values, BINS, (low, high))
    note = f"mean {values.mean():.4g}, standard deviation {values.std():.4g}{more}"
    return Spread(tuple(int(count) for count in counts), low, high, unit, title, note)
