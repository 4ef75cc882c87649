"""Points of one curve in preallocated arrays, and the few of them that a plot of a given width has to draw.

A run streams up to a thousand points a second. Appending is a store into an array that grows by doubling; a redraw
takes one minimum and one maximum for each pixel column, which is what a line through all points would cover anyway.
Where a column holds hundreds of points, these come from the extremes of blocks, which are kept: a million points then
cost no more than some thousand.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
import numpy.typing as npt

Axis = Literal["step", "epoch", "time", "samples"]
AXES: tuple[Axis, ...] = ("step", "epoch", "time", "samples")
Floats = npt.NDArray[np.float64]

_START = 1024
_BLOCK = 64  # points whose least and greatest value are kept
_COARSE = 6  # blocks a pixel column from which on they stand for the points: an edge is off by a sixth of a column
_NEGLIGIBLE = 1e-18


class CurvePoints:
    """Values over step, epoch and time, in the order in which they were measured.

    Each point is ``(step, epoch, seconds, value)``: the step counted over the whole run, the position in epochs (2.5 is
    the middle of the third epoch), the seconds since the run began, and the measured value, which may be NaN. How many
    samples were seen by then follows from the epochs.

    Args:
        samples: Of one epoch.
    """

    def __init__(self, samples: int = 0) -> None:
        self._samples = samples
        self._rows: Floats = np.empty((5, _START))
        self._count = 0
        self._weight = 0.0
        self._smooth_sum = 0.0
        self._smooth_mass = 0.0
        self._blocks = {3: _Extremes(), 4: _Extremes()}

    def __len__(self) -> int:
        return self._count

    def append(self, step: float, epoch: float, seconds: float, value: float) -> None:
        """Adds one point after the others."""
        if self._count == self._rows.shape[1]:
            self._rows = np.concatenate([self._rows, np.empty_like(self._rows)], axis=1)
        self._rows[:, self._count] = (step, epoch, seconds, value, self._smoothed_value(value))
        self._count += 1

    def extend(self, steps: Floats, epochs: Floats, seconds: Floats, values: Floats) -> None:
        """Adds many points after the others at once, ``(points,)`` of each."""
        end = self._count + len(steps)
        if end > self._rows.shape[1]:
            grown = np.empty((5, max(end, 2 * self._rows.shape[1])))
            grown[:, : self._count] = self._rows[:, : self._count]
            self._rows = grown
        new = self._rows[:, self._count : end]
        new[0], new[1], new[2], new[3] = steps, epochs, seconds, values
        new[4], self._smooth_sum, self._smooth_mass = exponential_means(
            values, self._weight, (self._smooth_sum, self._smooth_mass)
        )
        self._count = end

    def truncate(self, step: float) -> None:
        """Forgets the points from a step on: a run that is continued from a checkpoint repeats them."""
        self._count = int(np.searchsorted(self._rows[0, : self._count], step))
        for blocks in self._blocks.values():
            blocks.count = min(blocks.count, self._count // _BLOCK)
        weight, self._weight = self._weight, -1.0
        self.set_smoothing(weight)

    def x(self, axis: Axis) -> Floats:
        """Positions along one axis, ``(points,)``."""
        if axis == "samples":
            return self._rows[1, : self._count] * self._samples
        return self._rows[AXES.index(axis), : self._count]

    @property
    def values(self) -> Floats:
        """The measured values, ``(points,)``; a view."""
        return self._rows[3, : self._count]

    @property
    def smoothed(self) -> Floats:
        """The running mean of the values under :meth:`set_smoothing`, ``(points,)``; a view."""
        return self._rows[4, : self._count]

    def set_smoothing(self, weight: float) -> None:
        """Smooths by an exponential mean: each point keeps ``weight`` (0 to below 1) of what came before it."""
        if weight == self._weight:
            return
        self._weight = weight
        self._rows[4, : self._count], self._smooth_sum, self._smooth_mass = exponential_means(self.values, weight)
        self._blocks[4].count = 0

    def _smoothed_value(self, value: float) -> float:
        if not math.isfinite(value):
            return value
        # Divided by the mass of the weights, so that the first points are not drawn towards zero.
        self._smooth_sum = self._weight * self._smooth_sum + (1 - self._weight) * value
        self._smooth_mass = self._weight * self._smooth_mass + (1 - self._weight)
        return self._smooth_sum / self._smooth_mass

    def ends(self, axis: Axis, *, above_zero: bool = False) -> tuple[float, float] | None:
        """The first and the last position on an axis, perhaps of those above 0 alone; None where there is none."""
        x, scale = self._scaled(axis)
        first = int(np.searchsorted(x, 0.0, "right")) if above_zero else 0
        return (float(x[first]) * scale, float(x[-1]) * scale) if first < len(x) else None

    def _scaled(self, axis: Axis) -> tuple[Floats, float]:
        """Positions and the factor that is still to be multiplied: a million of them are not multiplied to find one."""
        return (self.x("epoch"), float(self._samples) or 1.0) if axis == "samples" else (self.x(axis), 1.0)

    def seen(self, axis: Axis, columns: Columns, *, smoothed: bool = False) -> Seen:
        """What there is to be drawn.

        Args:
            axis: What runs along the bottom.
            columns: What is in sight of it.
            smoothed: The running mean rather than the measured values.
        """
        x, scale = self._scaled(axis)
        inner = replace(columns, left=columns.left / scale, right=columns.right / scale)
        row = 4 if smoothed else 3
        y = self._rows[row, : self._count]
        first, last = inner.in_sight(x)
        if last - first > _COARSE * _BLOCK * columns.pixels:
            blocks = self._blocks[row]
            blocks.follow(y)
            found = inner.of(*blocks.behind(inner.fine(), x, y))
        else:
            found = inner.of(x, y, y)
        return found if scale == 1.0 else Seen(found.x * scale, found.low, found.high, found.points)

    def near(self, axis: Axis, position: float) -> int | None:
        """Index of the point nearest to a position on the axis, or None where there is no point."""
        if not self._count:
            return None
        x, scale = self._scaled(axis)
        position /= scale
        right = int(np.searchsorted(x, position))
        if right == 0:
            return 0
        if right == self._count:
            return self._count - 1
        return right if x[right] - position < position - x[right - 1] else right - 1


@dataclass(frozen=True)
class Seen:
    """Columns of a curve as a plot shows them.

    Attributes:
        x: Position of each column, ``(columns,)``.
        low: Its least value, ``(columns,)``; NaN where it has no number.
        high: Its greatest value, ``(columns,)``.
        points: How many points each column has, ``(columns,)``; 1 where each point is a column of its own.
    """

    x: Floats
    low: Floats
    high: Floats
    points: Floats

    def line(self) -> tuple[Floats, Floats]:
        """The points that a line has to pass through."""
        if self.low is self.high:
            return self.x, self.low
        return np.repeat(self.x, 2), np.stack([self.low, self.high], axis=1).ravel()

    def envelope(self, length: float) -> tuple[Floats, Floats]:
        """The least and the greatest value of the last ``length`` points up to each column, ``(columns,)`` each."""
        count = len(self.x)
        until = np.cumsum(self.points)
        first = np.searchsorted(until, until - length, "right")
        ends = np.stack([first, np.arange(1, count + 1)], axis=1).ravel()  # what lies between every second pair counts
        low, high = (np.append(side, np.nan) for side in (self.low, self.high))
        return np.fmin.reduceat(low, ends)[::2], np.fmax.reduceat(high, ends)[::2]


@dataclass(frozen=True)
class Columns:
    """The pixel columns of a plot.

    Attributes:
        left: First position that is seen.
        right: Last position that is seen.
        pixels: How many columns there are.
        log: Whether they are equally wide in the logarithm of the positions; ``left`` is above 0 then.
    """

    left: float
    right: float
    pixels: int
    log: bool = False

    def in_sight(self, x: Floats) -> tuple[int, int]:
        """First and last but one of the ascending positions in sight, with one more on either side."""
        first = max(int(np.searchsorted(x, self.left, "left")) - 1, 0)
        return first, min(int(np.searchsorted(x, self.right, "right")) + 1, len(x))

    def fine(self) -> int:
        """How many of the first points have columns so narrow that blocks of points are too coarse for them."""
        if not self.log:
            return 0
        widening = (self.right / self.left) ** (1 / self.pixels) - 1
        return int(_COARSE * _BLOCK / widening)

    def of(self, x: Floats, low: Floats, high: Floats, each: Floats | None = None) -> Seen:
        """What the columns show of a curve: all points in sight where they are few, else the extremes of each column.

        Args:
            x: Ascending positions, ``(items,)``, of points or of blocks of points.
            low: Their least values, ``(items,)``; NaN is passed over where a column has other values.
            high: Their greatest values, ``(items,)``; the same object as ``low`` for points.
            each: How many points each item has, ``(items,)``; one by default.

        Returns:
            At most ``pixels + 2`` columns, or twice as many points, with one outside on either side so that a line
            through them runs out of the plot.
        """
        first, last = self.in_sight(x)
        same = low is high
        x, low = x[first:last], low[first:last]
        high = low if same else high[first:last]
        each = np.ones(len(x)) if each is None else each[first:last]
        if len(x) <= 2 * self.pixels + 4 or self.right <= self.left:
            return Seen(x, low, high, each)
        shares = np.arange(self.pixels + 1) / self.pixels
        width = self.right - self.left
        edges = self.left * (self.right / self.left) ** shares if self.log else self.left + width * shares
        starts = np.append(0, np.searchsorted(x, edges))
        # ``np.unique`` would import masked arrays, which holds the window up at its first curve.
        starts = starts[(np.diff(starts, prepend=-1) > 0) & (starts < len(x))]
        after = np.append(starts[1:], len(x))
        middle = (x[starts] + x[after - 1]) / 2
        points = np.add.reduceat(each, starts)
        return Seen(middle, np.fmin.reduceat(low, starts), np.fmax.reduceat(high, starts), points)


class _Extremes:
    """The least and the greatest value of each whole block of a growing row of values."""

    def __init__(self) -> None:
        self._ends: Floats = np.empty((2, _START))
        self.count = 0

    def follow(self, values: Floats) -> None:
        """Takes in the blocks that are new."""
        whole = len(values) // _BLOCK
        if whole > self._ends.shape[1]:
            grown = np.empty((2, max(whole, 2 * self._ends.shape[1])))
            grown[:, : self.count] = self._ends[:, : self.count]
            self._ends = grown
        if whole > self.count:
            new = values[self.count * _BLOCK : whole * _BLOCK].reshape(-1, _BLOCK)
            self._ends[0, self.count : whole] = np.fmin.reduce(new, axis=1)
            self._ends[1, self.count : whole] = np.fmax.reduce(new, axis=1)
            self.count = whole

    def behind(self, fine: int, x: Floats, values: Floats) -> tuple[Floats, Floats, Floats, Floats]:
        """The first ``fine`` points as they are and blocks behind them: positions, least, greatest, how many points."""
        start = min(-(-fine // _BLOCK), self.count)
        alone = start * _BLOCK
        low, high = self._ends[:, start : self.count]
        count = np.full(self.count - start, float(_BLOCK))
        rest = values[self.count * _BLOCK :]
        if len(rest):
            low, high = np.append(low, np.fmin.reduce(rest)), np.append(high, np.fmax.reduce(rest))
            count = np.append(count, float(len(rest)))
        if not alone:
            return x[::_BLOCK], low, high, count
        return (
            np.concatenate([x[:alone], x[alone::_BLOCK]]),
            np.concatenate([values[:alone], low]),
            np.concatenate([values[:alone], high]),
            np.concatenate([np.ones(alone), count]),
        )


def exponential_means(
    values: Floats, weight: float, before: tuple[float, float] = (0.0, 0.0)
) -> tuple[Floats, float, float]:
    """Running means in which each point keeps ``weight`` of what came before it, whatever is no number left out.

    Sums over twice as many points at each turn (a prefix sum by doubling), until older ones weigh nothing.

    Args:
        values: ``(points,)``.
        weight: From 0 to below 1.
        before: Weighted sum and sum of weights of what came before them.

    Returns:
        The means, ``(points,)``, the last weighted sum, and the last sum of weights.
    """
    means = np.array(values)
    known = np.isfinite(means)
    sums = (1 - weight) * means[known]
    if not len(sums):
        return means, *before
    reach, factor = 1, weight
    while reach < len(sums) and factor > _NEGLIGIBLE:
        sums[reach:] += factor * sums[:-reach]
        reach, factor = 2 * reach, factor * factor
    fading = weight ** np.arange(1.0, len(sums) + 1)
    sums += fading * before[0]
    mass = 1 - fading * (1 - before[1])
    means[known] = sums / mass
    return means, float(sums[-1]), float(mass[-1])
