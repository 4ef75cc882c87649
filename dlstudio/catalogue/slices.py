"""What is taken of a tensor, as people and Python write it: ``:, 0`` or ``:, ::2, 1:-1`` or ``..., -1``."""

from __future__ import annotations

import re
from types import EllipsisType

Part = slice | int | None | EllipsisType
"""One place of an index; None makes a new axis."""

_PART = re.compile(r"(?P<start>-?\d{1,9})?(?P<first>:)?(?P<stop>-?\d{1,9})?(?::(?P<step>-?\d{1,9})?)?$")
_MOST = 16


def parse_slices(text: str) -> tuple[Part, ...]:
    """The index that a text means; what is written between brackets in Python.

    Raises:
        ValueError: It is none; the message says which part, in words that follow "has".
    """
    parts = [part.strip() for part in text.strip().removeprefix("[").removesuffix("]").split(",")]
    if len(parts) > _MOST:
        raise ValueError(f"{len(parts)} parts; {_MOST} are the most")
    if parts.count("...") > 1:
        raise ValueError("more than one '...'")
    return tuple(_part(part) for part in parts)


def format_slices(index: tuple[Part, ...]) -> str:
    """An index as text; :func:`parse_slices` reads it back."""
    return ", ".join(_text(part) for part in index)


def _part(text: str) -> Part:
    if text == "...":
        return ...
    if text in ("None", "newaxis"):
        return None
    found = _PART.match(text)
    if not found or not text:
        raise ValueError(f"a part '{text[:20]}' that is no position and no range such as 1:-1")
    if found["first"] is None:
        return int(text)
    numbers = [int(found[name]) if found[name] else None for name in ("start", "stop", "step")]
    if numbers[2] == 0:
        raise ValueError(f"a part '{text[:20]}' with the step 0")
    return slice(*numbers)


def _text(part: Part) -> str:
    if part is None:
        return "None"
    if isinstance(part, int):
        return str(part)
    if not isinstance(part, slice):
        return "..."
    start, stop, step = ("" if number is None else str(number) for number in (part.start, part.stop, part.step))
    return f"{start}:{stop}:{step}" if step else f"{start}:{stop}"
