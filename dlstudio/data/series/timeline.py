"""From the rows of a table to a series on an even grid: order, doubled times, gaps, uneven steps, each reported."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from dlstudio.data.memory import require_memory
from dlstudio.data.series.clock import Clock, grid_of, read_times
from dlstudio.data.series.windows import Cut, Floats, Timeline, filled, origins_of
from dlstudio.data.table import LISTED, Choice, DataError, DataIssue, listed
from dlstudio.data.tables.cells import is_missing, parse_number
from dlstudio.data.tables.delimited import Records
from dlstudio.graph.project import DataSettings

PAST = "past"
"""The column of what lies before each origin."""

_WAYS = {
    "hold": Choice("Hold the last value", "gaps", "hold"),
    "line": Choice("Fill by straight lines", "gaps", "line"),
    "skip": Choice("Leave out windows with gaps", "gaps", "skip"),
}
_DONE = {
    "hold": "Where they are read, the last value before stands in",
    "line": "Where they are read, straight lines stand in",
    "skip": "Windows that touch them are left out",
}


def read_timeline(
    records: Records, settings: DataSettings, source: str, cut: Cut
) -> tuple[Timeline, tuple[DataIssue, ...]]:
    """The series of the columns that are forecast or read, and what was wrong with it.

    Args:
        records: The cells.
        settings: Which column holds the times, which the values.
        source: Name of the file, for sentences.
        cut: How windows are cut.

    Raises:
        DataError: No times, no values, or too few of them; the sentence names file and column.
    """
    name = str(settings.options.get("time", ""))
    if name not in records.columns:
        raise DataError(
            f"{source} has no column '{name}' for the times. It has: {', '.join(records.columns)}. Set the option time."
        )
    wanted = [n for n, c in settings.columns.items() if c.get("type") == "forecast" and n != name]
    marked = [n for n, c in settings.columns.items() if c.get("type") == "category" and n != name]
    lost = [each for each in (*wanted, *marked) if each not in records.columns]
    if lost:
        raise DataError(f"{source} has no column '{lost[0]}' any more. It has: {', '.join(records.columns)}.")
    if not wanted:
        raise DataError(f"{source} has no column to forecast. Give a column of numbers the type forecast.")
    decimal = "," if settings.options.get("decimal") == "," else "."
    found = read_times(records.columns[name], name, decimal)
    if found is None:
        bad = next((i for i, cell in enumerate(records.columns[name]) if not is_missing(cell)), 0)
        raise DataError(
            f"The column '{name}' of {source} holds no times: '{records.columns[name][bad][:40]}' in line "
            f"{records.lines[bad]}. Write dates such as 2024-01-31, or whole numbers, or choose another time column."
        )
    issues: list[DataIssue] = []
    kind, times = found
    values = np.stack([_numbers(records, each, decimal, source, issues) for each in wanted], axis=1)
    rows = _ordered(times, records, name, source, issues)
    clock, places = grid_of(kind, times[rows])
    if places is None:
        places = np.arange(len(rows))
        issues.append(_uneven(times[rows], records, rows, clock, where=(name, source)))
    steps = int(places[-1]) + 1 if len(places) else 0
    require_memory(16 * steps * len(wanted), f"A series of {steps:,} steps")
    grid = np.full((steps, len(wanted)), np.nan)
    grid[places] = values[rows]
    issues += _gaps(grid, places, clock, cut.gaps, of=(wanted, source))
    line = Timeline(
        clock,
        tuple(wanted),
        grid,
        filled(grid, cut.gaps),
        origins_of(grid, cut),
        cut.context,
        cut.horizon,
        cut.season,
        {each: _marks(records.columns[each], rows, places, steps) for each in marked},
    )
    return line, tuple(issues)


def _marks(
    cells: Sequence[str], rows: npt.NDArray[np.int64], places: npt.NDArray[np.int64], steps: int
) -> tuple[str, ...]:
    """The cell of each step, empty where there is none."""
    found = [""] * steps
    for row, place in zip(rows.tolist(), places.tolist(), strict=True):
        found[place] = "" if is_missing(cells[row]) else cells[row]
    return tuple(found)


def _numbers(records: Records, name: str, decimal: str, source: str, issues: list[DataIssue]) -> Floats:
    cells = records.columns[name]
    numbers = np.array([parse_number(cell, decimal) for cell in cells], np.float64)
    if not np.isfinite(numbers).any():
        raise DataError(f"The column '{name}' of {source} holds no number at all. Ignore it, or choose another.")
    bad = [i for i in np.flatnonzero(~np.isfinite(numbers)).tolist() if not is_missing(cells[i])]
    if bad:
        places = tuple(f"line {records.lines[i]} ('{cells[i][:20]}')" for i in bad[:LISTED])
        message = (
            f"Column '{name}' of {source} holds no number in {len(bad)} row{'s' * (len(bad) > 1)}: "
            f"{listed(places, len(bad))}. They are read as missing."
        )
        issues.append(DataIssue("not-a-number", message, "warning", name, len(bad), (), places))
    return numbers


def _ordered(times: Floats, records: Records, name: str, source: str, issues: list[DataIssue]) -> npt.NDArray[np.int64]:
    """The rows in the order of their times; of rows with the same time the first."""
    unknown = np.flatnonzero(~np.isfinite(times)).tolist()
    if unknown:
        places = _lines(records, unknown)
        message = f"{len(unknown)} rows of {source} have no time in '{name}': {listed(places, len(unknown))}."
        issues.append(DataIssue("missing", f"{message} They are left out.", "warning", name, len(unknown), (), places))
    order = np.argsort(times, kind="stable")[: len(times) - len(unknown)]
    back = np.flatnonzero(np.diff(times[np.isfinite(times)]) < 0)
    if len(back):
        message = f"The times in '{name}' of {source} go back {len(back)} times. The rows are put in order."
        issues.append(DataIssue("type", message, "warning", name, len(back)))
    again = np.flatnonzero(np.diff(times[order]) == 0) + 1
    if len(again):
        places = _lines(records, order[again].tolist())
        message = (
            f"{len(again)} rows of {source} have a time in '{name}' that stood before: {listed(places, len(again))}. "
            "The first row of each time is used."
        )
        issues.append(DataIssue("type", message, "warning", name, len(again), (), places))
    return np.delete(order, again).astype(np.int64)


def _uneven(
    times: Floats, records: Records, rows: npt.NDArray[np.int64], clock: Clock, *, where: tuple[str, str]
) -> DataIssue:
    name, source = where
    gaps = np.diff(times) / clock.step
    worst = np.argsort(-np.abs(gaps - 1))[:LISTED] + 1
    places = _lines(records, rows[np.sort(worst)].tolist())
    message = (
        f"The times in '{name}' of {source} are not equally far apart (usually a {clock.unit}): {listed(places, 99)}. "
        "The rows are read as if they were; times on the axes are only near."
    ).replace(" and 96 more", " and others")
    return DataIssue("type", message, "warning", name, int((np.abs(gaps - 1) > 0.25).sum()), (), places)


def _gaps(
    grid: Floats, places: npt.NDArray[np.int64], clock: Clock, gaps: str, *, of: tuple[Sequence[str], str]
) -> list[DataIssue]:
    names, source = of
    absent = np.setdiff1d(np.arange(len(grid)), places)
    found: list[DataIssue] = []
    choices = tuple(choice for way, choice in _WAYS.items() if way != gaps)
    if len(absent):
        where = tuple(clock.label(int(place)) for place in absent[:LISTED])
        one = len(absent) == 1
        message = (
            f"{source} has no row for {'1 step' if one else f'{len(absent)} steps'} of {len(grid)}: "
            f"{listed(where, len(absent))}. {_DONE[gaps]}; they are not learnt."
        )
        found.append(DataIssue("missing", message, "warning", "", len(absent), (), where, choices))
    for column, name in enumerate(names):
        empty = np.setdiff1d(np.flatnonzero(~np.isfinite(grid[:, column])), absent)
        if len(empty):
            where = tuple(clock.label(int(place)) for place in empty[:LISTED])
            message = (
                f"Column '{name}' of {source} has no value at {len(empty)} of {len(grid)} steps: "
                f"{listed(where, len(empty))}. {_DONE[gaps]}; they are not learnt."
            )
            found.append(DataIssue("missing", message, "warning", name, len(empty), (), where, choices))
    return found


def _lines(records: Records, rows: Sequence[int]) -> tuple[str, ...]:
    return tuple(f"line {records.lines[row]}" for row in rows[:LISTED])
