"""Where the time of a training goes."""

from __future__ import annotations

import pytest

from dlstudio.training.runs import events as ev
from dlstudio.training.runs.run_folder import RunFolder
from dlstudio.training.stopwatch import KINDS, Stopwatch


class Clock:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def test_that_waiting_steps_and_the_rest_are_told_apart_and_pauses_left_out() -> None:
    clock = Clock()
    watch = Stopwatch(clock)

    def slow() -> object:
        for item in range(2):
            clock.now += 3.0
            yield item

    for _ in watch.waiting(slow()):
        watch.turn_to("steps")
        clock.now += 5.0
        watch.turn_to("studio")
        clock.now += 1.0
    watch.turn_to("paused")
    clock.now += 100.0
    watch.turn_to("studio")
    assert watch.of_epoch() == {"data": 6.0, "steps": 10.0, "validation": 0.0, "studio": 2.0}
    assert watch.shares() == pytest.approx((6 / 18, 2 / 18))
    assert sum(watch.of_epoch().values()) == 0.0


def test_that_a_run_tells_where_the_time_of_each_epoch_went(trained_run: RunFolder) -> None:
    epochs = [each for each in ev.EventReader(trained_run.events_file).read_new() if isinstance(each, ev.Epoch)]
    for epoch in epochs:
        assert tuple(epoch.spent) == KINDS
        assert epoch.spent["steps"] > 0 and epoch.spent["validation"] > 0
    # The first holds what came before it, too; the others are the epoch and the checkpoint before it.
    assert epochs[-1].spent["steps"] + epochs[-1].spent["validation"] <= epochs[-1].seconds
