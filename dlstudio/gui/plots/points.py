"""Points of one curve in preallocated arrays, and the few of them that a plot of a given width has to draw.

A run streams up to a thousand points a second. Appending is a store into an array that grows by doubling; a redraw
takes one minimum and one maximum for each pixel column, which is what a line through all points would cover anyway.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from typing import Literal

import numpy as np
import numpy.typing as npt

Axis = Literal["step", "epoch", "time", "samples"]
AXES: tuple[Axis, ...] = ("step", "epoch", "time", "samples")
Floats = npt.NDArray[np.float64]

_START = 1024


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

    def __len__(self) -> int:
        return self._count

    def append(self, step: float, epoch: float, seconds: float, value: float) -> None:
        """Adds one point after the others."""
        if self._count == self._rows.shape[1]:
            self._rows = np.concatenate([self._rows, np.empty_like(self._rows)], axis=1)
        self._rows[:, self._count] = (step, epoch, seconds, value, self._smoothed_value(value))
        self._count += 1

    def truncate(self, step: float) -> None:
        """Forgets the points from a step on: a run that is continued from a checkpoint repeats them."""
        self._count = int(np.searchsorted(self._rows[0, : self._count], step))
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
        self._weight, self._smooth_sum, self._smooth_mass = weight, 0.0, 0.0
        values = self.values
        self._rows[4, : self._count] = np.fromiter(self._smoothed_all(values.tolist()), np.float64, len(values))

    def _smoothed_all(self, values: list[float]) -> Iterator[float]:
        return itertools.starmap(self._smoothed_value, ((value,) for value in values))

    def _smoothed_value(self, value: float) -> float:
        if not np.isfinite(value):
            return value
        # Divided by the mass of the weights, so that the first points are not drawn towards zero.
        self._smooth_sum = self._weight * self._smooth_sum + (1 - self._weight) * value
        self._smooth_mass = self._weight * self._smooth_mass + (1 - self._weight)
        return self._smooth_sum / self._smooth_mass

    def near(self, axis: Axis, position: float) -> int | None:
        """Index of the point nearest to a position on the axis, or None where there is no point."""
        if not self._count:
            return None
        x = self.x(axis)
        right = int(np.searchsorted(x, position))
        if right == 0:
            return 0
        if right == self._count:
            return self._count - 1
        return right if x[right] - position < position - x[right - 1] else right - 1


def buckets(x: Floats, y: Floats, left: float, right: float, pixels: int) -> tuple[Floats, Floats]:
    """The points that a line from ``left`` to ``right`` over ``pixels`` columns has to pass through.

    Args:
        x: Ascending positions, ``(points,)``.
        y: Values, ``(points,)``; NaN is passed over where its column has other values.
        left: First position that is seen.
        right: Last position that is seen.
        pixels: Width of the plot in pixel columns.

    Returns:
        Positions and values, at most ``2 * pixels + 4`` of each: all points in sight where they are few, else the least
        and the greatest value of each column, with one point outside on either side so that the line runs out.
    """
    first = max(int(np.searchsorted(x, left, "left")) - 1, 0)
    last = min(int(np.searchsorted(x, right, "right")) + 1, len(x))
    x, y = x[first:last], y[first:last]
    if len(x) <= 2 * pixels + 4 or right <= left:
        return x, y
    edges = left + (right - left) * np.arange(pixels + 1) / pixels
    starts = np.unique(np.concatenate([[0], np.searchsorted(x, edges)]))
    starts = starts[starts < len(x)]
    low, high = np.fmin.reduceat(y, starts), np.fmax.reduceat(y, starts)
    middle = (x[starts] + x[np.append(starts[1:], len(x)) - 1]) / 2
    return np.repeat(middle, 2), np.stack([low, high], axis=1).ravel()
