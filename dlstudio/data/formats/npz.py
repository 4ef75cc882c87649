"""NumPy archives: arrays with one row a sample, in parts (``x_train``, ``y_test``) or whole (``x``, ``y``)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from dlstudio.data.archive import Header, read_arrays, read_headers
from dlstudio.data.guessing import DEFAULT_SPLIT, Columns, guess_cells, guess_roles
from dlstudio.data.pictures.sizes import guess_array, guess_bands, guess_clip_array
from dlstudio.data.splitting.splits import FOLDED, fold_of
from dlstudio.data.table import SPLITS, Array, Cells, DataError, DataIssue, RawColumn, Table, Values
from dlstudio.graph.project import DataSettings

NAME = "npz"
TITLE = "NumPy arrays (.npz)"

_LENGTHS = ("length", "lengths", "len")
_RATES = ("rate", "sample_rate", "sampling_rate", "samplerate", "sr", "fs")
_LEAST_SAMPLES = 2000  # an array of whole numbers with so many values a row is taken for sound
_TARGETS = ("y", "label", "labels", "target", "targets", "class")
_MOST_CLASSES = 1000


@dataclass
class _Layout:
    """Which arrays make which columns: by column, then by part (an empty name where there are no parts)."""

    columns: dict[str, dict[str, str]] = field(default_factory=dict)
    folded: bool = False
    rows: dict[str, int] = field(default_factory=dict)


def matches(path: Path) -> bool:
    """Whether the file's name ends in .npz."""
    return path.is_file() and path.suffix.lower() == ".npz"


def guess(path: Path) -> DataSettings:
    """Columns by the shape and type of their arrays.

    Raises:
        DataError: It cannot be read, or no two arrays belong together.
    """
    headers, refused = read_headers(path)
    layout = _layout(path, headers, refused)
    options = _options(headers, layout)
    raw = _columns(path, layout, options)
    columns: Columns = {name: _guess_column(name, column) for name, column in raw.items()}
    _guess_sounds(path, headers, columns, raw)
    length = options.get("length")
    if length:
        columns[str(length)] = {"type": "ignore"}
    if len(columns) < 2 and refused:
        raise DataError(_refused(path, refused))
    target = next((name for name in _TARGETS if name in columns), None)
    if target is not None and isinstance(raw[target], Values) and "category" not in raw[target].fits:
        target = target if columns[target]["type"] == "number" else None
    split = {"by": "folder", **FOLDED} if layout.folded else dict(DEFAULT_SPLIT)
    return DataSettings(str(path), NAME, guess_roles(columns, raw, target), split, options)


def read(settings: DataSettings, source: Path) -> Table:
    """All arrays that belong together as one table.

    Raises:
        DataError: It cannot be read.
    """
    headers, refused = read_headers(source)
    layout = _layout(source, headers, refused)
    columns = _columns(source, layout, settings.options)
    folds = None
    if layout.folded:
        folds = np.concatenate([np.full(n, SPLITS.index(part), np.int8) for part, n in layout.rows.items()])
    issues = [
        DataIssue("type", f"The array '{name}' of {source.name} is left out: {why}.", column=name)
        for name, why in refused.items()
    ]
    return Table(sum(layout.rows.values()), columns, folds, tuple(issues), name=source.name)


def _layout(path: Path, headers: Mapping[str, Header], refused: Mapping[str, str]) -> _Layout:
    layout = _Layout()
    parted: dict[str, dict[str, str]] = {}
    for name in headers:
        stem, part = stem_and_part(name)
        if part:
            parted.setdefault(stem, {})[part] = name
    parted = {stem: arrays for stem, arrays in parted.items() if "train" in arrays}
    if parted:
        layout.folded = True
        # The array with the most parts decides which parts there are; the others must have them all.
        parts = max((set(arrays) for arrays in parted.values()), key=len)
        for part in (each for each in SPLITS if each in parts):
            layout.rows[part] = headers[next(a[part] for a in parted.values() if part in a)].rows
        for stem, arrays in parted.items():
            if parts <= set(arrays) and all(headers[arrays[p]].rows == n for p, n in layout.rows.items()):
                layout.columns[stem] = {part: arrays[part] for part in layout.rows}
        bad = [stem for stem in parted if stem not in layout.columns]
        if bad:
            raise DataError(
                f"The arrays of '{bad[0]}' in {path.name} do not have as many rows as the others of the same part. "
                "Save arrays of equal length."
            )
    else:
        rows = _shared_rows(headers.values())
        layout.columns = {name: {"": name} for name, header in headers.items() if header.rows == rows and rows}
        layout.rows = {"": rows}
    if not layout.columns or not sum(layout.rows.values()):
        why = "; ".join(f"'{name}': {reason}" for name, reason in list(refused.items())[:3])
        raise DataError(
            f"{path.name} holds no arrays with one row a sample{f' ({why})' if why else ''}. Save x and y, or x_train, "
            "y_train, x_test and y_test."
        )
    return layout


def _refused(path: Path, refused: Mapping[str, str]) -> str:
    why = "; ".join(f"'{name}': {reason}" for name, reason in list(refused.items())[:3])
    return f"{path.name} has arrays that are not read ({why}), and without them there is nothing to learn from."


def _shared_rows(headers: Iterable[Header]) -> int:
    """The length of the first axis that most arrays share; of equals the larger."""
    counts: dict[int, int] = {}
    for header in headers:
        if header.rows:
            counts[header.rows] = counts.get(header.rows, 0) + 1
    return max(counts, key=lambda rows: (counts[rows], rows), default=0)


def stem_and_part(name: str) -> tuple[str, str | None]:
    """``x_train`` is (x, train), ``train_images`` is (images, train), ``names`` is (names, None)."""
    before, _, after = name.rpartition("_")
    if before and fold_of(after):
        return before, fold_of(after)
    before, _, after = name.partition("_")
    if after and fold_of(before):
        return after, fold_of(before)
    match = re.fullmatch(r"([xyXY])(train|test|val|valid)", name)
    return (match[1], fold_of(match[2])) if match else (name, None)


def _options(headers: Mapping[str, Header], layout: _Layout) -> dict[str, Any]:
    options: dict[str, Any] = {}
    for name in layout.columns:
        first = headers[next(iter(layout.columns[name].values()))]
        if name.lower() in _LENGTHS and len(first.shape) == 1 and first.dtype.kind in "iu":
            options["length"] = name
    used = {array for arrays in layout.columns.values() for array in arrays.values()}
    for name, header in headers.items():
        if name not in used and len(header.shape) == 1 and header.dtype.kind in "SU" and 2 <= header.rows <= 20_000:
            options["class_names"] = name
    return options


def _columns(path: Path, layout: _Layout, options: Mapping[str, Any]) -> dict[str, RawColumn]:
    wanted = [array for arrays in layout.columns.values() for array in arrays.values()]
    names = options.get("class_names")
    arrays = read_arrays(path, [*wanted, *([str(names)] if names else [])])
    joined = {
        name: _joined(path, name, [arrays[array] for array in parts.values()]) for name, parts in layout.columns.items()
    }
    lengths = _lengths(path, options.get("length"), joined)
    class_names = [str(each) for each in _text(arrays[str(names)])] if names else []
    found: dict[str, RawColumn] = {}
    for name, array in joined.items():
        if array.dtype.kind in "SU":
            flat = array.reshape(len(array), -1)
            found[name] = Cells([" ".join(row).strip() for row in _text(flat).tolist()])
        elif class_names and _is_index(array, len(class_names)):
            found[name] = Cells([class_names[index] for index in array.reshape(-1).tolist()], known=class_names)
        else:
            found[name] = Values(array, lengths if array.ndim == 3 or _is_long(array, lengths) else None)
        if name.lower() in _TARGETS and _is_one_hot(array):
            index = array.argmax(axis=1)
            named = len(class_names) == array.shape[1]
            found[name] = (
                Cells([class_names[each] for each in index.tolist()], known=class_names) if named else Values(index)
            )
    return found


def _is_one_hot(array: Array) -> bool:
    """Whether each row marks one class: a single 1 among zeros."""
    if array.ndim != 2 or array.dtype.kind not in "biuf" or not 2 <= array.shape[1] <= _MOST_CLASSES or not len(array):
        return False
    return bool(((array == 0) | (array == 1)).all() and (array.sum(axis=1) == 1).all())


def _lengths(path: Path, name: object, joined: Mapping[str, Array]) -> Array | None:
    if not name:
        return None
    lengths = joined.get(str(name))
    if lengths is None or lengths.ndim != 1 or lengths.dtype.kind not in "iu":
        raise DataError(f"{path.name} has no array '{name}' of whole numbers that says how long each series is.")
    return lengths


def _joined(path: Path, name: str, parts: Sequence[Array]) -> Array:
    if len(parts) == 1:
        return parts[0]
    if len({part.shape[1:] for part in parts}) > 1:
        shapes = ", ".join(str(part.shape) for part in parts)
        raise DataError(f"The parts of '{name}' in {path.name} have different shapes: {shapes}.")
    return np.concatenate(parts)


def _text(array: Array) -> Array:
    return np.char.decode(array, "utf-8", "replace") if array.dtype.kind == "S" else array


def _is_index(array: Array, classes: int) -> bool:
    if array.dtype.kind not in "iu" or array.size != len(array):
        return False
    return bool(len(array)) and int(array.min()) >= 0 and int(array.max()) == classes - 1


def _is_long(array: Array, lengths: Array | None) -> bool:
    """Whether each row is one long signal of which ``lengths`` may say how much is real."""
    return array.ndim == 2 and lengths is not None and len(lengths) > 0 and 1 < int(lengths.max()) <= array.shape[1]


def _guess_sounds(path: Path, headers: Mapping[str, Header], columns: Columns, raw: Mapping[str, RawColumn]) -> None:
    """Reads long rows of 16-bit numbers as sound; the rate is that of an array ``rate``, or 16,000 a second."""
    for name, column in raw.items():
        if not isinstance(column, Values) or column.array.ndim != 2:
            continue
        if column.array.dtype != np.int16 or column.array.shape[1] < _LEAST_SAMPLES:
            continue
        rate = 16_000
        named = next((each for each in headers if each.lower() in _RATES and headers[each].shape in ((), (1,))), None)
        if named is not None and headers[named].dtype.kind in "iuf":
            rate = int(read_arrays(path, [named])[named].reshape(-1)[0])
        if 1000 <= rate <= 384_000:
            columns[name] = {"type": "audio", "rate": rate, "seconds": round(column.array.shape[1] / rate, 4)}


def _guess_column(name: str, column: RawColumn) -> dict[str, Any]:
    if isinstance(column, Cells):
        return guess_cells(name, column.values)
    assert isinstance(column, Values)
    first = column.fits[0]
    if first == "image":
        return guess_array(column.array) or {"type": "number", "normalize": True}
    if first == "bands":
        return guess_bands(column.array)
    if first == "clip":
        return guess_clip_array(column.array) or {"type": "number", "normalize": True}
    if first == "series" and column.array.ndim == 3:
        return {"type": "series", "normalize": True}
    return {"type": "number", "normalize": True}
