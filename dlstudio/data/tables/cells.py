"""Single cells of a text table: what counts as missing, and what number a cell holds."""

from __future__ import annotations

import math
import re

_MISSING = frozenset({"", "na", "n/a", "#n/a", "nan", "null", "?"})
_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d{1,4})?", re.ASCII)
_LARGEST = 1e30  # beyond it squares no longer fit a float32


def is_missing(cell: str) -> bool:
    """Whether a cell says that there is no value: empty, NA, NaN, null or a question mark."""
    return len(cell) < 5 and cell.strip().lower() in _MISSING


def parse_number(cell: str, decimal: str = ".") -> float:
    """The number in a cell, NaN where there is none (missing, no number, infinite or beyond 1e30)."""
    text = cell.strip()
    if decimal == ",":
        text = text.replace(",", ".")
    if not _NUMBER.fullmatch(text):
        return math.nan
    number = float(text)
    return number if abs(number) <= _LARGEST else math.nan


def is_number(cell: str, decimal: str = ".") -> bool:
    """Whether a cell holds a number."""
    return not math.isnan(parse_number(cell, decimal))
