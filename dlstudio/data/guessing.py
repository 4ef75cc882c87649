"""Guesses what the columns of a table mean: their types, which one is to be learnt, and which ones the network reads.

A guess is only a beginning; the user's settings overrule all of it. Formats call this with the raw columns they read.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from itertools import islice
from pathlib import PurePosixPath
from typing import Any

from dlstudio.data.pictures.images import IMAGE_SUFFIXES
from dlstudio.data.series.clock import read_times
from dlstudio.data.sound.sounds import SOUND_SUFFIXES
from dlstudio.data.table import Cells, RawColumn, Values
from dlstudio.data.tables.cells import is_missing, is_number, parse_number
from dlstudio.data.texts.language_pairs import language_pair, pair_columns
from dlstudio.data.texts.tokens import tokenize
from dlstudio.data.video.videos import VIDEO_SUFFIXES
from dlstudio.graph.columns import so_far_name

Columns = dict[str, dict[str, Any]]

DEFAULT_SPLIT = {"train": 0.8, "validation": 0.1, "test": 0.1, "seed": 7}
LONGEST_TEXT = 256
VOCABULARY = 10_000
MOST_CLASSES = 20_000

_TARGETS = ("label", "labels", "class", "target", "targets", "y", "output", "outcome", "sentiment", "survived")
# Words that often name what is to be learnt, but also plain measurements: believed only if nothing better is there.
_LIKELY = ("category", "species", "diagnosis", "digit", "result", "response", "quality", "price", "type")
_IDENTIFIERS = frozenset(
    {"id", "index", "idx", "rownames", "row_names", "rowname", "unnamed: 0", "uuid", "passengerid", "column_1", "no"}
)
_LOOKED_AT, _DATES_TRIED = 20_000, 200
_ONE_HOT_MOST = 50
_ANSWERS, _SENTENCE = 10, 5
"""A few sentences may be the answers of a form, which are classes; a sentence has so many tokens at least."""
_ENDS = (".", "!", "?", "…", "。", "！", "？", "؟", "।")
_RICH = ("clip", "image", "bands", "audio", "series", "text")
"""Types of columns of which one alone is what a network reads, the likeliest first."""
_A_TABLE, _REMARK = 3, 16
"""So many plain columns make a table, in which texts of no more tokens than that are remarks."""


def guess_cells(name: str, cells: Sequence[str], decimal: str = ".") -> dict[str, Any]:
    """The settings that suit a column of cells: number, category, text, image path, or ignore for an identifier."""
    present = [cell for cell in islice(cells, _LOOKED_AT) if not is_missing(cell)]
    if not present:
        return {"type": "ignore"}
    if _mostly(present[:500], lambda cell: PurePosixPath(cell.lower()).suffix in IMAGE_SUFFIXES):
        return {"type": "image"}
    if _mostly(present[:500], lambda cell: PurePosixPath(cell.lower()).suffix in SOUND_SUFFIXES):
        return {"type": "audio"}
    if _mostly(present[:500], lambda cell: PurePosixPath(cell.lower()).suffix in VIDEO_SUFFIXES):
        return {"type": "clip"}
    distinct = len(set(present))
    if _mostly(present, lambda cell: is_number(cell, decimal)):
        if name.strip().lower() in _IDENTIFIERS and distinct == len(present) and _is_counter(present):
            return {"type": "ignore"}
        return {"type": "number", "normalize": True}
    words = sum(len(tokenize(cell)) for cell in present[:500]) / min(len(present), 500)
    few = distinct <= max(2, len(present) / 2) and (distinct <= 100 or words < 3) and distinct <= MOST_CLASSES
    if few and not (distinct > _ANSWERS and _mostly(list(set(present)), _is_sentence)):
        return {"type": "category"}
    if _are_dates(present):
        return {"type": "ignore"}
    if words >= 2.5:
        return guess_text(present)
    return {"type": "ignore"} if len(present) > 2 else {"type": "category"}


def guess_text(texts: Sequence[str]) -> dict[str, Any]:
    """Length that holds 95 of 100 texts, rounded up to a multiple of 8 and at most 256 tokens."""
    lengths = sorted(len(tokenize(text)) for text in islice(texts, _LOOKED_AT))
    wanted = lengths[min(len(lengths) - 1, math.ceil(len(lengths) * 0.95) - 1)]
    length = min(LONGEST_TEXT, max(8, math.ceil(wanted / 8) * 8))
    return {"type": "text", "length": length, "vocabulary": VOCABULARY}


def guess_decimal(columns: Mapping[str, Sequence[str]]) -> str:
    """``,`` where cells such as ``3,5`` are common and none is ``3.5``, as in tables with ``;`` between cells."""
    comma = point = 0
    for cells in columns.values():
        for cell in islice(cells, 200):
            comma += "," in cell and is_number(cell, ",")
            point += "." in cell and is_number(cell)
    return "," if comma and not point else "."


def guess_roles(columns: Columns, raw: Mapping[str, RawColumn], target: str | None = None) -> Columns:
    """Adds ``role`` to what is to be learnt and what is to be read, and the joined column of a table.

    Args:
        columns: Settings by column, without roles.
        raw: The columns themselves.
        target: The column to learn where it is known already.
    """
    found = {name: dict(settings) for name, settings in columns.items()}
    if target is None:
        pair = _language_pair(found, raw)
        if pair is not None:
            unused = {name: {"type": "ignore"} for name in found if name not in pair}
            cells = {name: raw[name].texts() for name in pair}  # type: ignore[union-attr]
            return {**pair_columns(*pair, so_far_name(pair[1], {}), cells), **unused}
        target = _target(found, raw)
    if target is not None:
        settings = found[target]
        if settings["type"] == "number" and _is_class_number(target, raw[target]):
            settings = {"type": "category"}
        found[target] = {**settings, "role": "target"}
    inputs = [name for name in found if name != target and found[name]["type"] != "ignore"]
    joined = [name for name in inputs if _joins(found[name], raw[name])]
    rich = [name for name in inputs if found[name]["type"] in _RICH]
    if len(joined) >= _A_TABLE:  # names and remarks beside many measurements are not what it is about
        rich = [name for name in rich if found[name]["type"] != "text" or found[name]["length"] > _REMARK]
    if not inputs and target is not None:
        # The only other column may look like an identifier: a short text is better than nothing to read.
        rich = [name for name in found if name != target and raw[name].fits[0] == "number"][:1]
        for name in rich:
            found[name] = guess_text(raw[name].texts())  # type: ignore[union-attr]
    if rich:
        chosen = min(rich, key=lambda name: _RICH.index(found[name]["type"]))
        found[chosen]["role"] = "input"
        return found
    if len(joined) == 1:
        found[joined[0]]["role"] = "input"
    elif joined:
        name = "features"
        while name in found:
            name += "_"
        found[name] = {"type": "number", "from": joined, "role": "input"}
    return found


def _target(columns: Columns, raw: Mapping[str, RawColumn]) -> str | None:
    usable = [name for name in columns if columns[name]["type"] in ("category", "number")]
    usable = [name for name in usable if not (isinstance(raw[name], Values) and raw[name].array.ndim > 2)]  # type: ignore[union-attr]
    for wanted in _TARGETS:
        for name in usable:
            if name.strip().lower() == wanted:
                return name
    last = list(columns)[-1]
    for wanted in _LIKELY:
        for name in usable:
            # A measurement with a unit in the last place is what such a table is about.
            if name.strip().lower() == wanted and not (last in usable and _has_unit(last)):
                return name
    single = [name for name in usable if not isinstance(raw[name], Values) or _is_single(raw[name])]
    if len(columns) < 2 or not single:
        return None
    # The last column is where tables keep what is to be learnt; a category before a number.
    if single[-1] == last:
        return single[-1]
    categories = [name for name in single if columns[name]["type"] == "category"]
    return (categories or single)[-1]


def _language_pair(columns: Columns, raw: Mapping[str, RawColumn]) -> tuple[str, str] | None:
    cells = {name: column.values for name, column in raw.items() if isinstance(column, Cells)}
    return language_pair(columns, cells)


def _has_unit(name: str) -> bool:
    return name.rpartition("_")[2].lower() in ("g", "kg", "mm", "cm", "m", "km", "s", "usd", "eur", "kwh", "ml", "l")


def _is_single(column: RawColumn) -> bool:
    return isinstance(column, Values) and column.array[:1].size <= 1


def _is_class_number(name: str, column: RawColumn) -> bool:
    """Whether a target of numbers means classes: whole, few, and each many times."""
    if isinstance(column, Values) and not _is_single(column):
        return False
    labels = [label for label in column.labels if label is not None]  # type: ignore[union-attr]
    distinct = set(labels)
    if not distinct or len(distinct) > 1000:
        return False
    if not all(parse_number(label).is_integer() for label in distinct):
        return False
    named = name.strip().lower() in (*_TARGETS, "category", "digit")
    return len(distinct) <= (200 if named else 20) and len(labels) >= 2 * len(distinct)


def _joins(settings: Mapping[str, Any], column: RawColumn) -> bool:
    if settings["type"] == "number":
        return True
    return settings["type"] == "category" and len(set(column.labels)) <= _ONE_HOT_MOST  # type: ignore[union-attr]


def _are_dates(cells: Sequence[str]) -> bool:
    found = read_times(cells[:_DATES_TRIED])
    return found is not None and found[0] != "number"


def _is_sentence(cell: str) -> bool:
    return cell.rstrip("\"'”»」 ").endswith(_ENDS) and len(tokenize(cell)) >= _SENTENCE


def _is_counter(cells: Sequence[str]) -> bool:
    return all(cell.lstrip("+-").isdigit() for cell in islice(cells, 200))


def _mostly(cells: Sequence[str], test: Any) -> bool:
    """Whether at least 95 of 100 cells pass: a few bad cells are an issue of the data, not another type."""
    return sum(1 for cell in cells if test(cell)) >= 0.95 * len(cells)
