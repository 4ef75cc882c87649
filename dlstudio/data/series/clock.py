"""Reads a column of times, written in any of many forms, and finds the even grid that they lie on.

Three kinds of grid: plain numbers, calendar months (which are not equally long), and seconds.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from dlstudio.data.tables.cells import is_missing, is_number, parse_number

Floats = npt.NDArray[np.float64]
Kind = Literal["number", "months", "seconds"]

DAY = 86_400.0
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_YEARS = (1000.0, 3000.0)
_NEAR = 0.02  # of a month: how far a decimal year may lie from it
_FORMS = (
    *("%Y-%m-%d %H:%M:%S", "%Y-%m-%d %H:%M", "%Y-%m-%d %H", "%Y-%m-%d", "%Y-%m"),
    *("%d-%m-%Y %H:%M:%S", "%d-%m-%Y %H:%M", "%d-%m-%Y", "%m-%d-%Y %H:%M:%S", "%m-%d-%Y %H:%M", "%m-%d-%Y"),
    *("%d-%m-%y", "%m-%d-%y", "%m-%Y", "%b-%Y", "%B-%Y", "%b-%y", "%Y-%b", "%d-%b-%Y", "%d-%B-%Y", "%d-%b-%y"),
    *("%b-%d-%Y", "%B-%d-%Y"),
)
_PACKED = {4: "%Y", 6: "%Y%m", 8: "%Y%m%d", 10: "%Y%m%d%H", 12: "%Y%m%d%H%M", 14: "%Y%m%d%H%M%S"}
_QUARTER = re.compile(r"(\d{4})[- ]?Q([1-4])", re.I)
_TRIED = 200


@dataclass(frozen=True)
class Clock:
    """Says what time each step of an even grid is.

    Attributes:
        kind: ``number`` (counted or measured), ``months`` of the calendar, ``seconds``.
        start: The first step: the number itself, months since year 0, or seconds since 1970 (UTC).
        step: From one step to the next, in the same unit.
    """

    kind: Kind = "number"
    start: float = 0.0
    step: float = 1.0

    def label(self, index: float) -> str:
        """The time of a step for a person: ``1960-12``, ``2001-05-12``, ``2024-03-01 13:00``, ``17``."""
        value = self.start + index * self.step
        if self.kind == "number":
            return f"{value:.10g}"
        if self.kind == "months":
            year, month = divmod(round(value), 12)
            return f"{year:04d}-{month + 1:02d}"
        try:
            moment = _EPOCH + timedelta(seconds=value)
        except OverflowError:
            return f"{value:.0f} s"
        if self.step % DAY == 0 and self.start % DAY == 0:
            return moment.strftime("%Y-%m-%d")
        return moment.strftime(
            "%Y-%m-%d %H:%M" if self.step % 60 == 0 and self.start % 60 == 0 else "%Y-%m-%d %H:%M:%S"
        )

    @property
    def unit(self) -> str:
        """What a step is, in words: ``month``, ``week``, ``day``, ``3 hours``, ``step``."""
        if self.kind == "number":
            return "step"
        if self.kind == "months":
            months = round(self.step)
            return {1: "month", 3: "quarter", 12: "year"}.get(months, f"{months} months")
        for size, name in ((7 * DAY, "week"), (DAY, "day"), (3600.0, "hour"), (60.0, "minute"), (1.0, "second")):
            if self.step >= size and self.step % size == 0:
                count = round(self.step / size)
                return name if count == 1 else f"{count} {name}s"
        return f"{self.step:.6g} seconds"

    def as_json(self) -> dict[str, Any]:
        return {"kind": self.kind, "start": self.start, "step": self.step}

    @staticmethod
    def from_json(value: Mapping[str, Any]) -> Clock:
        return Clock(value["kind"], float(value["start"]), float(value["step"]))


def read_times(cells: Sequence[str], name: str = "", decimal: str = ".") -> tuple[Kind, Floats] | None:
    """What kind of times the cells hold, and each in the clock's unit, (rows,); NaN where a cell is none.

    None where fewer than 95 of 100 cells are times of one form.
    """
    numbers = _numbers(cells, decimal)
    if numbers is not None:
        return _of_numbers(numbers, cells, name)
    form = _form(cells)
    if form is None:
        return None
    moments = [_moment(cell, form) for cell in cells]
    known = [each for each in moments if each is not None]
    if len(known) < 0.95 * len(cells):
        return None
    if _monthly(known):
        return "months", np.array(
            [math.nan if each is None else each.year * 12.0 + each.month - 1 for each in moments], np.float64
        )
    seconds = [math.nan if each is None else (each - _EPOCH).total_seconds() for each in moments]
    return "seconds", np.array(seconds, np.float64)


def grid_of(kind: Kind, times: Floats) -> tuple[Clock, npt.NDArray[np.int64] | None]:
    """The even grid of ascending, different times, and the place of each on it.

    The places are None where the times lie on no even grid: then they are counted in their order.
    """
    if len(times) < 2:
        return Clock(kind, float(times[0]) if len(times) else 0.0, 1.0), np.zeros(len(times), np.int64)
    gaps = np.diff(times)
    step = float(np.median(gaps))
    if kind == "months" or (kind == "number" and np.allclose(times, np.round(times))):
        step = float(max(1, round(step)))
    places = np.round((times - times[0]) / step)
    off = np.abs((times - times[0]) / step - places)
    clock = Clock(kind, float(times[0]), step)
    if kind == "seconds" and off.max() > 0.25:
        # Weeks or days over a change to summer time, and the like: whole steps from one to the next are enough.
        steps = np.maximum(np.round(gaps / step), 1)
        if (np.abs(gaps / step - steps) <= 0.25).mean() >= 0.98:
            return clock, np.concatenate([[0], np.cumsum(steps)]).astype(np.int64)
    even = (off <= 0.25).mean() >= 0.98 and len(np.unique(places)) == len(places) and places[-1] < 20 * len(places)
    return clock, places.astype(np.int64) if even else None


def _numbers(cells: Sequence[str], decimal: str) -> Floats | None:
    probe = [cell for cell in cells[:_TRIED] if not is_missing(cell)]
    if not probe or sum(is_number(cell, decimal) for cell in probe) < 0.95 * len(probe):
        return None
    return np.array([parse_number(cell, decimal) for cell in cells], np.float64)


def _of_numbers(numbers: Floats, cells: Sequence[str], name: str) -> tuple[Kind, Floats] | None:
    known = numbers[np.isfinite(numbers)]
    if len(known) < 0.95 * len(numbers):
        return None
    packed = _packed(cells)
    if packed is not None:
        return packed
    if (known > _YEARS[0]).all() and (known < _YEARS[1]).all() and (known != np.round(known)).any():
        months = numbers * 12.0  # 1949.25 is the April of 1949: decimal years
        if (np.abs(months - np.round(months))[np.isfinite(months)] <= 12 * _NEAR / 2).all():
            return "months", np.round(months)
    if re.search(r"time|date|unix|epoch", name, re.I) and (known > 1e8).all() and (known < 5e12).all():
        return "seconds", numbers / (1000.0 if (known > 1e11).all() else 1.0)
    return "number", numbers


def _packed(cells: Sequence[str]) -> tuple[Kind, Floats] | None:
    """``19580329``: digits that are a date."""
    probe = [cell.strip() for cell in cells[:_TRIED] if not is_missing(cell)]
    widths = {len(cell) for cell in probe}
    if len(widths) != 1 or not all(cell.isdigit() for cell in probe):
        return None
    form = _PACKED.get(widths.pop())
    if form is None or form == "%Y" or any(_moment(cell, form) is None for cell in probe):
        return None
    moments = [_moment(cell, form) for cell in cells]
    if form == "%Y%m" or (all(each is None or each.day == 1 for each in moments) and form == "%Y%m%d"):
        return "months", np.array([math.nan if m is None else m.year * 12.0 + m.month - 1 for m in moments])
    return "seconds", np.array([math.nan if m is None else (m - _EPOCH).total_seconds() for m in moments])


def _monthly(moments: Sequence[datetime]) -> bool:
    """Whether all lie on the same day of their months, or all on the last one."""
    if len({(each.year, each.month) for each in moments}) < 2 or any(m.hour or m.minute or m.second for m in moments):
        return False
    return len({each.day for each in moments}) == 1 or all((each + timedelta(days=1)).day == 1 for each in moments)


def _form(cells: Sequence[str]) -> str | None:
    """The form of which most of the first cells are; of ``%d`` before ``%m`` the one that all of them allow."""
    probe = [cell for cell in cells if not is_missing(cell)]
    probe = probe[:_TRIED] + probe[-_TRIED:]
    best, most = None, 0
    for form in ("iso", "quarter", *_FORMS):
        fits = sum(_moment(cell, form) is not None for cell in probe)
        if fits > most:
            best, most = form, fits
    return best if probe and most >= 0.95 * len(probe) else None


def _moment(cell: str, form: str) -> datetime | None:
    text = cell.strip()
    if not 4 <= len(text) <= 40:
        return None
    quarter = _QUARTER.fullmatch(text) if form == "quarter" else None
    try:
        if form == "quarter":
            return datetime(int(quarter[1]), 3 * int(quarter[2]) - 2, 1, tzinfo=UTC) if quarter else None
        if form == "iso":
            moment = datetime.fromisoformat(text)
        elif form in _PACKED.values():
            moment = datetime.strptime(text, form)
        else:
            date, *rest = re.split(r"[T ](?=\d{1,2}(?::|$))", text, maxsplit=1)
            date = re.sub(r"[/. ,]+", "-", date).strip("-")
            moment = datetime.strptime(" ".join([date, *rest]), form)
    except ValueError:
        return None
    return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
