"""Run folders: numbers, what is frozen, and the status that follows from events and processes."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from dlstudio.graph.project import Project, TrainingSettings
from dlstudio.training.controls import Controls
from dlstudio.training.runs import events as ev
from dlstudio.training.runs.event_log import EventLog
from dlstudio.training.runs.process_identity import identity, lives, own_identity
from dlstudio.training.runs.run_folder import RunError, RunFolder, create_run, list_runs


@pytest.fixture
def run(tmp_path: Path) -> RunFolder:
    return create_run(tmp_path, Project(name="Digits", training=TrainingSettings(epochs=5)))


def told(run: RunFolder, *events: ev.Event) -> None:
    log = EventLog(run.events_file)
    for event in events:
        log.write(event)
    log.close()


STARTED = ev.Started(epochs=5, steps_per_epoch=10, samples=100, device="a CPU")


def test_that_runs_made_at_once_get_different_numbers(tmp_path: Path) -> None:
    with ThreadPoolExecutor(8) as pool:
        made = list(pool.map(lambda _: create_run(tmp_path, Project()), range(24)))
    assert sorted(run.name for run in made) == [f"{number:04d}" for number in range(1, 25)]
    assert [run.name for run in list_runs(tmp_path)] == sorted(run.name for run in made)


def test_that_a_run_freezes_its_project(tmp_path: Path) -> None:
    project = Project(name="Digits", training=TrainingSettings(epochs=5))
    run = create_run(tmp_path, project, device="cpu", epochs=2, extra={"note": "first try"})
    record = run.record()
    assert record["note"] == "first try"
    assert record["seed"] == 7
    assert record["versions"]["keras"]
    assert run.project().training == TrainingSettings(epochs=2, device="cpu")
    assert run.project_folder == tmp_path.resolve()


def test_that_a_folder_that_is_no_run_is_said_to_be_none(tmp_path: Path) -> None:
    with pytest.raises(RunError, match=r"run\.json is missing"):
        RunFolder(tmp_path).info()


def test_that_a_run_cannot_be_made_where_writing_fails(tmp_path: Path) -> None:
    (tmp_path / "runs").write_text("a file in the way")
    with pytest.raises(RunError, match="could not be made"):
        create_run(tmp_path, Project())


def test_that_status_follows_the_events_of_a_living_process(run: RunFolder) -> None:
    assert run.info().status == "starting"
    run.claim(os.getpid())
    assert run.info().status == "starting"
    told(run, STARTED)
    assert run.info().status == "running"
    told(run, ev.Epoch(epoch=1, values={"loss": 0.5}, seconds=2.0), ev.Checkpoint(kind="last", epoch=1))
    told(run, ev.Paused(epoch=2, step=3))
    info = run.info()
    assert (info.status, info.epoch, info.last_epoch, info.values) == ("paused", 1, 1, {"loss": 0.5})
    told(run, ev.Resumed(epoch=2, step=3), ev.Finished(run=run.name, metrics={"accuracy": 0.9}, reason="stopped"))
    info = run.info()
    assert (info.status, info.metrics, info.can_continue) == ("stopped", {"accuracy": 0.9}, True)
    json.dumps(info.as_json())


def test_that_a_failure_is_told_with_its_sentence(run: RunFolder) -> None:
    run.claim(os.getpid())
    told(run, STARTED, ev.Failed(kind="nan", message="The loss became NaN."))
    info = run.info()
    assert (info.status, info.failure, info.message) == ("failed", "nan", "The loss became NaN.")


def test_that_a_run_whose_process_was_killed_reads_as_interrupted(run: RunFolder) -> None:
    process = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    run.claim(process.pid)
    told(run, STARTED, ev.Epoch(epoch=1), ev.Checkpoint(kind="last", epoch=1))
    assert run.info().status == "running"
    process.kill()
    process.wait()
    info = run.info()
    assert (info.status, info.can_continue) == ("interrupted", True)


def test_that_a_process_number_given_again_does_not_count() -> None:
    own = own_identity()
    assert lives(own) is True
    assert lives({**own, "began": "some other moment"}) is False
    assert lives({**own, "host": "elsewhere"}) is None
    assert lives(identity(2**22 + 1)) is False


def test_that_an_ended_process_nobody_has_collected_counts_as_dead() -> None:
    process = subprocess.Popen([sys.executable, "-c", ""], stdin=subprocess.DEVNULL)
    known = identity(process.pid)
    os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOWAIT)
    assert lives(known) is False
    process.wait()


def test_that_a_continued_run_forgets_how_it_ended_before(run: RunFolder) -> None:
    told(run, STARTED, ev.Epoch(epoch=1, values={"loss": 2.0}), ev.Finished(run=run.name, reason="stopped"))
    assert run.info().status == "stopped"
    run.claim(os.getpid())
    assert run.info().status == "starting"
    told(
        run,
        ev.Started(epochs=5, steps_per_epoch=10, samples=100, first_epoch=2),
        ev.Epoch(epoch=2, values={"loss": 1.0}),
    )
    info = run.info()
    assert (info.status, info.epoch, info.reason) == ("running", 2, "")
    assert [values["loss"] for values in info.history] == [2.0, 1.0]


def test_that_commands_reach_the_process_and_old_ones_do_not(run: RunFolder) -> None:
    run.send("stop")
    known = run.process()
    assert known == {}
    run.claim(os.getpid())
    now = [0.0]
    controls = Controls(run, clock=lambda: now[0])
    controls.look()
    assert not controls.stopping
    run.send("pause")
    controls.look()
    assert not controls.paused  # it looks ten times a second only
    now[0] += 1
    controls.look()
    assert controls.paused
    run.send("resume")
    run.send("stop")
    now[0] += 1
    controls.look()
    assert (controls.paused, controls.stopping) == (False, True)


def test_that_waiting_in_a_pause_ends_with_resume(run: RunFolder) -> None:
    now = [0.0]

    def sleep(seconds: float) -> None:
        now[0] += seconds
        if now[0] > 5:
            run.send("resume")

    controls = Controls(run, clock=lambda: now[0], sleep=sleep)
    run.send("pause")
    controls.look()
    assert controls.wait_while_paused() > 5
    assert not controls.paused
