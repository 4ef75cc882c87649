"""Windows of one long series: what lies before a moment, to be read, and what comes after it, to be learnt.

They are cut when they are asked for; only the series itself is held.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from dlstudio.data.series.clock import Clock
from dlstudio.data.table import Array, Cells, Rows, Values

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Timeline:
    """A series over time, and where its windows are cut.

    Attributes:
        clock: What time each step is.
        names: The columns of values.
        values: (steps, columns), NaN where there is no value.
        filled: The same with the gaps filled, for reading.
        origins: The first step after each window's past, one a row of the table.
        context: Steps that are read.
        horizon: Steps that are to be learnt.
        season: Steps after which the series repeats itself; 1 where it does not.
        marks: By column, the class of each step; empty where there is none.
    """

    clock: Clock
    names: tuple[str, ...]
    values: Floats
    filled: Floats
    origins: Rows
    context: int
    horizon: int
    season: int
    marks: Mapping[str, Sequence[str]] = field(default_factory=dict)

    @property
    def steps(self) -> int:
        return len(self.values)

    def column(self, name: str) -> int:
        """Place of a column of values."""
        return self.names.index(name)


class Windows(Values):
    """The past of each row: (rows, context, columns), cut out of the series on demand.

    Attributes:
        timeline: The series.
        columns: Places of the columns that are read.
    """

    def __init__(self, timeline: Timeline, columns: tuple[int, ...], rows: Rows | None = None) -> None:
        self.timeline = timeline
        self.columns = columns
        self.rows: Rows = np.arange(len(timeline.origins)) if rows is None else rows
        self.lengths = None

    def __len__(self) -> int:
        return len(self.rows)

    @property
    def fits(self) -> tuple[str, ...]:
        return ("series",)

    @property
    def origins(self) -> Rows:
        """The first step after each window's past."""
        found: Rows = self.timeline.origins[self.rows]
        return found

    def at(self, rows: Array) -> Windows:
        """The same of some rows."""
        return type(self)(self.timeline, self.columns, self.rows[np.asarray(rows, np.int64)])

    @property
    def array(self) -> Array:  # type: ignore[override]
        """(rows, context, columns), float64."""
        places = self.origins[:, np.newaxis] + np.arange(-self.timeline.context, 0)
        found: Array = self.timeline.filled[places][..., list(self.columns)]
        return found

    def seen(self, train: Rows) -> Floats:
        """The part of the series up to the end of the training windows: (steps, columns), NaN where no value is."""
        origins = self.timeline.origins[train] if len(train) else self.timeline.origins
        end = int(origins.max()) + self.timeline.horizon if len(origins) else self.timeline.steps
        return self.timeline.values[:end, list(self.columns)]

    def shown(self, row: int) -> str:
        clock, origin = self.timeline.clock, int(self.origins[row])
        return f"{clock.label(origin - self.timeline.context)} to {clock.label(origin - 1)}"


class Futures(Windows):
    """What comes after each row's past: (rows, horizon, 3).

    The three are the truth (NaN where there is no value), and what the two naive forecasts say: the last value before,
    and the value one season before (Hyndman and Athanasopoulos 2021, *Forecasting: Principles and Practice*, 5.2).
    """

    @property
    def fits(self) -> tuple[str, ...]:
        return ("forecast", "category")

    @property
    def array(self) -> Array:  # type: ignore[override]
        line, column = self.timeline, self.columns[0]
        ahead = np.arange(line.horizon)
        origins = self.origins[:, np.newaxis]
        truth = line.values[:, column][origins + ahead]
        last = np.broadcast_to(line.filled[:, column][origins - 1], truth.shape)
        season = line.filled[:, column][origins - line.season + ahead % line.season]
        return np.stack([truth, last, season], axis=-1)

    def shown(self, row: int) -> float | None:  # type: ignore[override]
        value = float(self.timeline.values[self.origins[row], self.columns[0]])
        return value if np.isfinite(value) else None


class Marks(Cells):
    """The class of each row's past: of the classes of its steps that which is rarest in the whole series.

    So a window in which one step is marked as an anomaly is one.
    """

    fits: tuple[str, ...] = ("category", "forecast")

    def __init__(self, line: Timeline, name: str) -> None:
        steps = np.asarray(line.marks[name])
        counts = Counter(steps.tolist())
        found = np.full(len(line.origins), "", steps.dtype)
        for label in sorted(counts, key=lambda each: (not each, counts[each], each), reverse=True):
            before = np.concatenate([[0], np.cumsum(steps == label)])
            found[before[line.origins] > before[line.origins - line.context]] = label
        super().__init__(found.tolist())


@dataclass(frozen=True)
class Cut:
    """How windows are cut: see :class:`Timeline`; ``stride`` is from one origin to the next."""

    context: int = 24
    horizon: int = 12
    season: int = 1
    stride: int = 1
    gaps: str = field(default="hold")


def origins_of(values: Floats, cut: Cut) -> Rows:
    """All origins with a whole past and a whole future, and at least one value to learn in each column of it.

    With ``gaps`` = ``skip`` also without a gap in past and future.
    """
    steps = len(values)
    found = np.arange(max(cut.context, cut.season), steps - cut.horizon + 1, cut.stride, dtype=np.int64)
    if not len(found):
        return found
    missing = np.concatenate([[0], np.cumsum(~np.isfinite(values).all(axis=1))])
    ahead = missing[found + cut.horizon] - missing[found]
    keep = ahead < cut.horizon
    if cut.gaps == "skip":
        keep = (ahead == 0) & (missing[found] == missing[found - cut.context])
    kept: Rows = found[keep]
    return kept


def filled(values: Floats, way: str) -> Floats:
    """Gaps filled with the last value before (``hold``), or by straight lines (``line``); in each column apart."""
    found = values.copy()
    places = np.arange(len(values))
    for column in range(values.shape[1]):
        known = np.isfinite(values[:, column])
        if known.all() or not known.any():
            continue
        if way == "line":
            found[:, column] = np.interp(places, places[known], values[known, column])
        else:
            last = np.maximum.accumulate(np.where(known, places, -1))
            last[last < 0] = places[known][0]
            found[:, column] = values[last, column]
    return found


def guess_season(values: Floats, most: int | None = None) -> int:
    """The lag of the highest peak of the autocorrelation after a straight line is taken out; 1 where none is clear.

    Args:
        values: (steps,), NaN where there is none.
        most: The longest lag looked at; a third of the series by default.
    """
    known = np.isfinite(values)
    steps = len(values)
    most = min(most or steps // 3, steps // 3, 2000)
    if known.sum() < 16 or most < 3:
        return 1
    places = np.arange(steps, dtype=np.float64)
    slope, level = np.polyfit(places[known], values[known], 1)
    rest = np.where(known, values - slope * places - level, 0.0)
    size = 1 << (2 * steps - 1).bit_length()
    spectrum = np.fft.rfft(rest, size)
    lagged = np.fft.irfft(spectrum * np.conj(spectrum), size)[: most + 2]
    if lagged[0] <= 0:
        return 1
    lags = lagged / lagged[0] * steps / (steps - np.arange(len(lagged)))
    peaks = [k for k in range(2, most + 1) if lags[k] > lags[k - 1] and lags[k] >= lags[k + 1] and lags[k] > 0.25]
    if not peaks:
        return 1
    best = max(lags[k] for k in peaks)
    return next(k for k in peaks if lags[k] >= 0.9 * best)
