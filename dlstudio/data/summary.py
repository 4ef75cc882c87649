"""Describes data for people, as JSON and small arrays: counts, classes, spreads, what is wrong, samples to look at.

Nothing here fails on bad samples: what cannot be shown is left out and stands among the issues.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from dlstudio.data.doctor.quick import data_problems
from dlstudio.data.encoders.category import CategoryEncoder
from dlstudio.data.encoders.sentence import SentenceEncoder
from dlstudio.data.pictures.images import ImageError, from_array
from dlstudio.data.pictures.mask_pictures import with_boxes, with_masks
from dlstudio.data.preparing import PreparedData, prepare
from dlstudio.data.sound.spectrograms import picture
from dlstudio.data.spreads import Spread, column_spreads
from dlstudio.data.table import SPLITS, DataError, Files, Rows
from dlstudio.graph.project import DataSettings

SHOWN = 240  # rows of a split that can be looked at
SHOWN_OF_CLASS = 60
MOST_CLASSES = 500
_TEXT_LENGTH = 500
_LARGEST_SIDE = 512


@dataclass(frozen=True)
class ColumnSummary:
    """One column.

    Attributes:
        name: Its name.
        type: Its type in the settings; a virtual column's is ``number``.
        role: ``input``, ``target``, or empty.
        fits: The types it can be read as, the likeliest first.
        joined: The columns it is joined from, for a virtual one.
        classes: Class names, for a category.
        counts: Split → class → rows, for a category.
        spreads: Histograms: of numbers, or of the lengths of texts in tokens.
        samples: Class → split → some of its rows.
    """

    name: str
    type: str
    role: str = ""
    fits: tuple[str, ...] = ()
    joined: tuple[str, ...] = ()
    classes: tuple[str, ...] = ()
    counts: dict[str, dict[str, int]] | None = None
    spreads: tuple[Spread, ...] = ()
    samples: dict[str, dict[str, list[int]]] | None = None

    def as_json(self) -> dict[str, Any]:
        return {
            "name": self.name,
            "type": self.type,
            "role": self.role,
            "fits": list(self.fits),
            "from": list(self.joined),
            "classes": list(self.classes),
            "counts": self.counts or {},
            "spreads": [spread.as_json() for spread in self.spreads],
            "samples": self.samples or {},
        }


@dataclass(frozen=True)
class DataSummary:
    """All of it.

    Attributes:
        rows: Rows of the table, usable or not.
        splits: Usable rows by split.
        columns: Those of the settings in their order, the ignored ones too.
        issues: As :meth:`DataIssue.as_json`.
        problems: As :meth:`Problem.as_json`: the issues and what else stands in the way, with fixes.
        samples: Split → some of its rows, evenly over the split.
    """

    rows: int
    splits: dict[str, int]
    columns: tuple[ColumnSummary, ...]
    issues: tuple[dict[str, Any], ...]
    problems: tuple[dict[str, Any], ...]
    samples: dict[str, list[int]]

    def as_json(self) -> dict[str, Any]:
        """Numbers, texts, lists and objects only."""
        return {
            "rows": self.rows,
            "splits": dict(self.splits),
            "columns": [column.as_json() for column in self.columns],
            "issues": list(self.issues),
            "problems": list(self.problems),
            "samples": dict(self.samples),
        }


def summarize(settings: DataSettings, root: Path) -> DataSummary:
    """Reads and describes the data.

    Raises:
        DataError: It cannot be read at all.
    """
    data = prepare(settings, root)
    columns = [_column(data, name) for name in settings.columns]
    return DataSummary(
        data.table.rows,
        {name: len(data.rows[name]) for name in SPLITS},
        tuple(columns),
        tuple(issue.as_json() for issue in data.issues),
        tuple(problem.as_json() for problem in data_problems(settings, data)),
        {name: _evenly(data.rows[name], SHOWN) for name in SPLITS},
    )


def thumbnails(
    settings: DataSettings, root: Path, column: str, rows: Sequence[int], size: int = 96
) -> dict[int, npt.NDArray[np.uint8]]:
    """Small pictures of some rows of a column of images or masks, of clips at begin, middle and end, of volumes the
    middle slice, or the spectrograms of sounds.

    Each is (height, width, 3) uint8, the longer side ``size`` pixels.

    Where a mask is to be learnt, its classes lie over the images in their colours, and likewise the edges of boxes.
    Small images are not enlarged: the window does that without blurring them. Rows that cannot be read are left out.

    Raises:
        DataError: There is no such column of images.
    """
    data = prepare(settings, root)
    if column in data.specs and data.specs[column].kind == "audio":
        return _spectrograms(data, column, rows, size)
    if column not in data.specs or data.specs[column].kind not in ("image", "video", "volume", "mask"):
        raise DataError(f"'{column}' is no column of images, clips, volumes, masks or sounds.")
    wanted = np.array([row for row in rows if 0 <= row < data.table.rows], np.int64)
    pixels = data.pixels(column, wanted)
    faulty = data.unreadable(column)
    found: dict[int, npt.NDArray[np.uint8]] = {}
    size = min(max(size, 1), _LARGEST_SIDE)
    if data.specs[column].kind in ("image", "volume"):
        pixels = with_boxes(data, with_masks(data, pixels, wanted), wanted)
    for row, image in zip(wanted.tolist(), pixels, strict=True):
        if row in faulty:
            continue
        try:
            found[row] = np.ascontiguousarray(_shrunk(image, size))
        except ImageError:
            continue
    return found


def table_rows(settings: DataSettings, root: Path, rows: Sequence[int]) -> tuple[list[str], list[list[Any]]]:
    """Column names and the values of some rows as a person reads them: texts, numbers, file names."""
    data = prepare(settings, root)
    names = [name for name in settings.columns if name in data.table.columns]
    wanted = [row for row in rows if 0 <= row < data.table.rows]
    return names, [[_cell(data.table.columns[name].shown(row)) for name in names] for row in wanted]


def _column(data: PreparedData, name: str) -> ColumnSummary:
    settings = data.settings.columns[name]
    raw = data.table.columns.get(name)
    fits = raw.fits if raw is not None else ()
    joined = settings.get("from", ())
    plain = ColumnSummary(
        name,
        str(settings.get("type", "")),
        str(settings.get("role", "")),
        tuple(fits),
        tuple(str(each) for each in joined) if isinstance(joined, list | tuple) else (),
    )
    if name not in data.specs or raw is None:
        return plain
    encoder = data.encoders[name]
    if isinstance(encoder, CategoryEncoder) and not isinstance(raw, Files):
        return _category(data, plain, encoder)
    count = encoder.count if isinstance(encoder, SentenceEncoder) else None
    return ColumnSummary(
        plain.name,
        plain.type,
        plain.role,
        plain.fits,
        spreads=column_spreads(data.specs[name], raw, data.used_rows(), count),
    )


def _category(data: PreparedData, plain: ColumnSummary, encoder: CategoryEncoder) -> ColumnSummary:
    classes = encoder.spec.classes[:MOST_CLASSES]
    counts: dict[str, dict[str, int]] = {}
    samples: dict[str, dict[str, list[int]]] = {label: {} for label in classes}
    for split in SPLITS:
        rows = data.rows[split]
        codes = data.encode(plain.name, rows)
        order = np.argsort(codes, kind="stable")
        ends = np.searchsorted(codes[order], np.arange(len(classes) + 1))
        counts[split] = {}
        for index, label in enumerate(classes):
            members = rows[order[ends[index] : ends[index + 1]]]
            counts[split][label] = len(members)
            samples[label][split] = _evenly(members, SHOWN_OF_CLASS)
    return ColumnSummary(
        plain.name, plain.type, plain.role, plain.fits, classes=tuple(classes), counts=counts, samples=samples
    )


def _evenly(rows: Rows, most: int) -> list[int]:
    if len(rows) <= most:
        return [int(row) for row in rows]
    return [int(rows[place]) for place in np.linspace(0, len(rows) - 1, most).round().astype(np.int64)]


def _shrunk(image: npt.NDArray[np.uint8], size: int) -> npt.NDArray[np.uint8]:
    height, width = image.shape[:2]
    scale = min(1.0, size / max(height, width))
    return from_array(image, (max(1, round(height * scale)), max(1, round(width * scale))), 3, "stretch")


def _spectrograms(data: PreparedData, column: str, rows: Sequence[int], size: int) -> dict[int, npt.NDArray[np.uint8]]:
    faulty, rate = data.unreadable(column), round(data.specs[column].rate)
    shape = (max(16, size), max(16, size))
    return {
        row: picture(np.asarray(data.raw(column, row), np.float32), rate, shape)
        for row in rows
        if 0 <= row < data.table.rows and row not in faulty
    }


def _cell(value: Any) -> Any:
    if isinstance(value, float) and not math.isfinite(value):
        return None
    if isinstance(value, str):
        return value if len(value) <= _TEXT_LENGTH else value[: _TEXT_LENGTH - 1] + "…"
    return value
