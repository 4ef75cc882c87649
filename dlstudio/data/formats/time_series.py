"""A table with a time column and numbers: one long series, cut into windows of past and future to forecast.

Options beside those of a CSV: ``time`` (the time column), ``context``, ``horizon``, ``season`` and ``stride`` in steps,
and ``gaps``: ``hold`` fills what is read with the last value before, ``line`` with straight lines, ``skip`` leaves out
the windows that touch a gap. A column of classes, such as one that marks anomalies, gives each window the rarest class
of the steps that are read. A value that is missing is never learnt nor scored.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from dlstudio.data.guessing import guess_cells, guess_decimal
from dlstudio.data.series.clock import read_times
from dlstudio.data.series.timeline import PAST, read_timeline
from dlstudio.data.series.windows import Cut, Futures, Marks, Windows, guess_season
from dlstudio.data.splitting.splits import BY_TIME
from dlstudio.data.table import Cells, DataError, RawColumn, Table
from dlstudio.data.tables.cells import is_missing, is_number
from dlstudio.data.tables.delimited import Records, find_dialect, is_delimited, read_records
from dlstudio.graph.project import DataSettings

NAME = "time-series"
TITLE = "Table with a time column and numbers (CSV, TSV)"
RANK = 0  # before plain tables, which it is one of

LEAST_ROWS = 24
MOST_STEPS = 10_000
_GUESSED_ROWS = 20_000
_LONGEST_CONTEXT = 160
_TIMES = ("time", "date", "datetime", "timestamp", "ds", "day", "week", "month", "quarter", "year", "hour", "t", "step")
_CLASSES = ("label", "labels", "class", "target", "category", "species", "outcome", "split")

_FLAGS = ("anomaly", "anomalous", "is_anomaly", "anomaly_label", "outlier", "is_outlier", "fault", "attack")
"""Names of columns that mark steps; whatever they hold, they are classes."""


def matches(path: Path) -> bool:
    """Whether it is a table in which times ascend and all else is numbers, none of them named as a class."""
    if not (path.is_file() and is_delimited(path)):
        return False
    try:
        records = _head(path)
    except (DataError, OSError):
        return False
    return _time_column(records.columns, guess_decimal(records.columns)) is not None


def guess(path: Path) -> DataSettings:
    """Time column, target, lengths of past and future, season.

    Raises:
        DataError: It cannot be read.
    """
    dialect = find_dialect(path, {})
    records = read_records(path, dialect, {}, _GUESSED_ROWS)
    decimal = guess_decimal(records.columns)
    time = _time_column(records.columns, decimal)
    if time is None:
        raise DataError(f"{path.name} has no column of ascending times beside numbers. Read it as a table instead.")
    options: dict[str, Any] = dialect.as_options()
    if decimal != ".":
        options["decimal"] = decimal
    options["time"] = time
    values = _values(records.columns, time, decimal)
    columns: dict[str, dict[str, Any]] = {
        name: {"type": "forecast", "normalize": True}
        if name in values
        else {"type": "category" if _is_flag(name) and name != time else "ignore"}
        for name in records.columns
    }
    named = next((name for name in values if name.strip().lower() in ("y", "value", "ot")), values[-1])
    columns[named]["role"] = "target"
    columns[PAST] = {"type": "series", "normalize": True, "role": "input"}
    settings = DataSettings(str(path), NAME, columns, dict(BY_TIME), options)
    line, _ = read_timeline(records, settings, path.name, Cut(1, 1))
    learnt = line.values[: max(LEAST_ROWS, int(line.steps * BY_TIME["train"])), line.column(named)]
    return replace(settings, options={**options, **_guess_cut(guess_season(learnt), line.steps)})


def read(settings: DataSettings, source: Path) -> Table:
    """One row a window.

    Raises:
        DataError: It cannot be read, or is too short; the sentence names file and place.
    """
    dialect = find_dialect(source, settings.options)
    records = read_records(source, dialect, settings.options)
    cut = _cut(settings.options, source.name)
    line, issues = read_timeline(records, settings, source.name, cut)
    if not len(line.origins):
        raise DataError(
            f"{source.name} has {line.steps} steps, too few for windows of {max(cut.context, cut.season)} steps before "
            f"and {cut.horizon} after with a value in them. Shorten context, season or horizon."
        )
    times = Cells([line.clock.label(int(origin)) for origin in line.origins])
    columns: dict[str, RawColumn] = {str(settings.options.get("time")): times}
    target = next((n for n, c in settings.columns.items() if c.get("role") == "target" and n in line.names), "")
    names = sorted(line.names, key=lambda name: name != target)  # the target's own past comes first
    for name in line.names:
        columns[name] = Futures(line, (line.column(name),))
    for name in line.marks:
        columns[name] = Marks(line, name)
    columns[PAST] = Windows(line, tuple(line.column(name) for name in names))
    return Table(
        len(line.origins),
        columns,
        issues=(*records.issues, *issues),
        place=lambda row: f"the window before {line.clock.label(int(line.origins[row]))}",
        name=source.name,
        timeline=line,
    )


def _head(path: Path) -> Records:
    return read_records(path, find_dialect(path, {}), {"ragged": "skip"}, 2000)


def _time_column(columns: Mapping[str, Sequence[str]], decimal: str) -> str | None:
    """The column of times, where all others are numbers (or a counter) and none of them is named as a class."""
    if len(columns) < 2 or len(next(iter(columns.values()))) < LEAST_ROWS:
        return None
    found = None
    for name, cells in columns.items():
        if found is None and _ascends(name, cells, decimal):
            found = name
            continue
        if _is_flag(name):
            continue
        present = [cell for cell in cells if not is_missing(cell)]
        if name.strip().lower() in _CLASSES:
            return None
        if present and sum(is_number(cell, decimal) for cell in present) < 0.95 * len(present):
            return None
    return found if found is not None and _values(columns, found, decimal) else None


def _ascends(name: str, cells: Sequence[str], decimal: str) -> bool:
    """Times of which nearly all differ; plain numbers only under a name of time, and ascending."""
    words = name.strip().lower().replace("_", " ").split()
    named = any(word in _TIMES for word in words)
    times = read_times(cells, name, decimal)
    if times is None or (times[0] == "number" and not named):
        return False
    known = times[1][np.isfinite(times[1])]
    if len(np.unique(known)) < 0.98 * len(known):
        return False
    return times[0] != "number" or bool((np.diff(known) > 0).mean() > 0.98)


def _values(columns: Mapping[str, Sequence[str]], time: str, decimal: str) -> list[str]:
    """The columns of numbers beside the time; without those that only count rows, unless there are no others."""
    candidates = {n: c for n, c in columns.items() if n != time and not _is_flag(n)}
    numbers = [n for n, c in candidates.items() if guess_cells(n, c, decimal)["type"] == "number"]
    return [name for name in numbers if not _is_counter(columns[name])] or numbers


def _is_flag(name: str) -> bool:
    return name.strip().lower().replace(" ", "_") in _FLAGS


def _is_counter(cells: Sequence[str]) -> bool:
    """``1, 2, 3`` as R writes before each row."""
    return all(cell.strip() == str(place) for place, cell in enumerate(cells[:500], 1)) or all(
        cell.strip() == str(place) for place, cell in enumerate(cells[:500])
    )


def _guess_cut(season: int, steps: int) -> dict[str, int]:
    """A season ahead where that is short, out of two seasons; less where the series is short."""
    horizon = 12 if season == 1 else season if season <= 24 else 26 if season <= 60 else 24
    horizon = max(1, min(horizon, int(steps * BY_TIME["validation"]) - 3))
    context = min(max(2 * season, 24), _LONGEST_CONTEXT, max(2, int(steps * BY_TIME["train"]) // 3))
    return {"context": context, "horizon": horizon, "season": min(season, max(1, steps // 3)), "stride": 1}


def _cut(options: Mapping[str, Any], name: str) -> Cut:
    gaps = options.get("gaps", "hold")
    if gaps not in ("hold", "line", "skip"):
        raise DataError(f"The option gaps of {name} is {gaps!r}; it has to be hold, line or skip.")
    usual = Cut()
    return Cut(
        **{key: _whole(options, key, getattr(usual, key), name) for key in ("context", "horizon", "season", "stride")},
        gaps=gaps,
    )


def _whole(options: Mapping[str, Any], key: str, default: int, name: str) -> int:
    value = options.get(key, default)
    text = str(value).strip()
    number = int(text) if text.isdigit() and len(text) < 9 and not isinstance(value, bool) else 0
    if not 1 <= number <= MOST_STEPS:
        raise DataError(
            f"The {key} of {name} is {value!r}; it has to be a whole number of steps from 1 to {MOST_STEPS}."
        )
    return number
