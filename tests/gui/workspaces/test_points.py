"""The arrays behind a curve: appending, smoothing, and the few points that a redraw takes."""

from __future__ import annotations

import numpy as np
import pytest

from dlstudio.gui.plots.points import Columns, CurvePoints, exponential_means


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
    x, y = points.seen("step", Columns(0, 100_000, 800)).line()
    assert len(x) == len(y) <= 2 * 800 + 4
    assert y.max() == 9.0
    assert y.min() == -9.0
    assert np.all(np.diff(x) >= 0)


def test_that_few_points_in_sight_come_as_they_are():
    points = filled(100_000)
    x, y = points.seen("step", Columns(500, 600, 800)).line()
    assert x[0] == 499  # one outside on either side, so that the line runs out of the plot
    assert x[-1] in (600, 601)
    assert np.array_equal(y, points.values[499 : 499 + len(y)])


def test_that_buckets_pass_over_missing_values():
    x = np.arange(10_000.0)
    y = np.ones(10_000)
    y[::2] = np.nan
    seen = Columns(0, 10_000, 100).of(x, y, y)
    assert np.isfinite(seen.low).all()


def test_that_a_million_points_are_seen_by_their_blocks_with_every_extreme_kept():
    points = filled(0)
    values = np.random.default_rng(0).normal(size=600_000)
    values[[123_456, 599_999]] = 9.0, -9.0
    for i, value in enumerate(values.tolist()):
        points.append(i + 1, i / 1000, i, value)
    seen = points.seen("step", Columns(1, 600_001, 400))
    assert len(seen.x) <= 402
    assert seen.points[1:-1].min() > 1000
    assert (seen.high.max(), seen.low.min()) == (9.0, -9.0)
    place = int(np.argmax(seen.high))
    assert abs(seen.x[place] - 123_457) < 2 * 600_000 / 400
    points.append(600_001, 600, 600_000, 11.0)  # the last block is not whole
    assert points.seen("step", Columns(1, 600_001, 400)).high.max() == 11.0
    points.truncate(1000)
    assert points.seen("step", Columns(1, 600_001, 400)).high.max() == values[:999].max()


def test_that_columns_of_a_logarithmic_axis_are_equally_wide_in_the_logarithm():
    points = filled(100_000)
    x = points.seen("step", Columns(1, 100_000, 500, log=True)).x
    counts = [np.count_nonzero((x >= 10.0**power) & (x < 10.0 ** (power + 1))) for power in (3, 4)]
    assert counts == pytest.approx([100, 100], abs=2)


def test_that_a_logarithmic_axis_shows_the_first_of_many_points_one_by_one():
    points = CurvePoints()
    count = 400_000
    points._rows = np.zeros((5, count))
    points._rows[0] = points._rows[1] = np.arange(1, count + 1)
    points._count = count
    points._rows[3, 2] = 5.0
    seen = points.seen("step", Columns(1, count, 300, log=True))
    assert seen.x[:4].tolist() == [1, 2, 3, 4]
    assert seen.high[:4].tolist() == [0, 0, 5, 0]
    assert seen.points.sum() == count
    assert len(seen.x) <= 302


def test_that_positions_in_samples_are_those_of_the_epochs():
    points = CurvePoints(640)
    for i in range(1, 2001):
        points.append(i, i / 100, i, float(i))
    seen = points.seen("samples", Columns(640, 1280, 400))
    assert seen.x[0] <= 640 < seen.x[2]
    assert seen.x[-1] == pytest.approx(1280 + 6.4)
    assert points.ends("samples") == (6.4, 12800.0)
    assert points.near("samples", 1280) == 199


def test_that_the_envelope_holds_what_the_trend_is_made_from():
    points = filled(50)
    points._rows[3, :50] = 0.0
    points._rows[3, 20] = 5.0
    low, high = points.seen("step", Columns(0, 49, 400)).envelope(10)
    assert low.max() == 0.0
    assert np.flatnonzero(high).tolist() == list(range(20, 30))


def test_that_columns_wider_than_the_memory_have_an_envelope_of_their_own():
    points = filled(10_000)
    points._rows[3, :10_000] = 0.0
    points._rows[3, 5000] = 5.0
    seen = points.seen("step", Columns(0, 10_000, 100))
    assert np.count_nonzero(seen.envelope(20)[1]) == 1
    assert np.count_nonzero(seen.envelope(400)[1]) == 4


def test_that_running_means_of_long_curves_are_those_of_the_definition():
    values = np.random.default_rng(1).normal(size=3000)
    values[[5, 700]] = np.nan
    for weight in (0.0, 0.5, 0.99):
        means, total, mass = exponential_means(values, weight)
        wanted = exact = 0.0
        for i, value in enumerate(values):
            if np.isnan(value):
                assert np.isnan(means[i])
                continue
            wanted, exact = weight * wanted + (1 - weight) * value, weight * exact + 1 - weight
            assert means[i] == pytest.approx(wanted / exact, abs=1e-12)
        assert (total, mass) == pytest.approx((wanted, exact))


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


def test_that_points_that_come_together_are_those_that_come_one_by_one():
    one, many = CurvePoints(64), CurvePoints(64)
    values = np.random.default_rng(2).normal(size=2500)
    values[1234] = np.nan
    for points in (one, many):
        points.set_smoothing(0.95)
    for i, value in enumerate(values.tolist()):
        one.append(i, i / 10, i / 5, value)
    places = np.arange(2500.0)
    for part in (slice(0, 3), slice(3, 2000), slice(2000, 2500)):
        many.extend(places[part], places[part] / 10, places[part] / 5, values[part])
    many.append(2500, 250, 500, 1.0)
    one.append(2500, 250, 500, 1.0)
    assert np.allclose(one._rows[:, :2501], many._rows[:, :2501], equal_nan=True)
