"""What the events of a run add up to."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest

from dlstudio.gui.workspaces.train.record import RunRecord
from dlstudio.training.runs import events as ev
from tests.gui.workspaces.recorded import run_events


def record(*args, **kwargs) -> RunRecord:
    made = RunRecord("0001")
    made.apply(run_events(*args, **kwargs))
    return made


def test_that_a_finished_run_knows_its_best_epoch_and_its_end():
    run = record(4)
    assert run.status == "finished"
    assert run.best_epoch == 3
    assert run.best_place[:2] == (60, 3)
    assert run.saved_epoch == 3
    assert run.final["accuracy"] == 0.984
    assert run.metrics == ("loss", "accuracy")
    assert run.main_metric == "accuracy"
    assert not run.live


def test_that_the_last_epoch_counts_where_it_is_kept():
    run = RunRecord("0001")
    started, *others = run_events(4)
    run.apply([replace(started, keep="last"), *others])
    assert run.keeps_last
    assert (run.best_epoch, run.best_place[:2]) == (4, (80, 4))


def test_that_curves_count_steps_over_the_whole_run():
    run = record(3, 20)
    assert list(run.batches["loss"].x("step")[[0, 19, 20, 59]]) == [1, 20, 21, 60]
    assert list(run.epochs["val_loss"].x("epoch")) == [1, 2, 3]
    assert list(run.epochs["val_loss"].x("step")) == [20, 40, 60]


def test_that_the_time_left_follows_the_epochs():
    run = RunRecord("0001")
    events = run_events(2, 20, planned=10, end="running")
    run.apply(events)
    assert run.status == "running"
    assert math.isclose(run.seconds_left, 8 * 20 * 0.05)
    fresh = RunRecord("0002")
    fresh.apply(events[:6])
    assert math.isnan(fresh.seconds_left)  # the first steps hold Keras' compiling
    fresh.apply(events[6:13])
    assert math.isclose(fresh.seconds_left, (200 - 12) * 32 / 640)


def test_that_events_that_arrive_twice_change_nothing():
    events = run_events(3, 20)
    once, twice = record(3, 20), RunRecord("0001")
    twice.apply(events[:40])
    twice.apply(events[25:])
    for name in once.batches:
        assert np.array_equal(once.batches[name].values, twice.batches[name].values)
    assert twice.best_epoch == once.best_epoch
    assert twice.status == once.status


def test_that_a_continued_run_goes_on_where_it_was():
    run = record(3, 20, end="failed")
    assert run.status == "failed"
    assert "Lower the learning rate" in run.failure
    later = [ev.Started(time=2000.0, epochs=5, steps_per_epoch=20, samples=640, metrics=("loss",), first_epoch=3)]
    later.append(ev.Batch(time=2001.0, epoch=3, step=1, values={"loss": 0.5}))
    run.apply(later)
    assert run.status == "running"
    assert run.failure == ""
    assert run.batches["loss"].x("step")[-1] == 41
    assert len(run.batches["loss"]) == 41


def test_that_values_that_are_not_finite_leave_a_gap():
    run = RunRecord("0001")
    run.apply([ev.Started(time=1.0, epochs=1, steps_per_epoch=2, samples=2)])
    run.apply([ev.Batch(time=2.0, epoch=1, step=1, values={"loss": None})])
    assert math.isnan(run.batches["loss"].values[0])


def test_that_a_warning_is_listed_once():
    run = RunRecord("0001")
    run.apply([ev.Warning_(message="Few steps."), ev.Warning_(message="Few steps.")])
    assert run.warnings == ["Few steps."]


def test_that_batches_that_come_together_add_up_to_the_same_as_one_by_one():
    events = run_events(3, 20)
    late = next(place for place, event in enumerate(events) if isinstance(event, ev.Batch) and event.step == 7)
    events[late] = replace(events[late], time=events[late].time - 900.0)  # a clock that was put back for a moment
    events[late + 1] = replace(events[late + 1], values={"loss": None, "accuracy": 0.5})
    repeated = [event for event in events if isinstance(event, ev.Batch) and event.epoch == 2][10:]
    events[-3:-3] = repeated  # a run that was continued from the middle of an epoch makes steps again
    one, many = RunRecord("0001"), RunRecord("0001")
    for event in events:
        one.apply([event])
    many.apply(events)
    assert (one.epoch, one.step, one.status, one.samples_per_second) == (
        many.epoch,
        many.step,
        many.status,
        many.samples_per_second,
    )
    assert one.seconds == pytest.approx(many.seconds)
    for curves, others in ((one.batches, many.batches), (one.epochs, many.epochs)):
        assert list(curves) == list(others)
        for name, points in curves.items():
            for axis in ("step", "epoch", "time", "samples"):
                assert points.x(axis) == pytest.approx(others[name].x(axis))
            assert points.values == pytest.approx(others[name].values, nan_ok=True)
