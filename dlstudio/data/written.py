"""Reads small text files of annotations within bounds: size, encoding, JSON; the errors name file and place."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

from dlstudio.data.table import DataError

MOST_JSON = 512 << 20
MOST_TEXT = 4 << 20


def read_text(path: Path, name: str, most: int = MOST_TEXT) -> str:
    """The text of a file in UTF-8.

    Raises:
        DataError: It is missing, larger than ``most`` bytes, or no UTF-8.
    """
    try:
        size = path.stat().st_size
        if size > most:
            raise DataError(f"{name} has {size >> 20} MiB; {most >> 20} MiB are the most that is read.")
        return path.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise DataError(f"{name} is no UTF-8 text (byte {error.start}). Save it as UTF-8.") from error
    except OSError as error:
        raise DataError(f"{name} cannot be read: {error.strerror or error}.") from error


def read_json(path: Path, name: str, most: int = MOST_JSON) -> Any:
    """What a JSON file holds.

    Raises:
        DataError: It cannot be read as JSON; the sentence names line and column.
    """
    text = read_text(path, name, most)
    try:
        return json.loads(text)
    except json.JSONDecodeError as error:
        ends = error.pos >= len(text.rstrip()) or error.msg.startswith("Unterminated")
        what = "ends too early: it was cut off" if ends else f"is no JSON: {error.msg}"
        raise DataError(
            f"{name} {what} (line {error.lineno}, column {error.colno}). Write it again, or get it anew."
        ) from error
    except RecursionError as error:
        raise DataError(f"{name} is nested too deeply to be read.") from error


def finite_number(value: object) -> float:
    """A number, NaN where a value is none."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return math.nan
    try:
        number = float(value)
    except OverflowError:
        return math.nan
    return number if math.isfinite(number) else math.nan
