"""Samples and columns that are unlike the rest: wrong sizes, blank pictures, constants, outliers, garbled text."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np
import numpy.typing as npt
from PIL import Image

from dlstudio.data.doctor.findings import Finding, data_fix, finding, odd_ones
from dlstudio.data.doctor.near import small_pictures
from dlstudio.data.preparing import PreparedData
from dlstudio.data.series.windows import Windows
from dlstudio.data.table import Cells, Files, LazyRows, Rows, Values
from dlstudio.graph.columns import ColumnSpec
from dlstudio.graph.problems import Fix
from dlstudio.graph.project import DataSettings

_FAR = 6.0  # robust standard deviations from the middle on the plain scale
_FAR_IN_LOG = 4.0  # and on a logarithmic one, where long tails of prices and counts are short
_FEW = 0.05  # of the values; what is more common is no outlier
_GAP = 3.0  # times the largest of the usual values
_FAR_PICTURE = 8.0  # robust standard deviations of a picture's mean grey level
_FAR_SIZE, _EVEN_SIZE = 5.0, 0.12  # of the logarithms of size and proportion; the least spread that counts as usual
_LEAST_CONTRAST = 1.5  # standard deviation of grey levels (0 to 255) below which a picture shows nothing
_SILENCE = 1e-3  # loudest value of a sound (1 is full scale) below which it holds none
_LONG = 20.0  # times the length of nearly all texts
_FEWEST = 20  # values below which nobody can say what is usual


def find_oddities(settings: DataSettings, data: PreparedData) -> list[Finding]:
    """Findings of all columns that are used, each with the samples behind it."""
    found: list[Finding] = []
    rows = data.used_rows()
    for name, column in settings.columns.items():
        raw, spec = data.table.columns.get(name), data.specs.get(name)
        if raw is None or isinstance(raw, LazyRows | Windows) or not len(rows):
            continue
        if column.get("type") == "ignore" or spec is None:
            continue
        if spec.kind in ("image", "video"):
            found += _sizes(settings, data, name, rows)
            found += _blank(settings, data, name, rows)
            if spec.kind == "video":
                found += _frozen(settings, data, name, rows)
        elif spec.kind == "number" and isinstance(raw, Cells | Values):
            found += _numbers(settings, data, name, rows, column.get("role") == "target")
        elif spec.kind == "category" and isinstance(raw, Cells | Values) and column.get("role") != "target":
            found += _one_class(settings, data, spec, rows)
        elif spec.kind == "text" and isinstance(raw, Cells):
            found += _texts(settings, data, name, raw, rows)
        elif spec.kind == "audio":
            found += _silent(settings, data, name, rows)
        elif spec.kind == "series":
            found += _still(settings, data, name, rows)
    return found


def _robust(values: npt.NDArray[np.float64], least: float = 0.0) -> npt.NDArray[np.float64]:
    """Distances from the median in standard deviations as the quartiles tell them; 0 where nothing varies."""
    middle, low, high = (float(np.nanquantile(values, share)) for share in (0.5, 0.25, 0.75))
    spread = max((high - low) / 1.349, least)
    if spread <= 0:  # more than half are one value: take the spread of the others
        others = np.abs(values - middle)[np.abs(values - middle) > 0]
        spread = float(np.median(others)) if len(others) > 0.05 * len(values) else 0.0
    return np.abs(values - middle) / spread if spread > 0 else np.zeros_like(values)


def _of(name: str, rows: Sequence[int], singular: str, plural: str) -> str:
    """``3 samples of 'image' have``."""
    return f"1 sample of '{name}' {singular}" if len(rows) == 1 else f"{len(rows):,} samples of '{name}' {plural}"


def _sizes(settings: DataSettings, data: PreparedData, name: str, rows: Rows) -> Iterator[Finding]:
    raw = data.table.columns[name]
    if not isinstance(raw, Files) or len(rows) < _FEWEST:
        return
    known, sides = [], []
    for row in rows.tolist():
        try:
            with Image.open(raw.paths[row]) as picture:
                sides.append(picture.size)
        except (OSError, ValueError, TypeError, Image.DecompressionBombError):
            continue
        known.append(row)
    if len(known) < _FEWEST:
        return
    width, height = np.log(np.array(sides, np.float64)).T
    area, proportion = _robust(width + height, _EVEN_SIZE), _robust(width - height, _EVEN_SIZE)
    odd = [known[place] for place in np.flatnonzero((area > _FAR_SIZE) | (proportion > _FAR_SIZE))]
    if odd:
        usual = np.exp(np.median(width)), np.exp(np.median(height))
        first = sides[known.index(odd[0])]
        message = (
            f"{_of(name, odd, 'has', 'have')} another size than the rest, such as "
            f"{first[0]}×{first[1]} where {usual[0]:.0f}×{usual[1]:.0f} is usual: cut, stretched or misplaced files?"
        )
        yield odd_ones(settings, data.table, "size", odd, message=message, column=name, called="the odd sizes")


def _blank(settings: DataSettings, data: PreparedData, name: str, rows: Rows) -> Iterator[Finding]:
    grey = small_pictures(data, name, rows)
    contrast = grey.std(axis=1)
    blank = rows[contrast < _LEAST_CONTRAST].tolist()
    if blank and len(blank) < len(rows) / 2:
        message = f"{_of(name, blank, 'is', 'are')} of one colour all over."
        yield odd_ones(settings, data.table, "blank", blank, message=message, column=name, called="the blank pictures")
    if len(rows) < _FEWEST:
        return
    level = _robust(grey.mean(axis=1).astype(np.float64), 16.0)
    odd = rows[(level > _FAR_PICTURE) & (contrast >= _LEAST_CONTRAST)].tolist()
    if odd:
        message = (
            f"{_of(name, odd, 'is', 'are')} far darker or brighter than the rest: "
            "turned to a negative, over- or underexposed?"
        )
        yield odd_ones(settings, data.table, "outlier", odd, message=message, column=name, called="the outliers")


def _frozen(settings: DataSettings, data: PreparedData, name: str, rows: Rows) -> Iterator[Finding]:
    """Clips in which every frame is the first."""
    still = [row for row in rows.tolist() if _is_frozen(np.asarray(data.raw(name, row)))]
    if still and len(still) < len(rows) / 2:
        message = f"{_of(name, still, 'is', 'are')} one picture all along: stuck recordings?"
        yield odd_ones(settings, data.table, "blank", still, message=message, column=name, called="the frozen clips")


def _is_frozen(frames: npt.NDArray[np.uint8]) -> bool:
    return bool((frames == frames[:1]).all()) and float(frames[0].std()) >= _LEAST_CONTRAST


def _numbers(settings: DataSettings, data: PreparedData, name: str, rows: Rows, target: bool) -> Iterator[Finding]:
    raw = data.table.columns[name]
    assert isinstance(raw, Cells | Values)
    values = raw.numbers[rows]
    if values.shape[1] != 1:
        return
    known = np.isfinite(values[:, 0])
    rows, numbers = rows[known], values[known, 0]
    if len(numbers) < 2:
        return
    if bool((numbers == numbers[0]).all()):
        if not target:  # what is to be learnt has a sentence of its own
            yield _constant(settings, data, name, f"{numbers[0]:g}")
        return
    if len(numbers) < _FEWEST or len(np.unique(numbers)) < 8:
        return
    z = _robust(numbers)
    negative = numbers < 0
    # A few negative numbers among what is never negative are signs of missing values, such as -999.
    far = (z > _FAR) | (negative & (z > _FAR / 2) & (negative.mean() < _FEW))
    if bool((numbers[~far] >= 0).all()) and bool((~far).any()):
        # Also far on the logarithmic scale: the largest of a long tail is usual, a slipped decimal point is not.
        floor = max(float(np.quantile(numbers[~far], 0.05)), 1e-12)
        far &= (_robust(np.log(np.maximum(numbers, 0) + floor)) > _FAR_IN_LOG) | (numbers < 0)
        # And with a gap before it: what is usual may thin out, but does not end and begin again.
        far &= (numbers > _GAP * numbers[~far].max()) | (numbers * _GAP < max(numbers[~far].min(), 0)) | (numbers < 0)
    odd = rows[far].tolist()
    if odd and len(odd) <= max(1, round(_FEW * len(numbers))):
        first = float(numbers[far][np.argmax(np.abs(numbers[far] - np.median(numbers)))])
        low, high = np.quantile(numbers[~far], (0.01, 0.99))
        message = (
            f"{_of(name, odd, 'lies', 'lie')} far outside of the rest: {first:g}, "
            f"where nearly all lie between {low:g} and {high:g}. A slipped decimal point, or a sign of a missing value?"
        )
        yield odd_ones(settings, data.table, "outlier", odd, message=message, column=name, called="the outliers")


def _constant(settings: DataSettings, data: PreparedData, name: str, value: str) -> Finding:
    message = f"'{name}' is {value} in every sample, so it says nothing. Leave the column out."
    return finding("constant", message, data.table, (), column=name, fix=without_column(settings, name))


def without_column(settings: DataSettings, name: str) -> Fix:
    """The remedy that ignores a column, in the joined columns too."""
    columns = {key: dict(column) for key, column in settings.columns.items()}
    columns[name] = {"type": "ignore"}
    for column in columns.values():
        if name in column.get("from", ()):
            column["from"] = [each for each in column["from"] if each != name]
    return data_fix(f"Ignore '{name}'", replace(settings, columns=columns))


def _one_class(settings: DataSettings, data: PreparedData, spec: ColumnSpec, rows: Rows) -> Iterator[Finding]:
    codes = data.encode(spec.name, rows)
    if len(codes) > 1 and bool((codes == codes[0]).all()):
        yield _constant(settings, data, spec.name, f"'{spec.classes[int(codes[0])]}'" if spec.classes else "the same")


def _texts(settings: DataSettings, data: PreparedData, name: str, raw: Cells, rows: Rows) -> Iterator[Finding]:
    texts = {row: raw.values[row] for row in rows.tolist()}
    garbled = [row for row, text in texts.items() if is_garbled(text)]
    if garbled:
        message = (
            f"{_of(name, garbled, 'holds', 'hold')} garbled letters, as where "
            "UTF-8 was read as another encoding. Save the file anew, or leave them out."
        )
        yield odd_ones(
            settings, data.table, "encoding", garbled, message=message, column=name, called="the garbled texts"
        )
    lengths = np.array([len(text) for text in texts.values()], np.float64)
    if len(lengths) < _FEWEST:
        return
    usual = max(float(np.quantile(lengths, 0.95)), 20.0)
    odd = [row for row, length in zip(texts, lengths, strict=True) if length > _LONG * usual]
    if odd:
        message = (
            f"{_of(name, odd, 'is', 'are')} more than {_LONG:.0f} times as long as "
            "nearly all others: a missing quotation mark?"
        )
        yield odd_ones(settings, data.table, "outlier", odd, message=message, column=name, called="the longest texts")


def is_garbled(text: str) -> bool:
    """Whether a text holds U+FFFD, or becomes shorter when its letters are taken for bytes of UTF-8, as ``cafÃ©``."""
    if "\ufffd" in text:
        return True
    if text.isascii():
        return False
    for encoding in ("cp1252", "latin-1"):
        try:
            return len(text.encode(encoding).decode("utf-8")) < len(text)
        except UnicodeError:
            continue
    return False


def _silent(settings: DataSettings, data: PreparedData, name: str, rows: Rows) -> Iterator[Finding]:
    silent = [row for row in rows.tolist() if float(np.abs(np.asarray(data.raw(name, row))).max(initial=0)) < _SILENCE]
    if silent:
        message = f"{_of(name, silent, 'holds', 'hold')} nothing but silence."
        yield odd_ones(settings, data.table, "blank", silent, message=message, column=name, called="the silent sounds")


def _still(settings: DataSettings, data: PreparedData, name: str, rows: Rows) -> Iterator[Finding]:
    """Series that never change, and those whose values lie far outside of all others."""
    still, extent = [], []
    for row in rows.tolist():
        values = np.asarray(data.raw(name, row), np.float64)
        known = values[np.isfinite(values)]
        if not len(known) or float(np.ptp(known)) == 0.0:
            still.append(row)
        extent.append(float(np.abs(known).max()) if len(known) else 0.0)
    if still and len(still) < len(rows) / 2:
        message = f"{_of(name, still, 'is', 'are')} one value all along."
        yield odd_ones(settings, data.table, "blank", still, message=message, column=name, called="the constant series")
    if len(rows) < _FEWEST:
        return
    size = np.array(extent)
    far = (_robust(size) > _FAR) & (_robust(np.log(size + 1e-9), 0.1) > _FAR_IN_LOG) & (size > np.median(size))
    odd = rows[far].tolist()
    if odd:
        message = (
            f"{_of(name, odd, 'has', 'have')} values far outside of the others', up "
            f"to {size.max():.4g} where {np.quantile(size[~far], 0.99):.4g} is usual."
        )
        yield odd_ones(settings, data.table, "outlier", odd, message=message, column=name, called="the outliers")
