"""Trials that really run out of memory and crash, in processes of their own; a search that is killed and goes on."""

from __future__ import annotations

import os
import signal
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from dlstudio.search.folder import Plan, SearchFolder, create_search
from dlstudio.search.launching import launch_search
from dlstudio.search.ranges import Range
from dlstudio.search.trials import Trial
from dlstudio.training.runs.run_folder import RunFolder
from tests.training.tiny_projects import make_project

PATIENCE = 1200.0
UNITS, RATE = "graph.nodes.hidden.settings.units", "training.optimizer.settings.learning_rate"
TOO_MANY = (2 * 10**8, 15 * 10**7)  # units whose weights take more gigabytes than a trial may have

pytestmark = [
    pytest.mark.slow,
    pytest.mark.timeout(3600),
    pytest.mark.skipif(sys.platform == "win32", reason="there is no SIGKILL"),
]


def until(condition: Callable[[], object], what: str) -> None:
    end = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < end, f"not within {PATIENCE:.0f} s: {what}"
        time.sleep(0.02)


def running(search: SearchFolder, number: int) -> Trial | None:
    trial = search.results().trial(number)
    return trial if trial is not None and trial.state == "running" and trial.epoch >= 1 else None


def end_process_of(search: SearchFolder, number: int, by: signal.Signals) -> None:
    """Waits for a trial's first epoch and ends its process."""
    until(lambda: running(search, number), f"trial {number} trains")
    trial = running(search, number)
    assert trial is not None
    os.kill(RunFolder(search.project_folder / "runs" / trial.run).process()["pid"], by)


def test_that_a_search_survives_memory_crash_and_kill(tmp_path: Path) -> None:
    ranges = (Range(UNITS, 4, 32), Range(RATE, 1e-3, 0.1, log=True))
    beginnings = tuple({UNITS: units, RATE: 0.05} for units in TOO_MANY)
    project = make_project(tmp_path, epochs=1000)  # an epoch takes milliseconds: trials must live until they are killed
    search = create_search(tmp_path, project, Plan(ranges, trials=20, memory_gb=2.5, first=beginnings, pruning=False))
    process = launch_search(search)
    end_process_of(search, 4, signal.SIGSEGV)
    end_process_of(search, 7, signal.SIGKILL)  # as a machine does that goes down: the trial ...
    os.kill(process.pid, signal.SIGKILL)  # ... and the search itself
    process.wait(PATIENCE)
    assert search.results().status == "interrupted"
    begun = [(each.number, each.run, dict(each.values)) for each in search.results().trials]

    assert launch_search(search).wait(PATIENCE * 2) == 0
    results = search.results()
    assert results.status == "finished", results.message
    assert [each.number for each in results.trials] == list(range(1, 21))
    failed = {each.number: each.failure for each in results.trials if each.state == "failed"}
    assert failed == {2: "out-of-memory", 3: "out-of-memory", 4: "crash"}
    assert all(each.score is not None for each in results.trials if each.state == "finished")
    assert [(each.number, each.run, dict(each.values)) for each in results.trials[: len(begun)]] == begun
    assert set(results.importance) == {UNITS, RATE}
