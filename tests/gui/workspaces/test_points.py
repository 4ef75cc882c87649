"""The arrays behind a curve: appending, smoothing, and the few points that a redraw takes."""

from __future__ import annotations

import numpy as np

from dlstudio.gui.plots.points import CurvePoints, buckets


def filled(count: int) -> CurvePoints:
    points = CurvePoints()
    for i in range(count):
        points.append(i, i / 100, i / 10, np.sin(i / 50))
    return points


def test_that_points_survive_growing_arrays():
    points = filled(5000)
    assert len(points) == 5000
    assert points.x("step")[4999] == 4999
    assert points.x("epoch")[100] == 1.0
    assert points.x("time")[10] == 1.0
    assert points.values[50] == np.sin(1)


def test_that_buckets_keep_the_extremes_and_are_bounded_by_the_pixels():
    points = filled(100_000)
    points._rows[3, 77_777] = 9.0
    points._rows[3, 33_333] = -9.0
    x, y = buckets(points.x("step"), points.values, 0, 100_000, 800)
    assert len(x) == len(y) <= 2 * 800 + 4
    assert y.max() == 9.0
    assert y.min() == -9.0
    assert np.all(np.diff(x) >= 0)


def test_that_few_points_in_sight_come_as_they_are():
    points = filled(100_000)
    x, y = buckets(points.x("step"), points.values, 500, 600, 800)
    assert x[0] == 499  # one outside on either side, so that the line runs out of the plot
    assert x[-1] in (600, 601)
    assert np.array_equal(y, points.values[499 : 499 + len(y)])


def test_that_buckets_pass_over_missing_values():
    x = np.arange(10_000.0)
    y = np.ones(10_000)
    y[::2] = np.nan
    _, shown = buckets(x, y, 0, 10_000, 100)
    assert np.isfinite(shown).all()


def test_that_smoothing_while_appending_equals_smoothing_afterwards():
    live, later = CurvePoints(), CurvePoints()
    live.set_smoothing(0.9)
    for i in range(300):
        value = np.nan if i == 100 else float(i % 7)
        live.append(i, i, i, value)
        later.append(i, i, i, value)
    later.set_smoothing(0.9)
    assert np.allclose(live.smoothed, later.smoothed, equal_nan=True)
    assert np.isnan(live.smoothed[100])
    assert abs(live.smoothed[-1] - 3) < 1.5
    assert live.smoothed[0] == 0.0


def test_that_the_nearest_point_is_found_on_each_axis():
    points = filled(1000)
    assert points.near("step", 499.6) == 500
    assert points.near("epoch", 2.0) == 200
    assert points.near("time", -5) == 0
    assert points.near("time", 1e9) == 999
    assert CurvePoints().near("step", 1) is None


def test_that_a_continued_run_replaces_the_steps_it_repeats():
    points = filled(100)
    points.set_smoothing(0.5)
    points.truncate(40)
    points.append(40, 0.4, 50, 7.0)
    assert len(points) == 41
    assert points.values[-1] == 7.0
    assert np.all(np.diff(points.x("step")) > 0)
