"""Following run folders that others write, without training anything."""

from __future__ import annotations

import json
import os
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from dlstudio.graph.project import Project
from dlstudio.graph.saving import save_project
from dlstudio.training import launching
from dlstudio.training.runs.events import Batch, Epoch, Event, Finished, Started
from dlstudio.training.runs.run_folder import RunError, RunFolder, create_run
from dlstudio.training.runs.run_info import RunInfo
from dlstudio.workbench.run_desk import RunDesk
from dlstudio.workbench.runs import RunFollower


class Heard:
    """What a follower said."""

    def __init__(self) -> None:
        self.lists: list[list[RunInfo]] = []
        self.events: list[tuple[str, Event]] = []
        self._changed = threading.Condition()

    def runs(self, runs: list[RunInfo]) -> None:
        with self._changed:
            self.lists.append(runs)
            self._changed.notify_all()

    def new(self, name: str, events: list[Event]) -> None:
        with self._changed:
            self.events.extend((name, event) for event in events)
            self._changed.notify_all()

    def wait_for(self, condition: Callable[[], bool]) -> None:
        with self._changed:
            assert self._changed.wait_for(condition, 20), (self.lists, self.events)

    @property
    def latest(self) -> dict[str, str]:
        return {run.name: run.status for run in self.lists[-1]} if self.lists else {}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    save_project(Project("Runs"), tmp_path)
    return tmp_path


def _write(run: RunFolder, *events: Event) -> None:
    with run.events_file.open("a") as stream:
        for event in events:
            stream.write(json.dumps(event.as_json()) + "\n")


STARTED = Started(epochs=2, steps_per_epoch=2, samples=4)


def test_that_a_live_run_is_followed_to_its_end(folder: Path) -> None:
    heard = Heard()
    follower = RunFollower(folder, heard.runs, heard.new)
    try:
        heard.wait_for(lambda: heard.lists == [[]])
        run = create_run(folder, Project("Runs"))
        run.claim(os.getpid())
        follower.look()
        heard.wait_for(lambda: heard.latest == {"0001": "starting"})
        _write(run, STARTED, Batch(epoch=1, step=1, values={"loss": 2.0}))
        heard.wait_for(lambda: heard.latest == {"0001": "running"} and len(heard.events) == 2)
        _write(run, Epoch(epoch=1, values={"loss": 1.0}))
        heard.wait_for(lambda: heard.lists[-1][0].epoch == 1)
        _write(run, Finished(time=time.time() + 1, run="0001", metrics={"accuracy": 0.9}))
        heard.wait_for(lambda: heard.latest == {"0001": "finished"})
        assert [type(event) for _, event in heard.events] == [Started, Batch, Epoch, Finished]
        assert {name for name, _ in heard.events} == {"0001"}
    finally:
        follower.close()


def test_that_a_killed_run_reads_as_interrupted(folder: Path) -> None:
    run = create_run(folder, Project("Runs"))
    run.claim(2**22 - 3)  # no such process
    _write(run, STARTED)
    heard = Heard()
    follower = RunFollower(folder, heard.runs, heard.new)
    heard.wait_for(lambda: heard.latest == {"0001": "interrupted"})
    follower.close()
    assert heard.events == []


def test_that_a_damaged_run_is_passed_over(folder: Path) -> None:
    create_run(folder, Project("Runs"))
    broken = create_run(folder, Project("Runs"))
    (broken.path / "run.json").write_text("{")
    heard = Heard()
    follower = RunFollower(folder, heard.runs, heard.new)
    heard.wait_for(lambda: bool(heard.lists))
    follower.close()
    assert list(heard.latest) == ["0001"]


class Window:
    """Stands for the window's thread: what is posted is run by :meth:`run_until`."""

    def __init__(self) -> None:
        self.posted: list[Callable[[], None]] = []
        self._changed = threading.Condition()

    def post(self, work: Callable[[], None]) -> None:
        with self._changed:
            self.posted.append(work)
            self._changed.notify_all()

    def run_until(self, condition: Callable[[], bool]) -> None:
        end = time.monotonic() + 20
        while not condition():
            with self._changed:
                assert self._changed.wait_for(lambda: bool(self.posted), end - time.monotonic())
                work = self.posted.pop(0)
            work()


class Launched:
    """Takes the place of starting training processes."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.calls: list[tuple[str, bool]] = []
        self.spare = threading.Event()
        self.error: Exception | None = None
        monkeypatch.setattr(launching, "launch", self._launch)
        monkeypatch.setattr(launching, "prepare_spare", self._spare)

    def _launch(self, run: RunFolder, *, resume: bool = False) -> None:
        if self.error:
            raise self.error
        self.calls.append((run.name, resume))
        run.claim(os.getpid())

    def _spare(self, backend: str) -> None:
        self.spare.set()


def _desk(folder: Path) -> tuple[RunDesk, Window, list[Any]]:
    window, told = Window(), []
    desk = RunDesk(window.post)
    desk.told = lambda text, severity: told.append((severity, text))
    desk.follow(folder)
    return desk, window, told


def test_that_a_started_run_becomes_the_current_and_live_one(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    launched = Launched(monkeypatch)
    desk, window, told = _desk(folder)
    chosen: list[str] = []
    desk.chosen = chosen.append
    desk.start(folder, Project("Runs"))
    assert desk.starting
    window.run_until(lambda: desk.live is not None and not desk.starting)
    desk.send("pause")
    commands = folder / "runs" / "0001" / "commands.jsonl"
    desk.close()
    assert '"pause"' in commands.read_text()
    assert not launched.spare.is_set()  # not while a run needs the machine
    assert (chosen, launched.calls, told) == (["0001"], [("0001", False)], [])


def test_that_a_run_that_cannot_start_is_reported(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    launched = Launched(monkeypatch)
    launched.error = RunError("No process could be started.")
    desk, window, told = _desk(folder)
    desk.start(folder, Project("Runs"))
    window.run_until(lambda: bool(told))
    desk.close()
    assert told == [("error", "No process could be started.")]
    assert not desk.starting


def test_that_a_run_is_continued_from_its_checkpoint(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    launched = Launched(monkeypatch)
    create_run(folder, Project("Runs"))
    desk, window, _ = _desk(folder)
    desk.resume("0001")
    window.run_until(lambda: bool(launched.calls))
    desk.close()
    assert launched.calls == [("0001", True)]


def test_that_history_reads_all_events_of_a_finished_run(folder: Path) -> None:
    run = create_run(folder, Project("Runs"))
    _write(run, STARTED, Finished(run="0001"))
    desk, window, _ = _desk(folder)
    got: list[Any] = []
    desk.history("0001", got.extend)
    window.run_until(lambda: bool(got))
    desk.close()
    assert [type(event) for event in got] == [Started, Finished]


def test_that_a_long_history_comes_in_parts_of_which_the_next_waits_for_the_window(folder: Path) -> None:
    run = create_run(folder, Project("Runs"))
    steps = [Batch(epoch=1, step=step, values={"loss": 1.0 / step}) for step in range(1, 4001)]
    _write(run, STARTED, *steps, Finished(run="0001"))
    desk, window, _ = _desk(folder)
    parts: list[list[Any]] = []
    desk.history("0001", parts.append)
    window.run_until(lambda: bool(parts))
    assert 0 < len(parts[0]) < 2000
    assert sum(map(len, parts)) < 4002  # the rest is not read before this part has been taken in
    window.run_until(lambda: sum(map(len, parts)) == 4002)
    desk.close()
    told = [event for part in parts for event in part]
    assert [event.step for event in told if isinstance(event, Batch)] == list(range(1, 4001))
    assert isinstance(told[-1], Finished)


def test_that_what_comes_late_from_another_project_is_dropped(folder: Path, tmp_path: Path) -> None:
    create_run(folder, Project("Runs"))
    desk, window, _ = _desk(folder)
    window.run_until(lambda: len(window.posted) > 0 or bool(desk.runs))
    other = tmp_path / "other"
    save_project(Project("Other"), other)
    desk.follow(other)
    desk.listed = lambda: None
    late = list(window.posted)
    for work in late:
        work()
    assert desk.runs == []
    desk.close()


def test_that_commands_without_a_live_run_say_so(folder: Path) -> None:
    desk, _, told = _desk(folder)
    desk.send("stop")
    desk.resume("0009")
    desk.close()
    assert [severity for severity, _ in told] == ["warning", "error"]


def test_that_a_spare_is_prepared_when_the_run_has_ended(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    launched = Launched(monkeypatch)
    desk, window, _ = _desk(folder)
    desk.start(folder, Project("Runs"))
    window.run_until(lambda: desk.live is not None and not desk.starting)
    assert not launched.spare.is_set()
    event = Finished(time=time.time() + 1, run="0001", epoch=1, best_epoch=1)
    with (folder / "runs" / "0001" / "events.jsonl").open("a") as log:
        log.write(json.dumps(event.as_json()) + "\n")
    window.run_until(lambda: desk.live is None)
    assert launched.spare.wait(20)
    desk.close()
